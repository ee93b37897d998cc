import Imaging

/// The legend of a map as two lines of text: its colours, and the lowest, middle and highest number.
enum ScaleText {
  /// A bar of colours, lowest to the left.
  static func bar(_ scale: ColorScale, width: Int, on terminal: TerminalCapabilities) -> String {
    let depth: HalfBlocks.Depth? =
      switch terminal.graphics {
      case .kitty, .iterm, .sixel, .blocks: .full
      case .palette: .palette
      case .ascii, .none: nil
      }
    let colors = (depth == nil ? Colormap.grey : scale.colormap).colors
    guard let last = colors.indices.last else { return "" }
    let steps = (0..<width).map { colors[$0 * last / max(width - 1, 1)] }
    guard let depth else { return String(steps.map(LuminanceRamp.character)) }
    return steps.map { "\u{1B}[\(depth.parameters($0, base: 48))m " }.joined() + "\u{1B}[0m"
  }

  /// The numbers under the bar's ends and its middle; the middle is left out where it has no room.
  static func numbers(_ scale: ColorScale, width: Int) -> String {
    guard scale.low.isFinite, scale.high.isFinite else { return CellText.fitted("not finite", width: width) }
    let ticks = Legend.ticks(low: scale.low, high: scale.high)
    guard let low = ticks.first, let high = ticks.last, ticks.count == 3 else { return "" }
    if scale.low == scale.high { return CellText.fitted("\(low) everywhere", width: width) }
    let free = width - low.count - high.count
    guard free > 0 else { return CellText.fitted("\(low)…\(high)", width: width) }
    let middle = ticks[1]
    // In the middle, or as near to it as the ends let it.
    let last = width - high.count - 1 - middle.count
    guard last > low.count else { return low + String(repeating: " ", count: free) + high }
    let start = min(max((width - middle.count) / 2, low.count + 1), last)
    let left = start - low.count
    let right = width - high.count - start - middle.count
    return low + String(repeating: " ", count: left) + middle + String(repeating: " ", count: right) + high
  }
}
