import Interpreter
import Syntax

/// A place in a file.
public struct SourcePlace: Sendable {
  /// The file.
  public let file: SourceFile
  /// The place in it.
  public let span: Span
}

extension Assistant {
  /// Where the name at an offset is bound: in this file, in an imported one, or in a module of the library.
  /// Nil for what the program itself provides, and where nothing is bound.
  public func definition(in file: SourceFile, at offset: Int) -> SourcePlace? {
    guard let word = Assistant.lexeme(in: file, at: offset) else { return nil }
    let graph = ModuleGraph.check(file, in: registry.environment, loader: loader)
    let index = NameIndex(graph.main.tree)
    if let declaration = index.declaration(at: word.span) {
      // An import leads on to what it imports.
      if declaration.kind == .module, let module = imported(declaration.name, in: graph.main) {
        return SourcePlace(file: module.file, span: Span(0, 0))
      }
      return SourcePlace(file: file, span: declaration.span)
    }
    if let base = index.bases[word.span], let module = imported(base.text, in: graph.main),
      let member = module.interface.member(word.text)
    {
      return SourcePlace(file: module.file, span: member.span)
    }
    if let option = index.options.first(where: { $0.label.span == word.span }) {
      return parameter(option.label.text, of: option.callee, in: graph.main)
    }
    let path = index.meanings.keys.contains(word.span) ? [] : Assistant.path(endingAt: word, in: file)
    if let place = outermost(path, in: graph.main) { return place }
    for (id, module) in graph.main.imports {
      for statement in graph.main.tree.statements {
        guard case .importing(let declaration) = statement.kind, declaration.name.id == id,
          declaration.targetSpan.start <= offset, offset <= declaration.targetSpan.end
        else { continue }
        return SourcePlace(file: module.file, span: Span(0, 0))
      }
    }
    return nil
  }

  /// What `a` or `a.b` means in a statement that was not understood, among the file's outermost names.
  private func outermost(_ path: [String], in main: Module) -> SourcePlace? {
    guard let first = path.first, let last = path.last else { return nil }
    if path.count == 2 {
      guard let module = imported(first, in: main) else { return nil }
      return module.interface.member(last).map { SourcePlace(file: module.file, span: $0.span) }
    }
    guard path.count == 1 else { return nil }
    if let module = imported(first, in: main) { return SourcePlace(file: module.file, span: Span(0, 0)) }
    return main.resolution.exports.last { $0.name == first }.map {
      SourcePlace(file: main.file, span: $0.span)
    }
  }

  /// The names `a.b` that end with a word of code; empty where it is an option or in a string.
  static func path(endingAt word: Lexeme, in file: SourceFile) -> [String] {
    let cursor = Cursor(in: file, at: word.span.end)
    guard word.kind == .name, cursor.place == .code, cursor.word == word.span else { return [] }
    if let previous = cursor.before.last, previous.isSymbol("."), cursor.before.count > 1,
      ![.name, .keyword].contains(cursor.before[cursor.before.count - 2].kind)
    {
      return []
    }
    return CallSite.path(cursor.before + [word], endingAt: cursor.before.count + 1).0
  }

  private func imported(_ name: String, in main: Module) -> Module? {
    for statement in main.tree.statements {
      if case .importing(let declaration) = statement.kind, declaration.name.text == name {
        return main.imports[declaration.name.id]
      }
    }
    return nil
  }

  /// A parameter of a module's function, given as an option.
  private func parameter(_ label: String, of callee: Expression, in main: Module) -> SourcePlace? {
    guard case .field(let base, let field) = callee.unwrapped.kind,
      case .name(let name) = base.unwrapped.kind,
      let module = imported(name.text, in: main)
    else { return nil }
    for statement in module.tree.statements {
      if case .function(let bound, let function) = statement.kind, bound.text == field.text,
        let parameter = function.parameters.first(where: { $0.name.text == label })
      {
        return SourcePlace(file: module.file, span: parameter.name.span)
      }
    }
    return nil
  }

  /// What a file binds, in the order of the text, names within functions included.
  public func declarations(in file: SourceFile) -> [Declaration] {
    NameIndex(Parser.parse(file).tree).declarations.sorted { $0.span.start < $1.span.start }
  }

  /// The word, sign or string at an offset, or that ends there.
  static func lexeme(in file: SourceFile, at offset: Int) -> Lexeme? {
    let touching = Lexeme.all(of: file).filter { $0.span.start <= offset && offset <= $0.span.end }
    // Of two that touch the cursor, a word is meant rather than a sign; in a hole, the inner one.
    return touching.last { $0.isWord } ?? touching.last { $0.span.end > offset } ?? touching.last
  }
}
