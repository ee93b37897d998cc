@testable import Checkpoints

/// Numbers as little-endian bytes.
func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// A safetensors file from a header and data.
func safeTensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
}

/// A ZIP file of stored entries, each field open to lies.
struct ZipBuilder {
  struct Entry {
    var name: String
    var data: [UInt8]
    var flags: UInt16 = 0
    var method: UInt16 = 0
    /// What the directory says where the truth would be otherwise.
    var packed: UInt32?
    var size: UInt32?
    var offset: UInt32?
  }

  var entries: [Entry] = []
  var entryCount: UInt16?
  var directoryOffset: UInt32?
  var directorySize: UInt32?

  init(_ entries: [(String, [UInt8])] = []) {
    self.entries = entries.map { Entry(name: $0.0, data: $0.1) }
  }

  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let start = UInt32(file.count)
      let name = Array(entry.name.utf8)
      let fields =
        littleEndian(entry.flags) + littleEndian(entry.method) + littleEndian(UInt64(0))
        + littleEndian(entry.packed ?? UInt32(entry.data.count))
        + littleEndian(entry.size ?? UInt32(entry.data.count)) + littleEndian(UInt16(name.count))
        + littleEndian(UInt16(0))
      file += littleEndian(UInt32(0x0403_4b50)) + littleEndian(UInt16(20)) + fields + name
      file += entry.data
      directory += littleEndian(UInt32(0x0201_4b50)) + littleEndian(UInt32(0)) + fields
      directory += littleEndian(UInt64(0)) + littleEndian(UInt16(0))
      directory += littleEndian(entry.offset ?? start) + name
    }
    let start = UInt32(file.count)
    let count = entryCount ?? UInt16(entries.count)
    return file + directory + littleEndian(UInt32(0x0605_4b50)) + littleEndian(UInt32(0))
      + littleEndian(count) + littleEndian(count)
      + littleEndian(directorySize ?? UInt32(directory.count))
      + littleEndian(directoryOffset ?? start) + littleEndian(UInt16(0))
  }
}

/// Opens a file for its tensors alone, without a model, and returns the error's text if refused.
func problem(_ path: String) -> String {
  do {
    _ = try CheckpointSource(path: path)
    return ""
  } catch {
    return "\(error)"
  }
}
