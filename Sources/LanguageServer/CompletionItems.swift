import Assistance
import Bindings
import Interpreter
import Syntax

extension LanguageServer {
  func completion(_ parameters: Value) throws -> Value {
    let (file, offset) = try place(parameters)
    let candidates = assistant.completions(in: file, at: offset)
    let items = candidates.enumerated().map { item($1, rank: $0, in: file) }
    // Only what goes on from the typed letters is here: with other letters the client asks again.
    return .record(["isIncomplete": .bool(true), "items": .list(items)])
  }

  private func item(_ candidate: Candidate, rank: Int, in file: SourceFile) -> Value {
    let number = String(rank)
    var item: Record = [
      "label": .string(candidate.label), "kind": Value(Self.number(of: candidate.kind)),
      "sortText": .string(String(repeating: "0", count: max(0, 5 - number.count)) + number),
      "filterText": .string(candidate.filter),
      "textEdit": .record([
        "range": ProtocolValue.range(candidate.range, in: file), "newText": .string(candidate.text),
      ]),
    ]
    if !candidate.detail.isEmpty { item["detail"] = .string(candidate.detail) }
    if let entry = candidate.entry, Help.entries(for: entry.name).contains(entry) {
      // The rest of the words comes when the client asks for this one.
      item["documentation"] = ProtocolValue.markdown(entry.summary)
      item["data"] = .record(["help": .string(entry.name), "kind": .string(entry.kind.rawValue)])
    } else if !candidate.markdown.isEmpty {
      item["documentation"] = ProtocolValue.markdown(candidate.markdown)
    }
    return .record(item)
  }

  /// A candidate with all its documentation.
  func resolved(_ item: Value) -> Value {
    guard case .record(var record) = item, let name = item["data"]?["help"]?.stringValue,
      let kind = item["data"]?["kind"]?.stringValue,
      let entry = Help.entries(for: name).first(where: { $0.kind.rawValue == kind && $0.name == name })
    else { return item }
    record["documentation"] = ProtocolValue.markdown(entry.markdown)
    return .record(record)
  }

  /// The protocol's `CompletionItemKind`.
  private static func number(of kind: Candidate.Kind) -> Int {
    switch kind {
    case .function: 3
    case .field: 5
    case .variable: 6
    case .type: 7
    case .module: 9
    case .option: 10
    case .model: 12
    case .keyword: 14
    case .file: 17
    case .folder: 19
    case .choice: 20
    case .label: 21
    }
  }
}
