/// Pieces of HTML that are well-formed XML too.
public enum HTML {
  /// Text with the signs of markup replaced, for the inside of an element or of a quoted attribute.
  public static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
