/// A file written by `torch.save` or `torch.jit.save`: a pickle that describes tensors, and their
/// storages, either as entries of a ZIP file or one after the other behind the pickle (before
/// PyTorch 1.6).
struct TorchFile {
  /// Dotted name and tensor, in the order of the file.
  private(set) var tensors: [(name: String, tensor: StoredTensor)] = []
  /// Plain values beside the tensors.
  private(set) var scalars: [(name: String, value: String)] = []
  /// Class names found in the pickle.
  private(set) var classes: Set<String> = []
  /// Whether this is a TorchScript archive, with the model's program beside its weights.
  private(set) var isTorchScript = false

  /// Reads the ZIP form.
  init(zip file: MappedFile) throws {
    let archive = try ZipArchive(file)
    let pickles = archive.entries.keys.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
      .filter { $0.split(separator: "/").count <= 2 }
    guard let pickleName = pickles.first, pickles.count == 1 else {
      throw file.error("is a ZIP file, but not a PyTorch checkpoint: it has no single `data.pkl`")
    }
    let root = String(pickleName.dropLast("data.pkl".count))
    if archive.entries[root + "byteorder"] != nil {
      let order = try file.bytes(try archive.range(of: root + "byteorder").prefix(16))
      guard String(decoding: order, as: UTF8.self) == "little" else {
        throw file.error("was written big-endian, which is not supported")
      }
    }
    isTorchScript = archive.entries[root + "constants.pkl"] != nil
    let range = try archive.range(of: pickleName)
    guard range.count <= PickleMachine.maximumLength else {
      throw file.error("has a pickle of \(range.count) bytes, more than any checkpoint needs")
    }
    var machine = PickleMachine(try file.bytes(range), path: file.path)
    let value = try machine.run()
    let heap = machine.heap
    var storages: [Int: Range<Int>] = [:]
    try collect(value, heap: heap, file: file) { index in
      if let known = storages[index] { return known }
      let storage = heap.storages[index]
      let range = try archive.range(of: "\(root)data/\(storage.key)")
      let needed = try Self.byteCount(storage, file)
      guard needed <= range.count else {
        throw file.error(
          "storage \(quoted(storage.key)) has \(range.count) bytes where \(needed) are stated")
      }
      let exact = range.lowerBound..<(range.lowerBound + needed)
      storages[index] = exact
      return exact
    }
  }

  /// Reads the form before ZIP: five pickles (magic number, protocol, system, object, storage
  /// keys), then for each key an i64 element count and the elements.
  init(legacy file: MappedFile) throws {
    let length = min(file.count, PickleMachine.maximumLength)
    let bytes = try file.prefix(length)
    var position = 0
    func next() throws -> (PickleValue, PickleHeap) {
      var machine = PickleMachine(bytes, path: file.path, position: position)
      let value = try machine.run()
      position = machine.position
      return (value, machine.heap)
    }
    guard try next().0 == .torchMagic else {
      throw file.error("is a pickle, but not a PyTorch checkpoint")
    }
    guard try next().0 == .int(1001) else {
      throw file.error("uses an unknown version of PyTorch's format")
    }
    let (system, systemHeap) = try next()
    if case .dictionary(let index) = system,
      systemHeap.dictionaries[index].contains(where: {
        $0.key == .string("little_endian") && $0.value == .bool(false)
      })
    {
      throw file.error("was written big-endian, which is not supported")
    }
    let (object, heap) = try next()
    let (keyList, keyHeap) = try next()
    guard let keys = keyHeap.elements(keyList) else {
      throw file.error("has no list of storages")
    }
    var byKey: [String: PickleStorage] = [:]
    for storage in heap.storages { byKey[storage.key] = storage }
    var ranges: [String: Range<Int>] = [:]
    for key in keys {
      guard case .string(let key) = key, let storage = byKey[key] else {
        throw file.error("lists a storage that no tensor uses")
      }
      let count = try file.integer(Int64.self, at: position)
      guard count == storage.count else {
        throw file.error("storage \(quoted(key)) has \(count) elements, stated are \(storage.count)")
      }
      let start = position + 8
      let size = try Self.byteCount(storage, file)
      guard size <= file.count - start else {
        throw file.error("ends inside storage \(quoted(key)) (an interrupted download?)")
      }
      ranges[key] = start..<(start + size)
      position = start + size
    }
    try collect(object, heap: heap, file: file) { index in
      let key = heap.storages[index].key
      guard let range = ranges[key] else { throw file.error("has no storage \(quoted(key))") }
      // Two mentions of a key may state different types; each must fit.
      guard try Self.byteCount(heap.storages[index], file) <= range.count else {
        throw file.error("storage \(quoted(key)) is stated twice with different sizes")
      }
      return range
    }
  }

  private static func byteCount(_ storage: PickleStorage, _ file: MappedFile) throws -> Int {
    let (bytes, overflow) = storage.count.multipliedReportingOverflow(
      by: storage.type?.byteCount ?? 1)
    guard !overflow else { throw file.error("states an impossible storage size") }
    return bytes
  }

  private mutating func collect(
    _ root: PickleValue, heap: PickleHeap, file: MappedFile,
    storage: (Int) throws -> Range<Int>
  ) throws {
    let tree = try PickleTree(root: root, heap: heap, path: file.path)
    tensors.reserveCapacity(tree.tensors.count)
    for (name, tensor) in tree.tensors {
      let range = try storage(tensor.storage)
      tensors.append(
        (
          name,
          try StoredTensor(
            file: file, name: name, type: tensor.type, storage: range, offset: tensor.offset,
            shape: tensor.shape, strides: tensor.strides)
        ))
    }
    classes = tree.classes
    for (name, value) in tree.scalars {
      switch value {
      case .bool(let value): scalars.append((name, "\(value)"))
      case .int(let value): scalars.append((name, "\(value)"))
      case .double(let value): scalars.append((name, "\(value)"))
      case .string(let value): scalars.append((name, value))
      default: break
      }
    }
  }
}
