// What a formatted script may look like, before lines are chosen: a small algebra of documents in
// the manner of Wadler ("A prettier printer", 2003). `LayoutWriter` chooses.

/// A piece of output with the places where its lines may end.
struct Layout: Sendable {
  indirect enum Kind: Sendable {
    /// Bytes of one token; `width` is that of its first line.
    case text(String, width: Int, isMultiline: Bool)
    /// A space, dropped where the line ends behind it.
    case space
    /// A line's end where the group around it is broken; otherwise the space it stands for.
    case line(flat: Int)
    /// A line's end in any case.
    case hardLine
    /// An empty line, where a line ends here.
    case blank
    /// A comment. One that does not stand alone goes to the end of the line written last.
    case comment(String, standsAlone: Bool, blankBefore: Bool)
    /// Nothing; the groups around it are broken.
    case forceBreak
    case sequence([Layout])
    case nest(Int, Layout)
    /// On one line where it fits, otherwise with every `line` in it (but not in inner groups) broken.
    case group(Layout)
    /// On one line even where the group around it is broken.
    case flat(Layout)
    /// The first in a broken group, nothing otherwise.
    case ifBroken(Layout)
    /// As many items a line as fit.
    case fill([Layout])
    /// What stands behind `=` or `=>`.
    case assigned(Layout, Assignment)
    /// The arguments of a call: each on a line of its own, or the last hugged by the parentheses.
    case hug(apart: Layout, hugged: Layout)
    /// The clauses of an `if`: on one line, or a line a clause, or with every block on lines of its own.
    case ladder(clauses: [Layout], nest: Int, expanded: Layout)
  }

  /// Where a value goes that does not fit behind its `=`.
  enum Assignment: Sendable {
    /// Stays on the line and breaks inside.
    case stays
    /// Goes to the next line if it then fits on one, else stays.
    case movesWhole
    /// Goes to the next line.
    case moves
  }

  let kind: Kind
  /// Whether it cannot stand on one line.
  let isForced: Bool

  init(_ kind: Kind) {
    self.kind = kind
    self.isForced =
      switch kind {
      case .hardLine, .comment, .forceBreak: true
      case .text, .space, .line, .blank, .ifBroken: false
      case .sequence(let parts), .fill(let parts): parts.contains(where: \.isForced)
      case .nest(_, let inner), .group(let inner), .flat(let inner), .assigned(let inner, _):
        inner.isForced
      case .hug(let apart, _): apart.isForced
      case .ladder(let clauses, _, _): clauses.contains(where: \.isForced)
      }
  }

  static let empty = Layout(.sequence([]))
  static let space = Layout(.space)
  /// A space, or a line's end.
  static let line = Layout(.line(flat: 1))
  /// Nothing, or a line's end.
  static let softLine = Layout(.line(flat: 0))
  static let hardLine = Layout(.hardLine)
  static let blank = Layout(.blank)
  static let forceBreak = Layout(.forceBreak)
  static let comma = Layout.text(",")

  static func text(_ text: String) -> Layout {
    var isASCII = true
    var count = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") {
        let first = text.utf8.prefix(count)
        return Layout(
          .text(text, width: DisplayWidth.of(String(decoding: first, as: UTF8.self)), isMultiline: true))
      }
      if byte >= 0x80 { isASCII = false }
      count += 1
    }
    return Layout(.text(text, width: isASCII ? count : DisplayWidth.of(text), isMultiline: false))
  }

  static func sequence(_ parts: [Layout]) -> Layout { Layout(.sequence(parts)) }
  static func sequence(_ parts: Layout...) -> Layout { Layout(.sequence(parts)) }
  static func nest(_ by: Int = 2, _ inner: Layout...) -> Layout { Layout(.nest(by, .sequence(inner))) }
  static func group(_ inner: Layout...) -> Layout {
    Layout(.group(inner.count == 1 ? inner[0] : .sequence(inner)))
  }

  var isEmpty: Bool { if case .sequence(let parts) = kind { parts.isEmpty } else { false } }
}

/// Chooses where lines end, and writes them.
struct LayoutWriter {
  /// The widest line, in cells, where one can be had.
  let width: Int
  private(set) var output: [UInt8] = []
  private var column = 0
  private var pending = Pending.nothing
  /// Whether the line ends in a comment, so that nothing else can stand on it.
  private var isAfterComment = false

  /// What comes before the next token. It waits, because a comment may still want the line's end.
  private enum Pending {
    case nothing
    case space
    case newline(indent: Int, blank: Bool)
  }

  private struct Command {
    let indent: Int
    let isFlat: Bool
    let layout: Layout
  }

  init(width: Int) { self.width = width }

  /// Ends the last line.
  mutating func finish() {
    if !output.isEmpty { output.append(UInt8(ascii: "\n")) }
  }

  /// Writes a layout whose lines begin in the first column.
  mutating func write(_ layout: Layout) {
    var stack = [Command(indent: 0, isFlat: false, layout: layout)]
    while let command = stack.popLast() { run(command, &stack) }
  }

  private mutating func run(_ command: Command, _ stack: inout [Command]) {
    let indent = command.indent
    func push(_ layout: Layout, flat: Bool, indent: Int) {
      stack.append(Command(indent: indent, isFlat: flat, layout: layout))
    }
    switch command.layout.kind {
    case .text(let text, let width, let isMultiline): write(text, width, indent, isMultiline)
    case .space: if case .nothing = pending { pending = .space }
    case .line(let flat):
      if command.isFlat, !isAfterComment {
        if flat > 0, case .nothing = pending { pending = .space }
      } else {
        breakLine(indent)
      }
    case .hardLine: breakLine(indent)
    case .blank:
      if case .newline(let indent, _) = pending {
        pending = .newline(indent: indent, blank: true)
      } else if isAfterComment {
        pending = .newline(indent: indent, blank: true)
      }
    case .comment(let text, let standsAlone, let blankBefore):
      writeComment(text, standsAlone: standsAlone, blankBefore: blankBefore, indent)
    case .forceBreak: break
    case .sequence(let parts):
      for part in parts.reversed() { push(part, flat: command.isFlat, indent: indent) }
    case .nest(let by, let inner): push(inner, flat: command.isFlat, indent: indent + by)
    case .group(let inner):
      let isFlat = command.isFlat || (!inner.isForced && fits(inner, stack))
      push(inner, flat: isFlat, indent: indent)
    case .flat(let inner): push(inner, flat: true, indent: indent)
    case .ifBroken(let inner): if !command.isFlat { push(inner, flat: false, indent: indent) }
    case .fill(let items): fill(items, indent, isFlat: command.isFlat)
    case .assigned(let value, let assignment):
      let isFlat = command.isFlat || (!value.isForced && fits(value, stack, extra: 1))
      if isFlat {
        push(value, flat: true, indent: indent)
        push(.space, flat: true, indent: indent)
        return
      }
      let moves: Bool =
        switch assignment {
        case .stays: false
        case .moves: true
        case .movesWhole: !value.isForced && fits(value, stack, from: indent + 2)
        }
      push(value, flat: false, indent: moves ? indent + 2 : indent)
      push(moves ? .hardLine : .space, flat: false, indent: indent + 2)
    case .hug(let apart, let hugged):
      if command.isFlat || (!apart.isForced && fits(apart, stack)) {
        push(apart, flat: true, indent: indent)
      } else {
        let isHugged = fits(hugged, stack, isFlat: false)
        push(isHugged ? hugged : apart, flat: false, indent: indent)
      }
    case .ladder(let clauses, let nest, let expanded):
      if command.isFlat || (!command.layout.isForced && fits(Layout.joined(clauses, by: .space), stack)) {
        push(Layout.joined(clauses, by: .space), flat: true, indent: indent)
      } else if clauses.count > 1, areRungs(clauses, stack, indent + nest) {
        push(
          Layout.joined(clauses.map { Layout(.flat($0)) }, by: .hardLine), flat: false, indent: indent + nest)
      } else {
        push(expanded, flat: false, indent: indent)
      }
    }
  }

  /// Whether each clause fits on a line of its own.
  private func areRungs(_ clauses: [Layout], _ stack: [Command], _ indent: Int) -> Bool {
    for (index, clause) in clauses.enumerated() {
      if clause.isForced(ignoringForceBreak: true) { return false }
      let rest = index == clauses.count - 1 ? stack : []
      let isFitting = index == 0 ? fits(clause, rest) : fits(clause, rest, from: indent)
      if !isFitting { return false }
    }
    return true
  }

  /// As many items a line as fit; the items are short and without lines of their own.
  private mutating func fill(_ items: [Layout], _ indent: Int, isFlat: Bool) {
    for (index, item) in items.enumerated() {
      if index > 0 {
        if isFlat || fits(item, [], extra: 1) { pending = .space } else { breakLine(indent) }
      }
      var stack = [Command(indent: indent, isFlat: isFlat, layout: item)]
      while let command = stack.popLast() { run(command, &stack) }
    }
  }

  // MARK: Bytes

  private mutating func breakLine(_ indent: Int) {
    var blank = false
    if case .newline(_, let wasBlank) = pending { blank = wasBlank }
    pending = .newline(indent: indent, blank: blank)
  }

  private mutating func flush() {
    switch pending {
    case .nothing: break
    case .space:
      output.append(UInt8(ascii: " "))
      column += 1
    case .newline(let indent, let blank):
      if !output.isEmpty {
        output.append(UInt8(ascii: "\n"))
        if blank { output.append(UInt8(ascii: "\n")) }
      }
      output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
      column = indent
    }
    pending = .nothing
  }

  private mutating func write(_ text: String, _ width: Int, _ indent: Int, _ isMultiline: Bool) {
    if isAfterComment {
      if case .newline = pending {} else { breakLine(indent) }
      isAfterComment = false
    }
    flush()
    output.append(contentsOf: text.utf8)
    if isMultiline, let end = text.utf8.lastIndex(of: UInt8(ascii: "\n")) {
      column = DisplayWidth.of(String(text[text.utf8.index(after: end)...]))
    } else {
      column += width
    }
  }

  private mutating func writeComment(
    _ text: String, standsAlone: Bool, blankBefore: Bool, _ indent: Int
  ) {
    if !standsAlone, !isAfterComment, !output.isEmpty {
      output.append(contentsOf: "  ".utf8)
      output.append(contentsOf: text.utf8)
      if case .space = pending { pending = .nothing }
    } else {
      if case .newline(let indent, let blank) = pending {
        pending = .newline(indent: indent, blank: blank || blankBefore)
      } else {
        pending = .newline(indent: indent, blank: blankBefore)
      }
      flush()
      output.append(contentsOf: text.utf8)
    }
    isAfterComment = true
  }

  // MARK: Measuring

  /// Whether a layout, on one line, fits with what follows it up to the next place where a line
  /// may end. `from` is the column it would begin in.
  ///
  /// With `isFlat: false` it only has to fit up to the first place where a line may end in it.
  private func fits(
    _ layout: Layout, _ rest: [Command], from start: Int? = nil, extra: Int = 0, isFlat: Bool = true
  ) -> Bool {
    var left = width - extra
    if let start {
      left -= start
    } else {
      switch pending {
      case .nothing: left -= column
      case .space: left -= column + 1
      case .newline(let indent, _): left -= indent
      }
    }
    var next = rest.count
    var stack = [(layout: layout, isFlat: isFlat)]
    while left >= 0 {
      guard let (layout, isFlat) = stack.popLast() else {
        guard next > 0 else { return true }
        next -= 1
        stack.append((rest[next].layout, rest[next].isFlat))
        continue
      }
      switch layout.kind {
      case .text(_, let width, let isMultiline):
        left -= width
        if isMultiline { return left >= 0 }
      case .space: left -= 1
      case .line(let flat):
        if !isFlat { return true }
        left -= flat
      case .hardLine, .comment: return true
      case .blank, .forceBreak: break
      case .sequence(let parts): for part in parts.reversed() { stack.append((part, isFlat)) }
      case .fill(let items):
        for (index, item) in items.enumerated().reversed() {
          stack.append((item, isFlat))
          if index > 0 { stack.append((.line, isFlat)) }
        }
      case .nest(_, let inner), .group(let inner): stack.append((inner, isFlat))
      case .flat(let inner): stack.append((inner, true))
      case .ifBroken(let inner): if !isFlat { stack.append((inner, false)) }
      case .assigned(let value, let assignment):
        if !isFlat, assignment != .stays { return true }
        stack.append((value, isFlat))
        left -= 1
      case .hug(let apart, _): stack.append((apart, isFlat))
      case .ladder(let clauses, _, let expanded):
        stack.append((isFlat ? Layout.joined(clauses, by: .space) : expanded, isFlat))
      }
    }
    return false
  }
}

extension Layout {
  /// The parts with something between them.
  static func joined(_ parts: [Layout], by separator: Layout) -> Layout {
    var result: [Layout] = []
    for part in parts {
      if !result.isEmpty { result.append(separator) }
      result.append(part)
    }
    return .sequence(result)
  }

  /// Whether it cannot stand on one line, were it not for a `forceBreak` at its beginning.
  fileprivate func isForced(ignoringForceBreak: Bool) -> Bool {
    guard isForced, case .sequence(let parts) = kind, case .forceBreak? = parts.first?.kind else {
      return isForced
    }
    return parts.dropFirst().contains(where: \.isForced)
  }
}
