import Bindings
import Checkpoints
import Glibc
import Interpreter
import Syntax
import Tokenization

/// A session as a script: the entries, each name bound once, paths as seen from the script's own folder.
struct SavedScript {
  /// The formatted text.
  private(set) var text = ""
  /// How many entries it has.
  private(set) var entryCount = 0
  /// What could not be made certain, a line each.
  private(set) var warnings: [String] = []

  private let ledger: Ledger
  private let folder: String
  /// The names of versions in the script.
  private var names: [Int: String] = [:]

  /// Makes the script of a session that is to stand in a folder.
  ///
  /// - Parameter name: only what this name depends on; everything where it is nil
  /// Throws `ReplError` for a name that the session does not know.
  init(_ ledger: Ledger, folder: String, name: String?) throws {
    self.ledger = ledger
    self.folder = folder
    var chosen = Set(ledger.entries.indices)
    if let name {
      guard let version = ledger.current[name] else {
        let near = Suggestion.nearest(to: name, among: ledger.current.keys.sorted())
        throw ReplError("there is no name `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
      }
      chosen = entries(behind: version)
    }
    // An import that is there already is not written twice.
    let entries = chosen.sorted().filter { !isRepeatedImport($0, among: chosen) }
    guard !entries.isEmpty else { throw ReplError("there is nothing to save yet") }
    entryCount = entries.count
    nameVersions(of: entries)
    var body = ""
    var parts: [(start: Int, folder: String)] = []
    for entry in entries {
      parts.append((body.utf8.count, ledger.entries[entry].folder))
      body += written(entry, isWhole: name == nil) + "\n"
    }
    let (located, inputs) = relocate(body, parts)
    let header = (["# Saved from a session of clipscope."] + inputs).joined(separator: "\n")
    let file = SourceFile(name: "script", text: "clip 1\n\(header)\n\n" + located)
    do { text = try Formatter.format(file) } catch { text = String(decoding: file.utf8, as: UTF8.self) }
  }

  // MARK: What belongs to it

  /// The entries that a version was computed from, files that were saved and loaded again included.
  private func entries(behind version: Int) -> Set<Int> {
    var chosen: Set<Int> = []
    var pending = [ledger.lines[ledger.versions[version].statement].entry]
    while let entry = pending.popLast() {
      guard chosen.insert(entry).inserted else { continue }
      for line in ledger.entries[entry].lines {
        for use in ledger.lines[line].uses {
          pending.append(ledger.lines[ledger.versions[use.version].statement].entry)
        }
      }
      let loads = ledger.entries[entry].literals.filter { $0.builtin == "load" }
      guard !loads.isEmpty else { continue }
      for earlier in ledger.entries.indices where earlier < entry {
        let saves = ledger.entries[earlier].literals.filter { $0.builtin == "save" && $0.parameter == "path" }
        if saves.contains(where: { save in loads.contains { couldBeSame(save, $0) } }) {
          pending.append(earlier)
        }
      }
    }
    return chosen
  }

  /// Whether a file that is saved may be the one that is loaded.
  private func couldBeSame(_ save: LiteralArgument, _ load: LiteralArgument) -> Bool {
    if let path = load.text { return couldSave(save, path) }
    if let path = save.text { return load.matches(path) }
    return true
  }

  private func couldSave(_ save: LiteralArgument, _ path: String) -> Bool {
    if let text = save.text {
      return ScriptPaths.absolute(text, in: "/") == ScriptPaths.absolute(path, in: "/")
    }
    return save.matches(path) || save.matches("./" + path)
  }

  private func isRepeatedImport(_ entry: Int, among chosen: Set<Int>) -> Bool {
    func key(_ line: Int) -> String? {
      guard case .importing(let declaration) = ledger.lines[line].kind else { return nil }
      return "\(declaration.target) \(declaration.name.text)"
    }
    let own = ledger.entries[entry].lines
    let earlier = chosen.filter { $0 < entry }.flatMap { ledger.entries[$0].lines }
    return !own.isEmpty
      && own.allSatisfy { line in
        guard let wanted = key(line), case .importing(let declaration) = ledger.lines[line].kind else {
          return false
        }
        guard let last = earlier.filter({ binds(declaration.name.text, $0) }).max() else { return false }
        return key(last) == wanted
      }
  }

  private func binds(_ name: String, _ line: Int) -> Bool {
    ledger.lines[line].binds.contains { ledger.versions[$0.version].name == name }
  }

  // MARK: Names

  /// Gives every version that the entries bind or use a name of its own: the last keeps its name, earlier ones are
  /// numbered. Where a later function or loop uses the name for itself, the script's name gives way.
  private mutating func nameVersions(of entries: [Int]) {
    let lines = entries.flatMap { Array(ledger.entries[$0].lines) }
    var taken = Set(Engine.registry.names)
    var byName: [String: [Int]] = [:]
    for line in lines {
      taken.formUnion(ledger.lines[line].locals)
      for bind in ledger.lines[line].binds {
        let name = ledger.versions[bind.version].name
        taken.insert(name)
        byName[name, default: []].append(bind.version)
      }
    }
    var names: [Int: String] = [:]
    defer { self.names = names }
    func fresh(_ name: String) -> String {
      var number = 1
      while taken.contains("\(name)_\(number)") { number += 1 }
      taken.insert("\(name)_\(number)")
      return "\(name)_\(number)"
    }
    for name in byName.keys.sorted() {
      let versions = byName[name] ?? []
      for (index, version) in versions.enumerated() {
        let place = ledger.versions[version].statement
        let isHidden = lines.contains { $0 >= place && ledger.lines[$0].locals.contains(name) }
        names[version] = index == versions.count - 1 && !isHidden ? name : fresh(name)
      }
    }
    // Results that are used later get names too.
    let used = Set(lines.flatMap { ledger.lines[$0].uses.map(\.version) })
    for line in lines {
      guard let result = ledger.lines[line].result, used.contains(result) else { continue }
      names[result] = fresh("result")
    }
    // An import bound twice is one import.
    for line in lines {
      for use in ledger.lines[line].uses where names[use.version] == nil {
        let name = ledger.versions[use.version].name
        names[use.version] = name
      }
    }
  }

  // MARK: Text

  /// A change of an entry's text.
  private struct Edit {
    let span: Span
    let text: String
  }

  /// The text of an entry with its names replaced. Values that were shown are printed where the whole session is saved.
  private func written(_ index: Int, isWhole: Bool) -> String {
    let entry = ledger.entries[index]
    var edits: [Edit] = []
    if let version = entry.tree.versionSpan { edits.append(Edit(span: version, text: "")) }
    for line in entry.lines.map({ ledger.lines[$0] }) {
      edits += resultEdits(line, entry, isWhole: isWhole)
      for place in line.uses {
        guard let name = names[place.version] else { continue }
        // A leading `|>` stands for the last value.
        edits.append(Edit(span: place.span, text: place.span.start == place.span.end ? name + " " : name))
      }
      for place in line.binds {
        guard let name = names[place.version], name != ledger.versions[place.version].name else { continue }
        if case .importing(let declaration) = line.kind, !declaration.isRenamed {
          edits.append(Edit(span: Span(line.span.end, line.span.end), text: " as \(name)"))
        } else {
          edits.append(Edit(span: place.span, text: name))
        }
      }
      if case .parameter(let declaration) = line.kind, let value = entry.parameters[declaration.name.text] {
        let literal = SavedScript.literal(value)
        edits.append(
          declaration.defaultValue.map { Edit(span: $0.span, text: literal) }
            ?? Edit(span: Span(line.span.end, line.span.end), text: " = " + literal))
      }
    }
    var bytes = entry.file.utf8
    // From the end, so that the places of earlier edits stay; of two at one place the later comes first.
    let ordered = edits.enumerated().sorted {
      ($0.element.span.start, $0.offset) > ($1.element.span.start, $1.offset)
    }
    for (_, edit) in ordered {
      bytes.replaceSubrange(edit.span.start..<min(edit.span.end, bytes.count), with: Array(edit.text.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Names the value of an entry that later ones use, and prints it where it was shown.
  private func resultEdits(_ line: Ledger.Line, _ entry: Ledger.Entry, isWhole: Bool) -> [Edit] {
    guard let result = line.result, case .expression(let expression) = line.kind else { return [] }
    let start = Span(line.span.start, line.span.start)
    let end = Span(line.span.end, line.span.end)
    let prints = isWhole && entry.showsResult && !SavedScript.isAction(expression)
    if let name = names[result] {
      return [Edit(span: start, text: "\(name) = ")]
        + (prints ? [Edit(span: end, text: "\nprint(\(name))")] : [])
    }
    return prints ? [Edit(span: start, text: "print("), Edit(span: end, text: ")")] : []
  }

  /// Whether an expression is there for what it does, such as saving a file.
  private static func isAction(_ expression: Expression) -> Bool {
    switch expression.unwrapped.kind {
    case .pipe(_, let call): return isAction(call)
    case .call(let callee, _):
      if case .name(let name) = callee.unwrapped.kind { return ["save", "show"].contains(name.text) }
      return false
    default: return false
    }
  }

  /// A value as a script writes it: braces in strings are doubled.
  static func literal(_ value: Value) -> String {
    switch value {
    case .string: value.literal.replacing("{", with: "{{").replacing("}", with: "}}")
    case .list(let values): "[" + values.map(literal).joined(separator: ", ") + "]"
    default: value.literal
    }
  }

  // MARK: Paths

  /// Makes paths relative to the script's folder. Gives the text and a comment line for each input.
  private mutating func relocate(_ body: String, _ parts: [(start: Int, folder: String)]) -> (
    String, [String]
  ) {
    let file = SourceFile(name: "script", text: body, path: folder + "/script")
    let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    let ownFolder = folder
    func home(_ span: Span) -> String { parts.last { $0.start <= span.start }?.folder ?? ownFolder }
    let own = program.literalArguments.filter { $0.file === file }
    let saves = own.filter { $0.builtin == "save" && $0.parameter == "path" }
    var edits: [Span: String] = [:]
    var inputs: [String] = []
    for argument in own where argument.builtin == "load" && ["what", "config"].contains(argument.parameter) {
      guard let text = argument.text else {
        relocate(argument, file, home, &edits)
        continue
      }
      if saves.contains(where: { $0.span.start < argument.span.start && couldSave($0, text) }) { continue }
      let path = ScriptPaths.absolute(text, in: home(argument.span))
      if let line = SavedScript.input(text, path: path, shown: relative(path)), !inputs.contains(line) {
        inputs.append(line)
      }
      guard text != BuiltInModel.name, SavedScript.exists(path) else { continue }
      edits[argument.span] = SavedScript.literal(.string(relative(path)))
    }
    for statement in program.graph.main.tree.statements {
      guard case .importing(let declaration) = statement.kind, case .file(let path) = declaration.target
      else { continue }
      let target = relative(ScriptPaths.absolute(path, in: home(declaration.targetSpan)))
      let plain = target.hasPrefix(".") || target.hasPrefix("/") ? target : "./" + target
      edits[declaration.targetSpan] = SavedScript.literal(.string(plain))
    }
    var bytes = file.utf8
    for (span, text) in edits.sorted(by: { $0.key.start > $1.key.start }) {
      bytes.replaceSubrange(span.start..<min(span.end, bytes.count), with: Array(text.utf8))
    }
    return (String(decoding: bytes, as: UTF8.self), inputs)
  }

  /// A path with holes: what stands before the first is made relative.
  private mutating func relocate(
    _ argument: LiteralArgument, _ file: SourceFile, _ home: (Span) -> String, _ edits: inout [Span: String]
  ) {
    let written = file.text(argument.span)
    guard argument.span.start < argument.span.end, let first = argument.parts.first, let beginning = first,
      home(argument.span) != folder, written.hasPrefix("\"")
    else {
      if argument.span.start == argument.span.end || (argument.parts.first ?? nil) == nil, !isWarned {
        warnings.append("a path that is computed stays as it is: it starts at the script's folder now")
      }
      return
    }
    if beginning.hasPrefix("/") { return }
    let quotes = written.hasPrefix("\"\"\"") ? 3 : 1
    edits[argument.span] =
      String(written.prefix(quotes)) + relative(home(argument.span)) + "/" + written.dropFirst(quotes)
  }

  private var isWarned: Bool { !warnings.isEmpty }

  /// A path as seen from the script's folder.
  private func relative(_ path: String) -> String {
    let from = folder.split(separator: "/")
    let to = path.split(separator: "/")
    var shared = 0
    while shared < from.count, shared < to.count, from[shared] == to[shared] { shared += 1 }
    let parts = Array(repeating: "..", count: from.count - shared) + to[shared...].map(String.init)
    return parts.isEmpty ? "." : parts.joined(separator: "/")
  }

  private static func exists(_ path: String) -> Bool {
    var found = glob_t()
    defer { globfree(&found) }
    return glob(path, GLOB_NOSORT, nil, &found) == 0
  }

  /// What the head of the script says of an input: its path or name, and its SHA-256 where it is one file.
  private static func input(_ text: String, path: String, shown: String) -> String? {
    if text == BuiltInModel.name {
      let hash = SHA256.hex(of: Array(EmbeddedAssets.compressedEmojiModel))
      return "# input `emoji` (built in): sha256 \(hash)"
    }
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG, let hash = try? SHA256.hex(of: path) else { return nil }
      return "# input `\(shown)`: sha256 \(hash)"
    }
    guard let model = try? ModelLocator().locate(text), let hash = try? SHA256.hex(of: model.path) else {
      return nil
    }
    return "# input `\(text)`: sha256 \(hash)"
  }
}
