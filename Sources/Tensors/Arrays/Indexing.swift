/// One entry between the brackets of `t[…]`.
public enum TensorIndex: Sendable {
  /// One position, counted from the end where negative; the axis disappears.
  case position(Int)
  /// A range with a step, with Python's rules; what lies outside is cut off.
  case slice(from: Int?, to: Int?, step: Int?)
  /// A new axis of extent 1.
  case newAxis
  /// Positions of any shape, which replaces the axis. Several such entries broadcast together.
  case positions([Int], shape: [Int])
  /// The elements where the mask is not zero. It covers as many axes as it has, with their extents.
  case mask(Tensor)
}

extension Tensor {
  /// The selected elements, by NumPy's rules for basic and advanced indexing. Axes not mentioned
  /// are whole. Throws `ShapeError` naming axis, index and extent.
  public func indexed(by items: [TensorIndex]) throws -> Tensor {
    var selection = try Selection(items, of: self)
    guard !selection.lists.isEmpty else {
      try ArrayLimits.count(of: selection.view.shape, for: "index")
      return materialized(selection.view)
    }
    return try gather(&selection)
  }

  /// Copies the elements that lists of positions select.
  private func gather(_ selection: inout Selection) throws -> Tensor {
    var listShape = selection.lists[0].shape
    for list in selection.lists.dropFirst() {
      listShape = try Broadcasting.shape(listShape, list.shape, for: "index")
    }
    let listCount = try ArrayLimits.count(of: listShape, for: "index")
    // Where each combination of listed positions starts, relative to the rest of the view.
    var starts = [Int](repeating: 0, count: listCount)
    for list in selection.lists {
      let strides = Broadcasting.strides(list.shape, to: listShape)
      var at = 0
      forEachOffset(shape: listShape[...], strides: strides[...], from: 0) { from in
        starts[at] += list.positions[from] * list.stride
        at += 1
      }
    }
    // Lists side by side are replaced in place; lists apart come first (NumPy's rule).
    let place = selection.listsAreAdjacent ? selection.place : 0
    let view = selection.view
    let before = view.shape[..<place]
    let after = view.shape[place...]
    let shape = Array(before) + listShape + Array(after)
    let total = try ArrayLimits.count(of: shape, for: "index")
    let inner = StridedView(shape: Array(after), strides: Array(view.strides[place...]), offset: 0)
      .coalesced()
    let length = after.reduce(1, *)
    let runs = inner.shape.isEmpty || (inner.shape.count == 1 && inner.strides[0] == 1)
    return withUnsafeBuffer { source in
      Tensor(shape) { target in
        guard total > 0, let source = source.baseAddress, var out = target.baseAddress else { return }
        forEachOffset(shape: before, strides: view.strides[..<place], from: view.offset) { base in
          for start in starts {
            if length == 1 {
              out.pointee = source[base + start]
            } else if runs {
              out.update(from: source + base + start, count: length)
            } else {
              inner.copy(from: source + base + start, to: out)
            }
            out += length
          }
        }
      }
    }
  }
}

/// What the entries of an index select: a strided view of the axes taken whole or sliced, and the
/// lists of positions on the others.
private struct Selection {
  struct List {
    let positions: [Int]
    let shape: [Int]
    let stride: Int
  }

  var view = StridedView(shape: [], strides: [], offset: 0)
  var lists: [List] = []
  /// How many axes of `view` come before the first list.
  var place = 0
  var listsAreAdjacent = true
  /// Whether an axis of `view` was appended since the last list.
  private var isSeparated = false

  init(_ items: [TensorIndex], of tensor: Tensor) throws {
    let strides = StridedView.rowMajorStrides(tensor.shape)
    // Beside a list, a single position is a list of one (this decides where the new axes go).
    let hasLists = items.contains {
      switch $0 {
      case .positions, .mask: true
      default: false
      }
    }
    var axis = 0
    for item in items {
      let needed = Selection.axes(of: item)
      guard axis + needed <= tensor.rank else {
        let used = items.map(Selection.axes).reduce(0, +)
        throw ShapeError(
          "index", "\(used) indices for a tensor of \(tensor.rank) axes, \(describe(shape: tensor.shape))")
      }
      switch item {
      case .newAxis:
        append(extent: 1, stride: 0)
      case .position(let index):
        let position = try Selection.position(index, axis: axis, extent: tensor.shape[axis])
        if hasLists {
          add(List(positions: [position], shape: [], stride: strides[axis]))
        } else {
          view.offset += position * strides[axis]
        }
      case .slice(let from, let to, let step):
        let range = try Selection.slice(from: from, to: to, step: step, extent: tensor.shape[axis])
        if range.count > 0 { view.offset += range.start * strides[axis] }
        append(extent: range.count, stride: range.step * strides[axis])
      case .positions(let indices, let shape):
        guard try ArrayLimits.count(of: shape, for: "index") == indices.count else {
          throw ShapeError("index", "\(indices.count) positions for shape \(describe(shape: shape))")
        }
        let extent = tensor.shape[axis]
        let positions = try indices.map { try Selection.position($0, axis: axis, extent: extent) }
        add(List(positions: positions, shape: shape, stride: strides[axis]))
      case .mask(let mask):
        try add(mask: mask, axis: axis, of: tensor, strides: strides)
      }
      axis += needed
    }
    for rest in axis..<max(axis, tensor.rank) {
      append(extent: tensor.shape[rest], stride: strides[rest])
    }
  }

  private static func axes(of item: TensorIndex) -> Int {
    switch item {
    case .newAxis: 0
    case .mask(let mask): mask.rank
    default: 1
    }
  }

  private mutating func append(extent: Int, stride: Int) {
    view.shape.append(extent)
    view.strides.append(stride)
    isSeparated = true
  }

  private mutating func add(_ list: List) {
    if lists.isEmpty {
      place = view.shape.count
    } else if isSeparated {
      listsAreAdjacent = false
    }
    isSeparated = false
    lists.append(list)
  }

  /// A mask is one list of positions for each of its axes.
  private mutating func add(mask: Tensor, axis: Int, of tensor: Tensor, strides: [Int]) throws {
    let covered = Array(tensor.shape[axis..<(axis + mask.rank)])
    guard mask.rank > 0, mask.shape == covered else {
      throw ShapeError(
        "index",
        "a mask of shape \(describe(shape: mask.shape)) does not fit \(describe(shape: tensor.shape)) at axis \(axis)"
      )
    }
    // All its axes together are one axis of the row-major array, with the last one's stride.
    var positions: [Int] = []
    mask.withUnsafeBuffer { values in
      for i in values.indices where values[i] != 0 { positions.append(i) }
    }
    add(List(positions: positions, shape: [positions.count], stride: strides[axis + mask.rank - 1]))
  }

  private static func position(_ index: Int, axis: Int, extent: Int) throws -> Int {
    guard index >= -extent, index < extent else {
      throw ShapeError("index", "\(index) is outside axis \(axis), which has extent \(extent)")
    }
    return index < 0 ? index + extent : index
  }

  /// Python's slice rules.
  static func slice(
    from: Int?, to: Int?, step: Int?, extent: Int
  ) throws -> (start: Int, count: Int, step: Int) {
    let step = step ?? 1
    guard step != 0 else { throw ShapeError("index", "a slice's step cannot be 0") }
    // Bounds in 0...extent, or -1..<extent going backwards.
    let lowest = step > 0 ? 0 : -1
    let highest = step > 0 ? extent : extent - 1
    func bound(_ value: Int) -> Int {
      let position = value < 0 ? value.addingReportingOverflow(extent).partialValue : value
      return min(max(position, lowest), highest)
    }
    let start = from.map(bound) ?? (step > 0 ? lowest : highest)
    let end = to.map(bound) ?? (step > 0 ? highest : lowest)
    let span = step > 0 ? end - start : start - end
    guard span > 0 else { return (0, 0, 1) }
    // The step's magnitude beyond the extent means one element; it keeps strides from overflowing.
    let stride = Int(min(step.magnitude, UInt(extent)))
    return (start, (span - 1) / stride + 1, step > 0 ? stride : -stride)
  }
}
