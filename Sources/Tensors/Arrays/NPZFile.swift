import CZlib

/// NumPy's archive of named arrays: a ZIP file of `.npy` members, stored or deflated.
///
/// Read through the central directory at the end of the file (APPNOTE 6.3.10, 4.3.12 and 4.3.16):
///
///     end record     50 4B 05 06 … u16 entries (+10), u32 directory size (+12), u32 offset (+16)
///     each entry     50 4B 01 02 … u16 method (+10), u32 crc (+16), u32 packed (+20), u32 size (+24),
///                    u16 name (+28), extra (+30), comment (+32) lengths, u32 local offset (+42), name
///     local header   50 4B 03 04 … u16 name (+26) and extra (+28) lengths, then the data
///
/// Every length is checked against the file before it is used; archives beyond 4 GiB are refused.
public enum NPZFile {
  /// More members than this are refused.
  private static let memberLimit = 4096

  /// Reads all arrays, by their names without `.npy`, in the archive's order.
  /// Throws `NumPyFileError` where the bytes are not such an archive.
  public static func read(_ bytes: [UInt8]) throws -> [(name: String, tensor: Tensor)] {
    try bytes.withUnsafeBytes { bytes in
      let archive = Archive(bytes: bytes)
      var names: Set<String> = []
      var remaining = ArrayLimits.maximumCount * MemoryLayout<Float>.stride
      return try archive.entries(limit: memberLimit).map { entry in
        guard names.insert(entry.name).inserted else {
          throw NumPyFileError("the archive has two members `\(entry.name)`")
        }
        // Together the members must fit the bound for one array, whatever they claim.
        guard entry.size <= remaining else { throw NumPyFileError("the archive's arrays are too large") }
        let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
        do {
          let member = try archive.contents(of: entry)
          let tensor = try member.withUnsafeBytes { try NPYFile.read($0) }
          // Bytes and bools grow as they become float32.
          remaining -= max(entry.size, tensor.count * MemoryLayout<Float>.stride)
          return (name, tensor)
        } catch let error as NumPyFileError {
          throw NumPyFileError("member `\(entry.name)`: \(error.description)")
        }
      }
    }
  }

  /// The bytes of an archive with these arrays, stored without compression. Equal arrays give equal
  /// bytes: members carry the date 1980-01-01. Throws `NumPyFileError` past ZIP's 4 GiB, for names
  /// that occur twice, are empty, or are not file names.
  public static func write(_ arrays: [(name: String, tensor: Tensor)]) throws -> [UInt8] {
    guard arrays.count <= memberLimit else {
      throw NumPyFileError("an archive holds at most \(memberLimit) arrays")
    }
    var names: Set<String> = []
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, tensor) in arrays {
      guard !name.isEmpty, name.utf8.count <= 1000,
        !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x2F || $0 == 0x5C })
      else { throw NumPyFileError("`\(name.prefix(80))` cannot name an array") }
      guard names.insert(name).inserted else { throw NumPyFileError("two arrays are named `\(name)`") }
      let member = NPYFile.write(tensor)
      guard file.count + member.count < Int(UInt32.max) - (1 << 24) else {
        throw NumPyFileError("the arrays exceed an archive's 4 GiB")
      }
      let path = Array((name + ".npy").utf8)
      let checksum = member.withUnsafeBufferPointer { UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
      // Version 2.0, names in UTF-8, stored, 1980-01-01 00:00.
      let common =
        little(20, 2) + little(1 << 11, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
        + little(Int(checksum), 4) + little(member.count, 4) + little(member.count, 4)
        + little(path.count, 2) + little(0, 2)
      directory +=
        little(0x0201_4B50, 4) + little(20, 2) + common + little(0, 2) + little(0, 2) + little(0, 2)
        + little(0, 4) + little(file.count, 4) + path
      file += little(0x0403_4B50, 4) + common + path
      file += member
    }
    let start = file.count
    file += directory
    file +=
      little(0x0605_4B50, 4) + little(0, 4) + little(arrays.count, 2) + little(arrays.count, 2)
      + little(directory.count, 4) + little(start, 4) + little(0, 2)
    return file
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// The bytes of a ZIP file.
private struct Archive {
  struct Entry {
    let name: String
    let method: Int
    let checksum: Int
    let packed: Int
    let size: Int
    /// Where the local header begins.
    let offset: Int
  }

  let bytes: UnsafeRawBufferPointer

  /// An unsigned little-endian integer of `count` ≤ 4 bytes.
  private func integer(_ at: Int, _ count: Int) throws -> Int {
    guard at >= 0, at <= bytes.count - count else { throw NumPyFileError("the archive is cut off") }
    return (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
  }

  func entries(limit: Int) throws -> [Entry] {
    let end = try endRecord()
    let count = try integer(end + 10, 2)
    var at = try integer(end + 16, 4)
    guard count <= limit else {
      throw NumPyFileError("the archive has \(count) members; at most \(limit) are read")
    }
    var entries: [Entry] = []
    for _ in 0..<count {
      guard try integer(at, 4) == 0x0201_4B50 else {
        throw NumPyFileError("the archive's directory is malformed")
      }
      let nameLength = try integer(at + 28, 2)
      let extraLength = try integer(at + 30, 2)
      let commentLength = try integer(at + 32, 2)
      guard at + 46 + nameLength <= end else { throw NumPyFileError("the archive is cut off") }
      let size = try integer(at + 24, 4)
      let packed = try integer(at + 20, 4)
      guard size != 0xFFFF_FFFF, packed != 0xFFFF_FFFF else {
        throw NumPyFileError("archives with members beyond 4 GiB are not read")
      }
      guard try integer(at + 8, 2) & 1 == 0 else { throw NumPyFileError("the archive is encrypted") }
      entries.append(
        Entry(
          name: String(decoding: bytes[(at + 46)..<(at + 46 + nameLength)], as: UTF8.self),
          method: try integer(at + 10, 2), checksum: try integer(at + 16, 4), packed: packed, size: size,
          offset: try integer(at + 42, 4)))
      at += 46 + nameLength + extraLength + commentLength
    }
    return entries
  }

  /// The end record lies in the last 64 KiB, before a comment.
  private func endRecord() throws -> Int {
    var at = bytes.count - 22
    while at >= max(0, bytes.count - 22 - 0xFFFF) {
      if try integer(at, 4) == 0x0605_4B50 { return at }
      at -= 1
    }
    throw NumPyFileError("not a NumPy archive: it has no ZIP directory")
  }

  func contents(of entry: Entry) throws -> [UInt8] {
    guard try integer(entry.offset, 4) == 0x0403_4B50 else { throw NumPyFileError("its header is malformed") }
    let start = try entry.offset + 30 + integer(entry.offset + 26, 2) + integer(entry.offset + 28, 2)
    guard start <= bytes.count, entry.packed <= bytes.count - start else {
      throw NumPyFileError("it is cut off")
    }
    let packed = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + entry.packed)])
    let contents: [UInt8]
    switch entry.method {
    case 0:
      guard entry.packed == entry.size else { throw NumPyFileError("its sizes disagree") }
      contents = Array(packed)
    case 8: contents = try inflated(packed, size: entry.size)
    default: throw NumPyFileError("compression method \(entry.method) is not read")
    }
    let checksum = contents.withUnsafeBufferPointer { Int(crc32_z(0, $0.baseAddress, $0.count)) }
    guard checksum == entry.checksum else {
      throw NumPyFileError("its checksum is wrong; the file is damaged")
    }
    return contents
  }

  private func inflated(_ packed: UnsafeRawBufferPointer, size: Int) throws -> [UInt8] {
    // Deflate shrinks at most 1032 times; a larger claim is a lie not worth allocating for.
    guard size <= packed.count * 1032 + 64 else { throw NumPyFileError("its sizes disagree") }
    guard size > 0, let input = packed.bindMemory(to: UInt8.self).baseAddress else { return [] }
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var stream = z_stream()
      // Negative window bits: raw deflate, without zlib's own header.
      guard
        inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
      else { throw NumPyFileError("it cannot be inflated") }
      defer { inflateEnd(&stream) }
      // zlib never writes through next_in. Sizes are below 4 GiB, so both fit.
      stream.next_in = UnsafeMutablePointer(mutating: input)
      stream.avail_in = UInt32(packed.count)
      stream.next_out = buffer.baseAddress
      stream.avail_out = UInt32(size)
      let status = inflate(&stream, Z_FINISH)
      guard status == Z_STREAM_END, stream.avail_out == 0 else {
        throw NumPyFileError("its compressed data is damaged")
      }
      count = size
    }
  }
}
