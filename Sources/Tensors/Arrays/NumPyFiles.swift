/// A `.npy` or `.npz` file that cannot be read.
public struct NumPyFileError: Error, CustomStringConvertible, Sendable {
  /// What is wrong, as a sentence without the file's name.
  public let description: String

  /// Says what is wrong.
  public init(_ description: String) { self.description = description }
}

/// NumPy's array file (NEP 1). Layout, little endian:
///
///     93 4E 55 4D 50 59      "\x93NUMPY"
///     u8 major, u8 minor     1.0, 2.0 or 3.0
///     u16 or u32             header length (u32 from 2.0 on)
///     header                 a Python dict: 'descr', 'fortran_order', 'shape'
///     data
///
/// Read are float16, float32, float64, signed and unsigned integers and bool, of both byte orders
/// and both axis orders; all become float32. Written is float32, little endian, row-major, 1.0.
public enum NPYFile {
  /// Header bytes beyond this are refused; NumPy's own are 118.
  private static let headerLimit = 1 << 16

  /// Reads the array in the bytes of a `.npy` file. Throws `NumPyFileError` where they are not one.
  public static func read(_ bytes: [UInt8]) throws -> Tensor {
    try bytes.withUnsafeBytes { try read($0) }
  }

  static func read(_ bytes: UnsafeRawBufferPointer) throws -> Tensor {
    guard bytes.count >= 10, bytes[0] == 0x93, bytes[1..<6].elementsEqual("NUMPY".utf8) else {
      throw NumPyFileError("not a NumPy array: it does not begin with \\x93NUMPY")
    }
    let major = bytes[6]
    guard (1...3).contains(major) else {
      throw NumPyFileError("NumPy format version \(major).\(bytes[7]) is unknown; 1.0 to 3.0 are read")
    }
    let start = major == 1 ? 10 : 12
    guard bytes.count >= start else { throw NumPyFileError("the header is cut off") }
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length <= headerLimit else {
      throw NumPyFileError("the header claims \(length) bytes; at most \(headerLimit) are read")
    }
    guard bytes.count - start >= length else { throw NumPyFileError("the header is cut off") }
    let header = try NPYHeader(bytes[start..<(start + length)])
    let type = try NPYScalarType(header.descriptor)
    let count: Int
    do {
      count = try ArrayLimits.count(of: header.shape, for: "npy")
    } catch let error as ShapeError {
      throw NumPyFileError(error.detail)
    }
    let available = bytes.count - start - length
    guard available / type.size >= count else {
      throw NumPyFileError(
        "shape \(describe(shape: header.shape)) of \(header.descriptor) needs \(count) values of \(type.size) bytes; the file holds \(available) bytes"
      )
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[(start + length)...])
    let shape = header.isFortranOrder ? Array(header.shape.reversed()) : header.shape
    let tensor = Tensor(shape) { type.convert(data, into: $0) }
    return header.isFortranOrder ? try tensor.permuted() : tensor
  }

  /// The bytes of a `.npy` file with this tensor, as NumPy itself writes them.
  public static func write(_ tensor: Tensor) -> [UInt8] {
    let extents = tensor.shape.map(String.init).joined(separator: ", ") + (tensor.rank == 1 ? "," : "")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
    // NumPy leaves the first axis room to grow, and aligns the data to 64 bytes.
    if let first = tensor.shape.first {
      header += String(repeating: " ", count: max(0, 21 - String(first).utf8.count))
    }
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.reserveCapacity(10 + header.utf8.count + 4 * tensor.count)
    bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
    bytes += Array(header.utf8)
    tensor.withUnsafeBuffer { bytes.append(contentsOf: UnsafeRawBufferPointer($0)) }
    return bytes
  }
}

/// The scalar types that are read.
private struct NPYScalarType {
  let kind: Character
  let size: Int
  let isBigEndian: Bool

  init(_ descriptor: String) throws {
    let characters = Array(descriptor)
    guard characters.count == 3, let size = characters[2].wholeNumberValue,
      ["<", ">", "|", "="].contains(characters[0]),
      ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"].contains(
        String(characters[1...]))
    else {
      throw NumPyFileError(
        "scalars of type `\(descriptor.prefix(40))` are not read; float16, float32, float64, integers and bool are"
      )
    }
    kind = characters[1]
    self.size = size
    isBigEndian = characters[0] == ">"
  }

  /// `data` must hold as many scalars as `target`.
  func convert(_ data: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    switch (kind, size) {
    case ("f", 4) where !isBigEndian:
      UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: data[..<(4 * target.count)]))
    case ("f", 2): each(data, target, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case ("f", 4): each(data, target, UInt32.self) { Float(bitPattern: $0) }
    case ("f", 8): each(data, target, UInt64.self) { Float(Double(bitPattern: $0)) }
    case ("b", _): each(data, target, UInt8.self) { $0 != 0 ? 1 : 0 }
    case ("u", 1): each(data, target, UInt8.self) { Float($0) }
    case ("u", 2): each(data, target, UInt16.self) { Float($0) }
    case ("u", 4): each(data, target, UInt32.self) { Float($0) }
    case ("u", _): each(data, target, UInt64.self) { Float($0) }
    case ("i", 1): each(data, target, Int8.self) { Float($0) }
    case ("i", 2): each(data, target, Int16.self) { Float($0) }
    case ("i", 4): each(data, target, Int32.self) { Float($0) }
    default: each(data, target, Int64.self) { Float($0) }
    }
  }

  @inline(__always)
  private func each<T: FixedWidthInteger>(
    _ data: UnsafeRawBufferPointer, _ target: UnsafeMutableBufferPointer<Float>, _: T.Type,
    _ convert: (T) -> Float
  ) {
    for i in 0..<target.count {
      let bits = data.loadUnaligned(fromByteOffset: i * MemoryLayout<T>.size, as: T.self)
      target[i] = convert(isBigEndian ? T(bigEndian: bits) : T(littleEndian: bits))
    }
  }
}

/// The Python dict in front of the data.
private struct NPYHeader {
  var descriptor = ""
  var isFortranOrder = false
  var shape: [Int] = []

  init(_ bytes: Slice<UnsafeRawBufferPointer>) throws {
    var scanner = Scanner(bytes: Array(bytes))
    var found: Set<String> = []
    try scanner.expect("{")
    while !scanner.accept("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      guard found.insert(key).inserted else { throw NumPyFileError("the header has `\(key)` twice") }
      switch key {
      case "descr": descriptor = try scanner.string()
      case "fortran_order": isFortranOrder = try scanner.bool()
      case "shape": shape = try scanner.tuple()
      default: throw NumPyFileError("the header has an unknown entry `\(key.prefix(40))`")
      }
      if !scanner.accept(",") {
        try scanner.expect("}")
        break
      }
    }
    guard found.count == 3 else {
      throw NumPyFileError("the header lacks `descr`, `fortran_order` or `shape`")
    }
  }

  /// Reads the few Python literals that occur.
  private struct Scanner {
    let bytes: [UInt8]
    var at = 0

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
      while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A { at += 1 }
      guard at < bytes.count, UInt32(bytes[at]) == character.value else { return false }
      at += 1
      return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws {
      guard accept(character) else {
        throw NumPyFileError("the header is malformed: `\(character)` expected at its byte \(at)")
      }
    }

    mutating func string() throws -> String {
      let quote: UInt8
      if accept("'") {
        quote = 0x27
      } else if accept("\"") {
        quote = 0x22
      } else {
        throw NumPyFileError(
          "the header is malformed: text expected at its byte \(at) (structured arrays are not read)")
      }
      guard let end = bytes[at...].firstIndex(of: quote) else {
        throw NumPyFileError("the header is malformed: a quote is not closed")
      }
      defer { at = end + 1 }
      return String(decoding: bytes[at..<end], as: UTF8.self)
    }

    mutating func bool() throws -> Bool {
      if accept("T") {
        try "rue".unicodeScalars.forEach { try expect($0) }
        return true
      }
      try "False".unicodeScalars.forEach { try expect($0) }
      return false
    }

    mutating func tuple() throws -> [Int] {
      try expect("(")
      var extents: [Int] = []
      while !accept(")") {
        extents.append(try integer())
        guard extents.count <= ArrayLimits.maximumRank else {
          throw NumPyFileError("the array has more than \(ArrayLimits.maximumRank) axes")
        }
        if !accept(",") {
          try expect(")")
          break
        }
      }
      return extents
    }

    private mutating func integer() throws -> Int {
      while at < bytes.count, bytes[at] == 0x20 { at += 1 }
      let start = at
      while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
      guard let value = Int(String(decoding: bytes[start..<at], as: UTF8.self)) else {
        throw NumPyFileError("the header is malformed: an extent expected at its byte \(start)")
      }
      // Python 2 wrote long integers with an L.
      if at < bytes.count, bytes[at] == 0x4C { at += 1 }
      return value
    }
  }
}
