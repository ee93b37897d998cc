import Bindings
import Glibc

/// The terminal that results go to.
public enum Terminal {
  /// Its width in cells; 80 where results go elsewhere.
  public static var width: Int {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else { return HelpText.defaultWidth }
    return Int(size.ws_col)
  }
}
