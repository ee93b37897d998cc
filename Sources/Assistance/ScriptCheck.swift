import Bindings
import Interpreter
import Syntax

/// Everything that can be said of a script before it runs.
public enum ScriptCheck {
  /// Errors, missing inputs and warnings, in the order of the text; those of imported files come first.
  public static func diagnostics(
    of file: SourceFile, loader: any SourceLoader = Engine.loader
  ) -> [Diagnostic] {
    let program = Program.check(file, registry: Engine.registry, loader: loader)
    let folder = file.path.hasPrefix("/") ? ScriptPaths.folder(of: file.path) : ScriptPaths.currentFolder
    let inputs = InputCheck.problems(in: program, paths: ScriptPaths(scriptFolder: folder))
    let own = program.diagnostics.filter { $0.file === file } + inputs.filter { $0.file === file }
    let others = program.diagnostics.filter { $0.file !== file } + inputs.filter { $0.file !== file }
    return others + (own + program.lints).sorted { $0.span.start < $1.span.start }
  }
}
