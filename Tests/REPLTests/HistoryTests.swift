import Foundation
import Testing

@testable import REPL

/// The file of earlier entries.
@Suite struct HistoryTests {
  private func makeFile(_ limit: Int = 100) throws -> HistoryFile {
    HistoryFile(path: try TerminalSession.newFolder().path + "/a/b/history", limit: limit)
  }

  @Test func entriesOfSeveralLinesStayWhole() throws {
    let file = try makeFile()
    let entries = ["a = 1", "for i in [1] {\n  print(\"\\n\")\n}", "tab\tand \\ backslash\\", "日本\u{2028}語"]
    for entry in entries { file.append(entry) }
    #expect(file.load() == entries)
    var status = stat()
    #expect(stat(file.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func equalEntriesStandOnceWhereTheyWereLast() throws {
    let file = try makeFile()
    for entry in ["a", "b", "a", "c", "b"] { file.append(entry) }
    #expect(file.load() == ["a", "c", "b"])
  }

  @Test func theFileStaysSmall() throws {
    let file = try makeFile(10)
    for number in 0..<40 { file.append("entry \(number)") }
    #expect(file.load() == (30..<40).map { "entry \($0)" })
    let text = try String(contentsOfFile: file.path, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 10)
  }

  @Test func sessionsAtOnceLoseNothing() async throws {
    let file = try makeFile(100_000)
    await withTaskGroup(of: Void.self) { group in
      for session in 0..<8 {
        group.addTask {
          for number in 0..<100 { file.append("session \(session)\nentry \(number)") }
        }
      }
    }
    let entries = Set(file.load())
    #expect(entries.count == 800)
    #expect(entries.contains("session 7\nentry 99"))
  }

  @Test func malformedFilesDoNoHarm() throws {
    let file = try makeFile()
    file.append("good")
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([0xFF, 0xFE, 0x5C, 0x0A, 0x5C]))
    #expect(file.load().first == "good")
    #expect(HistoryFile(path: "/nonexistent/history", limit: 5).load().isEmpty)
  }

  @Test func aSessionKeepsAndASecondOneFinds() throws {
    let folder = try TerminalSession.newFolder()
    let first = try TerminalSession(in: folder)
    first.prompt(1)
    first.enter("remembered = 5")
    first.prompt(2)
    first.type(Keys.control("d"))
    #expect(first.exitCode() == 0)
    let second = try TerminalSession(in: folder)
    second.prompt(1)
    second.type(Keys.up)
    second.wait("the entry") { $0.rows.last == "clip 1> remembered = 5" }
    let without = try TerminalSession(["--no-history"], in: folder)
    without.prompt(1)
    without.type(Keys.up)
    without.wait(forRow: "no older entry")
    let off = try TerminalSession(in: folder, environment: ["CLIPSCOPE_HISTORY": "off"])
    off.prompt(1)
    off.type(Keys.up)
    off.wait(forRow: "no older entry")
  }
}
