import Glibc
import Interpreter

/// Files and folders that go on from a half-written path.
struct PathCompletion {
  /// What the path is for decides which files come first.
  enum Purpose {
    /// `load` reads it.
    case inputs
    /// `save` writes it.
    case outputs
    /// `import` reads it.
    case scripts

    var endings: Set<String> {
      switch self {
      case .inputs:
        ["png", "jpg", "jpeg", "npy", "npz", "txt", "json", "csv", "pt", "pth", "safetensors"]
      case .outputs: ["png", "npy", "npz", "json", "csv"]
      case .scripts: ["clip"]
      }
    }
  }

  struct Entry {
    /// The name, of folders with `/`.
    let name: String
    /// What replaces the typed text from `keptBytes` on.
    let text: String
    let keptBytes: Int
    /// What the typed text is compared with, from `keptBytes` on.
    let filter: String
    let isFolder: Bool
  }

  /// What stands there.
  let typed: String
  /// Where relative paths start.
  let folder: String
  let home: String?
  let purpose: Purpose

  /// Names shown at most.
  static let limit = 500

  /// What goes on: files of kinds that fit, folders, then others, each by name. Hidden names only where a
  /// dot is typed.
  func entries() -> [Entry] {
    let slash = typed.lastIndex(of: "/")
    let parent = slash.map { String(typed[...$0]) } ?? ""
    let prefix = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
    if typed == "~", home != nil {
      return [Entry(name: "~/", text: "~/", keptBytes: 0, filter: "~/", isFolder: true)]
    }
    let isHome = parent.hasPrefix("~/")
    var base = parent
    if isHome {
      guard let home else { return [] }
      base = home + parent.dropFirst()
    }
    let found = names(in: ScriptPaths.absolute(base.isEmpty ? "." : base, in: folder)).filter { name, _ in
      (!name.hasPrefix(".") || prefix.hasPrefix(".")) && name.lowercased().hasPrefix(prefix.lowercased())
    }
    let sorted = found.map { (rank($0.name, $0.isFolder), $0.name, $0.isFolder) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    return sorted.prefix(Self.limit).map { _, name, isFolder in
      let shown = name + (isFolder ? "/" : "")
      // A script's paths know no `~`: what it means is written out.
      return isHome
        ? Entry(name: shown, text: base + shown, keptBytes: 0, filter: parent + shown, isFolder: isFolder)
        : Entry(
          name: shown, text: shown, keptBytes: parent.utf8.count, filter: shown, isFolder: isFolder)
    }
  }

  private func rank(_ name: String, _ isFolder: Bool) -> Int {
    if isFolder { return 1 }
    let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    return purpose.endings.contains(ending) ? 0 : 2
  }

  /// The names in a folder, links followed for what is a folder.
  private func names(in path: String) -> [(name: String, isFolder: Bool)] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var result: [(String, Bool)] = []
    while let entry = readdir(directory), result.count < 20_000 {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      var isFolder = Int32(entry.pointee.d_type) == Int32(DT_DIR)
      if Int32(entry.pointee.d_type) == Int32(DT_LNK) || Int32(entry.pointee.d_type) == Int32(DT_UNKNOWN) {
        var status = stat()
        isFolder = stat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      }
      result.append((name, isFolder))
    }
    return result
  }
}

/// The user's own folder.
public enum HomeFolder {
  /// `$HOME`; nil where it is not set.
  public static var path: String? {
    guard let pointer = getenv("HOME") else { return nil }
    let text = String(cString: pointer)
    return text.isEmpty ? nil : text
  }
}
