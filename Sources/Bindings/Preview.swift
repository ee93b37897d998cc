import Explanations
import Imaging
import Interpreter
import Tensors
import TerminalPictures

/// What a prompt shows of a value by itself: its picture as text and sequences for the terminal, without a newline at
/// the end. Nil where it has none (tensors have none unless `show` asks), or the terminal shows none.
public func preview(of value: Value, in terminal: TerminalCapabilities) -> String? {
  // What cannot be drawn is not worth an error: the summary stands above.
  try? Preview.text(of: value, in: terminal)
}

/// Values as pictures on a terminal.
public enum Preview {
  /// The picture of a value as text and sequences for the terminal; nil where there is none.
  /// - Parameters:
  ///   - width: cells across; nil for what suits
  ///   - isAsked: whether the user asked for this value; then tensors are drawn as well
  /// - Throws: `ImageError` for what cannot be drawn.
  public static func text(
    of value: Value, in terminal: TerminalCapabilities, width: Int? = nil, isAsked: Bool = false
  ) throws -> String? {
    guard terminal.graphics != .none else { return nil }
    if case .object(let value as TokenMapValue) = value {
      return value.coloredWords(on: terminal, width: width)
    }
    return try TerminalFigure(tiles(of: value, isAsked: isAsked)).text(on: terminal, width: width)
  }

  /// Whether a value has a picture by itself: for one that has none, the terminal need not be asked what it can show.
  public static func isPicture(_ value: Value) -> Bool {
    switch value {
    case .list(let values):
      !values.isEmpty && values.allSatisfy { if case .object = $0 { isPicture($0) } else { false } }
    case .object(let object):
      object is ImageValue || object is HeatMapValue || object is HeatMapsValue || object is TokenMapValue
        || object is FigureValue || object is LabelMapValue || object is MasksValue || object is MaskValue
    default: false
    }
  }

  /// The pictures that a value has; none for most.
  private static func tiles(of value: Value, isAsked: Bool) throws -> [TerminalTile] {
    switch value {
    case .list(let values):
      // A list of pictures is one thing to look at; one with something else in it is not.
      var all: [TerminalTile] = []
      for value in values {
        guard case .object = value else { return [] }
        let own = try tiles(of: value, isAsked: false)
        guard !own.isEmpty else { return [] }
        all += own
      }
      return all
    case .object(let value as ImageValue): return [TerminalTile(value.image)]
    case .object(let value as FigureValue): return [TerminalTile(try value.preview())]
    case .object(let value as HeatMapValue): return tiles(of: value.maps)
    case .object(let value as HeatMapsValue): return tiles(of: value.maps)
    case .object(let value as LabelMapValue): return [TerminalTile(try value.map.picture())]
    case .object(let value as MaskValue): return [try tile(of: value)]
    case .object(let value as MasksValue):
      return try value.labels.indices.map { try tile(of: value.mask($0)) }
    case .object(let value as TensorValue) where isAsked: return try tile(of: value.tensor).map { [$0] } ?? []
    default: return []
    }
  }

  /// A mask in white on black, with its label.
  private static func tile(of value: MaskValue) throws -> TerminalTile {
    let mask = value.mask
    let ground = try Image(width: mask.width, height: mask.height, color: .black)
    return TerminalTile(try mask.overlaid(on: ground, color: .white, opacity: 1), caption: value.label)
  }

  /// The maps over what the model saw, each with its label and its own range.
  private static func tiles(of maps: HeatMaps) -> [TerminalTile] {
    let normalized = maps.normalized().maps
    let region = maps.placement.region
    return maps.labels.indices.map { index in
      tile(
        normalized.row(index), range: range(of: maps.grid.row(index)), view: maps.view,
        width: Int(region.width.rounded()), height: Int(region.height.rounded()), label: maps.labels[index])
    }
  }

  /// A map [rows, columns] or a picture [height, width, 3]; nil for other tensors.
  private static func tile(of tensor: Tensor) throws -> TerminalTile? {
    guard tensor.count > 0 else { return nil }
    if tensor.rank == 3, tensor.shape[2] == 3 { return TerminalTile(try Image(pixels: tensor)) }
    guard tensor.rank == 2 else { return nil }
    return tile(
      HeatMap.minMaxNormalized(tensor), range: range(of: tensor), view: nil, width: tensor.shape[1],
      height: tensor.shape[0], label: "")
  }

  /// A map in 0…1, over a picture where there is one.
  private static func tile(
    _ map: Tensor, range: (low: Double, high: Double), view: Image?, width: Int, height: Int, label: String
  ) -> TerminalTile {
    TerminalTile(
      width: width, height: height, caption: label,
      scale: ColorScale(colormap: .jet, low: range.low, high: range.high)
    ) { width, height, colormap in
      // Without colours a picture below the map could not be told from it.
      guard let view, colormap == nil else {
        return try Image(width: width, height: height, color: .black)
          .overlaid(with: map, colormap: colormap ?? .jet, opacity: 1)
      }
      return try view.resized(width: width, height: height).overlaid(with: map)
    }
  }

  /// Lowest and highest value; not numbers where one is not finite, as such maps are drawn as zero.
  private static func range(of map: Tensor) -> (low: Double, high: Double) {
    let values = map.scalars
    guard values.allSatisfy(\.isFinite), let low = values.min(), let high = values.max() else {
      return (.nan, .nan)
    }
    return (Double(low), Double(high))
  }
}
