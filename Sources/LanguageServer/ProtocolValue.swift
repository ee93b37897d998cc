import Interpreter
import Syntax

// JSON values of the protocol, read and made.

extension Value {
  /// A member of a record; nil where there is none.
  subscript(member: String) -> Value? {
    if case .record(let record) = self { record[member] } else { nil }
  }

  var stringValue: String? { if case .string(let text) = self { text } else { nil } }
  var listValue: [Value]? { if case .list(let values) = self { values } else { nil } }
  var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  var isNone: Bool { if case .none = self { true } else { false } }

  /// A whole number.
  var intValue: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }

  init(_ number: Int) { self = .number(Double(number)) }
}

/// Places and diagnostics as the protocol has them.
public enum ProtocolValue {
  /// `{"start": {"line": 0, "character": 0}, "end": …}`, in UTF-16 units.
  public static func range(_ span: Span, in file: SourceFile) -> Value {
    .record(["start": position(span.start, in: file), "end": position(span.end, in: file)])
  }

  static func position(_ offset: Int, in file: SourceFile) -> Value {
    let place = file.editorPosition(of: offset)
    return .record(["line": Value(place.line), "character": Value(place.character)])
  }

  /// The place that a client names; nil where it is no place.
  static func position(_ value: Value?) -> EditorPosition? {
    guard let line = value?["line"]?.intValue, let character = value?["character"]?.intValue else {
      return nil
    }
    return EditorPosition(line: line, character: character)
  }

  /// A diagnostic; hint and notes are lines of its message.
  static func diagnostic(_ diagnostic: Diagnostic) -> Value {
    let lines = [diagnostic.message] + (diagnostic.hint.map { [$0] } ?? []) + diagnostic.notes
    return self.diagnostic(
      lines.joined(separator: "\n"), diagnostic.severity, range: range(diagnostic.span, in: diagnostic.file))
  }

  static func diagnostic(_ message: String, _ severity: Diagnostic.Severity, range: Value) -> Value {
    .record([
      "range": range, "severity": Value(severity == .error ? 1 : 2), "source": .string("clipscope"),
      "message": .string(message),
    ])
  }

  static func markdown(_ text: String) -> Value {
    .record(["kind": .string("markdown"), "value": .string(text)])
  }
}

/// An answer that says what is wrong with a request.
struct ProtocolError: Error {
  enum Code: Int {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParameters = -32602
    case notInitialized = -32002
    case cancelled = -32800
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
