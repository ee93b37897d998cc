import Assistance
import Bindings
import Syntax
import Testing

/// Nothing that can be typed brings the assistant down, at any cursor.
@Suite struct RobustnessTests {
  private static let texts = [
    "import std.prompts\nmodel = load(\"emoji\")\nfn f(x, k: number = 2) { y = x * k\n y + 1 }\n"
      + "for a, b in [[1, 2]] { print(\"{a:>3} {f(b, k: 3)} {{x}} {}\") }\n",
    "x = [\"\"\"multi {x + \"{y}\"} line\n  more\"\"\", 'raw {x}', \"\\u{1F600} ünï 🙂\"]  # comment\n",
    "((([[[{{{\"{\"{\"{'", "}}}]]])))", "\"{{{}}}{", "a.b.c(d: e, f: [g |> h(i)])", "param p: list[list[",
    "import \"",
    "x |> |> y", "fn fn fn", "for for in in", "= = =", ". . .", ":", "\"\\", "\"{x:", "{a: {b: {c: ",
    "\u{FEFF}x = 1\r\ny = x\r\n",
  ]

  @Test(arguments: texts) func everyCursorOfEveryBeginning(_ text: String) {
    let bytes = Array(text.utf8)
    for end in stride(from: 0, through: bytes.count, by: max(1, bytes.count / 40)) {
      let beginning = SourceFile(
        name: "a", text: String(decoding: bytes[..<end], as: UTF8.self), path: "/nowhere/a")
      for offset in [end, end / 2, max(0, end - 1)] { ask(beginning, offset) }
    }
    let whole = SourceFile(name: "a", text: text, path: "/nowhere/a")
    for offset in -1...(bytes.count + 1) { ask(whole, offset) }
  }

  /// Candidates replace what lies in the text and around the cursor.
  private func ask(_ file: SourceFile, _ offset: Int) {
    for candidate in Marked.assistant.completions(in: file, at: offset) {
      guard 0 <= candidate.range.start, candidate.range.start <= max(offset, 0),
        candidate.range.end <= file.utf8.count, candidate.range.end >= min(offset, file.utf8.count)
      else {
        Issue.record("\(candidate.label) at \(offset): \(candidate.range)")
        return
      }
    }
    if let found = Marked.assistant.explanation(in: file, at: offset) {
      #expect(found.span.end <= file.utf8.count)
      #expect(!found.title.isEmpty)
    }
    _ = Marked.assistant.callHelp(in: file, at: offset)
    _ = Marked.assistant.definition(in: file, at: offset)
    _ = Marked.assistant.declarations(in: file)
  }
}
