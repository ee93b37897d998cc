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

/// Shortens text of strangers for messages and makes control characters visible.
func quoted(_ text: String, limit: Int = 80) -> String {
  var result = "`"
  var length = 0
  for scalar in text.unicodeScalars {
    if length == limit {
      result += "…"
      break
    }
    if scalar.properties.generalCategory == .control {
      result += scalar.escaped(asASCII: false)
    } else {
      result.unicodeScalars.append(scalar)
    }
    length += 1
  }
  return result + "`"
}
