import Bindings
import Checkpoints
import Interpreter
import Syntax

/// What an interactive session has bound before the text at hand.
public struct SessionScope: Sendable {
  /// Names with their values.
  public let values: [String: Value]
  /// Names that stand for imported modules, with the modules' names: `std.prompts`.
  public let modules: [String: String]

  /// What a session has bound (`Session.names`, `Session.moduleNames`).
  public init(_ names: [(name: String, value: Value)], modules: [String: String] = [:]) {
    values = Dictionary(names.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    self.modules = modules
  }

  var known: [String: KnownValue] { values.mapValues { KnownValue($0) } }
}

/// Completes and explains scripts: what can stand at a cursor, what a name means and where it is bound,
/// what a call takes. The language server and a prompt ask here; nothing is run.
///
/// Texts may be incomplete. Offsets are in bytes of UTF-8. Relative paths start at the folder of
/// `SourceFile.path`.
public struct Assistant: Sendable {
  let help: Help
  let registry: Registry
  let loader: any SourceLoader
  let models: ModelLocator
  let home: String?

  /// An assistant for the program's own builtins and library.
  ///
  /// - Parameters:
  ///   - loader: where imports come from; an editor gives its open files first
  ///   - models: where models are looked for
  ///   - home: the folder that `~` means; nil where there is none
  public init(
    loader: any SourceLoader = Engine.loader, models: ModelLocator = ModelLocator(),
    home: String? = HomeFolder.path
  ) {
    self.help = Help.standard
    self.registry = Engine.registry
    self.loader = loader
    self.models = models
    self.home = home
  }

  /// A name that no script has: it stands for what is being written.
  static let probe = "_the_word_at_the_cursor_"
}

/// What is visible at a cursor.
struct Scope {
  /// Names with what is known of their values; builtins are not among them.
  var names: [String: KnownValue] = [:]
  /// What stands before the dot that the cursor follows.
  var base: KnownValue?
  /// What was read of the text.
  let knowledge: ScriptKnowledge
  let session: SessionScope?
  /// What the text says of what it binds.
  let declared: [String: HelpEntry]

  init(
    names: [String: KnownValue], base: KnownValue? = nil, knowledge: ScriptKnowledge, session: SessionScope?
  ) {
    self.names = names
    self.base = base
    self.knowledge = knowledge
    self.session = session
    declared = HelpEntry.declarations(in: knowledge.graph.main.tree)
  }

  /// The module that a name stands for: `std.prompts`, or a file's name.
  func module(_ name: String) -> Module? {
    for statement in knowledge.graph.main.tree.statements {
      if case .importing(let declaration) = statement.kind, declaration.name.text == name {
        return knowledge.graph.main.imports[declaration.name.id]
      }
    }
    return nil
  }

  /// The name of the module that a name stands for.
  func moduleName(_ name: String) -> String? { module(name)?.file.name ?? session?.modules[name] }

  /// The value at the end of `a.b.c`, where the session has it.
  func value(of path: [String]) -> Value? {
    guard let first = path.first, var value = session?.values[first] else { return nil }
    // The text itself may bind the name again.
    if knowledge.graph.main.resolution.exports.contains(where: { $0.name == first }) { return nil }
    for name in path.dropFirst() {
      switch value {
      case .record(let record):
        guard let next = record[name] else { return nil }
        value = next
      case .object(let object):
        guard let next = try? object.field(name) else { return nil }
        value = next
      default: return nil
      }
    }
    return value
  }

  /// What is known of the value at the end of `a.b.c`.
  func known(_ path: [String]) -> KnownValue? {
    guard let first = path.first, var value = names[first] else { return nil }
    for name in path.dropFirst() {
      guard let next = value.field(name) else { return nil }
      value = next
    }
    return value
  }
}

extension Assistant {
  /// What is visible where a span stands: a word or a string that is being written.
  func scope(in file: SourceFile, replacing span: Span, session: SessionScope?) -> Scope {
    let known = session?.known ?? [:]
    for text in file.completed(with: Assistant.probe, at: span) {
      let knowledge = ScriptKnowledge(
        text, registry: registry, loader: loader, session: known, probe: Assistant.probe)
      if var names = knowledge.visible {
        let before = Lexeme.all(of: file, within: Span(0, span.start))
        for name in Brackets.namesBoundBehindOpenOnes(in: before) where names[name] == nil {
          names[name] = KnownValue(.any)
        }
        return Scope(names: names, base: knowledge.base, knowledge: knowledge, session: session)
      }
    }
    // Too broken: what the file binds above.
    let knowledge = ScriptKnowledge(file, registry: registry, loader: loader, session: known)
    var names = knowledge.names
    for export in knowledge.graph.main.resolution.exports where export.span.start >= span.start {
      names[export.name] = known[export.name]
    }
    return Scope(names: names, knowledge: knowledge, session: session)
  }
}
