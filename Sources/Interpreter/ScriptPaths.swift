import Glibc
import Syntax

/// Which file a path in a script means, and which files it may write.
///
/// - A path to read is relative to the script's folder, unless this run saved it: then it lies in
///   the output folder.
/// - A path to write is relative to the output folder and stays below it. `..` and absolute paths
///   are refused unless they end below a folder that the user allowed (`--allow-write`).
///   Symbolic links must not lead outside either.
public final class ScriptPaths: @unchecked Sendable {
  /// The script's own folder: relative paths to read start here.
  public let scriptFolder: String
  /// The folder that writes stay below.
  public let outputFolder: String
  /// Further folders the user allows writing to.
  public let allowedFolders: [String]
  /// Paths, as normalized text, that this run saved. Scripts run on one thread.
  private var saved: Set<String> = []
  /// Where files to read are that lie elsewhere than the script says, by the path as it writes it: inputs of a
  /// recipe or a bundle.
  public var found: [String: String] = [:]

  /// Paths of a script. Relative folders start at `workingFolder`, the process's by default.
  public init(
    scriptFolder: String, outputFolder: String? = nil, allowedFolders: [String] = [],
    workingFolder: String = ScriptPaths.currentFolder
  ) {
    func absolute(_ path: String) -> String { ScriptPaths.absolute(path, in: workingFolder) }
    self.scriptFolder = absolute(scriptFolder)
    self.outputFolder = absolute(outputFolder ?? scriptFolder)
    self.allowedFolders = allowedFolders.map(absolute)
  }

  /// The process's working folder.
  public static var currentFolder: String {
    guard let pointer = getcwd(nil, 0) else { return "/" }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// A path without `.`, `..` and doubled slashes, starting at `folder` where it is relative.
  public static func absolute(_ path: String, in folder: String) -> String {
    var parts: [Substring] = []
    for part in ((path.hasPrefix("/") ? "" : folder + "/") + path).split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// The folder that a path lies in.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  // MARK: Reading

  /// The file that a path to read means.
  public func readPath(_ path: String) throws -> String {
    try check(path)
    if let place = found[path] { return place }
    if path.hasPrefix("/") { return ScriptPaths.absolute(path, in: "/") }
    let written = ScriptPaths.absolute(path, in: outputFolder)
    if saved.contains(written) { return written }
    return ScriptPaths.absolute(path, in: scriptFolder)
  }

  // MARK: Writing

  /// The file that a path to write means. Remembers it, so that a later read finds it.
  public func writePath(_ path: String) throws -> String {
    try check(path)
    guard !path.hasSuffix("/"), path != ".", path != ".." else {
      throw ScriptError("`\(path)` names a folder, not a file to save")
    }
    let target = ScriptPaths.absolute(path, in: outputFolder)
    let isPlain = !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
    let folders = (isPlain ? [outputFolder] : []) + allowedFolders
    guard folders.contains(where: { ScriptPaths.isBelow(target, $0) }) else {
      let what = path.hasPrefix("/") ? "an absolute path" : "a path with `..`"
      throw ScriptError(
        "`\(path)` is \(what): a script writes below its output folder",
        hint: "allow it with `--allow-write \(ScriptPaths.folder(of: target))`")
    }
    // What the file system would really write to, links followed as far as the path exists.
    let real = ScriptPaths.resolvingLinks(target)
    guard let real,
      folders.contains(where: { ScriptPaths.isBelow(real, ScriptPaths.resolvingLinks($0) ?? $0) })
    else {
      throw ScriptError(
        "`\(path)` leads outside the output folder through a symbolic link",
        hint: real.map { "allow it with `--allow-write \(ScriptPaths.folder(of: $0))`" })
    }
    saved.insert(target)
    return target
  }

  private func check(_ path: String) throws {
    if path.isEmpty { throw ScriptError("the path is empty") }
    if path.utf8.contains(0) { throw ScriptError("a path cannot hold a null character") }
    if path.utf8.count > 4000 { throw ScriptError("the path is too long") }
  }

  private static func isBelow(_ path: String, _ folder: String) -> Bool {
    folder == "/" || path.hasPrefix(folder + "/")
  }

  /// An absolute path with symbolic links resolved; parts that do not exist yet stay as they are.
  /// nil for a link that leads nowhere or in a circle, which cannot be judged.
  static func resolvingLinks(_ path: String) -> String? {
    var existing = path
    var missing: [Substring] = []
    while true {
      if let pointer = realpath(existing, nil) {
        defer { free(pointer) }
        let base = String(cString: pointer)
        let tail = missing.reversed().joined(separator: "/")
        if tail.isEmpty { return base }
        return base == "/" ? "/" + tail : base + "/" + tail
      }
      var status = stat()
      if lstat(existing, &status) == 0 { return nil }
      guard let slash = existing.lastIndex(of: "/"), existing != "/" else { return nil }
      missing.append(existing[existing.index(after: slash)...])
      existing = slash == existing.startIndex ? "/" : String(existing[..<slash])
    }
  }
}
