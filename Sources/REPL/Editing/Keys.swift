import CEdit

/// What a person does at the keyboard.
enum Key: Equatable {
  case character(Unicode.Scalar)
  /// Enter.
  case enter
  /// Ctrl-J or Alt-Enter: a new line whatever stands there.
  case newline
  case tab
  case backspace, delete
  case left, right, up, down, home, end, pageUp, pageDown
  case wordLeft, wordRight
  /// Ctrl and a lower-case letter, or one of `@[\]^_`.
  case control(Character)
  /// Alt and a character.
  case alt(Unicode.Scalar)
  case escape
  /// Text pasted as a whole.
  case paste(String)
  /// The window has another size.
  case resized
  /// The terminal went away.
  case endOfInput
  /// A sequence that means nothing here.
  case unknown
}

/// Reads keys from the terminal: characters, and the escape sequences that stand for keys.
struct KeyReader {
  /// Milliseconds after which a lone Escape is the key and not the beginning of a sequence.
  private static let patience: Int32 = 60
  /// The largest paste taken, in characters.
  private static let pasteLimit = 4 << 20

  /// The next key, waited for.
  func next() -> Key {
    switch clip_edit_read(-1) {
    case CLIP_EDIT_END: return .endOfInput
    case CLIP_EDIT_SIGNAL: return .resized
    case let code: return key(code)
    }
  }

  /// Whether more was typed already: then the text comes faster than a person types.
  var isPending: Bool { clip_edit_pending() }

  private func key(_ code: Int32) -> Key {
    switch code {
    case 0x0D: return .enter
    case 0x0A: return .newline
    case 0x09: return .tab
    case 0x7F, 0x08: return .backspace
    case 0x1B: return escaped()
    case 0..<0x20: return .control(Character(Unicode.Scalar(UInt8(code) | 0x40)).lowercased().first ?? " ")
    default: return Unicode.Scalar(UInt32(bitPattern: code)).map(Key.character) ?? .unknown
    }
  }

  /// What follows an Escape.
  private func escaped() -> Key {
    let code = clip_edit_read(Self.patience)
    switch code {
    case ..<0: return .escape
    case 0x5B: return bracketSequence()
    case 0x4F: return plainSequence(clip_edit_read(Self.patience))
    case 0x0D, 0x0A: return .newline
    case 0x7F, 0x08: return .control("w")
    case 0x1B:
      // Alt with a cursor key in some terminals.
      let inner = escaped()
      return inner == .left ? .wordLeft : inner == .right ? .wordRight : inner
    default: return Unicode.Scalar(UInt32(bitPattern: code)).map(Key.alt) ?? .unknown
    }
  }

  /// `ESC [ …`: parameters in digits and semicolons, then a letter or `~`.
  private func bracketSequence() -> Key {
    var parameters = ""
    while parameters.utf8.count < 32 {
      let code = clip_edit_read(Self.patience)
      guard code >= 0, let scalar = Unicode.Scalar(UInt32(bitPattern: code)) else { return .unknown }
      if scalar.value < 0x40 {
        parameters.unicodeScalars.append(scalar)
        continue
      }
      let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 1 }
      let modifier = numbers.count > 1 ? numbers[1] : 1
      guard scalar == "~" else {
        if scalar == "u", numbers.first == 13 { return .newline }
        return modified(plainSequence(code), modifier)
      }
      switch numbers.first {
      case 200: return paste()
      case 1, 7: return .home
      case 4, 8: return .end
      case 3: return .delete
      case 5: return .pageUp
      case 6: return .pageDown
      // Shift-Enter and its like, where the terminal tells them from Enter (xterm's modifyOtherKeys).
      case 27 where numbers.last == 13: return .newline
      default: return .unknown
      }
    }
    return .unknown
  }

  private func modified(_ key: Key, _ modifier: Int) -> Key {
    guard modifier > 2 else { return key }
    return switch key {
    case .left: .wordLeft
    case .right: .wordRight
    default: key
    }
  }

  private func plainSequence(_ code: Int32) -> Key {
    switch Unicode.Scalar(UInt32(bitPattern: max(code, 0))) {
    case "A": .up
    case "B": .down
    case "C": .right
    case "D": .left
    case "H": .home
    case "F": .end
    case "M": .enter
    default: .unknown
    }
  }

  /// The text up to the end of a bracketed paste. Its lines may end in any way; what a terminal would obey is dropped.
  private func paste() -> Key {
    let end: [Unicode.Scalar] = ["\u{1B}", "[", "2", "0", "1", "~"]
    var scalars = String.UnicodeScalarView()
    var matched = 0
    var afterReturn = false
    var count = 0
    while count < Self.pasteLimit {
      let code = clip_edit_read(2000)
      if code == CLIP_EDIT_SIGNAL { continue }
      guard code >= 0, let scalar = Unicode.Scalar(UInt32(bitPattern: code)) else { break }
      count += 1
      if scalar == end[matched] {
        matched += 1
        if matched == end.count { break }
        continue
      }
      // The beginning of an end mark that was none: what of it can be shown stays.
      if matched > 0 { for held in end[1..<max(1, matched)] { scalars.append(held) } }
      matched = scalar == end[0] ? 1 : 0
      if matched == 1 { continue }
      switch scalar {
      case "\r": scalars.append("\n")
      case "\n": if !afterReturn { scalars.append("\n") }
      case "\t": scalars.append(scalar)
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): break
      default: scalars.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    return .paste(String(scalars))
  }
}
