import Basics
import Syntax

/// Why there is no recipe.
public struct RecipeProblem: Error, Sendable {
  /// In a sentence without its end: `it took more than 1000 steps, one upon another`.
  public let reason: String
}

/// Writes how a value was made as a script that makes it again: every call once, in order, with what it was given
/// written out. What the value does not rest on is not in it.
struct RecipeWriter {
  /// The longest recipe, in bytes.
  static let limit = 1 << 18

  private var lines: [String] = []
  private var bytes = 0
  /// What is bound so far, by the origin's identity.
  private var names: [ObjectIdentifier: String] = [:]
  private var counts: [String: Int] = [:]
  private var imports: [String] = []
  /// How often each origin is used.
  private var uses: [ObjectIdentifier: Int] = [:]
  /// Words that functions use, which no binding of the recipe may bear.
  private var taken: Set<String> = []
  private(set) var inputs: [InputFile] = []
  private var listed: Set<String> = []
  private let registry: Registry

  /// The script that makes what `origin` made. Throws `RecipeProblem`.
  static func text(
    of origin: Origin, registry: Registry
  ) throws -> (text: String, inputs: [InputFile]) {
    var writer = RecipeWriter(registry: registry)
    let order = try writer.visit(origin)
    for step in order where step !== origin { try writer.bind(step) }
    writer.take(inputs: origin)
    try writer.add(try writer.expression(of: origin))
    let imports = writer.imports.map { name in
      let alias = writer.alias(of: name)
      return "import std.\(name)" + (alias == name ? "" : " as \(alias)")
    }
    let text =
      (["clip 1", ""] + (imports.isEmpty ? [] : imports + [""]) + writer.lines).joined(separator: "\n") + "\n"
    let file = SourceFile(name: "recipe", text: text)
    // In the one style; a recipe that cannot be laid out is still a recipe.
    return ((try? Formatter.format(file)) ?? text, writer.inputs)
  }

  private init(registry: Registry) { self.registry = registry }

  private mutating func add(_ line: String) throws {
    bytes += line.utf8.count + 1
    guard bytes <= Self.limit else {
      throw RecipeProblem(reason: "it would be longer than \(Self.limit / 1024) KB")
    }
    lines.append(line)
  }

  // MARK: Order

  /// All origins that one rests on, those that others rest on first; counts their uses.
  private mutating func visit(_ root: Origin) throws -> [Origin] {
    var order: [Origin] = []
    var seen: Set<ObjectIdentifier> = []
    // By hand rather than by recursion: rows of steps are long.
    var stack: [(origin: Origin, isDone: Bool)] = [(root, false)]
    while let (origin, isDone) = stack.popLast() {
      if isDone {
        order.append(origin)
        continue
      }
      guard seen.insert(ObjectIdentifier(origin)).inserted else { continue }
      if case .unknown(let reason) = origin.step { throw RecipeProblem(reason: reason) }
      stack.append((origin, true))
      var below: [Origin] = origin.reads.map(\.origin)
      for part in origin.step.parts { collect(part, &below) }
      for child in below { uses[ObjectIdentifier(child), default: 0] += 1 }
      for child in below.reversed() { stack.append((child, false)) }
    }
    return order
  }

  private mutating func collect(_ part: Origin.Part, _ found: inout [Origin]) {
    switch part {
    case .made(let origin): found.append(origin)
    case .function(let code, _):
      for lexeme in Lexeme.all(of: code.file, within: code.span) { taken.insert(code.file.text(lexeme.span)) }
    default: break
    }
    for inner in part.parts { collect(inner, &found) }
  }

  // MARK: Statements

  private mutating func take(inputs origin: Origin) {
    for input in origin.inputs where listed.insert(input.name + "\0" + (input.path ?? "")).inserted {
      inputs.append(input)
    }
  }

  /// Binds what a step gives to a name, unless it is short and used once.
  private mutating func bind(_ origin: Origin) throws {
    take(inputs: origin)
    let text = try expression(of: origin)
    let id = ObjectIdentifier(origin)
    if case .call(let function, _, _) = origin.step, function.name == "save", function.builtin != nil {
      // For what it writes.
      try add(text)
      names[id] = "none"
      return
    }
    if uses[id] == 1, text.utf8.count < 48, !isInput(origin), !text.contains("\n") {
      names[id] = text
      return
    }
    let name = freshName(origin.noun)
    try add("\(name) = \(text)")
    names[id] = name
  }

  private func isInput(_ origin: Origin) -> Bool { !origin.inputs.isEmpty || !origin.reads.isEmpty }

  private mutating func freshName(_ noun: String) -> String {
    var name: String
    repeat {
      counts[noun, default: 0] += 1
      name = noun + "\(counts[noun] ?? 1)"
    } while taken.contains(name) || registry[name] != nil
    return name
  }

  // MARK: Expressions

  private mutating func expression(of origin: Origin) throws -> String {
    switch origin.step {
    case .unknown(let reason): throw RecipeProblem(reason: reason)
    case .field(let base, let name): return try operand(base) + "." + name
    case .index(let base, let entries):
      return try operand(base) + "[" + entries.map { try entry($0) }.joined(separator: ", ") + "]"
    case .binary(let operation, let a, let b):
      return try "\(operand(a)) \(operation.rawValue) \(operand(b))"
    case .negated(let a): return "-" + (try operand(a))
    case .sweep(let variables, let code, let captured):
      let heads = try variables.map { "\($0.name) in \(try text($0.values))" }.joined(separator: ", ")
      return try within(code, captured, "sweep \(heads) \(code.file.text(code.span))")
    case .call(let function, let positional, let options):
      var arguments = try positional.map { try text($0) }
      for option in options { arguments.append("\(option.name): " + (try text(option.value))) }
      return try name(of: function) + "(" + arguments.joined(separator: ", ") + ")"
    }
  }

  private mutating func entry(_ entry: Origin.IndexPart) throws -> String {
    switch entry {
    case .newAxis: return "none"
    case .part(let part): return try text(part)
    case .slice(let from, let to, let step):
      let bounds = "\(from.map(String.init) ?? ""):\(to.map(String.init) ?? "")"
      return step.map { "\(bounds):\($0)" } ?? bounds
    }
  }

  private mutating func name(of function: Function) throws -> String {
    switch function.implementation {
    case .builtin(let reference): return reference.builtin.name
    case .closure(let closure): return try text(Origin.Part(.function(Function(closure))))
    }
  }

  /// A part as something that binds tighter than any operator.
  private mutating func operand(_ part: Origin.Part) throws -> String {
    let text = try text(part)
    if case .literal(.number(let number)) = part {
      return number < 0 || !number.isFinite ? "(\(text))" : text
    }
    if case .made(let origin) = part, names[ObjectIdentifier(origin)] == text {
      switch origin.step {
      case .binary, .negated: return text.allSatisfy { $0.isLetter || $0.isNumber } ? text : "(\(text))"
      default: return text
      }
    }
    return text
  }

  private mutating func text(_ part: Origin.Part) throws -> String {
    switch part {
    case .literal(let value): return value.source
    case .made(let origin): return try names[ObjectIdentifier(origin)] ?? expression(of: origin)
    case .list(let parts): return "[" + (try parts.map { try text($0) }).joined(separator: ", ") + "]"
    case .record(let fields):
      let texts = try fields.map { Value.key($0.name) + ": " + (try text($0.value)) }
      return "{" + texts.joined(separator: ", ") + "}"
    case .builtin(let name): return name
    case .module(let name): return try module(name)
    case .function(let code, let captured): return try text(of: code, captured)
    }
  }

  private mutating func module(_ name: String) throws -> String {
    let short = String(name.dropFirst("std.".count))
    if !imports.contains(short) { imports.append(short) }
    return alias(of: short)
  }

  /// What a module is called: some bear the name of a builtin, or of something within a function.
  private func alias(of module: String) -> String {
    registry[module] == nil && !taken.contains(module) ? module : module + "Library"
  }

  /// A function as it stands in the script; what it takes from around it becomes parameters of a function around it.
  private mutating func text(of code: Code, _ captured: [Origin.Part]) throws -> String {
    if code.isLibraryMember { return try module(code.file.name) + "." + code.name }
    let written = code.file.text(code.span)
    // `fn name(x)` without its name.
    let bare = written.firstIndex(of: "(").map { "fn" + written[$0...] } ?? written
    return try within(code, captured, bare)
  }

  /// Code that uses names from around it, so that it has them.
  private mutating func within(_ code: Code, _ captured: [Origin.Part], _ text: String) throws -> String {
    var around: [(name: String, value: String)] = []
    for (part, capture) in zip(captured, code.captureNames) {
      if case .module(let name) = part, try module(name) == capture.name {
        continue
      } else {
        around.append((capture.name, try self.text(part)))
      }
    }
    if around.isEmpty { return "(\(text))" }
    return "(fn(\(around.map(\.name).joined(separator: ", "))) => \(text))"
      + "(\(around.map(\.value).joined(separator: ", ")))"
  }
}

extension Code {
  /// Whether scripts reach this function by its module's name.
  var isLibraryMember: Bool { file.isLibrary && name != "fn" && !name.hasPrefix("_") }
}

extension Value {
  /// Text that a script reads as exactly this value, which must be plain.
  var source: String {
    switch self {
    case .number(let number):
      if number.isNaN { return "(0 * 1e308 * 10)" }
      if number.isInfinite { return number < 0 ? "(-1e308 * 10)" : "(1e308 * 10)" }
      return NumberText.plain(number)
    case .string(let text):
      return Quoting.literal(text) { scalar in
        scalar == "{" || scalar == "}" ? "\\\(scalar)" : DisplayWidth.escaped(String(scalar))
      }
    case .list(let values): return "[" + values.map(\.source).joined(separator: ", ") + "]"
    case .record(let record):
      return "{" + record.fields.map { Value.key($0.name) + ": " + $0.value.source }.joined(separator: ", ")
        + "}"
    default: return literal
    }
  }

  /// A field's name as a record writes it.
  static func key(_ name: String) -> String { isWord(name) ? name : Value.string(name).source }
}
