/// What an unpickled value can be. Containers are indices into the heap of the machine that read
/// them, so values that contain themselves or nest a million deep are harmless: nothing is ever
/// freed or compared recursively.
enum PickleValue: Equatable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  /// A whole number beyond 64 bits, bytes, a set: kept only as something that is there.
  case opaque
  /// The magic number of a pickle by PyTorch before ZIP: 0x1950a86a20f9469cfc6c.
  case torchMagic
  /// An index into `PickleHeap.sequences`.
  case tuple(Int)
  /// An index into `PickleHeap.sequences`.
  case list(Int)
  /// An index into `PickleHeap.dictionaries`.
  case dictionary(Int)
  /// A name such as `torch._utils _rebuild_tensor_v2`: an index into `PickleHeap.globals`.
  case global(Int)
  /// The result of calling or building something unknown: an index into `PickleHeap.records`.
  case record(Int)
  /// An index into `PickleHeap.storages`.
  case storage(Int)
  /// An index into `PickleHeap.tensors`.
  case tensor(Int)
}

/// `module name`, as written after GLOBAL. It is compared, never looked up or called.
struct PickleGlobal: Equatable {
  let module: String
  let name: String
}

/// An object of an unknown class: the class's name and the state BUILD gave it.
struct PickleRecord {
  let type: PickleGlobal?
  var state: PickleValue = .none
}

/// A persistent id `("storage", type, key, device, count)`.
struct PickleStorage {
  /// nil for an untyped storage, which counts bytes.
  let type: ElementType?
  let key: String
  let count: Int
}

/// What `_rebuild_tensor_v2` was given; not yet checked against the storage.
struct PickleTensor {
  /// The index of the storage in the heap.
  let storage: Int
  let type: ElementType
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// All containers made while reading one pickle.
struct PickleHeap {
  var sequences: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var globals: [PickleGlobal] = []
  var records: [PickleRecord] = []
  var storages: [PickleStorage] = []
  var tensors: [PickleTensor] = []

  /// Elements of a tuple or list.
  func elements(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index), .list(let index): sequences[index]
    default: nil
    }
  }

  /// Whole numbers of a tuple or list.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let elements = elements(value), elements.count <= StoredTensor.maximumRank else {
      return nil
    }
    var result: [Int] = []
    for element in elements {
      guard case .int(let number) = element else { return nil }
      result.append(number)
    }
    return result
  }

  /// The element type a storage class or dtype stands for.
  static func elementType(_ name: String) -> ElementType? {
    switch name {
    case "FloatStorage", "float32", "float": .float32
    case "HalfStorage", "float16", "half": .float16
    case "BFloat16Storage", "bfloat16": .bfloat16
    case "DoubleStorage", "float64", "double": .float64
    case "LongStorage", "int64", "long": .int64
    case "IntStorage", "int32", "int": .int32
    case "ShortStorage", "int16", "short": .int16
    case "CharStorage", "int8": .int8
    case "ByteStorage", "uint8": .uint8
    case "BoolStorage", "bool": .bool
    default: nil
    }
  }
}
