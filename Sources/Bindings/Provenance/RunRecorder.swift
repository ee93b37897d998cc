import Checkpoints
import Interpreter
import Syntax
import Tensors

/// Keeps the record of a run as it goes, from what the interpreter tells (`Host.observer`).
public final class RunRecorder {
  /// What has happened so far.
  public private(set) var lock: Lock
  private var inputs: [InputFile] = []
  private var listed: Set<String> = []
  private var outputs: [String: Int] = [:]

  /// More calls than this are only counted.
  static let stepLimit = 5000
  /// Numbers kept of each step, and of each file.
  static let stepNumbers = 32
  static let outputNumbers = 1024
  /// Printed lines kept.
  static let lineLimit = 1000

  /// A record of a run of a checked script.
  ///
  /// - Parameters:
  ///   - parameters: those that were given
  public init(_ program: Program, parameters: [String: Value]) {
    lock = Lock(version: Engine.version, kernel: Workers.kernelName, threads: Workers.count)
    let main = program.graph.main.file
    let folder = ScriptPaths.folder(of: main.path)
    lock.scripts = [Lock.Source(name: baseName(main.path), sha256: SHA256.hex(of: main.utf8))]
    for module in program.graph.modules where module.file !== main && !module.file.isLibrary {
      lock.scripts.append(
        Lock.Source(name: relative(module.file.path, to: folder), sha256: SHA256.hex(of: module.file.utf8)))
    }
    lock.parameters = parameters.sorted { $0.key < $1.key }.map { name, value in
      // A path below the script's folder is the same on another machine.
      if case .string(let text) = value, text.hasPrefix(folder + "/") {
        return (name, JSON.text(.string(String(text.dropFirst(folder.utf8.count + 1)))) ?? "null")
      }
      return (name, JSON.text(value) ?? "null")
    }
  }

  /// Takes note of something that happened.
  public func observe(_ event: RunEvent) {
    switch event {
    case .printed(let line):
      if lock.printed.count < Self.lineLimit { lock.printed.append(line) }
    case .read(let input):
      if listed.insert(input.name + "\0" + (input.path ?? "")).inserted { inputs.append(input) }
    case .called(let call): note(call)
    case .saved(let save):
      let output = Lock.Output(
        name: save.name, sha256: SHA256.hex(of: save.content),
        numbers: Numbers(of: save.value, limit: Self.outputNumbers))
      // A file that is saved again is the later one.
      if let index = outputs[save.name] {
        lock.outputs[index] = output
      } else {
        outputs[save.name] = lock.outputs.count
        lock.outputs.append(output)
      }
    case .began, .ended, .bound, .parameter, .warned, .shown: break
    }
  }

  private func note(_ call: RunEvent.Call) {
    guard call.section == "primitives", case .object(let object) = call.result,
      !["save", "show"].contains(call.name)
    else { return }
    guard lock.steps.count < Self.stepLimit else {
      lock.furtherSteps += 1
      return
    }
    let line = call.file.location(of: call.span.start).line
    lock.steps.append(
      Lock.Step(
        place: "\(baseName(call.file.name)):\(line)", call: call.name, gives: object.typeName,
        sha256: (try? Fingerprint.of(call.result)) ?? "",
        numbers: Numbers(of: call.result, limit: Self.stepNumbers)))
  }

  /// Files that were read, in the order of their first reading.
  public var files: [InputFile] { inputs }

  /// The whole record, with the checksums of what was read.
  public func finished() -> Lock {
    var lock = lock
    lock.inputs = inputs.map {
      Lock.Input(name: $0.name, kind: $0.kind, sha256: $0.sha256(SHA256.hex(of:)) ?? "")
    }
    return lock
  }
}

/// A path from a folder: `parts/a.clip`, `../b.clip`. Both must be absolute.
func relative(_ path: String, to folder: String) -> String {
  let from = folder.split(separator: "/")
  let to = path.split(separator: "/")
  let shared = zip(from, to).prefix { $0 == $1 }.count
  return (Array(repeating: "..", count: from.count - shared) + to.dropFirst(shared)).joined(separator: "/")
}
