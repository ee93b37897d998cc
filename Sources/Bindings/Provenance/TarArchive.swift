/// Files in one, in the format of POSIX `ustar` (IEEE 1003.1, pax): each a header of 512 bytes and its contents, padded to
/// 512; two blocks of zeros at the end.
///
/// Reading is strict, since archives come from strangers: plain files alone, names that stay below the folder, no
/// name twice, checksums that fit, bounded counts and sizes.
enum TarArchive {
  /// A file in an archive.
  struct File {
    /// Its path below the archive's top, with `/`.
    let name: String
    let bytes: ArraySlice<UInt8>
  }

  private static let block = 512
  /// More files are refused.
  static let fileLimit = 100_000

  /// The bytes of an archive. Equal files give equal bytes: all carry the date 0 and nobody's name.
  /// Throws `BundleError` for names that do not fit.
  static func write(_ files: [(name: String, bytes: [UInt8])]) throws -> [UInt8] {
    var archive: [UInt8] = []
    for (name, bytes) in files {
      archive += try header(name, size: bytes.count)
      archive += bytes
      archive += [UInt8](repeating: 0, count: (block - bytes.count % block) % block)
    }
    return archive + [UInt8](repeating: 0, count: 2 * block)
  }

  private static func header(_ name: String, size: Int) throws -> [UInt8] {
    var header = [UInt8](repeating: 0, count: block)
    func put(_ text: String, at place: Int) {
      for (offset, byte) in text.utf8.enumerated() { header[place + offset] = byte }
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    // A long path goes into two fields, cut at a slash.
    var (prefix, short) = ("", name)
    while short.utf8.count > 100 {
      guard let slash = short.firstIndex(of: "/") else { throw BundleError("`\(name)` is too long a name") }
      prefix += (prefix.isEmpty ? "" : "/") + short[..<slash]
      short = String(short[short.index(after: slash)...])
    }
    guard prefix.utf8.count <= 155, isSafe(name) else {
      throw BundleError("`\(name)` cannot be put into a bundle")
    }
    guard size < 1 << 33 else { throw BundleError("`\(name)` is larger than 8 GB") }
    put(short, at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(size, 11), at: 124)
    put("00000000000", at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(prefix, at: 345)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
    return header
  }

  /// Whether bytes begin like an archive.
  static func isArchive(_ head: [UInt8]) -> Bool {
    head.count >= 262 && head[257..<262].elementsEqual("ustar".utf8)
  }

  /// The files of an archive, in order. Throws `BundleError` where it is malformed or not safe to unpack.
  static func read(_ bytes: [UInt8]) throws -> [File] {
    var files: [File] = []
    var names: Set<String> = []
    var position = 0
    while position + block <= bytes.count {
      let header = bytes[position..<(position + block)]
      if header.allSatisfy({ $0 == 0 }) { return files }
      guard isArchive(Array(header)) else {
        throw BundleError("the bundle is damaged: a header is no header")
      }
      var sum = 0
      for (offset, byte) in header.enumerated() { sum += (148..<156).contains(offset) ? 32 : Int(byte) }
      guard try octal(header, 148, 8) == sum else {
        throw BundleError("the bundle is damaged: a checksum is wrong")
      }
      let size = try octal(header, 124, 12)
      let start = position + block
      guard size <= bytes.count - start else { throw BundleError("the bundle is cut off") }
      let prefix = try text(header, 345, 155)
      let name = (prefix.isEmpty ? "" : prefix + "/") + (try text(header, 0, 100))
      let kind = header[position + 156]
      position = start + (size + block - 1) / block * block
      // `tar` adds folders when somebody packs again; they are made as needed.
      if kind == UInt8(ascii: "5"), size == 0 { continue }
      guard kind == UInt8(ascii: "0") || kind == 0 else {
        throw BundleError("the bundle holds `\(name)`, which is no plain file")
      }
      guard isSafe(name) else { throw BundleError("the bundle holds `\(name)`, which leads outside of it") }
      guard names.insert(name).inserted else { throw BundleError("the bundle holds `\(name)` twice") }
      guard files.count < fileLimit else {
        throw BundleError("the bundle holds more than \(fileLimit) files")
      }
      files.append(File(name: name, bytes: bytes[start..<(start + size)]))
    }
    throw BundleError("the bundle is cut off")
  }

  /// Whether a name stays below the folder that it is unpacked in.
  static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/") && !name.utf8.contains(0) && !name.utf8.contains(UInt8(ascii: "\\"))
      && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !["", ".", ".."].contains($0)
      }
  }

  private static func octal(_ header: ArraySlice<UInt8>, _ at: Int, _ count: Int) throws -> Int {
    var value = 0
    for byte in header.dropFirst(at).prefix(count) {
      if byte == 0 || byte == 32 {
        if value > 0 { break }
        continue
      }
      guard (0x30...0x37).contains(byte), value < 1 << 36 else {
        throw BundleError("the bundle is damaged: a number is none")
      }
      value = value * 8 + Int(byte - 0x30)
    }
    return value
  }

  private static func text(_ header: ArraySlice<UInt8>, _ at: Int, _ count: Int) throws -> String {
    let field = header.dropFirst(at).prefix(count).prefix { $0 != 0 }
    guard let text = String(validating: field, as: UTF8.self) else {
      throw BundleError("the bundle is damaged: a name is not UTF-8")
    }
    return text
  }
}

/// A bundle that cannot be made, read or trusted.
public struct BundleError: Error, CustomStringConvertible, Sendable {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
