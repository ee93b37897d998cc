import Tensors

/// A safetensors file: u64 little-endian length of a JSON header, the header, then tensor bytes.
///
///     {"__metadata__": {"format": "pt"},
///      "visual.proj": {"dtype": "F16", "shape": [768, 512], "data_offsets": [0, 786432]}, …}
///
/// Offsets count from the end of the header, lie inside the file, match dtype × shape and do not
/// overlap.
struct SafeTensorsFile {
  /// The longest header accepted, as in the format's specification.
  static let maximumHeader = 100_000_000

  /// Tensors in the order of their names in the header.
  private(set) var tensors: [(name: String, tensor: StoredTensor)] = []
  /// `__metadata__`, text to text.
  private(set) var metadata: [(key: String, value: String)] = []

  /// Reads the header and checks every entry of it.
  init(_ file: MappedFile) throws {
    guard file.count >= 8 else { throw file.error("is too short for a safetensors header") }
    let length = try file.integer(UInt64.self, at: 0)
    guard length <= UInt64(Self.maximumHeader) else {
      throw file.error("states a safetensors header of \(length) bytes; 100 MB is the limit")
    }
    guard Int(length) <= file.count - 8 else {
      throw file.error(
        "states a safetensors header of \(length) bytes but has \(file.count) in all"
          + " (an interrupted download?)")
    }
    let start = 8 + Int(length)
    let header: JSON
    do {
      header = try JSON(parsing: try file.bytes(8..<start))
    } catch let problem as JSON.Malformed {
      throw file.error("has a damaged safetensors header: \(problem)")
    }
    guard case .object(let members) = header else {
      throw file.error("has a safetensors header that is not an object")
    }
    var seen: Set<String> = []
    for member in members {
      guard seen.insert(member.name).inserted else {
        throw file.error("names \(quoted(member.name)) twice")
      }
      if member.name == "__metadata__" {
        guard case .object(let pairs) = member.value else {
          throw file.error("has `__metadata__` that is not an object")
        }
        metadata = pairs.map { ($0.name, $0.value.stringValue ?? $0.value.text) }
        continue
      }
      let tensor = try Self.readEntry(member, file: file, dataStart: start)
      tensors.append((member.name, tensor))
    }
    let inOrder = tensors.filter { $0.tensor.count > 0 }.sorted {
      $0.tensor.range.lowerBound < $1.tensor.range.lowerBound
    }
    for (a, b) in zip(inOrder, inOrder.dropFirst())
    where b.tensor.range.lowerBound < a.tensor.range.upperBound {
      throw file.error("tensors \(quoted(a.name)) and \(quoted(b.name)) overlap")
    }
  }

  private static func readEntry(
    _ member: JSON.Member, file: MappedFile, dataStart: Int
  ) throws -> StoredTensor {
    func fail(_ problem: String) -> CheckpointError {
      file.error("tensor \(quoted(member.name)) \(problem)")
    }
    guard let name = member.value["dtype"]?.stringValue else { throw fail("has no dtype") }
    guard let type = elementType(name) else { throw fail("has the unsupported dtype \(quoted(name))") }
    guard let extents = member.value["shape"]?.arrayValue else { throw fail("has no shape") }
    let shape = extents.compactMap(\.intValue)
    guard shape.count == extents.count, shape.allSatisfy({ $0 >= 0 }) else {
      throw fail("has a shape that is not a list of sizes")
    }
    guard let offsets = member.value["data_offsets"]?.arrayValue, offsets.count == 2,
      let first = offsets[0].intValue, let last = offsets[1].intValue
    else { throw fail("has no data_offsets") }
    let available = file.count - dataStart
    guard 0 <= first, first <= last, last <= available else {
      throw fail(
        "lies at bytes \(first)…\(last) of \(available) (an interrupted download?)")
    }
    var needed = type.byteCount
    for extent in shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw fail("has an impossible shape \(describe(shape: shape))") }
      needed = product
    }
    guard needed == last - first else {
      throw fail(
        "has \(last - first) bytes, but \(name) of shape \(describe(shape: shape)) takes \(needed)")
    }
    return try StoredTensor(
      file: file, name: member.name, type: type,
      storage: (dataStart + first)..<(dataStart + last), shape: shape)
  }

  private static func elementType(_ name: String) -> ElementType? {
    switch name {
    case "F32": .float32
    case "F16": .float16
    case "BF16": .bfloat16
    case "F64": .float64
    case "I64": .int64
    case "I32": .int32
    case "I16": .int16
    case "I8": .int8
    case "U8": .uint8
    case "BOOL": .bool
    default: nil
    }
  }
}
