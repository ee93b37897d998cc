import Syntax

/// The TeX that `docs/` writes equations in, as HTML: letters in italics, `<sub>` and `<sup>`,
/// fractions as two lines. No font and no script is needed.
package enum Mathematics {
  /// Signs by their command.
  private static let signs: [String: String] = [
    "leftarrow": "←", "rightarrow": "→", "cdot": "·", "times": "×", "top": "⊤", "odot": "⊙", "in": "∈",
    "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈", "infty": "∞", "partial": "∂", "sum": "Σ", "prod": "Π",
    "varnothing": "∅", "lVert": "‖", "rVert": "‖", "ldots": "…", "cdots": "⋯", "pm": "±", "cap": "∩",
    "cup": "∪",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "lambda": "λ",
    "mu": "μ", "omega": "ω", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "theta": "θ", "phi": "φ",
    "Phi": "Φ", "Sigma": "Σ", "Delta": "Δ", "Omega": "Ω", "nabla": "∇", "{": "{", "}": "}", "%": "%",
    "_": "_",
    ",": "\u{2009}", ";": "\u{2004}", " ": " ", "quad": "\u{2003}", "qquad": "\u{2003}\u{2003}", "!": "",
  ]
  /// Names of functions, set upright.
  private static let functions: Set<String> = ["cos", "sin", "log", "exp", "max", "min", "arg", "det", "ln"]
  /// Commands that only size what follows.
  private static let ignored: Set<String> = ["big", "Big", "bigg", "left", "right", "displaystyle"]
  /// Accents by their command, as combining characters.
  private static let accents = ["hat": "\u{302}", "bar": "\u{304}", "tilde": "\u{303}", "vec": "\u{20D7}"]

  /// HTML of an expression, and commands that it does not know (which then stand as written).
  package static func html(_ tex: String) -> (html: String, unknown: [String]) {
    var reader = Reader(text: Array(tex))
    let html = reader.expression()
    return (html, reader.unknown)
  }

  /// HTML of an equation on lines of its own: what `\\quad`s keep apart may stand on different lines.
  package static func display(_ tex: String) -> String {
    var parts: [String] = [""]
    var rest = tex[...]
    while let character = rest.first {
      if rest.hasPrefix("\\qquad") || rest.hasPrefix("\\quad") {
        rest = rest.drop { $0 != "d" }.dropFirst()
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
        rest = rest.dropFirst()
      }
    }
    return parts.map { "<span class=\"part\">\(html($0).html)</span>" }.joined(separator: " ")
  }

  /// Signs that stand between two sides, with space around them.
  private static let relations: Set<Character> = [
    "=", "+", "−", "<", ">", "←", "→", "·", "×", "∈", "≤", "≥", "≠", "≈", "⊙", "±", "∩", "∪",
  ]

  private struct Reader {
    let text: [Character]
    /// How many sub- and superscripts are open; there signs stand close.
    var scripts = 0
    /// Whether something stands before that a sign can be between: else `-` is a sign of its own.
    var hasLeftSide = false
    var position = 0
    var unknown: [String] = []

    /// Everything up to a closing brace, which is consumed, or the end.
    mutating func expression() -> String {
      var result = ""
      while position < text.count {
        if text[position] == "}" {
          position += 1
          return result
        }
        result += atom()
      }
      return result
    }

    /// A group in braces, a command or one character.
    private mutating func argument() -> String {
      while position < text.count, text[position] == " " { position += 1 }
      guard position < text.count else { return "" }
      if text[position] == "{" {
        position += 1
        return expression()
      }
      return atom()
    }

    /// The text of a group in braces, as it is.
    private mutating func words() -> String {
      guard position < text.count, text[position] == "{" else { return argument() }
      let end = text[position...].firstIndex(of: "}") ?? text.count
      defer { position = min(end + 1, text.count) }
      return HTML.escaped(String(text[position + 1..<end]))
    }

    private mutating func atom() -> String {
      let character = text[position]
      position += 1
      switch character {
      case "{": return expression()
      case "_": return "<sub>\(script())</sub>"
      case "^": return "<sup>\(script())</sup>"
      case "\\": return command()
      // Space means nothing in TeX.
      case " ", "\n": return ""
      case ",", ";": return sign(character) + (scripts > 0 ? "" : " ")
      case "'": return "′"
      default:
        if character.isLetter, character.isASCII {
          hasLeftSide = true
          return "<i>\(character)</i>"
        }
        return sign(character == "-" ? "−" : character)
      }
    }

    private mutating func script() -> String {
      scripts += 1
      let outer = hasLeftSide
      hasLeftSide = false
      defer {
        scripts -= 1
        hasLeftSide = outer
      }
      return argument()
    }

    /// A sign with the space it wants around it.
    private mutating func sign(_ character: Character) -> String {
      let text = HTML.escaped(String(character))
      guard Mathematics.relations.contains(character) else {
        hasLeftSide = !"([{,;".contains(character)
        return text
      }
      defer { hasLeftSide = false }
      return scripts > 0 || !hasLeftSide ? text : " \(text) "
    }

    private mutating func command() -> String {
      var name = ""
      while position < text.count, text[position].isLetter, text[position].isASCII {
        name.append(text[position])
        position += 1
      }
      if name.isEmpty, position < text.count {
        name = String(text[position])
        position += 1
      }
      if let sign = Mathematics.signs[name] {
        guard let first = sign.first else { return "" }
        if first.isLetter || first.isWhitespace || sign.count > 1 {
          hasLeftSide = hasLeftSide || first.isLetter
          return first.isLetter ? "<i>\(sign)</i>" : sign
        }
        return self.sign(first)
      }
      hasLeftSide = true
      if Mathematics.functions.contains(name) {
        // Before a letter a thin space, before a bracket none.
        let next = text[position...].first { $0 != " " }
        return next.map { $0.isLetter || $0 == "\\" } == true ? name + "\u{2009}" : name
      }
      if Mathematics.ignored.contains(name) { return "" }
      if let accent = Mathematics.accents[name] {
        let base = argument()
        // The mark goes onto the letter within its tags.
        return base.hasSuffix("</i>") ? base.dropLast(4) + accent + "</i>" : base + accent
      }
      switch name {
      case "mathrm", "text", "mathbf", "operatorname": return words()
      case "sqrt": return "√<span class=\"root\">\(argument())</span>"
      case "frac":
        let above = argument()
        return "<span class=\"frac\"><span>\(above)</span><span>\(argument())</span></span>"
      default:
        unknown.append(name)
        return HTML.escaped("\\" + name)
      }
    }
  }
}
