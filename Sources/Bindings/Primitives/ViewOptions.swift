import CLIPModels
import Imaging
import Interpreter
import Tensors

/// How a picture is shown to a model: the options `size`, `fit`, `scale`, `positions` that all
/// primitives share.
struct ViewOptions {
  let size: Int?
  let fit: Fit
  let positions: PositionResize

  /// The most patches a picture may be cut into: beyond it attention's scores alone take gigabytes.
  static let maximumPatches = 16_384

  /// The parameters, with the default `fit` of the primitive they belong to.
  static func parameters(fit: String) -> [Builtin.Parameter] {
    [
      Builtin.Parameter(
        "size", .union([.int, .none]), default: Value.none,
        "side of the model's input in pixels, a multiple of its patch; `none` is the model's own"),
      Builtin.Parameter(
        "fit", .choice(["squash", "crop", "keep"]), default: .string(fit),
        "how the picture meets that size: squashed to a square, its middle cropped, or its aspect kept"),
      Builtin.Parameter(
        "scale", .number, default: .number(1),
        "with `fit: \"keep\"`: the factor on the picture's sides, then rounded to whole patches"),
      Builtin.Parameter(
        "positions", .choice(PositionResize.allCases.map(\.rawValue)), default: .string("bilinear"),
        "how the position embedding is resized to another grid"),
    ]
  }

  init(_ arguments: Arguments) throws {
    size = try arguments.optionalInt("size")
    let scale = try arguments.double("scale")
    switch try arguments.string("fit") {
    case "crop": fit = .crop
    case "keep":
      guard scale > 0, scale <= 64 else {
        throw ScriptError(
          "`scale` must be above 0 and at most 64, found \(format(scale))", argument: "scale")
      }
      if size != nil {
        throw ScriptError(
          "`size` has no meaning with `fit: \"keep\"`; give `scale` instead", argument: "size")
      }
      fit = .keep(scale: scale)
    default: fit = .squash
    }
    if arguments.given.contains("scale"), fit == .squash || fit == .crop {
      throw ScriptError("`scale` needs `fit: \"keep\"`", argument: "scale")
    }
    positions = PositionResize(rawValue: try arguments.string("positions")) ?? .bilinear
  }

  /// The model's input made from a picture, with where it lies.
  func input(from image: Image, for model: CLIPModel) throws -> ModelInput {
    let patch = model.patchSize
    let side = size ?? model.architecture.imageSize
    if case .keep = fit {
    } else {
      let across = side / patch
      // Compared before multiplied: the square of a huge size overflows.
      guard across <= Self.maximumPatches, side < 0 || across * across <= Self.maximumPatches else {
        throw ScriptError(
          "a `size` of \(side) makes more than \(Self.maximumPatches) patches, the most possible",
          argument: "size")
      }
      guard side > 0, side % patch == 0 else {
        let below = max(patch, across * patch)
        throw ScriptError(
          "`size` must be a positive multiple of \(patch), the patch of \(model.name); found \(side)",
          argument: "size", hint: "try \(below) or \(below + patch)")
      }
    }
    if case .keep(let scale) = fit {
      // Before the picture is enlarged to that; rounding to whole patches changes little.
      let rows = (Double(image.height) * scale / Double(patch)).rounded(.down)
      let columns = (Double(image.width) * scale / Double(patch)).rounded(.down)
      guard max(rows, 1) * max(columns, 1) <= Double(Self.maximumPatches) else {
        throw ScriptError(
          "this picture of \(image.width)×\(image.height) pixels at this scale makes more than "
            + "\(Self.maximumPatches) patches, the most possible",
          argument: "scale")
      }
    }
    let preprocessing = model.preprocessing(size: side, fit: fit)
    do {
      let input = try PreparedPicture(image: image, preprocessing: preprocessing).input()
      guard input.rows * input.columns <= Self.maximumPatches else {
        throw ScriptError(
          "this picture at this scale makes \(input.rows) × \(input.columns) patches; at most "
            + "\(Self.maximumPatches) are possible", argument: "scale")
      }
      return input
    } catch let error as ImageError {
      throw ScriptError(error.description, argument: "image")
    }
  }

  /// The options as a recipe records them.
  func recorded(for input: ModelInput) -> [(String, String)] {
    let name =
      switch fit {
      case .squash: "\"squash\""
      case .crop: "\"crop\""
      case .keep(let scale): "\"keep\", scale: \(format(scale))"
      }
    return [
      ("size", "[\(input.pixels.shape[1]), \(input.pixels.shape[2])]"), ("fit", name),
      ("positions", "\"\(positions.rawValue)\""),
    ]
  }
}
