/// The one style of scripts (docs/formatting.md): where lines end, how they are indented, where spaces stand.
///
/// Words, numbers, strings and comments are kept as written, in their order; formatting what is
/// formatted changes nothing.
public enum Formatter {
  /// The widest line, in terminal cells, where one can be had.
  public static let width = 100
  /// The longest string, in bytes, that still shares its line with other elements of a list that does not
  /// fit on one.
  static let shortLiteral = 20

  /// Why a file has no formatted text.
  public enum Failure: Error, Sendable {
    /// It has syntax errors.
    case syntax([Diagnostic])
    /// The formatted text would not mean the same: a mistake in this program. The file is better
    /// left as it is.
    case unfaithful
  }

  /// The formatted text of a file. It ends in a newline unless it is empty.
  ///
  /// The result is parsed again and compared with what was given, so that a script never changes its
  /// meaning. Throws `Failure`.
  public static func format(_ file: SourceFile) throws(Failure) -> String {
    let parsed = Parser.parse(file)
    guard parsed.diagnostics.isEmpty else { throw .syntax(parsed.diagnostics) }
    let text = layOut(parsed.tree)
    guard isFaithful(text, to: parsed.tree) else { throw .unfaithful }
    return text
  }

  private static func layOut(_ tree: Tree) -> String {
    var printer = FormatterPrinter(tree)
    var writer = LayoutWriter(width: width)
    for layout in printer.layouts(tree) { writer.write(layout) }
    writer.finish()
    return String(decoding: writer.output, as: UTF8.self)
  }

  private static func isFaithful(_ text: String, to tree: Tree) -> Bool {
    let file = SourceFile(name: tree.file.name, text: text, path: tree.file.path)
    let parsed = Parser.parse(file)
    return parsed.diagnostics.isEmpty && parsed.tree.comments.map(\.text) == tree.comments.map(\.text)
      && parsed.tree.structure == tree.structure
  }
}
