import Syntax

/// Pieces of pages: the manual, reports.
extension HTML {
  /// An element; without content, an empty one.
  package static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: String = ""
  )
    -> String
  {
    let list = attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
    return "<\(name)\(list)>\(content)</\(name)>"
  }

  /// What is between a heading's words as an anchor: lower case letters, digits and hyphens.
  package static func slug(_ text: String) -> String {
    var result = ""
    for character in text.lowercased() {
      if character.isASCII, character.isLetter || character.isNumber {
        result.append(character)
      } else if result.last != "-", !result.isEmpty {
        result.append("-")
      }
    }
    while result.last == "-" { result.removeLast() }
    return result
  }

  /// Code of the language in colours.
  package static func highlighted(_ code: String) -> String {
    let file = SourceFile(name: "code", text: code)
    var result = ""
    var position = 0
    for piece in Highlighting.pieces(of: file) where piece.span.start >= position {
      result += escaped(file.text(Span(position, piece.span.start)))
      let text = escaped(file.text(piece.span))
      switch piece.kind {
      case .keyword: result += "<b class=\"k\">\(text)</b>"
      case .function: result += "<span class=\"f\">\(text)</span>"
      case .string: result += "<span class=\"s\">\(text)</span>"
      case .number: result += "<span class=\"n\">\(text)</span>"
      case .comment: result += "<i class=\"c\">\(text)</i>"
      case .name, .symbol: result += text
      }
      position = piece.span.end
    }
    return result + escaped(file.text(Span(position, file.utf8.count)))
  }

  /// Code with what it prints below it.
  package static func example(_ code: String, output: [String]) -> String {
    var html = "<pre class=\"code\"><code>\(highlighted(code))</code></pre>"
    if !output.isEmpty {
      let lines = output.map { line in
        line.hasPrefix("error:") || line.hasPrefix("warning:")
          ? "<span class=\"err\">\(escaped(line))</span>" : escaped(line)
      }
      html += "<pre class=\"out\"><samp>\(lines.joined(separator: "\n"))</samp></pre>"
    }
    return "<div class=\"example\">\(html)</div>"
  }
}
