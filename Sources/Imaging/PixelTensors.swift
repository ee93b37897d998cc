import Tensors

extension Image {
  /// The pixels as numbers in 0…1, [height, width, 3].
  public var pixels: Tensor {
    let table = (0..<256).map { Float($0) / 255 }
    return Tensor([height, width, 3]) { out in
      bytes.withUnsafeBufferPointer { bytes in
        table.withUnsafeBufferPointer { table in
          for i in 0..<bytes.count { out[i] = table[Int(bytes[i])] }
        }
      }
    }
  }

  /// A picture of numbers in 0…1, [height, width, 3], or [height, width] for grey: limited, times 255, rounded to
  /// nearest; what is not a number becomes 0. Throws `ImageError.invalid` for another shape.
  public init(pixels: Tensor) throws(ImageError) {
    let shape = pixels.shape
    guard shape.count == 2 || (shape.count == 3 && shape[2] == 3) else {
      throw .invalid(
        operation: "picture",
        reason: "expected [height, width, 3] or [height, width], got \(describe(shape: shape))")
    }
    try ImageLimits.check(width: shape[1], height: shape[0], name: "the picture")
    let copies = shape.count == 2 ? 3 : 1
    let bytes = [UInt8](unsafeUninitializedCapacity: pixels.count * copies) { buffer, count in
      pixels.withUnsafeBuffer { values in
        for i in 0..<values.count {
          let value = values[i]
          let byte = value > 0 ? (value < 1 ? UInt8(value * 255 + 0.5) : 255) : 0
          for copy in 0..<copies { buffer[i * copies + copy] = byte }
        }
      }
      count = pixels.count * copies
    }
    self.init(uncheckedWidth: shape[1], height: shape[0], bytes: bytes)
  }
}
