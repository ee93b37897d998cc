import Glibc

/// What the terminal of this process can show.
public enum TerminalDetection {
  /// The size that the system knows of a terminal; zeros where it does not.
  public struct Window: Hashable, Sendable {
    /// Cells across and down.
    public var columns = 0
    /// Lines.
    public var rows = 0
    /// Pixels of the whole window.
    public var pixels = PixelSize(width: 0, height: 0)

    /// A size from its parts; zero means unknown.
    public init(columns: Int = 0, rows: Int = 0, pixels: PixelSize = PixelSize(width: 0, height: 0)) {
      self.columns = columns
      self.rows = rows
      self.pixels = pixels
    }

    /// The size of the terminal behind a descriptor.
    public init(of descriptor: Int32) {
      var size = winsize()
      guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return }
      columns = Int(size.ws_col)
      rows = Int(size.ws_row)
      pixels = PixelSize(width: Int(size.ws_xpixel), height: Int(size.ws_ypixel))
    }
  }

  /// What was found, and what was typed while the terminal was asked: bytes that belong to whoever reads the keys next.
  public struct Outcome: Sendable {
    /// The capabilities; `graphics` is `none` where standard output is no terminal.
    public let terminal: TerminalCapabilities
    /// Keys, in order; Ctrl-C is 3.
    public let keys: [UInt8]
  }

  /// Finds out about the terminal that standard output goes to. Asks it, for at most `milliseconds`, unless the
  /// environment has the answer, the terminal is known to print questions, or this process is in the background.
  public static func detect(
    environment: TerminalEnvironment = .current, milliseconds: Int = 100
  ) -> Outcome {
    guard isatty(STDOUT_FILENO) == 1 else {
      return Outcome(terminal: TerminalCapabilities(graphics: .none), keys: [])
    }
    let window = Window(of: STDOUT_FILENO)
    let choice = environment.chosen
    let needsAnswers =
      choice == nil || (choice?.drawsPixels == true && (window.pixels.width == 0 || environment.isTmux))
    var replies = TerminalReplies([])
    if needsAnswers, environment.mayBeAsked {
      replies = ask(throughTmux: environment.isTmux, milliseconds: milliseconds)
    }
    return Outcome(
      terminal: decide(environment: environment, window: window, replies: replies), keys: replies.keys)
  }

  private static func ask(throughTmux: Bool, milliseconds: Int) -> TerminalReplies {
    // Only where standard output goes to the terminal that started this process, and in the foreground: changing a
    // terminal's settings from the background stops the process.
    guard tcgetpgrp(STDOUT_FILENO) == getpgrp() else { return TerminalReplies([]) }
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return TerminalReplies([]) }
    defer { close(descriptor) }
    let bytes = TerminalQuery.ask(
      TerminalQuery.questions(throughTmux: throughTmux), on: descriptor, milliseconds: milliseconds
    ) { bytes in
      let replies = TerminalReplies(bytes)
      // tmux answers for itself at once; what is around it takes longer.
      return replies.isComplete && (!throughTmux || replies.hasKitty || replies.answersITerm)
    }
    return TerminalReplies(bytes ?? [])
  }

  /// The capabilities that follow from what is known.
  public static func decide(
    environment: TerminalEnvironment, window: Window, replies: TerminalReplies
  ) -> TerminalCapabilities {
    var terminal = TerminalCapabilities(
      graphics: environment.text, columns: window.columns > 0 ? window.columns : 80,
      rows: window.rows > 0 ? window.rows : 24, cell: cell(window, replies),
      isWithinTmux: environment.isTmux, registers: replies.registers ?? 256)
    let isTmux = environment.isTmux
    if let chosen = environment.chosen {
      terminal.graphics = chosen
      // tmux shows sixel itself where it says so; anything else must go through it.
      terminal.passesThroughTmux =
        isTmux && chosen.drawsPixels && !(chosen == .sixel && replies.hasSixel == true)
      return terminal
    }
    guard terminal.graphics == .blocks || terminal.graphics == .palette else { return terminal }
    if replies.hasKitty {
      terminal.graphics = .kitty
      terminal.passesThroughTmux = isTmux
    } else if isTmux ? replies.answersITerm : environment.knowsITerm(name: replies.name) {
      terminal.graphics = .iterm
      terminal.passesThroughTmux = isTmux
    } else if replies.hasSixel == true {
      terminal.graphics = .sixel
    }
    return terminal
  }

  /// One cell in pixels: as the terminal says, or its window divided by its cells.
  private static func cell(_ window: Window, _ replies: TerminalReplies) -> PixelSize? {
    if let cell = replies.cell { return bounded(cell) }
    let area = replies.area ?? window.pixels
    guard window.columns > 0, window.rows > 0 else { return nil }
    return bounded(PixelSize(width: area.width / window.columns, height: area.height / window.rows))
  }

  /// Nil for cells that no terminal has.
  private static func bounded(_ cell: PixelSize) -> PixelSize? {
    (2...200).contains(cell.width) && (2...400).contains(cell.height) ? cell : nil
  }
}
