/// A place as editors count it: lines and UTF-16 units from 0.
public struct EditorPosition: Sendable, Hashable {
  /// Line, from 0.
  public let line: Int
  /// UTF-16 units from the beginning of the line.
  public let character: Int

  /// A place.
  public init(line: Int, character: Int) {
    self.line = line
    self.character = character
  }
}

extension SourceFile {
  /// An offset as editors count it.
  public func editorPosition(of offset: Int) -> EditorPosition {
    let end = min(max(offset, 0), utf8.count)
    let line = line(of: end)
    let start = min(lineRange(line).lowerBound, end)
    let text = String(decoding: utf8[start..<end], as: UTF8.self)
    return EditorPosition(line: line - 1, character: text.utf16.count)
  }

  /// The offset of a place that an editor names; places outside the text are moved to its nearest one.
  public func offset(of position: EditorPosition) -> Int {
    guard position.line >= 0 else { return 0 }
    guard position.line < lineCount else { return utf8.count }
    let range = lineRange(position.line + 1)
    var rest = position.character
    var offset = range.lowerBound
    for scalar in String(decoding: utf8[range], as: UTF8.self).unicodeScalars {
      let width = UTF16.width(scalar)
      if rest < width { break }
      rest -= width
      offset += UTF8.width(scalar)
    }
    return offset
  }
}
