import Checkpoints
import Glibc
import Interpreter
import Syntax

/// What happened in a run, for a report: values as they are, until a page is made of them. It keeps a limited number of
/// values of each statement, so that a loop over thousands of pictures does not keep them all.
public final class RunRecord {
  /// Something to be seen.
  enum Entry {
    case printed(String)
    case warned(String)
    case failed(String)
    /// A value with the files it was saved as.
    case value(Value, files: [String])
    /// A table that was printed.
    case printedTable(Value)
    /// What was left out: how many values of a type, and the files they were saved as.
    case omitted(typeName: String, count: Int, files: [String])
    case omittedLines(Int)
  }

  /// A statement of a script's top level, or of an entry, that ran.
  struct Step {
    let file: SourceFile
    let span: Span
    var entries: [Entry] = []
    /// What it gave; `none` for what binds.
    var value = Value.none
    var seconds = 0.0
    /// Values kept of each type.
    fileprivate var kept: [String: Int] = [:]
    /// Bytes printed so far.
    fileprivate var printed = 0
  }

  /// A file that was written.
  struct Output {
    let name: String
    let kind: String
    let size: Int
    let sha256: String
  }

  /// Values of one type that are kept of each statement.
  static let valueLimit = 24
  /// Bytes that are kept of what each statement prints.
  static let printLimit = 200_000
  /// Files that are remembered.
  static let fileLimit = 20_000

  private(set) var steps: [Step] = []
  private(set) var parameters: [(name: String, value: String)] = []
  private(set) var inputs: [InputFile] = []
  private(set) var outputs: [Output] = []
  /// Builtins in the order of their first call.
  private(set) var calls: [(name: String, count: Int, seconds: Double)] = []
  private(set) var seconds = 0.0

  private var callPlaces: [String: Int] = [:]
  private var inputKeys: Set<String> = []
  private var outputPlaces: [String: Int] = [:]
  private var began = 0.0
  /// Whether the statement of the last step still runs.
  private var isRunning = false
  /// Whether `show` runs: what it prints stands for a value that is kept itself.
  private var isShowing = false

  /// A record of nothing yet.
  public init() {}

  /// Forgets everything.
  public func clear() {
    steps = []
    parameters = []
    inputs = []
    outputs = []
    calls = []
    seconds = 0
    (callPlaces, inputKeys, outputPlaces) = ([:], [], [:])
    (isRunning, isShowing) = (false, false)
  }

  /// Whether anything ran.
  public var isEmpty: Bool { steps.isEmpty }

  /// Takes note of what happened.
  public func observe(_ event: RunEvent) {
    switch event {
    case .began(let file, let span):
      steps.append(Step(file: file, span: span))
      began = Self.now
      isRunning = true
      isShowing = false
    case .ended(_, _, let value):
      end()
      change { $0.value = value }
    case .bound: break
    case .parameter(let name, let value): parameters.append((name, value.literal))
    case .printed(let text): if !isShowing { print(text) }
    case .warned(let diagnostic): change { $0.entries.append(.warned(diagnostic.rendered())) }
    case .called(let call): note(call)
    case .saved(let save): note(save)
    case .shown(let value):
      isShowing = true
      keep(value, file: nil)
    case .read(let file):
      if inputs.count < Self.fileLimit, inputKeys.insert(file.name + "\0" + (file.path ?? "")).inserted {
        inputs.append(file)
      }
    }
  }

  /// The run was stopped by an error or the user: what is to be said of it stands where it happened. Where nothing ran
  /// yet it stands at `file`'s beginning.
  public func stop(_ text: String, in file: SourceFile? = nil) {
    if !isRunning, let file { steps.append(Step(file: file, span: Span(0, 0))) }
    end()
    change { $0.entries.append(.failed(text)) }
  }

  private func end() {
    isShowing = false
    guard isRunning else { return }
    isRunning = false
    let spent = Self.now - began
    seconds += spent
    change { $0.seconds = spent }
  }

  private func change(_ body: (inout Step) -> Void) {
    guard !steps.isEmpty else { return }
    body(&steps[steps.count - 1])
  }

  // MARK: Entries

  private func print(_ text: String) {
    change { step in
      step.printed += text.utf8.count + 1
      if step.printed > Self.printLimit {
        if case .omittedLines(let count)? = step.entries.last {
          step.entries[step.entries.count - 1] = .omittedLines(count + 1)
        } else {
          step.entries.append(.omittedLines(1))
        }
        return
      }
      var whole = text
      if case .printed(var before)? = step.entries.last {
        // Taken out, so that it grows in place.
        step.entries.removeLast()
        before += "\n"
        before += text
        whole = before
      }
      step.entries.append(.printed(whole))
    }
  }

  private func note(_ call: RunEvent.Call) {
    if let place = callPlaces[call.name] {
      calls[place].count += 1
      calls[place].seconds += call.seconds
    } else {
      callPlaces[call.name] = calls.count
      calls.append((call.name, 1, call.seconds))
    }
    if call.name == "show" { isShowing = false }
    // A table that is printed by itself is a table on the page, too.
    guard call.name == "print", call.arguments.count == 1, case .object(let object)? = call.arguments.first,
      let table = object as? Table, !table.columns.isEmpty
    else { return }
    change { step in
      guard case .printed(let text)? = step.entries.last, text.hasSuffix(table.text) else { return }
      let before = text.dropLast(table.text.count)
      step.entries.removeLast()
      if !before.isEmpty { step.entries.append(.printed(String(before.dropLast()))) }
      step.entries.append(.printedTable(.object(table)))
    }
  }

  private func note(_ save: RunEvent.Save) {
    let output = Output(
      name: save.name, kind: save.value.typeName, size: save.bytes.count, sha256: SHA256.hex(of: save.bytes))
    if let place = outputPlaces[save.path] {
      outputs[place] = output
    } else if outputs.count < Self.fileLimit {
      outputPlaces[save.path] = outputs.count
      outputs.append(output)
    }
    keep(save.value, file: save.name)
  }

  /// Keeps a value that was shown or saved; one that the statement showed or saved before gets the file's name.
  private func keep(_ value: Value, file: String?) {
    let type = value.typeName
    change { step in
      for index in step.entries.indices.reversed() {
        guard case .value(let known, let files) = step.entries[index], Self.isSame(known, value) else {
          continue
        }
        if let file, !files.contains(file), files.count < Self.fileLimit {
          step.entries[index] = .value(known, files: files + [file])
        }
        return
      }
      if step.kept[type, default: 0] < Self.valueLimit {
        step.kept[type, default: 0] += 1
        step.entries.append(.value(value, files: file.map { [$0] } ?? []))
        return
      }
      let place = step.entries.lastIndex { if case .omitted(type, _, _) = $0 { true } else { false } }
      guard let place, case .omitted(_, let count, var files) = step.entries[place] else {
        step.entries.append(.omitted(typeName: type, count: 1, files: file.map { [$0] } ?? []))
        return
      }
      step.entries[place] = .omittedLines(0)
      if let file, files.count < Self.fileLimit { files.append(file) }
      step.entries[place] = .omitted(typeName: type, count: count + 1, files: files)
    }
  }

  /// Whether two values are one thing to look at.
  static func isSame(_ a: Value, _ b: Value) -> Bool {
    switch (a, b) {
    case (.object(let a), .object(let b)): a.typeName == b.typeName && a.isEqual(to: b)
    case (.list(let a), .list(let b)):
      a.count == b.count && a.count <= 1000 && zip(a, b).allSatisfy { isSame($0, $1) }
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.record(let a), .record(let b)): a == b
    default: false
    }
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
