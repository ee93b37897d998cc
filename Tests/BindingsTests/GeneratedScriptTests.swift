import Foundation
import Interpreter
import Syntax
import TestSupport
import Testing

@testable import Bindings

/// Scripts made at random: none crashes the checker, the formatter or the machine, errors stand inside their text, and
/// what checks clean does not fail on what checking promises to find.
///
/// `scripts/fuzz` runs the same with more rounds and other seeds (`CLIPSCOPE_FUZZ_ROUNDS`, `CLIPSCOPE_FUZZ_SEED`).
@Suite struct GeneratedScriptTests {
  static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }
  static let rounds = Int(number("CLIPSCOPE_FUZZ_ROUNDS") ?? 300)
  static let firstSeed = number("CLIPSCOPE_FUZZ_SEED") ?? 1

  static var seeds: Range<UInt64> { firstSeed..<(firstSeed + UInt64(rounds)) }

  @Test func wellFormedScripts() throws {
    var ran = 0
    for seed in Self.seeds {
      var generator = ScriptGenerator(seed: seed)
      let text = generator.program()
      let outcome = Outcome(text)
      report(outcome.complaints, seed, "wellFormedScripts", text)
      let errors = outcome.program.diagnostics.filter { $0.severity == .error }
      if !errors.isEmpty {
        report(errors.map { "does not check: " + $0.rendered() }, seed, "wellFormedScripts", text)
      }
      if outcome.failure == nil, errors.isEmpty { ran += 1 }
    }
    // Most run to their end, or this tests only first lines.
    #expect(ran * 2 > Self.rounds, "\(ran) of \(Self.rounds) ran")
  }

  @Test func changedScripts() throws {
    var valid = 0
    for seed in Self.seeds {
      var generator = ScriptGenerator(seed: seed)
      let text = generator.changedProgram()
      let outcome = Outcome(text)
      report(outcome.complaints, seed, "changedScripts", text)
      if outcome.program.isValid { valid += 1 }
    }
    #expect(valid * 20 > Self.rounds, "\(valid) of \(Self.rounds) check")
    #expect(valid * 2 < Self.rounds, "\(valid) of \(Self.rounds) check")
  }

  @Test func damagedScripts() throws {
    for seed in Self.seeds {
      var generator = ScriptGenerator(seed: seed)
      let bytes = generator.damagedBytes()
      // Refused as no text, or read.
      guard let file = try? SourceFile.decode(name: "fuzz.clip", path: "/nowhere/fuzz.clip", bytes: bytes)
      else {
        continue
      }
      let outcome = Outcome(file)
      report(outcome.complaints, seed, "damagedScripts", String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Scripts that once failed one of these tests.
  @Test func regressions() throws {
    let folder = ProjectFolder.path + "/Tests/LanguageTests/Generated"
    let names = ScriptRunner.scripts(in: folder)
    #expect(!names.isEmpty)
    for name in names {
      let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      report(Outcome(text).complaints, 0, name, text)
    }
  }

  private func report(_ complaints: [String], _ seed: UInt64, _ test: String, _ text: String) {
    if complaints.isEmpty { return }
    Issue.record("\(test), seed \(seed):\n\(complaints.joined(separator: "\n"))\n--- script\n\(text)\n---")
  }
}

/// What checking, formatting and running a script did.
private struct Outcome {
  let program: Program
  private(set) var complaints: [String] = []
  private(set) var failure: Diagnostic?
  private var output: [String] = []

  init(_ text: String) { self.init(SourceFile(name: "fuzz.clip", text: text, path: "/nowhere/fuzz.clip")) }

  init(_ file: SourceFile) {
    program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    for diagnostic in program.diagnostics { expectInside(diagnostic) }
    complaints += FormatterProperties.complaints(about: file)
    guard program.isValid else { return }
    (output, failure) = Self.run(program, &complaints)
    if let failure {
      expectInside(failure)
      if Self.isForTheChecker(failure.message) {
        complaints.append("found only while running: \(failure.rendered())")
      }
    }
    guard let text = try? Formatter.format(file) else { return }
    let again = Program.check(
      SourceFile(name: file.name, text: text, path: file.path), registry: Engine.registry,
      loader: Engine.loader)
    guard again.isValid else {
      complaints.append("does not check when formatted:\n\(text)")
      return
    }
    let (formattedOutput, formattedFailure) = Self.run(again, &complaints)
    if formattedOutput != output || formattedFailure?.message != failure?.message {
      complaints.append("does something else when formatted:\n\(text)")
    }
  }

  private static func run(_ program: Program, _ complaints: inout [String]) -> ([String], Diagnostic?) {
    var output: [String] = []
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: "/nowhere"),
      host: Host(output: { output.append($0) }, warning: { _ in }))
    do {
      let parameters = try ScriptParameter.values(of: program.parameters, from: [], workingFolder: "/nowhere")
      try session.run(program, parameters: parameters)
    } catch let failure as RuntimeFailure {
      return (output, failure.diagnostic)
    } catch {
      // A parameter without a value: wrong usage, not a wrong script.
      if !(error is ParameterError) { complaints.append("an error of another kind: \(error)") }
    }
    return (output, nil)
  }

  /// Whether a message is one of those that checking promises to give before anything runs.
  private static func isForTheChecker(_ message: String) -> Bool {
    message.contains("unknown name") || message.contains("unknown option")
      || message.contains(/takes (no|\d+) arguments?, found/)
      || message.contains(/needs `.*` as its .* argument/)
      || message.contains("needs the option") || message.contains("is given twice")
  }

  private mutating func expectInside(_ diagnostic: Diagnostic) {
    let isInside =
      diagnostic.span.start >= 0 && diagnostic.span.start <= diagnostic.span.end
      && diagnostic.span.end <= diagnostic.file.utf8.count
    if !isInside || diagnostic.rendered().isEmpty {
      complaints.append("not inside the text: \(diagnostic.message)")
    }
  }
}
