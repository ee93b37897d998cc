import Assistance
import Glibc
import Imaging
import Syntax

/// The library's modules as files, for editors to show where a name is bound: inside the program they
/// have no place that an editor can open.
public enum LibraryFiles {
  /// `clipscope/library` in the user's cache; nil where there is none.
  public static var standardFolder: String? {
    if let cache = getenv("XDG_CACHE_HOME").map({ String(cString: $0) }), cache.hasPrefix("/") {
      return cache + "/clipscope/library"
    }
    return HomeFolder.path.map { $0 + "/.cache/clipscope/library" }
  }

  /// Writes a module unless it is there already, and gives its path; nil where it cannot be written.
  static func written(_ file: SourceFile, in folder: String) -> String? {
    let name = file.path.dropFirst("std:".count)
    guard !name.isEmpty, !name.contains("/"), makeFolder(folder) else { return nil }
    let path = folder + "/\(name).clip"
    if let known = try? FileText.bytes(path), known == file.utf8 { return path }
    do { try AtomicFile.write(file.utf8, to: path) } catch { return nil }
    return path
  }

  /// Makes a folder and those around it.
  private static func makeFolder(_ path: String) -> Bool {
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      if mkdir(made, 0o755) != 0, errno != EEXIST { return false }
    }
    return true
  }
}

private enum FileText {
  struct Unreadable: Error {}

  /// A small file's bytes.
  static func bytes(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Unreadable() }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= SourceFile.sizeLimit {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 { throw Unreadable() }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }
}
