import CLIPModels
import Imaging
import Tensors

/// A picture as a model sees it.
struct ModelInput: Sendable {
  /// Normalized, [3, height, width].
  let pixels: Tensor
  /// Where it lies on the picture.
  let placement: Placement
  /// Patches along the height.
  let rows: Int
  /// Patches along the width.
  let columns: Int
  /// The same before normalization.
  let view: Image
}

/// Pictures prepared as inputs, kept with the work of the towers: the towers know an input by its
/// memory, so the same picture seen the same way must give the same tensor.
struct PreparedPicture: Hashable, Sendable {
  let image: Image
  let preprocessing: Preprocessing

  static func == (a: PreparedPicture, b: PreparedPicture) -> Bool {
    a.preprocessing == b.preprocessing && a.image == b.image
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(preprocessing)
    hasher.combine(image.width)
    hasher.combine(image.height)
    // A few samples: equality compares all, at once where both share their memory.
    let step = max(1, image.bytes.count / 61)
    for index in stride(from: 0, to: image.bytes.count, by: step) { hasher.combine(image.bytes[index]) }
  }

  /// The input, prepared where it is not known.
  func input() throws -> ModelInput {
    let work = WarmWork.current
    if let old = work.kept(self, as: ModelInput.self, .view) { return old }
    let output = try preprocessing.apply(to: image)
    let (rows, columns) = output.placement.grid(patch: preprocessing.patch)
    let new = ModelInput(
      pixels: output.pixels, placement: output.placement, rows: rows, columns: columns,
      view: output.view)
    work.keep(
      new, self, bytes: new.pixels.byteCount + new.view.bytes.count + image.bytes.count, .view)
    return new
  }
}
