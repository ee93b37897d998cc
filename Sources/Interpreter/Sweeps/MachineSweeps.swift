import Syntax

// What sweeps need of the machine.

extension Machine {
  /// Runs a sweep's body for one combination.
  func row(_ closure: Closure, _ combination: [Value]) throws -> Value {
    let code = closure.code
    let frame = Frame(code, self)
    for (slot, value) in zip(code.captureSlots, closure.captured) { frame[slot] = value }
    for (slot, value) in zip(code.parameterSlots, combination) { if let slot { frame[slot] = value } }
    return try deeper { try code.body.evaluate(frame) }
  }

  /// Notes in a record what happens meanwhile.
  func recording<T>(_ record: RowRecord, _ body: () throws -> T) rethrows -> T {
    records.append(record)
    defer { records.removeLast() }
    return try body()
  }

  /// Prints, warns of and remembers what a kept row did. `start` is where the body begins that its places belong to.
  func repeatRow(_ row: KeptRow, places start: Int?, _ word: Span, _ file: SourceFile) {
    for file in row.read {
      guard let target = try? currentReadPath(file.path) else { continue }
      for record in records { record.noteRead(file.path, at: target) { file.fingerprint } }
    }
    for file in row.saved {
      guard let target = try? paths.writePath(file.path) else { continue }
      aside[target] = nil
      for record in records { record.noteSaved(file.path, at: target) }
    }
    for warning in row.warnings {
      var span = word
      if let start, let place = warning.span { span = Span(start + place.start, start + place.end) }
      warn(warning.message, file, span)
    }
    for line in row.printed { printLine(line) }
  }

  /// The file that a path to read means now, by what this run saved.
  func currentReadPath(_ path: String) throws -> String {
    let target = try paths.readPath(path)
    return aside[target] ?? target
  }

  /// Notes that a row depends on a file.
  func noteRead(_ path: String, at target: String) {
    guard let rows = host.rows else { return }
    for record in records where record.canBeKept {
      record.noteRead(path, at: target) { rows.fingerprint(ofFile: target) }
    }
  }
}
