/// The TeX that `docs/` writes equations in, as HTML: letters in italics, `<sub>` and `<sup>`,
/// fractions as two lines. No font and no script is needed.
enum Mathematics {
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
  static func html(_ tex: String) -> (html: String, unknown: [String]) {
    var reader = Reader(text: Array(tex))
    let html = reader.expression()
    return (html, reader.unknown)
  }

  private struct Reader {
    let text: [Character]
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
      case "_": return "<sub>\(argument())</sub>"
      case "^": return "<sup>\(argument())</sup>"
      case "\\": return command()
      case "-": return "−"
      case "'": return "′"
      case "\n": return " "
      default:
        if character.isLetter, character.isASCII { return "<i>\(character)</i>" }
        return HTML.escaped(String(character))
      }
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
      } else if Mathematics.accents[name] == nil {
        // A space only ends the command's name, except after an operator, where one is wanted.
        while position < text.count, text[position] == " ", Mathematics.functions.contains(name) == false,
          Mathematics.signs[name]?.first?.isLetter == true
        {
          position += 1
        }
      }
      if let sign = Mathematics.signs[name] {
        return sign.first?.isLetter == true ? "<i>\(sign)</i>" : HTML.escaped(sign)
      }
      if Mathematics.functions.contains(name) { return name }
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
