import Foundation
import Testing

/// Entries as they are written, seen on the screen of a real terminal.
@Suite struct EditingTests {
  @Test func anEntryOfSeveralLinesIsEditedInTheMiddle() throws {
    let session = try TerminalSession()
    session.prompt(1)
    // As fast as a person: text that comes faster indents itself.
    session.enter("for i in range(2) {")
    session.wait("a new line, indented") { $0.rows.last == "    ..." && $0.column == 10 }
    session.enter("print(i + 1)")
    session.wait("another one") { $0.rows.last == "    ..." && $0.column == 10 }
    session.type("}")
    session.wait("three lines") {
      $0.rows.suffix(3) == ["clip 1> for i in range(2) {", "    ...   print(i + 1)", "    ... }"]
    }
    session.type(Keys.up + Keys.end + Keys.left + "0")
    session.wait(forRow: "    ...   print(i + 10)")
    session.type("\r")
    session.prompt(2)
    #expect(
      session.last(6) == [
        "clip 1> for i in range(2) {", "    ...   print(i + 10)", "    ... }", "10", "11", "clip 2>",
      ])
  }

  @Test func enterContinuesWhatIsNotComplete() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.enter("[1, 2] |>")
    session.enter("sum()")
    session.wait(forRow: "3")
    session.prompt(2)
    session.enter("1 +")
    session.enter("1")
    session.wait(forRow: "2")
    session.prompt(3)
    // A new line where Enter would run.
    session.type("a = 1\nb = 2" + Keys.altEnter + "a + b * 10")
    session.wait(forRow: "    ... a + b * 10")
    session.type("\r")
    session.wait(forRow: "21")
    session.prompt(4)
  }

  @Test func historyGoesByWhatTheEntryBeginsWith() throws {
    let session = try TerminalSession()
    session.prompt(1)
    for (index, entry) in ["alpha = 1", "beta = 2", "alpha + 10", "[beta,\nalpha]"].enumerated() {
      session.type(entry + "\r")
      session.prompt(index + 2)
    }
    session.type("al" + Keys.up)
    session.wait(forRow: "clip 5> alpha + 10")
    session.type(Keys.up)
    session.wait(forRow: "clip 5> alpha = 1")
    session.type(Keys.down + Keys.down)
    session.wait("what was typed comes back") { $0.rows.last == "clip 5> al" }
    session.type(Keys.control("u") + Keys.up)
    session.wait(forRow: "clip 5> [beta,")
    #expect(session.screen.rows.last == "    ... alpha]")
    // Up moves within the entry first.
    session.type(Keys.up + Keys.up)
    session.wait(forRow: "clip 5> alpha + 10")
  }

  @Test func searchFindsEarlierEntries() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.enter("first_value = 11")
    session.prompt(2)
    session.enter("second_value = 22")
    session.prompt(3)
    session.type(Keys.control("r") + "value")
    session.wait("the newest") { $0.rows.suffix(2) == ["clip 3> second_value = 22", "search: value▏"] }
    session.type(Keys.control("r"))
    session.wait("an older one") { $0.rows.suffix(2) == ["clip 3> first_value = 11", "search: value▏"] }
    session.type("zz")
    session.wait("none") { $0.rows.last == "no entry has: valuezz▏" }
    session.type(Keys.control("g"))
    session.prompt(3)
    session.type(Keys.control("r") + "first" + Keys.end + "1\r")
    session.prompt(4)
    session.enter("first_value")
    session.wait(forRow: "111")
  }

  @Test func manyStepsAreUndone() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.type("one + two + three + four + five + six")
    session.wait(forRow: "clip 1> one + two + three + four + five + six")
    for _ in 0..<12 { session.type(Keys.control("_")) }
    session.wait("twelve steps") { $0.rows.last == "clip 1> one + two + three" }
    session.type("\u{1B}_\u{1B}_")
    session.wait("two again") { $0.rows.last == "clip 1> one + two + three +" }
  }

  @Test func aPasteIsOneEntry() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.type(Keys.paste("x = [\n\t1,\n\t2,\n]\nprint(len(x))\n"))
    session.wait(forRow: "    ... print(len(x))")
    #expect(session.screen.all.contains("    ...     1,"))
    session.type("\r")
    session.wait(forRow: "2")
    session.prompt(2)
  }

  @Test func aLongPasteIsFoldedAndWhole() throws {
    let session = try TerminalSession()
    session.prompt(1)
    let lines = (0..<600).map { "\t\"line \($0) \(String(repeating: "é", count: 20))\"," }
    let text = "x = [\n" + lines.joined(separator: "\n") + "\n]"
    #expect(text.utf8.count > 30_000)
    session.type(Keys.paste(text))
    session.wait("the fold") {
      $0.rows.suffix(2) == ["clip 1> [pasted 602 lines]", "Ctrl-X Ctrl-E opens it in an editor"]
    }
    session.type("\r")
    session.prompt(2)
    session.enter("print(len(x), x[599])")
    session.wait(forRow: "600 line 599 " + String(repeating: "é", count: 20))
    // It comes back from the history as it was.
    session.prompt(3)
    session.type(Keys.up + Keys.up)
    session.wait(forRow: "clip 3> [pasted 602 lines]")
  }

  @Test func anEditorChangesAFold() throws {
    let folder = try TerminalSession.newFolder()
    // Given to a shell to read, not to the system to run: a program another test starts at this
    // moment holds the new file open for writing until it runs, and a file open for writing is
    // refused as a program ("Text file busy").
    let editor = folder.appendingPathComponent("editor").path
    try Data("sed -i 's/7/9/' \"$1\"\n".utf8).write(to: URL(fileURLWithPath: editor))
    let session = try TerminalSession(in: folder, environment: ["EDITOR": "sh '\(editor)'"])
    session.prompt(1)
    session.type("7 + 1" + Keys.control("x") + Keys.control("e"))
    session.wait("the edited entry") { $0.rows.last == "clip 1> 9 + 1" }
    session.type("\r")
    session.wait(forRow: "10")
    session.prompt(2)
    session.enter("%edit 1")
    session.wait("the entry") { $0.rows.last == "clip 2> 9 + 1" }
  }

  @Test func wideCharactersAndWindows() throws {
    let session = try TerminalSession(columns: 40, height: 12)
    session.prompt(1)
    session.type("\"日本語 é👩‍👧\"" + Keys.left + Keys.left + "x")
    session.wait(forRow: "clip 1> \"日本語 éx👩‍👧\"")
    #expect(session.screen.column == 8 + 10)
    session.type(Keys.control("u") + Keys.control("k"))
    session.type("[1,\n\"" + String(repeating: "word ", count: 10) + "end\"]")
    session.wait("wrapped") { $0.rows.suffix(3).first == "clip 1> [1," }
    session.resize(columns: 70, height: 12)
    session.wait("one row each") {
      $0.rows.suffix(2) == ["clip 1> [1,", "    ... \"" + String(repeating: "word ", count: 10) + "end\"]"]
    }
    session.type("\r")
    session.wait(for: "[1, \"word word")
  }

  @Test func controlCKeepsTheLineAndControlDLeaves() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.type("not wanted" + Keys.control("c"))
    session.wait(forRow: "clip 1> not wanted^C")
    session.prompt(1)
    // With something on the line it deletes.
    session.type("12" + Keys.home + Keys.control("d"))
    session.wait("deleted") { $0.rows.last == "clip 1> 2" }
    session.type(Keys.control("c"))
    session.prompt(1)
    session.type(Keys.control("d"))
    #expect(session.exitCode() == 0)
  }

  @Test func tabCompletesAndLists() throws {
    let session = try TerminalSession(columns: 60, height: 10)
    session.prompt(1)
    session.type("surger" + Keys.tab)
    session.wait("the only one") { $0.rows.contains("clip 1> surgery") }
    session.type(Keys.control("u") + "s" + Keys.tab)
    session.wait("a cut list") {
      $0.rows.count <= 10 && $0.rows.last?.hasPrefix("…") == true || $0.rows.count > 3
    }
    #expect(session.screen.rows.allSatisfy { $0.count < 60 })
    session.type("q" + Keys.tab)
    session.wait("a narrower list") { screen in
      screen.rows.contains("clip 1> sq") && screen.rows.contains { $0.hasPrefix("sqrt") }
    }
  }
}
