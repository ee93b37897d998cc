import Testing

@testable import Tensors

/// Expectations computed with NumPy 2.4 (in double, rounded) on the same literals.
@Suite struct ReductionTests {
  let t = Tensor([2, 2, 3], [1, -2, 3.5, 0.25, 7, -1, 2, 2, 2, -3, 0, 5])

  @Test func reducesToSum() throws {
    #expect(close(try t.reduced(.sum), Tensor([], [16.75])))
    #expect(close(try t.reduced(.sum, axes: [0]), Tensor([2, 3], [3, 0, 5.5, -2.75, 7, 4])))
    #expect(close(try t.reduced(.sum, axes: [1]), Tensor([2, 3], [1.25, 5, 2.5, -1, 2, 7])))
    #expect(close(try t.reduced(.sum, axes: [2]), Tensor([2, 2], [2.5, 6.25, 6, 2])))
    #expect(close(try t.reduced(.sum, axes: [-1]), Tensor([2, 2], [2.5, 6.25, 6, 2])))
    #expect(close(try t.reduced(.sum, axes: [0, 2]), Tensor([2], [8.5, 8.25])))
    #expect(close(try t.reduced(.sum, axes: [1, 2]), Tensor([2], [8.75, 8])))
    #expect(
      close(try t.reduced(.sum, axes: [1], keepAxes: true), Tensor([2, 1, 3], [1.25, 5, 2.5, -1, 2, 7])))
  }

  @Test func reducesToMean() throws {
    #expect(close(try t.reduced(.mean), Tensor([], [1.3958333730697632])))
    #expect(close(try t.reduced(.mean, axes: [0]), Tensor([2, 3], [1.5, 0, 2.75, -1.375, 3.5, 2])))
    #expect(close(try t.reduced(.mean, axes: [1]), Tensor([2, 3], [0.625, 2.5, 1.25, -0.5, 1, 3.5])))
    #expect(
      close(
        try t.reduced(.mean, axes: [2]),
        Tensor([2, 2], [0.8333333134651184, 2.0833332538604736, 2, 0.6666666865348816])))
    #expect(
      close(
        try t.reduced(.mean, axes: [-1]),
        Tensor([2, 2], [0.8333333134651184, 2.0833332538604736, 2, 0.6666666865348816])))
    #expect(close(try t.reduced(.mean, axes: [0, 2]), Tensor([2], [1.4166666269302368, 1.375])))
    #expect(
      close(try t.reduced(.mean, axes: [1, 2]), Tensor([2], [1.4583333730697632, 1.3333333730697632])))
    #expect(
      close(
        try t.reduced(.mean, axes: [1], keepAxes: true), Tensor([2, 1, 3], [0.625, 2.5, 1.25, -0.5, 1, 3.5])))
  }

  @Test func reducesToMax() throws {
    #expect(close(try t.reduced(.max), Tensor([], [7])))
    #expect(close(try t.reduced(.max, axes: [0]), Tensor([2, 3], [2, 2, 3.5, 0.25, 7, 5])))
    #expect(close(try t.reduced(.max, axes: [1]), Tensor([2, 3], [1, 7, 3.5, 2, 2, 5])))
    #expect(close(try t.reduced(.max, axes: [2]), Tensor([2, 2], [3.5, 7, 2, 5])))
    #expect(close(try t.reduced(.max, axes: [-1]), Tensor([2, 2], [3.5, 7, 2, 5])))
    #expect(close(try t.reduced(.max, axes: [0, 2]), Tensor([2], [3.5, 7])))
    #expect(close(try t.reduced(.max, axes: [1, 2]), Tensor([2], [7, 5])))
    #expect(close(try t.reduced(.max, axes: [1], keepAxes: true), Tensor([2, 1, 3], [1, 7, 3.5, 2, 2, 5])))
  }

  @Test func reducesToMin() throws {
    #expect(close(try t.reduced(.min), Tensor([], [-3])))
    #expect(close(try t.reduced(.min, axes: [0]), Tensor([2, 3], [1, -2, 2, -3, 0, -1])))
    #expect(close(try t.reduced(.min, axes: [1]), Tensor([2, 3], [0.25, -2, -1, -3, 0, 2])))
    #expect(close(try t.reduced(.min, axes: [2]), Tensor([2, 2], [-2, -1, 2, -3])))
    #expect(close(try t.reduced(.min, axes: [-1]), Tensor([2, 2], [-2, -1, 2, -3])))
    #expect(close(try t.reduced(.min, axes: [0, 2]), Tensor([2], [-2, -3])))
    #expect(close(try t.reduced(.min, axes: [1, 2]), Tensor([2], [-2, -3])))
    #expect(
      close(try t.reduced(.min, axes: [1], keepAxes: true), Tensor([2, 1, 3], [0.25, -2, -1, -3, 0, 2])))
  }

  @Test func reducesToStd() throws {
    #expect(close(try t.reduced(.std), Tensor([], [2.7375824451446533])))
    #expect(close(try t.reduced(.std, axes: [0]), Tensor([2, 3], [0.5, 2, 0.75, 1.625, 3.5, 3])))
    #expect(close(try t.reduced(.std, axes: [1]), Tensor([2, 3], [0.375, 4.5, 2.25, 2.5, 1, 1.5])))
    #expect(
      close(
        try t.reduced(.std, axes: [2]),
        Tensor([2, 2], [2.2484562397003174, 3.5138614177703857, 0, 3.2998316287994385])))
    #expect(
      close(
        try t.reduced(.std, axes: [-1]),
        Tensor([2, 2], [2.2484562397003174, 3.5138614177703857, 0, 3.2998316287994385])))
    #expect(close(try t.reduced(.std, axes: [0, 2]), Tensor([2], [1.6935334205627441, 3.481349229812622])))
    #expect(close(try t.reduced(.std, axes: [1, 2]), Tensor([2], [3.015296697616577, 2.4267032146453857])))
    #expect(
      close(
        try t.reduced(.std, axes: [1], keepAxes: true), Tensor([2, 1, 3], [0.375, 4.5, 2.25, 2.5, 1, 1.5])))
  }

  @Test func reducesToVariance() throws {
    #expect(close(try t.reduced(.variance), Tensor([], [7.494357585906982])))
    #expect(
      close(try t.reduced(.variance, axes: [0]), Tensor([2, 3], [0.25, 4, 0.5625, 2.640625, 12.25, 9])))
    #expect(
      close(try t.reduced(.variance, axes: [1]), Tensor([2, 3], [0.140625, 20.25, 5.0625, 6.25, 1, 2.25])))
    #expect(
      close(
        try t.reduced(.variance, axes: [2]),
        Tensor([2, 2], [5.05555534362793, 12.347222328186035, 0, 10.88888931274414])))
    #expect(
      close(
        try t.reduced(.variance, axes: [-1]),
        Tensor([2, 2], [5.05555534362793, 12.347222328186035, 0, 10.88888931274414])))
    #expect(
      close(try t.reduced(.variance, axes: [0, 2]), Tensor([2], [2.868055582046509, 12.119791984558105])))
    #expect(
      close(try t.reduced(.variance, axes: [1, 2]), Tensor([2], [9.09201431274414, 5.888888835906982])))
    #expect(
      close(
        try t.reduced(.variance, axes: [1], keepAxes: true),
        Tensor([2, 1, 3], [0.140625, 20.25, 5.0625, 6.25, 1, 2.25])))
  }

  @Test func reducesToProduct() throws {
    #expect(close(try t.reduced(.product), Tensor([], [0])))
    #expect(close(try t.reduced(.product, axes: [0]), Tensor([2, 3], [2, -4, 7, -0.75, 0, -5])))
    #expect(close(try t.reduced(.product, axes: [1]), Tensor([2, 3], [0.25, -14, -3.5, -6, 0, 10])))
    #expect(close(try t.reduced(.product, axes: [2]), Tensor([2, 2], [-7, -1.75, 8, 0])))
    #expect(close(try t.reduced(.product, axes: [-1]), Tensor([2, 2], [-7, -1.75, 8, 0])))
    #expect(close(try t.reduced(.product, axes: [0, 2]), Tensor([2], [-56, 0])))
    #expect(close(try t.reduced(.product, axes: [1, 2]), Tensor([2], [12.25, 0])))
    #expect(
      close(
        try t.reduced(.product, axes: [1], keepAxes: true), Tensor([2, 1, 3], [0.25, -14, -3.5, -6, 0, 10])))
  }

  @Test func reducesToNorm() throws {
    #expect(close(try t.reduced(.norm), Tensor([], [10.644834518432617])))
    #expect(
      close(
        try t.reduced(.norm, axes: [0]),
        Tensor(
          [2, 3],
          [2.2360680103302, 2.8284270763397217, 4.031128883361816, 3.0103986263275146, 7, 5.099019527435303]))
    )
    #expect(
      close(
        try t.reduced(.norm, axes: [1]),
        Tensor(
          [2, 3],
          [1.0307763814926147, 7.280109882354736, 3.640054941177368, 3.605551242828369, 2, 5.385164737701416])
      ))
    #expect(
      close(
        try t.reduced(.norm, axes: [2]),
        Tensor([2, 2], [4.153311729431152, 7.075485706329346, 3.464101552963257, 5.830951690673828])))
    #expect(
      close(
        try t.reduced(.norm, axes: [-1]),
        Tensor([2, 2], [4.153311729431152, 7.075485706329346, 3.464101552963257, 5.830951690673828])))
    #expect(close(try t.reduced(.norm, axes: [0, 2]), Tensor([2], [5.408327102661133, 9.168560028076172])))
    #expect(close(try t.reduced(.norm, axes: [1, 2]), Tensor([2], [8.204419136047363, 6.78233003616333])))
    #expect(
      close(
        try t.reduced(.norm, axes: [1], keepAxes: true),
        Tensor(
          [2, 1, 3],
          [1.0307763814926147, 7.280109882354736, 3.640054941177368, 3.605551242828369, 2, 5.385164737701416])
      ))
  }

  @Test func reducesToLogSumExp() throws {
    #expect(close(try t.reduced(.logSumExp), Tensor([], [7.174635887145996])))
    #expect(
      close(
        try t.reduced(.logSumExp, axes: [0]),
        Tensor(
          [2, 3],
          [
            2.3132617473602295, 2.0181498527526855, 3.70141339302063, 0.2880413830280304, 7.000911235809326,
            5.002475738525391,
          ])))
    #expect(
      close(
        try t.reduced(.logSumExp, axes: [1]),
        Tensor(
          [2, 3],
          [
            1.3868709802627563, 7.000123500823975, 3.511047840118408, 2.0067152976989746, 2.1269280910491943,
            5.048587322235107,
          ])))
    #expect(
      close(
        try t.reduced(.logSumExp, axes: [2]),
        Tensor([2, 2], [3.5826594829559326, 7.001505374908447, 3.0986123085021973, 5.007048606872559])))
    #expect(
      close(
        try t.reduced(.logSumExp, axes: [-1]),
        Tensor([2, 2], [3.5826594829559326, 7.001505374908447, 3.0986123085021973, 5.007048606872559])))
    #expect(
      close(try t.reduced(.logSumExp, axes: [0, 2]), Tensor([2], [4.062788963317871, 7.129095554351807])))
    #expect(
      close(try t.reduced(.logSumExp, axes: [1, 2]), Tensor([2], [7.033730506896973, 5.145341873168945])))
    #expect(
      close(
        try t.reduced(.logSumExp, axes: [1], keepAxes: true),
        Tensor(
          [2, 1, 3],
          [
            1.3868709802627563, 7.000123500823975, 3.511047840118408, 2.0067152976989746, 2.1269280910491943,
            5.048587322235107,
          ])))
  }

  @Test func reducesToAny() throws {
    #expect(close(try t.reduced(.any), Tensor([], [1])))
    #expect(close(try t.reduced(.any, axes: [0]), Tensor([2, 3], [1, 1, 1, 1, 1, 1])))
    #expect(close(try t.reduced(.any, axes: [1]), Tensor([2, 3], [1, 1, 1, 1, 1, 1])))
    #expect(close(try t.reduced(.any, axes: [2]), Tensor([2, 2], [1, 1, 1, 1])))
    #expect(close(try t.reduced(.any, axes: [-1]), Tensor([2, 2], [1, 1, 1, 1])))
    #expect(close(try t.reduced(.any, axes: [0, 2]), Tensor([2], [1, 1])))
    #expect(close(try t.reduced(.any, axes: [1, 2]), Tensor([2], [1, 1])))
    #expect(close(try t.reduced(.any, axes: [1], keepAxes: true), Tensor([2, 1, 3], [1, 1, 1, 1, 1, 1])))
  }

  @Test func reducesToAll() throws {
    #expect(close(try t.reduced(.all), Tensor([], [0])))
    #expect(close(try t.reduced(.all, axes: [0]), Tensor([2, 3], [1, 1, 1, 1, 0, 1])))
    #expect(close(try t.reduced(.all, axes: [1]), Tensor([2, 3], [1, 1, 1, 1, 0, 1])))
    #expect(close(try t.reduced(.all, axes: [2]), Tensor([2, 2], [1, 1, 1, 0])))
    #expect(close(try t.reduced(.all, axes: [-1]), Tensor([2, 2], [1, 1, 1, 0])))
    #expect(close(try t.reduced(.all, axes: [0, 2]), Tensor([2], [1, 0])))
    #expect(close(try t.reduced(.all, axes: [1, 2]), Tensor([2], [1, 0])))
    #expect(close(try t.reduced(.all, axes: [1], keepAxes: true), Tensor([2, 1, 3], [1, 1, 1, 1, 0, 1])))
  }

  @Test func reducesToCount() throws {
    #expect(close(try t.reduced(.count), Tensor([], [11])))
    #expect(close(try t.reduced(.count, axes: [0]), Tensor([2, 3], [2, 2, 2, 2, 1, 2])))
    #expect(close(try t.reduced(.count, axes: [1]), Tensor([2, 3], [2, 2, 2, 2, 1, 2])))
    #expect(close(try t.reduced(.count, axes: [2]), Tensor([2, 2], [3, 3, 3, 2])))
    #expect(close(try t.reduced(.count, axes: [-1]), Tensor([2, 2], [3, 3, 3, 2])))
    #expect(close(try t.reduced(.count, axes: [0, 2]), Tensor([2], [6, 5])))
    #expect(close(try t.reduced(.count, axes: [1, 2]), Tensor([2], [6, 5])))
    #expect(close(try t.reduced(.count, axes: [1], keepAxes: true), Tensor([2, 1, 3], [2, 2, 2, 2, 1, 2])))
  }

  @Test func stdTakesACorrection() throws {
    #expect(
      close(
        try t.reduced(.std, axes: [2], correction: 1),
        Tensor([2, 2], [2.7537853717803955, 4.30358362197876, 0, 4.041451930999756])))
  }

  @Test func findsArguments() throws {
    #expect(close(try t.argument(ofLargest: true), Tensor([], [4])))
    #expect(close(try t.argument(ofLargest: false), Tensor([], [9])))
    #expect(close(try t.argument(ofLargest: true, axis: 0), Tensor([2, 3], [1, 1, 0, 0, 0, 1])))
    #expect(close(try t.argument(ofLargest: false, axis: 0), Tensor([2, 3], [0, 0, 1, 1, 1, 0])))
    #expect(close(try t.argument(ofLargest: true, axis: 1), Tensor([2, 3], [0, 1, 0, 0, 0, 1])))
    #expect(close(try t.argument(ofLargest: false, axis: 1), Tensor([2, 3], [1, 0, 1, 1, 1, 0])))
    #expect(close(try t.argument(ofLargest: true, axis: 2), Tensor([2, 2], [2, 1, 0, 2])))
    #expect(close(try t.argument(ofLargest: false, axis: 2), Tensor([2, 2], [1, 2, 0, 0])))
    #expect(try Tensor([1, .nan, 3]).argument().scalars == [1])
  }

  @Test func softmaxRunsAlongAnyAxis() throws {
    #expect(
      close(
        try t.softmax(axis: 0),
        Tensor(
          [2, 2, 3],
          [
            0.2689414322376251, 0.01798621006309986, 0.8175745010375977, 0.9626731276512146,
            0.9990889430046082, 0.0024726232513785362, 0.7310585975646973, 0.9820137619972229,
            0.18242552876472473, 0.037326887249946594, 0.0009110511746257544, 0.9975273609161377,
          ])))
    #expect(
      close(
        try t.softmax(axis: 1),
        Tensor(
          [2, 2, 3],
          [
            0.6791787147521973, 0.00012339458044152707, 0.9890130758285522, 0.3208213150501251,
            0.9998766183853149, 0.010986942797899246, 0.9933071732521057, 0.8807970881462097,
            0.04742587357759476, 0.006692850962281227, 0.11920291930437088, 0.9525741338729858,
          ])))
    #expect(
      close(
        try t.softmax(axis: 2),
        Tensor(
          [2, 2, 3],
          [
            0.07557275891304016, 0.0037625462282449007, 0.9206646680831909, 0.0011691185645759106,
            0.9984959363937378, 0.0003349580802023411, 0.3333333432674408, 0.3333333432674408,
            0.3333333432674408, 0.00033310643630102277, 0.006690621376037598, 0.9929762482643127,
          ])))
    #expect(close(try Tensor([1000, 1000]).softmax(), Tensor([0.5, 0.5])))
  }

  @Test func sortsAlongAnyAxis() throws {
    #expect(close(try t.sorted(axis: 0), Tensor([2, 2, 3], [1, -2, 2, -3, 0, -1, 2, 2, 3.5, 0.25, 7, 5])))
    #expect(
      close(
        try t.sorted(axis: 0, descending: true),
        Tensor([2, 2, 3], [2, 2, 3.5, 0.25, 7, 5, 1, -2, 2, -3, 0, -1])))
    #expect(close(try t.sortingPositions(axis: 0), Tensor([2, 2, 3], [0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 1])))
    #expect(close(try t.sorted(axis: 1), Tensor([2, 2, 3], [0.25, -2, -1, 1, 7, 3.5, -3, 0, 2, 2, 2, 5])))
    #expect(
      close(
        try t.sorted(axis: 1, descending: true),
        Tensor([2, 2, 3], [1, 7, 3.5, 0.25, -2, -1, 2, 2, 5, -3, 0, 2])))
    #expect(close(try t.sortingPositions(axis: 1), Tensor([2, 2, 3], [1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1])))
    #expect(close(try t.sorted(axis: 2), Tensor([2, 2, 3], [-2, 1, 3.5, -1, 0.25, 7, 2, 2, 2, -3, 0, 5])))
    #expect(
      close(
        try t.sorted(axis: 2, descending: true),
        Tensor([2, 2, 3], [3.5, 1, -2, 7, 0.25, -1, 2, 2, 2, 5, 0, -3])))
    #expect(close(try t.sortingPositions(axis: 2), Tensor([2, 2, 3], [1, 0, 2, 2, 0, 1, 0, 1, 2, 0, 1, 2])))
    let x = Tensor([0, .nan, -0.0, -1, .infinity, -.infinity, 2])
    #expect(try x.sortingPositions().scalars == [5, 3, 0, 2, 6, 4, 1])
    #expect(try x.sortingPositions(descending: true).scalars == [4, 6, 0, 2, 3, 5, 1])
  }

  @Test func takesTheTop() throws {
    let (values, positions) = try t.top(2, axis: 2)
    #expect(close(values, Tensor([2, 2, 2], [3.5, 1, 7, 0.25, 2, 2, 5, 0])))
    #expect(close(positions, Tensor([2, 2, 2], [2, 0, 1, 0, 0, 1, 2, 1])))
    let lowest = try t.top(1, axis: 0, largest: false)
    #expect(close(lowest.values, Tensor([1, 2, 3], [1, -2, 2, -3, 0, -1])))
    #expect(throws: ShapeError.self) { try t.top(4, axis: 2) }
  }

  @Test func quantilesInterpolateLinearly() throws {
    let q = [0, 0.1, 0.5, 0.75, 1]
    #expect(close(try t.quantiles(q), Tensor([5], [-3, -1.899999976158142, 1.5, 2.375, 7])))
    #expect(
      close(
        try t.quantiles(q, axis: 0),
        Tensor(
          [5, 2, 3],
          [
            1, -2, 2, -3, 0, -1, 1.100000023841858, -1.600000023841858, 2.1500000953674316,
            -2.674999952316284, 0.699999988079071, -0.4000000059604645, 1.5, 0, 2.75, -1.375, 3.5, 2, 1.75, 1,
            3.125, -0.5625, 5.25, 3.5, 2, 2, 3.5, 0.25, 7, 5,
          ])))
    #expect(
      close(
        try t.quantiles(q, axis: 2),
        Tensor(
          [5, 2, 2],
          [
            -2, -1, 2, -3, -1.399999976158142, -0.75, 2, -2.4000000953674316, 1, 0.25, 2, 0, 2.25, 3.625, 2,
            2.5, 3.5, 7, 2, 5,
          ])))
    #expect(try Tensor([1, .nan]).quantiles([0.5]).scalars[0].isNaN)
    #expect(throws: ShapeError.self) { try t.quantiles([1.5]) }
  }

  @Test func accumulates() throws {
    #expect(
      close(
        try t.cumulativeSum(),
        Tensor([12], [1, -1, 2.5, 2.75, 9.75, 8.75, 10.75, 12.75, 14.75, 11.75, 11.75, 16.75])))
    #expect(
      close(try t.cumulativeSum(axis: 1), Tensor([2, 2, 3], [1, -2, 3.5, 1.25, 5, 2.5, 2, 2, 2, -1, 2, 7])))
    // Float32 sums would stick at 2²⁴.
    #expect(try Tensor.full([1 << 24], 1).reduced(.sum).scalars == [16_777_216])
    #expect(try Tensor.full([20_000_000], 1).reduced(.sum).scalars == [20_000_000])
  }

  @Test func nothingAndNaN() throws {
    let empty = Tensor([0, 3], [])
    #expect(try empty.reduced(.sum, axes: [0]).scalars == [0, 0, 0])
    #expect(try empty.reduced(.max, axes: [1]).shape == [0])
    let error = #expect(throws: ShapeError.self) { try empty.reduced(.mean, axes: [0]) }
    #expect(error?.description == "mean: of no values: the shape is [0, 3]")
    #expect(throws: ShapeError.self) { try empty.argument(axis: 0) }
    for reduction in [Reduction.max, .min, .sum, .std, .logSumExp] {
      #expect(try Tensor([1, .nan, 2]).reduced(reduction).scalars[0].isNaN)
    }
    #expect(throws: ShapeError.self) { try t.reduced(.sum, axes: [3]) }
    #expect(throws: ShapeError.self) { try t.reduced(.sum, axes: [0, -3]) }
    #expect(try Tensor([-.infinity, -.infinity]).reduced(.logSumExp).scalars == [-.infinity])
  }
}
