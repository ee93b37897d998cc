import Checkpoints
import Glibc
import Imaging
import Interpreter
import Reports
import Syntax
import Tensors

/// Makes a page of what happened in a run or a session, and writes it.
public enum RunReport {
  /// How a run ended.
  public enum Ending: Sendable {
    /// By itself.
    case complete
    /// With an error, which the record holds.
    case failed
    /// Because the user said so.
    case interrupted
  }

  /// Why a path cannot take a report, in words; nil where it can. Files that are no reports are not overwritten.
  public static func refusal(of path: String) -> String? {
    guard path.hasSuffix(".html") || path.hasSuffix(".htm") else {
      return "a report is a page: its path ends in `.html`, found `\(path)`"
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG else { return "`\(path)` is no file" }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      return "`\(path)` cannot be read: \(String(cString: strerror(errno)))"
    }
    defer { close(file) }
    var head = [UInt8](repeating: 0, count: 512)
    let count = read(file, &head, head.count)
    if count == 0 { return nil }
    let text = String(decoding: head.prefix(max(0, count)), as: UTF8.self)
    return text.contains(ReportPage.mark)
      ? nil : "`\(path)` is there and is no report: choose another name, or remove it"
  }

  /// Writes a page, atomically; missing folders are made. Gives its size in bytes. Throws `ImageError` or `ScriptError`.
  @discardableResult
  public static func write(_ page: ReportPage, to path: String) throws -> Int {
    let bytes = Array(try page.html().utf8)
    try OutputFile.write(bytes, to: path)
    return bytes.count
  }

  // MARK: A run

  /// The page of a script's run.
  public static func page(of record: RunRecord, program: Program, ending: Ending) throws -> ReportPage {
    let tree = program.graph.main.tree
    let file = tree.file
    let (title, text) = Self.title(of: program.documentation ?? "", name: shownName(file))
    var page = ReportPage(title: title, subject: file.name)
    page.text = text
    page.source = String(decoding: file.utf8, as: UTF8.self)
    page.state =
      switch ending {
      case .complete: .complete
      case .failed: .failed
      case .interrupted: .interrupted
      }
    page.parameters = parameters(of: program, record)
    page.cells = try cells(of: program, record, isComplete: ending == .complete)
    page.provenance = facts + [.init("script", "\(file.name), SHA-256 \(SHA256.hex(of: file.utf8))")]
    fillFiles(of: &page, record)
    return page
  }

  private static func parameters(of program: Program, _ record: RunRecord) -> [ReportPage.Parameter] {
    program.parameters.compactMap { parameter in
      guard let value = record.parameters.last(where: { $0.name == parameter.name })?.value else {
        return nil
      }
      return ReportPage.Parameter(
        name: parameter.name, type: parameter.type.description, value: value,
        defaultValue: parameter.defaultText, text: parameter.documentation ?? "")
    }
  }

  private static func cells(
    of program: Program, _ record: RunRecord, isComplete: Bool
  ) throws -> [ReportCell] {
    let tree = program.graph.main.tree
    var cells: [ReportCell] = []
    let steps = record.steps.filter { $0.file === tree.file }
    let others = record.steps.filter { $0.file !== tree.file }
    let last = steps.last?.span.start ?? -1
    for plan in ReportCells(tree).cells {
      let own = steps.filter { plan.range.contains($0.span.start) }
      let warnings = program.diagnostics.filter {
        $0.severity == .warning && $0.file === tree.file && plan.range.contains($0.span.start)
      }
      // What stands after the place where the run stopped did not happen.
      if !isComplete, own.isEmpty, plan.range.lowerBound > last || steps.isEmpty { continue }
      var items = warnings.map { ReportItem.warning($0.rendered()) }
      items += try self.items(of: own, showsValue: !plan.isSilenced)
      if plan.isDeclaration, items.isEmpty { continue }
      cells.append(
        ReportCell(
          title: plan.title, text: plan.text, source: plan.source, items: items,
          seconds: own.isEmpty ? nil : own.map(\.seconds).reduce(0, +)))
    }
    // Nothing of the script ran: the error was in what it imports.
    let stopped = try items(of: others + steps.filter { $0.span.end == 0 }, showsValue: false)
    if cells.isEmpty, !stopped.isEmpty {
      cells.append(ReportCell(source: "", items: stopped, seconds: nil))
    }
    return cells
  }

  // MARK: A session

  /// The page of a session so far: each entry is a cell.
  public static func page(of record: RunRecord, sessionIn folder: String) throws -> ReportPage {
    var page = ReportPage(title: "A session", subject: "session")
    page.state = .session
    var groups: [[RunRecord.Step]] = []
    for step in record.steps {
      if let last = groups.last?.last, last.file === step.file {
        groups[groups.count - 1].append(step)
      } else {
        groups.append([step])
      }
    }
    page.cells = try groups.map { steps in
      let source = steps.first.map { String(decoding: $0.file.utf8, as: UTF8.self) } ?? ""
      return ReportCell(
        title: steps.first?.file.name ?? "", source: source,
        items: try items(of: steps, showsValue: !ReportCells.isSilenced(source)),
        seconds: steps.map(\.seconds).reduce(0, +))
    }
    page.provenance = facts + [.init("folder", folder)]
    fillFiles(of: &page, record)
    return page
  }

  // MARK: What both have

  /// What results depend on besides the script and its inputs.
  private static var facts: [ReportPage.Fact] {
    [
      .init("made by", "clipscope \(Engine.version)"), .init("matrix kernel", Workers.kernelName),
      .init("threads", "\(Workers.count) (results do not depend on it)"),
    ]
  }

  private static func fillFiles(of page: inout ReportPage, _ record: RunRecord) {
    page.inputs = record.inputs.map { input in
      ReportPage.File(
        name: input.name, kind: input.kind,
        size: input.path == nil || input.kind == "dataset" ? nil : input.size,
        sha256: input.sha256(SHA256.hex(of:)) ?? "")
    }
    page.outputs = record.outputs.map {
      ReportPage.File(name: $0.name, kind: $0.kind, size: $0.size, sha256: $0.sha256)
    }
    page.timings.total = record.seconds
    page.timings.calls = record.calls
  }

  /// The items of a cell: what its statements printed, showed and saved, and the value of the last.
  private static func items(of steps: [RunRecord.Step], showsValue: Bool) throws -> [ReportItem] {
    var items: [ReportItem] = []
    var seen: [Value] = []
    // Values of one type that the cell shows: as many as of one statement.
    var counts: [String: Int] = [:]
    var omitted: [(type: String, count: Int, files: [String])] = []
    func omit(_ type: String, _ count: Int, _ files: [String]) {
      if let place = omitted.firstIndex(where: { $0.type == type }) {
        omitted[place].count += count
        omitted[place].files += files
      } else {
        omitted.append((type, count, files))
      }
    }
    for entry in merged(steps.flatMap { ordered($0.entries) }) {
      switch entry {
      case .printed(let text):
        if case .printed(let before)? = items.last {
          items[items.count - 1] = .printed(before + "\n" + text)
        } else {
          items.append(.printed(text))
        }
      case .omittedLines(let count): items.append(.omitted("… \(count) lines more", files: []))
      case .warned(let text): items.append(.warning(text))
      case .failed(let text): items.append(.error(text))
      case .omitted(let type, let count, let files): omit(type, count, files)
      case .printedTable: continue
      case .value(let value, let files):
        if counts[value.typeName, default: 0] >= RunRecord.valueLimit {
          omit(value.typeName, 1, files)
          continue
        }
        counts[value.typeName, default: 0] += 1
        seen.append(value)
        items += try ReportItems.items(of: value, files: files, isAsked: files.isEmpty)
      }
    }
    if showsValue, let last = steps.last, !seen.contains(where: { RunRecord.isSame($0, last.value) }) {
      items += try ReportItems.items(of: last.value)
    }
    for (type, count, files) in omitted {
      items.append(.omitted("… \(count) more of type \(type)", files: files))
    }
    return ReportItems.joined(items)
  }

  /// Entries in which each value stands once, with all files it was saved as.
  private static func merged(_ entries: [RunRecord.Entry]) -> [RunRecord.Entry] {
    var result: [RunRecord.Entry] = []
    for entry in entries {
      let (value, files): (Value, [String])
      switch entry {
      case .value(let kept, let names): (value, files) = (kept, names)
      case .printedTable(let table): (value, files) = (table, [])
      default:
        result.append(entry)
        continue
      }
      let place = result.firstIndex {
        if case .value(let known, _) = $0 { RunRecord.isSame(known, value) } else { false }
      }
      if let place, case .value(let known, let before) = result[place] {
        result[place] = .value(known, files: before + files.filter { !before.contains($0) })
      } else {
        result.append(.value(value, files: files))
      }
    }
    return result
  }

  /// The entries of a statement as they are shown: where a loop prints between its pictures, the pictures stand side by
  /// side, and what was printed below them.
  private static func ordered(_ entries: [RunRecord.Entry]) -> [RunRecord.Entry] {
    func isPrinted(_ entry: RunRecord.Entry) -> Bool { if case .printed = entry { true } else { false } }
    func isPicture(_ entry: RunRecord.Entry) -> Bool {
      if case .value(.object(let object), _) = entry { object is ImageValue } else { false }
    }
    guard entries.count(where: isPicture) > 1 else { return entries }
    return entries.filter { !isPrinted($0) } + entries.filter(isPrinted)
  }

  /// A script's heading and what stands below it: its text's first sentence, or a heading that it begins with.
  static func title(of documentation: String, name: String) -> (title: String, text: String) {
    let text = documentation.drop { $0 == "\n" || $0 == " " }
    if text.hasPrefix("# ") {
      let line = text.dropFirst(2).prefix { $0 != "\n" }
      return (line.filter { !"`*".contains($0) }, String(text.dropFirst(2 + line.count)))
    }
    let summary = DocComment(String(text)).summary
    guard !summary.isEmpty, summary.count <= 200 else { return (name, String(text)) }
    // The sentence may go over several lines; what follows it stays as it is written.
    var rest = Substring(text)
    for character in summary {
      while let first = rest.first, first == "\n" || first == " ", character != " " { rest.removeFirst() }
      guard let first = rest.popFirst() else { break }
      if character == " ", first == "\n" || first == " " { continue }
      if first != character { return (name, String(text)) }
    }
    // A heading needs no full stop, and no marks of code.
    let title = (summary.hasSuffix(".") ? String(summary.dropLast()) : summary).filter { !"`*".contains($0) }
    return (title, String(rest.drop { $0 == "\n" || $0 == " " }))
  }

  private static func shownName(_ file: SourceFile) -> String {
    let base = baseName(file.name)
    return base.hasSuffix(".clip") ? String(base.dropLast(5)) : base == "-e" ? "A line" : base
  }
}
