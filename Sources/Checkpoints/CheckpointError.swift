import Basics

/// A checkpoint that cannot be used, in a sentence that names the file.
///
/// The description is the file's path, a colon, and what is wrong with it.
public struct CheckpointError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The file or folder concerned, as the user wrote it or as it was found.
  public let file: String
  /// What is wrong, with the key and the shapes concerned.
  public let problem: String

  /// An error about `file`.
  public init(_ file: String, _ problem: String) {
    self.file = file
    self.problem = problem
  }

  /// `path: what is wrong`
  public var description: String { "\(file): \(problem)" }
}

/// Text of strangers for messages.
func quoted(_ text: String, limit: Int = 80) -> String { Quoting.message(text, limit: limit) }
