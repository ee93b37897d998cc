import Foundation
import Imaging
import Segmentation
import Tensors
import TestSupport

@testable import Evaluation

extension TemporaryFolder {
  /// A mask as a grey PNG of 0 and 255.
  func mask(_ name: String, _ rows: String) throws {
    let mask = try Mask(rows: rows)
    try write(
      name, try PNG.encode(.grey8(width: mask.width, height: mask.height, bytes: mask.bits.map { $0 * 255 })))
  }

  /// An indexed PNG; its palette has all 256 colours.
  func indexed(_ name: String, _ width: Int, _ values: [UInt8]) throws {
    let palette = (0..<256).map { RGB(UInt32($0) &* 0x01f3a5) }
    try write(
      name,
      try PNG.encode(.indexed(width: width, height: values.count / width, bytes: values, palette: palette)))
  }
}

extension Mask {
  /// A mask drawn in text, rows separated by spaces: `"01 10"`.
  init(rows: String) throws {
    let lines = rows.split(separator: " ")
    try self.init(
      width: lines.first?.count ?? 0, height: lines.count,
      bits: lines.joined().utf8.map { $0 - UInt8(ascii: "0") })
  }

  /// The same as text.
  var rows: String {
    (0..<height).map { y in bits[(y * width)..<((y + 1) * width)].map(String.init).joined() }
      .joined(separator: " ")
  }
}

/// Maps of one label.
func maps(_ label: String, _ width: Int, _ values: [Float]) throws -> LabelledMaps {
  try LabelledMaps(labels: [label], values: Tensor([1, values.count / width, width], values))
}

/// The words of the error that `body` throws; nil where it throws none.
func problem(_ body: () throws -> Void) -> String? {
  do { try body() } catch { return "\(error)" }
  return nil
}

func isClose(_ a: Double?, _ b: Double?, _ tolerance: Double = 1e-9) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return abs(a - b) <= tolerance * max(1, abs(b))
}
