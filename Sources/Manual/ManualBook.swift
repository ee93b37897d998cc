import Bindings
import Markup
import Syntax

/// The manual: everything `Help` knows, and the pages of `docs/`, as one HTML page and as Markdown.
/// The same help and pages give the same bytes.
public struct ManualBook: Sendable {
  /// A file of the manual.
  public struct File: Sendable {
    /// Its name without folder.
    public let name: String
    /// Its text.
    public let text: String
  }

  let help: Help
  let commands: [(name: String, summary: String)]
  let pages: [ManualPages.Page]
  let anchors: Anchors

  /// A manual of some help; `commands` are the subcommands of the command line with their lines.
  public init(help: Help, commands: [(name: String, summary: String)]) {
    self.help = help
    self.commands = commands
    self.pages = ManualPages.all
    self.anchors = Anchors(help: help)
  }

  /// All files: the HTML page first, then Markdown by section.
  public var files: [File] { [File(name: "manual.html", text: html)] + markdownFiles }

  /// The whole manual as one HTML page.
  public var html: String { PageWriter(book: self).page() }

  /// A page of `docs/` by its name.
  func page(_ name: String) -> ManualPages.Page? { pages.first { $0.name == name } }

  /// The sections of functions of the language, in the order of the manual.
  var functionSections: [Help.Section] { help.sections.filter { $0.entries.first?.kind == .function } }
  /// The modules of the library.
  var librarySections: [Help.Section] { help.sections.filter { $0.entries.first?.kind == .module } }

  /// The entries of types, of the language's words, or of options.
  func entries(_ kind: HelpEntry.Kind) -> [HelpEntry] {
    help.sections.flatMap(\.entries).filter { $0.kind == kind }
  }

  /// The headings of `methods.md` below which a function is named, with their anchors: where its
  /// equations are.
  func methods(of function: String) -> [(title: String, anchor: String)] {
    guard let page = page("methods") else { return [] }
    var found: [(title: String, anchor: String)] = []
    var heading = ""
    for block in Markdown.blocks(of: page.text) {
      switch block {
      case .heading(2, let words): heading = words.plain
      case .heading: break
      default:
        guard !heading.isEmpty, found.last?.title != heading, Self.mentions(block, function) else { continue }
        found.append((heading, Anchors.heading(heading, page: "methods")))
      }
    }
    return found
  }

  /// Whether a block says a function's name, or a call of it, as code.
  private static func mentions(_ block: Markdown.Block, _ function: String) -> Bool {
    func mentions(_ inlines: [Markdown.Inline]) -> Bool {
      inlines.contains { inline in
        switch inline {
        case .code(let code): code == function || code.hasPrefix(function + "(")
        case .strong(let inner), .emphasis(let inner), .link(let inner, _): mentions(inner)
        default: false
        }
      }
    }
    return switch block {
    case .paragraph(let words): mentions(words)
    case .list(_, let items): items.contains(where: mentions)
    default: false
    }
  }
}

/// Where things stand on the page.
struct Anchors: Sendable {
  let help: Help

  /// The anchor of an entry: a function's own name, `std.prompts.short`, `type-tensor`, `syntax-for`,
  /// `option-depth`.
  static func entry(_ entry: HelpEntry) -> String {
    switch entry.kind {
    case .function, .library, .module: entry.name
    case .type: "type-" + entry.name
    case .option: "option-" + entry.name
    case .syntax: "syntax-" + slug(ofTopic: entry)
    }
  }

  /// A sign has no letters: its topic goes by its first name that has some.
  private static func slug(ofTopic entry: HelpEntry) -> String {
    let slugs = ([entry.name] + Help.otherNames(of: entry)).map(HTML.slug)
    return slugs.first { !$0.isEmpty } ?? "sign"
  }

  /// The anchor of a heading on a page of `docs/`; of the page itself where it is empty.
  static func heading(_ words: String, page: String) -> String {
    "page-" + page + (words.isEmpty ? "" : "-" + HTML.slug(words))
  }

  /// The anchor of a section of entries.
  static func section(_ title: String) -> String { "section-" + HTML.slug(title) }

  /// Where a name leads; nil for unknown ones.
  func anchor(of name: String) -> String? { help.entries(for: name).first.map(Anchors.entry) }

  /// Where the code span of a text leads: names of functions, the library and types only.
  func anchor(ofCode code: String) -> String? {
    guard let entry = help.entries(for: code).first, entry.name == code || entry.name == "std." + code else {
      return nil
    }
    switch entry.kind {
    case .function, .library, .module: return Anchors.entry(entry)
    // Every other option speaks of `none`: a link each time would only distract.
    case .type: return code == "none" ? nil : Anchors.entry(entry)
    case .syntax, .option: return nil
    }
  }

  /// Where a link of a page in `docs/` leads within the manual; nil where it leads out of it.
  func target(_ link: String, pages: [ManualPages.Page]) -> String? {
    if link.hasPrefix("https://") || link.hasPrefix("http://") { return link }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var name = parts[0]
    if name.hasSuffix(".md") { name = String(name.dropLast(3)) }
    if name.hasPrefix("../stdlib/"), name.hasSuffix(".clip") {
      return anchor(of: "std." + name.dropFirst("../stdlib/".count).dropLast(".clip".count)).map { "#" + $0 }
    }
    if name == "../README", parts.count > 1, parts[1] == "command-line" { name = "command-line" }
    guard let page = pages.first(where: { $0.name == name }) else { return nil }
    guard parts.count > 1, !parts[1].isEmpty else { return "#" + Anchors.heading("", page: page.name) }
    let wanted = Anchors.heading(parts[1], page: page.name)
    let known = Markdown.blocks(of: page.text).contains { block in
      if case .heading(_, let words) = block {
        Anchors.heading(words.plain, page: page.name) == wanted
      } else {
        false
      }
    }
    return "#" + (known ? wanted : Anchors.heading("", page: page.name))
  }
}
