import Glibc
import Imaging
import Tensors

/// Ctrl-C and the other ways to end a run from outside. None of them leaves half a file.
public enum Interrupts {
  /// How long work may take to notice the first Ctrl-C before the process ends without it, in
  /// microseconds: a LAPACK call or a PNG being packed cannot be asked to stop.
  private static let patience = 100_000

  /// Handles signals from now on: the first Ctrl-C asks work to stop; a second, or `patience`, ends
  /// the process.
  public static func install() {
    // Whoever started this process may have blocked the signals for its children.
    var handled = sigset_t()
    sigemptyset(&handled)
    for number in [SIGINT, SIGALRM, SIGTERM, SIGHUP] { sigaddset(&handled, number) }
    pthread_sigmask(SIG_UNBLOCK, &handled, nil)
    // Everything the handlers use is initialized before the first of them runs.
    _ = Interruption.isRequested
    _ = InterruptionNote.text
    AtomicFile.abandon()
    signal(SIGINT) { _ in
      if Interruption.isRequested { Interrupts.end() }
      Interruption.request()
      var timer = itimerval()
      timer.it_value.tv_usec = Interrupts.patience
      setitimer(Int32(ITIMER_REAL.rawValue), &timer, nil)
    }
    signal(SIGALRM) { _ in Interrupts.end() }
    for number in [SIGTERM, SIGHUP] {
      signal(number) { number in
        AtomicFile.abandon()
        _exit(128 + number)
      }
    }
    // A closed pipe (`| head`) ends the program quietly.
    signal(SIGPIPE, SIG_DFL)
  }

  /// Work has ended by itself: nothing is left to end.
  public static func settle() {
    var never = itimerval()
    setitimer(Int32(ITIMER_REAL.rawValue), &never, nil)
  }

  /// Ends the process, in a signal handler.
  private static func end() {
    AtomicFile.abandon()
    let message: StaticString = "interrupted"
    _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    InterruptionNote.write(to: STDERR_FILENO)
    let end: StaticString = "\n"
    _ = write(STDERR_FILENO, end.utf8Start, end.utf8CodeUnitCount)
    _exit(130)
  }
}
