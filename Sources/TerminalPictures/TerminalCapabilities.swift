/// How pictures reach a terminal, the finest first.
public enum TerminalGraphics: String, CaseIterable, Sendable {
  /// The kitty graphics protocol: PNG within APC sequences.
  case kitty
  /// Inline images of iTerm2: a PNG within OSC 1337.
  case iterm
  /// DEC sixel: up to 256 colours.
  case sixel
  /// Half-blocks in 24-bit colour: two pixels a cell.
  case blocks
  /// Half-blocks in the 256 colours of xterm.
  case palette = "256"
  /// Characters, denser where the picture is brighter.
  case ascii
  /// No pictures.
  case none

  /// Whether the terminal itself draws pixels; the others are text.
  public var drawsPixels: Bool { self == .kitty || self == .iterm || self == .sixel }
}

/// A width and a height in pixels of the screen.
public struct PixelSize: Hashable, Sendable {
  /// Columns of pixels.
  public var width: Int
  /// Rows of pixels.
  public var height: Int

  /// A size from its sides.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

/// What a terminal can show, and how much of it.
public struct TerminalCapabilities: Hashable, Sendable {
  /// How pictures are sent.
  public var graphics: TerminalGraphics
  /// Cells in a line.
  public var columns: Int
  /// Lines of the screen.
  public var rows: Int
  /// One cell in pixels; nil where the terminal does not say.
  public var cell: PixelSize?
  /// Whether tmux stands between the program and the terminal.
  public var isWithinTmux: Bool
  /// Whether pictures are wrapped so that tmux hands them to the terminal around it.
  public var passesThroughTmux: Bool
  /// Colour registers for sixel, 2 to 256.
  public var registers: Int

  /// A terminal's capabilities. Sizes below 1 count as 1; registers are held between 2 and 256.
  public init(
    graphics: TerminalGraphics, columns: Int = 80, rows: Int = 24, cell: PixelSize? = nil,
    isWithinTmux: Bool = false, passesThroughTmux: Bool = false, registers: Int = 256
  ) {
    self.graphics = graphics
    self.columns = max(columns, 1)
    self.rows = max(rows, 1)
    self.cell = cell
    self.isWithinTmux = isWithinTmux
    self.passesThroughTmux = passesThroughTmux
    self.registers = min(max(registers, 2), 256)
  }

  /// The same terminal with pictures sent another way, through tmux where it stands between.
  public func using(_ other: TerminalGraphics) -> TerminalCapabilities {
    guard other != graphics else { return self }
    var result = self
    result.graphics = other
    result.passesThroughTmux = isWithinTmux && other.drawsPixels
    return result
  }

  /// One cell in pixels: what the terminal says, or the usual 1:2.
  var cellSize: PixelSize { cell ?? PixelSize(width: 10, height: 20) }
}
