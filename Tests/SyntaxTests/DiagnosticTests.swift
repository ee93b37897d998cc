import Syntax
import Testing

/// Messages look exactly as the language's description shows them.
@Suite struct DiagnosticTests {
  func rendered(_ text: String, _ part: String, hint: String? = nil) -> String {
    let utf8 = Array(text.utf8)
    let wanted = Array(part.utf8)
    let start = utf8.indices.first { utf8[$0...].starts(with: wanted) } ?? 0
    let file = SourceFile(name: "a.clip", text: text)
    return Diagnostic("wrong", file: file, span: Span(start, start + wanted.count), hint: hint).rendered()
  }

  @Test func theFormIsTheOneOfTheDescription() {
    let lines = Array(repeating: "", count: 11) + ["grads = photo |> gradcam(model, labels, layr: -2)"]
    let file = SourceFile(name: "compare.clip", text: lines.joined(separator: "\n"))
    let diagnostic = Diagnostic(
      "unknown option `layr` for `gradcam`", file: file, span: Span(11 + 40, 11 + 44),
      hint: "did you mean `layers`?")
    #expect(
      diagnostic.rendered() == """
        error: unknown option `layr` for `gradcam`
          --> compare.clip:12:41
        12 | grads = photo |> gradcam(model, labels, layr: -2)
           |                                         ^^^^ did you mean `layers`?
        """)
  }

  @Test func tabsAreShownAsSpaces() {
    #expect(rendered("\tx = y", "y") == "error: wrong\n --> a.clip:1:6\n1 |     x = y\n  |         ^")
  }

  @Test func wideCharactersTakeTwoCells() {
    #expect(
      rendered("日本 = 'é' + 語x", "語x")
        == "error: wrong\n --> a.clip:1:12\n1 | 日本 = 'é' + 語x\n  |              ^^^")
    #expect(rendered("🐶 + y", "y") == "error: wrong\n --> a.clip:1:5\n1 | 🐶 + y\n  |      ^")
    #expect(rendered("e\u{301} + y", "y") == "error: wrong\n --> a.clip:1:5\n1 | e\u{301} + y\n  |     ^")
  }

  @Test func controlCharactersCannotReachTheTerminal() {
    #expect(!rendered("x = \u{1B}[31m y", "y").contains("\u{1B}"))
  }

  @Test func longLinesAreCutAroundTheSpan() {
    let text = rendered(
      String(repeating: "a", count: 500) + " here " + String(repeating: "b", count: 500), "here")
    #expect(text.contains("here"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count < 130 })
    let lines = text.split(separator: "\n")
    let column = lines[2].range(of: "here").map {
      lines[2].distance(from: lines[2].startIndex, to: $0.lowerBound)
    }
    #expect(
      lines[3].firstIndex(of: "^").map { lines[3].distance(from: lines[3].startIndex, to: $0) } == column)
  }

  @Test func carriageReturnsAreNoPartOfALine() {
    #expect(rendered("x = 1\r\ny = z\r\n", "z") == "error: wrong\n --> a.clip:2:5\n2 | y = z\n  |     ^")
  }

  @Test func notesStandBelow() {
    let file = SourceFile(name: "a.clip", text: "x")
    let diagnostic = Diagnostic(
      .warning, "odd", file: file, span: Span(0, 1), hint: nil, notes: ["first", "second"])
    #expect(diagnostic.rendered() == "warning: odd\n --> a.clip:1:1\n1 | x\n  | ^\n  = first\n  = second")
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: SourceError.self) { try SourceFile.decode(name: "a", path: "a", bytes: [0x61, 0xFF]) }
  }

  @Test(arguments: [
    ("layr", "layers"), ("lenght", "length"), ("pritn", "print"), ("Dog", "dog"), ("x", nil), ("zzzzz", nil),
    ("norm", nil),
  ])
  func suggestions(_ name: String, _ expected: String?) {
    let known = ["layers", "length", "print", "dog", "y", "normalize"]
    #expect(Suggestion.nearest(to: name, among: known) == expected)
  }
}

extension StringProtocol {
  /// The range of a part, without Foundation.
  fileprivate func range(of part: String) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(part) { return index..<self.index(index, offsetBy: part.count) }
      index = self.index(after: index)
    }
    return nil
  }
}

/// Places as editors count them.
@Suite struct EditorPositionTests {
  @Test func thereAndBack() {
    let file = SourceFile(name: "t", text: "a🙂b\r\nçd\n\nend")
    for (offset, line, character) in [
      (0, 0, 0), (1, 0, 1), (5, 0, 3), (6, 0, 4), (8, 1, 0), (10, 1, 1), (11, 1, 2), (12, 2, 0), (16, 3, 3),
    ] {
      let position = file.editorPosition(of: offset)
      #expect(position == EditorPosition(line: line, character: character), "offset \(offset)")
      #expect(file.offset(of: position) == offset)
    }
  }

  @Test func placesOutsideAreMovedInside() {
    let file = SourceFile(name: "t", text: "ab\ncd")
    #expect(file.offset(of: EditorPosition(line: 0, character: 99)) == 2)
    #expect(file.offset(of: EditorPosition(line: 99, character: 0)) == 5)
    #expect(file.offset(of: EditorPosition(line: -1, character: 0)) == 0)
    #expect(file.offset(of: EditorPosition(line: 1, character: -5)) == 3)
    #expect(file.editorPosition(of: 99) == EditorPosition(line: 1, character: 2))
  }
}
