/// Keeps rows of sweeps between runs, so that one that was interrupted goes on.
///
/// A row is found again under its key: the fingerprint of what the body does, the outer values that it uses and the
/// combination. Any failure to keep or find one only means that it is computed.
public protocol RowStore: Sendable {
  /// The row kept under a key of 64 hexadecimal digits; nil where there is none.
  func row(_ key: String) -> [UInt8]?
  /// Keeps a row, as well as it can.
  func keep(_ row: [UInt8], _ key: String)
  /// What a value is, as 64 hexadecimal digits: two values with one fingerprint compute the same. Throws where that
  /// cannot be said of a value.
  func fingerprint(of value: Value) throws -> String
  /// What a file holds, or that it is not there; nil where that cannot be said.
  func fingerprint(ofFile path: String) -> String?
}

/// A slice of every sweep of a run: each `count`-th row.
public struct RowSlice {
  /// Which slice, from 1.
  public let number: Int
  /// How many slices.
  public let count: Int
  /// Told when a row begins (true) and ends: within it nothing else is sliced.
  public let suspend: (Bool) -> Void

  /// A slice.
  public init(number: Int, count: Int, suspend: @escaping (Bool) -> Void) {
    self.number = number
    self.count = count
    self.suspend = suspend
  }

  func contains(_ index: Int) -> Bool { index % count == number - 1 }
}

/// Further processes that compute rows of a sweep and keep them.
public protocol RowCrew: AnyObject {
  /// Has rows computed and kept by processes that run the same script, and returns when none of them works any more.
  /// Rows that fail are not kept.
  ///
  /// - Parameters:
  ///   - sweep: which sweep of the run, from 1
  ///   - rows: the rows' indices
  ///   - progress: is told how many of them are done
  func compute(sweep: Int, rows: [Int], progress: (Int) -> Void)
}

/// What a process of a crew does: rows of one sweep, as it is told.
public protocol RowDuty: AnyObject {
  /// Which sweep of the run, from 1. What the script does before it is done for its values only.
  var sweep: Int { get }
  /// The index of the next row; nil when there is none left.
  func next() -> Int?
  /// Tells that a row is done, or has failed.
  func finished(_ row: Int, hasFailed: Bool)
  /// The file to write instead of `path`, by what is not part of these rows.
  func aside(_ path: String) throws -> String
}

/// Thrown when a process of a crew has done its rows: the rest of the script is not its own.
public struct DutyDone: Error {}
