import Foundation
import Interpreter
import Syntax
import Testing

/// A session of entries, limits while running, interruption, engine values.
@Suite struct SessionTests {
  final class Log {
    var lines: [String] = []
    var interrupted = false
  }

  func session(_ log: Log = Log(), registry: Registry = .core, operators: any OperatorTable = NoOperators())
    -> Session
  {
    Session(
      registry: registry, loader: FileLoader(library: ["k": "two = 2\nfn double(x) => x * two"]),
      operators: operators,
      paths: ScriptPaths(scriptFolder: "."),
      host: Host(output: { log.lines.append($0) }, isInterrupted: { log.interrupted }))
  }

  func failure(_ text: String, in session: Session? = nil) throws -> RuntimeFailure? {
    let session = session ?? self.session()
    let program = session.check(SourceFile(name: "t.clip", text: text))
    #expect(program.diagnostics.map(\.message) == [])
    do {
      try session.run(program)
      return nil
    } catch let failure as RuntimeFailure {
      return failure
    }
  }

  // MARK: Entries

  @Test func entriesSeeEarlierNames() throws {
    let session = session()
    #expect(try session.enter("x = 3").bound == ["x"])
    #expect(try session.enter("x + 1").value == .number(4))
    #expect(try session.enter("_ * 2").value == .number(8))
    #expect(try session.enter("|> string()").value == .string("8"))
    #expect(try session.enter("fn f(a, k = 1) => a + k + x").bound == ["f"])
    #expect(try session.enter("f(1)").value == .number(5))
    #expect(try session.enter("f(1, kk: 2)").diagnostics.map(\.message) == ["unknown option `kk` for `f`"])
    #expect(try session.enter("import std.k").bound == ["k"])
    #expect(try session.enter("k.double(4)").value == .number(8))
    #expect(try session.enter("k.duoble(4)").diagnostics.first?.hint == "did you mean `double`?")
    #expect(session.names.map(\.name) == ["_", "f", "k", "x"])
  }

  @Test func namesMayBeBoundAgainAndLaterResultsAreStale() throws {
    let session = session()
    _ = try session.enter("x = 1")
    _ = try session.enter("y = x + 1")
    _ = try session.enter("z = y * 2")
    _ = try session.enter("other = 5")
    let entry = try session.enter("x = 10")
    #expect(entry.diagnostics.isEmpty)
    #expect(entry.stale == ["y", "z"])
    #expect(try session.enter("[x, y, z]").value == .list([.number(10), .number(2), .number(4)]))
    #expect(try session.enter("y = x + 1").stale == ["z"])
    #expect(try session.enter("x = x + 1; x").value == .number(11))
    #expect(
      try session.enter("print = 1").diagnostics.map(\.message) == [
        "`print` is a builtin and cannot be bound"
      ])
  }

  @Test func incompleteEntriesAskForMore() throws {
    #expect(try session().enter("f(").isIncomplete)
    #expect(try !session().enter("1 +* 2").isIncomplete)
  }

  // MARK: Limits and interruption

  @Test func interruptionStopsLoops() throws {
    let log = Log()
    log.interrupted = true
    let session = session(log)
    let program = session.check(
      SourceFile(name: "t.clip", text: "for a in range(1000) { for b in range(1000) { } }"))
    #expect(throws: Interruption.self) { try session.run(program) }
  }

  @Test func theDeepestScriptsTheLimitsAllowRun() throws {
    let nest = String(repeating: "(", count: 180) + "n" + String(repeating: ")", count: 180)
    let chain = String(repeating: " + 0", count: 700)
    let text = "fn call(f, n) => if n == 0 { 1 } else { 0 + \(nest)\(chain) + f(f, n - 1) }\n"
    #expect(
      try failure(text + "call(call, 1000)")?.diagnostic.message == "calls are nested more than 200 deep")
    #expect(try failure(text + "assert(call(call, 150) > 0)")?.diagnostic.message == nil)
  }

  /// Processor time of the thread that runs the script, so that other tests do not count.
  static let seconds = Builtin("seconds", section: "test", gives: .number, .init("For tests.")) { _, _ in
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .number(Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
  }

  @Test func aMillionIterationsTakeWellUnderASecond() throws {
    var registry = Registry.core
    registry.add([Self.seconds])
    let log = Log()
    let text = """
      start = seconds()
      for i in range(1000000) { x = i * 2 + 1; y = if x > 3 { x - 1 } else { x } }
      middle = seconds()
      assert(fold(range(100000), 0, fn(a, i) => a + i % 7 * 2) > 0)
      print(middle - start, seconds() - middle)
      """
    #expect(try failure(text, in: session(log, registry: registry))?.diagnostic.message == nil)
    let times = (log.lines.first ?? "").split(separator: " ").compactMap { Double($0) }
    #expect(times.count == 2 && times[0] < 0.7 && times[1] < 0.3, "\(times)")
  }

  // MARK: Failures

  @Test func callChainsAreShown() throws {
    let failure = try failure("fn inner(x) => 1 / x\nfn outer(x) => inner(x)\n\nouter(0)")
    #expect(
      failure?.diagnostic.rendered() == """
        error: division by zero
         --> t.clip:1:20
        1 | fn inner(x) => 1 / x
          |                    ^ this is 0
          = in function `inner` called at t.clip:2:16
          = in function `outer` called at t.clip:4:1
        """)
    #expect(failure?.exitCode == 5)
  }

  static let fetch = Builtin(
    "fetch", section: "test", [.init("what", .path), .init("count", .int, default: .number(1))],
    options: [.init("mode", .choice(["fast", "slow"]), default: .string("fast"))], gives: .any,
    .init("For tests.")
  ) { arguments, context in
    if arguments["what"] == .string("missing") {
      throw ScriptError("there is no `missing`", argument: "what", hint: "look elsewhere", kind: .input)
    }
    context.warn("fetched")
    return .list([
      arguments["what"], arguments["count"], arguments["mode"],
      .list(arguments.given.sorted().map { .string($0) }),
    ])
  }

  var extended: Registry {
    var registry = Registry.core
    registry.add([Self.fetch])
    return registry
  }

  @Test func errorsOfBuiltinsUnderlineTheArgument() throws {
    let failure = try failure("x = 1\n\"missing\" |> fetch(2)", in: session(registry: extended))
    #expect(
      failure?.diagnostic.rendered() == """
        error: there is no `missing`
         --> t.clip:2:1
        2 | "missing" |> fetch(2)
          | ^^^^^^^^^ look elsewhere
        """)
    #expect(failure?.exitCode == 4)
  }

  @Test func choicesSuggestTheNearest() throws {
    let program = session(registry: extended).check(
      SourceFile(name: "t.clip", text: "fetch(\"a\", mode: \"fats\")\nfetch(3)"))
    #expect(
      program.diagnostics.map { $0.rendered() } == [
        """
        error: option `mode` of `fetch` takes "fast" or "slow", found "fats"
         --> t.clip:1:18
        1 | fetch("a", mode: "fats")
          |                  ^^^^^^ did you mean "fast"?
        """,
        """
        error: `fetch` takes a path as its 1st argument, found number
         --> t.clip:2:7
        2 | fetch(3)
          |       ^
        """,
      ])
  }

  @Test func literalPathsCanBeChecked() {
    let text = "fn f() => fetch(\"a.png\")\nx = [\"b\" |> fetch(mode: \"slow\")]\nfetch(\"{x}\")"
    let program = session(registry: extended).check(SourceFile(name: "t.clip", text: text))
    #expect(program.literalArguments.map(\.text) == ["a.png", "b", "slow", nil])
    #expect(program.literalArguments.map(\.parameter) == ["what", "what", "mode", "what"])
    #expect(
      program.literalArguments.map { program.graph.main.file.text($0.span) } == [
        "\"a.png\"", "\"b\"", "\"slow\"", "\"{x}\"",
      ])
  }

  @Test func argumentsHaveDefaultsAndKnowWhatWasGiven() throws {
    let session = session(registry: extended)
    #expect(
      try session.enter("fetch(\"a\", mode: \"slow\")").value
        == .list([.string("a"), .number(1), .string("slow"), .list([.string("mode"), .string("what")])]))
    #expect(
      try session.enter("fetch(what: \"a\", count: 2)").value
        == .list([.string("a"), .number(2), .string("fast"), .list([.string("count"), .string("what")])]))
  }

  @Test func warningsSayWhere() throws {
    var warnings: [Diagnostic] = []
    let session = Session(
      registry: extended, loader: FileLoader(), paths: ScriptPaths(scriptFolder: "."),
      host: Host(output: { _ in }, warning: { warnings.append($0) }))
    try session.run(session.check(SourceFile(name: "t.clip", text: "x = 1\ny = fetch(\"a\")")))
    #expect(warnings.map(\.message) == ["fetched"])
    #expect(warnings.first?.place == "t.clip:2:5")
    #expect(warnings.first?.severity == .warning)
  }

  // MARK: Engine values

  struct Vector: EngineValue {
    let scalars: [Double]
    var typeName: String { "vector" }
    var summary: String { "vector [\(scalars.count)]" }
    var fieldNames: [String] { ["size"] }
    func field(_ name: String) throws -> Value? { name == "size" ? .number(Double(scalars.count)) : nil }
    func indexed(by indices: [IndexArgument]) throws -> Value? {
      switch indices.first {
      case .newAxis?: .string("new axis")
      case .slice(let from, let to, let step)?:
        .string("\(from ?? -1) \(to ?? -1) \(step ?? -1) of \(indices.count)")
      default: nil
      }
    }
    func elements() throws -> [Value]? { scalars.map { .number($0) } }
    var length: Int? { scalars.count }
    func isEqual(to other: any EngineValue) -> Bool { (other as? Vector)?.scalars == scalars }
  }

  struct Operators: OperatorTable {
    func binary(_ operation: BinaryOperation, _ a: Value, _ b: Value) throws -> Value? {
      guard case .object(let x) = a, let x = x as? Vector else { return nil }
      if operation == .matrixProduct { return .string("product") }
      guard operation == .multiply, case .number(let k) = b else {
        throw ScriptError("vectors have no `\(operation.rawValue)`")
      }
      return .object(Vector(scalars: x.scalars.map { $0 * k }))
    }
    func negated(_ a: Value) throws -> Value? { .string("negated") }
  }

  @Test func engineValuesWorkThroughTheirProtocol() throws {
    var registry = Registry.core
    registry.add([
      Builtin("vector", section: "test", gives: .engine("vector"), .init("For tests.")) { _, _ in
        .object(Vector(scalars: [1, 2]))
      }
    ])
    let log = Log()
    let session = session(log, registry: registry, operators: Operators())
    let text = """
      v = vector()
      print(v, [v], v.size, len(v), v[none], v[1:, ::2], [x for x in v], v * 2 == v, v == vector(), -v, v @ v)
      a, b = v
      print(a, b, 1 in [v, 1], "{v}")
      fn f(x: vector) => x.size
      print(f(v))
      """
    #expect(try failure(text, in: session)?.diagnostic.message == nil)
    #expect(
      log.lines == [
        "vector [2] [vector [2]] 2 2 new axis 1 -1 -1 of 2 [1, 2] false true negated product",
        "1 2 true vector [2]", "2",
      ])
    #expect(try failure("vector() + 1", in: session)?.diagnostic.message == "vectors have no `+`")
    #expect(try failure("vector().sise", in: session)?.diagnostic.hint == "did you mean `size`?")
    #expect(
      try failure("1 + vector()", in: session)?.diagnostic.message
        == "`+` does not apply to number and vector")
    #expect(
      session.check(SourceFile(name: "t.clip", text: "upper(vector())")).diagnostics.first?.message
        == "`upper` takes a string as its 1st argument, found vector")
  }

  /// Every example of a core builtin's help runs.
  @Test(arguments: Registry.core.builtins.map(\.name))
  func examplesRun(_ name: String) throws {
    let example = Registry.core[name]?.documentation.example ?? ""
    #expect(!example.isEmpty)
    #expect(try failure(example)?.diagnostic.message == nil)
  }
}
