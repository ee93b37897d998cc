/// What a function takes, as far as a call can be checked without running: names, order, options.
public struct Signature: Sendable {
  /// One parameter.
  public struct Parameter: Sendable {
    /// The name.
    public let name: String
    /// Whether a call without it is an error.
    public let isRequired: Bool
    /// The type as users read it; empty where none is known.
    public let type: String

    /// A parameter.
    public init(name: String, isRequired: Bool, type: String = "") {
      self.name = name
      self.isRequired = isRequired
      self.type = type
    }
  }

  /// The function's name.
  public let name: String
  /// Positional parameters in order; they can be given by name too.
  public let positional: [Parameter]
  /// Whether the last positional parameter takes all remaining arguments.
  public let isVariadic: Bool
  /// Parameters that can be given by name only.
  public let options: [Parameter]

  /// A signature.
  public init(name: String, positional: [Parameter], isVariadic: Bool = false, options: [Parameter] = []) {
    self.name = name
    self.positional = positional
    self.isVariadic = isVariadic
    self.options = options
  }

  /// The signature of a function of the script.
  public init(name: String, function: FunctionExpression) {
    self.init(
      name: name,
      positional: function.parameters.map {
        Parameter(name: $0.name.text, isRequired: $0.defaultValue == nil, type: $0.type?.name ?? "")
      })
  }

  /// As users read it: `gradcam(image, model, texts; method, layers)`.
  public var description: String {
    var names = positional.map { $0.isRequired ? $0.name : $0.name + "?" }
    if isVariadic, let last = positional.last { names[names.count - 1] = last.name + "…" }
    let optional = options.isEmpty ? "" : "; " + options.map(\.name).joined(separator: ", ")
    return "\(name)(\(names.joined(separator: ", "))\(optional))"
  }

  /// What is wrong with a call.
  public struct Problem: Sendable {
    /// What to underline.
    public enum Subject: Sendable, Equatable {
      case callee
      /// A positional argument, from 0; a piped value is the first.
      case positional(Int)
      /// An option, from 0, in the order of the call.
      case option(Int)
    }

    /// What to underline.
    public let subject: Subject
    /// What is wrong.
    public let message: String
    /// What to do.
    public let hint: String?
  }

  /// Everything wrong with a call of `positionalCount` positional arguments and these options.
  public func problems(positionalCount: Int, options given: [String]) -> [Problem] {
    var problems: [Problem] = []
    if positionalCount > positional.count, !isVariadic {
      let takes =
        switch positional.count {
        case 0: "no arguments"
        case 1: "1 argument"
        default: "\(positional.count) arguments"
        }
      problems.append(
        Problem(
          subject: .positional(positional.count),
          message: "`\(name)` takes \(takes), found \(positionalCount)",
          hint: description))
    }
    var seen: Set<String> = []
    for (index, option) in given.enumerated() {
      if !seen.insert(option).inserted {
        problems.append(
          Problem(subject: .option(index), message: "option `\(option)` is given twice", hint: nil))
      } else if let place = positional.firstIndex(where: { $0.name == option }) {
        if isVariadic, place == positional.count - 1 {
          problems.append(
            Problem(
              subject: .option(index), message: "`\(option)` of `\(name)` is given by position",
              hint: description))
        } else if place < positionalCount {
          problems.append(
            Problem(
              subject: .option(index),
              message: "`\(option)` is given twice: as \(Signature.ordinal(place)) argument and by name",
              hint: nil))
        }
      } else if !options.contains(where: { $0.name == option }) {
        let known = options.map(\.name) + positional.map(\.name)
        let isUseless = known.isEmpty
        problems.append(
          Problem(
            subject: .option(index), message: "unknown option `\(option)` for `\(name)`",
            hint: Suggestion.hint(for: option, among: known)
              ?? (isUseless ? "`\(name)` takes no options" : description)))
      }
    }
    for (place, parameter) in positional.enumerated() where place >= positionalCount {
      let collectsRest = isVariadic && place == positional.count - 1
      if parameter.isRequired, !collectsRest, !seen.contains(parameter.name) {
        problems.append(
          Problem(
            subject: .callee,
            message: "`\(name)` needs `\(parameter.name)` as its \(Signature.ordinal(place)) argument",
            hint: description))
      }
    }
    for option in options where option.isRequired && !seen.contains(option.name) {
      problems.append(
        Problem(subject: .callee, message: "`\(name)` needs the option `\(option.name)`", hint: description))
    }
    return problems
  }

  /// `1st`, `2nd`, … of an index from 0.
  public static func ordinal(_ index: Int) -> String {
    let number = index + 1
    let isTeen = (11...13).contains(number % 100)
    switch number % 10 {
    case 1 where !isTeen: return "\(number)st"
    case 2 where !isTeen: return "\(number)nd"
    case 3 where !isTeen: return "\(number)rd"
    default: return "\(number)th"
    }
  }
}
