/// A number that says how good a method is, found in two steps: a row for each sample, then a summary of all rows.
///
/// The summary depends on the rows alone, in the order of the samples. So rows may be found anywhere, in any order,
/// and the summary of their union is that of one run.
public protocol Measure: Sendable {
  /// What rows and tables call it, such as `pointing`.
  var name: String { get }
  /// The name with every option that changes a number, such as `pointing(tolerance: 15.0)`. Rows of different descriptions are
  /// never put together.
  var description: String { get }
  /// Whether a larger value is better.
  var higherIsBetter: Bool { get }

  /// What is found on one sample. Throws `EvaluationError` where the output or the truth lacks a part the measure needs or
  /// their sizes differ, `Interrupted`, and what the output's scorer throws.
  func row(_ output: Output, _ truth: Truth) throws -> Row

  /// One number for each row, for paired tests; nil where a sample has nothing to measure. Throws `EvaluationError` for a
  /// row that is not this measure's.
  func values(of rows: [Row]) throws -> [Double?]

  /// The numbers that sum up rows, the main one first. Throws `EvaluationError` for a row that is not this measure's.
  func statistics(of rows: [Row]) throws -> [Statistic]
}

extension Measure {
  /// Sums up rows that are in the order of their samples. Throws `EvaluationError` for a row that is not this
  /// measure's, `Interrupted`.
  public func summary(of rows: [Row], bootstrap: Bootstrap = Bootstrap()) throws -> Summary {
    let statistics = try statistics(of: rows)
    let measured = try values(of: rows).count { $0 != nil }
    let all = [Int](repeating: 1, count: rows.count)
    let intervals = try bootstrap.intervals(of: statistics, samples: rows.count)
    let estimates = zip(statistics, intervals).map { statistic, interval in
      Estimate(name: statistic.name, value: statistic.value(all), interval: interval)
    }
    return Summary(measure: description, count: measured, estimates: estimates)
  }
}

/// A measure under another name, so that one measure can stand beside itself with other options.
public struct RenamedMeasure: Measure {
  private let base: any Measure
  /// The other name.
  public let name: String
  /// The measure's own, with every option that changes a number.
  public var description: String { base.description }
  /// As of the measure.
  public var higherIsBetter: Bool { base.higherIsBetter }

  /// `base`, called `name`.
  public init(_ base: any Measure, name: String) {
    self.base = base
    self.name = name
  }

  /// As of the measure.
  public func row(_ output: Output, _ truth: Truth) throws -> Row { try base.row(output, truth) }
  /// As of the measure.
  public func values(of rows: [Row]) throws -> [Double?] { try base.values(of: rows) }
  /// As of the measure.
  public func statistics(of rows: [Row]) throws -> [Statistic] { try base.statistics(of: rows) }
}

/// A number computed from rows of which each counts a whole number of times.
public struct Statistic: Sendable {
  /// What it is, such as `mean`.
  public let name: String
  /// Its value where row i counts `weights[i]` times; nil where nothing is left to measure.
  public let value: @Sendable (_ weights: [Int]) -> Double?

  /// A statistic from its name and how it is computed.
  public init(_ name: String, value: @escaping @Sendable (_ weights: [Int]) -> Double?) {
    self.name = name
    self.value = value
  }
}

/// A number and how far it might be another with other pictures.
public struct Estimate: Hashable, Sendable {
  /// What it is, such as `mean`.
  public let name: String
  /// Its value; nil where there is nothing to measure.
  public let value: Double?
  /// The bootstrap interval; nil with fewer than two samples that say something.
  public let interval: ClosedRange<Double>?

  /// An estimate from its parts.
  public init(name: String, value: Double?, interval: ClosedRange<Double>?) {
    self.name = name
    self.value = value
    self.interval = interval
  }
}

/// What a measure says about a data set.
public struct Summary: Hashable, Sendable {
  /// The measure's description.
  public let measure: String
  /// How many samples had something to measure.
  public let count: Int
  /// The numbers, the main one first.
  public let estimates: [Estimate]

  /// The number that stands for the measure: the first.
  public var main: Estimate? { estimates.first }
}
