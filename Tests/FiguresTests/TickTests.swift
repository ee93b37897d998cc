import Testing

@testable import Figures

/// Round numbers along axes.
@Suite struct TickTests {
  @Test(arguments: [
    (0.0, 1.0, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (0.0, 10.0, 6, ["0", "2", "4", "6", "8", "10"]),
    (-0.3, 0.31, 7, ["−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"]),
    (3.0, 97.0, 5, ["20", "40", "60", "80"]),
    (0.0, 14e6, 8, ["0", "2×10⁶", "4×10⁶", "6×10⁶", "8×10⁶", "10×10⁶", "12×10⁶", "14×10⁶"]),
    (0.0, 3e-8, 4, ["0", "1×10⁻⁸", "2×10⁻⁸", "3×10⁻⁸"]),
    (1000.0, 1000.4, 5, ["1000.0", "1000.1", "1000.2", "1000.3", "1000.4"]),
  ])
  func linear(_ low: Double, _ high: Double, _ most: Int, _ labels: [String]) {
    #expect(Ticks.linear(low: low, high: high, atMost: most).labels == labels)
  }

  @Test func numbersAreTheNearestOnes() {
    // 3 · 0.1 is not 0.3.
    #expect(Ticks.linear(low: 0, high: 0.5, atMost: 6).values == [0, 0.1, 0.2, 0.3, 0.4, 0.5])
  }

  /// There is no layer 1.5.
  @Test func wholeNumbersHaveNothingBetween() throws {
    #expect(Ticks.linear(low: 0.94, high: 3.06, atMost: 9, isWhole: true).labels == ["1", "2", "3"])
    #expect(Ticks.linear(low: 0, high: 1, atMost: 9, isWhole: true).labels == ["0", "1"])
    #expect(Ticks.linear(low: 0, high: 10, atMost: 6, isWhole: true).values == [0, 2, 4, 6, 8, 10])
    #expect(Ticks.linear(low: 4.75, high: 5.25, atMost: 3, isWhole: true).labels.count >= 2)
    let data = ChartData(x: .numbers([1, 2, 3]), y: [0.2, 0.5, 0.6])
    let layout = try ChartLayout(try data.chart(.line).chart, width: 340, height: 227)
    #expect(layout.xTicks?.labels == ["1", "2", "3"])
    let halves = ChartData(x: .numbers([1, 1.5, 3]), y: [0.2, 0.5, 0.6])
    let other = try ChartLayout(try halves.chart(.line).chart, width: 340, height: 227)
    #expect(other.xTicks?.labels.contains("1.5") == true)
  }

  @Test func neverMoreThanAskedAndInOrder() {
    for exponent in stride(from: -150.0, through: 150, by: 7) {
      for most in 2...9 {
        let high = 3.7 * power(exponent)
        let ticks = Ticks.linear(low: -high / 3, high: high, atMost: most)
        #expect(ticks.values.count <= max(most, 3), "\(exponent), \(most): \(ticks.values)")
        #expect(!ticks.values.isEmpty)
        #expect(ticks.values == ticks.values.sorted())
        #expect(Set(ticks.labels).count == ticks.labels.count, "\(ticks.labels)")
      }
    }
  }

  private func power(_ exponent: Double) -> Double {
    (0..<Int(abs(exponent))).reduce(1) { x, _ in exponent < 0 ? x / 10 : x * 10 }
  }

  @Test func logarithmic() {
    let wide = Ticks.logarithmic(low: 0.005, high: 2000, atMost: 8)
    #expect(wide.labels == ["0.01", "0.1", "1", "10", "100", "1000"])
    #expect(wide.minor.contains(0.02))
    #expect(!wide.minor.contains(0.004))
    #expect(Ticks.logarithmic(low: 1, high: 1e12, atMost: 5).labels == ["10⁰", "10³", "10⁶", "10⁹", "10¹²"])
    #expect(Ticks.logarithmic(low: 1.5, high: 9, atMost: 8).labels.count >= 3)
    #expect(Ticks.logarithmic(low: 0, high: 9, atMost: 8).values.isEmpty)
  }

  @Test func axesReachWhatTheyMust() throws {
    let axis = try Axis([2.0, 4], limits: .init(), isLogarithmic: false, margin: 0.05, option: "ylim")
    #expect(abs(axis.low - 1.9) < 1e-12 && abs(axis.high - 4.1) < 1e-12)
    let bars = try Axis(
      [2.0, 4], limits: .init(), isLogarithmic: false, margin: 0.05, anchor: 0, option: "ylim")
    #expect(bars.low == 0)
    let one = try Axis([7.0], limits: .init(), isLogarithmic: false, margin: 0.05, option: "ylim")
    #expect(one.low < 7 && one.high > 7)
    let zero = try Axis([0.0, 0], limits: .init(), isLogarithmic: false, margin: 0, option: "ylim")
    #expect(zero.low == -1 && zero.high == 1)
    let set = try Axis(
      [5.0], limits: .init(low: -1, high: 1), isLogarithmic: false, margin: 0.1, option: "ylim")
    #expect(set.low == -1 && set.high == 1)
    #expect(set.place(0) == 0.5)
    let factor = try Axis([1.0, 100], limits: .init(), isLogarithmic: true, margin: 0, option: "ylim")
    #expect(factor.place(10) == 0.5)
    #expect(factor.place(0) == nil)
    for limits in [Chart.Limits(low: 2, high: 1), .init(low: .infinity), .init(low: .nan)] {
      #expect(throws: FigureError.self) {
        try Axis([1.0], limits: limits, isLogarithmic: false, margin: 0, option: "ylim")
      }
    }
    #expect(throws: FigureError.self) {
      try Axis([1.0], limits: .init(low: 0), isLogarithmic: true, margin: 0, option: "ylim")
    }
  }
}
