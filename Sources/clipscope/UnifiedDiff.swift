/// What differs between two texts, line by line, as `diff -u` writes it and `patch` reads it.
enum UnifiedDiff {
  /// Lines that stay, shown around those that change.
  private static let context = 3
  /// Changes beyond which the lines between the first and the last are shown as one change: the search takes
  /// time and memory of their square.
  private static let changeLimit = 2000

  /// A run of lines of both texts; equal lines, or lines that are replaced.
  private struct Run {
    var old: Range<Int>
    var new: Range<Int>
    let isEqual: Bool
  }

  /// The difference; empty where there is none.
  static func text(from old: [UInt8], to new: [UInt8], name: String) -> String {
    let a = lines(old)
    let b = lines(new)
    let hunks = hunks(runs(a, b))
    if hunks.isEmpty { return "" }
    var result = "--- \(name)\n+++ \(name)\n"
    for hunk in hunks {
      guard let first = hunk.first, let last = hunk.last else { continue }
      result += "@@ -\(range(first.old.lowerBound..<last.old.upperBound))"
      result += " +\(range(first.new.lowerBound..<last.new.upperBound)) @@\n"
      for run in hunk {
        if run.isEqual {
          for line in a[run.old] { append(line, " ", to: &result) }
        } else {
          for line in a[run.old] { append(line, "-", to: &result) }
          for line in b[run.new] { append(line, "+", to: &result) }
        }
      }
    }
    return result
  }

  /// Lines with their ends.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      result.append(bytes[start...index])
      start = index + 1
    }
    if start < bytes.count { result.append(bytes[start...]) }
    return result
  }

  private static func append(_ line: ArraySlice<UInt8>, _ mark: String, to text: inout String) {
    text += mark + String(decoding: line, as: UTF8.self)
    if line.last != UInt8(ascii: "\n") { text += "\n\\ No newline at end of file\n" }
  }

  /// `start,count`; the line before where there is none, as `patch` wants it.
  private static func range(_ range: Range<Int>) -> String {
    let start = range.isEmpty ? range.lowerBound : range.lowerBound + 1
    return range.count == 1 ? "\(start)" : "\(start),\(range.count)"
  }

  /// Changes with their context; changes near one another share a hunk.
  private static func hunks(_ runs: [Run]) -> [[Run]] {
    var hunks: [[Run]] = []
    var hunk: [Run] = []
    for (index, run) in runs.enumerated() {
      if !run.isEqual {
        hunk.append(run)
        continue
      }
      let isLast = index == runs.count - 1
      if !hunk.isEmpty {
        if !isLast, run.old.count <= 2 * context {
          hunk.append(run)
          continue
        }
        hunks.append(hunk + [part(run, 0..<min(context, run.old.count))])
      }
      hunk = isLast ? [] : [part(run, max(0, run.old.count - context)..<run.old.count)]
    }
    if hunk.contains(where: { !$0.isEqual }) { hunks.append(hunk) }
    return hunks.map { $0.filter { !$0.isEqual || !$0.old.isEmpty } }
  }

  private static func part(_ run: Run, _ part: Range<Int>) -> Run {
    func shifted(_ start: Int) -> Range<Int> { (start + part.lowerBound)..<(start + part.upperBound) }
    return Run(old: shifted(run.old.lowerBound), new: shifted(run.new.lowerBound), isEqual: true)
  }

  /// Equal and changed lines in turn, the fewest changes there can be (Myers 1986, "An O(ND) difference algorithm").
  private static func runs(_ a: [ArraySlice<UInt8>], _ b: [ArraySlice<UInt8>]) -> [Run] {
    // What both begin and end with needs no search.
    var head = 0
    while head < a.count, head < b.count, a[head] == b[head] { head += 1 }
    var tail = 0
    while tail < a.count - head, tail < b.count - head, a[a.count - 1 - tail] == b[b.count - 1 - tail] {
      tail += 1
    }
    let n = a.count - head - tail
    let m = b.count - head - tail
    if n == 0, m == 0 { return [] }
    var pairs: [(Int, Int)] = Array(zip(0..<head, 0..<head))
    pairs += matches(n, m) { a[head + $0] == b[head + $1] }.map { (head + $0.0, head + $0.1) }
    pairs += (0..<tail).map { (a.count - tail + $0, b.count - tail + $0) }
    var result: [Run] = []
    var (x, y) = (0, 0)
    for pair in pairs + [(a.count, b.count)] {
      if pair.0 > x || pair.1 > y {
        result.append(Run(old: x..<pair.0, new: y..<pair.1, isEqual: false))
      }
      if pair.0 < a.count, pair.1 < b.count {
        if let last = result.last, last.isEqual {
          result[result.count - 1].old = last.old.lowerBound..<(pair.0 + 1)
          result[result.count - 1].new = last.new.lowerBound..<(pair.1 + 1)
        } else {
          result.append(Run(old: pair.0..<(pair.0 + 1), new: pair.1..<(pair.1 + 1), isEqual: true))
        }
      }
      (x, y) = (pair.0 + 1, pair.1 + 1)
    }
    return result
  }

  /// The longest common subsequence of 0..<n and 0..<m; none when it takes more changes than the limit.
  private static func matches(_ n: Int, _ m: Int, _ equal: (Int, Int) -> Bool) -> [(Int, Int)] {
    let limit = min(n + m, changeLimit)
    // furthest[k + limit + 1]: how far in `a` d changes lead on the diagonal x - y = k.
    var furthest = [Int](repeating: 0, count: 2 * limit + 3)
    var history: [[Int]] = []
    for d in 0...limit {
      history.append(Array(furthest[(limit + 1 - d)...(limit + 1 + d)]))
      for k in stride(from: -d, through: d, by: 2) {
        let place = k + limit + 1
        let isDown = k == -d || (k != d && furthest[place - 1] < furthest[place + 1])
        var x = isDown ? furthest[place + 1] : furthest[place - 1] + 1
        while x < n, x - k < m, x - k >= 0, equal(x, x - k) { x += 1 }
        furthest[place] = x
        if x == n, x - k == m { return trace(history, d, n, m) }
      }
    }
    return []
  }

  /// Goes back from the end along the changes that led there.
  private static func trace(_ history: [[Int]], _ changes: Int, _ n: Int, _ m: Int) -> [(Int, Int)] {
    var result: [(Int, Int)] = []
    var (x, y) = (n, m)
    for d in stride(from: changes, to: 0, by: -1) {
      // The furthest points before the d-th change, of the diagonals -d ... d.
      let row = history[d]
      let k = x - y
      func at(_ k: Int) -> Int { row[k + d] }
      let isDown = k == -d || (k != d && at(k - 1) < at(k + 1))
      let from = isDown ? k + 1 : k - 1
      let (oldX, oldY) = (at(from), at(from) - from)
      let start = isDown ? oldX : oldX + 1
      while x > start {
        x -= 1
        y -= 1
        result.append((x, y))
      }
      (x, y) = (oldX, oldY)
    }
    while x > 0, y > 0 {
      x -= 1
      y -= 1
      result.append((x, y))
    }
    return result.reversed()
  }
}
