import CLIPModels
import Imaging
import Tensors

/// How a value was made: enough to make it again, and to say what differs between two.
public struct Recipe: Sendable {
  /// The method's name: `surgery`, `similarity`.
  public var method: String
  /// Options by name, defaults filled in, in the order the documentation lists them.
  public var options: [Option]
  /// The model's name.
  public var model: String
  /// The SHA-256 of the model's file.
  public var modelHash: FileHash?
  /// The picture's size and the SHA-256 of its pixels.
  public var image: String

  /// One option and its value, as written in a script.
  public struct Option: Sendable, Equatable {
    /// The option's name.
    public let name: String
    /// Its value in the language's notation.
    public let value: String

    /// An option with its value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A recipe from its parts.
  public init(
    method: String, options: [Option], model: String, modelHash: FileHash? = nil, image: String
  ) {
    self.method = method
    self.options = options
    self.model = model
    self.modelHash = modelHash
    self.image = image
  }

  /// The model's name and hash: `ViT-B/16 sha256:5806…`. Waits for the hash.
  public var modelIdentity: String {
    modelHash?.value.map { "\(model) sha256:\($0)" } ?? model
  }

  /// `surgery(depth: 6, size: 224)` and the rest, on one line.
  public var description: String {
    let list = options.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
    return "\(method)(\(list))"
  }
}

/// Which maps share one range when shown.
public enum MapScale: String, Sendable, CaseIterable {
  /// Each label from its own minimum to its own maximum.
  case label
  /// All labels from the lowest to the highest value of any.
  case shared
}

/// Maps made together: one per label, over the patches of one picture.
public struct HeatMaps: Sendable {
  /// The labels, in the order given.
  public let labels: [String]
  /// Scores before any normalization: [labels, rows, columns].
  public let grid: Tensor
  /// Where the grid lies on the picture.
  public let placement: Placement
  /// How they were made.
  public let recipe: Recipe
  /// What the model saw, for previews: the part of the picture that the grid covers, at the size of the model's input.
  public let view: Image?

  /// Maps from their parts; `grid` must be [labels, rows, columns].
  public init(
    labels: [String], grid: Tensor, placement: Placement, recipe: Recipe, view: Image? = nil
  ) throws {
    guard grid.rank == 3, grid.shape[0] == labels.count else {
      throw ShapeError(
        "heat maps", "\(labels.count) labels for a grid of shape \(describe(shape: grid.shape))")
    }
    self.labels = labels
    self.grid = grid
    self.placement = placement
    self.recipe = recipe
    self.view = view
  }

  /// The patches along the picture's height.
  public var rows: Int { grid.shape[1] }
  /// The patches along the picture's width.
  public var columns: Int { grid.shape[2] }

  /// The maps of some of the labels.
  public func selecting(_ indices: [Int]) throws -> HeatMaps {
    let cells = rows * columns
    let picked = Tensor([indices.count, rows, columns]) { out in
      grid.withUnsafeBuffer { source in
        for (i, index) in indices.enumerated() {
          for j in 0..<cells { out[i * cells + j] = source[index * cells + j] }
        }
      }
    }
    return try HeatMaps(
      labels: indices.map { labels[$0] }, grid: picked, placement: placement, recipe: recipe, view: view)
  }

  /// Min–max normalized on the grid: [labels, rows, columns] in 0…1. A map that is constant, or not
  /// finite, becomes zero; `constant` names such labels.
  public func normalized(_ scale: MapScale = .label) -> (maps: Tensor, constant: [String]) {
    let cells = rows * columns
    var constant: [String] = []
    let maps = Tensor(grid.shape) { out in
      grid.withUnsafeBuffer { source in
        let all = range(of: source, 0..<source.count)
        for i in labels.indices {
          let slice = i * cells..<(i + 1) * cells
          let own = range(of: source, slice)
          if !(own.high > own.low) { constant.append(labels[i]) }
          let (low, high) = scale == .shared ? all : own
          let span = high - low
          for j in slice { out[j] = span > 0 && span.isFinite ? (source[j] - low) / span : 0 }
        }
      }
    }
    return (maps, constant)
  }

  /// Lowest and highest value; an empty range where a value is not finite.
  private func range(
    of values: UnsafeBufferPointer<Float>, _ slice: Range<Int>
  ) -> (low: Float, high: Float) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for i in slice {
      if !values[i].isFinite { return (0, 0) }
      low = min(low, values[i])
      high = max(high, values[i])
    }
    return (low, high)
  }

  /// The maps as pictures show them: normalized on the grid, then enlarged bilinearly to the
  /// picture's size and not normalized again. Outside the model's view they are zero.
  ///
  /// - Returns: [labels, height, width] in 0…1
  public func enlarged(_ scale: MapScale = .label) throws -> Tensor {
    let maps = normalized(scale).maps
    let (height, width) = (placement.imageHeight, placement.imageWidth)
    let out = Tensor([labels.count, height, width], repeating: 0)
    let placed = try HeatMap.enlarged(maps, over: placement)
    let view = placed.rectangle
    placed.values.withUnsafeBuffer { values in
      for i in labels.indices {
        for y in 0..<view.height {
          let source = (i * view.height + y) * view.width
          let target = (i * height + view.y + y) * width + view.x
          for x in 0..<view.width { out.storage.pointer[target + x] = values[source + x] }
        }
      }
    }
    return out
  }
}
