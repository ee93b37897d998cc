import Explanations
import Imaging
import Tensors

/// What a picture made by `overlay` consists of: in a report its readers can change how the map is seen. It lives as
/// long as the picture does, and shares the pixels of the photo and the cells of the maps.
final class OverlaidMap: Sendable {
  /// The picture below.
  let ground: Image
  /// Its name.
  let groundName: String
  /// [rows, columns], before any normalization.
  let grid: Tensor
  /// Where the cells lie on the picture.
  let placement: Placement
  /// The range that all maps have in common, where they were drawn so.
  let sharedRange: ClosedRange<Float>?
  /// The colours, where the script named them.
  let colormap: Colormap?
  /// How much of the map was seen.
  let opacity: Double
  /// The label; nil for a tensor.
  let label: String?
  /// The method; nil for a tensor.
  let method: String?

  /// One of several maps made together, over a picture.
  init(
    _ image: ImageValue, _ maps: HeatMaps, at index: Int, scale: MapScale, colormap: Colormap?,
    opacity: Double
  ) {
    ground = image.image
    groundName = image.name
    grid = maps.grid.row(index)
    placement = maps.placement
    label = maps.labels[index]
    method = maps.recipe.method
    self.colormap = colormap
    self.opacity = opacity
    let values = scale == .shared ? maps.grid.scalars : []
    if let low = values.min(), let high = values.max(), values.allSatisfy(\.isFinite) {
      sharedRange = low...high
    } else {
      sharedRange = nil
    }
  }

  /// A tensor [rows, columns] over all of a picture.
  init(_ image: ImageValue, _ tensor: Tensor, colormap: Colormap?, opacity: Double) {
    ground = image.image
    groundName = image.name
    grid = tensor
    let (width, height) = (image.image.width, image.image.height)
    placement = Placement(imageWidth: width, imageHeight: height, inputWidth: width, inputHeight: height)
    sharedRange = nil
    label = nil
    method = nil
    self.colormap = colormap
    self.opacity = opacity
  }
}
