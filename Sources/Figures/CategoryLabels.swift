import Glibc

/// How names stand below an axis without touching: on one line, broken into lines, slanted, upright, or only some.
struct CategoryLabels {
  /// The lines of each name; none where it is left out.
  let lines: [[String]]
  /// Degrees that they are turned by: 0, 45 or 90.
  let angle: Double
  /// How far they reach below the ticks, in points.
  let height: Double
  /// How far the first slanted name reaches to the left of its tick.
  let overhang: Double

  /// - Parameters:
  ///   - slot: the width that each name has to itself.
  ///   - room: how far they may reach down when slanted.
  ///   - before: the paper to the left of the first slot, which slanted names may reach into.
  init(_ names: [String], slot: Double, room: Double, before: Double) {
    let letters = ChartStyle.ticks
    let own = slot - 4
    let widths = names.map { letters.width($0) }
    let (line, cap) = (letters.lineHeight, letters.capHeight)
    if widths.allSatisfy({ $0 <= own }), !names.contains(where: { $0.contains("\n") }) {
      lines = names.map { [$0] }
      (angle, height, overhang) = (0, line, 0)
      return
    }
    let words = names.map {
      $0.split { $0 == " " || $0 == "\n" }.map { letters.width(String($0)) }.max() ?? 0
    }
    if words.allSatisfy({ $0 <= own }) {
      let broken = names.map { letters.lines($0, width: own) }
      let most = broken.map(\.count).max() ?? 1
      if most <= 3 {
        lines = broken
        (angle, height, overhang) = (0, letters.height(most), 0)
        return
      }
    }
    // Slanted lines are slot · sin 45° apart.
    let root = 0.5.squareRoot()
    let isSlanted = slot * root >= line
    let turn = isSlanted ? 45.0 : 90
    let every = isSlanted ? 1 : max(1, Int((line / max(slot, 0.01)).rounded(.up)))
    var shown: [[String]] = []
    var (deepest, farthest) = (0.0, 0.0)
    for (i, name) in names.enumerated() {
      guard i % every == 0 else {
        shown.append([])
        continue
      }
      let left = before + (Double(i) + 0.5) * slot
      let longest = isSlanted ? min((room - cap) / root, (left - 2) / root) : room
      let text = letters.ellipsized(
        name.split(separator: "\n").joined(separator: " "), width: max(longest, 20))
      shown.append([text])
      let width = letters.width(text)
      deepest = max(deepest, isSlanted ? (width + cap) * root : width)
      if isSlanted { farthest = max(farthest, width * root - (Double(i) + 0.5) * slot) }
    }
    (lines, angle, height, overhang) = (shown, turn, deepest + 2, max(0, farthest))
  }

  /// The names, their ticks at the given places from the left.
  func elements(at places: [Double], y: Double) -> [Drawing.Element] {
    let letters = ChartStyle.ticks
    return zip(places, lines).flatMap { x, lines in
      lines.enumerated().map { i, line -> Drawing.Element in
        let place: Point
        switch angle {
        case 0: place = Point(x, y + Double(i) * letters.lineHeight + letters.ascent)
        case 45: place = Point(x + letters.capHeight * 0.5, y + letters.capHeight * 0.85)
        default: place = Point(x + letters.capHeight / 2, y + 1)
        }
        return .text(
          .init(
            line, at: place, size: letters.size, anchor: angle == 0 ? .middle : .end, angle: angle,
            color: ChartStyle.soft))
      }
    }
  }
}
