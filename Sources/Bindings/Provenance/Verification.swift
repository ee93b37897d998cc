import Interpreter

/// A run compared with the record of an earlier one.
public struct Verification: Sendable {
  /// What became of a file or a step.
  public enum Outcome: Sendable {
    /// The same bits.
    case identical
    /// Not the same bits, but no number is further away than the tolerance.
    case close(Numbers.Difference)
    /// Something else.
    case different(Numbers.Difference?)
    /// Only the earlier run has it.
    case missing
    /// Only the later run has it.
    case new
  }

  /// Each file that either run saved.
  public let outputs: [(name: String, outcome: Outcome)]
  /// The first step that is not within the tolerance; where all are, the first whose bits differ.
  public let firstStep: (place: String, call: String, gives: String, outcome: Outcome)?
  /// The first printed line that differs: its number, from 1, and both texts.
  public let firstLine: (number: Int, earlier: String?, later: String?)?
  /// What is not as it was: script, inputs, model, version, kernel, threads, parameters. A sentence each.
  public let changes: [String]
  /// The largest relative difference that counts as close.
  public let tolerance: Double

  /// Compares a run with the record of an earlier one.
  public init(_ later: Lock, with earlier: Lock, tolerance: Double) {
    self.tolerance = tolerance
    var outputs: [(name: String, outcome: Outcome)] = []
    for old in earlier.outputs {
      let outcome: Outcome
      if let new = later.outputs.first(where: { $0.name == old.name }) {
        outcome = Self.outcome(
          new.sha256 == old.sha256, new.numbers, old.numbers, tolerance: tolerance)
      } else {
        outcome = .missing
      }
      outputs.append((old.name, outcome))
    }
    for new in later.outputs where !earlier.outputs.contains(where: { $0.name == new.name }) {
      outputs.append((new.name, .new))
    }
    self.outputs = outputs
    firstStep = Self.firstStep(later, earlier, tolerance)
    let count = max(earlier.printed.count, later.printed.count)
    firstLine = (0..<count).first { earlier.printed.at($0) != later.printed.at($0) }.map {
      ($0 + 1, earlier.printed.at($0), later.printed.at($0))
    }
    changes = Self.changes(later, earlier)
  }

  private static func outcome(
    _ isIdentical: Bool, _ new: Numbers?, _ old: Numbers?, tolerance: Double
  ) -> Outcome {
    if isIdentical { return .identical }
    guard let new, let old, let difference = new.difference(from: old) else { return .different(nil) }
    // Where the bits differ but none of the numbers that were kept does, what differs was not looked at.
    let isUnseen = difference.largest == 0 && difference.compared < difference.count
    return difference.largest <= tolerance && !isUnseen ? .close(difference) : .different(difference)
  }

  private static func firstStep(
    _ later: Lock, _ earlier: Lock, _ tolerance: Double
  ) -> (place: String, call: String, gives: String, outcome: Outcome)? {
    var firstClose: (place: String, call: String, gives: String, outcome: Outcome)?
    for index in 0..<max(earlier.steps.count, later.steps.count) {
      guard let new = later.steps.at(index) else {
        guard let old = earlier.steps.at(index) else { break }
        return (old.place, old.call, old.gives, .missing)
      }
      guard let old = earlier.steps.at(index) else { return (new.place, new.call, new.gives, .new) }
      guard new.call == old.call, new.gives == old.gives else {
        return (new.place, new.call, new.gives, .different(nil))
      }
      // A step without a checksum lives only for a moment.
      if new.sha256 == old.sha256 { continue }
      let outcome = outcome(false, new.numbers, old.numbers, tolerance: tolerance)
      if case .different = outcome { return (new.place, new.call, new.gives, outcome) }
      if firstClose == nil { firstClose = (new.place, new.call, new.gives, outcome) }
    }
    return firstClose
  }

  private static func changes(_ later: Lock, _ earlier: Lock) -> [String] {
    var changes: [String] = []
    func compare(_ what: String, _ old: String, _ new: String) {
      if old != new { changes.append("\(what): \(old) → \(new)") }
    }
    func short(_ hash: String) -> String { hash.isEmpty ? "unreadable" : "\(hash.prefix(12))…" }
    for old in earlier.scripts {
      let new = later.scripts.first { $0.name == old.name }
      if new == old { continue }
      changes.append(
        "script \(old.name): "
          + (new.map { "\(short(old.sha256)) → \(short($0.sha256))" } ?? "no longer imported"))
    }
    for new in later.scripts where !earlier.scripts.contains(where: { $0.name == new.name }) {
      changes.append("script \(new.name): newly imported")
    }
    for old in earlier.inputs {
      let noun = old.kind == "model" ? "model" : "input"
      let new = later.inputs.first { $0.name == old.name && $0.kind == old.kind }
      if new?.sha256 == old.sha256 { continue }
      changes.append(
        "\(noun) \(old.name): "
          + (new.map { "\(short(old.sha256)) → \(short($0.sha256))" } ?? "no longer read"))
    }
    for new in later.inputs
    where !earlier.inputs.contains(where: { $0.name == new.name && $0.kind == new.kind }) {
      changes.append("\(new.kind == "model" ? "model" : "input") \(new.name): newly read")
    }
    compare("version", earlier.version, later.version)
    compare("kernel", earlier.kernel, later.kernel)
    compare("threads", "\(earlier.threads)", "\(later.threads)")
    return changes
  }

  /// Whether every file is as it was, or close.
  public var isGood: Bool {
    firstLine == nil
      && outputs.allSatisfy {
        switch $0.outcome {
        case .identical, .close: true
        case .different, .missing, .new: false
        }
      }
  }

  /// The report, a line each.
  public var lines: [String] {
    var lines: [String] = []
    let width = outputs.map { $0.name.count }.max() ?? 0
    for (name, outcome) in outputs {
      let space = String(repeating: " ", count: width - name.count + 2)
      lines.append("  \(name)\(space)\(Self.text(outcome))")
    }
    if outputs.isEmpty { lines.append("  no files were saved") }
    if let firstLine {
      lines.append(
        "printed line \(firstLine.number): \(firstLine.earlier ?? "(nothing)") → \(firstLine.later ?? "(nothing)")"
      )
    }
    if let firstStep {
      lines.append(
        "first step that differs: \(firstStep.place) `\(firstStep.call)` (\(firstStep.gives)), "
          + Self.text(firstStep.outcome))
    }
    lines += changes.isEmpty ? ["nothing that it was made of has changed"] : changes.map { "changed: \($0)" }
    return lines
  }

  /// The report as JSON.
  public var json: String {
    func name(_ outcome: Outcome) -> Record {
      func record(_ word: String, _ difference: Numbers.Difference?) -> Record {
        var record: Record = ["outcome": .string(word)]
        if let difference {
          record["largest"] = difference.largest.isFinite ? .number(difference.largest) : Value.none
          record["mean"] = difference.mean.isFinite ? .number(difference.mean) : Value.none
          record["rankCorrelation"] = difference.rankCorrelation.map(Value.number) ?? Value.none
          record["compared"] = .number(Double(difference.compared))
          record["count"] = .number(Double(difference.count))
        }
        return record
      }
      switch outcome {
      case .identical: return record("identical", nil)
      case .close(let difference): return record("close", difference)
      case .different(let difference): return record("different", difference)
      case .missing: return record("missing", nil)
      case .new: return record("new", nil)
      }
    }
    var report: Record = ["good": .bool(isGood)]
    report["outputs"] = .list(
      outputs.map { output in
        var record: Record = ["name": .string(output.name)]
        for field in name(output.outcome).fields { record[field.name] = field.value }
        return .record(record)
      })
    if let firstStep {
      var step: Record = ["place": .string(firstStep.place), "call": .string(firstStep.call)]
      for field in name(firstStep.outcome).fields { step[field.name] = field.value }
      report["firstStep"] = .record(step)
    }
    if let firstLine { report["firstLine"] = .number(Double(firstLine.number)) }
    report["changes"] = .list(changes.map(Value.string))
    return JSON.text(.record(report)) ?? "{}"
  }

  static func text(_ outcome: Outcome) -> String {
    switch outcome {
    case .identical: return "identical"
    case .close(let difference): return "within tolerance: \(text(difference))"
    case .different(let difference): return "different" + (difference.map { ": \(text($0))" } ?? "")
    case .missing: return "missing: this run does not give it"
    case .new: return "new: the earlier run did not give it"
    }
  }

  private static func text(_ difference: Numbers.Difference) -> String {
    func number(_ value: Double) -> String {
      value == 0 ? "0" : short(Float(value))
    }
    let part =
      difference.compared < difference.count
      ? ", of \(difference.compared) of \(difference.count) numbers" : ""
    let rank = difference.rankCorrelation.map { ", rank correlation \(short(Float($0)))" } ?? ""
    if difference.largest == 0 { return "the numbers looked at are equal\(part)" }
    return "largest difference \(number(difference.largest)), mean \(number(difference.mean)) "
      + "(of the largest value)\(rank)\(part)"
  }
}

extension Array {
  /// The element at a place; nil beyond the end.
  fileprivate func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
