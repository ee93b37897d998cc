import Glibc
import Interpreter
import Syntax

/// A script on standard input.
public enum StandardInput {
  /// Reads all of it. Throws `SourceError` when it is too large or not UTF-8.
  public static func read() throws -> SourceFile {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= SourceFile.sizeLimit {
      let count = Glibc.read(0, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return try SourceFile.decode(
      name: "standard input", path: ScriptPaths.currentFolder + "/-", bytes: bytes)
  }

  /// Its text. Throws as `read` does.
  public static func text() throws -> String { String(decoding: try read().utf8, as: UTF8.self) }
}
