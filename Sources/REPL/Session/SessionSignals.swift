import CEdit
import Glibc
import Imaging
import Synchronization
import Tensors

/// Signals in a session. Ctrl-C while something runs asks it to stop and keeps what is bound; a second one within a
/// second leaves. Nothing leaves half a file or a terminal that does not echo.
enum SessionSignals {
  /// When Ctrl-C last came, in milliseconds of the monotonic clock; 0 where it never did.
  private static let lastInterrupt = Atomic<Int>(0)

  /// Handles signals from now on.
  static func install() {
    _ = Interruption.isRequested
    _ = InterruptionNote.text
    AtomicFile.abandon()
    var handled = sigset_t()
    sigemptyset(&handled)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&handled, number) }
    pthread_sigmask(SIG_UNBLOCK, &handled, nil)
    // Waiting for a line in a dumb terminal ends with the signal: no SA_RESTART.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      if SessionSignals.noteInterrupt() { SessionSignals.leave(130) }
      Interruption.request()
    }
    sigaction(SIGINT, &action, nil)
    for number in [SIGTERM, SIGHUP] { signal(number) { SessionSignals.leave(128 + $0) } }
    signal(SIGPIPE, SIG_IGN)
  }

  /// Remembers a Ctrl-C; whether it is the second within a second.
  static func noteInterrupt() -> Bool {
    let now = milliseconds()
    let before = lastInterrupt.exchange(now, ordering: .relaxed)
    return before > 0 && now - before < 1000
  }

  /// Whether a Ctrl-C came within the last second.
  static var wasInterruptedJustNow: Bool {
    let before = lastInterrupt.load(ordering: .relaxed)
    return before > 0 && milliseconds() - before < 1000
  }

  private static func milliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }

  /// Ends the process, in a signal handler.
  private static func leave(_ code: Int32) {
    AtomicFile.abandon()
    clip_edit_abandon()
    if code == 130 {
      let message: StaticString = "\r\ninterrupted"
      _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      InterruptionNote.write(to: STDERR_FILENO)
      let end: StaticString = "\r\n"
      _ = write(STDERR_FILENO, end.utf8Start, end.utf8CodeUnitCount)
    }
    _exit(code)
  }
}
