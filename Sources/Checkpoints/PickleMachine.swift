/// Reads pickles, protocols 2 to 5, as data. Nothing is executed: a global is a name, calling one
/// gives a record, except for the few names that describe tensors and ordered dictionaries.
///
/// ```swift
/// var machine = PickleMachine(bytes, path: "model.pt")
/// let root = try machine.run()   // containers lie in machine.heap
/// ```
///
/// Time and memory are bounded by the length of the pickle: each opcode takes at least a byte and
/// makes at most one value, and no value is copied deeply.
struct PickleMachine {
  /// The longest pickle accepted; those of real checkpoints stay below 3 MB.
  static let maximumLength = 1 << 26
  /// The most values on the stack, and the most containers, accepted.
  static let maximumValues = 1 << 21

  private(set) var heap = PickleHeap()
  private let bytes: [UInt8]
  private let path: String
  private(set) var position: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var made = 0

  /// A machine that reads `bytes` from `position`.
  init(_ bytes: [UInt8], path: String, position: Int = 0) {
    self.bytes = bytes
    self.path = path
    self.position = position
  }

  func fail(_ problem: String) -> CheckpointError {
    CheckpointError(path, "has a damaged pickle: \(problem) (byte \(position))")
  }

  /// Runs to STOP and returns the value on top. May be called again for a pickle that follows.
  mutating func run() throws -> PickleValue {
    stack.removeAll()
    marks.removeAll()
    memo.removeAll()
    while true {
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") {
        return try pop()
      }
      try step(opcode)
      guard stack.count <= Self.maximumValues, made <= Self.maximumValues else {
        throw fail("more values than any checkpoint has")
      }
    }
  }

  // MARK: Bytes

  private mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw fail("it ends early") }
    defer { position += 1 }
    return bytes[position]
  }

  /// A little-endian unsigned number of `size` bytes.
  private mutating func unsigned(_ size: Int) throws -> Int {
    guard size <= bytes.count - position else { throw fail("it ends early") }
    var value: UInt64 = 0
    for i in 0..<size { value |= UInt64(bytes[position + i]) << (8 * UInt64(i)) }
    guard let result = Int(exactly: value) else { throw fail("an impossible length") }
    position += size
    return result
  }

  private mutating func take(_ length: Int) throws -> ArraySlice<UInt8> {
    guard length >= 0, length <= bytes.count - position else { throw fail("it ends early") }
    defer { position += length }
    return bytes[position..<(position + length)]
  }

  private mutating func text(_ length: Int) throws -> String {
    String(decoding: try take(length), as: UTF8.self)
  }

  /// Text up to the next line feed, which is taken too.
  private mutating func line() throws -> String {
    guard let end = bytes[position...].prefix(4096).firstIndex(of: UInt8(ascii: "\n")) else {
      throw fail("a line without an end")
    }
    let result = String(decoding: bytes[position..<end], as: UTF8.self)
    position = end + 1
    return result
  }

  // MARK: Stack

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func pop() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw fail("it takes a value that is not there")
    }
    return value
  }

  private func top() throws -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw fail("it uses a value that is not there")
    }
    return value
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw fail("a mark is missing") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func pushSequence(_ values: [PickleValue], isTuple: Bool) {
    heap.sequences.append(values)
    made += 1
    push(isTuple ? .tuple(heap.sequences.count - 1) : .list(heap.sequences.count - 1))
  }

  private mutating func pushDictionary(_ pairs: [(key: PickleValue, value: PickleValue)]) {
    heap.dictionaries.append(pairs)
    made += 1
    push(.dictionary(heap.dictionaries.count - 1))
  }

  private mutating func pushGlobal(_ module: String, _ name: String) {
    heap.globals.append(PickleGlobal(module: module, name: name))
    made += 1
    push(.global(heap.globals.count - 1))
  }

  private mutating func pushRecord(of type: PickleValue) {
    var global: PickleGlobal?
    if case .global(let index) = type { global = heap.globals[index] }
    heap.records.append(PickleRecord(type: global))
    made += 1
    push(.record(heap.records.count - 1))
  }

  private func pairs(_ values: [PickleValue]) throws -> [(key: PickleValue, value: PickleValue)] {
    guard values.count.isMultiple(of: 2) else { throw fail("a key without a value") }
    return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  // MARK: Opcodes

  private mutating func step(_ opcode: UInt8) throws {
    switch opcode {
    // Framing.
    case 0x80:
      let version = try byte()
      guard version <= 5 else { throw fail("protocol \(version) is unknown") }
    case 0x95: _ = try take(8)
    // Constants.
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "K"): push(.int(Int(try byte())))
    case UInt8(ascii: "M"): push(.int(try unsigned(2)))
    case UInt8(ascii: "J"): push(.int(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
    case UInt8(ascii: "I"): push(integer(try line()))
    case UInt8(ascii: "L"): push(integer(try line()))
    case 0x8a: push(long(try take(Int(try byte()))))
    case 0x8b: push(long(try take(try unsigned(4))))
    case UInt8(ascii: "F"): push(Double(try line()).map(PickleValue.double) ?? .opaque)
    case UInt8(ascii: "G"):
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      push(.double(Double(bitPattern: bits)))
    // Text and bytes. Protocol 2 writers under Python 2 use byte strings for names.
    case UInt8(ascii: "X"): push(.string(try text(try unsigned(4))))
    case 0x8c: push(.string(try text(Int(try byte()))))
    case 0x8d: push(.string(try text(try unsigned(8))))
    case UInt8(ascii: "U"): push(.string(try text(Int(try byte()))))
    case UInt8(ascii: "T"): push(.string(try text(try unsigned(4))))
    case UInt8(ascii: "V"): push(.string(try line()))
    case UInt8(ascii: "B"):
      _ = try take(try unsigned(4))
      push(.opaque)
    case UInt8(ascii: "C"):
      _ = try take(Int(try byte()))
      push(.opaque)
    case 0x8e, 0x96:
      _ = try take(try unsigned(8))
      push(.opaque)
    default:
      if try !containerStep(opcode), try !objectStep(opcode) {
        throw fail("opcode 0x\(String(opcode, radix: 16)) is not used in checkpoints")
      }
    }
  }

  /// Opcodes that make and fill containers. Returns false for others.
  private mutating func containerStep(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"):
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): push(try top())
    case UInt8(ascii: ")"): pushSequence([], isTuple: true)
    case UInt8(ascii: "t"): pushSequence(try popToMark(), isTuple: true)
    case 0x85, 0x86, 0x87:
      var values: [PickleValue] = []
      for _ in 0...(opcode - 0x85) { values.append(try pop()) }
      pushSequence(values.reversed(), isTuple: true)
    case UInt8(ascii: "]"): pushSequence([], isTuple: false)
    case UInt8(ascii: "l"): pushSequence(try popToMark(), isTuple: false)
    case UInt8(ascii: "a"):
      let value = try pop()
      try append([value])
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "}"): pushDictionary([])
    case UInt8(ascii: "d"): pushDictionary(try pairs(try popToMark()))
    case UInt8(ascii: "s"):
      let value = try pop()
      let key = try pop()
      try setItems([(key, value)])
    case UInt8(ascii: "u"): try setItems(try pairs(try popToMark()))
    // Sets hold nothing a model needs.
    case 0x8f: push(.opaque)
    case 0x90:
      _ = try popToMark()
      _ = try top()
    case 0x91:
      _ = try popToMark()
      push(.opaque)
    // Memo.
    case UInt8(ascii: "q"): try remember(Int(try byte()))
    case UInt8(ascii: "r"): try remember(try unsigned(4))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "p"): try remember(try index(try line()))
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(try unsigned(4))
    case UInt8(ascii: "g"): try recall(try index(try line()))
    default: return false
    }
    return true
  }

  /// Opcodes that name, call and build objects. Returns false for others.
  private mutating func objectStep(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case UInt8(ascii: "c"):
      let module = try line()
      pushGlobal(module, try line())
    case 0x93:
      let name = try pop()
      let module = try pop()
      guard case .string(let name) = name, case .string(let module) = module else {
        throw fail("a global without a name")
      }
      pushGlobal(module, name)
    case UInt8(ascii: "R"):
      let arguments = try pop()
      try call(try pop(), arguments)
    case 0x81:
      _ = try pop()
      pushRecord(of: try pop())
    case 0x92:
      _ = try pop()
      _ = try pop()
      pushRecord(of: try pop())
    case UInt8(ascii: "o"):
      let values = try popToMark()
      pushRecord(of: values.first ?? .none)
    case UInt8(ascii: "i"):
      _ = try popToMark()
      let module = try line()
      pushGlobal(module, try line())
      pushRecord(of: try pop())
    case UInt8(ascii: "b"):
      let state = try pop()
      if case .record(let index) = try top() { heap.records[index].state = state }
    case UInt8(ascii: "Q"): try persist(try pop())
    default: return false
    }
    return true
  }

  private func integer(_ text: String) -> PickleValue {
    switch text {
    case "00": .bool(false)
    case "01": .bool(true)
    default: Int(text.hasSuffix("L") ? String(text.dropLast()) : text).map(PickleValue.int) ?? .opaque
    }
  }

  /// A two's complement little-endian number.
  private func long(_ bytes: ArraySlice<UInt8>) -> PickleValue {
    if Array(bytes) == [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19] {
      return .torchMagic
    }
    guard bytes.count <= 8, let last = bytes.last else { return bytes.isEmpty ? .int(0) : .opaque }
    var value: Int64 = last >= 0x80 ? -1 : 0
    for byte in bytes.reversed() { value = value << 8 | Int64(byte) }
    return .int(Int(value))
  }

  private func index(_ text: String) throws -> Int {
    guard let value = Int(text) else { throw fail("a memo index that is not a number") }
    return value
  }

  private mutating func remember(_ index: Int) throws {
    memo[index] = try top()
    guard memo.count <= Self.maximumValues else { throw fail("a memo larger than any checkpoint's") }
  }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else { throw fail("memo entry \(index) is missing") }
    push(value)
  }

  private mutating func append(_ values: [PickleValue]) throws {
    switch try top() {
    case .list(let index): heap.sequences[index].append(contentsOf: values)
    case .record, .opaque: break
    default: throw fail("it appends to something that is not a list")
    }
  }

  private mutating func setItems(_ pairs: [(key: PickleValue, value: PickleValue)]) throws {
    switch try top() {
    case .dictionary(let index): heap.dictionaries[index].append(contentsOf: pairs)
    case .record, .opaque: break
    default: throw fail("it sets an item of something that is not a dictionary")
    }
  }

  // MARK: The few names that mean something

  private mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws {
    guard case .global(let index) = function else {
      pushRecord(of: function)
      return
    }
    let global = heap.globals[index]
    let given = heap.elements(arguments) ?? []
    switch (global.module, global.name) {
    case ("collections", "OrderedDict"), ("builtins", "dict"), ("__builtin__", "dict"):
      try pushDictionary(orderedDictionary(given))
    case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"),
      ("torch._utils", "_rebuild_tensor_v3"):
      try rebuildTensor(given, isThird: global.name.hasSuffix("3"))
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"),
      ("torch._tensor", "_rebuild_from_type_v2"), ("torch._utils", "_rebuild_from_type_v2"):
      // (tensor, …), or (function, type, (arguments), state) for subclasses of tensors.
      if case .tensor? = given.first {
        push(given[0])
      } else if global.name == "_rebuild_from_type_v2", given.count >= 3,
        case .global(let inner) = given[0], heap.globals[inner].name != "_rebuild_from_type_v2"
      {
        try call(given[0], given[2])
      } else {
        pushRecord(of: function)
      }
    default:
      pushRecord(of: function)
    }
  }

  /// `OrderedDict()` or `OrderedDict([[key, value], …])`.
  private func orderedDictionary(
    _ arguments: [PickleValue]
  ) throws -> [(key: PickleValue, value: PickleValue)] {
    guard let list = arguments.first, let items = heap.elements(list) else { return [] }
    return try items.map { item in
      guard let pair = heap.elements(item), pair.count == 2 else {
        throw fail("a dictionary made of something else than pairs")
      }
      return (pair[0], pair[1])
    }
  }

  /// `(storage, offset, shape, strides, requires_grad, hooks[, dtype or metadata])`.
  private mutating func rebuildTensor(_ given: [PickleValue], isThird: Bool) throws {
    guard given.count >= 4, case .storage(let storage) = given[0], case .int(let offset) = given[1],
      let shape = heap.integers(given[2]), let strides = heap.integers(given[3])
    else { throw fail("a tensor whose description is incomplete") }
    var type = heap.storages[storage].type
    if isThird, given.count >= 7, case .global(let index) = given[6] {
      type = PickleHeap.elementType(heap.globals[index].name)
    }
    guard let type else { throw fail("a tensor of an unknown element type") }
    heap.tensors.append(
      PickleTensor(storage: storage, type: type, offset: offset, shape: shape, strides: strides))
    made += 1
    push(.tensor(heap.tensors.count - 1))
  }

  /// `("storage", type, key, device, count[, view])`.
  private mutating func persist(_ id: PickleValue) throws {
    guard let fields = heap.elements(id), fields.count >= 5, fields[0] == .string("storage"),
      case .global(let index) = fields[1], case .string(let key) = fields[2],
      case .int(let count) = fields[4], count >= 0
    else { throw fail("a persistent id that is not a storage") }
    let name = heap.globals[index].name
    let type = PickleHeap.elementType(name)
    guard type != nil || name == "UntypedStorage" else {
      throw CheckpointError(path, "holds a storage of the unsupported type \(quoted(name))")
    }
    if fields.count >= 6, fields[5] != .none {
      throw CheckpointError(path, "holds a view of a storage, which is not supported; save it again")
    }
    heap.storages.append(PickleStorage(type: type, key: key, count: count))
    made += 1
    push(.storage(heap.storages.count - 1))
  }
}
