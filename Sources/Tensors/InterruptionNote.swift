import Glibc
import Synchronization

/// What the user is told besides that work was interrupted: what is not lost, and how to go on.
///
/// A signal handler may end the process at any moment and must be able to write the note, so its bytes lie in memory that is
/// never freed: two places by turns.
public enum InterruptionNote {
  private static let capacity = 1024
  private nonisolated(unsafe) static let places = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
  /// The place times `capacity` plus the bytes in use; 0 bytes where there is no note.
  private static let current = Atomic<Int>(0)

  /// Sets the note, nil for none. Control characters are left out, and what is longer than 1,000 bytes is cut off. By one thread
  /// at a time.
  public static func set(_ text: String?) {
    let place = current.load(ordering: .relaxed) < capacity ? capacity : 0
    var count = 0
    for scalar in (text ?? "").unicodeScalars where scalar.properties.generalCategory != .control {
      guard let bytes = UTF8.encode(scalar), count + bytes.count <= 1000 else { break }
      for byte in bytes {
        places[place + count] = byte
        count += 1
      }
    }
    current.store(place + count, ordering: .releasing)
  }

  /// The note; nil where there is none.
  public static var text: String? {
    let (start, count) = found()
    return count == 0
      ? nil : String(decoding: UnsafeBufferPointer(start: places + start, count: count), as: UTF8.self)
  }

  /// Writes `; ` and the note to a file, if there is one. Safe in a signal handler once `text` was asked for.
  public static func write(to file: Int32) {
    let (start, count) = found()
    guard count > 0 else { return }
    let separator: StaticString = "; "
    _ = Glibc.write(file, separator.utf8Start, separator.utf8CodeUnitCount)
    _ = Glibc.write(file, places + start, count)
  }

  private static func found() -> (start: Int, count: Int) {
    let value = current.load(ordering: .acquiring)
    return value < capacity ? (0, value) : (capacity, value - capacity)
  }
}
