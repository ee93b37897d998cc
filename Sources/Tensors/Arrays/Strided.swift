/// A rectangular selection of a tensor's scalars: element (i₀, i₁, …) lies at
/// `offset + Σ iₖ · strides[k]`. Strides may be zero (broadcast) or negative (reversed).
/// Slices, transposes and broadcasts are all such views, copied out by one loop.
struct StridedView {
  var shape: [Int]
  var strides: [Int]
  /// In scalars, from the tensor's first one.
  var offset = 0

  /// The whole of a row-major array.
  init(_ shape: [Int]) {
    self.shape = shape
    strides = StridedView.rowMajorStrides(shape)
  }

  init(shape: [Int], strides: [Int], offset: Int) {
    self.shape = shape
    self.strides = strides
    self.offset = offset
  }

  /// The distance between neighbours along each axis of a row-major array.
  static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= max(shape[axis], 1)
    }
    return strides
  }

  /// Whether the selected scalars lie side by side, in order.
  var isContiguous: Bool {
    var step = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      if strides[axis] != step { return false }
      step *= shape[axis]
    }
    return true
  }

  /// The same elements with axes of extent 1 dropped and axes merged where one runs on into the next.
  func coalesced() -> StridedView {
    var result = StridedView(shape: [], strides: [], offset: offset)
    for axis in shape.indices where shape[axis] != 1 {
      if let last = result.shape.indices.last,
        result.strides[last] == strides[axis] * shape[axis]
      {
        result.shape[last] *= shape[axis]
        result.strides[last] = strides[axis]
      } else {
        result.shape.append(shape[axis])
        result.strides.append(strides[axis])
      }
    }
    return result
  }

  /// Writes the selected scalars to `target`, in order. `source` is the tensor's first scalar.
  func copy(from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let view = coalesced()
    guard !view.shape.contains(0) else { return }
    guard let length = view.shape.last, let stride = view.strides.last else {
      target.pointee = source[view.offset]
      return
    }
    var row = target
    forEachOffset(shape: view.shape.dropLast(), strides: view.strides.dropLast(), from: view.offset) {
      let from = source + $0
      if stride == 1 {
        row.update(from: from, count: length)
      } else if stride == 0 {
        row.update(repeating: from.pointee, count: length)
      } else {
        for i in 0..<length { row[i] = from[i * stride] }
      }
      row += length
    }
  }
}

/// Calls `body` with the offset of each element of a strided selection, in row-major order.
@inline(__always)
func forEachOffset(
  shape: ArraySlice<Int>, strides: ArraySlice<Int>, from start: Int, _ body: (Int) -> Void
) {
  let shape = Array(shape)
  let strides = Array(strides)
  if shape.contains(0) { return }
  var index = [Int](repeating: 0, count: shape.count)
  var offset = start
  while true {
    body(offset)
    var axis = shape.count - 1
    while axis >= 0 {
      index[axis] += 1
      offset += strides[axis]
      if index[axis] < shape[axis] { break }
      offset -= strides[axis] * shape[axis]
      index[axis] = 0
      axis -= 1
    }
    if axis < 0 { return }
  }
}

extension Tensor {
  /// The scalars a view selects, under `shape`: shared where they lie side by side, else copied.
  func materialized(_ view: StridedView, shape: [Int]? = nil) -> Tensor {
    let shape = shape ?? view.shape
    if view.isContiguous || view.shape.contains(0) {
      // An empty view may start past the end of the storage; it reads nothing from there.
      let start = view.shape.contains(0) ? offset : offset + view.offset
      return Tensor(shape: shape, storage: storage, offset: start)
    }
    return withUnsafeBuffer { source in
      Tensor(shape) { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        view.copy(from: from, to: to)
      }
    }
  }
}
