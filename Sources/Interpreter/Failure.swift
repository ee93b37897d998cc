import Syntax

/// A script that stopped: what went wrong, where, and through which calls.
public struct RuntimeFailure: Error, Sendable {
  /// What is shown to the user; the call chain is in its notes.
  public internal(set) var diagnostic: Diagnostic
  /// What decides the exit code.
  public let kind: ScriptError.Kind

  /// 4 for an input that is missing or unreadable, 5 for any other error.
  public var exitCode: Int32 { kind == .input ? 4 : 5 }

  /// Adds a note; of very many only the first ones.
  mutating func addNote(_ note: String) {
    if diagnostic.notes.count < 20 { diagnostic.notes.append(note) }
  }

  /// Adds a line of the call chain; long chains are cut.
  mutating func addCall(_ name: String, _ place: String) {
    let limit = 12
    if diagnostic.notes.count < limit {
      diagnostic.notes.append("in function `\(name)` called at \(place)")
    } else if diagnostic.notes.count == limit {
      diagnostic.notes.append("…")
    }
  }
}

extension RuntimeFailure {
  /// What fails inside the standard library concerns users at their own call; where it failed, and
  /// through which functions, is told below. Elsewhere the failure as it is.
  func asSeen(from file: SourceFile, _ call: Span) -> RuntimeFailure {
    guard diagnostic.file.isLibrary, !file.isLibrary else { return self }
    return RuntimeFailure(
      diagnostic: Diagnostic(
        diagnostic.message, file: file, span: call, hint: diagnostic.hint,
        notes: ["at \(diagnostic.place)"] + diagnostic.notes),
      kind: kind)
  }
}

/// Thrown when the user interrupted; exit code 130.
public struct Interruption: Error, Sendable {
  /// An interruption.
  public init() {}
}

/// What is wrong with an argument, before the call knows which text to underline.
struct CallFault: Error {
  let subject: Signature.Problem.Subject
  let message: String
  let hint: String?
}
