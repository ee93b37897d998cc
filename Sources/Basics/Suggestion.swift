/// "Did you mean": the known name nearest to a misspelt one.
public enum Suggestion {
  /// The candidate nearest to `name`, or nil when none is near enough to be meant.
  ///
  /// Distance is optimal string alignment (insertions, deletions, substitutions, swapped
  /// neighbours), case-insensitive; a third of the longer name's length may differ, at least one
  /// letter. Among equals the first candidate wins, so the answer does not depend on hashing when
  /// the candidates are in a fixed order.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    var best: String?
    var bestDistance = Int.max
    for candidate in candidates where candidate != name {
      let other = Array(candidate.lowercased().unicodeScalars.prefix(64))
      let limit = max(1, max(wanted.count, other.count) / 3)
      if abs(wanted.count - other.count) > limit { continue }
      let found = distance(wanted, other)
      // One letter is as far from another letter as can be: no suggestion.
      if found <= limit, found < bestDistance, found < max(wanted.count, other.count) {
        best = candidate
        bestDistance = found
      }
    }
    return best
  }

  /// The hint line for a misspelt name: ``did you mean `layers`?``.
  public static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
    nearest(to: name, among: candidates).map { "did you mean `\($0)`?" }
  }

  /// Damerau–Levenshtein distance in its optimal-string-alignment form, three rows at a time.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      for j in 1...b.count {
        var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          cost = min(cost, beforeLast[j - 2] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
