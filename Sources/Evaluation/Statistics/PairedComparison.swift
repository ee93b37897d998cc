import Glibc
import Tensors

/// Two methods on the same samples.
public struct PairedComparison: Hashable, Sendable {
  /// A test's result.
  public struct Test: Hashable, Sendable {
    /// The statistic: the smaller sum of ranks, or the mean difference.
    public let statistic: Double
    /// How probable a difference at least as large is without a real one, in either direction.
    public let p: Double
    /// Whether every possibility was counted, rather than approximated or drawn.
    public let isExact: Bool
  }

  /// How many samples both have a number for.
  public let count: Int
  /// How many samples only one of them has a number for; they are left out.
  public let leftOut: Int
  /// The mean of first − second over samples; nil where there is no sample.
  public let meanDifference: Double?
  /// The bootstrap interval of the mean difference.
  public let interval: ClosedRange<Double>?
  /// Wilcoxon's signed-rank test; nil where all differences are 0.
  public let wilcoxon: Test?
  /// The sign-flip test of the mean difference; nil where there is no sample.
  public let signFlip: Test?

  /// Compares numbers of the same samples, by index. `flips` is how many random signs are drawn where not all are tried.
  /// Throws `Interrupted`.
  public init(
    _ first: [Int: Double], _ second: [Int: Double], bootstrap: Bootstrap = Bootstrap(), flips: Int = 10_000
  ) throws {
    let both = first.keys.filter { second[$0] != nil }.sorted()
    let differences = both.map { (first[$0] ?? 0) - (second[$0] ?? 0) }
    count = both.count
    leftOut = first.count + second.count - 2 * both.count
    meanDifference = mean(differences)
    let statistic = Statistic("difference") { weightedMean(differences, $0) }
    interval = try bootstrap.intervals(of: [statistic], samples: both.count).first ?? nil
    wilcoxon = Wilcoxon.test(differences)
    signFlip = try SignFlip.test(differences, draws: min(max(flips, 1), 10_000_000), seed: bootstrap.seed)
  }

  /// Compares a measure's numbers of the samples in two sets of rows. Throws `EvaluationError` for rows that are not the
  /// measure's or of samples that have one index but different identifiers.
  public init(
    _ measure: any Measure, _ first: [SampleRows], _ second: [SampleRows], bootstrap: Bootstrap = Bootstrap(),
    flips: Int = 10_000
  ) throws {
    let names = Dictionary(first.map { ($0.index, $0.identifier) }) { name, _ in name }
    for sample in second {
      if let name = names[sample.index], name != sample.identifier {
        throw EvaluationError(
          "sample \(sample.index) is \(quoted(name)) in one and \(quoted(sample.identifier)) in the other")
      }
    }
    try self.init(
      try measure.valuesByIndex(first), try measure.valuesByIndex(second), bootstrap: bootstrap, flips: flips)
  }
}

extension Measure {
  /// One number for each sample that has one, by its index.
  public func valuesByIndex(_ samples: [SampleRows]) throws -> [Int: Double] {
    let mine = samples.sorted { $0.index < $1.index }
      .compactMap { sample in sample.row(of: name).map { (sample.index, $0) } }
    var found: [Int: Double] = [:]
    for (sample, value) in zip(mine, try values(of: mine.map(\.1))) { found[sample.0] = value }
    return found
  }
}
