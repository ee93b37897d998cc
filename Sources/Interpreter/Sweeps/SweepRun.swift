import Glibc
import Syntax

/// One sweep while it runs: finds rows that are kept, computes the others, and makes the table.
///
/// Rows come in order, the last variable varying fastest, and what they print comes with them: a sweep that was
/// interrupted and goes on prints what it would have printed in one piece.
final class SweepRun {
  /// Raised when a row kept by an earlier version would say something else today.
  private static let version = "row 1"

  /// Of a sweep with more rows only those are kept that take longer, in seconds, or save files: finding the others
  /// would take as long as computing them.
  private static let (many, worth) = (1000, 0.001)

  private let node: SweepNode
  private let closure: Closure
  /// Values of each variable.
  private let choices: [[Value]]
  private let count: Int
  private let machine: Machine
  private var store: (any RowStore)?
  /// The fingerprint of the body with the values it captures.
  private var base = ""
  /// Why rows cannot be kept, where they could be.
  private var reason: String?
  /// Fingerprints of the variables' values, as far as they were needed.
  private var fingerprints: [[String?]]

  init(_ node: SweepNode, _ closure: Closure, _ choices: [[Value]], count: Int, _ machine: Machine) {
    self.node = node
    self.closure = closure
    self.choices = choices
    self.count = count
    self.machine = machine
    self.fingerprints = choices.map { Array(repeating: nil, count: $0.count) }
  }

  /// The table. Throws `RuntimeFailure`, `ScriptError`, or what says that the user interrupted.
  func run() throws -> Value {
    machine.sweepDepth += 1
    defer { machine.sweepDepth -= 1 }
    let isOutermost = machine.sweepDepth == 1
    if isOutermost { machine.sweepCount += 1 }
    guard count > 0 else { return try table([]) }
    try prepareKeys()
    if isOutermost, let duty = machine.host.duty, duty.sweep == machine.sweepCount {
      try serve(duty)
      throw DutyDone()
    }
    return try machine.reportingRows(of: count) { report in
      if isOutermost, machine.host.duty == nil { try callCrew(report) }
      return try table(rows(isOutermost: isOutermost, report))
    }
  }

  // MARK: Rows

  private func rows(isOutermost: Bool, _ report: (Int) -> Void) throws -> [Record] {
    let slice = isOutermost ? machine.host.slice : nil
    var rows: [Record] = []
    var missing = 0
    var kept = 0
    for index in 0..<count {
      report(index)
      do {
        try machine.checkInterruption()
        let key = try key(index)
        if let key, let found = try find(key) {
          kept += 1
          rows.append(try record(index, found))
        } else if let slice, !slice.contains(index) {
          missing += 1
        } else {
          let (value, isKept) = try compute(index, key)
          if isKept { kept += 1 }
          rows.append(try record(index, value))
        }
      } catch let failure as RuntimeFailure {
        throw failure
      } catch {
        // Interrupted: what is done needs not be done again.
        if isOutermost, kept > 0 {
          warn("stopped after \(index) of \(count) rows; " + goesOn(kept))
        }
        throw error
      }
    }
    if missing > 0 {
      warn(
        "this table has \(rows.count) of \(count) rows: the others belong to other slices",
        hint: store == nil
          ? "slices meet in the cache, and here is none"
          : "when all slices are done, run without `--shard` for all rows")
    }
    return rows
  }

  private func goesOn(_ kept: Int) -> String {
    "\(kept) \(kept == 1 ? "is" : "are") kept, and running this again goes on"
  }

  /// The values of a combination: the last variable varies fastest.
  private func positions(_ index: Int) -> [Int] {
    var rest = index
    var positions = Array(repeating: 0, count: choices.count)
    for variable in choices.indices.reversed() {
      positions[variable] = rest % choices[variable].count
      rest /= choices[variable].count
    }
    return positions
  }

  private func combination(_ index: Int) -> [Value] {
    zip(choices, positions(index)).map { $0[$1] }
  }

  /// Computes a row, and keeps it where that is possible.
  private func compute(_ index: Int, _ key: String?) throws -> (Value, isKept: Bool) {
    let combination = combination(index)
    let record = RowRecord(body: closure.code.file, closure.code.span)
    if store == nil || key == nil { record.forget() }
    let slice = machine.sweepDepth == 1 ? machine.host.slice : nil
    slice?.suspend(true)
    defer { slice?.suspend(false) }
    let began = Self.seconds
    let value: Value
    do {
      value = try machine.recording(record) {
        try node.located(in: closure.code.file, at: node.word) { try machine.row(closure, combination) }
      }
    } catch var failure as RuntimeFailure {
      failure.addNote("in the sweep at \(words(combination))")
      throw failure
    }
    guard let key, let store, record.canBeKept,
      count <= Self.many || !record.saved.isEmpty || Self.seconds - began > Self.worth
    else { return (value, false) }
    var saved: [KeptRow.File] = []
    for file in record.saved {
      guard let fingerprint = store.fingerprint(ofFile: file.target) else { return (value, false) }
      saved.append(.init(path: file.path, fingerprint: fingerprint))
    }
    let row = KeptRow(
      value: value, printed: record.printed, warnings: record.warnings, text: text, saved: saved,
      read: record.read.map { .init(path: $0.path, fingerprint: $0.fingerprint) })
    guard let bytes = row.bytes else { return (value, false) }
    store.keep(bytes, key)
    return (value, true)
  }

  private static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The body as it stands in the file.
  private var text: String { closure.code.file.text(closure.code.span) }

  /// A row that is kept, if the files that it read and saved are as they were: what it printed is printed again.
  private func find(_ key: String) throws -> Value? {
    guard !machine.host.recomputesRows, let store, let bytes = store.row(key),
      let row = KeptRow(bytes: bytes)
    else { return nil }
    for file in row.read {
      guard let target = try? machine.currentReadPath(file.path),
        store.fingerprint(ofFile: target) == file.fingerprint
      else { return nil }
    }
    for file in row.saved {
      guard let target = try? machine.paths.writePath(file.path),
        store.fingerprint(ofFile: target) == file.fingerprint
      else { return nil }
    }
    machine.repeatRow(
      row, places: row.text == text ? closure.code.span.start : nil, node.word, closure.code.file)
    return row.value
  }

  /// `size = 336, depth = 3`.
  private func words(_ combination: [Value]) -> String {
    zip(node.names, combination).map { name, value in
      var text = value.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
      if case .string = value { text = "\"\(text)\"" }
      return "\(name) = \(text.count > 60 ? text.prefix(59) + "…" : text)"
    }.joined(separator: ", ")
  }

  // MARK: Keys

  /// Finds out what the body is, where rows are kept at all and everything it uses can be told apart.
  private func prepareKeys() throws {
    guard let rows = machine.host.rows else { return }
    let code = closure.code
    let words = Lexeme.all(of: code.file, within: code.span).map { Value.string(code.file.text($0.span)) }
    store = rows
    guard
      let known = try fingerprint(.list([.string(Self.version), .list(words), .list(closure.captured)]))
    else {
      store = nil
      return
    }
    base = known
  }

  private func fingerprint(_ value: Value) throws -> String? {
    do { return try store?.fingerprint(of: value) } catch {
      try machine.checkInterruption()
      if reason == nil { reason = (error as? ScriptError)?.message ?? "\(error)" }
      return nil
    }
  }

  /// The key of a row; nil where a value of its combination cannot be told from another.
  private func key(_ index: Int) throws -> String? {
    guard store != nil else { return nil }
    var parts: [Value] = [.string(base)]
    for (variable, position) in positions(index).enumerated() {
      if fingerprints[variable][position] == nil {
        guard let known = try fingerprint(choices[variable][position]) else { return nil }
        fingerprints[variable][position] = known
      }
      parts += [.string(node.names[variable]), .string(fingerprints[variable][position] ?? "")]
    }
    return try fingerprint(.list(parts))
  }

  // MARK: Several processes

  /// Has the rows that are not there computed by further processes, where there are any.
  private func callCrew(_ report: (Int) -> Void) throws {
    guard let crew = machine.host.crew else { return }
    guard let store else {
      if let reason { warn("this sweep runs in one process, because its rows cannot be kept: \(reason)") }
      return
    }
    var missing: [Int] = []
    for index in 0..<count where machine.host.slice?.contains(index) ?? true {
      try machine.checkInterruption()
      // What cannot be kept cannot be handed over either.
      guard let key = try key(index) else { continue }
      if store.row(key).flatMap({ KeptRow(bytes: $0) }) == nil { missing.append(index) }
    }
    guard missing.count > 1 else { return }
    let there = count - missing.count
    var done = 0
    crew.compute(sweep: machine.sweepCount, rows: missing) {
      done = $0
      // At the end the table is still to be made.
      report(min(there + done, count - 1))
    }
    do { try machine.checkInterruption() } catch {
      if there + done > 0 { warn("stopped: of \(count) rows " + goesOn(there + done)) }
      throw error
    }
  }

  /// What a process of a crew does.
  private func serve(_ duty: any RowDuty) throws {
    while let index = duty.next() {
      guard index >= 0, index < count, let key = try key(index) else {
        duty.finished(index, hasFailed: true)
        continue
      }
      try machine.checkInterruption()
      do {
        _ = try machine.writingInPlace { try compute(index, key) }
        duty.finished(index, hasFailed: false)
      } catch is RuntimeFailure {
        // Whoever asked for it meets the same, and tells it.
        duty.finished(index, hasFailed: true)
      }
    }
  }

  // MARK: The table

  /// A row with its combination before what the body gives.
  private func record(_ index: Int, _ value: Value) throws -> Record {
    var row = Record()
    for (name, value) in zip(node.names, combination(index)) { row[name] = value }
    if case .record(let fields) = value {
      for field in fields.fields {
        if row[field.name] != nil {
          throw fault(
            "the row has a field `\(field.name)`, which is a variable of the sweep",
            hint: "leave it out: the table has that column already")
        }
        row[field.name] = field.value
      }
    } else if row["value"] != nil {
      throw fault(
        "a row that is no record is the column `value`, which is a variable of the sweep",
        hint: "give a record, such as `{score: …}`")
    } else {
      row["value"] = value
    }
    return row
  }

  private func fault(_ message: String, hint: String) -> RuntimeFailure {
    var place = node.code.body.span
    if let block = node.code.body as? BlockNode, let last = block.statements.last { place = last.span }
    return RuntimeFailure(
      diagnostic: Diagnostic(message, file: closure.code.file, span: place, hint: hint), kind: .running)
  }

  private func table(_ rows: [Record]) throws -> Value {
    let table = rows.isEmpty ? try Table(columns: node.names.map { ($0, []) }) : try Table(rows: rows)
    return try Nesting.checked(.object(table))
  }

  private func warn(_ message: String, hint: String? = nil) {
    let warning = Diagnostic(.warning, message, file: closure.code.file, span: node.word, hint: hint)
    machine.host.warning(warning)
    machine.host.observer?(.warned(warning))
  }
}
