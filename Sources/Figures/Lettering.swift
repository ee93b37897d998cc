/// Letters of one size: how wide they are, and how text is broken into lines.
struct Lettering: Hashable, Sendable {
  /// The size of an em, in points.
  let size: Double
  let isBold: Bool

  init(_ size: Double, isBold: Bool = false) {
    self.size = size
    self.isBold = isBold
  }

  /// From one baseline to the next, in points.
  var lineHeight: Double { size * 1.2 }
  /// From the top of a line's box to its baseline.
  var ascent: Double { size * 0.93 }
  /// How high the digits and capitals stand above the baseline.
  var capHeight: Double { size * 0.73 }

  /// How wide a line is, in points.
  func width(_ text: String) -> Double {
    Typefaces.use { $0.layOut(text, isBold: isBold).width } * size
  }

  /// The width of the widest line.
  func width(_ lines: [String]) -> Double { lines.map { width($0) }.max() ?? 0 }

  /// The height of lines below one another.
  func height(_ count: Int) -> Double { Double(count) * lineHeight }

  /// Breaks text into lines of at most `width` points: at line breaks and spaces, within a word only if it is too long
  /// itself, and then behind a hyphen if it has one there. The last of `limit` lines ends in an ellipsis when text is left.
  func lines(_ text: String, width: Double, limit: Int = 100) -> [String] {
    var lines: [String] = []
    // No text is endless, and one that is cut says so.
    let text = text.utf8.count > 4000 && text.count > 4000 ? text.prefix(4000) + " …" : text[...]
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        let longer = line.isEmpty ? String(word) : line + " " + word
        if self.width(longer) <= width {
          line = longer
          continue
        }
        if !line.isEmpty { lines.append(line) }
        line = String(word)
        while line.count > 1, self.width(line) > width {
          var count = fitting(line, width: width)
          if let hyphen = line.prefix(count).lastIndex(of: "-"), hyphen != line.startIndex {
            count = line.distance(from: line.startIndex, to: hyphen) + 1
          }
          lines.append(String(line.prefix(count)))
          line = String(line.dropFirst(count))
        }
        if lines.count > limit { break }
      }
      lines.append(line)
      if lines.count > limit { break }
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count > limit else { return lines }
    var kept = Array(lines.prefix(limit))
    if let last = kept.popLast() { kept.append(ellipsized(last + " …", width: width)) }
    return kept
  }

  /// The text, or as much of its beginning as fits with an ellipsis.
  func ellipsized(_ text: String, width: Double) -> String {
    let text = String(text.prefix(2000))
    guard self.width(text) > width else { return text }
    var kept = Substring(text.hasSuffix("…") ? text.dropLast() : text[...])
    kept = kept.prefix(fitting(String(kept), width: width - self.width("…")))
    while kept.last == " " { kept.removeLast() }
    return kept + "…"
  }

  /// How many characters of the beginning fit, at least one.
  private func fitting(_ text: String, width: Double) -> Int {
    var (low, high) = (1, max(1, text.count))
    while low < high {
      let middle = (low + high + 1) / 2
      if self.width(String(text.prefix(middle))) <= width { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

extension Drawing {
  /// Puts lines below one another, the top of the first line's box at `y`.
  mutating func add(
    _ lines: [String], _ lettering: Lettering, x: Double, y: Double, anchor: Anchor = .start, color: Color
  ) {
    for (i, line) in lines.enumerated() where !line.isEmpty {
      add(
        .text(
          Text(
            line, at: Point(x, y + Double(i) * lettering.lineHeight + lettering.ascent), size: lettering.size,
            anchor: anchor, isBold: lettering.isBold, color: color)))
    }
  }
}
