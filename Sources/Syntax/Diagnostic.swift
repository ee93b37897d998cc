/// Something to tell the user about a place in a script.
public struct Diagnostic: Sendable {
  /// How bad it is.
  public enum Severity: String, Sendable {
    /// The script does not run, or stopped.
    case error
    /// The script runs; the user should know.
    case warning
  }

  /// How bad it is.
  public let severity: Severity
  /// What was expected and what was found.
  public let message: String
  /// The file that `span` refers to.
  public let file: SourceFile
  /// What is underlined.
  public let span: Span
  /// Words behind the underline: ``did you mean `layers`?``.
  public var hint: String?
  /// Lines below: where a name was first bound, the call chain.
  public var notes: [String]

  /// A message about a span.
  public init(
    _ severity: Severity, _ message: String, file: SourceFile, span: Span, hint: String? = nil,
    notes: [String] = []
  ) {
    self.severity = severity
    self.message = message
    self.file = file
    self.span = span
    self.hint = hint
    self.notes = notes
  }

  /// An error about a span.
  public init(_ message: String, file: SourceFile, span: Span, hint: String? = nil, notes: [String] = []) {
    self.init(.error, message, file: file, span: span, hint: hint, notes: notes)
  }

  /// Line and column of the beginning of the span.
  public var location: Location { file.location(of: span.start) }

  /// `compare.clip:12:41`.
  public var place: String { Diagnostic.place(file, span) }

  /// `compare.clip:12:41` for any span.
  public static func place(_ file: SourceFile, _ span: Span) -> String {
    let location = file.location(of: span.start)
    return "\(file.name):\(location.line):\(location.column)"
  }

  /// The widest source line shown, in cells; longer ones are cut around the span.
  private static let widthLimit = 160

  /// The message as it is printed, without a newline at its end:
  /// ```
  /// error: unknown option `layr` for `gradcam`
  ///   --> compare.clip:12:41
  /// 12 | grads = photo |> gradcam(model, labels, layr: -2)
  ///    |                                         ^^^^ did you mean `layers`?
  /// ```
  public func rendered() -> String {
    let line = location.line
    let number = String(line)
    let gutter = String(repeating: " ", count: number.count)
    let (text, indent, length) = excerpt(line)
    let shownMessage = DisplayWidth.escaped(message)
    var lines = ["\(severity.rawValue): \(shownMessage)", "\(gutter)--> \(DisplayWidth.escaped(place))"]
    lines.append(text.isEmpty ? "\(number) |" : "\(number) | \(text)")
    let underline = String(repeating: " ", count: indent) + String(repeating: "^", count: length)
    lines.append("\(gutter) | \(underline)" + (hint.map { " " + DisplayWidth.escaped($0) } ?? ""))
    for note in notes { lines.append("\(gutter) = \(DisplayWidth.escaped(note))") }
    return lines.joined(separator: "\n")
  }

  /// The line as shown, the cells before the underline and the cells underlined.
  private func excerpt(_ line: Int) -> (text: String, indent: Int, length: Int) {
    let range = file.lineRange(line)
    // A span may begin in the line's end (a statement that stops too early).
    let start = min(max(span.start, range.lowerBound), range.upperBound)
    let end = min(max(span.end, start), range.upperBound)
    var before = DisplayWidth.shown(file.text(Span(range.lowerBound, start)))
    let marked = DisplayWidth.shown(file.text(Span(start, end)))
    var after = DisplayWidth.shown(file.text(Span(end, range.upperBound)))
    var shownMark = marked
    if DisplayWidth.of(before) + DisplayWidth.of(marked) + DisplayWidth.of(after) > Diagnostic.widthLimit {
      if before.count > 60 { before = "…" + before.suffix(59) }
      if marked.count > 60 {
        shownMark = marked.prefix(59) + "…"
        after = ""
      } else if after.count > 40 {
        after = after.prefix(39) + "…"
      }
    }
    return (before + shownMark + after, DisplayWidth.of(before), max(1, DisplayWidth.of(shownMark)))
  }
}
