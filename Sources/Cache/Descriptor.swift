import Glibc

/// An open file or folder, closed at the end of its life.
struct Descriptor: ~Copyable {
  let number: Int32

  /// nil where opening failed; `errno` says why.
  init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { close(number) }

  /// A folder in this one; no symbolic link is followed.
  func folder(_ name: String) -> Descriptor? {
    Descriptor(openat(number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
  }

  /// A folder in this one, for its owner alone, made where there is none.
  func madeFolder(_ name: String) -> Descriptor? {
    if let there = folder(name) { return there }
    guard errno == ENOENT else { return nil }
    guard mkdirat(number, name, 0o700) == 0 || errno == EEXIST else { return nil }
    return folder(name)
  }

  /// What it is.
  var status: stat? {
    var status = stat()
    return fstat(number, &status) == 0 ? status : nil
  }

  /// The names in this folder, unsorted, without `.` and `..`; empty where it cannot be listed.
  func names() -> [String] {
    // The stream takes over a descriptor of its own.
    let copy = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0 else { return [] }
    guard let stream = fdopendir(copy) else {
      close(copy)
      return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Reads the whole of a file of so many bytes from the beginning. Fewer where it ends early or cannot be read.
  func read(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = pread(number, base + filled, count - filled, off_t(filled))
        if got < 0, errno == EINTR { continue }
        if got <= 0 { break }
        filled += got
      }
    }
  }

  /// Writes all of it at the end; whether that worked (`errno` says why not).
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = Glibc.write(number, base + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      if count == 0 { errno = EIO }
      if count <= 0 { return false }
      done += count
    }
    return true
  }
}
