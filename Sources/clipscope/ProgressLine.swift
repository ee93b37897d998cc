import Bindings
import Glibc
import Synchronization

/// A line on the terminal's standard error that says how far long work is. It appears after half a
/// second and goes away when the work is done, so short work and pipes never see it.
enum ProgressLine {
  private struct State {
    var task = ""
    var began = 0.0
    var shown = 0.0
  }

  private static let state = Mutex(State())

  /// Shows progress from now on, where standard error is a terminal.
  static func install() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    Progress.listen { task, done, total in
      let text: String? = state.withLock { state in
        let now = seconds()
        if state.task != task || done < total / 1000 { state = State(task: task, began: now, shown: 0) }
        if done >= total {
          let wasShown = state.shown > 0
          state = State()
          return wasShown ? "\r\u{1B}[K" : nil
        }
        guard now - state.began > 0.5, now - state.shown > 0.1, done > 0 else { return nil }
        state.shown = now
        let left = (now - state.began) * Double(total - done) / Double(done)
        return "\r\u{1B}[K\(task): \(done) of \(total), \(max(1, Int(left.rounded()))) s left"
      }
      if let text { Output.write(text, to: STDERR_FILENO) }
    }
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
