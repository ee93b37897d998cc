/// A function of the language written in Swift: signature, documentation and body in one place, so
/// that checking, help, completion and running cannot disagree.
public struct Builtin: Sendable {
  /// One parameter.
  public struct Parameter: Sendable {
    /// Its name; for an option, what users write before the colon.
    public let name: String
    /// What it takes. Values of other types are refused before the body runs.
    public let type: TypeSpec
    /// The value when it is left out; nil means it must be given.
    public let defaultValue: Value?
    /// One line: meaning, units.
    public let doc: String

    /// A parameter that must be given unless it has a default.
    public init(_ name: String, _ type: TypeSpec, default defaultValue: Value? = nil, _ doc: String = "") {
      self.name = name
      self.type = type
      self.defaultValue = defaultValue
      self.doc = doc
    }
  }

  /// Documentation, shown by `help` and the manual.
  public struct Documentation: Sendable {
    /// One line.
    public let summary: String
    /// More: shapes, units, what options change.
    public let details: String
    /// When it fails though the types fit; empty where it cannot.
    public let errors: String
    /// The method's equation in plain characters, a line each; empty where there is none.
    public let equation: String
    /// Where the method is published.
    public let citation: String
    /// Names of what a reader may want instead or next.
    public let seeAlso: [String]
    /// Code of an example that runs, with what it prints as `# expect:` comments.
    public let example: String

    /// Words about a builtin.
    public init(
      _ summary: String, details: String = "", equation: String = "", citation: String = "",
      errors: String = "", seeAlso: [String] = [], example: String = ""
    ) {
      self.summary = summary
      self.details = details
      self.errors = errors
      self.equation = equation
      self.citation = citation
      self.seeAlso = seeAlso
      self.example = example
    }
  }

  /// What the body does: pure arguments in, value out; the context for everything else.
  public typealias Body = @Sendable (Arguments, CallContext) throws -> Value

  /// The name scripts call.
  public let name: String
  /// Positional parameters, in order.
  public let positional: [Parameter]
  /// Whether the last positional parameter takes all remaining arguments, as one list.
  public let isVariadic: Bool
  /// Options, given as `name: value`.
  public let options: [Parameter]
  /// What it gives.
  public let result: TypeSpec
  /// Help.
  public let documentation: Documentation
  /// The section of the manual it belongs to: `tensors`, `lists`, `primitives`.
  public let section: String
  /// What a call gives, where its arguments say more than `result`: known before anything runs.
  public let refined: (@Sendable (StaticArguments) -> TypeSpec)?
  /// Whether what it gives are values that it was given, or that a function it called gave: they keep their origins.
  public var passesValuesOn: Bool
  let body: Body
  /// Names of positional parameters, then of options.
  let parameterNames: [String]

  /// A builtin.
  public init(
    _ name: String, section: String, _ positional: [Parameter] = [], variadic: Bool = false,
    options: [Parameter] = [], gives result: TypeSpec, _ documentation: Documentation,
    refined: (@Sendable (StaticArguments) -> TypeSpec)? = nil, passesValuesOn: Bool = false,
    body: @escaping Body
  ) {
    self.name = name
    self.passesValuesOn = passesValuesOn
    self.section = section
    self.positional = positional
    self.isVariadic = variadic
    self.options = options
    self.result = result
    self.documentation = documentation
    self.refined = refined
    self.body = body
    self.parameterNames = (positional + options).map(\.name)
  }
}

/// The arguments of one call, checked against the signature, defaults filled in.
public struct Arguments: Sendable {
  private let names: [String]
  private let values: [Value]
  private let wasGiven: [Bool]

  /// Values in the order of the names.
  init(names: [String], values: [Value], wasGiven: [Bool]) {
    self.names = names
    self.values = values
    self.wasGiven = wasGiven
  }

  /// Checked arguments by parameter name.
  public init(_ values: [String: Value], given: Set<String>) {
    let names = values.keys.sorted()
    self.init(
      names: names, values: names.map { values[$0] ?? .none }, wasGiven: names.map { given.contains($0) })
  }

  /// The options and optional parameters the caller wrote himself.
  public var given: Set<String> {
    Set(zip(names, wasGiven).filter { $0.1 }.map { $0.0 })
  }

  /// The value of a parameter of this builtin.
  public subscript(name: String) -> Value {
    // Signatures are short: looking along them is faster than hashing.
    for index in names.indices where names[index] == name { return values[index] }
    return .none
  }
}

/// An error in the user's terms. Thrown by builtins; the interpreter adds where it happened.
public struct ScriptError: Error, Sendable {
  /// What went wrong decides the exit code.
  public enum Kind: Sendable {
    /// An input is missing or unreadable (exit code 4).
    case input
    /// Anything else while running (exit code 5).
    case running
  }

  /// What was expected and what was found, in the script's own words.
  public let message: String
  /// The parameter at fault, so that its argument is underlined rather than the whole call.
  public let argument: String?
  /// What to do: `did you mean …`.
  public let hint: String?
  /// For the exit code.
  public let kind: Kind

  /// An error for the user.
  public init(_ message: String, argument: String? = nil, hint: String? = nil, kind: Kind = .running) {
    self.message = message
    self.argument = argument
    self.hint = hint
    self.kind = kind
  }
}

/// What a builtin may do besides computing: call back, print, warn, reach files.
public protocol CallContext: AnyObject {
  /// Calls a function of the script (or a builtin passed as a value).
  func call(_ function: Function, _ arguments: [Value]) throws -> Value
  /// Writes a line to standard output.
  func printLine(_ text: String)
  /// What a terminal shows a value as, a picture; nil where there is no terminal that can.
  func picture(of value: Value, _ request: PictureRequest) throws -> String?
  /// Tells the user something that does not stop the script, with the call's place in the source.
  func warn(_ message: String)
  /// The file a `load` path means: the script's folder, the output folder, or the command line's.
  func readPath(_ path: String) throws -> String
  /// The file a `save` path means, inside the output folder.
  func writePath(_ path: String) throws -> String
  /// Notes that what is computed depends on a file or folder whose path was not asked for by `readPath`.
  func noteRead(_ path: String)
  /// Throws when the user interrupted.
  func checkInterruption() throws
  /// Says that the call reads a file: it becomes part of the origin of what the call gives.
  func note(_ input: InputFile)
  /// Tells whoever keeps a record of the run.
  func tell(_ event: @autoclosure () -> RunEvent)
  /// How a value was made, as a script of its own with its inputs; nil where `save` is not asked to say.
  func provenance(of value: Value) -> Provenance?
  /// The script that makes a value of the engine. Throws `RecipeProblem` where there is none.
  func recipe(of value: Value) throws -> String
}

extension CallContext {
  /// No pictures.
  public func picture(of value: Value, _ request: PictureRequest) throws -> String? { nil }
  /// Nobody keeps it.
  public func note(_ input: InputFile) {}
  /// Nobody listens.
  public func tell(_ event: @autoclosure () -> RunEvent) {}
  /// Nothing is known.
  public func provenance(of value: Value) -> Provenance? { nil }
  /// There is none.
  public func recipe(of value: Value) throws -> String {
    throw RecipeProblem(reason: "nothing is known of it")
  }
  /// Nobody asks.
  public func noteRead(_ path: String) {}
}
