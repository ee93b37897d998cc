import Foundation
import Tensors

/// The reference files under `Tests/Golden`.
public enum Golden {
  /// The folder with the reference files, found beside this source file.
  public static let folder: String = {
    let here = URL(fileURLWithPath: #filePath)
    return here.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden").path
  }()

  /// The path of one reference file: `Golden.path("tiny-vit/openai_jit.pt")`.
  public static func path(_ name: String) -> String { folder + "/" + name }

  /// The bytes of one reference file.
  public static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// A `.npy` reference array; integers are converted.
  public static func array(_ name: String) throws -> Tensor { try array(atPath: path(name)) }

  /// A `.npy` array anywhere, read by a reader that shares nothing with the product's own.
  public static func array(atPath path: String) throws -> Tensor {
    try NumPyFile.read([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
  }
}

/// A small reader of `.npy` files for tests, independent of the product's own.
enum NumPyFile {
  struct Malformed: Error { let reason: String }

  static func read(_ bytes: [UInt8]) throws -> Tensor {
    guard bytes.count > 10, bytes[0] == 0x93 else { throw Malformed(reason: "magic") }
    let long = bytes[6] >= 2
    let start = long ? 12 : 10
    let length =
      Int(bytes[8]) | Int(bytes[9]) << 8 | (long ? Int(bytes[10]) << 16 | Int(bytes[11]) << 24 : 0)
    let header = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
    guard let type = header.firstMatch(of: /'descr': *'([^']+)'/)?.1,
      let list = header.firstMatch(of: /'shape': *\(([^)]*)\)/)?.1,
      header.contains("False")
    else { throw Malformed(reason: header) }
    let shape = list.split(separator: ",").compactMap { Int($0.filter(\.isNumber)) }
    let count = shape.reduce(1, *)
    let body = bytes[(start + length)...]
    func load<T>(_: T.Type, _ convert: (T) -> Float) -> [Float] {
      body.withUnsafeBytes { raw in
        (0..<count).map {
          convert(raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
        }
      }
    }
    switch type {
    case "<f4": return Tensor(shape, load(Float.self) { $0 })
    case "<f8": return Tensor(shape, load(Double.self) { Float($0) })
    case "<i8": return Tensor(shape, load(Int64.self) { Float($0) })
    case "<i4": return Tensor(shape, load(Int32.self) { Float($0) })
    default: throw Malformed(reason: String(type))
    }
  }
}

/// How far `a` is from the reference `b`, as `Tests/Golden/README.md` defines it:
/// max |a − b| / max |b|. Infinite when shapes differ or a value is not finite.
public func relativeError(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape == b.shape else { return .infinity }
  let x = a.scalars
  let y = b.scalars
  var difference: Float = 0
  var size: Float = 0
  for i in x.indices {
    guard x[i].isFinite else { return .infinity }
    difference = max(difference, abs(x[i] - y[i]))
    size = max(size, abs(y[i]))
  }
  return size > 0 ? difference / size : difference
}

extension Tensor {
  /// Every n-th row and column of the last two axes, as the reference maps are thinned.
  public func everyNth(_ n: Int) -> Tensor {
    let (height, width) = (shape[rank - 2], shape[rank - 1])
    let (rows, columns) = ((height + n - 1) / n, (width + n - 1) / n)
    let outer = count / max(1, height * width)
    let source = scalars
    return Tensor(Array(shape.dropLast(2)) + [rows, columns]) { out in
      for i in 0..<outer {
        for y in 0..<rows {
          for x in 0..<columns {
            out[(i * rows + y) * columns + x] = source[(i * height + y * n) * width + x * n]
          }
        }
      }
    }
  }
}
