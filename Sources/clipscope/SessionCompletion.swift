import Assistance
import Interpreter
import REPL
import Syntax

/// What Tab offers in a session: the same as an editor is offered, with the session's values at hand.
enum SessionCompletion {
  private static let assistant = Assistant()

  /// The candidates at a cursor that is counted in characters; nil where nothing can stand there.
  static func complete(
    _ text: String, _ cursor: Int, _ names: [(name: String, value: Value)], _ modules: [String: String]
  ) -> Completion? {
    let file = SourceFile(name: "entry", text: text, path: ScriptPaths.currentFolder + "/entry")
    let offset = text.prefix(cursor).utf8.count
    let all = assistant.completions(
      in: file, at: offset, session: SessionScope(names, modules: modules))
    guard let first = all.first else { return nil }
    func characters(_ offset: Int) -> Int { file.text(Span(0, offset)).count }
    // A list has one range: candidates that replace less of the text keep what stands before theirs.
    let range = all.reduce(first.range) { Span(min($0.start, $1.range.start), max($0.end, $1.range.end)) }
    let candidates = all.map { candidate in
      Completion.Candidate(
        file.text(Span(range.start, candidate.range.start)) + candidate.text
          + file.text(Span(candidate.range.end, range.end)), help: candidate.help)
    }
    return Completion(
      range: characters(range.start)..<characters(range.end), candidates: candidates)
  }
}
