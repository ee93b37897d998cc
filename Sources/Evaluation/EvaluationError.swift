/// What is wrong with a data set, a sample, an output or a file of rows, in users' words.
public struct EvaluationError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The file concerned, as the user wrote it or as it was found; nil where it is none.
  public let file: String?
  /// The line of the file, from 1.
  public let line: Int?
  /// What is wrong.
  public let problem: String

  /// An error about a file, and perhaps a line of it.
  public init(_ file: String, line: Int? = nil, _ problem: String) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  /// An error about something that is no file.
  public init(_ problem: String) {
    file = nil
    line = nil
    self.problem = problem
  }

  /// `path, line 3: what is wrong`
  public var description: String {
    guard let file else { return problem }
    return line.map { "\(file), line \($0): \(problem)" } ?? "\(file): \(problem)"
  }
}

/// Shortens text of strangers for messages and makes control characters visible.
func quoted(_ text: String, limit: Int = 80) -> String {
  var result = "`"
  for (place, scalar) in text.unicodeScalars.enumerated() {
    if place == limit {
      result += "…"
      break
    }
    if scalar.properties.generalCategory == .control {
      result += scalar.escaped(asASCII: false)
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result + "`"
}

/// The known name nearest to a misspelt one, as the end of a sentence: "; did you mean `cat`?", or nothing.
func suggestion(for name: String, among known: [String]) -> String {
  // Distance by insertions, deletions, replacements and swapped neighbours; a third of the longer name may differ.
  let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
  var best: (name: String, distance: Int)?
  for candidate in known.prefix(10_000) {
    let other = Array(candidate.lowercased().unicodeScalars.prefix(64))
    let limit = max(1, max(wanted.count, other.count) / 3)
    if abs(wanted.count - other.count) > limit { continue }
    var before: [Int] = []
    var last = Array(0...other.count)
    for (i, letter) in wanted.enumerated() {
      var row = [i + 1]
      for (j, theirs) in other.enumerated() {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (letter == theirs ? 0 : 1))
        if i > 0, j > 0, letter == other[j - 1], wanted[i - 1] == theirs {
          cost = min(cost, before[j - 1] + 1)
        }
        row.append(cost)
      }
      (before, last) = (last, row)
    }
    // One letter is as far from another as can be.
    let distance = last[other.count]
    if distance <= limit, distance < max(wanted.count, other.count), distance < (best?.distance ?? .max) {
      best = (candidate, distance)
    }
  }
  return best.map { "; did you mean \(quoted($0.name))?" } ?? ""
}
