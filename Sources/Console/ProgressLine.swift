import Bindings
import Dispatch
import Glibc
import Synchronization
import Tensors

/// A line on the terminal's standard error that says how far long work is. It appears after half a
/// second and goes away when the work is done, so short work and pipes never see it.
public enum ProgressLine {
  private struct State {
    var task = ""
    var began = 0.0
    var shown = 0.0
    /// Whether the line only says for how long work goes on.
    var isVague = false
  }

  private static let state = Mutex(State())

  /// How far the outermost sweep is: work within its rows is told behind it. Apart from `State`, whose constant
  /// initial value Swift 6.3 lays out wrongly with more fields.
  private static let sweep = Mutex((done: 0, total: 0))

  /// Takes the line away, for other text; it comes back with the next report.
  public static func hide() {
    let wasShown = state.withLock { state in
      defer { state.shown = 0 }
      return state.shown > 0
    }
    if wasShown { Output.write("\r\u{1B}[K", to: STDERR_FILENO) }
  }

  /// Where the line that says for how long is written, one at a time.
  private static let clock = DispatchQueue(label: "clipscope.progress", qos: .utility)

  /// Shows for how long work goes on, until the result is called: for work that does not report how far it is.
  public static func watch() -> () -> Void {
    let began = seconds()
    let timer = DispatchSource.makeTimerSource(queue: clock)
    timer.schedule(deadline: .now() + 0.5, repeating: 0.25)
    timer.setEventHandler {
      // A step that cannot be asked to stop: why nothing happens, and what does.
      let isStopping = Interruption.isRequested
      let isReported = state.withLock { state in
        if !state.task.isEmpty, state.shown > 0, !state.isVague, !isStopping { return true }
        state.shown = seconds()
        state.isVague = true
        return false
      }
      if isReported { return }
      let hint = isStopping ? "stops when this step ends; Ctrl-C twice leaves" : "Ctrl-C stops"
      Output.write("\r\u{1B}[Krunning, \(Int(seconds() - began)) s; \(hint)", to: STDERR_FILENO)
    }
    timer.resume()
    return {
      timer.cancel()
      // Behind a line that is being written.
      clock.sync {}
      hide()
      state.withLock { $0 = State() }
    }
  }

  /// Shows progress from now on, where standard error is a terminal.
  public static func install() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    Progress.listen { task, done, total in
      let text: String? = state.withLock { state in
        let now = seconds()
        if state.task == Progress.loop, task != Progress.loop { return nil }
        if state.task == Progress.sweep, task != Progress.sweep {
          // A row may take long.
          guard done < total, now - state.began > 0.5, now - state.shown > 0.1 else { return nil }
          state.shown = now
          state.isVague = false
          let rows = sweep.withLock { $0 }
          return "\r\u{1B}[Ksweep: \(rows.done) of \(rows.total), \(task): \(done) of \(total)"
        }
        if state.task != task || done < total / 1000 {
          state = State(task: task, began: now, shown: state.shown, isVague: state.isVague)
        }
        if done >= total {
          let wasShown = state.shown > 0
          state = State()
          return wasShown ? "\r\u{1B}[K" : nil
        }
        if task == Progress.sweep { sweep.withLock { $0 = (done, total) } }
        guard now - state.began > 0.5, now - state.shown > 0.1, done > 0 else { return nil }
        state.shown = now
        state.isVague = false
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
