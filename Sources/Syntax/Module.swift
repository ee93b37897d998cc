/// Where imports come from.
public protocol SourceLoader: Sendable {
  /// The text of `std.name`. Throws `SourceError` when there is none.
  func standard(_ name: String) throws -> SourceFile
  /// Names that `standard` knows, for "did you mean".
  var standardNames: [String] { get }
  /// The file that `path` means in `importer`. Throws `SourceError` when it cannot be read.
  func file(_ path: String, importedBy importer: SourceFile) throws -> SourceFile
}

/// One parsed and resolved file with what it imports.
public final class Module: Sendable {
  /// The tree.
  public let tree: Tree
  /// What its names mean.
  public let resolution: Resolution
  /// Imported modules by the id of the bound name.
  public let imports: [Int: Module]
  /// Its members.
  public let interface: ModuleInterface

  init(tree: Tree, resolution: Resolution, imports: [Int: Module]) {
    self.tree = tree
    self.resolution = resolution
    self.imports = imports
    // Imports, and names that begin with `_`, are the module's own business.
    let members = resolution.exports.filter { $0.module == nil && !$0.name.hasPrefix("_") }
    self.interface = ModuleInterface(name: tree.file.name, members: members)
  }

  /// The source.
  public var file: SourceFile { tree.file }
}

/// Parses and resolves a file and everything it imports.
public struct ModuleGraph: Sendable {
  /// The file asked for.
  public let main: Module
  /// All modules, imports before importers.
  public let modules: [Module]
  /// Everything wrong in any of the files, imported files first.
  public let diagnostics: [Diagnostic]
  /// Whether the text only lacks an end (see `ParseResult`).
  public let isIncomplete: Bool

  /// Files that import one another in a row, at most.
  static let depthLimit = 64
  /// Modules of one program, at most.
  static let moduleLimit = 1000

  /// Checks a file: syntax, names, options, numbers of arguments, imports.
  public static func check(_ file: SourceFile, in environment: Environment, loader: any SourceLoader)
    -> ModuleGraph
  {
    var builder = Builder(environment: environment, loader: loader)
    let parsed = Parser.parse(file, interactive: environment.isInteractive)
    let main = builder.module(parsed, chain: [file], environment: environment)
    return ModuleGraph(
      main: main, modules: builder.modules, diagnostics: builder.diagnostics,
      isIncomplete: parsed.isIncomplete)
  }

  private struct Builder {
    /// The environment of imported files: builtins, but no session.
    let environment: Environment
    let loader: any SourceLoader
    var modules: [Module] = []
    var byPath: [String: Module] = [:]
    var diagnostics: [Diagnostic] = []

    init(environment: Environment, loader: any SourceLoader) {
      var imported = environment
      imported.globals = [:]
      imported.isInteractive = false
      self.environment = imported
      self.loader = loader
    }

    mutating func module(_ parsed: ParseResult, chain: [SourceFile], environment: Environment) -> Module {
      let tree = parsed.tree
      var found = parsed.diagnostics
      var imports: [Int: Module] = [:]
      for statement in tree.statements {
        guard case .importing(let declaration) = statement.kind else { continue }
        do {
          imports[declaration.name.id] = try load(declaration, chain: chain)
        } catch let error as ImportFailure {
          found.append(
            Diagnostic(error.message, file: tree.file, span: declaration.targetSpan, hint: error.hint))
        } catch {
          found.append(
            Diagnostic("this import cannot be read", file: tree.file, span: declaration.targetSpan))
        }
      }
      let (resolution, problems) = Resolver.resolve(
        tree, in: environment, imports: imports.mapValues(\.interface), isPartial: !parsed.diagnostics.isEmpty
      )
      found += problems
      diagnostics += found.sorted { $0.span.start < $1.span.start }
      let module = Module(tree: tree, resolution: resolution, imports: imports)
      modules.append(module)
      byPath[tree.file.path] = module
      return module
    }

    struct ImportFailure: Error {
      let message: String
      var hint: String?
    }

    mutating func load(_ declaration: ImportDeclaration, chain: [SourceFile]) throws -> Module {
      let importer = chain[chain.count - 1]
      let file: SourceFile
      do {
        switch declaration.target {
        case .standard(let name):
          guard loader.standardNames.contains(name) else {
            throw ImportFailure(
              message: "there is no library `std.\(name)`",
              hint: Suggestion.nearest(to: name, among: loader.standardNames).map {
                "did you mean `std.\($0)`?"
              })
          }
          file = try loader.standard(name)
        case .file(let path): file = try loader.file(path, importedBy: importer)
        }
      } catch let error as SourceError {
        throw ImportFailure(message: error.message)
      }
      if let start = chain.firstIndex(where: { $0.path == file.path }) {
        let names = chain[start...].map(\.name) + [file.name]
        throw ImportFailure(message: "import cycle: \(names.joined(separator: " → "))")
      }
      if let known = byPath[file.path] { return known }
      guard chain.count < ModuleGraph.depthLimit, modules.count < ModuleGraph.moduleLimit else {
        throw ImportFailure(message: "too many imports within one another")
      }
      return module(Parser.parse(file), chain: chain + [file], environment: environment)
    }
  }
}
