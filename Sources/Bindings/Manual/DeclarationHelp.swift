import Syntax

extension HelpEntry {
  /// What a script says of all that it binds at its top level, by name.
  public static func declarations(in tree: Tree) -> [String: HelpEntry] {
    let entries = tree.statements.compactMap { HelpEntry($0, in: tree.file) }
    return Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What a script says of something that it binds at its top level: the `##` lines above it. Nil where
  /// it binds no such name.
  public init?(declared name: String, in tree: Tree) {
    for statement in tree.statements {
      if let entry = HelpEntry(statement, in: tree.file), entry.name == name {
        self = entry
        return
      }
    }
    return nil
  }

  /// What the `##` lines above a function, a binding of one name or a `param` say; nil for other statements.
  public init?(_ statement: Statement, in file: SourceFile) {
    if case .parameter(let declaration) = statement.kind {
      let words = DocComment(statement.documentation ?? "")
      let signature = file.text(statement.span)
      self.init(
        kind: .library, name: declaration.name.text, form: declaration.name.text, signature: signature,
        summary: HelpEntry.sentence(words.summary), result: file.text(declaration.type.span),
        details: words.details)
      return
    }
    guard let entry = LibraryHelp.entry(of: statement, in: file, prefix: "") else { return nil }
    self = entry
  }
}
