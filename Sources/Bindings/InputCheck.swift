import Checkpoints
import Glibc
import Interpreter
import Syntax

/// Finds the inputs that a script names and that are not there, before anything runs: files that
/// neither exist nor are saved by the script, and models that no cache holds.
public struct InputCheck {
  private let program: Program
  private let paths: ScriptPaths
  private let given: Set<String>
  private let saves: [LiteralArgument]

  /// Errors about inputs, in the order of the text.
  ///
  /// - Parameters:
  ///   - program: a checked script
  ///   - paths: where its paths start
  ///   - given: names of its `param`s whose defaults the command line replaces
  public static func problems(
    in program: Program, paths: ScriptPaths, given: Set<String> = []
  ) -> [Diagnostic] {
    let check = InputCheck(
      program: program, paths: paths, given: given,
      saves: program.literalArguments.filter { $0.builtin == "save" && $0.parameter == "path" })
    var seen: Set<Span> = []
    return program.literalArguments.compactMap { argument in
      let isInput =
        argument.builtin == "load" && (argument.parameter == "what" || argument.parameter == "config")
      guard isInput, !argument.file.isLibrary, seen.insert(argument.span).inserted else { return nil }
      return check.problem(with: argument)
    }
  }

  private func problem(with argument: LiteralArgument) -> Diagnostic? {
    guard let text = argument.text else { return nil }
    if let parameter = argument.scriptParameter, given.contains(parameter) { return nil }
    let kind = argument.others["kind"] ?? "auto"
    let mayBeModel = argument.parameter == "what" && (kind == "model" || kind == "auto")
    if mayBeModel && text == BuiltInModel.name { return nil }
    guard let path = try? paths.readPath(text) else {
      // An empty or impossible path: running says why.
      return nil
    }
    // `save(…, "maps.png", data: "beside")` writes maps.npz too.
    let beside = text.hasSuffix(".npz") ? String(text.dropLast(3)) + "png" : text
    if exists(text, at: path) || saves.contains(where: { couldSave($0, text) || couldSave($0, beside) }) {
      return nil
    }
    let error: ScriptError
    if mayBeModel, !text.contains("*"), !text.contains("?"),
      kind == "model" || !LoadedType.namesOtherFile(text)
    {
      do {
        _ = try ModelLocator().locate(text)
        return nil
      } catch {
        return diagnostic(missingModel(text, path: path, error), argument)
      }
    } else if text.contains("*") || text.contains("?") {
      error = ScriptError("nothing matches `\(text)`")
    } else {
      error = MissingFile.error(text, path)
    }
    return diagnostic(error, argument)
  }

  private func missingModel(_ name: String, path: String, _ error: any Error) -> ScriptError {
    let problem = (error as? CheckpointError)?.problem ?? "\(error)"
    return ScriptError("there is no file or model `\(name)`: \(problem)\n  and, as a file: \(path)")
  }

  private func diagnostic(_ error: ScriptError, _ argument: LiteralArgument) -> Diagnostic {
    Diagnostic(error.message, file: argument.file, span: argument.span, hint: error.hint)
  }

  private func exists(_ name: String, at path: String) -> Bool {
    if name.contains("*") || name.contains("?") {
      var found = glob_t()
      defer { globfree(&found) }
      return glob(path, GLOB_NOSORT, nil, &found) == 0
    }
    var status = stat()
    return stat(path, &status) == 0
  }

  /// Whether the script may itself save the file that it loads by this name.
  private func couldSave(_ save: LiteralArgument, _ name: String) -> Bool {
    guard !name.hasPrefix("/") else { return save.matches(name) }
    if let text = save.text { return plain(text) == plain(name) }
    return save.matches(name) || save.matches("./" + name)
  }

  private func plain(_ path: String) -> String { ScriptPaths.absolute(path, in: "/") }
}
