import Basics
import Glibc

/// The few questions asked about files and folders.
enum Files {
  /// The longest manifest or list accepted, in bytes.
  static let longestText = 1 << 28

  static func isFolder(_ path: String) -> Bool { mode(path) == S_IFDIR }
  static func isFile(_ path: String) -> Bool { mode(path) == S_IFREG }

  private static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return !path.utf8.contains(0) && stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// `folder/name`; `name` alone where it is absolute.
  static func join(_ folder: String, _ name: String) -> String {
    if name.hasPrefix("/") || folder.isEmpty { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// What precedes the last slash; empty where there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What follows the last slash.
  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// A file's name without its ending.
  static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// A file's ending in lower case, without the dot.
  static func ending(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// The names in a folder in the order of their bytes, hidden ones left out. Throws `EvaluationError`.
  static func list(_ folder: String) throws(EvaluationError) -> [String] {
    guard let directory = opendir(folder) else {
      throw EvaluationError(folder, "cannot be listed: \(systemReason())")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// All bytes of a regular file. Throws `EvaluationError`, also where there are more than `limit`.
  static func bytes(_ path: String, limit: Int = longestText) throws(EvaluationError) -> [UInt8] {
    let file = try LineReader.open(path, O_RDONLY)
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw EvaluationError(path, "cannot be read: \(systemReason())") }
    let size = Int(status.st_size)
    guard size <= limit else { throw EvaluationError(path, "has \(size) bytes; the limit is \(limit)") }
    return try bytes(of: file, path, offset: 0, count: size)
  }

  /// Some bytes of a regular file. Throws `EvaluationError` where it ends before.
  static func bytes(_ path: String, offset: Int, count: Int) throws(EvaluationError) -> [UInt8] {
    let file = try LineReader.open(path, O_RDONLY)
    defer { close(file) }
    return try bytes(of: file, path, offset: offset, count: count)
  }

  private static func bytes(
    of file: Int32, _ path: String, offset: Int, count size: Int
  ) throws(EvaluationError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let start = buffer.baseAddress {
        let got = pread(file, start + count, size - count, off_t(offset + count))
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw EvaluationError(path, "cannot be read: \(systemReason(failure))") }
    guard bytes.count == size else { throw EvaluationError(path, "became shorter while it was read") }
    return bytes
  }

  /// The lines of a text file with their numbers, line ends of either kind removed, a mark at its start too. Throws
  /// `EvaluationError` for a line that is not UTF-8.
  static func lines(_ bytes: [UInt8], of path: String) throws(EvaluationError) -> [(
    number: Int, text: String
  )] {
    var lines: [(number: Int, text: String)] = []
    var rest = bytes[...]
    if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    var number = 0
    while !rest.isEmpty {
      number += 1
      let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
      var line = rest[..<end]
      if line.last == 0x0d { line = line.dropLast() }
      guard let text = String(validating: line, as: UTF8.self) else {
        throw EvaluationError(path, line: number, "is not UTF-8 text")
      }
      lines.append((number, text))
      rest = rest[min(end + 1, rest.endIndex)...]
    }
    return lines
  }
}
