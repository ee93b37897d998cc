import Testing

@testable import Figures

/// Means, intervals and quartiles against published numbers and definitions.
@Suite struct StatisticsTests {
  /// Table of Student's t, 97.5 %.
  @Test(arguments: [
    (1, 12.706205), (2, 4.302653), (5, 2.570582), (10, 2.228139), (30, 2.042272), (100, 1.983972),
    (100_000, 1.959988),
  ])
  func student(_ freedom: Int, _ quantile: Double) {
    #expect(abs(Statistics.studentQuantile(freedom: freedom) - quantile) < 1e-5)
  }

  @Test func meanAndInterval() throws {
    // 2, 4, 6: s = 2, t = 4.302653, half = 4.302653 · 2 / √3.
    let mean = Statistics.mean([2, 4, 6])
    #expect(mean.mean == 4)
    #expect(abs(try #require(mean.high) - 8.968275) < 1e-5)
    #expect(abs(try #require(mean.low) + 0.968275) < 1e-5)
    #expect(Statistics.mean([3]).low == nil)
  }

  @Test func boxes() throws {
    // NumPy's quantile of 1…9 and 30: 3.25, 5.5, 7.75; 1.5 · 4.5 beyond is −3.5 and 14.5.
    let box = try #require(Statistics.Box([30, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    #expect(box.lower == 3.25 && box.median == 5.5 && box.upper == 7.75)
    #expect(box.low == 1 && box.high == 9)
    #expect(box.outliers == [30])
    let one = try #require(Statistics.Box([4]))
    #expect(one.lower == 4 && one.high == 4 && one.outliers.isEmpty)
    #expect(Statistics.Box([]) == nil)
  }
}
