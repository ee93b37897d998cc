import Syntax

/// Which names a statement uses and binds, told apart from those of its own functions and loops.
struct NameWalk: TreeWalk {
  /// Names used that are bound outside the statement, in the order of the text: of the session, or builtins.
  private(set) var uses: [Name] = []
  /// Names bound at the top level.
  private(set) var binds: [Name] = []
  /// Names of parameters, loops and blocks within.
  private(set) var locals: Set<String> = []
  private var scopes: [Set<String>] = []

  /// Walks one statement of an entry's top level.
  init(_ statement: Statement) { walk(statement) }

  mutating func use(_ name: Name) {
    if !scopes.contains(where: { $0.contains(name.text) }) { uses.append(name) }
  }

  mutating func bind(_ name: Name, _: NameRole, in _: Span) {
    if scopes.isEmpty {
      if name.text != "_" { binds.append(name) }
    } else {
      locals.insert(name.text)
      scopes[scopes.count - 1].insert(name.text)
    }
  }

  mutating func openScope() { scopes.append([]) }

  mutating func closeScope() { scopes.removeLast() }
}
