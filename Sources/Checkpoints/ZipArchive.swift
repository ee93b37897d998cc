/// The stored entries of a ZIP file, by name (APPNOTE.TXT 6.3; PyTorch writes ZIP64).
///
/// PyTorch stores tensors without compression, so an entry is a range of the mapped file. The
/// directory is checked as a whole: no entry outside the file, no two overlapping, no name twice.
///
///     local header:      "PK\3\4" … 26: name length, 28: extra length, then name, extra, data
///     central directory: "PK\1\2" …  8: flags, 10: method, 20: packed size, 24: size,
///                        28: name, 30: extra, 32: comment lengths, 42: offset of the local header
///     end:               "PK\5\6" … 10: entries, 12: directory size, 16: its offset, 20: comment
///     ZIP64 locator:     "PK\6\7" …  8: offset of the ZIP64 end record, just before the end
///     ZIP64 end:         "PK\6\6" … 32: entries, 40: directory size, 48: its offset
struct ZipArchive {
  struct Entry {
    /// The bytes as stored.
    let range: Range<Int>
    /// How they are stored: 0 is as they are.
    let method: UInt16
    let isEncrypted: Bool
  }

  let file: MappedFile
  private(set) var entries: [String: Entry] = [:]

  /// The most entries accepted: real checkpoints have hundreds.
  static let maximumEntries = 1 << 18

  /// Reads the directory of a ZIP file.
  init(_ file: MappedFile) throws {
    self.file = file
    let directory = try Self.findDirectory(file)
    guard directory.entries <= Self.maximumEntries else {
      throw file.error("lists \(directory.entries) ZIP entries, more than any checkpoint has")
    }
    var position = directory.range.lowerBound
    var headers: [(start: Int, end: Int)] = []
    for _ in 0..<directory.entries {
      guard position + 46 <= directory.range.upperBound,
        try file.integer(UInt32.self, at: position) == 0x0201_4b50
      else { throw file.error("has a damaged ZIP directory") }
      let nameLength = Int(try file.integer(UInt16.self, at: position + 28))
      let extraLength = Int(try file.integer(UInt16.self, at: position + 30))
      let commentLength = Int(try file.integer(UInt16.self, at: position + 32))
      let next = position + 46 + nameLength + extraLength + commentLength
      guard next <= directory.range.upperBound else {
        throw file.error("has a damaged ZIP directory")
      }
      let nameBytes = try file.bytes((position + 46)..<(position + 46 + nameLength))
      let name = String(decoding: nameBytes, as: UTF8.self)
      let header = try readEntry(at: position, name: name, extraLength: extraLength)
      guard entries[name] == nil else {
        throw file.error("lists the ZIP entry \(quoted(name)) twice")
      }
      entries[name] = header.entry
      headers.append((header.start, header.entry.range.upperBound))
      guard header.entry.range.upperBound <= directory.range.lowerBound else {
        throw file.error("ZIP entry \(quoted(name)) reaches into the directory")
      }
      position = next
    }
    headers.sort { $0.start < $1.start }
    for (previous, next) in zip(headers, headers.dropFirst()) where next.start < previous.end {
      throw file.error("has overlapping ZIP entries")
    }
  }

  /// Where the uncompressed bytes of an entry lie.
  func range(of name: String) throws -> Range<Int> {
    guard let entry = entries[name] else {
      throw file.error("has no ZIP entry \(quoted(name))")
    }
    guard !entry.isEncrypted else { throw file.error("ZIP entry \(quoted(name)) is encrypted") }
    guard entry.method == 0 else {
      throw file.error(
        "ZIP entry \(quoted(name)) is compressed; PyTorch stores checkpoints uncompressed"
          + " (was the file zipped again?)")
    }
    return entry.range
  }

  /// One directory entry together with the start of its local header.
  private func readEntry(
    at position: Int, name: String, extraLength: Int
  ) throws -> (start: Int, entry: Entry) {
    func damaged(_ what: String) -> CheckpointError {
      file.error("ZIP entry \(quoted(name)) \(what)")
    }
    let flags = try file.integer(UInt16.self, at: position + 8)
    let method = try file.integer(UInt16.self, at: position + 10)
    var packed = UInt64(try file.integer(UInt32.self, at: position + 20))
    var size = UInt64(try file.integer(UInt32.self, at: position + 24))
    var start = UInt64(try file.integer(UInt32.self, at: position + 42))
    // ZIP64: fields that overflowed 32 bits follow in the extra field 1, in this order.
    if [size, packed, start].contains(0xffff_ffff) {
      let nameLength = Int(try file.integer(UInt16.self, at: position + 28))
      var at = position + 46 + nameLength
      let end = at + extraLength
      while at + 4 <= end {
        let id = try file.integer(UInt16.self, at: at)
        let length = Int(try file.integer(UInt16.self, at: at + 2))
        var field = at + 4
        at = field + length
        guard at <= end else { throw damaged("has a damaged extra field") }
        guard id == 1 else { continue }
        func wide(_ value: UInt64) throws -> UInt64 {
          guard value == 0xffff_ffff else { return value }
          guard field + 8 <= at else { throw damaged("has a damaged ZIP64 field") }
          defer { field += 8 }
          return try file.integer(UInt64.self, at: field)
        }
        size = try wide(size)
        packed = try wide(packed)
        start = try wide(start)
        break
      }
    }
    guard start < UInt64(file.count), packed <= UInt64(file.count) else {
      throw damaged("lies outside the file of \(file.count) bytes (an interrupted download?)")
    }
    if method == 0, packed != size { throw damaged("states two different sizes") }
    let header = Int(start)
    guard header + 30 <= file.count, try file.integer(UInt32.self, at: header) == 0x0403_4b50 else {
      throw damaged("has no header where the directory says")
    }
    let nameLength = Int(try file.integer(UInt16.self, at: header + 26))
    let extra = Int(try file.integer(UInt16.self, at: header + 28))
    let data = header + 30 + nameLength + extra
    guard data <= file.count, Int(packed) <= file.count - data else {
      throw damaged("lies outside the file of \(file.count) bytes (an interrupted download?)")
    }
    let entry = Entry(
      range: data..<(data + Int(packed)), method: method, isEncrypted: flags & 1 != 0)
    return (header, entry)
  }

  /// Finds the end record by searching backwards, and through it the central directory.
  private static func findDirectory(_ file: MappedFile) throws -> (range: Range<Int>, entries: Int) {
    let cut = file.error("is a ZIP file without its end: it is cut short (an interrupted download?)")
    guard file.count >= 22 else { throw cut }
    var end = file.count - 22
    let lowest = max(0, end - 0xffff)
    while true {
      if try file.integer(UInt32.self, at: end) == 0x0605_4b50,
        end + 22 + Int(try file.integer(UInt16.self, at: end + 20)) == file.count
      {
        break
      }
      guard end > lowest else { throw cut }
      end -= 1
    }
    var entries = UInt64(try file.integer(UInt16.self, at: end + 10))
    var size = UInt64(try file.integer(UInt32.self, at: end + 12))
    var start = UInt64(try file.integer(UInt32.self, at: end + 16))
    var limit = end
    if end >= 20, try file.integer(UInt32.self, at: end - 20) == 0x0706_4b50 {
      let record = try file.integer(UInt64.self, at: end - 12)
      guard record <= UInt64(end - 20), end - 20 - Int(record) >= 56,
        try file.integer(UInt32.self, at: Int(record)) == 0x0606_4b50
      else { throw file.error("has a damaged ZIP64 end record") }
      limit = Int(record)
      let wideEntries = try file.integer(UInt64.self, at: limit + 32)
      let wideSize = try file.integer(UInt64.self, at: limit + 40)
      let wideStart = try file.integer(UInt64.self, at: limit + 48)
      // Either record may be followed by readers, so they must not tell two stories.
      guard entries == 0xffff || entries == wideEntries,
        size == 0xffff_ffff || size == wideSize, start == 0xffff_ffff || start == wideStart
      else { throw file.error("has two ZIP end records that disagree") }
      (entries, size, start) = (wideEntries, wideSize, wideStart)
    }
    guard start <= UInt64(limit), size <= UInt64(limit) - start, entries <= UInt64(file.count / 46)
    else { throw file.error("has a ZIP directory outside the file") }
    return (Int(start)..<Int(start + size), Int(entries))
  }
}
