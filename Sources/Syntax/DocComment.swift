/// What the `##` lines above a declaration say: words, and code that shows them.
///
/// ```
/// ## The mean of two numbers.
/// ##
/// ## Details, in as many paragraphs as they need.
/// ##
/// ##     print(middle(1, 3))  # expect: 2
/// fn middle(a: number, b: number) => (a + b) / 2
/// ```
///
/// The first paragraph is the summary. Lines indented by four spaces are the example, whatever stands
/// between them; all other lines are details.
public struct DocComment: Sendable, Equatable {
  /// The first paragraph, on one line.
  public let summary: String
  /// The other paragraphs, a blank line between them.
  public let details: String
  /// The example's lines without the indentation; empty where there is none.
  public let example: String

  /// How far an example is indented.
  public static let indentation = "    "

  /// Takes apart the text of `##` lines (`Statement.documentation`, `Tree.documentation`).
  public init(_ text: String) {
    var paragraphs: [[Substring]] = [[]]
    var code: [Substring] = []
    var blanks = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(Self.indentation) {
        // Blank lines within an example belong to it.
        if !code.isEmpty { code += Array(repeating: "", count: blanks) }
        blanks = 0
        code.append(line.dropFirst(Self.indentation.count))
        if paragraphs.last != [] { paragraphs.append([]) }
      } else if line.allSatisfy(\.isWhitespace) {
        blanks += 1
        if paragraphs.last != [] { paragraphs.append([]) }
      } else {
        blanks = 0
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    let filled = paragraphs.filter { !$0.isEmpty }
    summary = filled.first?.joined(separator: " ") ?? ""
    details = filled.dropFirst().map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    example = code.joined(separator: "\n")
  }
}
