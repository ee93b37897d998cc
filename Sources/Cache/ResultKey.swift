import Checkpoints

/// The version of the program. Numbers kept by one version are not gone on with by another.
public enum ProgramVersion {
  /// As `--version` says it.
  public static let number = "0.1.0"
}

/// A key for everything that a result was computed from, part after part.
///
/// ```swift
/// var key = ResultKey("encode", version: 1)
/// key.add(options)
/// cache.bytes("text", key.hex)
/// ```
public struct ResultKey {
  private var stream = SHA256Stream()

  /// The key of an operation. `version` is raised whenever the operation's numbers change.
  public init(_ operation: String, version: Int) {
    add(ProgramVersion.number)
    add(operation)
    add("\(version)")
  }

  /// Adds a text. Its length goes before it, so that no two parts run into one another.
  public mutating func add(_ text: String) {
    stream.add("\(text.utf8.count):")
    stream.add(text)
  }

  /// Adds bytes, their number before them.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    stream.add("\(bytes.count);")
    stream.add(bytes)
  }

  /// The key: 64 hexadecimal digits.
  public var hex: String { stream.hex }
}
