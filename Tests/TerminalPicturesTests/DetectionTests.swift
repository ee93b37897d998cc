import Testing

@testable import TerminalPictures

/// What follows from a terminal's answers and from the environment.
@Suite struct DetectionTests {
  /// Answers in the order in which the questions are asked, as these terminals give them.
  struct Terminal: Sendable, CustomStringConvertible {
    let description: String
    let replies: String
    var variables: [String: String] = ["TERM": "xterm-256color", "COLORTERM": "truecolor"]
    let graphics: TerminalGraphics
    var cell: PixelSize?
  }

  static let terminals = [
    Terminal(
      description: "kitty",
      replies:
        "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}P>|kitty(0.35.2)\u{1B}\\\u{1B}[6;20;9t\u{1B}[4;800;720t\u{1B}[?62;c",
      variables: ["TERM": "xterm-kitty", "COLORTERM": "truecolor"], graphics: .kitty,
      cell: PixelSize(width: 9, height: 20)),
    Terminal(
      description: "foot",
      replies:
        "\u{1B}P>|foot(1.16.2)\u{1B}\\\u{1B}[?1;0;1024S\u{1B}[6;17;8t\u{1B}[4;408;640t\u{1B}[?62;4;22c",
      variables: ["TERM": "foot", "COLORTERM": "truecolor"], graphics: .sixel,
      cell: PixelSize(width: 8, height: 17)),
    Terminal(
      description: "xterm",
      replies: "\u{1B}P>|XTerm(390)\u{1B}\\\u{1B}[?1;3;0S\u{1B}[6;13;6t\u{1B}[4;312;480t"
        + "\u{1B}[?64;1;2;6;9;15;16;17;18;21;22;28c",
      variables: ["TERM": "xterm-256color"], graphics: .palette, cell: PixelSize(width: 6, height: 13)),
    Terminal(
      description: "xterm as a VT340",
      replies: "\u{1B}P>|XTerm(390)\u{1B}\\\u{1B}[?1;0;16S\u{1B}[6;13;6t\u{1B}[4;312;480t"
        + "\u{1B}[?63;1;2;4;6;9;15;16;22;28c",
      variables: ["TERM": "xterm"], graphics: .sixel, cell: PixelSize(width: 6, height: 13)),
    Terminal(
      description: "WezTerm without kitty graphics",
      replies:
        "\u{1B}P>|WezTerm 20240203-110809-5046fc22\u{1B}\\\u{1B}[6;22;10t\u{1B}[4;528;800t\u{1B}[?65;4;6;18;22c",
      graphics: .iterm, cell: PixelSize(width: 10, height: 22)),
    Terminal(
      description: "iTerm2", replies: "\u{1B}P>|iTerm2 3.5.0\u{1B}\\\u{1B}[?62;4c",
      variables: ["TERM": "xterm-256color", "COLORTERM": "truecolor", "TERM_PROGRAM": "iTerm.app"],
      graphics: .iterm),
    Terminal(
      description: "a terminal of VTE", replies: "\u{1B}P>|VTE(7600)\u{1B}\\\u{1B}[4;432;720t\u{1B}[?65;1;9c",
      graphics: .blocks, cell: PixelSize(width: 9, height: 18)),
    Terminal(
      description: "tmux", replies: "\u{1B}P>|tmux 3.4\u{1B}\\\u{1B}[?1;2c",
      variables: ["TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "/tmp/tmux-0/default,1,0"],
      graphics: .blocks),
    Terminal(
      description: "tmux with sixel of its own", replies: "\u{1B}P>|tmux 3.4\u{1B}\\\u{1B}[?1;2;4c",
      variables: ["TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"], graphics: .sixel),
    Terminal(
      description: "silence", replies: "", variables: ["TERM": "xterm-256color"], graphics: .palette),
  ]

  private let window = TerminalDetection.Window(columns: 80, rows: 24)

  @Test(arguments: terminals) func terminal(_ terminal: Terminal) {
    let replies = TerminalReplies(Array(terminal.replies.utf8))
    #expect(replies.keys.isEmpty)
    let found = TerminalDetection.decide(
      environment: TerminalEnvironment(terminal.variables), window: window, replies: replies)
    #expect(found.graphics == terminal.graphics)
    #expect(found.cell == terminal.cell)
    #expect(!found.passesThroughTmux)
  }

  @Test func registers() {
    #expect(TerminalReplies(Array("\u{1B}[?1;0;16S".utf8)).registers == 16)
    let few = TerminalDetection.decide(
      environment: TerminalEnvironment(["TERM": "xterm"]), window: window,
      replies: TerminalReplies(Array("\u{1B}[?1;0;1024S\u{1B}[?63;4c".utf8)))
    #expect(few.registers == 256 && few.graphics == .sixel)
    #expect(TerminalReplies(Array("\u{1B}[?1;3;0S\u{1B}[?1;0S\u{1B}[?2;0;800;600S".utf8)).registers == nil)
  }

  /// The terminal around tmux answers through it only where tmux lets pictures pass.
  @Test func throughTmux() {
    let environment = TerminalEnvironment([
      "TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "x", "TERM_PROGRAM": "iTerm.app",
      "LC_TERMINAL": "iTerm2",
    ])
    func decide(_ text: String) -> TerminalCapabilities {
      TerminalDetection.decide(
        environment: environment, window: window, replies: TerminalReplies(Array(text.utf8)))
    }
    let kitty = decide("\u{1B}[?1;2c\u{1B}_Gi=31;OK\u{1B}\\")
    #expect(kitty.graphics == .kitty && kitty.passesThroughTmux)
    let iterm = decide("\u{1B}[?1;2c\u{1B}]1337;ReportCellSize=17.0;8.0;2.0\u{1B}\\")
    #expect(iterm.graphics == .iterm && iterm.passesThroughTmux)
    #expect(iterm.cell == PixelSize(width: 16, height: 34))
    // Its name alone says nothing: the passage may be closed.
    #expect(decide("\u{1B}P>|tmux 3.4\u{1B}\\\u{1B}[?1;2c").graphics == .blocks)
  }

  @Test func refusalsAreNoConsent() {
    #expect(!TerminalReplies(Array("\u{1B}_Gi=31;ENOTSUPPORTED:no\u{1B}\\".utf8)).hasKitty)
    // The first number is the terminal's kind.
    #expect(TerminalReplies(Array("\u{1B}[?4c".utf8)).hasSixel == false)
    #expect(TerminalReplies(Array("\u{1B}[?62;14;40c".utf8)).hasSixel == false)
    #expect(TerminalReplies([]).hasSixel == nil)
  }

  /// Keys before, between and after the answers stay in order: letters, arrows, Escape, Alt, UTF-8, Ctrl-C.
  @Test func keysAreKept() {
    let text =
      "a\u{1B}[A\u{1B}_Gi=31;OK\u{1B}\\é\u{1B}P>|foot(1)\u{1B}\\\u{1B}x\u{3}\u{1B}[1;5C\u{1B}[6;20;10t"
      + "\u{1B}[200~p\u{1B}[201~\u{1B}[?62;4cz\u{1B}OP\u{1B}"
    let replies = TerminalReplies(Array(text.utf8))
    #expect(
      replies.keys
        == Array("a\u{1B}[Aé\u{1B}x\u{3}\u{1B}[1;5C\u{1B}[200~p\u{1B}[201~z\u{1B}OP\u{1B}".utf8))
    #expect(replies.hasKitty && replies.hasSixel == true && replies.name == "foot(1)")
    #expect(replies.cell == PixelSize(width: 10, height: 20))
  }

  /// However the answers are cut, nothing crashes, and no part of one is taken for a key.
  @Test func cutAnswers() {
    let bytes = Array("\u{1B}_Gi=31;OK\u{1B}\\\u{1B}P>|kitty(0.35.2)\u{1B}\\\u{1B}[?62;4c".utf8)
    for end in bytes.indices {
      let replies = TerminalReplies(Array(bytes[..<end]))
      // Up to three bytes could as well be Escape or Alt with a key.
      #expect(replies.keys.count <= 3)
      #expect(!replies.isComplete)
    }
  }

  @Test func nonsenseSizesAreNoSizes() {
    for text in ["\u{1B}[6;0;0t", "\u{1B}[6;99999999999999999999;1t", "\u{1B}[4;1000000;5t", "\u{1B}[6;1;1t"]
    {
      let found = TerminalDetection.decide(
        environment: TerminalEnvironment(["TERM": "xterm"]), window: window,
        replies: TerminalReplies(Array(text.utf8)))
      #expect(found.cell == nil)
    }
    let divided = TerminalDetection.decide(
      environment: TerminalEnvironment(["TERM": "xterm"]),
      window: .init(columns: 80, rows: 24, pixels: PixelSize(width: 720, height: 432)),
      replies: TerminalReplies([]))
    #expect(divided.cell == PixelSize(width: 9, height: 18))
  }

  // MARK: The environment

  @Test(arguments: [
    (["TERM": "xterm-256color", "COLORTERM": "truecolor"], TerminalGraphics.blocks),
    (["TERM": "xterm-direct"], .blocks), (["TERM": "alacritty"], .blocks),
    (["TERM": "xterm-256color"], .palette), (["TERM": "linux"], .palette), (["TERM": "vt100"], .ascii),
    (["TERM": "dumb", "COLORTERM": "truecolor"], .none), ([:], .none),
    (["TERM": "xterm-256color", "NO_COLOR": "1"], .ascii),
    (["TERM": "xterm-256color", "NO_COLOR": ""], .palette),
  ])
  func depth(_ variables: [String: String], _ expected: TerminalGraphics) {
    #expect(TerminalEnvironment(variables).text == expected)
  }

  /// The user's word counts, whatever the terminal says.
  @Test(arguments: TerminalGraphics.allCases) func chosen(_ graphics: TerminalGraphics) {
    let environment = TerminalEnvironment([
      "TERM": "xterm-kitty", "NO_COLOR": "1", "CLIPSCOPE_GRAPHICS": graphics.rawValue,
    ])
    let found = TerminalDetection.decide(
      environment: environment, window: window,
      replies: TerminalReplies(Array("\u{1B}_Gi=31;OK\u{1B}\\".utf8)))
    #expect(found.graphics == graphics)
  }

  @Test func aWordThatMeansNothingChoosesNothing() {
    #expect(TerminalEnvironment(["CLIPSCOPE_GRAPHICS": "holograms"]).chosen == nil)
    #expect(TerminalEnvironment(["CLIPSCOPE_GRAPHICS": "Kitty"]).chosen == .kitty)
  }

  @Test func someTerminalsAreNotAsked() {
    #expect(TerminalEnvironment(["TERM": "xterm-256color"]).mayBeAsked)
    for variables in [
      ["TERM": "dumb"], ["TERM": "linux"], ["TERM": "xterm-256color", "NO_COLOR": "1"],
      ["TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"], ["TERM": "vt100"], [:],
      ["TERM": "screen-256color", "STY": "1.tty"], ["TERM": "xterm-256color", "INSIDE_EMACS": "29"],
    ] {
      #expect(!TerminalEnvironment(variables).mayBeAsked)
    }
  }

  /// NO_COLOR is for colours in general; a choice of this program's own is meant.
  @Test func aChoiceIsStrongerThanNoColor() {
    #expect(
      TerminalEnvironment(["TERM": "xterm", "NO_COLOR": "1", "CLIPSCOPE_GRAPHICS": "sixel"]).mayBeAsked)
  }

  @Test func usingAnother() {
    let tmux = TerminalCapabilities(graphics: .blocks, isWithinTmux: true)
    #expect(tmux.using(.kitty).passesThroughTmux && !tmux.using(.ascii).passesThroughTmux)
    let own = TerminalCapabilities(graphics: .sixel, isWithinTmux: true)
    #expect(!own.using(.sixel).passesThroughTmux)
    #expect(!TerminalCapabilities(graphics: .blocks).using(.kitty).passesThroughTmux)
  }
}
