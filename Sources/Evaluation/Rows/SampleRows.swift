/// What all measures found on one sample, or why they could not.
public struct SampleRows: Hashable, Sendable {
  /// A measure's row.
  public struct Named: Hashable, Sendable {
    /// The measure's name.
    public let measure: String
    /// What it found.
    public let row: Row

    /// A row and whose it is.
    public init(measure: String, row: Row) {
      self.measure = measure
      self.row = row
    }
  }

  /// Rows, or a message.
  public enum Outcome: Hashable, Sendable {
    /// One row a measure.
    case rows([Named])
    /// Why there are none; the sample counts nowhere.
    case error(String)
  }

  /// The sample's place in the data set.
  public let index: Int
  /// The sample's identifier.
  public let identifier: String
  /// Rows, or a message.
  public let outcome: Outcome

  /// What was found on a sample.
  public init(index: Int, identifier: String, outcome: Outcome) {
    self.index = index
    self.identifier = identifier
    self.outcome = outcome
  }

  /// The row of a measure, nil where there is none.
  public func row(of measure: String) -> Row? {
    guard case .rows(let rows) = outcome else { return nil }
    return rows.first { $0.measure == measure }?.row
  }
}

extension Sequence<SampleRows> {
  /// A measure's rows in the order of the samples, for `Measure.summary`; samples without one are left out.
  public func rows(of measure: String) -> [Row] {
    sorted { $0.index < $1.index }.compactMap { $0.row(of: measure) }
  }
}
