import Glibc
import Interpreter
import Syntax

/// How a session looks. Nothing here changes what is computed.
public struct Settings: Sendable {
  /// When there are colours.
  public enum Color: String, Sendable, CaseIterable {
    case auto, always, never
  }

  /// Whether there are colours; `auto` heeds `NO_COLOR` and a dumb terminal.
  public var color = Color.auto
  /// Whether pictures are shown below values.
  public var preview = true
  /// What stands before an entry; `{n}` is its number.
  public var prompt = "clip {n}> "
  /// Entries of the history; 0 keeps none.
  public var historySize = 10_000
  /// The program that edits entries; `$VISUAL` or `$EDITOR` where it is nil.
  public var editor: String?
  /// Seconds from which on the time of an entry is shown.
  public var slow = 0.5

  /// The settings without any file.
  public init() {}

  private static let keys = ["color", "editor", "history", "preview", "prompt", "slow"]

  /// The user's file: `clipscope/init` below `$XDG_CONFIG_HOME` or `~/.config`.
  public static func path(_ environment: (String) -> String?) -> String? {
    if let folder = environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") {
      return folder + "/clipscope/init"
    }
    return environment("HOME").map { $0 + "/.config/clipscope/init" }
  }

  /// Reads `key = value` lines; `#` begins a comment. Gives what is wrong, a line each.
  public mutating func read(_ text: String, name: String) -> [String] {
    var problems: [String] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = Settings.trimmed(line)
      if line.isEmpty || line.hasPrefix("#") { continue }
      func problem(_ message: String) { problems.append("\(name):\(index + 1): \(message)") }
      guard let equals = line.firstIndex(of: "=") else {
        problem("expected `key = value`")
        continue
      }
      let key = Settings.trimmed(line[..<equals])
      var value = Settings.trimmed(line[line.index(after: equals)...])
      if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
        value = String(value.dropFirst().dropLast())
      } else if key == "prompt" {
        // Space at the end needs quotes; nobody wants to write behind the prompt without one.
        value += " "
      }
      if let message = set(key, value) { problem(message) }
    }
    return problems
  }

  /// Sets one; gives what is wrong.
  private mutating func set(_ key: String, _ value: String) -> String? {
    switch key {
    case "color", "colour":
      guard let color = Color(rawValue: value) else { return "`color` is `auto`, `always` or `never`" }
      self.color = color
    case "preview":
      guard ["on", "off"].contains(value) else { return "`preview` is `on` or `off`" }
      preview = value == "on"
    case "prompt":
      if DisplayWidth.escaped(value) != value || value.count > 40 { return "this cannot be a prompt" }
      prompt = value
    case "history":
      guard let count = Int(value), (0...1_000_000).contains(count) else {
        return "`history` is a number of entries up to 1000000"
      }
      historySize = count
    case "editor": editor = value
    case "slow":
      guard let seconds = Double(value), seconds >= 0 else { return "`slow` is a number of seconds" }
      slow = seconds
    default:
      let hint = Suggestion.nearest(to: key, among: Settings.keys).map { ": did you mean `\($0)`?" } ?? ""
      return "there is no setting `\(key)`\(hint)"
    }
    return nil
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var part = Substring(text)
    while let last = part.last, last.isWhitespace { part.removeLast() }
    return String(part.drop { $0.isWhitespace })
  }

  /// Whether there are colours in a terminal.
  func hasColors(_ environment: (String) -> String?) -> Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto: (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"
    }
  }
}

/// The process's environment.
func environmentVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
