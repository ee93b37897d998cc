import Tensors

/// How a picture is brought to a model's input size.
public enum Fit: Hashable, Sendable {
  /// Short side to the input size, then the centre square: CLIP's own way.
  case crop
  /// To the square input size, ignoring aspect: CLIP Surgery's way (arXiv 2304.05653).
  case squash
  /// Each side times `scale`, rounded to whole patches: Grad-ECLIP's way (arXiv 2502.18816); the grid is not square.
  case keep(scale: Double)
}

/// From a picture to a model's input: resize, scale to 0…1, normalize each channel.
///
/// ```swift
/// let input = try Preprocessing(size: 224, patch: 16).apply(to: photo)
/// input.pixels.shape      // [3, 224, 224]
/// input.placement.region  // the part of the photo that the model sees
/// ```
///
/// A picture is RGB before it is resized, as in Grad-ECLIP's program. CLIP's own converts afterwards, which makes a
/// difference only for files with a palette or transparency (`ImageSource.hasPalette`, `.hasAlpha`).
public struct Preprocessing: Hashable, Sendable {
  /// Red, green and blue, for means and deviations.
  public struct Channels: Hashable, Sendable {
    /// The red channel's number.
    public var red: Float
    /// The green channel's number.
    public var green: Float
    /// The blue channel's number.
    public var blue: Float

    /// Three numbers.
    public init(_ red: Float, _ green: Float, _ blue: Float) {
      self.red = red
      self.green = green
      self.blue = blue
    }

    var array: [Float] { [red, green, blue] }
  }

  /// The mean of OpenAI's training images (openai/CLIP, `_transform`).
  public static let clipMean = Channels(0.48145466, 0.4578275, 0.40821073)
  /// The standard deviation of OpenAI's training images.
  public static let clipDeviation = Channels(0.26862954, 0.26130258, 0.27577711)

  /// The side of the square input, in pixels; for `Fit.keep` without meaning.
  public var size: Int
  /// The side of a patch, in pixels; only `Fit.keep` needs it.
  public var patch: Int
  /// How the picture is brought to size.
  public var fit: Fit
  /// The interpolation.
  public var filter: ResizeFilter
  /// Subtracted from each channel, which lies in 0…1.
  public var mean: Channels
  /// What each channel is divided by.
  public var deviation: Channels

  /// Preprocessing with CLIP's own fit, filter, mean and deviation unless told otherwise.
  public init(
    size: Int, patch: Int, fit: Fit = .crop, filter: ResizeFilter = .bicubic,
    mean: Channels = clipMean, deviation: Channels = clipDeviation
  ) {
    self.size = size
    self.patch = patch
    self.fit = fit
    self.filter = filter
    self.mean = mean
    self.deviation = deviation
  }

  /// A model's input and where it lies on the picture.
  public struct Output: Sendable {
    /// Normalized pixels, [3, height, width].
    public let pixels: Tensor
    /// Which part of the picture they show.
    public let placement: Placement
    /// The same pixels before normalization: what the model sees, to look at.
    public let view: Image
  }

  /// Prepares a picture. Throws `ImageError.invalid` for settings that make no input, `.tooLarge` for a huge one.
  public func apply(to image: Image) throws(ImageError) -> Output {
    let (view, placement) = try fitted(image)
    return Output(pixels: normalized(view), placement: placement, view: view)
  }

  /// The picture at input size, not yet normalized, and where it lies.
  public func fitted(_ image: Image) throws(ImageError) -> (view: Image, placement: Placement) {
    switch fit {
    case .crop:
      try requireSize()
      // torchvision's Resize: the long side is truncated to an integer.
      let short = min(image.width, image.height)
      let width = image.width == short ? size : try product(size, image.width) / short
      let height = image.height == short ? size : try product(size, image.height) / short
      // torchvision's CenterCrop: Python's round(), halves to even.
      let left = Int((Double(width - size) / 2).rounded(.toNearestOrEven))
      let top = Int((Double(height - size) / 2).rounded(.toNearestOrEven))
      let resized = try image.resized(width: width, height: height, filter: filter)
      let view = try resized.cropped(to: PixelRectangle(x: left, y: top, width: size, height: size))
      let horizontal = Double(image.width) / Double(width)
      let vertical = Double(image.height) / Double(height)
      let region = ImageRegion(
        x: Double(left) * horizontal, y: Double(top) * vertical,
        width: Double(size) * horizontal, height: Double(size) * vertical)
      return (
        view,
        Placement(
          imageWidth: image.width, imageHeight: image.height,
          region: width == size && height == size ? Self.whole(image) : region,
          inputWidth: size, inputHeight: size)
      )
    case .squash:
      try requireSize()
      return try whole(image, width: size, height: size)
    case .keep(let scale):
      return try whole(
        image, width: try patches(image.width, scale: scale), height: try patches(image.height, scale: scale))
    }
  }

  private func whole(
    _ image: Image, width: Int, height: Int
  ) throws(ImageError) -> (view: Image, placement: Placement) {
    let view = try image.resized(width: width, height: height, filter: filter)
    return (
      view,
      Placement(
        imageWidth: image.width, imageHeight: image.height, inputWidth: width, inputHeight: height)
    )
  }

  private static func whole(_ image: Image) -> ImageRegion {
    ImageRegion(x: 0, y: 0, width: Double(image.width), height: Double(image.height))
  }

  private func requireSize() throws(ImageError) {
    guard size > 0 else { throw .invalid(operation: "preprocess", reason: "the input size is \(size)") }
    try ImageLimits.check(width: size, height: size, name: "the model's input")
  }

  private func product(_ a: Int, _ b: Int) throws(ImageError) -> Int {
    let (result, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow else { throw .invalid(operation: "preprocess", reason: "the input size is \(size)") }
    return result
  }

  /// A side in whole patches, halves rounded up, at least one patch.
  private func patches(_ side: Int, scale: Double) throws(ImageError) -> Int {
    guard scale.isFinite, scale > 0 else {
      throw .invalid(operation: "preprocess", reason: "scale is \(scale); it must be above 0")
    }
    guard patch > 0 else { throw .invalid(operation: "preprocess", reason: "the patch size is \(patch)") }
    let count = (Double(side) * scale / Double(patch) + 0.5).rounded(.down)
    guard count * Double(patch) <= Double(ImageLimits.side) else {
      throw .invalid(
        operation: "preprocess",
        reason: "scale \(scale) makes a side of \(side) pixels too long; \(ImageLimits.description)")
    }
    return max(Int(count), 1) * patch
  }

  /// (byte / 255 − mean) / deviation, in float32, as [3, height, width].
  public func normalized(_ view: Image) -> Tensor {
    let plane = view.width * view.height
    let tables = zip(mean.array, deviation.array).map { mean, deviation in
      (0..<256).map { (Float($0) / 255 - mean) / deviation }
    }
    return Tensor([3, view.height, view.width]) { out in
      view.bytes.withUnsafeBufferPointer { bytes in
        for (channel, table) in tables.enumerated() {
          table.withUnsafeBufferPointer { table in
            let target = UnsafeMutableBufferPointer(
              rebasing: out[(channel * plane)..<((channel + 1) * plane)])
            for i in 0..<plane { target[i] = table[Int(bytes[3 * i + channel])] }
          }
        }
      }
    }
  }
}
