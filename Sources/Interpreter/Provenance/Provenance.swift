import Syntax

/// How a value that is being saved was made: enough to make it again, and to say what differs where another
/// run gives something else.
public struct Provenance: Sendable {
  /// A script that makes the value and saves it; or why there is none.
  public let recipe: Result<String, RecipeProblem>
  /// Files that the recipe reads.
  public let inputs: [InputFile]
  /// The script that ran; nil in a session.
  public let script: ScriptIdentity?
  /// Values of its parameters, as scripts write them.
  public let parameters: [(name: String, value: String)]
}

/// A script as files name it that were made by it.
public struct ScriptIdentity: Sendable {
  /// Its file's name.
  public let name: String
  /// Its text; empty where only its checksum is known.
  public let text: [UInt8]
  /// The SHA-256 of its text, where that is known.
  public let sha256: String?
  /// The parameters to name, where they are not those of the run.
  public let parameters: [(name: String, value: String)]?

  /// A script that runs.
  init(_ file: SourceFile) {
    name = file.name
    text = file.utf8
    sha256 = nil
    parameters = nil
  }

  /// A script that is not here.
  public init(name: String, sha256: String, parameters: [(name: String, value: String)]) {
    self.name = name
    text = []
    self.sha256 = sha256
    self.parameters = parameters
  }
}
