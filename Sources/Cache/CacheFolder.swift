import Glibc

/// The files of a cache: `FOLDER/results/v1/KIND/ab/cdef…`, unfinished ones in `FOLDER/results/v1/.new`.
///
/// Every step down is taken from the opened folder above without following links, so that what lies below `FOLDER`
/// leads nowhere else.
struct CacheFolder {
  /// What is found at a place.
  enum Found {
    case found([UInt8])
    case missing
    case damaged
  }

  private static let unfinished = ".new"
  /// The largest file read: no result comes near it.
  private static let largest = 1 << 31
  /// UTIME_NOW and UTIME_OMIT of <sys/stat.h>, macros that Swift does not see.
  private static let now = (1 << 30) - 1
  private static let omitted = (1 << 30) - 2

  let path: String

  init(_ path: String) { self.path = path }

  // MARK: One entry

  /// Reads and checks an entry.
  ///
  /// - Parameter marksUse: whether this is a use of it, told by its time of change
  func read(_ place: CacheEntry.Place, marksUse: Bool) -> Found {
    guard let shelf = versionFolder()?.folder(place.kind)?.folder(place.shelf) else { return .missing }
    guard
      let file = Descriptor(
        openat(shelf.number, place.file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
    else {
      // ELOOP: a symbolic link, which this program never makes.
      return errno == ELOOP ? .damaged : .missing
    }
    guard let status = file.status else { return .missing }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size >= CacheEntry.headerLength,
      status.st_size <= Self.largest
    else { return .damaged }
    var bytes = file.read(Int(status.st_size))
    guard bytes.count == Int(status.st_size), bytes.withUnsafeBytes({ CacheEntry.isSound($0, place) })
    else { return .damaged }
    if marksUse, time(nil) - status.st_mtim.tv_sec > 60 {
      let times = [timespec(tv_sec: 0, tv_nsec: Self.omitted), timespec(tv_sec: 0, tv_nsec: Self.now)]
      _ = futimens(file.number, times)
    }
    bytes.removeFirst(CacheEntry.headerLength)
    return .found(bytes)
  }

  /// Writes an entry so that it is there whole or not at all. Gives the reason where that failed.
  func write(_ result: [UInt8], _ place: CacheEntry.Place) -> String? {
    makeParents()
    guard let version = madeVersionFolder() else { return Self.reason() }
    if let status = version.status, status.st_uid != geteuid() { return "the folder belongs to another user" }
    guard let shelf = version.madeFolder(place.kind)?.madeFolder(place.shelf),
      let new = version.madeFolder(Self.unfinished)
    else { return Self.reason() }
    let name = String(UInt64.random(in: 0 ... .max), radix: 36)
    guard
      let file = Descriptor(
        openat(new.number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600))
    else { return Self.reason() }
    // The lock tells others that the writer lives (`removeLeftovers`).
    _ = flock(file.number, LOCK_EX | LOCK_NB)
    let isWritten = result.withUnsafeBytes { result in
      CacheEntry.header(place, result).withUnsafeBytes { file.write($0) } && file.write(result)
    }
    // Not synced: an entry that a power failure damages is found to be damaged.
    guard isWritten, renameat(new.number, name, shelf.number, place.file) == 0 else {
      let (code, reason) = (errno, Self.reason())
      unlinkat(new.number, name, 0)
      // Cleared by another process just now: not kept, and no trouble.
      return code == ENOENT || code == EISDIR ? nil : reason
    }
    return nil
  }

  /// Removes an entry, whatever it is; a folder in its place stays.
  func remove(_ place: CacheEntry.Place) {
    guard let shelf = versionFolder()?.folder(place.kind)?.folder(place.shelf) else { return }
    unlinkat(shelf.number, place.file, 0)
  }

  // MARK: All of them

  /// A file in the cache.
  struct Item {
    let place: CacheEntry.Place
    /// Bytes, header included.
    let size: Int
    /// When it was last used, in nanoseconds.
    let used: Int
  }

  /// Visits every entry, kind by kind. What is no entry's name is not visited.
  func items(_ visit: (Item) throws -> Void) rethrows {
    guard let version = versionFolder() else { return }
    for kind in version.names().sorted() where CacheEntry.Place.isKind(kind) {
      guard let folder = version.folder(kind) else { continue }
      for shelf in folder.names().sorted() where shelf.utf8.count == 2 {
        guard let files = folder.folder(shelf) else { continue }
        for name in files.names() {
          var status = stat()
          guard let place = CacheEntry.Place(kind: kind, key: shelf + name),
            fstatat(files.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT != S_IFDIR
          else { continue }
          let time = status.st_mtim
          try visit(
            Item(
              place: place, size: Int(status.st_size),
              used: time.tv_sec.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ time.tv_nsec))
        }
      }
    }
  }

  /// Removes unfinished files of processes that no longer live.
  func removeLeftovers() {
    guard let new = versionFolder()?.folder(Self.unfinished) else { return }
    for name in new.names() {
      guard
        let file = Descriptor(openat(new.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
      else {
        if errno == ELOOP { unlinkat(new.number, name, 0) }
        continue
      }
      let age = file.status.map { time(nil) - $0.st_mtim.tv_sec } ?? 0
      // A minute, because a new file is locked a moment after it is made; a day, where locks do not work.
      if age > 60, flock(file.number, LOCK_EX | LOCK_NB) == 0 || age > 86_400 {
        unlinkat(new.number, name, 0)
      }
    }
  }

  // MARK: Folders

  private func versionFolder() -> Descriptor? {
    Descriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))?.folder("results")?.folder("v1")
  }

  private func madeVersionFolder() -> Descriptor? {
    Descriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))?.madeFolder("results")?.madeFolder("v1")
  }

  /// Makes the folder itself and those above it where they are missing.
  func makeParents() {
    var status = stat()
    if stat(path, &status) == 0 { return }
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      _ = mkdir(made, 0o700)
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)).lowercased() }
}
