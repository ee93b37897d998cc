import Glibc

/// The monotonic clock.
public enum Clock {
  /// Seconds since some moment.
  public static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// `1.24 s`, `850 µs`.
  public static func text(_ seconds: Double) -> String {
    func rounded(_ value: Double) -> String {
      let digits = value < 10 ? 100.0 : value < 100 ? 10.0 : 1.0
      let number = (value * digits).rounded() / digits
      return number == number.rounded() ? String(Int(number)) : String(number)
    }
    if seconds < 1e-3 { return rounded(seconds * 1e6) + " µs" }
    if seconds < 1 { return rounded(seconds * 1e3) + " ms" }
    if seconds < 120 { return rounded(seconds) + " s" }
    return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
  }
}
