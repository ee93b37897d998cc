import Imaging
import Tensors

/// A heat map on the page, with the picture that it lies over.
public struct ReportMap: Sendable {
  /// The picture below it, all of it; nil for none.
  public var ground: Image?
  /// Cells: [rows, columns], before any normalization.
  public var grid: Tensor
  /// Where the cells lie on the picture, which has `placement.imageWidth` × `imageHeight` pixels.
  public var placement: Placement
  /// The range that all maps of one scale share, where they were drawn so; nil where each has its own.
  public var sharedRange: ClosedRange<Float>?
  /// The colours that the script asked for; nil where it left that open.
  public var colormap: Colormap?
  /// How much of the map is seen at the beginning, 0…1.
  public var opacity: Double
  /// What it is of: the label, in large letters.
  public var label: String
  /// The map in words: `heat map of "cat" by surgery over sea.png`.
  public var description: String
  /// What stands below it.
  public var caption: ReportCaption

  /// A map from its parts; `grid` must be [rows, columns], and is without cells otherwise.
  public init(
    ground: Image?, grid: Tensor, placement: Placement, sharedRange: ClosedRange<Float>? = nil,
    colormap: Colormap? = nil, opacity: Double, label: String, description: String, caption: ReportCaption
  ) {
    self.ground = ground
    self.grid = grid.rank == 2 ? grid : Tensor([0, 0], [])
    self.placement = placement
    self.sharedRange = sharedRange
    self.colormap = colormap
    self.opacity = opacity
    self.label = label
    self.description = description
    self.caption = caption
  }

  /// The most cells along one side that are kept on the page; finer maps are averaged down to it.
  static let sideLimit = 128
  /// The most cells that are kept as float32; more are kept in 16 bits.
  static let exactLimit = 4096

  var rows: Int { grid.shape[0] }
  var columns: Int { grid.shape[1] }

  /// Lowest and highest value; nil where one is not finite or there is none.
  var range: ClosedRange<Float>? {
    let values = grid.scalars
    guard let low = values.min(), let high = values.max(), values.allSatisfy(\.isFinite) else { return nil }
    return low...high
  }

  /// The cells as the page keeps them: as they are, or averaged over blocks where they are too many.
  var kept: Tensor {
    let (rows, columns) = (rows, columns)
    let toRows = min(rows, Self.sideLimit)
    let toColumns = min(columns, Self.sideLimit)
    if toRows == rows, toColumns == columns { return grid }
    let values = grid.scalars
    return Tensor([toRows, toColumns]) { out in
      for row in 0..<toRows {
        let vertical = row * rows / toRows..<max(row * rows / toRows + 1, (row + 1) * rows / toRows)
        for column in 0..<toColumns {
          let horizontal =
            column * columns
            / toColumns..<max(
              column * columns / toColumns + 1, (column + 1) * columns / toColumns)
          var sum = 0.0
          for y in vertical { for x in horizontal { sum += Double(values[y * columns + x]) } }
          out[row * toColumns + column] = Float(sum / Double(vertical.count * horizontal.count))
        }
      }
    }
  }

  /// The whole in words: what it is, where it is highest, from what to what.
  var alternative: String {
    guard let range else { return description + ", with values that are not finite" }
    guard range.upperBound > range.lowerBound else {
      return description + ", the same everywhere: \(Self.number(range.lowerBound))"
    }
    return description
      + ", highest \(peak), \(Self.number(range.lowerBound)) to \(Self.number(range.upperBound))"
  }

  /// Where its highest value lies, in words: `at upper left`, `in the middle`.
  private var peak: String {
    let values = grid.scalars
    guard let best = values.indices.max(by: { values[$0] < values[$1] }) else { return "nowhere" }
    // On the picture, of which the map may cover a part only.
    let region = placement.region
    let x = region.x + (Double(best % columns) + 0.5) / Double(columns) * region.width
    let y = region.y + (Double(best / columns) + 0.5) / Double(rows) * region.height
    func third(_ place: Double, _ extent: Int) -> Int {
      min(max(Int(place * 3 / Double(max(extent, 1))), 0), 2)
    }
    let names = [
      ["at upper left", "at the top", "at upper right"], ["at the left", "in the middle", "at the right"],
      ["at lower left", "at the bottom", "at lower right"],
    ]
    return names[third(y, placement.imageHeight)][third(x, placement.imageWidth)]
  }

  /// A number with about three digits.
  static func number(_ x: Float) -> String {
    guard x.isFinite else { return x.isNaN ? "nan" : x < 0 ? "-inf" : "inf" }
    let magnitude = abs(x)
    if magnitude >= 0.001, magnitude < 10_000 || magnitude == 0 {
      let scale: Float = magnitude >= 100 ? 10 : magnitude >= 1 ? 100 : 10_000
      let text = "\((x * scale).rounded() / scale)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    return x == 0 ? "0" : "\(x)"
  }
}
