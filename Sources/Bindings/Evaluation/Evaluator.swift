import Evaluation
import Imaging
import Interpreter
import Tensors

/// Measures a method on a data set: a picture at a time, kept as it goes.
///
/// Memory holds one picture with its truth and output, and the rows found so far.
final class Evaluator {
  /// The function that makes maps, masks or scores of a picture and labels.
  private let function: Function
  private let data: DataSet
  private let measures: [any Measure]
  /// Whether `function` is asked for the labels on the picture only.
  private let isAskedForPresent: Bool
  private let scorer: PictureScorer?
  private let context: any CallContext

  init(
    _ data: DataSet, _ function: Function, measures: [any Measure], onlyPresent: Bool, scorer: PictureScorer?,
    context: any CallContext
  ) {
    self.data = data
    self.function = function
    self.measures = measures
    isAskedForPresent = onlyPresent
    self.scorer = scorer
    self.context = context
  }

  /// Measures what is not measured yet and sums up all.
  ///
  /// - Parameters:
  ///   - path: the file of rows, begun or gone on with; nil to keep rows in memory only
  ///   - shownPath: what the script calls that file
  ///   - key: what rows depend on besides data and measures
  ///   - scoring: what `scorer` depends on
  func run(
    keptAt path: String?, called shownPath: String?, key: String, scoring: String?, bootstrap: Bootstrap
  ) throws -> EvaluationValue {
    do {
      let value = try measured(
        keptAt: path, called: shownPath, key: key, scoring: scoring, bootstrap: bootstrap)
      InterruptionNote.set(nil)
      return value
    } catch {
      // What is kept is told of where the user interrupted, not with an error.
      if !(error is Interpreter.Interruption || error is Interrupted) { InterruptionNote.set(nil) }
      throw error
    }
  }

  private func measured(
    keptAt path: String?, called shownPath: String?, key: String, scoring: String?, bootstrap: Bootstrap
  ) throws -> EvaluationValue {
    let header = try RowsHeader(data, measures: measures, key: key)
    let file = try path.map { try RowsFile($0, header: header) }
    var found: [SampleRows] = []
    if let path { try RowsFile.stream(path) { found.append($0) } }
    let shard = Shard.current
    let wanted = data.samples.indices.filter { shard?.contains($0) ?? true }
    var done = file.map { file in wanted.count { file.done.contains($0) } } ?? 0
    Progress.report(Progress.evaluating, done, wanted.count)
    // Also where it fails: what comes then is told of again.
    defer { Progress.report(Progress.evaluating, wanted.count, wanted.count) }
    func tellKept() {
      guard let shownPath, done > 0 else { return }
      InterruptionNote.set(
        "\(done) of \(wanted.count) pictures are kept in \(shownPath); running again goes on from there")
    }
    tellKept()
    var hasWorked = found.contains { if case .rows = $0.outcome { true } else { false } }
    let old = found.count { if case .error = $0.outcome { true } else { false } }
    if old > 0 {
      context.warn("\(old) pictures were skipped before and are not tried again; `.skipped` lists them")
    }
    var failures = 0
    func keep(_ rows: SampleRows) throws {
      try file?.append(rows)
      found.append(rows)
      done += 1
      Progress.report(Progress.evaluating, done, wanted.count)
      tellKept()
      guard case .error(let problem) = rows.outcome else { return }
      failures += 1
      if failures <= 3 { context.warn("\(rows.identifier) is skipped: \(problem)") }
    }
    // Failures of the method before it worked once: of bad pictures, or because it is wrong.
    var unsure: [(rows: SampleRows, error: any Error)] = []
    let constantMaps = ConstantMaps()
    for index in wanted where !(file?.done.contains(index) ?? false) {
      try context.checkInterruption()
      let sample = data.samples[index]
      func rows(_ outcome: SampleRows.Outcome) -> SampleRows {
        SampleRows(index: index, identifier: sample.identifier, outcome: outcome)
      }
      do {
        let outcome = rows(.rows(try ConstantMaps.$counted.withValue(constantMaps) { try measure(sample) }))
        hasWorked = true
        for entry in unsure { try keep(entry.rows) }
        unsure = []
        try keep(outcome)
      } catch let failure as SampleFailure {
        guard !hasWorked, let error = failure.methodError else {
          try keep(rows(.error(failure.problem)))
          continue
        }
        unsure.append((rows(.error(failure.problem)), error))
        if unsure.count == 3 { break }
      }
    }
    try file?.finish()
    if let first = unsure.first { throw first.error }
    if let warning = constantMaps.warning { context.warn(warning) }
    if failures > 3 { context.warn("\(failures - 3) more are skipped; `.skipped` of the result lists all") }
    found.sort { $0.index < $1.index }
    let summaries = try measures.map { try $0.summary(of: found.rows(of: $0.name), bootstrap: bootstrap) }
    return EvaluationValue(
      header: header, measures: measures, rows: found, summaries: summaries, scoring: scoring,
      name: function.name)
  }

  /// Why a sample is left out.
  private struct SampleFailure: Error {
    let problem: String
    /// What the method threw; nil where the files are at fault.
    let methodError: (any Error)?
  }

  private func measure(_ sample: DataSet.Sample) throws -> [SampleRows.Named] {
    let (truth, picture) = try failing(byMethod: false) {
      (try data.truth(of: sample), try Image.read(sample.picture))
    }
    if let size = truth.size, (size.width, size.height) != (picture.width, picture.height) {
      throw SampleFailure(
        problem: "its masks have \(size.width)×\(size.height) pixels, the picture "
          + "\(picture.width)×\(picture.height)", methodError: nil)
    }
    let labels = isAskedForPresent ? truth.present : data.asked(of: sample)
    if labels.isEmpty {
      throw SampleFailure(problem: "there is no label to ask for", methodError: nil)
    }
    return try failing(byMethod: true) {
      let name = sample.picture.split(separator: "/").last.map(String.init) ?? sample.picture
      let value = try context.call(
        function, [.object(ImageValue(picture, name: name)), .list(labels.map(Value.string))])
      var output = try SampleOutput.read(value)
      output.picture = picture
      if let scorer {
        output.score = { pictures, label in try scorer.scores(pictures, label: label, among: labels) }
      }
      return try measures.map { SampleRows.Named(measure: $0.name, row: try $0.row(output, truth)) }
    }
  }

  /// Runs a part of the work on a sample; what goes wrong with this sample alone is a `SampleFailure`.
  private func failing<R>(byMethod isMethod: Bool, _ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as EvaluationError {
      throw SampleFailure(
        problem: error.description,
        methodError: isMethod ? ScriptError(error.description, argument: "f") : nil)
    } catch let error as ImageError {
      throw SampleFailure(
        problem: error.description,
        methodError: isMethod ? ScriptError(error.description, argument: "f") : nil)
    } catch let error as ScriptError {
      throw SampleFailure(problem: error.message, methodError: error)
    } catch let error as RuntimeFailure {
      throw SampleFailure(problem: error.diagnostic.message, methodError: error)
    }
  }
}
