import Synchronization

/// A slice of every evaluation of a run: `--shard 2/4` measures each fourth picture from the second on.
public struct Shard: Sendable, Hashable {
  /// Which slice, from 1.
  public let number: Int
  /// How many slices.
  public let count: Int

  /// Reads `2/4`; nil for what is no slice.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
      (1...100_000).contains(count), (1...count).contains(number)
    else { return nil }
    self.number = number
    self.count = count
  }

  /// Whether a sample belongs to the slice.
  func contains(_ index: Int) -> Bool { index % count == number - 1 }

  /// A file's path with the slice before its ending: `rows.2of4.jsonl`.
  func path(_ path: String) -> String {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
      return path + ".\(number)of\(count)"
    }
    let ending = name[dot...]
    return path.dropLast(ending.count) + ".\(number)of\(count)" + ending
  }

  private static let chosen = Mutex<Shard?>(nil)

  /// The slice of this process; nil for all.
  public static var current: Shard? {
    get { chosen.withLock { $0 } }
    set { chosen.withLock { $0 = newValue } }
  }
}
