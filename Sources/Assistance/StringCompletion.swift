import Bindings
import Checkpoints
import Interpreter
import Syntax

/// Candidates within a string: choices, paths, models, labels, keys.
struct StringCompletion {
  let assistant: Assistant
  let file: SourceFile
  let cursor: Cursor
  let string: Cursor.OpenString
  let session: SessionScope?
  /// What the string says up to the cursor.
  let typed: String

  init(
    _ assistant: Assistant, _ file: SourceFile, _ cursor: Cursor, _ string: Cursor.OpenString,
    _ session: SessionScope?
  ) {
    self.assistant = assistant
    self.file = file
    self.cursor = cursor
    self.string = string
    self.session = session
    typed = file.text(Span(string.contentStart, cursor.offset))
  }

  func candidates() -> [Candidate] {
    // With holes it is not known what the string will say.
    if string.hasHoles { return [] }
    let before = cursor.before
    guard let previous = before.last else { return [] }
    if previous.isKeyword(.import) { return paths(.scripts) }
    if previous.isSymbol("["), let found = keys() { return found }
    if previous.isSymbol("="), isPathParameter { return paths(.inputs) }
    guard let site = CallSite(cursor), site.isDirect || site.isInList,
      let callable = assistant.callable(site, in: scope()), let parameter = callable.parameter(at: site)
    else { return [] }
    // `"a" + "b"` is no argument by itself.
    guard previous.isSymbol("(") || previous.isSymbol(",") || previous.isSymbol(":") || previous.isSymbol("[")
    else { return [] }
    return values(of: parameter, callable, site)
  }

  private func scope() -> Scope {
    assistant.scope(in: file, replacing: Span(string.start, string.end), session: session)
  }

  /// From an offset of the content to the end of the word at the cursor.
  func range(from start: Int) -> Span {
    var end = cursor.offset
    while end < string.end, let byte = file.utf8[end...].first,
      byte >= 0x80 || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
        || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "@")].contains(byte)
    {
      end += 1
    }
    return Span(start, end)
  }

  // MARK: Arguments

  private func values(of parameter: Callable.Parameter, _ callable: Callable, _ site: CallSite) -> [Candidate]
  {
    let type = site.isInList ? parameter.type.listElement ?? .any : parameter.type
    var found = type.choices.map { choice in
      Candidate(
        choice, .choice, detail: parameter.written, help: parameter.meaning,
        range: range(from: string.contentStart))
    }.filter { $0.begins(with: typed) }
    if let name = callable.builtin?.name,
      (name, parameter.name) == ("evaluate", "measures")
        || (name, parameter.name) == ("compare", "measure")
    {
      found += MeasureChoice.all.map { measure in
        Candidate(
          measure.name, .choice, detail: "measure", help: measure.meaning,
          range: range(from: string.contentStart))
      }.filter { $0.begins(with: typed) }
    }
    guard type.isPath else { return found }
    switch (callable.builtin?.name, parameter.name) {
    case ("load", "what"): found += models() + paths(.inputs)
    case ("save", _): found += paths(.outputs)
    default: found += paths(.inputs)
    }
    return found
  }

  /// Whether the string is the default of a `param` of type `path`.
  private var isPathParameter: Bool {
    let before = cursor.before
    guard before.count > 4 else { return false }
    return before[before.count - 2].text == "path" && before[before.count - 5].isKeyword(.param)
  }

  /// Models by the names that `load` takes: the built-in one, those found here, other published ones.
  private func models() -> [Candidate] {
    let range = range(from: string.contentStart)
    var seen: Set<String> = []
    var found: [Candidate] = []
    func add(_ name: String, _ detail: String, _ help: String) {
      guard seen.insert(name).inserted else { return }
      found.append(Candidate(name, .model, detail: detail, help: help, range: range))
    }
    add(BuiltInModel.name, "model", "The small CLIP inside the program: knows drawn scenes of emoji.")
    for model in assistant.models.available() {
      let megabytes = (model.byteCount + 500_000) / 1_000_000
      add(model.name, "model", "On this machine, \(model.format), \(megabytes) MB: \(model.path)")
    }
    for model in KnownModels.openAI {
      add(
        model.name, "model", "Published by OpenAI; not on this machine: `scripts/fetch-model \(model.name)`.")
    }
    return found.filter { $0.begins(with: typed) }
  }

  // MARK: Indices

  /// Labels of maps and keys of records, within `value["…`.
  private func keys() -> [Candidate]? {
    let before = cursor.before
    let (path, _) = CallSite.path(before, endingAt: before.count - 1)
    guard !path.isEmpty else { return nil }
    let scope = scope()
    var names: [(String, String)] = []
    switch scope.value(of: path) {
    case .object(let object)?:
      guard object.typeName == "heatmaps", case .list(let labels)? = try? object.field("labels") else {
        return []
      }
      for case .string(let label) in labels { names.append((label, "heatmap")) }
    case .record(let record)?:
      names = record.fields.map { ($0.name, KnownValue($0.value).description) }
    default:
      guard let known = scope.known(path) else { return [] }
      if known.spec == .record {
        names = known.fields?.map { ($0.name, $0.value.description) } ?? []
      }
    }
    let range = range(from: string.contentStart)
    return names.map { Candidate(quoted($0.0), label: $0.0, .label, detail: $0.1, range: range) }
      .filter { $0.begins(with: typed) }
  }

  /// A text as it stands within this string.
  func quoted(_ text: String) -> String {
    if string.isRaw { return text }
    var result = ""
    for character in text {
      switch character {
      case "\"", "\\": result += "\\\(character)"
      case "{", "}": result += "\(character)\(character)"
      default: result.append(character)
      }
    }
    return result
  }

  // MARK: Paths

  private func paths(_ purpose: PathCompletion.Purpose) -> [Candidate] {
    PathCompletion(
      typed: typed,
      folder: file.path.hasPrefix("/") ? ScriptPaths.folder(of: file.path) : ScriptPaths.currentFolder,
      home: assistant.home, purpose: purpose
    ).entries().map { entry in
      let start = string.contentStart + entry.keptBytes
      return Candidate(
        quoted(entry.text), label: entry.name, filter: entry.filter, entry.isFolder ? .folder : .file,
        detail: entry.isFolder ? "folder" : "file", range: range(from: start))
    }
  }
}
