import Imaging
import Interpreter
import Tensors

/// The numbers of maps, kept with their picture: `save(maps, "maps.png", data: true)`.
struct MapData {
  /// [labels, rows, columns], before any normalization.
  let grid: Tensor
  /// In the PNG rather than beside it.
  let isInside: Bool

  /// The name of the archive beside a PNG.
  static func beside(_ name: String) -> String { name.dropLast(fileEnding(name).utf8.count) + "npz" }

  /// The note that holds them.
  static let key = "Grid"

  /// What the option `data` asks for; nil for nothing. Throws `ScriptError` where there is nothing to keep.
  init?(_ arguments: Arguments, ending: String) throws {
    switch arguments["data"] {
    case .bool(true): isInside = true
    case .string: isInside = false
    default: return nil
    }
    guard ending == "png" else {
      throw ScriptError("only a PNG keeps numbers with the picture", argument: "data")
    }
    switch arguments["value"] {
    case .object(let maps as HeatMapsValue): grid = maps.maps.grid
    case .object(let map as HeatMapValue): grid = map.maps.grid
    default:
      throw ScriptError(
        "only heat maps have numbers to keep; this is \(TypeMessage.article(arguments["value"].typeName))",
        argument: "data", hint: "save the maps themselves, or their `.grid` as .npy")
    }
  }

  /// The numbers as a note: an NPY file in hexadecimal digits.
  var note: PNG.Text {
    let digits = Array("0123456789abcdef".utf8)
    let text = NPYFile.write(grid).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return PNG.Text(Self.key, String(decoding: text, as: UTF8.self))
  }

  /// The numbers as an archive with the one array `grid`.
  func archive() throws -> [UInt8] { try NPZFile.write([("grid", grid)]) }

  /// The numbers that a PNG keeps; nil where it keeps none. Throws `NumPyFileError` where they are damaged.
  static func tensor(in bytes: [UInt8]) throws -> Tensor? {
    guard let text = PNG.text(in: bytes).last(where: { $0.key == key })?.value.utf8 else { return nil }
    var file: [UInt8] = []
    file.reserveCapacity(text.count / 2)
    var high: UInt8?
    for byte in text {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x61...0x66: digit = byte - 0x61 + 10
      default: throw NumPyFileError("the numbers kept in it are damaged")
      }
      if let first = high {
        file.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return try NPYFile.read(file)
  }
}
