import Foundation
import Syntax
import Testing

@testable import Interpreter

/// Rows of sweeps that are kept and found again, in one process.
@Suite struct SweepTests {
  /// Keeps rows in memory and counts what happens.
  final class Rows: RowStore, @unchecked Sendable {
    var kept: [String: [UInt8]] = [:]
    var found = 0
    /// Stops the script when so many rows are kept.
    var stopsAfter = Int.max

    func row(_ key: String) -> [UInt8]? {
      if kept[key] != nil { found += 1 }
      return kept[key]
    }

    func keep(_ row: [UInt8], _ key: String) { kept[key] = row }

    func fingerprint(of value: Value) throws -> String {
      switch value {
      case .function(let function):
        let contents = function.contents
        let words = (contents?.words ?? [function.name]).map { Value.string($0) }
        return try fingerprint(of: .list([.string("fn"), .list(words), .list(contents?.captured ?? [])]))
      case .number(let number): return "number \(number.bitPattern)"
      case .list(let values):
        return "[" + (try values.map { try fingerprint(of: $0) }).joined(separator: ",") + "]"
      case .record(let record):
        return "{" + (try record.fields.map { "\($0.name):" + (try fingerprint(of: $0.value)) }).joined()
          + "}"
      case .object(let object):
        if let table = object as? Table { return "table " + table.text }
        throw ScriptError("a \(object.typeName) cannot be told apart from another")
      default: return "\(value)"
      }
    }

    func fingerprint(ofFile path: String) -> String? {
      guard let data = FileManager.default.contents(atPath: path) else { return "missing" }
      return "file " + String(decoding: data, as: UTF8.self)
    }
  }

  /// What one run did.
  struct Run {
    var lines: [String] = []
    /// What the builtin `touched` was called with: what really ran.
    var touched: [Double] = []
    var warnings: [String] = []
    var failure: RuntimeFailure?
    var wasInterrupted = false
    var value = Value.none
    var progress: [String] = []
  }

  /// A function whose calls are counted, and two that read and write files.
  private func registry(_ log: Log) -> Registry {
    let words = Builtin.Documentation("For tests.")
    var registry = Registry.core
    registry.add(
      [
        Builtin("touched", section: "t", [.init("n", .number)], gives: .number, words) { arguments, context in
          guard case .number(let number) = arguments["n"] else { return .none }
          log.run.touched.append(number)
          if number < 0 { context.warn("below zero") }
          return .number(number)
        },
        Builtin("write", section: "t", [.init("path", .string), .init("text", .any)], gives: .none, words) {
          arguments, context in
          let path = try context.writePath(arguments["path"].text)
          try? Data(arguments["text"].text.utf8).write(to: URL(fileURLWithPath: path))
          return .none
        },
        Builtin("read", section: "t", [.init("path", .string)], gives: .string, words) { arguments, context in
          let path = try context.readPath(arguments["path"].text)
          return .string((try? String(contentsOfFile: path, encoding: .utf8)) ?? "nothing")
        },
        Builtin("thing", section: "t", [], gives: .any, words) { _, _ in .object(Thing()) },
      ])
    return registry
  }

  struct Thing: EngineValue {
    var typeName: String { "thing" }
    var summary: String { "thing" }
    func isEqual(to other: any EngineValue) -> Bool { other is Thing }
  }

  final class Log: @unchecked Sendable { var run = Run() }

  private func run(
    _ text: String, _ rows: Rows?, folder: String = ".", slice: (Int, Int)? = nil,
    change: (inout Interpreter.Host) -> Void = { _ in }
  ) throws -> Run {
    let log = Log()
    var host = Interpreter.Host(
      output: { log.run.lines.append($0) },
      warning: { log.run.warnings.append($0.message + " @\($0.location.line)") },
      isInterrupted: { rows.map { $0.kept.count >= $0.stopsAfter } ?? false })
    host.rows = rows
    host.rowProgress = { log.run.progress.append("\($0)/\($1)") }
    if let slice { host.slice = RowSlice(number: slice.0, count: slice.1) { _ in } }
    change(&host)
    let session = Session(
      registry: registry(log), loader: FileLoader(), paths: ScriptPaths(scriptFolder: folder), host: host)
    let program = session.check(SourceFile(name: "t.clip", text: text))
    #expect(program.diagnostics.map(\.message) == [])
    do {
      log.run.value = try session.run(program)
    } catch let failure as RuntimeFailure {
      log.run.failure = failure
    } catch is Interruption {
      log.run.wasInterrupted = true
    }
    return log.run
  }

  private let script = """
    factor = 10
    fn times(x) => x * factor
    t = sweep a in [1, 2, 3], b in [4, 5] {
      n = touched(times(a) + b)
      print("row {a} {b}")
      {n: n, half: n / 2}
    }
    print(t)
    """

  @Test func whatIsThereIsNotComputedAgain() throws {
    let rows = Rows()
    let first = try run(script, rows)
    #expect(first.touched == [14, 15, 24, 25, 34, 35])
    #expect(rows.kept.count == 6)
    let second = try run(script, rows)
    #expect(second.touched == [])
    #expect(second.lines == first.lines)
    #expect(second.progress == ["0/6", "1/6", "2/6", "3/6", "4/6", "5/6", "6/6"])
    #expect(try run(script, nil).lines == first.lines)
  }

  @Test(arguments: 1...5) func goesOnAfterAnInterruption(_ count: Int) throws {
    let whole = try run(script, nil)
    let rows = Rows()
    rows.stopsAfter = count
    let first = try run(script, rows)
    #expect(first.wasInterrupted)
    #expect(first.touched.count == count)
    #expect(
      first.warnings == [
        "stopped after \(count) of 6 rows; \(count) \(count == 1 ? "is" : "are") kept, and running this again goes on @3"
      ])
    rows.stopsAfter = .max
    let second = try run(script, rows)
    #expect(second.touched == Array(whole.touched.dropFirst(count)))
    #expect(second.lines == whole.lines)
  }

  @Test func layoutCommentsAndOtherNamesChangeNothing() throws {
    let rows = Rows()
    _ = try run(script, rows)
    let other = """
      # another text
      other = 1
      factor = 5 + 5  # the same value
      fn times(x) => x * factor
      results = sweep a in [1, 2, 3], b in [4, 5] {  # rows

        n = touched(
          times(a) + b)
        print("row {a} {b}")
        {n: n, half: n / 2}
      }
      print(results)
      """
    #expect(try run(other, rows).touched == [])
  }

  @Test func whatARowDependsOnIsPartOfItsKey() throws {
    let rows = Rows()
    _ = try run(script, rows)
    for (old, new) in [
      ("factor = 10", "factor = 11"), ("=> x * factor", "=> factor * x"), ("n / 2", "n / 3"),
      ("a in [1, 2, 3], b in [4, 5]", "b in [1, 2, 3], a in [4, 5]"),
    ] {
      let changed = script.replacingOccurrences(of: old, with: new)
      #expect(changed != script)
      #expect(try run(changed, rows).touched.count == 6, "\(new)")
    }
    // More values: only theirs.
    let more = script.replacingOccurrences(of: "[4, 5]", with: "[4, 6, 5]")
    #expect(try run(more, rows).touched == [16, 26, 36])
  }

  @Test func whatIsMendedGoesOn() throws {
    let rows = Rows()
    let text = """
      limit = 2
      t = sweep a in [1, 2, 3] {
        assert(touched(a) < 3, "too much")
        a
      }
      """
    let first = try run(text, rows)
    #expect(first.failure?.diagnostic.message == "too much")
    #expect(first.failure?.diagnostic.notes == ["in the sweep at a = 3"])
    #expect(first.touched == [1, 2, 3])
    // The sweep's values are mended, not its body: the rows before are there.
    #expect(try run(text.replacingOccurrences(of: "[1, 2, 3]", with: "[1, 2, 0]"), rows).touched == [0])
  }

  @Test func numbersAreExact() throws {
    let rows = Rows()
    let text = """
      t = sweep i in range(7) {
        touched(i)
        {x: [1e308 * 10, -1e308 * 10, 1e308 * 10 - 1e308 * 10, -0.0 * 1, 0.1 + 0.2, 5e-324, 1 / 3][i],
         r: {a: [i, "n", none, true], b: "l"}, t: table([{k: "a\\n\\"b\\"", v: i}])}
      }
      t
      """
    let first = try run(text, rows)
    #expect(rows.kept.count == 7)
    let second = try run(text, rows)
    #expect(second.touched == [])
    guard case .object(let a) = first.value, case .object(let b) = second.value, let a = a as? Table,
      let b = b as? Table
    else {
      Issue.record("no tables")
      return
    }
    func bits(_ table: Table) -> [UInt64] {
      (table.column("x") ?? []).map { if case .number(let number) = $0 { number.bitPattern } else { 0 } }
    }
    #expect(bits(a) == bits(b))
    #expect(bits(a)[3] == (-0.0).bitPattern)
    #expect(a.column("r") == b.column("r"))
    #expect(a.column("t") == b.column("t"))
    #expect(a.text == b.text)
  }

  @Test func rowsWithValuesOfTheEngineAreComputedEachTime() throws {
    let rows = Rows()
    let text = "t = sweep a in [1, 2] { touched(a); {x: if a == 1 { thing() } else { 3 }} }\nprint(len(t))"
    #expect(try run(text, rows).touched == [1, 2])
    #expect(try run(text, rows).touched == [1])
  }

  @Test func whatCannotBeToldApartIsComputedEachTime() throws {
    let rows = Rows()
    let text = "x = thing()\nt = sweep a in [1, 2] { touched(a); type(x) }\nprint(t.value)"
    #expect(try run(text, rows).touched == [1, 2])
    #expect(try run(text, rows).touched == [1, 2])
    #expect(rows.kept.isEmpty)
    let variable = "t = sweep x in [thing(), 3] { type(x) }\nprint(t.value)"
    _ = try run(variable, rows)
    #expect(rows.kept.count == 1)
  }

  @Test func warningsAreRepeatedAtTheirPlace() throws {
    let rows = Rows()
    let text = "t = sweep a in [1, 2] {\n  touched(-a)\n}\nprint(t.value)"
    #expect(try run(text, rows).warnings == ["below zero @2"])
    let again = try run(text, rows)
    #expect(again.touched == [])
    #expect(again.warnings == ["below zero @2"])
    // Where the body is laid out otherwise, the place is not known.
    #expect(try run("t = sweep a in [1, 2] { touched(-a) }", rows).warnings == ["below zero @1"])
  }

  @Test func damagedRowsAreComputedAgain() throws {
    let rows = Rows()
    let first = try run(script, rows)
    for key in rows.kept.keys {
      for bytes in [[], Array("{}".utf8), Array("[1".utf8), rows.kept[key]?.dropLast() ?? []] {
        rows.kept[key] = bytes
        let again = try run(script, rows)
        #expect(again.touched.count == 1)
        #expect(again.lines == first.lines)
      }
    }
  }

  @Test func nestedSweepsKeepTheirOwnRows() throws {
    let rows = Rows()
    let text = """
      t = sweep a in [1, 2] {
        u = sweep b in [3, 4] { print(a, b); touched(a * b) }
        {sum: fold(u.value, 0, fn(x, y) => x + y)}
      }
      print(t.sum)
      """
    let first = try run(text, rows)
    #expect(rows.kept.count == 6)
    #expect(try run(text, rows).lines == first.lines)
    let changed = text.replacingOccurrences(of: "sum:", with: "total:").replacingOccurrences(
      of: "t.sum", with: "t.total")
    let second = try run(changed, rows)
    #expect(second.touched == [])
    #expect(second.lines == first.lines)
  }

  // MARK: Files

  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("clipscope-sweep-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  @Test func filesThatWereSavedMustBeThere() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let rows = Rows()
    let text = "sweep a in [1, 2, 3] { touched(a); write(\"{a}.txt\", a) }\nprint(read(\"2.txt\"))"
    #expect(try run(text, rows, folder: folder.path).lines == ["2"])
    let second = try run(text, rows, folder: folder.path)
    #expect(second.touched == [])
    #expect(second.lines == ["2"])
    try Data("other".utf8).write(to: folder.appendingPathComponent("2.txt"))
    let third = try run(text, rows, folder: folder.path)
    #expect(third.touched == [2])
    #expect(third.lines == ["2"])
    try FileManager.default.removeItem(at: folder.appendingPathComponent("1.txt"))
    #expect(try run(text, rows, folder: folder.path).touched == [1])
  }

  @Test func filesThatWereReadMustBeAsTheyWere() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let rows = Rows()
    let text = "t = sweep a in [1, 2] { touched(a); read(\"in{a}.txt\") }\nprint(t.value)"
    #expect(try run(text, rows, folder: folder.path).lines == ["[\"nothing\", \"nothing\"]"])
    try Data("x".utf8).write(to: folder.appendingPathComponent("in2.txt"))
    let second = try run(text, rows, folder: folder.path)
    #expect(second.touched == [2])
    #expect(second.lines == ["[\"nothing\", \"x\"]"])
    #expect(try run(text, rows, folder: folder.path).touched == [])
    // What a row saved and read itself depends on nothing.
    let own = "t = sweep a in [1] { touched(a); write(\"own.txt\", a); read(\"own.txt\") }\nprint(t.value)"
    #expect(try run(own, rows, folder: folder.path).touched == [1])
    #expect(try run(own, rows, folder: folder.path).touched == [])
  }

  // MARK: Slices

  @Test func slicesMeet() throws {
    let rows = Rows()
    let whole = try run(script, nil)
    let first = try run(script, rows, slice: (1, 4))
    #expect(first.touched == [14, 34])
    #expect(first.warnings == ["this table has 2 of 6 rows: the others belong to other slices @3"])
    #expect(try run(script, rows, slice: (2, 4)).touched == [15, 35])
    let third = try run(script, rows, slice: (3, 4))
    #expect(third.touched == [24])
    #expect(third.warnings == ["this table has 5 of 6 rows: the others belong to other slices @3"])
    let last = try run(script, rows)
    #expect(last.touched == [25])
    #expect(last.lines == whole.lines)
    #expect(last.warnings == [])
  }

  @Test func theSliceIsLiftedWithinARow() throws {
    var states: [Bool] = []
    _ = try run("t = sweep a in [1, 2, 3] { u = sweep b in [1, 2] { a * b }; len(u) }\nprint(t.value)", nil) {
      $0.slice = RowSlice(number: 1, count: 2) { states.append($0) }
    }
    #expect(states == [true, false, true, false])
  }

  // MARK: Several processes

  /// Runs what processes of a crew would, in this one.
  final class Crew: RowCrew {
    let work: (Int, [Int]) -> Void
    init(_ work: @escaping (Int, [Int]) -> Void) { self.work = work }
    func compute(sweep: Int, rows: [Int], progress: (Int) -> Void) { work(sweep, rows) }
  }

  final class Duty: RowDuty {
    let sweep: Int
    var rows: [Int]
    let folder: URL
    private(set) var done: [String] = []
    init(_ sweep: Int, _ rows: [Int], _ folder: URL) {
      (self.sweep, self.rows, self.folder) = (sweep, rows, folder)
    }
    func next() -> Int? { rows.isEmpty ? nil : rows.removeFirst() }
    func finished(_ row: Int, hasFailed: Bool) { done.append("\(row)\(hasFailed ? " failed" : "")") }
    func aside(_ path: String) throws -> String { folder.appendingPathComponent("aside.txt").path }
  }

  @Test func aCrewComputesWhatIsMissing() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let rows = Rows()
    let text = """
      write("log.txt", "+")
      s = sweep x in [1, 2] { touched(x) }
      t = sweep a in [1, 2, 3, 4] {
        write("{a}.txt", "{a}{read("log.txt")}")
        assert(touched(a) != 3 or len(s) == 0, "three")
        print(a)
        a
      }
      print("end")
      """
    var asked: [String] = []
    var duties: [Duty] = []
    var workers: [Run] = []
    let crew = Crew { sweep, indices in
      asked.append("\(sweep): \(indices)")
      let duty = Duty(sweep, indices, folder)
      duties.append(duty)
      if let run = try? self.runDuty(text, rows, folder.path, duty) { workers.append(run) }
    }
    let parent = try run(text, rows, folder: folder.path) { $0.crew = crew }
    #expect(asked == ["1: [0, 1]", "2: [0, 1, 2, 3]"])
    #expect(duties.map(\.done) == [["0", "1"], ["0", "1", "2 failed", "3"]])
    // The second process finds the first sweep's rows; neither does what is not its own.
    #expect(workers.map(\.touched) == [[1, 2], [1, 2, 3, 4]])
    #expect(parent.touched == [3])
    #expect(parent.lines == ["1", "2"])
    #expect(parent.failure?.diagnostic.message == "three")
    #expect(try String(contentsOf: folder.appendingPathComponent("1.txt"), encoding: .utf8) == "1+")
    #expect(try String(contentsOf: folder.appendingPathComponent("log.txt"), encoding: .utf8) == "+")
  }

  @Test func whatACrewSawOtherwiseIsComputedAgain() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let rows = Rows()
    // A script that gives another result each time: the process of the crew is its second run.
    let text = """
      write("log.txt", read("log.txt") + "+")
      t = sweep a in [1, 2] { "{touched(a)}{read("log.txt")}" }
      print(t.value)
      """
    var workers: [Run] = []
    let crew = Crew { sweep, indices in
      if let run = try? self.runDuty(text, rows, folder.path, Duty(sweep, indices, folder)) {
        workers.append(run)
      }
    }
    let parent = try run(text, rows, folder: folder.path) { $0.crew = crew }
    #expect(workers.map(\.touched) == [[1, 2]])
    #expect(parent.lines == ["[\"1nothing+\", \"2nothing+\"]"])
    #expect(try String(contentsOf: folder.appendingPathComponent("log.txt"), encoding: .utf8) == "nothing+")
  }

  private func runDuty(_ text: String, _ rows: Rows, _ folder: String, _ duty: Duty) throws -> Run {
    let log = Log()
    var host = Interpreter.Host(output: { _ in })
    host.rows = rows
    host.duty = duty
    let session = Session(
      registry: registry(log), loader: FileLoader(), paths: ScriptPaths(scriptFolder: folder), host: host)
    #expect(throws: DutyDone.self) {
      try session.run(session.check(SourceFile(name: "t.clip", text: text)))
    }
    return log.run
  }

  @Test func noCrewIsCalledWhereNothingCanBeHandedOver() throws {
    var calls = 0
    let crew = Crew { _, _ in calls += 1 }
    let text = "x = thing()\nt = sweep a in [1, 2] { type(x) }\nprint(len(t))"
    let alone = try run(text, Rows()) { $0.crew = crew }
    #expect(alone.lines == ["2"])
    #expect(
      alone.warnings == [
        "this sweep runs in one process, because its rows cannot be kept: a thing cannot be told apart from another @2"
      ])
    #expect(try run(script, nil) { $0.crew = crew }.touched.count == 6)
    #expect(calls == 0)
  }
}
