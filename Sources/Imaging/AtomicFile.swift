import Basics
import Glibc
import Synchronization

/// Files that appear whole or not at all.
public enum AtomicFile {
  /// Writes `bytes` to `path` through a temporary file in the same folder, synced and then renamed, so that neither a
  /// crash nor a full disk leaves half a file or destroys the old one. A symbolic link is followed.
  ///
  /// Throws `ImageError.unwritable`; the temporary file is then removed. What exists but is no ordinary file (a folder,
  /// a device) is refused. With `keepingPermissions` the new file may be read, written and executed by whom the old one
  /// could; without, by whom any new file can.
  public static func write(
    _ bytes: [UInt8], to path: String, keepingPermissions: Bool = false
  ) throws(ImageError) {
    let target = try destination(path)
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
    let name = target.lastIndex(of: "/").map { String(target[target.index(after: $0)...]) } ?? target
    guard !name.isEmpty else { throw .unwritable(path: path, reason: "the path names no file") }
    let (file, temporary) = try create(in: folder, path: path)
    let note = strdup(temporary)
    unfinished.store(UInt(bitPattern: note), ordering: .releasing)
    defer {
      unfinished.store(0, ordering: .releasing)
      free(note)
    }
    do throws(ImageError) {
      defer { close(file) }
      let failure = writeAll(bytes, to: file)
      guard failure == 0 else { throw .unwritable(path: path, reason: systemReason(failure)) }
      var old = stat()
      if keepingPermissions, stat(target, &old) == 0, fchmod(file, old.st_mode & 0o7777) != 0 {
        throw .unwritable(path: path, reason: systemReason())
      }
      guard fsync(file) == 0 else { throw .unwritable(path: path, reason: systemReason()) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, target) == 0 else {
      let reason = systemReason()
      unlink(temporary)
      throw .unwritable(path: path, reason: reason)
    }
    // The new name is safe on disk once its folder is; where that is not possible, the file itself still is.
    let directory = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// The address of the path of the temporary file being written, for `abandon`; 0 while there is
  /// none. Files are written by one thread at a time; of two at once only the later would be removed.
  private static let unfinished = Atomic<UInt>(0)

  /// Removes what is half written. For a signal handler that ends the process: it only calls what
  /// POSIX allows there.
  public static func abandon() {
    if let path = UnsafePointer<CChar>(bitPattern: unfinished.load(ordering: .acquiring)) { unlink(path) }
  }

  /// The path with links followed, after a look at what is there.
  private static func destination(_ path: String) throws(ImageError) -> String {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .unwritable(path: path, reason: "the path names no file")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return path }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .unwritable(path: path, reason: "it is a folder")
    default: throw .unwritable(path: path, reason: "it is not a file")
    }
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// A new file that nothing else has, with the permissions any new file gets.
  private static func create(in folder: String, path: String) throws(ImageError) -> (Int32, String) {
    for _ in 0..<100 {
      let name = folder + ".clipscope-" + String(UInt64.random(in: 0 ... .max), radix: 36)
      let file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if file >= 0 { return (file, name) }
      guard errno == EEXIST else { break }
    }
    throw .unwritable(path: path, reason: systemReason())
  }
}
