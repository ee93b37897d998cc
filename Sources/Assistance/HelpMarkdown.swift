import Bindings
import Syntax

/// Help as Markdown, short enough for an editor's window.
enum HelpMarkdown {
  /// A title in code and a line.
  static func text(title: String, summary: String) -> String {
    code(title) + (summary.isEmpty ? "" : "\n\n" + summary)
  }

  /// An entry: signature, summary, parameters, details, errors, example, see also.
  static func text(_ entry: HelpEntry, title: String? = nil) -> String {
    var parts = [code(title ?? entry.signature), entry.summary]
    let parameters = entry.parameters.filter { !$0.meaning.isEmpty }
    parts.append(parameters.map { "- `\($0.name)`: \($0.meaning)" }.joined(separator: "\n"))
    if entry.kind == .type || entry.kind == .module {
      parts.append(
        entry.members.map { member in
          "- `\(member.name)`" + (member.meaning.isEmpty ? "" : ": \(member.meaning)")
        }.joined(separator: "\n"))
    }
    for block in DocComment.blocks(of: entry.details) {
      switch block {
      case .prose(let text): parts.append(text)
      case .code(let text): parts.append(code(text))
      case .list(let items): parts.append(items.map { "- \($0)" }.joined(separator: "\n"))
      }
    }
    if !entry.errors.isEmpty { parts.append("Errors: \(entry.errors)") }
    if !entry.citation.isEmpty { parts.append("Source: \(entry.citation)") }
    if !entry.example.isEmpty { parts.append(code(entry.example)) }
    if !entry.seeAlso.isEmpty {
      parts.append("See also: " + entry.seeAlso.map { "`\($0)`" }.joined(separator: ", "))
    }
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  /// A block of code. A fence is longer than any within.
  private static func code(_ text: String) -> String {
    var fence = "```"
    while text.contains(fence) { fence += "`" }
    return "\(fence)clip\n\(text)\n\(fence)"
  }
}

extension HelpEntry {
  /// The entry as Markdown: signature, words, example.
  public var markdown: String { HelpMarkdown.text(self) }
}

extension Candidate {
  /// Everything known of it, as Markdown; empty where there is nothing.
  public var markdown: String { entry.map { HelpMarkdown.text($0) } ?? help }
}
