import Syntax

/// How a script is cut into cells: at its `#%%` lines where it has any, otherwise where blank lines separate its
/// statements.
struct ReportCells {
  /// A cell before anything ran.
  struct Cell {
    /// What stands behind its `#%%`.
    var title = ""
    /// Its `##` text, in Markdown.
    var text = ""
    /// Its source without these, and without blank lines around it.
    var source = ""
    /// Offsets of the statements in it.
    var range: Range<Int>
    /// Whether it only declares parameters, which a report lists by themselves.
    var isDeclaration = false
    /// Whether its value is not shown: it ends in `;`.
    var isSilenced = false
  }

  let cells: [Cell]

  init(_ tree: Tree) {
    let file = tree.file
    let head = Self.head(of: tree)
    let first = head.map { file.line(of: $0.end) + 1 } ?? 1
    let marks = tree.comments.filter { Self.title(of: $0) != nil && $0.standsAlone }
    // Lines that cells begin in, each with its heading.
    var starts: [(line: Int, title: String)] = [(first, "")]
    if marks.isEmpty {
      for (statement, next) in zip(tree.statements, tree.statements.dropFirst()) {
        let end = file.line(of: max(statement.span.start, statement.span.end - 1))
        let begin = file.line(of: next.span.start)
        // The first blank line after a statement ends its cell.
        if let blank = (end + 1..<max(end + 1, begin)).first(where: { Self.isBlank($0, file) }) {
          starts.append((blank + 1, ""))
        }
      }
    } else {
      starts += marks.map { ($0.line, Self.title(of: $0) ?? "") }
    }
    var cells: [Cell] = []
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1].line : file.lineCount + 1
      guard start.line < end else { continue }
      let isMarked = !marks.isEmpty && index > 0
      cells += Self.cell(
        tree, lines: start.line..<end, title: start.title, isMarked: isMarked, version: tree.versionSpan)
    }
    self.cells = cells
  }

  /// The text behind `#%%`; nil for other comments.
  private static func title(of comment: Comment) -> String? {
    guard !comment.isDocumentation, comment.text.hasPrefix("%%") else { return nil }
    var text = comment.text.dropFirst(2).drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
    return String(text)
  }

  /// Where the script's own text stands.
  private static func head(of tree: Tree) -> Span? {
    guard tree.documentation != nil else { return nil }
    var block: [Comment] = []
    for comment in tree.comments where comment.isDocumentation && comment.standsAlone {
      if let last = block.last, comment.line != last.line + 1 { break }
      block.append(comment)
    }
    guard let first = block.first, let last = block.last else { return nil }
    return Span(first.span.start, last.span.end)
  }

  /// The cell in some lines; none where nothing but space and the version stands there.
  private static func cell(
    _ tree: Tree, lines: Range<Int>, title: String, isMarked: Bool, version: Span?
  ) -> [Cell] {
    let file = tree.file
    let statements = tree.statements.filter { lines.contains(file.line(of: $0.span.start)) }
    let firstStatement = statements.first.map { file.line(of: $0.span.start) } ?? lines.upperBound
    let isParameter = if case .parameter? = statements.first?.kind { true } else { false }
    // Prose is what `##` lines above the first statement say; that of a parameter belongs to it.
    var prose: [Comment] = []
    for comment in tree.comments
    where comment.isDocumentation && comment.standsAlone && lines.contains(comment.line)
      && comment.line < firstStatement
    {
      prose.append(comment)
    }
    if isParameter {
      // The lines that end directly above it.
      var line = firstStatement - 1
      while prose.last?.line == line {
        prose.removeLast()
        line -= 1
      }
    }
    var text = ""
    for (index, comment) in prose.enumerated() {
      if index > 0 { text += comment.line == prose[index - 1].line + 1 ? "\n" : "\n\n" }
      text += comment.text
    }
    var hidden = Set(prose.map(\.line))
    // Parameters stand in a table of their own.
    for statement in statements {
      guard case .parameter = statement.kind else { continue }
      let first = file.line(of: statement.span.start)
      hidden.formUnion(first...file.line(of: max(statement.span.start, statement.span.end - 1)))
      var line = first - 1
      while tree.comments.contains(where: { $0.line == line && $0.isDocumentation && $0.standsAlone }) {
        hidden.insert(line)
        line -= 1
      }
    }
    if isMarked { hidden.insert(lines.lowerBound) }
    if let version { hidden.insert(file.line(of: version.start)) }
    var shown = lines.filter { !hidden.contains($0) && !($0 == 1 && file.lineText($0).hasPrefix("#!")) }
    // Where lines are hidden, no blank line is left beside another.
    shown = shown.indices.filter { index in
      index == 0 || !isBlank(shown[index], file) || !isBlank(shown[index - 1], file)
        || shown[index] == shown[index - 1] + 1
    }.map { shown[$0] }
    while let line = shown.first, isBlank(line, file) { shown.removeFirst() }
    while let line = shown.last, isBlank(line, file) { shown.removeLast() }
    let source = shown.map { file.lineText($0) }.joined(separator: "\n")
    if source.isEmpty, text.isEmpty, title.isEmpty { return [] }
    // A script without statements in these lines, such as its licence in comments, is not a cell of its own.
    if statements.isEmpty, text.isEmpty, title.isEmpty { return [] }
    let start = statements.first?.span.start ?? 0
    var cell = Cell(range: start..<max(start, (statements.last?.span.start ?? start - 1) + 1))
    if statements.isEmpty { cell.range = 0..<0 }
    cell.title = title
    cell.text = text
    cell.source = source
    cell.isDeclaration =
      !statements.isEmpty && title.isEmpty && text.isEmpty
      && statements.allSatisfy { if case .parameter = $0.kind { true } else { false } }
    cell.isSilenced = Self.isSilenced(source)
    return [cell]
  }

  /// Whether a source ends in `;`, comments apart.
  static func isSilenced(_ source: String) -> Bool {
    let file = SourceFile(name: "", text: source)
    return Highlighting.pieces(of: file).last { $0.kind != .comment }.map { file.text($0.span) == ";" }
      ?? false
  }

  private static func isBlank(_ line: Int, _ file: SourceFile) -> Bool {
    file.lineText(line).allSatisfy { $0 == " " || $0 == "\t" }
  }
}
