import Syntax

extension LineEditor {
  /// Goes to the next older (-1) or newer (+1) entry that begins as the text before the cursor does.
  func recall(_ step: Int) {
    var state =
      recalled
      ?? (
        place: history.entries.count,
        prefix: buffer.text(buffer.characters[..<buffer.cursor]), draft: buffer.expanded
      )
    if recalled == nil, step > 0 {
      recalled = nil
      return
    }
    var place = history.next(from: state.place, step: step, beginning: state.prefix)
    // What stands there already is not worth a key.
    while let found = place, history.entries[found] == buffer.expanded {
      place = history.next(from: found, step: step, beginning: state.prefix)
    }
    if let place {
      state.place = place
      show(history.entries[place])
    } else if step > 0 {
      state.place = history.entries.count
      show(state.draft)
    } else {
      tell(state.prefix.isEmpty ? "no older entry" : "no older entry that begins so")
    }
    recalled = state
  }

  private func show(_ entry: String) { buffer.replaceAll(with: entry, folded: isTooTall(entry)) }

  /// Ctrl-R: finds entries that contain what is typed. Enter runs the one shown, Escape, Tab and the cursor keys edit
  /// it, Ctrl-G goes back to what was there.
  func search() -> Outcome? {
    let draft = buffer
    var text = ""
    var place = history.entries.count
    func show(_ failed: Bool) {
      if history.entries.indices.contains(place) {
        let entry = history.entries[place]
        let found = History.place(of: text, in: entry) ?? History.place(of: text, in: entry.lowercased()) ?? 0
        let isFolded = isTooTall(entry)
        buffer = draft
        buffer.replaceAll(with: entry, folded: isFolded, cursor: isFolded ? nil : found)
      } else {
        buffer = draft
      }
      tell((failed ? "no entry has" : "search") + ": \(text)▏")
      paint()
    }
    show(false)
    while true {
      let key = nextKey()
      switch key {
      case .character(let scalar) where scalar.value >= 0x20:
        text.unicodeScalars.append(scalar)
        step(from: min(place, history.entries.count - 1), -1)
      case .backspace:
        if !text.isEmpty { text.removeLast() }
        place = history.entries.count
        if text.isEmpty { show(false) } else { step(from: place - 1, -1) }
      case .control("r"): step(from: place - 1, -1)
      case .control("s"): step(from: place + 1, 1)
      case .control("g"), .control("c"):
        buffer = draft
        below = []
        return nil
      case .escape, .tab:
        below = []
        return nil
      case .resized:
        resize()
        show(false)
      default:
        below = []
        return handle(key)
      }
    }
    func step(from start: Int, _ direction: Int) {
      guard !text.isEmpty else { return }
      if let found = history.search(text, from: start, step: direction) {
        place = found
        show(false)
      } else {
        show(true)
      }
    }
  }
}

extension LineEditor {
  /// Tab: completes the name before the cursor; where only space stands before it on its line, indents.
  func completeOrIndent() {
    let line = buffer.characters[buffer.lineStart..<buffer.cursor]
    if line.allSatisfy({ $0 == " " || $0 == "\t" }), !buffer.isOnFirstLine {
      buffer.insert("  ")
      return
    }
    // Folds stand for themselves: places count as the entry is shown.
    guard let completion = complete(String(buffer.characters), buffer.cursor), !completion.candidates.isEmpty,
      completion.range.upperBound <= buffer.characters.count
    else { return }
    let present = String(buffer.characters[completion.range])
    if let only = completion.candidates.first, completion.candidates.count == 1 {
      if only.text != present { buffer.replace(completion.range, with: only.text) }
      if !only.help.isEmpty { tell(only.help) }
      return
    }
    let common = completion.commonPrefix
    if common.count > present.count, common.hasPrefix(present) {
      buffer.replace(completion.range, with: common)
    }
    let room = size.rows - layout.rows.count
    below = completion.rows(width: size.columns, height: max(room, size.rows / 2), colors: colors)
  }
}
