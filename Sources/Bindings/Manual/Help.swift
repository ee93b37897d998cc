import Interpreter
import Syntax

/// Everything that can be looked up by name: builtins, the standard library, types, the language's
/// words and signs, options. `clipscope help`, `help(…)`, the manual, a prompt and an editor ask here.
public struct Help: Sendable {
  /// A heading with what stands below it.
  public struct Section: Sendable {
    /// `CLIP`, `std.prompts`, `Types`.
    public let title: String
    /// Its entries in the order they are shown.
    public let entries: [HelpEntry]
  }

  /// All entries by section: functions, library, types, the language, options.
  public let sections: [Section]
  private let byName: [String: [HelpEntry]]
  private let byMember: [String: [HelpEntry]]

  /// The help of the program's own builtins and library.
  public static let standard = Help(registry: Engine.registry, library: Engine.libraryText)

  /// The entries of a name in the standard help, the most likely meant first; empty where it is unknown.
  public static func entries(for name: String) -> [HelpEntry] { standard.entries(for: name) }

  /// The entry of a name in the standard help; nil where it is unknown.
  public static func entry(for name: String) -> HelpEntry? { standard.entries(for: name).first }

  /// The help of some builtins and of modules given by name (without `std.`) and text.
  public init(registry: Registry, library: [String: String]) {
    let functions = registry.builtins.map { HelpEntry($0) }
    var sections = ManualSection.ordered(Set(functions.map(\.section))).map { title in
      Section(title: title, entries: functions.filter { $0.section == title })
    }
    for name in library.keys.sorted() {
      let entries = LibraryHelp.entries(module: name, text: library[name] ?? "")
      sections.append(Section(title: "std.\(name)", entries: entries))
    }
    sections.append(Section(title: "Types", entries: TypeTopics.entries(functions)))
    sections.append(Section(title: "The language", entries: SyntaxTopics.all.map(\.entry)))
    sections.append(Section(title: "Options", entries: OptionHelp.entries(registry.builtins)))
    self.sections = sections

    var byName: [String: [HelpEntry]] = [:]
    var byMember: [String: [HelpEntry]] = [:]
    for entry in sections.flatMap(\.entries) {
      for name in Help.names(of: entry) { byName[name, default: []].append(entry) }
      if entry.kind == .library, let dot = entry.name.lastIndex(of: ".") {
        byMember[String(entry.name[entry.name.index(after: dot)...]), default: []].append(entry)
      }
    }
    self.byName = byName
    self.byMember = byMember
  }

  /// The names an entry is found by.
  private static func names(of entry: HelpEntry) -> [String] {
    switch entry.kind {
    case .library, .module: [entry.name, String(entry.name.dropFirst("std.".count))]
    case .syntax: SyntaxTopics.names(of: entry)
    default: [entry.name]
    }
  }

  /// What a topic of the language is found by besides its name.
  public static func otherNames(of entry: HelpEntry) -> [String] {
    entry.kind == .syntax ? SyntaxTopics.names(of: entry).filter { $0 != entry.name } : []
  }

  /// The entries of a name, the most likely meant first. `prompts.imagenet` is found without its `std.`,
  /// and `imagenet` alone where nothing else has that name.
  public func entries(for name: String) -> [HelpEntry] {
    let name =
      name.hasPrefix("`") && name.hasSuffix("`") && name.count > 2
      ? String(name.dropFirst().dropLast()) : name
    return byName[name] ?? byMember[name] ?? byName[name.lowercased()] ?? []
  }

  /// All names that `entries(for:)` knows, in order.
  public var names: [String] { Set(byName.keys).union(byMember.keys).sorted() }

  /// The known name nearest to a misspelt one.
  public func suggestion(for name: String, besides others: [String] = []) -> String? {
    let functions = sections.flatMap(\.entries).filter { $0.kind == .function }.map(\.name)
    // Functions first: among equally near names the first is taken.
    return Suggestion.nearest(to: name, among: functions + others + names)
  }

  /// The entry of a function as a value; one of a script says what its `##` lines say.
  public func entry(for function: Function) -> HelpEntry {
    if let builtin = function.builtin { return HelpEntry(builtin) }
    if let file = function.file {
      if file.isLibrary, let entry = byName["\(file.name).\(function.name)"]?.first { return entry }
      if let entry = LibraryHelp.entry(ofFunction: function.name, in: file) { return entry }
    }
    let form = function.signature.description
    return HelpEntry(
      kind: .library, name: function.name, form: form, signature: form, summary: "A function of the script.")
  }
}
