import Glibc
import Syntax

/// Reads scripts from the file system and the standard library from the program itself.
public struct FileLoader: SourceLoader {
  private let library: [String: String]

  /// A loader; `library` holds the text of `std.name` by name.
  public init(library: [String: String] = [:]) { self.library = library }

  /// Names of the standard library's modules.
  public var standardNames: [String] { library.keys.sorted() }

  /// A module of the standard library.
  public func standard(_ name: String) throws -> SourceFile {
    guard let text = library[name] else { throw SourceError("there is no library `std.\(name)`") }
    return SourceFile(name: "std.\(name)", text: text, path: "std:\(name)")
  }

  /// A file relative to the folder of the file that imports it.
  public func file(_ path: String, importedBy importer: SourceFile) throws -> SourceFile {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw SourceError("the import names no file") }
    if importer.isLibrary { throw SourceError("the standard library imports no files") }
    let folder =
      importer.path.hasPrefix("/") ? ScriptPaths.folder(of: importer.path) : ScriptPaths.currentFolder
    let absolute = ScriptPaths.absolute(path, in: folder)
    // Named as the script names it, from where the importing script is named.
    let shownFolder = ScriptPaths.folder(of: importer.name)
    let plain = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    let name = path.hasPrefix("/") || shownFolder == "." ? plain : shownFolder + "/" + plain
    return try FileLoader.read(absolute, name: name)
  }

  /// A script as named on the command line. Throws `SourceError` when it cannot be read.
  public static func script(_ path: String, workingFolder: String = ScriptPaths.currentFolder) throws
    -> SourceFile
  {
    try read(ScriptPaths.absolute(path, in: workingFolder), name: path)
  }

  private static func read(_ path: String, name: String) throws -> SourceFile {
    // Opening a pipe would wait for a writer without O_NONBLOCK.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw SourceError("there is no file `\(name)`") }
      throw SourceError("cannot read `\(name)`: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      throw SourceError("cannot read `\(name)`: it is a folder")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SourceError(
        "cannot read `\(name)`: it is no ordinary file; `clipscope run -` reads standard input")
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= SourceFile.sizeLimit {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw SourceError("cannot read `\(name)`: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    // Links resolved, so that one file under two names is one module.
    let identity = ScriptPaths.resolvingLinks(path) ?? path
    return try SourceFile.decode(name: name, path: identity, bytes: bytes)
  }
}
