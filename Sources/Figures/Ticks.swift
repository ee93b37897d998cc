import Glibc

/// Round numbers along an axis.
struct Ticks: Equatable {
  /// The numbers, ascending.
  var values: [Double] = []
  /// Their texts.
  var labels: [String] = []
  /// Numbers that get a short stroke and no text.
  var minor: [Double] = []

  /// Multiples of 1, 2 or 5 times a power of ten within a range; the finest of at most `most`, but two where any has two.
  /// - Parameter isWhole: no finer than 1, where the range is that wide.
  static func linear(low: Double, high: Double, atMost most: Int, isWhole: Bool = false) -> Ticks {
    let span = high - low
    guard span > 0, span.isFinite else { return Ticks(values: [low], labels: [number(low, decimals: 6)]) }
    var exponent = Int(log10(span).rounded(.down)) - 3
    if isWhole, span >= 1 { exponent = max(exponent, 0) }
    var best: [Double] = []
    var bestStep = (digit: 1, exponent: exponent)
    search: for _ in 0..<6 {
      for digit in [1, 2, 5] {
        let values = multiples(digit, exponent, low: low, high: high)
        if values.count <= max(most, 2) {
          if values.count >= 2 || best.isEmpty {
            best = values
            bestStep = (digit, exponent)
          }
          break search
        }
        if values.count < 200 {
          best = values
          bestStep = (digit, exponent)
        }
      }
      exponent += 1
    }
    return Ticks(values: best, labels: texts(best, exponent: bestStep.exponent))
  }

  private static func multiples(_ digit: Int, _ exponent: Int, low: Double, high: Double) -> [Double] {
    let step = Double(digit) * power(exponent)
    let slack = 1e-9
    let (first, last) = ((low / step - slack).rounded(.up), (high / step + slack).rounded(.down))
    guard first <= last, last - first < 2000, abs(first) < 1e15, abs(last) < 1e15 else {
      return first <= last ? [Double](repeating: low, count: 2000) : []
    }
    // A quotient by ten, hundred, … is the number nearest to what is meant: 3 / 10 and not 3 · 0.1.
    return (Int(first)...Int(last)).map {
      exponent < 0 && exponent >= -22
        ? Double($0 * digit) / power(-exponent) : Double($0 * digit) * power(exponent)
    }
  }

  private static func power(_ exponent: Int) -> Double { pow(10, Double(exponent)) }

  /// The numbers with as many decimals as the step's exponent asks for; very large and very small ones as a·10ⁿ.
  private static func texts(_ values: [Double], exponent: Int) -> [String] {
    let largest = values.map { abs($0) }.max() ?? 0
    if largest >= 1e6 || exponent < -5 {
      // 2×10⁶, 4×10⁶ … 14×10⁶ rather than 0.2×10⁷ … 1.4×10⁷.
      let top = largest < 1000 * power(exponent) ? exponent : Int(log10(largest).rounded(.down))
      return values.map { scientific($0, top: top, decimals: max(0, top - exponent)) }
    }
    return values.map { number($0, decimals: max(0, -exponent)) }
  }

  /// A number with fixed decimals and a true minus sign.
  static func number(_ value: Double, decimals: Int) -> String {
    let size = abs(value)
    guard size < 1e15 else { return scientific(value, top: Int(log10(size).rounded(.down)), decimals: 2) }
    var factor = 1.0
    for _ in 0..<min(decimals, 12) { factor *= 10 }
    let scaled = (size * factor).rounded()
    guard scaled < 9e18 else { return scientific(value, top: Int(log10(size).rounded(.down)), decimals: 2) }
    let whole = Int(scaled)
    let unit = Int(factor)
    var text = String(whole / unit)
    if unit > 1 {
      let fraction = String(whole % unit)
      text += "." + String(repeating: "0", count: min(decimals, 12) - fraction.count) + fraction
    }
    return value < 0 && whole != 0 ? "−" + text : text
  }

  /// `2.5×10⁶`, all of an axis with the same power; zero is 0.
  private static func scientific(_ value: Double, top: Int, decimals: Int) -> String {
    guard value != 0 else { return "0" }
    let mantissa = value / power(top)
    guard mantissa.isFinite else { return "0" }
    return number(mantissa, decimals: min(decimals, 6)) + "×10" + superscript(top)
  }

  /// Digits raised.
  static func superscript(_ number: Int) -> String {
    String(
      String(number).map { character in
        switch character {
        case "-": "⁻"
        case "0": "⁰"
        case "1": "¹"
        case "2": "²"
        case "3": "³"
        case "4": "⁴"
        case "5": "⁵"
        case "6": "⁶"
        case "7": "⁷"
        case "8": "⁸"
        default: "⁹"
        }
      })
  }

  /// Powers of ten within a positive range, all or every other, third, …; for less than two of them also 2 and 5 times a
  /// power, and for a narrow range as on a linear axis. The other multiples are minor.
  static func logarithmic(low: Double, high: Double, atMost most: Int) -> Ticks {
    guard low > 0, high > low, high.isFinite else { return Ticks() }
    let (first, last) = (Int((log10(low) - 1e-9).rounded(.up)), Int((log10(high) + 1e-9).rounded(.down)))
    var minor: [Double] = []
    if last - first <= 10 {
      for exponent in (first - 1)...(max(last, first - 1)) {
        for digit in 2...9 {
          let value = Double(digit) * power(exponent)
          if value >= low, value <= high { minor.append(value) }
        }
      }
    }
    if last > first {
      let every = max(1, (last - first + max(most, 2)) / max(most, 2))
      let exponents = Array(stride(from: first, through: last, by: every))
      if every > 1 { minor = (first...last).map { power($0) } }
      let isPlain = first >= -3 && last <= 4
      return Ticks(
        values: exponents.map { power($0) },
        labels: exponents.map { isPlain ? number(power($0), decimals: max(0, -$0)) : "10" + superscript($0) },
        minor: minor)
    }
    var values: [Double] = []
    for exponent in (first - 1)...(max(last, first - 1)) {
      for digit in [1, 2, 5] {
        let value = Double(digit) * power(exponent)
        if value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) { values.append(value) }
      }
    }
    guard values.count >= 3, values.count <= most else {
      var ticks = linear(low: low, high: high, atMost: most)
      ticks.minor = []
      return ticks
    }
    return Ticks(
      values: values,
      labels: values.map { value in
        let exponent = Int((log10(value) + 1e-9).rounded(.down))
        return exponent >= -3 && exponent <= 4
          ? number(value, decimals: max(0, -exponent))
          : number(value / power(exponent), decimals: 0) + "×10" + superscript(exponent)
      }, minor: minor)
  }
}
