import Foundation
import Synchronization
import Testing

@testable import TerminalPictures

/// Asking, on a pseudo-terminal whose other end is a script.
@Suite struct QueryTests {
  /// A pseudo-terminal: the program's end, and the terminal's.
  final class PseudoTerminal: Sendable {
    let program: Int32
    let terminal: Int32
    private let heard = Mutex<[UInt8]>([])

    init() throws {
      var ends: (Int32, Int32) = (-1, -1)
      try #require(openpty(&ends.0, &ends.1, nil, nil, nil) == 0)
      (terminal, program) = ends
    }

    deinit {
      close(program)
      close(terminal)
    }

    func type(_ text: String) {
      let bytes = Array(text.utf8)
      _ = write(terminal, bytes, bytes.count)
    }

    /// Waits for the last question, then answers, piece by piece.
    func answer(_ pieces: [String]) -> Thread {
      let thread = Thread { [self] in
        var buffer = [UInt8](repeating: 0, count: 1024)
        while !asked.hasSuffix("\u{1B}[c") {
          let count = read(terminal, &buffer, buffer.count)
          guard count > 0 else { return }
          heard.withLock { $0 += buffer[0..<count] }
        }
        for piece in pieces { type(piece) }
      }
      thread.start()
      return thread
    }

    var asked: String { heard.withLock { String(decoding: $0, as: UTF8.self) } }

    var settings: termios {
      var settings = termios()
      tcgetattr(program, &settings)
      return settings
    }
  }

  private func isEnough(_ bytes: [UInt8]) -> Bool { TerminalReplies(bytes).isComplete }

  @Test func asksAndHears() throws {
    let pair = try PseudoTerminal()
    let before = pair.settings
    let thread = pair.answer([
      "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}P>|kit", "ty(0.35.2)\u{1B}", "\\\u{1B}[6;20;9t", "x\u{1B}[", "?62;c",
    ])
    // A long limit: the answer must end the waiting, not the clock.
    let bytes = try #require(
      TerminalQuery.ask(TerminalQuery.questions(), on: pair.program, milliseconds: 60_000, until: isEnough))
    let replies = TerminalReplies(bytes)
    #expect(replies.hasKitty && replies.name == "kitty(0.35.2)" && replies.keys == [UInt8(ascii: "x")])
    #expect(replies.cell == PixelSize(width: 9, height: 20))
    while !thread.isFinished { usleep(1000) }
    #expect(
      pair.asked
        == "\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[>q\u{1B}[?1;1;0S\u{1B}[16t\u{1B}[14t\u{1B}[c"
    )
    let after = pair.settings
    #expect(after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag)
    #expect(after.c_oflag == before.c_oflag && after.c_lflag & tcflag_t(ICANON | ECHO) != 0)
  }

  @Test func silenceEnds() throws {
    let pair = try PseudoTerminal()
    let before = pair.settings
    pair.type("ls\u{3}")
    let bytes = TerminalQuery.ask(
      TerminalQuery.questions(), on: pair.program, milliseconds: 50, until: isEnough)
    // Typed before in a terminal that reads lines; Ctrl-C there discards what is not yet a line.
    #expect(TerminalReplies(bytes ?? [0]).isComplete == false)
    #expect(pair.settings.c_lflag == before.c_lflag)
  }

  @Test func keysMeanwhileAreGivenBack() throws {
    let pair = try PseudoTerminal()
    _ = pair.answer(["abc\u{3}\r"])
    let bytes = try #require(
      TerminalQuery.ask(TerminalQuery.questions(), on: pair.program, milliseconds: 60_000) {
        $0.last == UInt8(ascii: "\r")
      })
    // As typed: no signal, no carriage return turned into a newline.
    #expect(TerminalReplies(bytes).keys == Array("abc\u{3}\r".utf8))
  }

  @Test func filesAreNotAsked() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(TerminalQuery.ask([0x41], on: ends[1], milliseconds: 50) { _ in false } == nil)
  }

  @Test func tmuxIsAskedForWhatIsAroundIt() {
    let text = String(decoding: TerminalQuery.questions(throughTmux: true), as: UTF8.self)
    #expect(text.hasPrefix("\u{1B}Ptmux;\u{1B}\u{1B}_Gi=31"))
    #expect(text.contains("\u{1B}Ptmux;\u{1B}\u{1B}]1337;ReportCellSize\u{07}\u{1B}\\"))
    #expect(text.hasSuffix("\u{1B}[c"))
  }

  @Test func windowsOfATerminal() throws {
    let pair = try PseudoTerminal()
    var size = winsize(ws_row: 50, ws_col: 132, ws_xpixel: 1320, ws_ypixel: 1000)
    try #require(ioctl(pair.terminal, UInt(TIOCSWINSZ), &size) == 0)
    let window = TerminalDetection.Window(of: pair.program)
    #expect(window == .init(columns: 132, rows: 50, pixels: PixelSize(width: 1320, height: 1000)))
    #expect(TerminalDetection.Window(of: -1) == .init())
  }
}
