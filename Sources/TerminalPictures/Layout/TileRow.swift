import Imaging

/// Pictures side by side, and the lines of text below them.
struct TileRow {
  let tiles: [TerminalTile]
  let fits: [CellFit]
  /// The cells of each picture with its text, without the gap.
  let slots: [Int]
  let terminal: TerminalCapabilities
  let grid: PixelGrid

  /// - Parameters:
  ///   - box: cells across for each
  ///   - lines: cells down
  ///   - grows: whether pictures are enlarged to the box
  init(_ tiles: [TerminalTile], box: Int, lines: Int, grows: Bool, _ terminal: TerminalCapabilities) {
    self.tiles = tiles
    self.terminal = terminal
    let grid = PixelGrid(terminal)
    self.grid = grid
    fits = tiles.map { tile in
      CellFit(
        width: tile.width, height: tile.height, columns: box, rows: lines, grows: grows || tile.isScalable,
        on: grid)
    }
    // Narrow pictures leave room for their text.
    slots = zip(tiles, fits).map { tile, fit in
      let text = tile.scale == nil ? CellText.width(tile.caption) : max(CellText.width(tile.caption), 14)
      return min(max(fit.columns, text), box)
    }
  }

  func text() throws -> String {
    var lines = try pictures()
    if tiles.contains(where: { !$0.caption.isEmpty }) {
      lines.append(line { CellText.fitted($0.caption, width: $1) })
    }
    if tiles.contains(where: { $0.scale != nil }) {
      lines.append(
        line { tile, slot in tile.scale.map { ScaleText.bar($0, width: slot, on: terminal) } ?? "" })
      lines.append(line { tile, slot in tile.scale.map { ScaleText.numbers($0, width: slot) } ?? "" })
    }
    return lines.joined(separator: "\n")
  }

  /// A line with the text of each tile in its slot.
  private func line(_ text: (TerminalTile, Int) -> String) -> String {
    var line = ""
    var missing = 0
    for (tile, slot) in zip(tiles, slots) {
      let part = text(tile, slot)
      if !part.isEmpty { line += String(repeating: " ", count: missing) + part }
      missing = (part.isEmpty ? missing + slot : slot - CellText.width(part)) + TerminalFigure.gap
    }
    return line
  }

  // MARK: Pictures

  private func pictures() throws -> [String] {
    let raster = try raster()
    switch terminal.graphics {
    case .blocks: return HalfBlocks.lines(raster)
    case .palette: return HalfBlocks.lines(raster, depth: .palette)
    case .ascii: return LuminanceRamp.lines(raster)
    case .kitty: return try placed(KittyEncoder.sequences(raster), raster) ?? asBlocks()
    case .iterm: return try placed([ITermEncoder.sequence(raster)], raster) ?? asBlocks()
    case .sixel:
      return try placed([SixelEncoder.sequence(raster, registers: terminal.registers)], raster) ?? asBlocks()
    case .none: return []
    }
  }

  /// All pictures of the row on one sheet: the terminal then places one thing, and text lines up with it.
  private func raster() throws -> Raster {
    // Where only brightness is seen, maps are drawn in it.
    let colormap: Colormap? = terminal.graphics == .ascii ? .grey : nil
    var placed: [(image: Image, x: Int, y: Int)] = []
    var column = 0
    for (i, tile) in tiles.enumerated() {
      let image = try tile.draw(fits[i].pixels.width, fits[i].pixels.height, colormap)
      placed.append((image: image, x: column * grid.across, y: 0))
      column += slots[i] + TerminalFigure.gap
    }
    let rows = fits.map(\.rows).max() ?? 1
    let last = fits.count - 1
    let columns =
      zip(slots, fits).dropLast().reduce(0) { $0 + $1.0 + TerminalFigure.gap } + fits[last].columns
    // Text needs no padding to whole cells; a terminal that stretches pictures to their cells does.
    let height = terminal.graphics.drawsPixels ? rows * grid.down : fits.map(\.pixels.height).max() ?? 1
    return try Raster(
      width: columns * grid.across, height: height, columns: columns, rows: rows, pictures: placed)
  }

  /// Lines that make room, draw, and leave the cursor on the picture's last line. Where cursors stand after a picture
  /// differs among terminals, so that it is saved before and restored after. Nil where tmux would not take it.
  private func placed(_ sequences: [[UInt8]], _ raster: Raster) -> [String]? {
    var drawn: [UInt8] = []
    for sequence in sequences {
      let sent = terminal.passesThroughTmux ? TmuxPassthrough.wrapped(sequence) : sequence
      if terminal.passesThroughTmux, sent.count > TmuxPassthrough.limit { return nil }
      drawn += sent
    }
    // One line more than the picture has: some terminals go to it by themselves, which must not scroll.
    let room = raster.rows + 1
    let before = String(repeating: "\n", count: room) + "\u{1B}[\(room)A\u{1B}7"
    let after = "\u{1B}8" + (raster.rows > 1 ? "\u{1B}[\(raster.rows - 1)B" : "")
    return [before + String(decoding: drawn, as: UTF8.self) + after]
  }

  private func asBlocks() throws -> [String] {
    let other = TileRow(
      tiles, box: slots.max() ?? 1, lines: fits.map(\.rows).max() ?? 1, grows: true, terminal.using(.blocks))
    return try other.pictures()
  }
}
