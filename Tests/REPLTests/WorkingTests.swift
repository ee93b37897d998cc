import Foundation
import Testing

/// What a session does with entries.
@Suite struct WorkingTests {
  @Test func resultsAreNamed() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.enter("20 + 1")
    session.wait(forRow: "21")
    session.prompt(2)
    session.enter("_ * 2")
    session.wait(forRow: "42")
    session.prompt(3)
    session.enter("x = 5")
    session.prompt(4)
    session.enter("_1 + _2 + _;  # silent")
    session.prompt(5)
    #expect(session.last(2) == ["clip 4> _1 + _2 + _;  # silent", "clip 5>"])
    session.enter("|> print()")
    session.wait(forRow: "105")
    session.prompt(6)
    session.enter("\"text\"")
    session.wait(forRow: "\"text\"")
  }

  @Test func replacedValuesAreTold() throws {
    let session = try TerminalSession(columns: 110)
    session.prompt(1)
    for (index, entry) in ["x = 2", "y = x * 10", "x = x + 1", "z = 1"].enumerated() {
      session.enter(entry)
      session.prompt(index + 2)
    }
    #expect(session.screen.all.contains("`y` still has its value from before; `%rerun` computes it again"))
    session.enter("%who")
    session.wait(forRow: "y* number 20")
    session.enter("%rerun")
    session.wait(forRow: "entry 2: y = x * 10")
    session.prompt(6)
    session.enter("y")
    session.wait(forRow: "30")
    session.prompt(7)
    session.enter("%rerun")
    session.wait(forRow: "nothing is out of date")
  }

  @Test func whatWasBuiltUpRunsAgainInOrder() throws {
    let session = try TerminalSession(columns: 110)
    session.prompt(1)
    for (index, entry) in ["a = 1", "t = 5", "t = t + a", "w = t * 2", "a = 10"].enumerated() {
      session.enter(entry)
      session.prompt(index + 2)
    }
    session.enter("%rerun")
    session.wait(for: "w = t * 2")
    session.enter("print(a, t, w)")
    session.wait(forRow: "10 15 30")
  }

  @Test func aComputationStopsAndBindingsStay() throws {
    let session = try TerminalSession(columns: 110)
    session.prompt(1)
    session.enter("kept = 7")
    session.prompt(2)
    session.enter("for i in range(3000) { for j in range(100000) { k = j * 2 } }")
    session.wait("progress") {
      $0.rows.last?.hasPrefix("running, ") == true || $0.rows.last?.hasPrefix("loop: ") == true
    }
    session.wait("remaining time") {
      $0.rows.last?.hasPrefix("loop: ") == true && $0.rows.last?.hasSuffix(" s left") == true
    }
    session.type(Keys.control("c"))
    session.wait(for: "interrupted after ")
    session.prompt(3)
    #expect(!session.screen.rows.contains { $0.hasPrefix("loop: ") })
    usleep(1_100_000)
    session.type(Keys.control("c"))
    session.enter("kept")
    session.wait(forRow: "7")
  }

  @Test func theSecondControlCLeaves() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.enter("for i in range(3000) { for j in range(100000) { k = j * 2 } }")
    session.wait("progress") { $0.rows.last?.contains(" s") == true }
    session.type(Keys.control("c"))
    // Two signals at once would be one.
    usleep(200_000)
    session.type(Keys.control("c"))
    #expect(session.exitCode() == 130)
  }

  @Test func aStepThatCannotStopSaysSo() throws {
    let session = try TerminalSession(columns: 100)
    session.prompt(1)
    session.enter("big = normal([1500, 1500])")
    session.prompt(2)
    session.enter("s = svd(big)")
    session.wait("the time") { $0.rows.last?.hasPrefix("running, ") == true }
    session.type(Keys.control("c"))
    session.wait("the reason") {
      $0.rows.last?.hasSuffix("stops when this step ends; Ctrl-C twice leaves") == true
    }
    session.type(Keys.control("c"))
    usleep(200_000)
    session.type(Keys.control("c"))
    #expect(session.exitCode() == 130)
  }

  @Test func timeIsShown() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.enter("%time 6 * 7")
    session.wait(forRow: "42")
    session.wait(for: "took ")
    session.prompt(2)
    session.enter("6 * 8")
    session.wait(forRow: "48")
    session.prompt(3)
    #expect(session.last(2) == ["48", "clip 3>"])
  }

  @Test func whatIsTypedWhileTheTerminalIsAskedIsNotLost() throws {
    let session = try TerminalSession(environment: ["NO_COLOR": "", "COLORTERM": "truecolor"])
    session.wait(for: "clip 1>")
    session.enter("show(image(zeros([8, 8, 3])));")
    // The question about the terminal's attributes is the last; nobody answers it here.
    let question = Array("\u{1B}[c".utf8)
    session.wait("the question") { _ in
      let written = session.written
      return written.indices.dropLast(2).contains { written[$0..<($0 + 3)].elementsEqual(question) }
    }
    session.enter("40 + 2")
    session.wait("the sum") { $0.all.contains("42") }
    session.wait(for: "clip 3>")
  }

  @Test func anUnknownWayToShowPicturesIsTold() throws {
    let session = try TerminalSession(
      columns: 120, environment: ["NO_COLOR": "", "CLIPSCOPE_GRAPHICS": "sixle"])
    session.wait(for: "clip 1>")
    session.enter("show(image(zeros([8, 8, 3])));")
    session.wait(
      for: "CLIPSCOPE_GRAPHICS is `sixle`, which is no way to show pictures; did you mean `sixel`?")
  }

  @Test func errorsNameTheEntry() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.enter("x = unknwon")
    session.wait(for: "error: unknown name `unknwon`")
    session.wait(for: " --> entry 1:1:5")
    session.prompt(2)
  }

  @Test func theTerminalIsGivenBack() throws {
    let session = try TerminalSession()
    session.prompt(1)
    session.enter("%quit")
    #expect(session.exitCode() == 0)
    let written = String(decoding: session.written, as: UTF8.self)
    #expect(
      written.components(separatedBy: "\u{1B}[?2004h").count
        == written.components(separatedBy: "\u{1B}[?2004l").count)
    #expect(written.hasSuffix("\u{1B}[?2004l") || written.contains("\u{1B}[?2004l"))
  }
}
