/// What can be looped over.
enum Sequences {
  /// The elements of a list, or of a value of the engine that is a sequence.
  static func elements(of value: Value) throws -> [Value] {
    switch value {
    case .list(let values): return values
    case .object(let object):
      if let elements = try object.elements() {
        if object is Table { return elements }
        let base = Origin.Part(value)
        return elements.enumerated().map { index, element in
          let place = Origin.IndexPart.part(.literal(.number(Double(index))))
          return element.made(by: { Origin(.index(base, [place]), noun: $0) })
        }
      }
      throw ScriptError("\(TypeMessage.article(object.typeName)) is not a sequence of elements")
    case .record:
      throw ScriptError("a record is not a list", hint: "use `keys(r)`, `values(r)` or `items(r)`")
    case .string:
      throw ScriptError("a string is not a list", hint: "use `split(text, \"\")` for its characters")
    default:
      throw ScriptError("expected a list, found \(value.typeName)")
    }
  }
}
