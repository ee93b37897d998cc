import Imaging
import Interpreter

/// Files that the command line asks for, rather than a script.
public enum OutputFile {
  /// Writes a file whole or not at all; missing folders are made. Throws `ScriptError` and `ImageError`.
  ///
  /// - Parameter path: absolute or from the current folder
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let absolute = ScriptPaths.absolute(path, in: ScriptPaths.currentFolder)
    try makeFolders(above: absolute, name: path)
    try AtomicFile.write(bytes, to: absolute)
  }
}
