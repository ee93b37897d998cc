import Glibc

/// One axis: from numbers or categories to 0…1.
struct Axis: Equatable {
  /// The number at 0.
  let low: Double
  /// The number at 1.
  let high: Double
  let isLogarithmic: Bool
  /// Names at the places 0, 1, …; nil for numbers.
  let categories: [String]?
  /// Whether all of its numbers are whole: layers, steps, rows. Nothing is then between them.
  var isWhole = false

  /// An axis of names, each with a slot of its own.
  init(categories: [String]) {
    low = -0.5
    high = Double(categories.count) - 0.5
    isLogarithmic = false
    self.categories = categories
  }

  /// An axis of numbers.
  /// - Parameters:
  ///   - values: what it must reach, unless limits say otherwise.
  ///   - margin: how much wider than them it is, as a share of their extent; not beyond `anchor`.
  ///   - anchor: a number that must be seen and that the margin does not pass, such as the zero of bars.
  ///   - option: the limits' name, for errors.
  init(
    _ values: some Sequence<Double>, limits: Chart.Limits, isLogarithmic: Bool, margin: Double,
    anchor: Double? = nil, option: String
  ) throws {
    for limit in [limits.low, limits.high].compactMap({ $0 }) {
      guard limit.isFinite, abs(limit) <= Self.largest else {
        throw FigureError("a limit of an axis must be a number, not \(limit)", option: option)
      }
      guard !isLogarithmic || limit > 0 else {
        throw FigureError(
          "a logarithmic axis has no \(ChartData.text(limit)): its limits must be above 0", option: option)
      }
    }
    if let low = limits.low, let high = limits.high, low >= high {
      throw FigureError(
        "the limits must be [low, high], found [\(ChartData.text(low)), \(ChartData.text(high))]",
        option: option)
    }
    var (least, greatest) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && (!isLogarithmic || value > 0) {
      least = min(least, value)
      greatest = max(greatest, value)
    }
    if let anchor {
      least = min(least, anchor)
      greatest = max(greatest, anchor)
    }
    if least > greatest {
      (least, greatest) = isLogarithmic ? (1, 10) : (0, 1)
    }
    func out(_ x: Double) -> Double { isLogarithmic ? log10(x) : x }
    func back(_ x: Double) -> Double { isLogarithmic ? pow(10, x) : x }
    var (from, to) = (out(limits.low ?? least), out(limits.high ?? greatest))
    if !(to > from) || to - from < max(abs(from), abs(to)) * 1e-12 {
      // One number alone, or limits beyond all of them.
      let room = isLogarithmic ? 0.5 : max(abs(from), abs(to)) * 0.05 + (from == 0 && to == 0 ? 1 : 0)
      if limits.low == nil { from = min(from, to) - room }
      if limits.high == nil { to = max(from, to) + room }
    }
    let extra = (to - from) * margin
    if limits.low == nil, anchor.map({ out($0) != from }) ?? true { from -= extra }
    if limits.high == nil, anchor.map({ out($0) != to }) ?? true { to += extra }
    low = limits.low ?? back(from)
    high = limits.high ?? back(to)
    self.isLogarithmic = isLogarithmic
    categories = nil
  }

  /// Numbers beyond this are not drawn: differences of two of them must stay finite.
  static let largest = 1e150

  /// Where a number stands: 0 at the axis' beginning, 1 at its end; nil for what has no place.
  func place(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    if isLogarithmic {
      guard value > 0 else { return nil }
      return (log10(value) - log10(low)) / (log10(high) - log10(low))
    }
    return (value - low) / (high - low)
  }

  /// Round numbers along it.
  func ticks(atMost most: Int) -> Ticks {
    isLogarithmic
      ? .logarithmic(low: low, high: high, atMost: most)
      : .linear(low: low, high: high, atMost: most, isWhole: isWhole)
  }
}
