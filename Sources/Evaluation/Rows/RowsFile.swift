/// A file that rows are added to while they are found: JSON lines, a header first, then a sample a line.
///
/// A line is written at once and whole; what a killed program left of the last one is dropped when the file is opened
/// again. Two programs must not write one file. So that a power cut costs little, the header and the file's name are on the disk
/// before the first row, all rows with one that comes `syncInterval` seconds after the last time, and all at `finish`.
public final class RowsFile {
  /// What the file is about.
  public let header: RowsHeader
  /// Where it is.
  public let path: String
  /// The samples the file holds already, by index.
  public private(set) var done: Set<Int>
  private let file: AppendedFile
  /// When rows were last known to be on the disk.
  var synced = ContinuousClock.now
  /// Whether rows were added since.
  private(set) var isUnsynced = false
  /// The seconds after which the next row takes those before it to the disk.
  static let syncInterval = 5

  /// Opens a file of rows, or begins one. Throws `EvaluationError` for a file that is no file of rows, is damaged, or whose header
  /// is another one (the message says what differs), or that cannot be written.
  public init(_ path: String, header: RowsHeader) throws {
    self.path = path
    self.header = header
    file = try AppendedFile(path)
    var found: Set<Int> = []
    let first = try file.wholeLines { line, bytes in
      if line == 1 {
        try RowsFile.check(try RowsHeader(line: bytes, file: path), is: header, file: path)
      } else {
        let rows = try SampleRows(line: bytes, number: line, file: path, header: header)
        guard found.insert(rows.index).inserted else {
          throw EvaluationError(path, line: line, "sample \(rows.index) stands there twice")
        }
      }
    }
    done = found
    if first == 0 {
      try file.append(header.json)
      try file.sync()
      file.syncFolder()
    }
  }

  /// Adds what was found on a sample. Throws `EvaluationError` where the sample is there already, is none of the data set's, or has rows
  /// of other measures than the header's, or where the file cannot be written.
  public func append(_ rows: SampleRows) throws {
    try rows.check(header)
    guard !done.contains(rows.index) else {
      throw EvaluationError(path, "sample \(rows.index) stands there already")
    }
    try file.append(rows.json)
    done.insert(rows.index)
    isUnsynced = true
    if ContinuousClock.now - synced >= .seconds(RowsFile.syncInterval) { try finish() }
  }

  /// Waits until all rows are on the disk. Throws `EvaluationError` where they cannot be written.
  public func finish() throws {
    guard isUnsynced else { return }
    try file.sync()
    isUnsynced = false
    synced = .now
  }

  deinit { if isUnsynced { try? file.sync() } }

  /// Calls `body` with each sample of a file, in the file's order, and gives its header. A torn last line is left out.
  /// Throws `EvaluationError`, and what `body` throws.
  @discardableResult
  public static func stream(_ path: String, _ body: (SampleRows) throws -> Void) throws -> RowsHeader {
    let reader = try LineReader(path)
    var header: RowsHeader?
    var found: Set<Int> = []
    try reader.wholeLines { line, bytes in
      guard let known = header else {
        header = try RowsHeader(line: bytes, file: path)
        return
      }
      let rows = try SampleRows(line: bytes, number: line, file: path, header: known)
      guard found.insert(rows.index).inserted else {
        throw EvaluationError(path, line: line, "sample \(rows.index) stands there twice")
      }
      try body(rows)
    }
    guard let header else { throw EvaluationError(path, "is no file of rows: it has no header") }
    return header
  }

  /// What the first line of a file says.
  private static func header(of path: String) throws -> RowsHeader {
    struct Enough: Error {}
    var header: RowsHeader?
    do {
      try LineReader(path).wholeLines { _, bytes in
        header = try RowsHeader(line: bytes, file: path)
        throw Enough()
      }
    } catch is Enough {}
    guard let header else { throw EvaluationError(path, "is no file of rows: it has no header") }
    return header
  }

  /// A whole file, its samples in order. Throws `EvaluationError`.
  public static func read(_ path: String) throws -> MergedRows {
    try merge([path])
  }

  /// The union of files about the same data set. Throws `EvaluationError` where headers differ or a sample has different
  /// rows in two files.
  public static func merge(_ paths: [String]) throws -> MergedRows {
    guard let first = paths.first else { throw EvaluationError("there is no file of rows to merge") }
    // What the files are about is compared before what they hold.
    let expected = try header(of: first)
    for path in paths.dropFirst() {
      try check(try header(of: path), is: expected, file: path, other: first)
    }
    var rows: [Int: (rows: SampleRows, path: String)] = [:]
    for path in paths {
      try stream(path) { sample in
        if let known = rows[sample.index] {
          guard known.rows == sample else {
            throw EvaluationError(
              path, "sample \(sample.index) (\(quoted(sample.identifier))) differs from that in \(known.path)"
            )
          }
        } else {
          rows[sample.index] = (sample, path)
        }
      }
    }
    let sorted = rows.values.map(\.rows).sorted { $0.index < $1.index }
    return MergedRows(header: expected, rows: sorted)
  }

  private static func check(
    _ found: RowsHeader, is expected: RowsHeader, file: String, other: String? = nil
  ) throws(EvaluationError) {
    if let difference = found.difference(from: expected, other: other) {
      throw EvaluationError(file, difference)
    }
  }
}

/// What a file of rows is about.
public struct RowsHeader: Hashable, Sendable {
  /// What the first line calls the format.
  public static let format = "clipscope rows"
  /// The version of the format that is written and read.
  public static let version = 1

  /// The data set's checksum.
  public let dataSet: String
  /// How many samples the data set has.
  public let samples: Int
  /// The measures by name, each with its description, in order.
  public let measures: [MeasureName]
  /// Whatever else rows depend on, such as the model and the method; never interpreted.
  public let key: String

  /// A measure as a header knows it.
  public struct MeasureName: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its name with options.
    public let description: String

    /// A measure's name and description.
    public init(name: String, description: String) {
      self.name = name
      self.description = description
    }
  }

  /// A header from its parts.
  public init(dataSet: String, samples: Int, measures: [MeasureName], key: String) {
    self.dataSet = dataSet
    self.samples = samples
    self.measures = measures
    self.key = key
  }

  /// A header for a data set and some measures. Throws `EvaluationError` where two measures have one name.
  public init(_ dataSet: DataSet, measures: [any Measure], key: String) throws(EvaluationError) {
    try checkUnique(measures.map(\.name))
    self.init(
      dataSet: dataSet.sha256, samples: dataSet.samples.count,
      measures: measures.map { MeasureName(name: $0.name, description: $0.description) }, key: key)
  }
}

/// Rows of one or several files.
public struct MergedRows: Hashable, Sendable {
  /// What they are about.
  public let header: RowsHeader
  /// All samples that were found, in the order of the data set.
  public let rows: [SampleRows]

  /// How many samples no file holds.
  public var missing: Int { max(0, header.samples - rows.count) }

  /// The first sample that no file holds, by index; nil where all are there.
  public var firstMissing: Int? {
    guard missing > 0 else { return nil }
    return rows.enumerated().first { $0.offset != $0.element.index }?.offset ?? rows.count
  }

  /// The samples that could not be measured.
  public var failed: [SampleRows] {
    rows.filter { if case .error = $0.outcome { true } else { false } }
  }

  /// The bytes of a file of all rows: those of one run over all samples in order.
  public var bytes: [UInt8] {
    Array((header.json + "\n" + rows.map { $0.json + "\n" }.joined()).utf8)
  }
}
