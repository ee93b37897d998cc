/// Named tensors and plain values found in an unpickled tree.
struct PickleTree {
  /// Dotted path and tensor, in the order of the file.
  private(set) var tensors: [(name: String, tensor: PickleTensor)] = []
  /// Dotted path and plain value: `epoch`, `visual.training`, …
  private(set) var scalars: [(name: String, value: PickleValue)] = []
  /// Names of the classes of all objects, such as `__torch__.clip.model QuickGELU`.
  private(set) var classes: Set<String> = []

  private let heap: PickleHeap
  private let path: String
  private var visited = 0

  /// The deepest nesting followed; modules of real models stay below 16.
  static let maximumDepth = 64
  /// The most values visited, counting shared ones as often as they are reached.
  static let maximumVisits = 1 << 20

  /// The longest dotted name accepted, in bytes.
  static let maximumName = 512

  /// Flattens everything below `root`. Lists and dictionaries inside optimizer states are walked
  /// too; what is not a tensor or a plain value is passed over.
  init(root: PickleValue, heap: PickleHeap, path: String) throws {
    self.heap = heap
    self.path = path
    try visit(root, name: "", depth: 0)
  }

  private mutating func visit(_ value: PickleValue, name: String, depth: Int) throws {
    visited += 1
    guard depth <= Self.maximumDepth, visited <= Self.maximumVisits,
      name.utf8.count <= Self.maximumName
    else {
      throw CheckpointError(path, "nests objects deeper than any checkpoint does, or in a circle")
    }
    switch value {
    case .tensor(let index): tensors.append((name, heap.tensors[index]))
    case .bool, .int, .double, .string: scalars.append((name, value))
    case .dictionary(let index):
      for (key, element) in heap.dictionaries[index] {
        guard let part = Self.text(key) else { continue }
        try visit(element, name: Self.join(name, part), depth: depth + 1)
      }
    case .tuple(let index), .list(let index):
      for (position, element) in heap.sequences[index].enumerated() {
        try visit(element, name: Self.join(name, "\(position)"), depth: depth + 1)
      }
    case .record(let index):
      let record = heap.records[index]
      if let type = record.type { classes.insert("\(type.module) \(type.name)") }
      try visit(record.state, name: name, depth: depth + 1)
    case .none, .opaque, .torchMagic, .global, .storage: break
    }
  }

  private static func text(_ key: PickleValue) -> String? {
    switch key {
    case .string(let text): text
    case .int(let number): "\(number)"
    default: nil
    }
  }

  /// Whole modules pickled by Python keep their parts under these names, which are not part of
  /// the parameter's name.
  private static func join(_ name: String, _ part: String) -> String {
    switch part {
    case "_parameters", "_buffers", "_modules": name
    default: name.isEmpty ? part : "\(name).\(part)"
    }
  }
}
