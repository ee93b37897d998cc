/// Sequences for the terminal around tmux. tmux hands them on where its option `allow-passthrough` is on, and drops
/// them otherwise.
public enum TmuxPassthrough {
  /// tmux drops sequences beyond a megabyte.
  static let limit = 1_000_000

  /// A sequence wrapped, its escapes doubled.
  public static func wrapped(_ sequence: [UInt8]) -> [UInt8] {
    var out = Array("\u{1B}Ptmux;".utf8)
    for byte in sequence {
      if byte == 0x1b { out.append(byte) }
      out.append(byte)
    }
    return out + Array("\u{1B}\\".utf8)
  }
}
