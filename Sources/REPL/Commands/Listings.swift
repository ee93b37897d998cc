import CLIPModels
import Console
import Glibc
import Interpreter
import Syntax

/// What `%who`, `%memory`, `%history` and `%help` show.
enum Listings {
  /// The names of a session, one a line, cut to the screen.
  static func names(
    _ names: [(name: String, value: Value)], stale: Set<String>, width: Int
  ) -> String {
    let shown = names.filter { !$0.name.hasPrefix("_") }
    guard !shown.isEmpty else { return "nothing is bound yet" }
    let column = shown.map { DisplayWidth.of($0.name) }.max() ?? 0
    return shown.map { name, value in
      let gap = String(repeating: " ", count: column - DisplayWidth.of(name) + 1)
      return ScreenText.cut(
        name + (stale.contains(name) ? "*" : " ") + gap + ValueText.summary(value), to: width - 1)
    }.joined(separator: "\n")
  }

  /// What names hold and the process takes.
  static func memory(_ names: [(name: String, value: Value)], width: Int) -> String {
    let sizes = names.filter { !$0.name.hasPrefix("_") }
      .map { (name: $0.name, bytes: ValueText.bytes($0.value)) }
      .filter { $0.bytes >= 1000 }.sorted { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
    let results = names.filter { $0.name.hasPrefix("_") && $0.name != "_" }.reduce(0) {
      $0 + ValueText.bytes($1.value)
    }
    var lines = sizes.prefix(20).map {
      ScreenText.cut("\($0.name)  \(ByteSize.text($0.bytes))", to: width - 1)
    }
    if results >= 1000 { lines.append("results _1, _2 …  \(ByteSize.text(results))") }
    lines.append("the program  \(resident().map(ByteSize.text) ?? "unknown") (models in use included)")
    lines += KeptWork.report(WarmWork.current)
    return lines.joined(separator: "\n")
  }

  /// Bytes of the process that are in memory.
  private static func resident() -> Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 128)
    guard fgets(&text, 128, file) != nil else { return nil }
    let line = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let parts = line.split(separator: " ")
    guard parts.count > 1, let pages = Int(parts[1]) else { return nil }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// The last entries, numbered from the end; further lines are indented.
  static func history(_ entries: [String], count: Int) -> String {
    let first = max(0, entries.count - count)
    return entries[first...].enumerated().map { index, entry in
      let number = String(first + index + 1)
      let margin = String(repeating: " ", count: max(0, 5 - number.count)) + number + "  "
      let indentation = "\n" + String(repeating: " ", count: margin.count)
      return margin
        + entry.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: indentation)
    }.map { DisplayWidth.escaped($0) }.joined(separator: "\n")
  }

  /// What `%help` says.
  static func help() -> String {
    let column = SessionCommand.allCases.map(\.usage.count).max() ?? 0
    var lines = ["name?   explains a name; name??  shows the source of a library function"]
    for command in SessionCommand.allCases {
      let gap = String(repeating: " ", count: column - command.usage.count + 2)
      lines.append(command.usage + gap + command.summary)
    }
    lines += [
      "", "_ is the last value, _3 that of entry 3; a leading |> applies to _; a ; at the end shows nothing",
      "Enter runs an entry that is complete; Alt-Enter and Ctrl-J begin a new line in any case",
      "Tab completes, Ctrl-R searches earlier entries, Ctrl-_ undoes, Alt-_ redoes",
      "Ctrl-X Ctrl-E opens the entry in $EDITOR; Ctrl-C stops a computation or drops the entry",
    ]
    return lines.joined(separator: "\n")
  }
}
