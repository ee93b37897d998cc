import Interpreter
import Syntax

/// What happened in a session: its entries, and which of their bindings rest on which.
///
/// A name that is bound again is another *version*; what used the old one keeps it.
struct Ledger {
  /// One binding of a name, or the result of an entry.
  struct Version {
    let name: String
    let statement: Int
    /// The versions its value was computed from.
    let sources: Set<Int>
  }

  /// One statement of an entry's top level.
  struct Line {
    let entry: Int
    let kind: Statement.Kind
    let span: Span
    /// Where versions are named, and which.
    let uses: [(span: Span, version: Int)]
    let binds: [(span: Span, version: Int)]
    /// Names of its own functions and loops.
    let locals: Set<String>
    /// The version of the value of the statement, where later entries may name it `_`.
    var result: Int?
  }

  /// One entry that ran.
  struct Entry {
    let number: Int
    let file: SourceFile
    let tree: Tree
    /// The folder that its relative paths start from.
    let folder: String
    /// Its lines, as indices.
    let lines: Range<Int>
    /// Whether its value was shown.
    let showsResult: Bool
    /// Values that the command line gave its parameters.
    let parameters: [String: Value]
    /// Strings given to builtins.
    let literals: [LiteralArgument]
  }

  private(set) var entries: [Entry] = []
  private(set) var lines: [Line] = []
  private(set) var versions: [Version] = []
  /// The present version of each name.
  private(set) var current: [String: Int] = [:]
  /// Names whose values came from a version that was replaced since.
  private(set) var stale: Set<String> = []

  /// Notes an entry that ran. Gives the names that are stale now because of it, in alphabetical order.
  mutating func add(
    _ program: Program, number: Int, folder: String, value: Value, showsResult: Bool,
    parameters: [String: Value] = [:]
  ) -> [String] {
    let tree = program.graph.main.tree
    let first = lines.count
    var replaced: Set<Int> = []
    var bound: Set<String> = []
    for statement in tree.statements {
      let walk = NameWalk(statement)
      let uses = walk.uses.compactMap { name in current[name.text].map { (span: name.span, version: $0) } }
      let sources = Set(uses.map(\.version))
      var binds: [(span: Span, version: Int)] = []
      for name in walk.binds {
        if let old = current[name.text] { replaced.insert(old) }
        bound.insert(name.text)
        binds.append((name.span, version(name.text, sources)))
      }
      lines.append(
        Line(
          entry: entries.count, kind: statement.kind, span: statement.span, uses: uses, binds: binds,
          locals: walk.locals))
    }
    let hasResult = if case .none = value { false } else { true }
    if hasResult, let last = lines.indices.last, last >= first, case .expression = lines[last].kind {
      let result = version("_", Set(lines[last].uses.map(\.version)), line: last)
      current["_\(number)"] = result
      lines[last].result = result
    }
    entries.append(
      Entry(
        number: number, file: tree.file, tree: tree, folder: folder, lines: first..<lines.count,
        showsResult: showsResult && hasResult, parameters: parameters,
        literals: program.literalArguments.filter { $0.file === tree.file }))
    let affected = names(restingOn: replaced).subtracting(bound)
    stale.subtract(bound)
    stale.formUnion(affected)
    return affected.sorted()
  }

  private mutating func version(_ name: String, _ sources: Set<Int>, line: Int? = nil) -> Int {
    versions.append(Version(name: name, statement: line ?? lines.count, sources: sources))
    current[name] = versions.count - 1
    return versions.count - 1
  }

  /// Names whose present values were computed from some versions, directly or not.
  private func names(restingOn replaced: Set<Int>) -> Set<String> {
    var affected = replaced
    // Versions rest only on earlier ones: one pass in order finds all.
    for index in versions.indices where !versions[index].sources.isDisjoint(with: affected) {
      affected.insert(index)
    }
    affected.subtract(replaced)
    return Set(current.filter { affected.contains($0.value) && !$0.key.hasPrefix("_") }.map(\.key))
  }

  /// The statements that compute the stale names again, in order: those that bound them, and of names that were bound
  /// several times on the way what the last value was built on.
  var linesToRunAgain: [Int] {
    var chosen = Set(stale.compactMap { current[$0].map { versions[$0].statement } })
    var grew = true
    while grew {
      grew = false
      for use in chosen.flatMap({ lines[$0].uses }) {
        let name = versions[use.version].name
        guard current[name] != use.version else { continue }
        // Where what replaced an old value runs again, the old value is needed too; otherwise the present one is meant.
        let next = versions.indices.first { $0 > use.version && versions[$0].name == name }
        if let next, chosen.contains(versions[next].statement) {
          if chosen.insert(versions[use.version].statement).inserted { grew = true }
        }
      }
    }
    return chosen.sorted()
  }

  /// The text of a statement.
  func text(ofLine line: Int) -> String { entries[lines[line].entry].file.text(lines[line].span) }
}
