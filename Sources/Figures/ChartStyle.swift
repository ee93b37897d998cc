import Imaging

/// Sizes and colours that all charts share. In points; the smallest letters are 7 pt, which journals still print.
enum ChartStyle {
  static let ticks = Lettering(7)
  static let labels = Lettering(8)
  static let title = Lettering(9)
  static let ink = Color(0x222222)
  static let soft = Color(0x444444)
  static let grid = Stroke(Color(0xe4e4e4), width: 0.5)
  static let spine = Stroke(Color(0x444444), width: 0.7)
  /// How far the strokes of ticks stand out.
  static let tickLength = 2.5
  /// Between parts of a chart.
  static let gap = 4.0
  /// The paper left free around all.
  static let margin = 3.0
  static let lineWidth = 1.25
  static let markerRadius = 2.1
}
