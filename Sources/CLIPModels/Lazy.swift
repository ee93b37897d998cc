import Synchronization

/// A value made when first wanted, once, whichever thread asks. Making it may throw; it is then
/// tried again at the next request.
final class Lazy<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)
  private let make: @Sendable () throws -> Value

  init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

  func get() throws -> Value {
    try made.withLock { value in
      if let value { return value }
      let new = try make()
      value = new
      return new
    }
  }
}
