import Syntax

/// A `param` of a script, as `--help` shows it and the command line sets it.
public struct ScriptParameter: Sendable {
  /// The name.
  public let name: String
  /// The type.
  public let type: TypeSpec
  /// The default as written in the script; nil where the parameter must be given.
  public let defaultText: String?
  /// Its `##` lines.
  public let documentation: String?
}

/// A command line that does not fit the script's parameters (exit code 2).
public struct ParameterError: Error, Sendable, Equatable {
  /// What was expected and what was found.
  public let message: String

  /// A mistake on the command line.
  public init(message: String) { self.message = message }
}

extension ScriptParameter {
  /// The parameters of a script in the order written.
  static func all(in tree: Tree) -> [ScriptParameter] {
    tree.statements.compactMap { statement in
      guard case .parameter(let declaration) = statement.kind else { return nil }
      return ScriptParameter(
        name: declaration.name.text, type: TypeSpec(declaration.type),
        defaultText: declaration.defaultValue.map { tree.file.text($0.span) },
        documentation: statement.documentation)
    }
  }

  /// Values from `name=value` texts of the command line. Paths are relative to `workingFolder`.
  /// Throws `ParameterError` for unknown or repeated names, wrong types and what is missing.
  public static func values(
    of parameters: [ScriptParameter], from texts: [String], workingFolder: String = ScriptPaths.currentFolder
  ) throws -> [String: Value] {
    var values: [String: Value] = [:]
    for text in texts {
      guard let equals = text.firstIndex(of: "=") else {
        throw ParameterError(message: "expected `name=value`, found `\(shortened(text))`")
      }
      let name = String(text[..<equals])
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        let hint =
          Suggestion.hint(for: name, among: parameters.map(\.name))
          ?? (parameters.isEmpty
            ? "this script has none"
            : "there are " + parameters.map { "`\($0.name)`" }.joined(separator: ", "))
        throw ParameterError(message: "unknown parameter `\(name)`: \(hint)")
      }
      guard values[name] == nil else {
        throw ParameterError(message: "the parameter `\(name)` is given twice")
      }
      values[name] = try parameter.value(String(text[text.index(after: equals)...]), workingFolder)
    }
    for parameter in parameters where parameter.defaultText == nil && values[parameter.name] == nil {
      throw ParameterError(message: "the parameter `\(parameter.name)` must be given: `\(parameter.name)=…`")
    }
    return values
  }

  private func value(_ text: String, _ workingFolder: String) throws -> Value {
    guard let value = try ScriptParameter.value(text, as: type, workingFolder), type.accepts(value) else {
      throw ParameterError(
        message:
          "the parameter `\(name)` takes \(type.phrase), found `\(ScriptParameter.shortened(text))`\(expectation)"
      )
    }
    return value
  }

  /// The beginning of a long text, for messages.
  private static func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 60 ? text : String(text.prefix(60)) + "…"
  }

  private var expectation: String {
    switch type {
    case .bool: ": write `true` or `false`"
    case .list: ": write values with commas between them, or a JSON list"
    default: ""
    }
  }

  /// The value that a text means as a type; nil where it means none.
  private static func value(_ text: String, as type: TypeSpec, _ workingFolder: String) throws -> Value? {
    switch type {
    case .string, .any: return .string(text)
    case .path:
      if text.isEmpty { return nil }
      return .string(ScriptPaths.absolute(text, in: workingFolder))
    case .int, .number:
      let trimmed = Text.trimmed(text)
      // `Double` would take `inf`, `nan` and hexadecimal too.
      guard trimmed.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }),
        let number = Double(trimmed), number.isFinite
      else { return nil }
      return .number(number)
    case .bool:
      switch text {
      case "true", "yes", "1": return .bool(true)
      case "false", "no", "0": return .bool(false)
      default: return nil
      }
    case .none: return text == "none" ? Value.none : nil
    case .list(let element):
      let trimmed = Text.trimmed(text)
      if trimmed.hasPrefix("[") {
        guard case .list(let values)? = JSON.parse(trimmed) else { return nil }
        if element == .path {
          return .list(
            values.map {
              if case .string(let path) = $0 {
                .string(ScriptPaths.absolute(path, in: workingFolder))
              } else {
                $0
              }
            })
        }
        return .list(values)
      }
      if trimmed.isEmpty { return .list([]) }
      var values: [Value] = []
      for part in trimmed.split(separator: ",", omittingEmptySubsequences: false) {
        guard let value = try value(Text.trimmed(String(part)), as: element, workingFolder) else {
          return nil
        }
        values.append(value)
      }
      return .list(values)
    default: return nil
    }
  }
}
