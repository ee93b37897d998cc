import Glibc

/// What the environment's variables say of the terminal.
public struct TerminalEnvironment: Sendable {
  /// The variable that chooses how pictures are shown: `CLIPSCOPE_GRAPHICS=sixel`.
  public static let variable = "CLIPSCOPE_GRAPHICS"

  private let variables: [String: String]

  /// The variables by name.
  public init(_ variables: [String: String]) { self.variables = variables }

  /// The variables that matter, of this process.
  public static var current: TerminalEnvironment {
    let names = [
      variable, "TERM", "COLORTERM", "NO_COLOR", "TMUX", "STY", "TERM_PROGRAM", "LC_TERMINAL", "INSIDE_EMACS",
    ]
    var variables: [String: String] = [:]
    for name in names { variables[name] = getenv(name).map { String(cString: $0) } }
    return TerminalEnvironment(variables)
  }

  /// A variable; nil where it is not set or empty.
  private func value(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  private var term: String { value("TERM")?.lowercased() ?? "" }

  /// What the user chose; nil for nothing, or for a word that means nothing.
  public var chosen: TerminalGraphics? {
    value(Self.variable).flatMap { TerminalGraphics(rawValue: $0.lowercased()) }
  }

  /// What the user wrote where it means nothing; nil otherwise.
  public var unknownChoice: String? { chosen == nil ? value(Self.variable) : nil }

  /// Whether the program runs within tmux.
  public var isTmux: Bool { value("TMUX") != nil }

  /// Whether the terminal may be asked: some print questions that they do not understand.
  public var mayBeAsked: Bool {
    guard text == .blocks || text == .palette || chosen?.drawsPixels == true else { return false }
    return term != "linux" && value("TERM_PROGRAM") != "Apple_Terminal" && value("STY") == nil
      && value("INSIDE_EMACS") == nil
  }

  /// How pictures are shown as text: by colours, characters, or not at all.
  public var text: TerminalGraphics {
    if term.isEmpty || term == "dumb" { return .none }
    // https://no-color.org: any value that is not empty.
    if value("NO_COLOR") != nil { return .ascii }
    if let depth = value("COLORTERM")?.lowercased(), depth == "truecolor" || depth == "24bit" {
      return .blocks
    }
    let full = ["direct", "truecolor", "kitty", "ghostty", "alacritty", "foot", "wezterm", "iterm"]
    if full.contains(where: { term.contains($0) }) { return .blocks }
    let some = ["256color", "xterm", "screen", "tmux", "rxvt", "konsole", "linux", "vte"]
    return some.contains { term.contains($0) } ? .palette : .ascii
  }

  /// Whether the terminal is known to show iTerm2's inline images, by its own name or by what it set.
  func knowsITerm(name: String?) -> Bool {
    let names = [name, isTmux ? nil : value("TERM_PROGRAM"), isTmux ? nil : value("LC_TERMINAL")]
    let known = ["iterm2", "iterm.app", "wezterm", "mintty"]
    return names.contains { text in
      guard let text = text?.lowercased() else { return false }
      return known.contains { text.hasPrefix($0) }
    }
  }
}
