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
    let candidates = all.filter { $0.range == first.range }.map {
      Completion.Candidate($0.text, help: $0.help)
    }
    return Completion(
      range: characters(first.range.start)..<characters(first.range.end), candidates: candidates)
  }
}
