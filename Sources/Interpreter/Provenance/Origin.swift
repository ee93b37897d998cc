/// How a value of the engine came to be: the call, field, index or operator that gave it, with what those were given.
/// Origins hold no values of the engine, so keeping them keeps no pictures or tensors in memory.
public final class Origin: Sendable {
  /// What gave the value.
  enum Step: Sendable {
    /// A builtin, or a function of the standard library.
    case call(Function, [Part], [(name: String, value: Part)])
    case field(Part, String)
    case index(Part, [IndexPart])
    case binary(BinaryOperation, Part, Part)
    case negated(Part)
    /// The variables with their values, the body, and what it uses.
    case sweep([(name: String, values: Part)], Code, captured: [Part])
    /// Why nobody can say.
    case unknown(String)
  }

  /// A value that a step was given.
  indirect enum Part: Sendable {
    /// Without functions and values of the engine in it.
    case literal(Value)
    case made(Origin)
    case list([Part])
    case record([(name: String, value: Part)])
    /// A function of a script, with the values that it uses.
    case function(Code, captured: [Part])
    case builtin(String)
    /// A module of the standard library.
    case module(String)
  }

  /// An entry between the brackets of `t[…]`.
  enum IndexPart: Sendable {
    case part(Part)
    case slice(from: Int?, to: Int?, step: Int?)
    case newAxis
  }

  let step: Step
  /// The type of what it gave.
  let noun: String
  /// Files that the step itself read.
  let inputs: [InputFile]
  /// What the script saved into the files that the step read.
  let reads: [SavedFile]
  /// Steps in the longest row of them that ends here.
  let depth: Int

  /// More steps in a row are not followed: a loop of a million turns would otherwise be kept as a million steps.
  static let depthLimit = 1000

  init(_ step: Step, noun: String, inputs: [InputFile] = [], reads: [SavedFile] = []) {
    self.noun = noun
    let depth = 1 + (step.parts.map(\.depth) + reads.map(\.origin.depth)).reduce(0, max)
    if depth > Origin.depthLimit {
      self.step = .unknown("it took more than \(Origin.depthLimit) steps, one upon another")
      self.inputs = []
      self.reads = []
      self.depth = 1
    } else {
      self.step = step
      self.inputs = inputs
      self.reads = reads
      self.depth = depth
    }
  }
}

/// A file that a script saved and read again.
struct SavedFile: Sendable {
  /// The call of `save`.
  let origin: Origin
}

extension Origin.Step {
  /// Everything that the step was given.
  var parts: [Origin.Part] {
    switch self {
    case .call(_, let positional, let options): positional + options.map(\.value)
    case .field(let base, _), .negated(let base): [base]
    case .index(let base, let entries):
      [base] + entries.compactMap { if case .part(let part) = $0 { part } else { nil } }
    case .binary(_, let a, let b): [a, b]
    case .sweep(let variables, let code, let captured):
      variables.map(\.values) + [.function(code, captured: captured)]
    case .unknown: []
    }
  }
}

extension Origin.Part {
  /// What is known of a value. One of the engine without an origin is unknown.
  init(_ value: Value) {
    switch value {
    case .string(let text) where text.utf8.count > RecipeWriter.limit:
      self = .made(Origin(.unknown("a text in it has \(text.utf8.count) bytes"), noun: "string"))
    case .none, .bool, .number, .string: self = .literal(value)
    // No recipe could write it down, so it is not kept in memory for one: a number takes three bytes there at least.
    case .list(let values) where values.count > RecipeWriter.limit / 3:
      self = .made(Origin(.unknown("a list in it has \(values.count) elements"), noun: "list"))
    case .list(let values):
      self = value.isPlain ? .literal(value) : .list(values.map { Self($0) })
    case .record(let record):
      self = value.isPlain ? .literal(value) : .record(record.fields.map { ($0.name, Self($0.value)) })
    case .function(let function):
      switch function.implementation {
      case .builtin(let reference): self = .builtin(reference.builtin.name)
      case .closure(let closure):
        self = .function(closure.code, captured: closure.capturedParts)
      }
    case .object(let object):
      self = .made(
        object.origin
          ?? Origin(
            .unknown("nothing is known of \(TypeMessage.article(object.typeName)) in it"),
            noun: object.typeName))
    }
  }

  /// The parts within.
  var parts: [Origin.Part] {
    switch self {
    case .literal, .made, .builtin, .module: []
    case .list(let parts): parts
    case .record(let fields): fields.map(\.value)
    case .function(_, let captured): captured
    }
  }

  var depth: Int {
    if case .made(let origin) = self { return origin.depth }
    return parts.map(\.depth).reduce(0, max)
  }
}

extension Value {
  /// Whether no function and no value of the engine is in it.
  public var isPlain: Bool {
    switch self {
    case .none, .bool, .number, .string: true
    case .list(let values): values.allSatisfy(\.isPlain)
    case .record(let record): record.fields.allSatisfy(\.value.isPlain)
    case .function, .object: false
    }
  }

  /// How this value of the engine was made; nil for others.
  public var origin: Origin? { if case .object(let object) = self { object.origin } else { nil } }

  var isObject: Bool { if case .object = self { true } else { false } }

  /// Whether a value of the engine without an origin is in it.
  private var lacksOrigins: Bool {
    switch self {
    case .object(let object): object.origin == nil
    case .list(let values): values.contains { $0.lacksOrigins }
    case .record(let record): record.fields.contains { $0.value.lacksOrigins }
    default: false
    }
  }

  /// The same value, made by `step`: it, or where it is a list or record, what of the engine is in it. With
  /// `keeping`, what has an origin already keeps it.
  func made(by origin: (_ noun: String) -> Origin, keeping: Bool = false) -> Value {
    if case .object(var object) = self {
      if !keeping || object.origin == nil { object.origin = origin(object.typeName) }
      return .object(object)
    }
    if isPlain || (keeping && !lacksOrigins) { return self }
    // One origin for all, made only once it is needed.
    let whole = origin(typeName)
    return placed(in: .made(whole), keeping: keeping)
  }

  private func placed(in base: Origin.Part, keeping: Bool) -> Value {
    switch self {
    case .object(var object):
      if case .made(let origin) = base, !keeping || object.origin == nil { object.origin = origin }
      return .object(object)
    case .list(let values):
      return .list(
        values.enumerated().map { index, value in
          if value.isPlain { return value }
          let place = Origin.IndexPart.part(.literal(.number(Double(index))))
          return value.placed(
            in: .made(Origin(.index(base, [place]), noun: value.typeName)), keeping: keeping)
        })
    case .record(let record):
      var result = Record()
      for (name, value) in record.fields {
        let place = Origin.IndexPart.part(.literal(.string(name)))
        result[name] =
          value.isPlain
          ? value
          : value.placed(in: .made(Origin(.index(base, [place]), noun: value.typeName)), keeping: keeping)
      }
      return .record(result)
    default: return self
    }
  }
}

extension Closure {
  /// What it uses from around it, as steps keep it.
  var capturedParts: [Origin.Part] {
    zip(captured, code.captureNames).map { value, name in
      if let module = name.module, module.hasPrefix("std.") { return .module(module) }
      return Origin.Part(value)
    }
  }
}

extension [IndexArgument] {
  /// As steps keep them.
  var parts: [Origin.IndexPart] {
    map {
      switch $0 {
      case .value(let value): .part(Origin.Part(value))
      case .slice(let from, let to, let step): .slice(from: from, to: to, step: step)
      case .newAxis: .newAxis
      }
    }
  }
}
