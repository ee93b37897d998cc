/// A half-open range of UTF-8 offsets in one source file.
public struct Span: Sendable, Hashable {
  /// Offset of the first byte.
  public let start: Int
  /// Offset after the last byte; equal to `start` for a point.
  public let end: Int

  /// The bytes `start ..< end`.
  public init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = max(start, end)
  }

  /// The smallest span that covers both.
  public func joined(_ other: Span) -> Span { Span(min(start, other.start), max(end, other.end)) }
}

/// A place as users read it.
public struct Location: Sendable, Hashable {
  /// Line, from 1.
  public let line: Int
  /// Column in characters, from 1.
  public let column: Int
}

/// The text of one script with its lines.
public final class SourceFile: Sendable {
  /// The name shown in messages: `compare.clip`, `std.prompts`.
  public let name: String
  /// What distinguishes it from other files: an absolute path where it has one.
  public let path: String
  /// Whether this is a module of the standard library.
  public var isLibrary: Bool { path.hasPrefix("std:") }
  /// The text as UTF-8.
  public let utf8: [UInt8]
  private let lineStarts: [Int]

  /// The largest source file accepted, in bytes.
  public static let sizeLimit = 16 << 20

  /// A source of the given name and text; `path` is the identity that imports are compared by.
  public init(name: String, text: String, path: String? = nil) {
    self.name = name
    self.path = path ?? name
    self.utf8 = Array(text.utf8)
    var starts = [0]
    for (offset, byte) in utf8.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
    self.lineStarts = starts
  }

  /// A source from bytes read from a file.
  /// Throws `SourceError` when it is too large or not UTF-8.
  public static func decode(name: String, path: String, bytes: [UInt8]) throws -> SourceFile {
    guard bytes.count <= sizeLimit else {
      throw SourceError("`\(name)` has \(bytes.count) bytes; a script may have \(sizeLimit)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SourceError("`\(name)` is not UTF-8 text")
    }
    return SourceFile(name: name, text: text, path: path)
  }

  /// Number of lines.
  public var lineCount: Int { lineStarts.count }

  /// The line, from 1, that holds an offset.
  public func line(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// Line and column of an offset; columns count characters, not bytes.
  public func location(of offset: Int) -> Location {
    let line = line(of: offset)
    let end = min(max(offset, 0), utf8.count)
    let start = min(lineStarts[line - 1], end)
    return Location(line: line, column: String(decoding: utf8[start..<end], as: UTF8.self).count + 1)
  }

  /// The bytes of a line without its end; lines count from 1.
  func lineRange(_ line: Int) -> Range<Int> {
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : utf8.count
    if end > start, utf8[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  /// The text of a line without its end; lines count from 1, and others are empty.
  public func lineText(_ line: Int) -> String {
    guard (1...lineCount).contains(line) else { return "" }
    let range = lineRange(line)
    return text(Span(range.lowerBound, range.upperBound))
  }

  /// The text of a span.
  public func text(_ span: Span) -> String {
    let start = min(max(span.start, 0), utf8.count)
    let end = min(max(span.end, start), utf8.count)
    return String(decoding: utf8[start..<end], as: UTF8.self)
  }
}

/// A source that cannot be had: missing, too large, not UTF-8.
public struct SourceError: Error, Sendable, CustomStringConvertible {
  /// Why, in the user's terms.
  public let message: String

  /// A source that cannot be had, and why.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}
