import CKernels
import Tensors

/// A tensor inside a mapped file: where its bytes lie, how they are read. Checked when made, so
/// that reading it cannot leave its storage.
struct StoredTensor: Sendable {
  let file: MappedFile
  let type: ElementType
  let shape: [Int]
  /// Elements from one index to the next, for each axis.
  let strides: [Int]
  /// Bytes of the file from the first to the last element used.
  let range: Range<Int>
  /// The product of `shape`.
  let count: Int

  /// The most axes a tensor may have.
  static let maximumRank = 8
  /// Views that repeat elements (stride 0) may hold this many even when the storage is smaller.
  static let maximumRepeated = 1 << 20

  /// A view of the storage at `storage` in `file`. `offset` and `strides` count elements; without
  /// strides the elements are contiguous, row-major.
  init(
    file: MappedFile, name: String, type: ElementType, storage: Range<Int>, offset: Int = 0,
    shape: [Int], strides given: [Int]? = nil
  ) throws {
    func fail(_ problem: String) -> CheckpointError {
      file.error("tensor \(quoted(name)) \(problem)")
    }
    guard shape.count <= Self.maximumRank else { throw fail("has \(shape.count) axes") }
    guard shape.allSatisfy({ $0 >= 0 }) else { throw fail("has a negative extent") }
    guard storage.lowerBound >= 0, storage.upperBound <= file.count else {
      throw fail("lies outside the file")
    }
    var contiguous = [Int](repeating: 1, count: shape.count)
    var count = 1
    for axis in shape.indices.reversed() {
      contiguous[axis] = count
      let (product, overflow) = count.multipliedReportingOverflow(by: shape[axis])
      guard !overflow else { throw fail("has an impossible shape \(describe(shape: shape))") }
      count = product
    }
    let strides = given ?? contiguous
    guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }), offset >= 0 else {
      throw fail("has strides that do not fit its shape")
    }
    let held = storage.count / type.byteCount
    guard count <= max(held, Self.maximumRepeated) else {
      throw fail("of shape \(describe(shape: shape)) is larger than its storage of \(held) elements")
    }
    // The index of the last element used, or before the first when there is none.
    var last = offset
    if count > 0 {
      for axis in shape.indices {
        let (step, overflow) = strides[axis].multipliedReportingOverflow(by: shape[axis] - 1)
        let (sum, overflows) = last.addingReportingOverflow(step)
        guard !overflow, !overflows else { throw fail("has impossible strides") }
        last = sum
      }
      guard last < held else {
        throw fail("reaches element \(last) of a storage of \(held) elements")
      }
    } else {
      guard offset <= held else { throw fail("starts outside its storage") }
      last = offset - 1
    }
    let start = storage.lowerBound + offset * type.byteCount
    self.file = file
    self.type = type
    self.shape = shape
    self.strides = strides
    self.count = count
    range = start..<(start + (last - offset + 1) * type.byteCount)
  }

  private init(_ other: StoredTensor, shape: [Int], strides: [Int]) {
    file = other.file
    type = other.type
    range = other.range
    count = other.count
    self.shape = shape
    self.strides = strides
  }

  /// The same bytes with the two axes of a matrix exchanged. Other ranks stay as they are.
  var transposed: StoredTensor {
    guard shape.count == 2 else { return self }
    return StoredTensor(self, shape: [shape[1], shape[0]], strides: [strides[1], strides[0]])
  }

  /// Whether the elements lie row-major without gaps.
  var isContiguous: Bool {
    var expected = 1
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      guard strides[axis] == expected || count == 0 else { return false }
      expected *= shape[axis]
    }
    return true
  }

  /// Writes this tensor as float32, row-major, to `target`, which holds `count` floats.
  func convert(to target: UnsafeMutableBufferPointer<Float>) throws {
    guard count > 0, let destination = target.baseAddress else { return }
    if isContiguous {
      try convertSpan(to: destination, count: count)
      return
    }
    // Convert the span the view touches, then pick its elements.
    let span = range.count / type.byteCount
    let scratch = TensorStorage(count: span)
    try convertSpan(to: scratch.pointer, count: span)
    gather(from: UnsafePointer(scratch.pointer), to: destination)
    withExtendedLifetime(scratch) {}
  }

  /// Elements converted by one worker at a time: 1 MB of floats.
  private static let piece = 1 << 18

  private func convertSpan(to destination: UnsafeMutablePointer<Float>, count: Int) throws {
    try file.withBytes(range) { bytes in
      guard let source = bytes.baseAddress else { return }
      let size = type.byteCount
      let type = type
      // The pieces write disjoint memory.
      nonisolated(unsafe) let from = source
      nonisolated(unsafe) let to = destination
      try Workers.run((count + Self.piece - 1) / Self.piece) { index in
        let first = index * Self.piece
        Self.convert(
          type, from: from + first * size, to: to + first, count: min(Self.piece, count - first))
      }
    }
  }

  private static func convert(
    _ type: ElementType, from: UnsafeRawPointer, to: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch type {
    case .float32:
      UnsafeMutableRawPointer(to).copyMemory(
        from: from, byteCount: count * MemoryLayout<Float>.stride)
    case .float16: clip_half_to_float(from, to, count)
    case .bfloat16: clip_bfloat16_to_float(from, to, count)
    case .float64: clip_double_to_float(from, to, count)
    case .int64: clip_int64_to_float(from, to, count)
    case .int32: clip_int32_to_float(from, to, count)
    case .int16: clip_int16_to_float(from, to, count)
    case .int8: clip_int8_to_float(from, to, count)
    case .uint8, .bool: clip_uint8_to_float(from, to, count)
    }
  }

  /// Copies the strided view at `source` to row-major `destination`, an odometer over the outer axes.
  private func gather(
    from source: UnsafePointer<Float>, to destination: UnsafeMutablePointer<Float>
  ) {
    guard let inner = shape.last, let step = strides.last else {
      destination[0] = source[0]
      return
    }
    var index = [Int](repeating: 0, count: shape.count)
    var from = 0
    var to = 0
    while to < count {
      for i in 0..<inner { destination[to + i] = source[from + i * step] }
      to += inner
      var axis = shape.count - 2
      while axis >= 0 {
        index[axis] += 1
        from += strides[axis]
        if index[axis] < shape[axis] { break }
        from -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { break }
    }
  }
}
