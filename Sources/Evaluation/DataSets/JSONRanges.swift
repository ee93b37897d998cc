import Checkpoints
import Tensors

/// Where the elements of an object's lists stand in a JSON file that may be too large to be kept as values.
///
/// Only brackets and quotes are looked at; each element is parsed on its own later, so nothing malformed gets through.
struct JSONRanges {
  /// The elements of each list of the outermost object, by its name. Throws `JSONTree.Malformed`-like `EvaluationError`,
  /// `Interrupted`.
  static func lists(in bytes: [UInt8], path: String) throws -> [String: [Range<Int>]] {
    var scanner = Scanner(bytes: bytes, path: path)
    return try scanner.object()
  }

  private struct Scanner {
    let bytes: [UInt8]
    let path: String
    var position = 0

    func fail(_ what: String) -> EvaluationError {
      let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0a }
      return EvaluationError(path, line: line, "is not valid JSON: \(what)")
    }

    mutating func skipSpace() {
      while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) { position += 1 }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(truncatingIfNeeded: character.value) else {
        return false
      }
      position += 1
      return true
    }

    mutating func object() throws -> [String: [Range<Int>]] {
      var lists: [String: [Range<Int>]] = [:]
      guard take("{") else { throw fail("expected an object") }
      if take("}") { return lists }
      repeat {
        skipSpace()
        let start = position
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
          throw fail("expected a name")
        }
        try skipValue()
        let name = try? JSONTree(parsing: Array(bytes[start..<position])).stringValue
        guard let name, take(":") else { throw fail("expected a name and `:`") }
        skipSpace()
        if position < bytes.count, bytes[position] == UInt8(ascii: "[") {
          guard lists[name] == nil else { throw fail("\(quoted(name)) stands there twice") }
          lists[name] = try elements()
        } else {
          try skipValue()
        }
      } while take(",")
      guard take("}") else { throw fail("expected `,` or `}`") }
      skipSpace()
      guard position == bytes.count else { throw fail("text after the end") }
      return lists
    }

    mutating func elements() throws -> [Range<Int>] {
      var found: [Range<Int>] = []
      position += 1
      if take("]") { return found }
      repeat {
        if found.count & 0xfff == 0 { try Interruption.check() }
        skipSpace()
        let start = position
        try skipValue()
        found.append(start..<position)
      } while take(",")
      guard take("]") else { throw fail("expected `,` or `]`") }
      return found
    }

    /// Passes a value: up to the bracket that closes it, or the next separator.
    mutating func skipValue() throws {
      let start = position
      var depth = 0
      while position < bytes.count {
        switch bytes[position] {
        case UInt8(ascii: "\""):
          position += 1
          while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
          }
          guard position < bytes.count else { throw fail("unexpected end inside quotes") }
          position += 1
          if depth == 0 { return }
          continue
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
          if depth == 0 { return try ended(from: start) }
          depth -= 1
          if depth == 0 {
            position += 1
            return
          }
        case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0a, 0x0d, 0x09:
          if depth == 0 { return try ended(from: start) }
        default: break
        }
        position += 1
      }
      throw fail("unexpected end")
    }

    private func ended(from start: Int) throws {
      if position == start { throw fail("unexpected character") }
    }
  }
}
