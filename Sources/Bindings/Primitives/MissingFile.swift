import Glibc
import Interpreter
import Syntax

/// Why nothing can be read at a path.
enum MissingFile {
  /// The error for a path that names nothing, with the nearest name that stands beside it.
  static func error(_ name: String, _ path: String) -> ScriptError {
    var status = stat()
    if stat(path, &status) != 0, errno != ENOENT, errno != ENOTDIR {
      return ScriptError(
        "`\(name)` cannot be reached: \(String(cString: strerror(errno)))", argument: "what", kind: .input)
    }
    if lstat(path, &status) == 0 {
      return ScriptError(
        "`\(name)` is a symbolic link that leads nowhere", argument: "what", kind: .input)
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let near = Suggestion.nearest(to: baseName(path), among: names(in: folder.isEmpty ? "/" : folder))
    let shownFolder = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
    let place = name == path ? "" : " (looked for \(path))"
    return ScriptError(
      "there is no file `\(name)`\(place)", argument: "what",
      hint: near.map { "did you mean `\(shownFolder)\($0)`?" }, kind: .input)
  }

  /// Names in a folder, sorted; at most `pictureLimit`, and none where it cannot be read.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder), names.count < Loader.pictureLimit {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
