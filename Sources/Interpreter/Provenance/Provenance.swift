import Syntax

/// How a value that is being saved was made: enough to make it again, and to say what differs where another
/// run gives something else.
public struct Provenance: Sendable {
  /// A script that makes the value and saves it; or why there is none.
  public let recipe: Result<String, RecipeProblem>
  /// Files that the recipe reads.
  public let inputs: [InputFile]
  /// The script that ran; nil in a session.
  public let script: SourceFile?
  /// Values of its parameters, as scripts write them.
  public let parameters: [(name: String, value: String)]
}
