import Syntax
import TestSupport
import Testing

@testable import Bindings
@testable import Interpreter

/// Every parameter of every builtin, given a value of a wrong type, says in one form which argument is
/// wrong, what it takes and what it found: written out (seen before running) and through a name.
@Suite struct ArgumentTypeTests {
  /// Values to be wrong with.
  static let strangers: [(text: String, value: Value)] = [
    ("none", .none), ("true", .bool(true)), ("{strange: 1}", .record(["strange": .number(1)])),
    ("0.25", .number(0.25)), ("\"strange\"", .string("strange")), ("[none]", .list([.none])),
  ]

  static let maps = ["heatmap", "heatmaps", "mask", "masks"].map(TypeSpec.engine)

  /// How a value of a type is written.
  static func sample(_ type: TypeSpec) -> String {
    switch type {
    case .any, .number, .int: "1"
    case .string, .path: "\"a\""
    case .bool: "true"
    case .none: "none"
    case .choice(let names): "\"\(names.first ?? "")\""
    case .list: "[]"
    case .record: "{}"
    case .function: "len"
    case .engine("tensor"): "ones([2, 2])"
    case .engine("model"): "load(\"emoji\")"
    case .engine("image"): "image(zeros([2, 2, 3]))"
    case .engine("table"): "table([])"
    case .engine("heatmaps"): "surgery(image(zeros([8, 8, 3])), load(\"emoji\"), \"cat\")"
    case .engine("heatmap"): sample(.engine("heatmaps")) + "[0]"
    case .engine(let name): name
    case .union(let members):
      // Not a map, which would take a model, where anything else will do.
      (members.first { !maps.contains($0) } ?? members.first).map(sample) ?? "none"
    }
  }

  @Test(arguments: Engine.registry.names)
  func saysWhatIsWrong(_ name: String) throws {
    let builtin = try #require(Engine.registry[name])
    let output = try TemporaryFolder()
    let runner = ScriptRunner.engine(outputFolder: output.path)
    for (place, parameter) in (builtin.positional + builtin.options).enumerated() {
      // A type that takes anything has no strangers.
      guard let stranger = Self.strangers.first(where: { !parameter.type.accepts($0.value) }) else {
        continue
      }
      let isOption = place >= builtin.positional.count
      func call(_ wrong: String) -> String {
        var arguments: [String] = []
        for (index, other) in builtin.positional.enumerated() {
          if index == place { arguments.append(wrong) }
          if index != place, other.defaultValue == nil { arguments.append(Self.sample(other.type)) }
          if index != place, other.defaultValue != nil, index < place, !isOption {
            arguments.append(Self.sample(other.type))
          }
        }
        for option in builtin.options where option.name != parameter.name && option.defaultValue == nil {
          arguments.append("\(option.name): \(Self.sample(option.type))")
        }
        if isOption { arguments.append("\(parameter.name): \(wrong)") }
        return "\(name)(\(arguments.joined(separator: ", ")))"
      }
      let takes =
        isOption
        ? "option `\(parameter.name)` of `\(name)` takes \(parameter.type.phrase), found "
        : "`\(name)` takes \(parameter.type.phrase) as its \(Signature.ordinal(place)) argument, found "
      for script in [call(stranger.text), "wrong = [\(stranger.text)][0]\n\(call("wrong"))"] {
        let outcome = try runner.run(script)
        let messages = outcome.diagnostics.map(\.message)
        #expect(
          messages.contains { $0.hasPrefix(takes) }, "\(script)\nexpected \(takes)…\nfound \(messages)")
      }
    }
  }
}
