import Basics

/// What is wrong with a data set, a sample, an output or a file of rows, in users' words.
public struct EvaluationError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The file concerned, as the user wrote it or as it was found; nil where it is none.
  public let file: String?
  /// The line of the file, from 1.
  public let line: Int?
  /// What is wrong.
  public let problem: String

  /// An error about a file, and perhaps a line of it.
  public init(_ file: String, line: Int? = nil, _ problem: String) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// An error about something that is no file.
  public init(_ problem: String) {
    file = nil
    line = nil
    self.problem = problem
  }

  /// `path, line 3: what is wrong`
  public var description: String {
    guard let file else { return problem }
    return line.map { "\(file), line \($0): \(problem)" } ?? "\(file): \(problem)"
  }
}

/// Text of strangers for messages.
func quoted(_ text: String, limit: Int = 80) -> String { Quoting.message(text, limit: limit) }

/// The known name nearest to a misspelt one, as the end of a sentence: "; did you mean `cat`?", or nothing.
func suggestion(for name: String, among known: [String]) -> String {
  Suggestion.nearest(to: name, among: known.prefix(10_000)).map { "; did you mean \(quoted($0))?" } ?? ""
}
