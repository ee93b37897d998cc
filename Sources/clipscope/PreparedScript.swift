import Bindings
import Console
import Interpreter
import Syntax

/// A script that the command line names: read, checked, with the parameters that are its own.
struct PreparedScript {
  let source: RunRequest.Source
  /// The bundle that it is in, unpacked; nil for a plain script.
  let bundle: UnpackedBundle?
  let program: Program
  private let request: RunRequest
  /// Of the command line's name=value texts those for this script.
  let given: [String]
  let paths: ScriptPaths

  /// Reads and checks it; what is wrong is told. Throws the exit code.
  init(_ source: RunRequest.Source, _ bundle: UnpackedBundle?, _ request: RunRequest) throws(Refusal) {
    let file: SourceFile
    do { file = try Self.read(source, bundle) } catch {
      complain("error: \(error)")
      throw Refusal(code: 4)
    }
    guard let program = ScriptRun.checked(file) else { throw Refusal(code: 3) }
    (self.source, self.bundle, self.program, self.request) = (source, bundle, program, request)
    let names = Set(program.parameters.map(\.name))
    // Among several scripts each takes what it knows.
    given =
      request.sources.count == 1
      ? request.parameters : request.parameters.filter { Self.name($0).map(names.contains) ?? false }
    paths = ScriptPaths(
      scriptFolder: Self.folder(of: source, bundle),
      outputFolder: request.outputFolder ?? bundle?.outputFolder,
      allowedFolders: request.allowedFolders)
    paths.found = bundle?.places ?? [:]
  }

  /// Why nothing runs: it was told, and this is the exit code.
  struct Refusal: Error { let code: Int32 }

  /// The name in name=value.
  static func name(_ text: String) -> String? {
    text.contains("=") ? String(text.prefix { $0 != "=" }) : nil
  }

  private var givenNames: Set<String> { Set(given.compactMap(Self.name)) }

  /// Tells of inputs that are not there. Throws the exit code.
  func checkInputs() throws(Refusal) {
    let problems = InputCheck.problems(in: program, paths: paths, given: givenNames)
    for problem in problems { complain(problem.rendered()) }
    if !problems.isEmpty { throw Refusal(code: 4) }
  }

  /// The values of its parameters. A bundle runs as it was recorded, unless the command line says otherwise. Throws the
  /// exit code.
  func parameters() throws(Refusal) -> [String: Value] {
    let recorded = bundle?.parameters ?? [:]
    do {
      let names = givenNames
      let values = try ScriptParameter.values(
        of: program.parameters.filter { recorded[$0.name] == nil || names.contains($0.name) },
        from: given, workingFolder: ScriptPaths.currentFolder)
      return recorded.merging(values) { $1 }
    } catch {
      complain("error: \((error as? ParameterError)?.message ?? "\(error)")")
      throw Refusal(code: 2)
    }
  }

  /// As the command line calls it.
  var name: String {
    if case .file(let path) = source { path } else { program.graph.main.file.name }
  }

  /// The command line that runs this script alone.
  var command: [String] { ["run"] + request.options + source.words + given }

  /// Where `--record` writes: beside the script, or the bundle.
  var lockPath: String? {
    guard case .file(let path) = source else { return nil }
    for ending in [".clip", ".clipbundle"] where path.hasSuffix(ending) {
      return path.dropLast(ending.utf8.count) + ".lock"
    }
    return path + ".lock"
  }

  /// The folder that relative paths start from: the script's own, or where the command runs.
  private static func folder(of source: RunRequest.Source, _ bundle: UnpackedBundle?) -> String {
    if let bundle { return ScriptPaths.folder(of: bundle.script) }
    if case .file(let path) = source {
      return ScriptPaths.folder(of: ScriptPaths.absolute(path, in: ScriptPaths.currentFolder))
    }
    return ScriptPaths.currentFolder
  }

  private static func read(_ source: RunRequest.Source, _ bundle: UnpackedBundle?) throws -> SourceFile {
    switch source {
    case .file(let path): return try FileLoader.script(bundle?.script ?? path)
    case .code(let code):
      return SourceFile(name: "-e", text: code, path: ScriptPaths.currentFolder + "/-e")
    case .standardInput: return try StandardInput.read()
    }
  }
}
