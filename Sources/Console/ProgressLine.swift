import Bindings
import Dispatch
import Glibc
import Synchronization
import Tensors

/// A line on the terminal's standard error that says how far long work is. It appears after half a
/// second and goes away when the work is done, so short work and pipes never see it.
public enum ProgressLine {
  /// What is told of the work so far.
  struct State {
    /// The task that is told of; empty for none.
    var task = ""
    /// When it began, and how much of it was done then.
    var began = 0.0
    var first = 0
    /// When the line was last written; 0 where it is not there.
    var shown = 0.0
    /// Where the task stands.
    var place = ""
    /// Whether the line only says for how long work goes on.
    var isVague = false

    /// Which tasks are told of while others go on within them: a loop of the script, unless it evaluates, and an
    /// evaluation above all.
    private static func rank(_ task: String) -> Int {
      switch task {
      case Progress.evaluating: 2
      case Progress.loop, Progress.sweep: 1
      default: 0
      }
    }

    /// What to write on a report at a time in seconds; nil for nothing.
    mutating func report(_ task: String, _ done: Int, _ total: Int, at now: Double) -> String? {
      if self.task == Progress.sweep, State.rank(task) == 0 {
        // A row may take long.
        guard done < total, now - began > 0.5, now - shown > 0.1 else { return nil }
        shown = now
        isVague = false
        return "\r\u{1B}[K\(place), \(task): \(done) of \(total)"
      }
      if !self.task.isEmpty, State.rank(self.task) > State.rank(task) { return nil }
      if self.task != task || done < first || done < total / 1000 {
        self = State(task: task, began: now, first: done, shown: shown, isVague: isVague)
      }
      if done >= total {
        let wasShown = shown > 0
        self = State()
        return wasShown ? "\r\u{1B}[K" : nil
      }
      place = "\(task): \(done) of \(total)"
      guard now - began > 0.5, now - shown > 0.1, done > first else { return nil }
      shown = now
      isVague = false
      let left = (now - began) * Double(total - done) / Double(done - first)
      return "\r\u{1B}[K\(place), \(max(1, Int(left.rounded()))) s left"
    }
  }

  private static let state = Mutex(nothing())

  /// Not a constant: Swift 6.3.1 lays out a `Mutex` of a constant with several texts in it so that using it crashes.
  @inline(never)
  private static func nothing() -> State { State(began: seconds()) }

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
      let text = state.withLock { $0.report(task, done, total, at: seconds()) }
      if let text { Output.write(text, to: STDERR_FILENO) }
    }
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
