import Tensors

/// Maps of numbers over a model's patches: normalizing, enlarging to the picture, laying over it.
public enum HeatMap {
  /// (x − min) / (max − min) over all values. A constant map becomes all zero, as there is nothing to see in it; values
  /// that are not finite do not take part and become zero.
  public static func minMaxNormalized(_ map: Tensor) -> Tensor {
    map.withUnsafeBuffer { values in
      var low = Float.infinity
      var high = -Float.infinity
      for value in values where value.isFinite {
        low = min(low, value)
        high = max(high, value)
      }
      let range = high - low
      return Tensor(map.shape) { out in
        for i in 0..<values.count {
          out[i] = range > 0 && values[i].isFinite ? (values[i] - low) / range : 0
        }
      }
    }
  }

  /// Min-max over each element of the first axis on its own: [texts, …] normalized text by text.
  public static func minMaxNormalizedEach(_ maps: Tensor) -> Tensor {
    guard maps.rank > 1, maps.shape[0] > 0 else { return minMaxNormalized(maps) }
    let each = maps.count / maps.shape[0]
    return Tensor(maps.shape) { out in
      for i in 0..<maps.shape[0] {
        minMaxNormalized(maps.row(i)).withUnsafeBuffer { row in
          for j in 0..<each { out[i * each + j] = row[j] }
        }
      }
    }
  }

  /// A map and the pixels of the picture it covers.
  public struct Placed: Sendable {
    /// One value a pixel: [rectangle.height, rectangle.width], or [n, …] for n maps.
    public let values: Tensor
    /// Where the values lie on the picture.
    public let rectangle: PixelRectangle
  }

  /// Enlarges patch maps, [rows, columns] or [n, rows, columns], to the pixels they cover, bilinearly (as PyTorch's
  /// `interpolate` with `align_corners=False` where the model sees the whole picture; elsewhere the same rule over
  /// `placement.region`). Not normalized again. Throws `ImageError.invalid` for other shapes.
  public static func enlarged(_ maps: Tensor, over placement: Placement) throws(ImageError) -> Placed {
    let grid = try GridExtents(maps, layout: .channelsFirst, operation: "enlarge map")
    let rectangle = placement.pixels
    guard rectangle.width > 0, rectangle.height > 0 else {
      throw .invalid(operation: "enlarge map", reason: "the map covers no pixel of the picture")
    }
    if placement.coversImage {
      return Placed(
        values: try maps.resizedGrid(rows: rectangle.height, columns: rectangle.width, filter: .bilinear),
        rectangle: rectangle)
    }
    let region = placement.region
    let values = try maps.resampled(
      grid,
      vertical: AxisWeights(
        from: grid.rows, over: region.y, extent: region.height, first: rectangle.y, outputs: rectangle.height),
      horizontal: AxisWeights(
        from: grid.columns, over: region.x, extent: region.width, first: rectangle.x,
        outputs: rectangle.width))
    return Placed(values: values, rectangle: rectangle)
  }
}

extension Image {
  /// This picture with a map in colours over it: (1 − opacity)·picture + opacity·colour, truncated to 8 bits, as
  /// CLIP Surgery's program draws it (arXiv 2304.05653; there jet with opacity 0.6).
  ///
  /// - Parameters:
  ///   - map: [rows, columns] over the model's patches or over pixels, values in 0…1 (`HeatMap.minMaxNormalized`);
  ///     enlarged bilinearly to the pixels it covers.
  ///   - placement: where the map lies; nil for the whole picture. Pixels outside keep their colours.
  ///   - opacity: from 0, the picture alone, to 1, the map alone.
  /// - Throws: `ImageError.invalid` for other shapes, or a placement on a picture of another size.
  public func overlaid(
    with map: Tensor, placement: Placement? = nil, colormap: Colormap = .jet, opacity: Double = 0.6
  ) throws(ImageError) -> Image {
    guard map.rank == 2 else {
      throw .invalid(
        operation: "overlay", reason: "expected a map [rows, columns], got \(describe(shape: map.shape))")
    }
    guard opacity >= 0, opacity <= 1 else {
      throw .invalid(operation: "overlay", reason: "opacity is \(opacity); it goes from 0 to 1")
    }
    let placement =
      placement
      ?? Placement(imageWidth: width, imageHeight: height, inputWidth: width, inputHeight: height)
    guard placement.imageWidth == width, placement.imageHeight == height else {
      throw .invalid(
        operation: "overlay",
        reason: "the map belongs to a picture of \(placement.imageWidth)×\(placement.imageHeight) pixels, "
          + "this one has \(width)×\(height)")
    }
    let placed = try HeatMap.enlarged(map, over: placement)
    var result = self
    result.blend(placed, colormap: colormap, opacity: opacity)
    return result
  }

  private mutating func blend(_ placed: HeatMap.Placed, colormap: Colormap, opacity: Double) {
    let own = (0..<256).map { Double($0) * (1 - opacity) }
    let colors = colormap.colors.map { color in
      [color.red, color.green, color.blue].map { Double($0) * opacity }
    }.flatMap { $0 }
    let rectangle = placed.rectangle
    let width = width
    bytes.withUnsafeMutableBufferPointer { pixels in
      placed.values.withUnsafeBuffer { values in
        own.withUnsafeBufferPointer { own in
          colors.withUnsafeBufferPointer { colors in
            for y in 0..<rectangle.height {
              var i = 3 * ((rectangle.y + y) * width + rectangle.x)
              for x in 0..<rectangle.width {
                let color = 3 * Colormap.place(values[y * rectangle.width + x])
                // A sum of at most 255 times one; tiny excess from rounding is cut by truncation.
                pixels[i] = UInt8(own[Int(pixels[i])] + colors[color])
                pixels[i + 1] = UInt8(own[Int(pixels[i + 1])] + colors[color + 1])
                pixels[i + 2] = UInt8(own[Int(pixels[i + 2])] + colors[color + 2])
                i += 3
              }
            }
          }
        }
      }
    }
  }
}
