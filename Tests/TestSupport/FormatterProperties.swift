import Interpreter
import Syntax

/// What must hold of the formatted text of any script that parses.
public enum FormatterProperties {
  /// What does not hold; empty when all does, and for a script that does not parse.
  public static func complaints(about file: SourceFile) -> [String] {
    let before = Parser.parse(file)
    guard before.diagnostics.isEmpty else { return [] }
    let text: String
    do { text = try Formatter.format(file) } catch { return ["\(file.name) is not formatted: \(error)"] }
    let formatted = SourceFile(name: file.name, text: text, path: file.path)
    let after = Parser.parse(formatted)
    var complaints = after.diagnostics.map { "formatted: \($0.rendered())" }
    if before.tree.structure != after.tree.structure { complaints.append("\(file.name): another tree") }
    // Words of the comments as written, and in the same order.
    let comments = [before, after].map { $0.tree.comments.map { $0.text } }
    if comments[0] != comments[1] { complaints.append("\(file.name): other comments") }
    let again = try? Formatter.format(formatted)
    if again != text {
      complaints.append("\(file.name) changes again from\n\(text)to\n\(again ?? "nothing")")
    }
    if text.split(separator: "\n").contains(where: { $0.hasSuffix(" ") && !$0.contains("#") }),
      !text.contains("\"\"\"")
    {
      complaints.append("\(file.name): spaces at the end of a line")
    }
    return complaints
  }
}
