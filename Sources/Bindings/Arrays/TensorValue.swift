import Glibc
import Interpreter
import Tensors

/// An engine value that is an array of numbers to the tensor functions: heat maps and masks join
/// `mean`, `max` and their like by conforming.
public protocol TensorRepresentable: EngineValue {
  /// Its numbers.
  var tensor: Tensor { get }
}

/// A tensor as a value of the language, perhaps with names for its rows.
public struct TensorValue: TensorRepresentable {
  /// The numbers.
  public let tensor: Tensor
  /// A name for each element along the first axis, such as the labels that `encode` was given.
  public let names: [String]?
  /// Whether this came from a comparison: as an index it selects the elements where it is 1,
  /// while another tensor selects the positions it holds.
  public let isMask: Bool
  /// How it was made.
  public var origin: Origin?

  /// A tensor for scripts. Names that do not fit the first axis are dropped.
  public init(_ tensor: Tensor, names: [String]? = nil, isMask: Bool = false) {
    self.tensor = tensor
    self.names = names?.count == tensor.shape.first ? names : nil
    self.isMask = isMask
  }

  /// `tensor`.
  public var typeName: String { "tensor" }

  /// `tensor [2, 3], min -2, mean 0.5, max 3`.
  public var summary: String {
    let shape = "tensor \(describe(shape: tensor.shape))"
    guard tensor.count > 0 else { return shape + ", empty" }
    if let text = try? range() { return shape + text }
    return shape
  }

  private func range() throws -> String {
    func value(_ reduction: Reduction) throws -> String {
      shortText(Double(try tensor.reduced(reduction).scalars[0]))
    }
    let isFinite = tensor.withUnsafeBuffer { $0.allSatisfy(\.isFinite) }
    let range = try ", min \(value(.min)), mean \(value(.mean)), max \(value(.max))"
    return isFinite ? range : range + ", not all finite"
  }

  /// What can be read from it.
  public var fieldNames: [String] { ["shape", "rank", "count", "T", "names"] }

  /// `shape`, `rank`, `count`, `T` (axes reversed), `names` (none where there are none).
  public func field(_ name: String) throws -> Value? {
    switch name {
    case "shape": .list(tensor.shape.map { .number(Double($0)) })
    case "rank": .number(Double(tensor.rank))
    case "count": .number(Double(tensor.count))
    case "T": try inScriptTerms { Value(try tensor.permuted(), isMask: isMask) }
    case "names": names.map { .list($0.map(Value.string)) } ?? Value.none
    default: nil
    }
  }

  /// More elements than this are not made into a list.
  private static let elementLimit = 10_000_000

  /// Numbers for one axis; for more, tensors of one axis less.
  public func elements() throws -> [Value]? {
    guard let extent = tensor.shape.first else { return nil }
    guard extent <= TensorValue.elementLimit else {
      throw ScriptError("a tensor of \(extent) elements is too large to visit one by one")
    }
    if tensor.rank == 1 { return tensor.scalars.map { .number(Double($0)) } }
    return (0..<extent).map { Value(tensor.row($0), isMask: isMask) }
  }

  /// The extent of the first axis.
  public var length: Int? { tensor.shape.first }

  /// The same shape and equal numbers; NaN equals nothing.
  public func isEqual(to other: any EngineValue) -> Bool {
    if let traced = other as? TracedValue { return isEqual(to: TensorValue(traced.tensor)) }
    guard let other = other as? TensorValue, other.tensor.shape == tensor.shape else { return false }
    return tensor.withUnsafeBuffer { x in
      other.tensor.withUnsafeBuffer { y in (0..<x.count).allSatisfy { x[$0] == y[$0] } }
    }
  }
}

extension TensorValue {
  /// NumPy's basic and advanced indexing; the first index may be a row's name or a list of names.
  public func indexed(by indices: [IndexArgument]) throws -> Value? {
    let items = try indices.enumerated().map { try item($1, isFirst: $0 == 0) }
    return try inScriptTerms {
      let result = try tensor.indexed(by: items)
      return Value(result, names: try names(selectedBy: items), isMask: isMask)
    }
  }

  private func item(_ argument: IndexArgument, isFirst: Bool) throws -> TensorIndex {
    switch argument {
    case .newAxis: return .newAxis
    case .slice(let from, let to, let step): return .slice(from: from, to: to, step: step)
    case .value(.number(let number)): return .position(try whole(number))
    case .value(.string(let name)): return .position(try row(named: name, isFirst: isFirst))
    case .value(.none): return .newAxis
    case .value(.list(let values)):
      if values.isEmpty { return .positions([], shape: [0]) }
      if case .string = values[0] {
        let rows = try values.map { value in
          guard case .string(let name) = value else {
            throw ScriptError("a list of names as an index holds strings only, found \(value.typeName)")
          }
          return try row(named: name, isFirst: isFirst)
        }
        return .positions(rows, shape: [rows.count])
      }
      let index = try inScriptTerms { try ListConversion.tensor(values, operation: "index") }
      return ListConversion.startsWithBool(values) ? .mask(index) : try positions(index)
    case .value(.object(let object as any TensorRepresentable)):
      let isMask = (object as? TensorValue)?.isMask ?? (object.typeName == "mask")
      return isMask ? .mask(object.tensor) : try positions(object.tensor)
    case .value(let value):
      throw ScriptError("a tensor is indexed by numbers, slices, lists or masks, found \(value.typeName)")
    }
  }

  private func whole(_ number: Double) throws -> Int {
    guard let index = Int(exactly: number) else {
      throw ScriptError("an index is a whole number, found \(shortText(number))")
    }
    return index
  }

  private func positions(_ index: Tensor) throws -> TensorIndex {
    .positions(try index.scalars.map { try whole(Double($0)) }, shape: index.shape)
  }

  private func row(named name: String, isFirst: Bool) throws -> Int {
    guard isFirst, let names else {
      throw ScriptError(
        isFirst
          ? "this tensor's rows have no names"
          : "only a tensor's first axis has names; \"\(name)\" is not the first index")
    }
    guard let row = names.firstIndex(of: name) else {
      let known = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
      throw ScriptError(
        "no row is named \"\(name)\"", hint: "there are \(known)\(names.count > 12 ? ", …" : "")")
    }
    return row
  }

  /// The names of the rows that remain, where the result's first axis is still that of the rows.
  private func names(selectedBy items: [TensorIndex]) throws -> [String]? {
    guard let names, let first = items.first else { return names }
    let onlyOneList = items.dropFirst().allSatisfy {
      switch $0 {
      case .positions, .mask: false
      default: true
      }
    }
    switch first {
    case .newAxis, .position: return nil
    case .mask(let mask) where mask.rank != 1: return nil
    case .slice, .positions, .mask:
      guard onlyOneList else { return nil }
      let rows = try Tensor.arange(0, Double(names.count)).indexed(by: [first])
      return rows.rank == 1 ? rows.scalars.map { names[Int($0)] } : nil
    }
  }
}

extension Value {
  /// A tensor as a value: without axes, a number.
  public init(_ tensor: Tensor, names: [String]? = nil, isMask: Bool = false) {
    if tensor.rank == 0 {
      self = .number(Double(tensor.scalars[0]))
    } else {
      self = .object(TensorValue(tensor, names: names, isMask: isMask))
    }
  }
}

/// Four significant digits: `0.3333`, `1e+06`.
func shortText(_ number: Double) -> String {
  var buffer = [CChar](repeating: 0, count: 32)
  let length = withVaList([number]) { vsnprintf(&buffer, 32, "%.4g", $0) }
  return String(decoding: buffer.prefix(Int(max(0, length))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Runs engine code, its shape errors told as errors of the script.
func inScriptTerms<R>(_ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let error as ShapeError {
    throw ScriptError(error.description)
  }
}
