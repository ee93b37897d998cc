import Syntax

/// The words that begin with `%`: what a session can do besides running code.
enum SessionCommand: String, CaseIterable {
  case help, quit, who, history, time, rerun, save, report, load, edit, reset, memory, models, cd

  /// How it is written.
  var usage: String {
    switch self {
    case .history: "%history [N]"
    case .time: "%time EXPRESSION"
    case .save: "%save FILE [--for NAME]"
    case .report: "%report FILE.html"
    case .load: "%load FILE"
    case .edit: "%edit [N]"
    case .memory: "%memory [SIZE]"
    default: "%" + rawValue
    }
  }

  /// One line on it.
  var summary: String {
    switch self {
    case .help: "what can be done here"
    case .quit: "leaves (so does Ctrl-D on an empty line)"
    case .who: "the names of the session with their values; `*` marks what came from an old value"
    case .history: "the last N entries of this and earlier sessions"
    case .time: "runs an entry and says how long it took"
    case .rerun: "computes again, in order, what came from values that were replaced"
    case .save: "writes the session as a script that runs anywhere; with --for only what NAME depends on"
    case .report: "writes the session so far as a page: entries with their pictures and tables"
    case .load: "runs a script; its names stay"
    case .edit: "opens entry N, or the last one, in $EDITOR; it comes back to be run"
    case .reset: "forgets all names"
    case .memory: "the memory that names, the program and kept work take; with a size, the most to keep"
    case .models: "the models that `load` finds here"
    case .cd: "is refused, with the reason"
    }
  }

  /// A command with what stands behind it. Throws what is wrong with the word, in words.
  static func parse(_ text: String) throws -> (command: SessionCommand, rest: String) {
    let body = text.dropFirst()
    let word = String(body.prefix { !$0.isWhitespace })
    let rest = ReplText.trimmed(body.dropFirst(word.count))
    if let command = SessionCommand(rawValue: word) { return (command, rest) }
    let others = [
      "exit": "quit", "q": "quit", "run": "load", "ls": "who", "whos": "who", "pwd": "cd", "timeit": "time",
    ]
    let near = others[word] ?? Suggestion.nearest(to: word, among: allCases.map(\.rawValue))
    throw ReplError(
      "there is no command `%\(word)`" + (near.map { "; did you mean `%\($0)`?" } ?? "; `%help` lists them"))
  }
}

/// Something that a session cannot do, in words for the user.
struct ReplError: Error, Equatable {
  let message: String

  init(_ message: String) { self.message = message }
}

/// Small things done to text.
enum ReplText {
  /// Without space around it.
  static func trimmed(_ text: some StringProtocol) -> String {
    var part = Substring(text)
    while let last = part.last, last.isWhitespace { part.removeLast() }
    return String(part.drop { $0.isWhitespace })
  }

  /// The words of a command; one that holds space stands in quotes.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return words
  }
}
