import Syntax

/// What a running script needs of the world around it.
public struct Host {
  /// Receives each line that `print` writes.
  public var output: (String) -> Void
  /// Receives warnings.
  public var warning: (Diagnostic) -> Void
  /// Whether the user asked to stop; called often.
  public var isInterrupted: () -> Bool
  /// Receives what happens, for a record of the run; nil where nobody keeps one.
  public var observer: ((RunEvent) -> Void)?
  /// The script that files say they were made by, where it is another than the one that runs: a recipe's own.
  public var statedScript: ScriptIdentity?
  /// Whether a builtin that gives another type than it says is an error: for tests.
  public var verifiesResults = false

  /// Receives how far the outermost loop is: turns done, and turns there are.
  public var progress: ((_ done: Int, _ total: Int) -> Void)?

  /// Gives what a terminal shows a value as, a picture; nil where there is no terminal that can.
  public var picture: ((Value, PictureRequest) throws -> String?)?

  /// Keeps rows of sweeps between runs; nil where none are kept.
  public var rows: (any RowStore)?

  /// Whether rows that are kept are computed all the same: for who takes note of what happens in them. What is expensive
  /// in them is mostly found in the cache.
  public var recomputesRows = false

  /// Receives how far the outermost sweep is: rows done, and rows there are.
  public var rowProgress: ((_ done: Int, _ total: Int) -> Void)?

  /// The slice of every sweep that is computed; nil for all of it.
  public var slice: RowSlice?

  /// Further processes that compute rows; nil where there are none.
  public var crew: (any RowCrew)?

  /// What this process computes for another one; nil where it runs on its own.
  public var duty: (any RowDuty)?

  /// A host. By default nothing interrupts and warnings are dropped.
  public init(
    output: @escaping (String) -> Void, warning: @escaping (Diagnostic) -> Void = { _ in },
    isInterrupted: @escaping () -> Bool = { false }, progress: ((_ done: Int, _ total: Int) -> Void)? = nil,
    picture: ((Value, PictureRequest) throws -> String?)? = nil
  ) {
    self.progress = progress
    self.output = output
    self.warning = warning
    self.isInterrupted = isInterrupted
    self.picture = picture
  }
}

/// How a script wants a value shown on a terminal.
public struct PictureRequest: Sendable {
  /// Cells across; nil for what suits.
  public var width: Int?
  /// The name of the way that pictures are sent; nil for the terminal's best.
  public var protocolName: String?

  /// A request from its parts.
  public init(width: Int? = nil, protocolName: String? = nil) {
    self.width = width
    self.protocolName = protocolName
  }
}
