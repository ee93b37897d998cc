import Glibc

/// Where the cache of a user lies and how much it may hold.
public enum CacheSettings {
  /// `$CLIPSCOPE_CACHE`, else `clipscope` in `$XDG_CACHE_HOME` or `~/.cache`. nil where the user wants none
  /// (`CLIPSCOPE_CACHE` is empty or `off`) or has no home.
  public static func folder(_ environment: (String) -> String?) -> String? {
    if let given = environment("CLIPSCOPE_CACHE") {
      if given.isEmpty || given == "off" { return nil }
      return given.hasPrefix("/") ? given : currentFolder().map { $0 + "/" + given }
    }
    if let base = environment("XDG_CACHE_HOME"), base.hasPrefix("/") { return base + "/clipscope" }
    guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
    return home + "/.cache/clipscope"
  }

  /// The bytes that the cache in a folder may hold: what `setLimit` said, else `DiskCache.defaultLimit`.
  public static func limit(in folder: String) -> Int {
    guard let directory = Descriptor(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      let file = Descriptor(openat(directory.number, "limit", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
    else { return DiskCache.defaultLimit }
    let text = String(decoding: file.read(32), as: UTF8.self)
    guard let bytes = Int(text.prefix { $0.isNumber }), bytes >= 0 else { return DiskCache.defaultLimit }
    return bytes
  }

  /// Remembers in the folder how many bytes the cache may hold. Gives the reason where that failed.
  public static func setLimit(_ bytes: Int, in folder: String) -> String? {
    CacheFolder(folder).makeParents()
    guard let directory = Descriptor(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
      return reason()
    }
    let name = ".limit-" + String(UInt64.random(in: 0 ... .max), radix: 36)
    guard
      let file = Descriptor(
        openat(directory.number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600))
    else { return reason() }
    let isWritten = Array("\(bytes)\n".utf8).withUnsafeBytes { file.write($0) }
    guard isWritten, renameat(directory.number, name, directory.number, "limit") == 0 else {
      let reason = reason()
      unlinkat(directory.number, name, 0)
      return reason
    }
    return nil
  }

  private static func reason() -> String { String(cString: strerror(errno)).lowercased() }

  private static func currentFolder() -> String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }
}
