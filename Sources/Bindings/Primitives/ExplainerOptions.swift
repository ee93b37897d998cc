import Explanations
import Interpreter

/// The methods of `gradcam`, as scripts name them.
enum ExplainerName: String, CaseIterable {
  case gradECLIP = "grad-eclip"
  case gradCAM = "grad-cam"
  case game, rollout, attention, maskclip, legrad, sclip, naclip, clearclip, rise, m2ib
  case inputGradient = "input-gradient"

  /// Those that explain texts.
  static let ofTexts: [ExplainerName] = [.gradECLIP, .game, .rollout]
}

/// An option that some methods have.
struct ExplainerOption {
  let parameter: Builtin.Parameter
  let methods: [ExplainerName]

  init(
    _ name: String, _ type: TypeSpec, default value: Value = .none, _ methods: [ExplainerName], _ doc: String
  ) {
    let known =
      methods.count == ExplainerName.allCases.count
      ? "" : " (" + methods.map(\.rawValue).joined(separator: ", ") + ")"
    parameter = Builtin.Parameter(name, type, default: value, doc + known)
    self.methods = methods
  }

  /// All of them. What is `none` by default depends on the method.
  static let all: [ExplainerOption] = [
    ExplainerOption(
      "layers", .union([.int, .choice(["all"]), .none]), [.gradECLIP, .legrad],
      "how many of the last blocks; `none`: 1 for a picture, 8 for a text, 2 for legrad"),
    ExplainerOption(
      "layer", .union([.int, .none]), [.gradCAM, .attention, .m2ib],
      "which block, or of a ResNet which stage: 1 is the first, -1 the last; `none` is the published one"),
    ExplainerOption(
      "from", .union([.choice(Game.Start.allCases.map(\.rawValue)), .none]), [.game],
      "the block that relevance begins at; `none`: the last for a picture, the first for a text"),
    ExplainerOption(
      "heads", .choice(GradECLIP.Heads.allCases.map(\.rawValue)), default: .string("native"), [.gradECLIP],
      "the model's own, or one of the full width as the released program has it"),
    ExplainerOption(
      "similarity", .union([.choice(GradECLIP.Similarity.allCases.map(\.rawValue)), .none]),
      default: .string("projected"), [.gradECLIP],
      "what λ compares: queries and keys after the output projection, themselves, or nothing"),
    ExplainerOption(
      "range", .choice(TextGradECLIP.Range.allCases.map(\.rawValue)), default: .string("prompt"),
      [.gradECLIP],
      "of a text: what λ's minimum and maximum range over, its own tokens or the padding too"),
    ExplainerOption(
      "sigma", .number, default: .number(5), [.naclip], "how far a patch's neighbourhood reaches, in patches"),
    ExplainerOption(
      "samples", .union([.int, .none]), [.rise, .m2ib],
      "random masks at most, or noise samples a step; `none`: 1000 for rise, 10 for m2ib"),
    ExplainerOption("cells", .int, default: .number(7), [.rise], "cells of a mask along each side"),
    ExplainerOption(
      "visible", .number, default: .number(0.5), [.rise], "the probability that a cell is let through"),
    ExplainerOption(
      "settle", .number, default: .number(0.05), [.rise],
      "masks end when every map's correlation with endless masks is at least 1 less this (99 % sure); 0: all"),
    ExplainerOption(
      "centered", .bool, default: .bool(true), [.rise],
      "whether the mean cosine is taken off before masks are added up; published: false"),
    ExplainerOption("beta", .number, default: .number(0.1), [.m2ib], "the price of information"),
    ExplainerOption("steps", .int, default: .number(10), [.m2ib], "steps of Adam"),
    ExplainerOption("rate", .number, default: .number(1), [.m2ib], "Adam's rate"),
    ExplainerOption(
      "prior", .choice(M2IB.Prior.allCases.map(\.rawValue)), default: .string("standard"), [.m2ib],
      "the noise: of mean 0 and deviation 1, or of each feature's own"),
    ExplainerOption(
      "map", .union([.choice(InputGradient.Map.allCases.map(\.rawValue)), .none]), [.inputGradient],
      "what a pixel's three gradients become; `none`: their length, or times the input where integrated"),
    ExplainerOption(
      "pooling", .choice(InputGradient.Pooling.allCases.map(\.rawValue)), default: .string("mean"),
      [.inputGradient], "what the pixels of a patch become"),
    ExplainerOption(
      "smooth", .int, default: .number(0), [.inputGradient], "noisy copies (SmoothGrad); published: 50"),
    ExplainerOption(
      "noise", .number, default: .number(0.15), [.inputGradient],
      "the noise's deviation as a part of the input's range"),
    ExplainerOption(
      "integrate", .int, default: .number(0), [.inputGradient],
      "steps from the mean colour to the input (integrated gradients)"),
    ExplainerOption(
      "seed", .int, default: .number(0), [.rise, .m2ib, .inputGradient],
      "another number gives other random masks and noise"),
  ]

  /// Refuses options that the chosen method does not have.
  static func check(_ given: Set<String>, method: ExplainerName) throws {
    for option in all where given.contains(option.parameter.name) && !option.methods.contains(method) {
      let name = option.parameter.name
      throw ScriptError(
        "`\(name)` has no meaning with `method: \"\(method.rawValue)\"`", argument: name,
        hint: "it is an option of " + option.methods.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
    }
  }
}

/// Runs an explainer; its errors in the script's terms.
func explaining<R>(_ body: () throws -> R) throws -> R {
  do { return try body() } catch let error as ExplanationError {
    throw ScriptError(error.description, argument: error.option ?? "method", hint: error.hint)
  }
}
