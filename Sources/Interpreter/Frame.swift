import Syntax

/// The code of one function, or of a file's top level.
final class Code: Sendable {
  let name: String
  let file: SourceFile
  let signature: Signature
  /// Slots of the parameters; nil for `_`.
  let parameterSlots: [Int?]
  let parameterTypes: [TypeSpec?]
  /// Whether any parameter names a type.
  let hasTypes: Bool
  let defaults: [Node?]
  /// Slots that receive the captured values, in their order.
  let captureSlots: [Int]
  /// Their names, and of those that are imported modules the modules' names.
  let captureNames: [(name: String, module: String?)]
  let slotCount: Int
  let body: Node
  /// Where it stands, parameters included.
  let span: Span

  init(
    name: String, file: SourceFile, signature: Signature, parameterSlots: [Int?], parameterTypes: [TypeSpec?],
    defaults: [Node?], captures: [(name: String, from: Int, to: Int, module: String?)], slotCount: Int,
    body: Node, span: Span
  ) {
    self.name = name
    self.file = file
    self.span = span
    self.signature = signature
    self.parameterSlots = parameterSlots
    self.parameterTypes = parameterTypes
    self.hasTypes = parameterTypes.contains { $0 != nil }
    self.defaults = defaults
    self.captureSlots = captures.map(\.to)
    self.captureNames = captures.map { ($0.name, $0.module) }
    self.slotCount = slotCount
    self.body = body
  }
}

/// One activation of a function: its slots. Slot numbers come from the resolver only, so they are
/// not checked again; this file is the only one that touches the memory.
final class Frame {
  let machine: Machine
  let code: Code
  private let slots: UnsafeMutablePointer<Value>
  private let count: Int

  init(_ code: Code, _ machine: Machine) {
    self.code = code
    self.machine = machine
    self.count = max(1, code.slotCount)
    self.slots = .allocate(capacity: count)
    self.slots.initialize(repeating: .none, count: count)
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  subscript(slot: Int) -> Value {
    @inline(__always) get {
      assert(slot >= 0 && slot < count)
      return slots[slot]
    }
    @inline(__always) set {
      assert(slot >= 0 && slot < count)
      slots[slot] = newValue
    }
  }

  /// The number in a slot, without copying anything else.
  @inline(__always) func number(_ slot: Int) -> Double? {
    if case .number(let number) = slots[slot] { number } else { nil }
  }
}
