import Glibc

/// Asks a terminal what it can, in one write, and waits a moment for the answers.
public enum TerminalQuery {
  /// The questions: kitty graphics (a picture of one pixel, not stored), name, sixel registers, size of a cell and of
  /// the text area in pixels, and last the device attributes, which every terminal knows.
  /// - Parameter throughTmux: also asks the terminal around tmux for kitty graphics and for iTerm2's cell size; an
  ///   answer means that tmux lets pictures through.
  public static func questions(throughTmux: Bool = false) -> [UInt8] {
    let kitty = Array("\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\".utf8)
    let rest = Array("\u{1B}[>q\u{1B}[?1;1;0S\u{1B}[16t\u{1B}[14t\u{1B}[c".utf8)
    guard throughTmux else { return kitty + rest }
    return TmuxPassthrough.wrapped(kitty)
      + TmuxPassthrough.wrapped(Array("\u{1B}]1337;ReportCellSize\u{07}".utf8)) + rest
  }

  /// Writes `questions` to a terminal and gives what it says until `isEnough`, or until the limit. Nothing is echoed
  /// meanwhile, and Ctrl-C does not interrupt: it is among the bytes. The terminal's settings are as before afterwards.
  /// Nil where `descriptor` is no terminal or does not take the questions.
  public static func ask(
    _ questions: [UInt8], on descriptor: Int32, milliseconds limit: Int = 100,
    until isEnough: ([UInt8]) -> Bool
  ) -> [UInt8]? {
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else { return nil }
    var raw = settings
    cfmakeraw(&raw)
    // Results already on their way are still written as usual.
    raw.c_oflag = settings.c_oflag
    withUnsafeMutableBytes(of: &raw.c_cc) { keys in
      keys[Int(VMIN)] = 0
      keys[Int(VTIME)] = 0
    }
    // Not "when written": a stopped terminal never has.
    guard tcsetattr(descriptor, TCSANOW, &raw) == 0 else { return nil }
    defer { tcsetattr(descriptor, TCSANOW, &settings) }
    let deadline = now() + limit
    guard write(questions, to: descriptor, before: deadline) else { return nil }
    var answers: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1024)
    while !isEnough(answers), answers.count < 65_536, wait(for: POLLIN, on: descriptor, until: deadline) {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { break }
      answers += buffer[0..<count]
    }
    return answers
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, before deadline: Int) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard wait(for: POLLOUT, on: descriptor, until: deadline) else { return false }
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR || errno == EAGAIN {
        guard now() < deadline else { return false }
        continue
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Whether the descriptor is ready before the deadline.
  private static func wait(for event: Int32, on descriptor: Int32, until deadline: Int) -> Bool {
    while true {
      let left = deadline - now()
      guard left > 0 else { return false }
      var item = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      let ready = poll(&item, 1, Int32(left))
      if ready < 0, errno == EINTR { continue }
      return ready > 0 && item.revents & Int16(event) != 0
    }
  }

  /// Milliseconds of a clock that is never set.
  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
