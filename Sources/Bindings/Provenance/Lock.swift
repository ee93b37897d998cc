import Interpreter

/// What a run was made of and what it gave, to be compared with another run: `run --record` writes it as
/// `NAME.lock`.
///
/// The file is JSON with one fact a line, so that two of them can be compared as text too. It holds no time, no folder
/// of the machine.
public struct Lock: Sendable {
  /// The format's version.
  static let format = 1

  /// Version of the program.
  public var version: String
  /// What its matrix products ran on.
  public var kernel: String
  /// How many threads it had.
  public var threads: Int
  /// The script, and the files it imports, with their SHA-256.
  public var scripts: [Source] = []
  /// Parameters that were given, as JSON.
  public var parameters: [(name: String, value: String)] = []
  /// Files it read.
  public var inputs: [Input] = []
  /// What its calls gave, in order.
  public var steps: [Step] = []
  /// Calls that are not among the steps since there were too many.
  public var furtherSteps = 0
  /// Files it saved, in order.
  public var outputs: [Output] = []
  /// What it printed, a line each.
  public var printed: [String] = []

  /// A text of a program.
  public struct Source: Sendable, Equatable {
    /// Its path below the script's folder, or with `..` from there.
    public var name: String
    /// The checksum of its text.
    public var sha256: String
  }

  /// A file that was read.
  public struct Input: Sendable, Equatable {
    /// As the script writes it.
    public var name: String
    /// What it was read as.
    public var kind: String
    /// The checksum of its bytes.
    public var sha256: String
  }

  /// A call and what it gave.
  public struct Step: Sendable {
    /// The file and line it stands on: `compare.clip:12`.
    public var place: String
    /// The builtin.
    public var call: String
    /// The type of what it gave.
    public var gives: String
    /// The checksum of what it gave; empty where it has none.
    public var sha256: String
    /// Some of its numbers.
    var numbers: Numbers?
  }

  /// A file that was saved.
  public struct Output: Sendable {
    /// As the script writes it.
    public var name: String
    /// The checksum of its bytes without what it says of how it was made.
    public var sha256: String
    /// Some of the value's numbers.
    var numbers: Numbers?
  }

  /// A lock of nothing yet.
  init(version: String, kernel: String, threads: Int) {
    self.version = version
    self.kernel = kernel
    self.threads = threads
  }
}

extension Lock {
  /// The file's text.
  public var text: String {
    func quoted(_ text: String) -> String { JSON.text(.string(text)) ?? "\"\"" }
    func list(_ items: [String]) -> String {
      items.isEmpty ? "[]" : "[\n" + items.map { "    " + $0 }.joined(separator: ",\n") + "\n  ]"
    }
    func object(_ fields: [(String, String)]) -> String {
      "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
    }
    func numbers(_ numbers: Numbers?) -> [(String, String)] {
      guard let numbers else { return [] }
      return [("count", "\(numbers.count)"), ("numbers", quoted(numbers.text))]
    }
    let fields = [
      ("clipscopeLock", "\(Self.format)"), ("version", quoted(version)), ("kernel", quoted(kernel)),
      ("threads", "\(threads)"),
      ("scripts", list(scripts.map { object([("name", quoted($0.name)), ("sha256", quoted($0.sha256))]) })),
      ("parameters", list(parameters.map { object([("name", quoted($0.name)), ("value", $0.value)]) })),
      (
        "inputs",
        list(
          inputs.map {
            object([("name", quoted($0.name)), ("kind", quoted($0.kind)), ("sha256", quoted($0.sha256))])
          })
      ),
      (
        "steps",
        list(
          steps.map {
            object(
              [
                ("place", quoted($0.place)), ("call", quoted($0.call)), ("gives", quoted($0.gives)),
                ("sha256", quoted($0.sha256)),
              ] + numbers($0.numbers))
          })
      ), ("furtherSteps", "\(furtherSteps)"),
      (
        "outputs",
        list(
          outputs.map {
            object([("name", quoted($0.name)), ("sha256", quoted($0.sha256))] + numbers($0.numbers))
          })
      ), ("printed", list(printed.map(quoted))),
    ]
    return "{\n" + fields.map { "  \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n}\n"
  }

  /// Reads a lock's text, which may be anybody's. Throws `LockError` where it is none.
  public init(text: String) throws {
    guard text.utf8.count <= 1 << 28, case .record(let record)? = JSON.parse(text),
      case .number(let format)? = record["clipscopeLock"]
    else { throw LockError("this is no lock: `clipscope run --record` writes one") }
    guard format == Double(Self.format) else {
      throw LockError("this lock is of another format (\(Value.number(format).text)) than this program's")
    }
    let reader = Reader()
    version = try reader.string(record, "version")
    kernel = try reader.string(record, "kernel")
    threads = try reader.whole(record, "threads")
    scripts = try reader.records(record, "scripts").map {
      Source(name: try reader.string($0, "name"), sha256: try reader.string($0, "sha256"))
    }
    guard !scripts.isEmpty else { throw LockError("the lock names no script") }
    parameters = try reader.records(record, "parameters").map {
      guard let value = $0["value"], let text = JSON.text(value) else {
        throw LockError("a parameter has no value")
      }
      return (try reader.string($0, "name"), text)
    }
    inputs = try reader.records(record, "inputs").map {
      Input(
        name: try reader.string($0, "name"), kind: try reader.string($0, "kind"),
        sha256: try reader.string($0, "sha256"))
    }
    steps = try reader.records(record, "steps").map {
      Step(
        place: try reader.string($0, "place"), call: try reader.string($0, "call"),
        gives: try reader.string($0, "gives"), sha256: try reader.string($0, "sha256"),
        numbers: try reader.numbers($0))
    }
    furtherSteps = try reader.whole(record, "furtherSteps")
    outputs = try reader.records(record, "outputs").map {
      Output(
        name: try reader.string($0, "name"), sha256: try reader.string($0, "sha256"),
        numbers: try reader.numbers($0))
    }
    guard case .list(let lines)? = record["printed"] else { throw LockError("`printed` is missing") }
    printed = try lines.map {
      guard case .string(let line) = $0 else { throw LockError("`printed` holds lines") }
      return line
    }
  }

  /// The parameters as a run takes them.
  public var parameterValues: [String: Value] {
    Dictionary(parameters.map { ($0.name, JSON.parse($0.value) ?? .none) }, uniquingKeysWith: { $1 })
  }

  /// Where the script lies that was recorded beside a lock in `folder`; nil for a name that is no file's.
  public func scriptPath(from folder: String) -> String? {
    scripts.first.flatMap { $0.name.contains("/") || $0.name.isEmpty ? nil : folder + "/" + $0.name }
  }

  /// Fields of the right types.
  private struct Reader {
    func string(_ record: Record, _ name: String) throws -> String {
      guard case .string(let text)? = record[name] else { throw LockError("the lock has no text `\(name)`") }
      return text
    }

    func whole(_ record: Record, _ name: String) throws -> Int {
      guard case .number(let number)? = record[name], let whole = Int(exactly: number), whole >= 0 else {
        throw LockError("the lock has no number `\(name)`")
      }
      return whole
    }

    func records(_ record: Record, _ name: String) throws -> [Record] {
      guard case .list(let items)? = record[name] else { throw LockError("the lock has no list `\(name)`") }
      return try items.map {
        guard case .record(let item) = $0 else { throw LockError("`\(name)` of the lock holds records") }
        return item
      }
    }

    func numbers(_ record: Record) throws -> Numbers? {
      guard record["count"] != nil else { return nil }
      let count = try whole(record, "count")
      guard let numbers = Numbers(text: try string(record, "numbers"), count: count) else {
        throw LockError("numbers of the lock are malformed")
      }
      return numbers
    }
  }
}

/// A file that is no lock.
public struct LockError: Error, CustomStringConvertible, Sendable {
  /// What is wrong with it.
  public let description: String

  init(_ description: String) { self.description = description }
}
