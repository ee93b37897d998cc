/// How large a picture becomes within a box of cells.
struct CellFit: Equatable {
  /// Pixels that the encoder gets, across and down: of the screen where the terminal draws pixels, half-cells or cells
  /// where it shows text.
  let pixels: PixelSize
  /// Cells it fills.
  let columns: Int
  let rows: Int

  /// The largest size with the picture's aspect.
  /// - Parameters:
  ///   - width: of the picture in pixels, with its `height`
  ///   - columns: of the box, with its `rows`
  ///   - grows: whether the picture may become larger than it is
  init(
    width: Int, height: Int, columns: Int, rows: Int, grows: Bool, on grid: PixelGrid
  ) {
    // In `Double`: a picture of 100 000 by 1 pixels has no aspect in whole numbers.
    let (width, height) = (Double(max(width, 1)), Double(max(height, 1)))
    let most = Double(columns * grid.cell.width)
    var across = grows ? most : min(most, width * grid.natural)
    var down = across * height / width
    let tallest = Double(rows * grid.cell.height)
    if down > tallest {
      down = tallest
      across = down * width / height
    }
    let size = PixelSize(
      width: min(max(Int((across / grid.pixelWidth).rounded()), 1), columns * grid.across),
      height: min(max(Int((down / grid.pixelHeight).rounded()), 1), rows * grid.down))
    pixels = size
    self.columns = (size.width + grid.across - 1) / grid.across
    self.rows = (size.height + grid.down - 1) / grid.down
  }
}

/// The pixels that a protocol has within a cell.
struct PixelGrid {
  /// A cell in pixels of the screen.
  let cell: PixelSize
  /// The protocol's pixels across a cell.
  let across: Int
  /// The protocol's pixels down a cell.
  let down: Int

  init(_ terminal: TerminalCapabilities) {
    cell = terminal.cellSize
    switch terminal.graphics {
    case .kitty, .iterm, .sixel, .none: (across, down) = (cell.width, cell.height)
    case .blocks, .palette: (across, down) = (1, 2)
    case .ascii: (across, down) = (1, 1)
    }
  }

  /// A pixel of the protocol in pixels of the screen.
  var pixelWidth: Double { Double(cell.width) / Double(across) }
  var pixelHeight: Double { Double(cell.height) / Double(down) }

  /// How wide on the screen one pixel of a picture is that is shown at its own size: one of the protocol's pixels.
  var natural: Double { pixelWidth }
}
