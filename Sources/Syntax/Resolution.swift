/// What the resolver found out about a tree: where every name's value lives.
public struct Resolution: Sendable {
  /// What a name means.
  public enum Use: Sendable, Equatable {
    /// A slot of the function (or file) it stands in.
    case slot(Int)
    /// A function of the registry.
    case builtin(String)
    /// `_` as a target: the value is dropped.
    case discarded
    /// An error was reported.
    case unresolved
  }

  /// How the values of one function (or of the file itself) are laid out.
  public struct Layout: Sendable {
    /// Slots of one activation.
    public var slotCount = 0
    /// Values copied when the function is made: from a slot of the function around it (for the file
    /// itself: from the session's globals) to one of its own. Names are bound once, so a copy is
    /// as good as the original. With the name, and where it is an imported module the module's name.
    public var captures: [(name: String, from: Int, to: Int, module: String?)] = []

    /// A layout without slots.
    public init() {}
  }

  /// Something a file gives to those that import it, or an entry to later entries.
  public struct Export: Sendable {
    /// The name.
    public let name: String
    /// Its slot in the file's layout.
    public let slot: Int
    /// Where it is bound.
    public let span: Span
    /// What a call of it takes, where that is known.
    public let signature: Signature?
    /// Its members, where it is an imported module.
    public let module: ModuleInterface?
  }

  /// What names mean, by their id.
  public var uses: [Use]
  /// Layouts of functions, by their id.
  public var functions: [Int: Layout] = [:]
  /// The layout of the file.
  public var main = Layout()
  /// Names bound at the top level, in order; a name that is bound again stands twice.
  public var exports: [Export] = []
}

/// What is known of a module's members without running it.
public final class ModuleInterface: Sendable {
  /// The module's name in messages.
  public let name: String
  /// Members in order.
  public let members: [Resolution.Export]

  /// The members of a module.
  public init(name: String, members: [Resolution.Export]) {
    self.name = name
    self.members = members
  }

  /// A member by name.
  public func member(_ name: String) -> Resolution.Export? { members.first { $0.name == name } }
}

/// What a script may refer to besides its own names.
public struct Environment: Sendable {
  /// The value of an earlier entry of an interactive session.
  public struct Global: Sendable {
    /// Its index among the session's globals.
    public let index: Int
    /// What a call of it takes, where that is known.
    public let signature: Signature?
    /// Its members, where it is an imported module.
    public let module: ModuleInterface?

    /// A global.
    public init(index: Int, signature: Signature?, module: ModuleInterface?) {
      self.index = index
      self.signature = signature
      self.module = module
    }
  }

  /// Builtins by name.
  public var builtins: [String: Signature]
  /// Names of types in `param` and `fn`.
  public var typeNames: Set<String>
  /// Names of earlier entries.
  public var globals: [String: Global] = [:]
  /// Whether names may be bound again, as in an interactive session.
  public var isInteractive = false

  /// An environment of builtins and types.
  public init(builtins: [String: Signature], typeNames: Set<String>) {
    self.builtins = builtins
    self.typeNames = typeNames
  }
}
