import Syntax

/// A checked script: what is wrong with it, what it takes, and what runs.
public struct Program: Sendable {
  /// The parsed and resolved files.
  public let graph: ModuleGraph
  /// Everything wrong in the script and its imports, in the order of the text.
  public let diagnostics: [Diagnostic]
  /// Strings given to builtins, as far as the script writes them: paths that can be checked. One
  /// that is not known stands as a single hole.
  public let literalArguments: [LiteralArgument]

  /// Checks a script and everything it imports against the builtins, without running anything.
  public static func check(
    _ file: SourceFile, registry: Registry, loader: any SourceLoader
  ) -> Program {
    Program(file, environment: registry.environment, registry: registry, loader: loader)
  }

  init(_ file: SourceFile, environment: Environment, registry: Registry, loader: any SourceLoader) {
    let graph = ModuleGraph.check(file, in: environment, loader: loader)
    var diagnostics: [Diagnostic] = []
    var literals: [LiteralArgument] = []
    var members: [String: StaticType] = [:]
    for module in graph.modules {
      let outcome = TypeChecker.check(module, registry: registry, imported: members)
      members[module.file.path] = outcome.members
      let all = graph.diagnostics.filter { $0.file === module.file } + outcome.diagnostics
      diagnostics += all.sorted { $0.span.start < $1.span.start }
      literals += outcome.literals
    }
    self.literalArguments = literals
    self.graph = graph
    self.diagnostics = diagnostics
  }

  /// Warnings about the script itself: unused names, code that never runs. None where the text is
  /// not understood.
  public var lints: [Diagnostic] { isValid ? Lints.check(graph.main.tree) : [] }

  /// Whether it can run.
  public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }
  /// The script's `param`s in order.
  public var parameters: [ScriptParameter] { ScriptParameter.all(in: graph.main.tree) }
  /// The script's own `##` text.
  public var documentation: String? { graph.main.tree.documentation }
}

/// Runs scripts, or the entries of an interactive session one after the other.
public final class Session {
  private let registry: Registry
  private let loader: any SourceLoader
  private let machine: Machine

  // Interactive state: values by index; a name bound again gets a new index, so that what used the
  // old value keeps it.
  private var globals: [Value] = []
  private var environment: Environment
  private var dependencies: [Set<Int>] = []
  private var entryCount = 0

  /// A session with the given builtins, operators on engine values, paths and host.
  public init(
    registry: Registry, loader: any SourceLoader, operators: any OperatorTable = NoOperators(),
    paths: ScriptPaths, host: Host
  ) {
    self.registry = registry
    self.loader = loader
    self.machine = Machine(registry: registry, operators: operators, paths: paths, host: host)
    self.environment = registry.environment
    self.environment.isInteractive = true
  }

  /// Checks a script (see `Program.check`).
  public func check(_ file: SourceFile) -> Program {
    Program.check(file, registry: registry, loader: loader)
  }

  /// Runs a checked script from its beginning and gives the value of its last expression.
  ///
  /// `parameters` are values for its `param`s (see `ScriptParameter.values`).
  /// Throws `RuntimeFailure`, or `Interruption` when the user stopped it.
  @discardableResult
  public func run(_ program: Program, parameters: [String: Value] = [:]) throws -> Value {
    if let error = program.diagnostics.first(where: { $0.severity == .error }) {
      throw RuntimeFailure(diagnostic: error, kind: .running)
    }
    machine.parameters = parameters
    return try LargeStack.run { [self] in
      try runImports(of: program)
      let code = Compiler.compile(program.graph.main, registry: registry, isMain: true)
      machine.script = ScriptIdentity(program.graph.main.file)
      return try machine.run(
        code, captured: [], asMain: true, exports: program.graph.main.resolution.exports
      ).1
    }
  }

  /// Runs each imported module once and keeps the record of its members.
  private func runImports(of program: Program) throws {
    for module in program.graph.modules where module !== program.graph.main {
      if machine.modules[module.file.path] != nil { continue }
      let code = Compiler.compile(module, registry: registry, isMain: false)
      let (frame, _) = try machine.run(code, captured: [], asMain: false)
      var members = Record()
      for member in module.interface.members { members[member.name] = frame[member.slot] }
      machine.modules[module.file.path] = .record(members)
    }
  }

  /// The script that makes a value of the engine, which this session made. Throws `RecipeProblem` where there is none.
  public func recipe(of value: Value) throws -> String { try machine.recipe(of: value) }

  // MARK: Interactive

  /// What became of one entry.
  public struct Entry: Sendable {
    /// The value of its last expression; `none` for bindings.
    public var value = Value.none
    /// What was wrong before running; then nothing ran.
    public var diagnostics: [Diagnostic] = []
    /// Whether the text only lacks an end, so that more lines may complete it.
    public var isIncomplete = false
    /// Names it bound.
    public var bound: [String] = []
    /// Names bound earlier whose values rest on a name that was now bound again.
    public var stale: [String] = []
    /// The entry as it was understood.
    public var program: Program?
  }

  /// How an entry runs that is not simply typed.
  public struct EntryOptions {
    /// What messages call it; `entry 3` where it is nil.
    public var name: String?
    /// The file it is, where it is one: imports start there.
    public var path: String?
    /// Where its paths start, where that is not the session's own place.
    public var paths: ScriptPaths?
    /// Values for its `param`s.
    public var parameters: [String: Value] = [:]
    /// A further name for its value, besides `_`.
    public var result: String?

    /// An entry as typed.
    public init() {}
  }

  /// Runs one entry. Its names stay for later entries and may be bound again; `_` is the last value.
  /// Throws `RuntimeFailure` or `Interruption`; names bound before the error are dropped.
  public func enter(_ text: String, _ options: EntryOptions = EntryOptions()) throws -> Entry {
    entryCount += 1
    let name = options.name ?? "entry \(entryCount)"
    let file = SourceFile(
      name: name, text: text, path: options.path ?? ScriptPaths.currentFolder + "/" + name)
    let program = Program(file, environment: environment, registry: registry, loader: loader)
    var entry = Entry()
    entry.program = program
    entry.diagnostics = program.diagnostics
    entry.isIncomplete = program.graph.isIncomplete
    guard program.isValid else { return entry }
    let resolution = program.graph.main.resolution
    let sources = Set(resolution.main.captures.map(\.from))
    let ownPaths = machine.paths
    machine.paths = options.paths ?? ownPaths
    machine.parameters = options.parameters
    defer {
      machine.paths = ownPaths
      machine.parameters = [:]
    }
    let (frame, value) = try LargeStack.run { [self] in
      try runImports(of: program)
      let code = Compiler.compile(program.graph.main, registry: registry, isMain: true)
      return try machine.run(
        code, captured: resolution.main.captures.map { globals[$0.from] }, asMain: true,
        exports: resolution.exports)
    }
    entry.value = value
    for export in resolution.exports {
      if let old = environment.globals[export.name] { entry.stale += namesResting(on: old.index) }
      define(export.name, frame[export.slot], export.signature, export.module, from: sources)
      if !entry.bound.contains(export.name) { entry.bound.append(export.name) }
    }
    let unique = Set(entry.stale).subtracting(entry.bound)
    entry.stale = unique.sorted()
    if case .none = value {
    } else {
      define("_", value, nil, nil, from: sources)
      if let result = options.result { define(result, value, nil, nil, from: sources) }
    }
    return entry
  }

  /// Forgets every name of the session.
  public func reset() {
    environment = registry.environment
    environment.isInteractive = true
    globals = []
    dependencies = []
  }

  private func define(
    _ name: String, _ value: Value, _ signature: Signature?, _ module: ModuleInterface?,
    from sources: Set<Int>
  ) {
    // Nothing can name the old value any more: what captured it has its own copy.
    if let old = environment.globals[name]?.index { globals[old] = .none }
    environment.globals[name] = .init(index: globals.count, signature: signature, module: module)
    globals.append(value)
    dependencies.append(sources)
  }

  /// Names whose present value was computed from a global, directly or not.
  private func namesResting(on index: Int) -> [String] {
    var affected: Set<Int> = [index]
    // Globals only depend on earlier ones, so one pass in order finds all.
    for later in dependencies.indices where later > index && !dependencies[later].isDisjoint(with: affected) {
      affected.insert(later)
    }
    affected.remove(index)
    return environment.globals.filter { affected.contains($0.value.index) && $0.key != "_" }.map(\.key)
  }

  /// Names that stand for imported modules, with the modules' names: `std.prompts`.
  public var moduleNames: [String: String] { environment.globals.compactMapValues { $0.module?.name } }

  /// Names of the session with their values, in alphabetical order, for completion.
  public var names: [(name: String, value: Value)] {
    environment.globals.keys.sorted().compactMap { name in
      environment.globals[name].map { (name, globals[$0.index]) }
    }
  }
}

/// Operators for a language without an engine: none apply.
public struct NoOperators: OperatorTable {
  /// A table in which no operator applies.
  public init() {}
  /// Never applies.
  public func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws -> Value? { nil }
  /// Never applies.
  public func negated(_ a: Value) throws -> Value? { nil }
}
