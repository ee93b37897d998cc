import Synchronization

/// How far long work is. Whoever shows it (a terminal) listens; the work itself only reports.
public enum Progress {
  /// A report: what is being done, how much of it is done, and how much there is.
  public typealias Listener = @Sendable (_ task: String, _ done: Int, _ total: Int) -> Void

  private static let listener = Mutex<Listener?>(nil)

  /// Sets who is told of progress, from any thread; nil for nobody.
  public static func listen(_ new: Listener?) { listener.withLock { $0 = new } }

  /// A task of `total` steps: call the result with the number of steps just done, from any thread.
  static func task(_ name: String, of total: Int) -> @Sendable (Int) -> Void {
    let counter = Counter()
    return { steps in
      let now = counter.add(steps)
      listener.withLock { $0 }?(name, now, total)
    }
  }

  /// A shared count.
  private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func add(_ steps: Int) -> Int { value.add(steps, ordering: .relaxed).newValue }
  }
}
