import Glibc

/// A folder of the process's own, which goes with it.
final class TemporaryFolder {
  let path: String

  /// A folder whose name begins with `name`. Throws `TemporaryFolderError` where there is no room for one.
  init(named name: String = "clipscope") throws {
    let variable = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let parent = variable.hasPrefix("/") ? variable : "/tmp"
    var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw TemporaryFolderError(
        description: "no temporary folder can be made in \(parent): \(String(cString: strerror(errno)))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { TemporaryFolder.remove(path) }

  /// Removes a file or a folder with all that is in it. Links are removed, not followed.
  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) else {
      unlink(path)
      return
    }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { raw in
          String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    closedir(folder)
    for name in names where name != "." && name != ".." { remove(path + "/" + name) }
    rmdir(path)
  }
}

/// There is no place for temporary files.
struct TemporaryFolderError: Error, CustomStringConvertible {
  let description: String
}
