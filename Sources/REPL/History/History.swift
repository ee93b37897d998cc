/// Earlier entries, to go back to and to search.
struct History {
  /// The entries, oldest first.
  private(set) var entries: [String]
  private let file: HistoryFile?

  /// The entries of a file; an empty history that is not kept where there is none.
  init(file: HistoryFile?) {
    self.file = file
    entries = file?.load() ?? []
  }

  /// Adds an entry, here and to the file. One that is already there moves to the end.
  mutating func add(_ entry: String) {
    if entries.last == entry { return }
    entries.removeAll { $0 == entry }
    entries.append(entry)
    file?.append(entry)
  }

  /// The nearest entry before (`step` -1) or after (+1) a place that begins with a text.
  func next(from place: Int, step: Int, beginning prefix: String) -> Int? {
    var place = place + step
    while entries.indices.contains(place) {
      if entries[place].hasPrefix(prefix) { return place }
      place += step
    }
    return nil
  }

  /// The nearest entry from a place on that contains a text, letters alike in both cases unless a capital is asked for.
  func search(_ text: String, from place: Int, step: Int) -> Int? {
    let isExact = text.contains { $0.isUppercase }
    var place = place
    while entries.indices.contains(place) {
      let entry = isExact ? entries[place] : entries[place].lowercased()
      if History.place(of: text, in: entry) != nil { return place }
      place += step
    }
    return nil
  }

  /// Where a text stands in another, in characters.
  static func place(of text: String, in other: String) -> Int? {
    let wanted = Array(text.utf8)
    let bytes = Array(other.utf8)
    guard !wanted.isEmpty, bytes.count >= wanted.count else { return wanted.isEmpty ? 0 : nil }
    for start in 0...(bytes.count - wanted.count) where bytes[start] == wanted[0] {
      if bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
        return String(decoding: bytes[..<start], as: UTF8.self).count
      }
    }
    return nil
  }
}
