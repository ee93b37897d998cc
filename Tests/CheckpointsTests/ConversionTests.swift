import CKernels
import TestSupport
import Testing

@testable import Checkpoints
@testable import Tensors

/// Stored numbers to float, against naive references.
@Suite struct ConversionTests {
  typealias Convert = (UnsafeRawPointer, UnsafeMutablePointer<Float>, Int) -> Void

  private func convert<T>(_ values: [T], by convert: Convert, shift: Int = 0) -> [Float] {
    // `shift` puts the source at an odd address, as in a file.
    let size = values.count * MemoryLayout<T>.size
    let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: size + shift, alignment: 64)
    defer { raw.deallocate() }
    let bytes = UnsafeMutableRawBufferPointer(rebasing: raw[shift...])
    values.withUnsafeBytes { bytes.copyMemory(from: $0) }
    return [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
      if let from = bytes.baseAddress, let to = buffer.baseAddress { convert(from, to, values.count) }
      count = values.count
    }
  }

  private func same(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
  }

  /// All 65,536 halfs, both versions, also unaligned; NaNs keep their payload and become quiet.
  @Test(arguments: [0, 1, 2])
  func allHalfs(shift: Int) {
    let halfs = (0...UInt16.max).map { $0 }
    let expected = halfs.map { bits in
      let half = Float16(bitPattern: bits)
      guard half.isNaN else { return Float(half) }
      let sign = UInt32(bits & 0x8000) << 16
      return Float(bitPattern: sign | 0x7fc0_0000 | UInt32(bits & 0x3ff) << 13)
    }
    let fast = convert(halfs, by: { clip_half_to_float($0, $1, $2) }, shift: shift)
    #expect(same(fast, expected))
    let plain = convert(halfs, by: { clip_half_to_float_portable($0, $1, $2) }, shift: shift)
    #expect(same(plain, expected))
  }

  /// Lengths around the vector's, so that the remainder is right and nothing is written behind it.
  @Test func remainders() {
    for count in 0..<40 {
      let halfs = (0..<count).map { Float16($0).bitPattern }
      var target = [Float](repeating: -1, count: count + 1)
      halfs.withUnsafeBytes { source in
        if let base = source.baseAddress { clip_half_to_float(base, &target, count) }
      }
      #expect(target == (0..<count).map { Float($0) } + [-1])
    }
  }

  @Test func allBFloat16() {
    let all = (0...UInt16.max).map { $0 }
    let found = convert(all, by: { clip_bfloat16_to_float($0, $1, $2) }, shift: 1)
    #expect(same(found, all.map { Float(bitPattern: UInt32($0) << 16) }))
  }

  @Test func otherTypes() {
    let extremes: [Double] = [1e300, -1e300, .leastNonzeroMagnitude, .infinity]
    let doubles = (0..<1000).map { Double($0) * 0.1 - 50 } + extremes
    let floats = convert(doubles, by: { clip_double_to_float($0, $1, $2) }, shift: 1)
    #expect(same(floats, doubles.map { Float($0) }))
    let longs: [Int64] = [.min, -1, 0, 1, 16_777_217, .max]
    let fromLongs = convert(longs, by: { clip_int64_to_float($0, $1, $2) }, shift: 3)
    #expect(same(fromLongs, longs.map { Float($0) }))
    let bytes: [Int8] = [-128, -1, 0, 127]
    #expect(same(convert(bytes, by: { clip_int8_to_float($0, $1, $2) }), [-128, -1, 0, 127]))
  }

  /// Vectors of FIPS 180-4 (appendix B of FIPS 180-2), and lengths around the block's.
  @Test func sha256() throws {
    let vectors = [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ]
    let scratch = try TemporaryFolder()
    for (text, digest) in vectors {
      #expect(SHA256.hex(of: Array(text.utf8)) == digest)
      #expect(try SHA256.hex(of: scratch.write("file", text)) == digest)
    }
    // Pieces of any length give what the whole gives.
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for length in 1...130 {
      var hash = clip_sha256()
      clip_sha256_begin(&hash)
      var start = 0
      while start < bytes.count {
        let piece = Array(bytes[start..<min(start + length, bytes.count)])
        clip_sha256_add(&hash, piece, piece.count)
        start += length
      }
      var digest = [UInt8](repeating: 0, count: 32)
      clip_sha256_finish(&hash, &digest)
      let whole = SHA256.hex(of: bytes)
      let pieces = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      #expect(pieces == whole)
    }
    #expect(throws: CheckpointError.self) { try SHA256.hex(of: scratch.path + "/none") }
  }
}
