import Explanations
import Imaging
import Interpreter
import Segmentation
import Tensors

/// Masks and label maps as files.
enum MaskFiles {
  /// The endings there are formats for.
  static let endings = ["png", "npy", "json"]

  /// The bytes of a label map's file; nil for an ending that is none of `endings`.
  static func bytes(of value: LabelMapValue, ending: String) throws -> [UInt8]? {
    switch ending {
    case "png":
      let names = zip(value.map.colorNumbers, value.map.labels).map { "\($0) \($1)" }.joined(separator: "\n")
      return try PNG.encode(
        value.map.indexedPNG(), text: notes(of: value.recipe) + [note("Classes", names)])
    case "npy":
      guard case .object(let classes as TensorValue)? = try value.field("classes") else { return nil }
      return NPYFile.write(classes.tensor)
    case "json":
      let masks = try labelledMasks(.object(value), argument: "value")
      return try json(
        masks, width: value.map.width, height: value.map.height, recipe: value.recipe, classes: value.map)
    default: return nil
    }
  }

  /// The bytes of masks' file.
  static func bytes(of value: MasksValue, ending: String) throws -> [UInt8]? {
    switch ending {
    case "png":
      let pictures = try value.masks.map(picture)
      let figure = try PictureGrid(images: pictures, titles: value.labels).picture()
      return try PNG.encode(.rgb(figure), text: notes(of: value.recipe))
    case "npy":
      guard case .object(let pixels as TensorValue)? = try value.field("pixels") else { return nil }
      return NPYFile.write(pixels.tensor)
    case "json":
      return try json(
        value.labels.indices.map(value.mask), width: value.width, height: value.height, recipe: value.recipe)
    default: return nil
    }
  }

  /// The bytes of one mask's file.
  static func bytes(of value: MaskValue, ending: String) throws -> [UInt8]? {
    switch ending {
    case "png":
      let mask = value.mask
      return try PNG.encode(
        .grey8(width: mask.width, height: mask.height, bytes: mask.bits.map { $0 * 255 }),
        text: notes(of: value.recipe) + [note("Label", value.label)])
    case "npy":
      guard case .object(let pixels as TensorValue)? = try value.field("pixels") else { return nil }
      return NPYFile.write(pixels.tensor)
    case "json":
      return try json([value], width: value.mask.width, height: value.mask.height, recipe: value.recipe)
    default: return nil
    }
  }

  /// White where the mask is, on black.
  private static func picture(_ mask: Mask) throws -> Image {
    try mask.overlaid(
      on: Image(width: mask.width, height: mask.height, color: .black), color: .white, opacity: 1)
  }

  /// One object a mask, as COCO writes annotations: run lengths, box, area; and contours. Of a label map also its classes
  /// in order, those without a pixel too, and which of them is the background.
  private static func json(
    _ masks: [MaskValue], width: Int, height: Int, recipe: Recipe, classes: LabelMap? = nil
  ) throws -> [UInt8] {
    func text(_ text: String) -> String { JSON.text(.string(text)) ?? "\"\"" }
    let entries = try masks.map { value in
      let box = value.mask.box ?? PixelRectangle(x: 0, y: 0, width: 0, height: 0)
      let contours = try value.mask.contours().map { contour in
        "[" + contour.points.map { "\(Int($0.x)), \(Int($0.y))" }.joined(separator: ", ") + "]"
      }
      let threshold = value.threshold.map { ", \"threshold\": \($0)" } ?? ""
      return """
        {"label": \(text(value.label)), "area": \(value.mask.area), "bbox": [\(box.x), \(box.y), \
        \(box.width), \(box.height)]\(threshold), "segmentation": {"size": [\(height), \(width)], "counts": \
        \(text(RunLengths(value.mask).compressed))}, "contours": [\(contours.joined(separator: ", "))]}
        """
    }
    let origin = "\(recipe.description) on \(recipe.image) by \(recipe.modelIdentity)"
    let names = classes.map { map in
      let background = map.background.map { text(map.labels[$0]) } ?? "null"
      return "\"classes\": [\(map.labels.map(text).joined(separator: ", "))], \"background\": \(background), "
    }
    return Array(
      ("{\"recipe\": \(text(origin)), \"width\": \(width), \"height\": \(height), \(names ?? "")\"masks\": [\n"
        + entries.joined(separator: ",\n") + "\n]}\n").utf8)
  }
}
