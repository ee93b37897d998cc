import Explanations
import Interpreter
import Tensors

/// A value as numbers, to say by how much two runs differ.
public struct Numbers: Sendable {
  /// Some of them, evenly spread, or all where there are few.
  let sample: [Float]
  /// How many there are in all.
  let count: Int

  /// The numbers in a value, at most `limit` of them; nil where there are none.
  init?(of value: Value, limit: Int) {
    var all: [Float] = []
    Self.collect(value, &all)
    guard !all.isEmpty else { return nil }
    count = all.count
    sample = all.count <= limit ? all : (0..<limit).map { all[$0 * all.count / limit] }
  }

  /// A sample that was kept.
  init(sample: [Float], count: Int) {
    self.sample = sample
    self.count = count
  }

  private static func collect(_ value: Value, _ all: inout [Float]) {
    switch value {
    case .number(let number): all.append(Float(number))
    case .bool(let bool): all.append(bool ? 1 : 0)
    case .list(let values): for value in values { collect(value, &all) }
    case .record(let record): for field in record.fields { collect(field.value, &all) }
    case .none, .string, .function: break
    case .object(let object):
      switch object {
      case let image as ImageValue: all += image.image.bytes.map { Float($0) / 255 }
      case let maps as HeatMapsValue: all += maps.maps.grid.scalars
      case let map as HeatMapValue: all += map.maps.grid.scalars
      case let tensor as TensorValue: all += tensor.tensor.scalars
      case let map as TokenMapValue: all += map.map.scores.scalars
      case let masks as MasksValue: for mask in masks.masks { all += mask.bits.map { Float($0) } }
      case let mask as MaskValue: all += mask.mask.bits.map { Float($0) }
      case let map as LabelMapValue: all += map.map.classes.map { Float($0) }
      case let table as Table:
        for column in table.columns { for value in column.values { collect(value, &all) } }
      case let evaluation as EvaluationValue:
        if let summary = try? evaluation.field("summary") { collect(summary, &all) }
      default: break
      }
    }
  }

  /// As hexadecimal digits of the bytes of float32, eight a number.
  var text: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(sample.count * 8)
    for number in sample {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(number.bitPattern >> UInt32(shift)) & 15])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads `text`; nil where it is malformed.
  init?(text: String, count: Int) {
    let bytes = Array(text.utf8)
    guard bytes.count % 8 == 0, bytes.count / 8 <= count, count >= 0 else { return nil }
    var sample: [Float] = []
    for start in stride(from: 0, to: bytes.count, by: 8) {
      guard let bits = UInt32(String(decoding: bytes[start..<(start + 8)], as: UTF8.self), radix: 16) else {
        return nil
      }
      sample.append(Float(bitPattern: bits))
    }
    self.sample = sample
    self.count = count
  }

  /// How far numbers are from earlier ones.
  public struct Difference: Sendable {
    /// The largest difference over the largest earlier number.
    public let largest: Double
    /// The mean difference over the largest earlier number.
    public let mean: Double
    /// Spearman's correlation of the two; nil where one is constant.
    public let rankCorrelation: Double?
    /// How many were compared, of how many.
    public let compared: Int
    /// How many there are.
    public let count: Int
  }

  /// The difference from earlier numbers; nil where there are not as many.
  func difference(from earlier: Numbers) -> Difference? {
    guard earlier.count == count, earlier.sample.count == sample.count, !sample.isEmpty else { return nil }
    let scale = max(earlier.sample.map { Double(abs($0)) }.filter(\.isFinite).max() ?? 0, 1e-30)
    var largest = 0.0
    var sum = 0.0
    for (a, b) in zip(earlier.sample, sample) where a.bitPattern != b.bitPattern && a != b {
      // What is not a number in one of them only is as far away as can be.
      let distance = a.isFinite && b.isFinite ? Double(abs(a - b)) / scale : .infinity
      largest = max(largest, distance)
      sum += distance
    }
    return Difference(
      largest: largest, mean: sum / Double(sample.count),
      rankCorrelation: Drift.spearman(earlier.sample, sample), compared: sample.count, count: count)
  }
}
