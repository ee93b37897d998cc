import Interpreter
import Synchronization
import Syntax

/// Functions of the standard library, which are Clip code, for primitives that are written with them.
public final class StandardLibrary: Sendable {
  private let functions = Mutex<[String: Function]>([:])
  private let makeRegistry: @Sendable () -> Registry
  private let loader: FileLoader

  /// A library read through `loader`; `registry` gives the builtins its functions may call.
  init(loader: FileLoader, registry: @escaping @Sendable () -> Registry) {
    self.loader = loader
    makeRegistry = registry
  }

  /// Calls `std.<module>.<name>`. An error there is the caller's: users see the line they wrote.
  func call(
    _ module: String, _ name: String, _ arguments: [Value], context: CallContext
  ) throws -> Value {
    do { return try context.call(function(module, name), arguments) } catch let failure
      as RuntimeFailure where failure.diagnostic.file.isLibrary
    {
      // The user called a primitive: that it is written in Clip is no concern of the message.
      throw ScriptError(
        failure.diagnostic.message, hint: failure.diagnostic.hint, kind: failure.kind)
    }
  }

  /// A function of the library; its module runs once.
  private func function(_ module: String, _ name: String) throws -> Function {
    let key = module + "." + name
    if let known = functions.withLock({ $0[key] }) { return known }
    let source = SourceFile(
      name: "std.\(module)", text: "import std.\(module) as module\nmodule.\(name)", path: "std:")
    let program = Program.check(source, registry: makeRegistry(), loader: loader)
    if let error = program.diagnostics.first(where: { $0.severity == .error }) {
      throw ScriptError("std.\(module): \(error.message)")
    }
    let session = Session(
      registry: makeRegistry(), loader: loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: "/"), host: Host(output: { _ in }))
    guard case .function(let function) = try session.run(program) else {
      throw ScriptError("std.\(module).\(name) is not a function")
    }
    functions.withLock { $0[key] = function }
    return function
  }
}
