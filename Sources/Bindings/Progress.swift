import Synchronization

/// How far long work is. Whoever shows it (a terminal) listens; the work itself only reports.
public enum Progress {
  /// A report: what is being done, how much of it is done, and how much there is.
  public typealias Listener = @Sendable (_ task: String, _ done: Int, _ total: Int) -> Void

  private static let listener = Mutex<Listener?>(nil)

  /// Sets who is told of progress, from any thread; nil for nobody.
  public static func listen(_ new: Listener?) { listener.withLock { $0 = new } }

  /// The task of a loop of the script: what is done within it is not told of on its own.
  public static let loop = "loop"

  /// A sweep of the script: like a loop.
  public static let sweep = "sweep"
  /// The task of `evaluate`, which tells of all that is done within it.
  public static let evaluating = "evaluating"

  /// Tells the listener how far a task is.
  public static func report(_ task: String, _ done: Int, _ total: Int) {
    listener.withLock { $0 }?(task, done, total)
  }

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
