import Syntax

/// A function as a value: of the script, or a builtin.
public struct Function: Sendable {
  enum Implementation: Sendable {
    case builtin(BuiltinReference)
    case closure(Closure)
  }

  let implementation: Implementation

  init(_ closure: Closure) { self.implementation = .closure(closure) }

  /// A builtin as a value.
  public init(_ builtin: Builtin) { self.implementation = .builtin(BuiltinReference(builtin)) }

  init(_ builtin: BuiltinReference) { self.implementation = .builtin(builtin) }

  /// What users call it; `fn` for anonymous ones.
  public var name: String {
    switch implementation {
    case .builtin(let reference): reference.builtin.name
    case .closure(let closure): closure.code.name
    }
  }

  /// What a call takes.
  public var signature: Signature {
    switch implementation {
    case .builtin(let reference): reference.signature
    case .closure(let closure): closure.code.signature
    }
  }

  /// The builtin behind it; nil for functions of a script.
  public var builtin: Builtin? {
    if case .builtin(let reference) = implementation { reference.builtin } else { nil }
  }

  /// The file that a function of a script stands in; nil for builtins.
  public var file: SourceFile? {
    if case .closure(let closure) = implementation { closure.code.file } else { nil }
  }

  /// What a function of a script does, as its words without comments and layout, and the outer values
  /// that it uses; nil for builtins. Of two functions with equal ones, each gives what the other gives.
  public var contents: (words: [String], captured: [Value])? {
    guard case .closure(let closure) = implementation else { return nil }
    let code = closure.code
    let words = Lexeme.all(of: code.file, within: code.span).map { code.file.text($0.span) }
    return (words, closure.captured)
  }

  /// The same function, not merely one that looks the same.
  func isSame(as other: Function) -> Bool {
    switch (implementation, other.implementation) {
    case (.builtin(let a), .builtin(let b)): a.builtin.name == b.builtin.name
    case (.closure(let a), .closure(let b)): a === b
    default: false
    }
  }
}

/// A builtin and its signature, shared by every mention of it.
final class BuiltinReference: Sendable {
  let builtin: Builtin
  let signature: Signature

  init(_ builtin: Builtin) {
    self.builtin = builtin
    self.signature = builtin.signature
  }
}

/// A function of a script with the outer values it uses.
final class Closure: Sendable {
  let code: Code
  let captured: [Value]
  /// How deeply values are nested in it (see `Nesting`).
  let depth: Int

  init(_ code: Code, captured: [Value], depth: Int) {
    self.code = code
    self.captured = captured
    self.depth = depth
  }
}

extension Builtin {
  /// What a call takes, for checking without running.
  public var signature: Signature {
    func parameters(_ list: [Parameter]) -> [Signature.Parameter] {
      list.map { .init(name: $0.name, isRequired: $0.defaultValue == nil, type: $0.type.description) }
    }
    return Signature(
      name: name, positional: parameters(positional), isVariadic: isVariadic, options: parameters(options))
  }
}
