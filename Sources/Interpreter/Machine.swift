import Glibc
import Syntax

/// Runs code: calls with checked arguments, errors with their places, limits.
final class Machine: CallContext {
  let registry: Registry
  let operators: any OperatorTable
  /// Where paths start; an interactive session may run a file of another folder.
  var paths: ScriptPaths
  let host: Host
  /// Values from the command line, by parameter.
  var parameters: [String: Value] = [:]
  /// Modules that ran, by their path: the records of their members.
  var modules: [String: Value] = [:]
  private var depth = 0
  private var untilPoll = 0
  /// Warnings that were given already.
  private var warned: Set<String> = []
  /// Where the builtin that runs now was called.
  private var site: (file: SourceFile, span: Span)?
  /// The builtin that runs now: what it was given, and the files it read and wrote.
  private var current: RunningCall?
  /// What this run saved, by the path.
  private var saved: [String: SavedFile] = [:]
  /// The script that runs; nil in a session.
  var script: ScriptIdentity?

  /// A call of a builtin while it runs.
  private struct RunningCall {
    let function: Function
    let positional: [Value]
    let options: [(String, Value)]
    var inputs: [InputFile] = []
    var reads: [SavedFile] = []
    var written: [String] = []

    func origin(_ noun: String) -> Origin {
      Origin(
        .call(function, positional.map { Origin.Part($0) }, options.map { ($0.0, Origin.Part($0.1)) }),
        noun: noun,
        inputs: inputs, reads: reads)
    }
  }

  // What sweeps need (`Sweeps/`).
  /// Sweeps within one another, and outermost ones so far.
  var sweepDepth = 0
  var sweepCount = 0
  /// What happens within the rows that are being computed, the outermost first.
  var records: [RowRecord] = []
  /// Files written elsewhere than where the script says, by a process that works for another one.
  var aside: [String: String] = [:]
  private var writesInPlace = false

  init(registry: Registry, operators: any OperatorTable, paths: ScriptPaths, host: Host) {
    self.registry = registry
    self.operators = operators
    self.paths = paths
    self.host = host
  }

  // MARK: Running code

  /// Runs a file's top level and gives its frame and last value.
  ///
  /// - Parameter exports: names that it binds, for the record of the run
  func run(
    _ code: Code, captured: [Value], asMain: Bool, exports: [Resolution.Export] = []
  ) throws -> (Frame, Value) {
    let frame = Frame(code, self)
    for (slot, value) in zip(code.captureSlots, captured) { frame[slot] = value }
    guard asMain, let observer = host.observer, let block = code.body as? BlockNode else {
      return (frame, try code.body.evaluate(frame))
    }
    var result = Value.none
    for statement in block.statements {
      observer(.began(code.file, statement.span))
      result = try statement.evaluate(frame)
      for export in exports
      where export.span.start >= statement.span.start && export.span.end <= statement.span.end {
        let value = frame[export.slot]
        observer(
          statement is ParameterNode
            ? .parameter(export.name, value) : .bound(export.name, value, export.span))
      }
      observer(.ended(code.file, statement.span, result))
    }
    return (frame, result)
  }

  /// Whether a loop runs whose progress is reported: those within it are not.
  private var isLooping = false

  /// Calls `turn` for each element of what `sequence` gave. An error that it is none is at `sequence`.
  @inline(__always) func loop(
    over value: Value, at sequence: Node, _ frame: Frame, _ turn: (Value) throws -> Void
  ) throws {
    if case .object(let object) = value, let count = object.length,
      let first = try count > 0 ? sequence.located(frame, { try object.element(at: 0) }) : nil
    {
      try loop(0..<count) { index in
        if index == 0 { return try turn(first) }
        try turn(try sequence.located(frame) { try object.element(at: index) } ?? .none)
      }
      return
    }
    try loop(sequence.located(frame) { try elements(of: value) }, turn)
  }

  /// Calls `turn` for each element. The outermost loop says how far it is, a thousand times at most.
  @inline(__always) func loop<Elements: RandomAccessCollection>(
    _ elements: Elements, _ turn: (Elements.Element) throws -> Void
  ) throws {
    guard let report = host.progress, !isLooping, elements.count > 1 else {
      for element in elements {
        try poll()
        try turn(element)
      }
      return
    }
    isLooping = true
    defer {
      isLooping = false
      report(elements.count, elements.count)
    }
    let step = max(1, elements.count / 1000)
    for (index, element) in elements.enumerated() {
      if index % step == 0 { report(index, elements.count) }
      try poll()
      try turn(element)
    }
  }

  /// Asks the host from time to time whether to stop.
  @inline(__always) func poll() throws {
    untilPoll -= 1
    if untilPoll < 0 {
      untilPoll = 1023
      try checkInterruption()
    }
  }

  /// Calls a function. `span` is what an error underlines.
  func call(
    _ function: Function, _ positional: [Value], _ options: [(String, Value)], file: SourceFile, span: Span
  ) throws -> Value {
    switch function.implementation {
    case .closure(let closure):
      let outer = site
      if !file.isLibrary { site = (file, span) }
      defer { site = outer }
      do {
        let result = try call(closure, positional, options)
        // A function of the library is a step of its own, however it goes about it.
        guard closure.code.isLibraryMember, !file.isLibrary else { return result }
        return result.made(by: {
          RunningCall(function: function, positional: positional, options: options).origin($0)
        })
      } catch var failure as RuntimeFailure {
        failure.addCall(closure.code.name, Diagnostic.place(file, span))
        throw failure
      }
    case .builtin(let reference):
      let arguments = try bind(reference, positional, options)
      try poll()
      // What the library calls on the user's behalf is reported at the user's own call.
      let outer = site
      if !file.isLibrary || outer == nil { site = (file, span) }
      defer { site = outer }
      depth += 1
      defer { depth -= 1 }
      if depth > Limits.calls { throw tooDeep() }
      let result = try run(reference, function, arguments, positional, options, isOfLibrary: file.isLibrary)
      if host.verifiesResults {
        try ResultVerification.verify(result, of: reference.builtin, positional, options)
      }
      switch result {
      case .list, .record: return try Nesting.checked(result)
      default: return result
      }
    }
  }

  /// Runs a builtin's body and says of what it gives how it was made.
  private func run(
    _ reference: BuiltinReference, _ function: Function, _ arguments: Arguments, _ positional: [Value],
    _ options: [(String, Value)], isOfLibrary: Bool
  ) throws -> Value {
    let outerCall = current
    current = RunningCall(function: function, positional: positional, options: options)
    defer { current = outerCall }
    let began = host.observer == nil ? 0 : monotonicSeconds()
    var result = try reference.builtin.body(arguments, self)
    guard let call = current else { return result }
    if !call.written.isEmpty {
      let file = SavedFile(origin: call.origin("none"))
      for path in call.written { saved[path] = file }
    }
    switch result {
    case .object, .list, .record:
      result = result.made(by: call.origin, keeping: reference.builtin.passesValuesOn)
    default: break
    }
    if let observer = host.observer, let site, !isOfLibrary {
      observer(
        .called(
          .init(
            name: reference.builtin.name, section: reference.builtin.section, file: site.file,
            span: site.span, arguments: positional,
            result: result, seconds: monotonicSeconds() - began)))
    }
    return result
  }

  /// Tells how far a sweep is, unless it is part of one, or of a loop, that tells.
  func reportingRows<T>(of count: Int, _ body: ((Int) -> Void) throws -> T) rethrows -> T {
    guard let report = host.rowProgress, !isLooping, count > 1 else { return try body { _ in } }
    isLooping = true
    defer {
      isLooping = false
      report(count, count)
    }
    return try body { report($0, count) }
  }

  /// Counts a call.
  func deeper<T>(_ body: () throws -> T) throws -> T {
    depth += 1
    defer { depth -= 1 }
    if depth > Limits.calls { throw tooDeep() }
    return try body()
  }

  /// Lets a process that works for another one write where the script says.
  func writingInPlace<T>(_ body: () throws -> T) rethrows -> T {
    writesInPlace = true
    defer { writesInPlace = false }
    return try body()
  }

  private func tooDeep() -> ScriptError {
    ScriptError(
      "calls are nested more than \(Limits.calls) deep", hint: "there is no recursion; use `fold` or a loop")
  }

  private func call(_ closure: Closure, _ positional: [Value], _ options: [(String, Value)]) throws -> Value {
    let code = closure.code
    let frame = Frame(code, self)
    for index in code.captureSlots.indices { frame[code.captureSlots[index]] = closure.captured[index] }
    try poll()
    depth += 1
    defer { depth -= 1 }
    if depth > Limits.calls { throw tooDeep() }
    let count = code.parameterSlots.count
    if positional.count != count || !options.isEmpty {
      let problems = code.signature.problems(positionalCount: positional.count, options: options.map(\.0))
      if let problem = problems.first {
        throw CallFault(subject: problem.subject, message: problem.message, hint: problem.hint)
      }
    }
    for index in 0..<count {
      let value: Value
      var subject = Signature.Problem.Subject.positional(index)
      if index < positional.count {
        value = positional[index]
      } else if let option = options.firstIndex(where: { $0.0 == code.signature.positional[index].name }) {
        value = options[option].1
        subject = .option(option)
      } else if let node = code.defaults[index] {
        value = try node.evaluate(frame)
        subject = .callee
      } else {
        continue
      }
      if code.hasTypes, let type = code.parameterTypes[index], !type.accepts(value) {
        let place: Int? = if case .option = subject { nil } else { index }
        throw fault(code.name, code.signature.positional[index].name, place, type, value, subject)
      }
      if let slot = code.parameterSlots[index] { frame[slot] = value }
    }
    return try code.body.evaluate(frame)
  }

  // MARK: Arguments of builtins

  private func bind(
    _ reference: BuiltinReference, _ positional: [Value], _ options: [(String, Value)]
  ) throws -> Arguments {
    let builtin = reference.builtin
    if positional.count > builtin.positional.count || !options.isEmpty
      || positional.count < builtin.positional.count
    {
      let problems = reference.signature.problems(
        positionalCount: positional.count, options: options.map(\.0))
      if let problem = problems.first {
        throw CallFault(subject: problem.subject, message: problem.message, hint: problem.hint)
      }
    }
    var values: [Value] = []
    var wasGiven: [Bool] = []
    values.reserveCapacity(builtin.parameterNames.count)
    wasGiven.reserveCapacity(builtin.parameterNames.count)
    for (index, parameter) in builtin.positional.enumerated() {
      if builtin.isVariadic, index == builtin.positional.count - 1 {
        let rest = Array(positional.dropFirst(index))
        // The parameter's type is that of each of them.
        for (offset, value) in rest.enumerated() where !parameter.type.accepts(value) {
          throw fault(
            builtin.name, parameter.name, index + offset, parameter.type, value, .positional(index + offset))
        }
        values.append(.list(rest))
        wasGiven.append(!rest.isEmpty)
      } else if index < positional.count {
        let value = positional[index]
        if !parameter.type.accepts(value) {
          throw fault(builtin.name, parameter.name, index, parameter.type, value, .positional(index))
        }
        values.append(value)
        wasGiven.append(true)
      } else {
        try bindNamed(parameter, index, builtin.name, options, &values, &wasGiven)
      }
    }
    for parameter in builtin.options {
      try bindNamed(parameter, nil, builtin.name, options, &values, &wasGiven)
    }
    return Arguments(names: builtin.parameterNames, values: values, wasGiven: wasGiven)
  }

  private func bindNamed(
    _ parameter: Builtin.Parameter, _ index: Int?, _ name: String, _ options: [(String, Value)],
    _ values: inout [Value], _ wasGiven: inout [Bool]
  ) throws {
    if let option = options.firstIndex(where: { $0.0 == parameter.name }) {
      let value = options[option].1
      if !parameter.type.accepts(value) {
        throw fault(name, parameter.name, nil, parameter.type, value, .option(option))
      }
      values.append(value)
      wasGiven.append(true)
    } else {
      values.append(parameter.defaultValue ?? .none)
      wasGiven.append(false)
    }
  }

  private func fault(
    _ function: String, _ parameter: String, _ index: Int?, _ type: TypeSpec, _ value: Value,
    _ subject: Signature.Problem.Subject
  ) -> CallFault {
    CallFault(
      subject: subject,
      message: TypeMessage.argument(of: function, parameter, index, type, type.found(value)),
      hint: type.hint(for: value))
  }

  // MARK: CallContext

  func call(_ function: Function, _ arguments: [Value]) throws -> Value {
    do {
      let place = site ?? (Machine.nowhere, Span(0, 0))
      return try call(function, arguments, [], file: place.0, span: place.1)
    } catch let fault as CallFault {
      throw ScriptError(fault.message, hint: fault.hint)
    } catch let failure as RuntimeFailure
      where failure.diagnostic.file.isLibrary && !(site?.file.isLibrary ?? true)
    {
      // A primitive that is written with the library failed: what concerns the user is his own call.
      throw ScriptError(failure.diagnostic.message, hint: failure.diagnostic.hint, kind: failure.kind)
    }
  }

  private static let nowhere = SourceFile(name: "-", text: "")

  func printLine(_ text: String) {
    for record in records { record.notePrinted(text) }
    host.output(text)
    host.observer?(.printed(text))
  }

  func tell(_ event: @autoclosure () -> RunEvent) { host.observer?(event()) }

  func note(_ input: InputFile) {
    current?.inputs.append(input)
    host.observer?(.read(input))
  }

  func provenance(of value: Value) -> Provenance? {
    guard let current else { return nil }
    let parameters =
      host.statedScript?.parameters
      ?? self.parameters.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value.source) }
    let script = host.statedScript ?? self.script
    do {
      let (text, inputs) = try RecipeWriter.text(of: current.origin(value.typeName), registry: registry)
      return Provenance(recipe: .success(text), inputs: inputs, script: script, parameters: parameters)
    } catch {
      let problem = error as? RecipeProblem ?? RecipeProblem(reason: "\(error)")
      return Provenance(recipe: .failure(problem), inputs: [], script: script, parameters: parameters)
    }
  }

  func picture(of value: Value, _ request: PictureRequest) throws -> String? {
    // What is sent depends on the terminal.
    for record in records { record.forget() }
    return try host.picture?(value, request)
  }

  func warn(_ message: String) {
    if let site { warn(message, site.file, site.span) }
  }

  func warn(_ message: String, _ file: SourceFile, _ span: Span) {
    for record in records { record.noteWarning(message, file, span) }
    // A warning in a loop is worth telling once.
    guard warned.count < 1000, warned.insert(message).inserted else { return }
    let warning = Diagnostic(.warning, message, file: file, span: span)
    host.warning(warning)
    host.observer?(.warned(warning))
  }

  func recipe(of value: Value) throws -> String {
    guard let origin = value.origin else { throw RecipeProblem(reason: "nothing is known of it") }
    return try RecipeWriter.text(of: origin, registry: registry).text
  }

  func readPath(_ path: String) throws -> String {
    let target = try currentReadPath(path)
    noteRead(path, at: target)
    if let file = saved[target] {
      // A list of files may name any of those that were saved before it.
      let isAlone = current?.function.name == "load"
      current?.reads += isAlone ? [file] : saved.keys.sorted().compactMap { saved[$0] }
    }
    return target
  }

  func noteRead(_ path: String) { noteRead(path, at: path) }

  func writePath(_ path: String) throws -> String {
    let target = try paths.writePath(path)
    if let duty = host.duty, !writesInPlace {
      if let known = aside[target] { return known }
      let other = try duty.aside(target)
      aside[target] = other
      return other
    }
    aside[target] = nil
    for record in records { record.noteSaved(path, at: target) }
    current?.written.append(target)
    return target
  }

  func checkInterruption() throws {
    if host.isInterrupted() { throw Interruption() }
  }

  var builtins: Registry { registry }

  /// The elements that a loop visits.
  func elements(of value: Value) throws -> [Value] { try Sequences.elements(of: value) }
}

/// Seconds of a clock that only goes on; for how long something took, never for what comes out.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
