import Glibc
import Synchronization

/// max |found − expected| / max |expected|, as `relativeError`.
///
/// With `CLIPSCOPE_GRADIENT_ERRORS` in the environment the process prints, at its end, the largest value that
/// each place of the tests has seen: the measured errors beside the bounds that the tests assert.
public func gradientError(
  _ found: [Float], _ expected: [Double], function: String = #function, file: String = #fileID,
  line: Int = #line
) -> Double {
  guard found.count == expected.count, found.allSatisfy(\.isFinite) else { return .infinity }
  let size = expected.map(abs).max() ?? 0
  let difference = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
  let error = size > 0 ? difference / size : difference
  MeasuredErrors.add(error, "\(file):\(line) \(function)")
  return error
}

/// The largest error of each place, where somebody asked for them.
private enum MeasuredErrors {
  private static let largest = Mutex<[String: Double]>([:])
  private static let isWanted: Bool = {
    guard getenv("CLIPSCOPE_GRADIENT_ERRORS") != nil else { return false }
    atexit { MeasuredErrors.show() }
    return true
  }()

  static func add(_ error: Double, _ place: String) {
    guard isWanted else { return }
    largest.withLock { $0[place] = max($0[place] ?? 0, error) }
  }

  private static func show() {
    for (place, error) in largest.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      print("gradient error \(error) \(place)")
    }
  }
}
