import Syntax

/// Sentences about types.
public enum TypeMessage {
  /// `` `save` takes a path as its 2nd argument, found number ``.
  static func argument(
    of function: String, _ parameter: String, _ index: Int?, _ type: TypeSpec, _ found: String
  ) -> String {
    if let index {
      return "`\(function)` takes \(type.phrase) as its \(Signature.ordinal(index)) argument, found \(found)"
    }
    return "option `\(parameter)` of `\(function)` takes \(type.phrase), found \(found)"
  }

  /// What is said of a condition that is no bool.
  static func condition(_ noun: String) -> (message: String, hint: String?) {
    let hint: String? =
      switch noun {
      case "number": "compare it: `… != 0`"
      case "list", "string": "compare its length: `len(…) > 0`"
      case "none": "compare it: `… != none`"
      default: nil
      }
    return ("expected a bool, found \(noun)", hint)
  }

  /// A noun with its article; `none` has none.
  public static func article(_ noun: String) -> String {
    if noun == "none" || noun == "heatmaps" || noun == "masks" || noun == "points" || noun.hasPrefix("a list")
    {
      return noun
    }
    return (noun.first.map { "aeiou".contains($0) } ?? false ? "an " : "a ") + noun
  }
}
