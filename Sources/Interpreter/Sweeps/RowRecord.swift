import Syntax

/// What happens while a row of a sweep is computed, apart from its value: it happens again when the row is found.
final class RowRecord {
  /// Bytes printed by one row that are kept, at most.
  private static let printLimit = 10_000_000
  /// Files of one row, at most.
  private static let fileLimit = 10_000

  /// A warning, with its place in the text of the sweep's body where it stands there.
  struct Warning {
    let message: String
    let span: Span?
  }

  private(set) var printed: [String] = []
  private(set) var warnings: [Warning] = []
  /// Files saved: the paths as the script writes them, by where they lie.
  private(set) var saved: [(path: String, target: String)] = []
  /// Files read that the row did not save itself: the paths as the script writes them, and what they held.
  private(set) var read: [(path: String, fingerprint: String)] = []
  /// Whether the row can be kept at all.
  private(set) var canBeKept = true
  private var printedBytes = 0
  private let body: (file: SourceFile, span: Span)

  init(body file: SourceFile, _ span: Span) { body = (file, span) }

  /// Something happened that cannot be told and repeated.
  func forget() { canBeKept = false }

  func notePrinted(_ line: String) {
    printedBytes += line.utf8.count + 1
    guard canBeKept, printedBytes <= Self.printLimit else { return forget() }
    printed.append(line)
  }

  func noteWarning(_ message: String, _ file: SourceFile, _ span: Span) {
    let isWithin = file === body.file && span.start >= body.span.start && span.end <= body.span.end
    guard canBeKept, !warnings.contains(where: { $0.message == message }) else { return }
    guard warnings.count < 1000 else { return forget() }
    let place = isWithin ? Span(span.start - body.span.start, span.end - body.span.start) : nil
    warnings.append(Warning(message: message, span: place))
  }

  func noteSaved(_ path: String, at target: String) {
    if saved.contains(where: { $0.target == target }) { return }
    guard saved.count < Self.fileLimit else { return forget() }
    saved.append((path, target))
  }

  func noteRead(_ path: String, at target: String, _ fingerprint: () -> String?) {
    // What the row saved itself is as certain as the row.
    if saved.contains(where: { $0.target == target }) || read.contains(where: { $0.path == path }) { return }
    guard canBeKept, read.count < Self.fileLimit, let fingerprint = fingerprint() else { return forget() }
    read.append((path, fingerprint))
  }
}
