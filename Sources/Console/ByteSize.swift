/// Amounts of memory as users read and write them.
public enum ByteSize {
  /// `640 B`, `12 kB`, `512 MB`, `1.5 GB`: decimal units, as disks have them.
  public static func text(_ bytes: Int) -> String {
    switch bytes {
    case ..<1000: return "\(bytes) B"
    case ..<1_000_000: return "\((bytes + 500) / 1000) kB"
    case ..<1_000_000_000: return "\((bytes + 500_000) / 1_000_000) MB"
    default:
      let tenths = bytes / 100_000_000 + (bytes % 100_000_000 >= 50_000_000 ? 1 : 0)
      return tenths % 10 == 0 ? "\(tenths / 10) GB" : "\(tenths / 10).\(tenths % 10) GB"
    }
  }

  /// The bytes of `off`, `0`, `300000`, `512 MB`, `1.5GB`, `1 GiB`; nil for anything else.
  public static func parse(_ text: String) -> Int? {
    let text = text.lowercased().filter { !$0.isWhitespace }
    if text == "off" || text == "none" { return 0 }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number.isFinite else { return nil }
    let units: [String: Double] = [
      "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9,
      "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
    ]
    guard let unit = units[String(text.dropFirst(digits.count))] else { return nil }
    let bytes = number * unit
    return bytes < 1e15 ? Int(bytes) : nil
  }
}
