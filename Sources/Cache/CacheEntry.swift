import Checkpoints

/// The form of an entry: a header of fixed length, then the result.
///
/// ```
/// offset  bytes
///      0      8  "clipscrs"
///      8      4  version of this form, little endian: 1
///     12     32  kind, filled up with zeros
///     44     64  key, hexadecimal
///    108      8  length of the result, little endian
///    116     64  SHA-256 of the header up to here and the result, hexadecimal
///    180         the result
/// ```
enum CacheEntry {
  static let headerLength = 180
  private static let checksumStart = 116
  private static let version: UInt32 = 1

  /// Where an entry lies: `KIND/ab/cdef…`.
  struct Place: Sendable, Equatable {
    let kind: String
    let key: String

    /// nil for a kind or key that could name something else than an entry.
    init?(kind: String, key: String) {
      guard Self.isKind(kind), key.utf8.count == 64, key.utf8.allSatisfy(Self.isHexadecimal) else {
        return nil
      }
      self.kind = kind
      self.key = key
    }

    /// The folder within the kind's: two digits.
    var shelf: String { String(key.prefix(2)) }
    /// The file: the other digits.
    var file: String { String(key.dropFirst(2)) }

    static func isKind(_ text: String) -> Bool {
      (1...32).contains(text.utf8.count)
        && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
      (48...57).contains(byte) || (97...102).contains(byte)
    }
  }

  /// The header of a result.
  static func header(_ place: Place, _ result: UnsafeRawBufferPointer) -> [UInt8] {
    var header = beginning(place, length: result.count)
    header += checksum(header, result)
    return header
  }

  /// Whether a whole file is the entry of a place, undamaged.
  static func isSound(_ file: UnsafeRawBufferPointer, _ place: Place) -> Bool {
    guard file.count >= headerLength else { return false }
    let result = UnsafeRawBufferPointer(rebasing: file[headerLength...])
    let expected = beginning(place, length: result.count)
    guard file[..<checksumStart].elementsEqual(expected) else { return false }
    return file[checksumStart..<headerLength].elementsEqual(checksum(expected, result))
  }

  private static func beginning(_ place: Place, length: Int) -> [UInt8] {
    var bytes = Array("clipscrs".utf8)
    withUnsafeBytes(of: version.littleEndian) { bytes += $0 }
    bytes += place.kind.utf8
    bytes += [UInt8](repeating: 0, count: 32 - place.kind.utf8.count)
    bytes += place.key.utf8
    withUnsafeBytes(of: UInt64(length).littleEndian) { bytes += $0 }
    return bytes
  }

  private static func checksum(_ beginning: [UInt8], _ result: UnsafeRawBufferPointer) -> [UInt8] {
    var stream = SHA256Stream()
    beginning.withUnsafeBytes { stream.add($0) }
    stream.add(result)
    return Array(stream.hex.utf8)
  }
}
