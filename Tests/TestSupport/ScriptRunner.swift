import Bindings
import Foundation
import Interpreter
import Syntax

/// Runs scripts that say what they expect on the line it concerns:
///
/// - `# expect: 3`: the next line that the script prints is `3`.
/// - `# error: did you mean`: an error on this line whose message, hint or notes contain the text. Errors of
///   checking may be several; an error while running is the last.
/// - `# warning: text`: a warning on this line.
/// - `# error@4: text`: the same about another line, where no comment fits (within a string).
///
/// Everything printed and every error must be expected.
public struct ScriptRunner: Sendable {
  /// The builtins scripts can call.
  public var registry: Registry
  /// Operators on engine values.
  public var operators: any OperatorTable
  /// The standard library by name.
  public var library: [String: String]
  /// Where scripts save; nil for their own folder.
  public var outputFolder: String?

  /// A runner; by default of the language alone.
  public init(
    registry: Registry = .core, operators: any OperatorTable = NoOperators(), library: [String: String] = [:],
    outputFolder: String? = nil
  ) {
    self.registry = registry
    self.operators = operators
    self.library = library
    self.outputFolder = outputFolder
  }

  /// A runner with everything that the command line offers.
  public static func engine(outputFolder: String) -> ScriptRunner {
    ScriptRunner(
      registry: Engine.registry, operators: Engine.operators, library: Engine.libraryText,
      outputFolder: outputFolder)
  }

  /// The folder of language scripts.
  public static let scriptsFolder = ProjectFolder.path + "/Tests/LanguageTests/Scripts"

  /// All scripts below a folder, by their path relative to it, in order. Names that begin with `_`
  /// are imported by others and do not stand alone.
  public static func scripts(in folder: String = scriptsFolder) -> [String] {
    let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".clip") && !($0 as NSString).lastPathComponent.hasPrefix("_") }.sorted()
  }

  /// What a script printed and reported.
  public struct Outcome: Sendable {
    /// Printed lines.
    public var output: [String] = []
    /// Errors and warnings: of checking, or while running.
    public var diagnostics: [Diagnostic] = []
    /// The exit code that the command line gives: 0, 3, 4 or 5.
    public var exitCode: Int32 = 0
  }

  /// Checks and runs a source; `observer` is told what happens.
  public func run(
    _ file: SourceFile, parameters: [String] = [], observer: ((RunEvent) -> Void)? = nil
  ) throws -> Outcome {
    var outcome = Outcome()
    let program = Program.check(file, registry: registry, loader: FileLoader(library: library))
    outcome.diagnostics = program.diagnostics
    guard program.isValid else {
      outcome.exitCode = 3
      return outcome
    }
    let folder = ScriptPaths.folder(of: file.path)
    let values = try ScriptParameter.values(of: program.parameters, from: parameters, workingFolder: folder)
    var host = Host(
      output: { outcome.output.append($0) }, warning: { outcome.diagnostics.append($0) })
    host.verifiesResults = true
    host.observer = observer
    let session = Session(
      registry: registry, loader: FileLoader(library: library), operators: operators,
      paths: ScriptPaths(scriptFolder: folder, outputFolder: outputFolder), host: host)
    do {
      try session.run(program, parameters: values)
    } catch let failure as RuntimeFailure {
      outcome.diagnostics.append(failure.diagnostic)
      outcome.exitCode = failure.exitCode
    }
    return outcome
  }

  /// Runs a text without a file.
  public func run(_ text: String) throws -> Outcome { try run(SourceFile(name: "test.clip", text: text)) }

  /// What a script did otherwise than its comments expect; empty when all is as expected.
  public func complaints(about path: String) throws -> [String] {
    let name = (path as NSString).lastPathComponent
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return try complaints(about: SourceFile.decode(name: name, path: path, bytes: bytes))
  }

  /// The same of a source; one that expects nothing and prints nothing is fine where it `mayBeSilent`.
  public func complaints(about file: SourceFile, mayBeSilent: Bool = false) throws -> [String] {
    let name = file.name
    let outcome = try run(file)
    var complaints: [String] = []

    let expectations = Expectation.all(in: file)
    if expectations.isEmpty && !mayBeSilent { complaints.append("\(name) expects nothing") }
    let printed = expectations.filter { $0.kind == "expect" }
    for (index, expectation) in printed.enumerated() {
      let found = index < outcome.output.count ? outcome.output[index] : "nothing"
      if found != expectation.text {
        complaints.append("\(name):\(expectation.line): expected `\(expectation.text)`, printed `\(found)`")
      }
    }
    for line in outcome.output.dropFirst(printed.count) {
      complaints.append("\(name): printed `\(line)` unexpectedly")
    }

    var open = expectations.filter { $0.kind != "expect" }
    for diagnostic in outcome.diagnostics {
      // Not the printed form: that shows the line with its expectation.
      let words = ([diagnostic.message, diagnostic.hint ?? ""] + diagnostic.notes).joined(separator: "\n")
      let place = open.firstIndex {
        $0.kind == diagnostic.severity.rawValue && $0.line == diagnostic.location.line
          && diagnostic.file === file && words.contains($0.text)
      }
      if let place {
        open.remove(at: place)
      } else {
        complaints.append("unexpected:\n\(diagnostic.rendered())")
      }
    }
    for expectation in open {
      complaints.append("\(name):\(expectation.line): expected the \(expectation.kind) `\(expectation.text)`")
    }
    return complaints
  }

  private struct Expectation {
    let kind: String
    let line: Int
    let text: String

    static func all(in file: SourceFile) -> [Expectation] {
      Parser.parse(file).tree.comments.flatMap { comment -> [Expectation] in
        // A comment may hold several: `# error: a # error: b`.
        ("# " + comment.text).components(separatedBy: "# ").compactMap { part in
          guard let match = part.wholeMatch(of: /(expect|error|warning)(?:@(\d+))?:(?: (.*?))?\s*/) else {
            return nil
          }
          return Expectation(
            kind: String(match.1), line: match.2.flatMap { Int($0) } ?? comment.line,
            text: String(match.3 ?? ""))
        }
      }
    }
  }
}
