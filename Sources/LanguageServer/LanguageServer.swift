import Assistance
import Bindings
import Interpreter
import Syntax

/// A language server without its streams: messages in, messages out. One at a time, in order.
public final class LanguageServer {
  private enum State { case new, running, stopped }

  private var state = State.new
  private var documents: [String: Document] = [:]
  /// Open files that changed since they were checked, in order.
  private var unchecked: [String] = []
  private let version: String
  let libraryFolder: String?

  /// The exit code, once the client asked the server to end: 0 where it said so before.
  public private(set) var exitCode: Int32?

  /// A server.
  ///
  /// - Parameters:
  ///   - version: the program's version, told to clients
  ///   - libraryFolder: where modules of the library are written for editors to show them; nil for nowhere
  public init(version: String, libraryFolder: String? = LibraryFiles.standardFolder) {
    self.version = version
    self.libraryFolder = libraryFolder
  }

  /// Whether files wait to be checked.
  public var hasUnchecked: Bool { !unchecked.isEmpty }

  /// Answers one message. `isCancelled` says of a request's id whether its answer is still wanted.
  public func answers(
    to bytes: [UInt8], isCancelled: (Value) -> Bool = { _ in false }
  ) -> [Value] {
    guard let message = JSON.parse(bytes: bytes, repairing: true) else {
      return [LanguageServer.failure(.none, .init(.parseError, "the message is not JSON"))]
    }
    guard case .record = message else {
      return [LanguageServer.failure(.none, .init(.invalidRequest, "a message is an object"))]
    }
    let id = message["id"]
    guard let method = message["method"]?.stringValue else {
      // An answer to something that the server asked; it asks nothing.
      if id != nil, message["result"] != nil || message["error"] != nil { return [] }
      return [LanguageServer.failure(id ?? .none, .init(.invalidRequest, "a message has a method"))]
    }
    let parameters = message["params"] ?? .none
    guard let id else {
      return notified(method, parameters)
    }
    switch id {
    case .string, .number: break
    default:
      return [LanguageServer.failure(.none, .init(.invalidRequest, "a request's id is a number or a string"))]
    }
    do {
      if isCancelled(id) { throw ProtocolError(.cancelled, "the request was cancelled") }
      let result = try result(of: method, parameters)
      return [.record(["jsonrpc": .string("2.0"), "id": id, "result": result])]
    } catch let error as ProtocolError {
      return [LanguageServer.failure(id, error)]
    } catch {
      return [LanguageServer.failure(id, .init(.invalidRequest, "\(error)"))]
    }
  }

  /// The answer that a request, or what should have been one, failed.
  static func failure(_ id: Value, _ error: ProtocolError) -> Value {
    .record([
      "jsonrpc": .string("2.0"), "id": id,
      "error": .record(["code": Value(error.code.rawValue), "message": .string(error.message)]),
    ])
  }

  /// The answer to bytes that are no message.
  public static func fault(_ reason: String) -> Value { failure(.none, .init(.invalidRequest, reason)) }

  // MARK: Requests

  private func result(of method: String, _ parameters: Value) throws -> Value {
    switch (state, method) {
    case (.new, "initialize"):
      state = .running
      return capabilities
    case (.new, _): throw ProtocolError(.notInitialized, "`initialize` comes first")
    case (.stopped, _): throw ProtocolError(.invalidRequest, "the server was shut down")
    case (.running, "initialize"): throw ProtocolError(.invalidRequest, "the server runs already")
    case (.running, "shutdown"):
      state = .stopped
      return .none
    case (.running, "textDocument/hover"): return try hover(parameters)
    case (.running, "textDocument/completion"): return try completion(parameters)
    case (.running, "completionItem/resolve"): return resolved(parameters)
    case (.running, "textDocument/signatureHelp"): return try signatureHelp(parameters)
    case (.running, "textDocument/definition"): return try definition(parameters)
    case (.running, "textDocument/formatting"): return try formatting(parameters)
    case (.running, "textDocument/documentSymbol"): return try symbols(parameters)
    default: throw ProtocolError(.methodNotFound, "there is no method `\(method)`")
    }
  }

  private var capabilities: Value {
    .record([
      "capabilities": .record([
        "positionEncoding": .string("utf-16"),
        "textDocumentSync": .record([
          "openClose": .bool(true), "change": Value(2), "save": .record(["includeText": .bool(false)]),
        ]),
        "hoverProvider": .bool(true), "definitionProvider": .bool(true),
        "documentFormattingProvider": .bool(true), "documentSymbolProvider": .bool(true),
        "completionProvider": .record([
          "triggerCharacters": .list([".", "\"", "'", "/", "(", ","].map(Value.string)),
          "resolveProvider": .bool(true),
        ]),
        "signatureHelpProvider": .record([
          "triggerCharacters": .list(["(", ","].map(Value.string)),
          "retriggerCharacters": .list([":"].map(Value.string)),
        ]),
      ]),
      "serverInfo": .record(["name": .string("clipscope"), "version": .string(version)]),
    ])
  }

  /// The open file that a request is about.
  func document(_ parameters: Value) throws -> Document {
    guard let uri = parameters["textDocument"]?["uri"]?.stringValue else {
      throw ProtocolError(.invalidParameters, "expected `textDocument` with a `uri`")
    }
    guard let document = documents[uri] else {
      throw ProtocolError(.invalidParameters, "`\(uri)` is not open")
    }
    return document
  }

  /// The open file and the offset that a request is about.
  func place(_ parameters: Value) throws -> (SourceFile, Int) {
    let file = try document(parameters).source
    guard let position = ProtocolValue.position(parameters["position"]) else {
      throw ProtocolError(.invalidParameters, "expected `position` with `line` and `character`")
    }
    return (file, file.offset(of: position))
  }

  var loader: DocumentLoader {
    DocumentLoader(
      base: Engine.loader,
      open: Dictionary(
        documents.values.map { ($0.source.path, String(decoding: $0.source.utf8, as: UTF8.self)) },
        uniquingKeysWith: { $1 }))
  }

  var assistant: Assistant { Assistant(loader: loader) }

  // MARK: Notifications

  private func notified(_ method: String, _ parameters: Value) -> [Value] {
    if method == "exit" {
      exitCode = state == .stopped ? 0 : 1
      return []
    }
    guard state == .running else { return [] }
    let item = parameters["textDocument"]
    guard let uri = item?["uri"]?.stringValue else { return [] }
    switch method {
    case "textDocument/didOpen":
      guard let text = item?["text"]?.stringValue, text.utf8.count <= SourceFile.sizeLimit else { return [] }
      documents[uri] = Document(uri: uri, text: text, version: item?["version"]?.intValue)
      mark(uri)
    case "textDocument/didChange":
      guard var document = documents[uri] else { return [] }
      document.version = item?["version"]?.intValue
      for change in parameters["contentChanges"]?.listValue ?? [] where !document.apply(change) { break }
      documents[uri] = document
      mark(uri)
    case "textDocument/didSave": if documents[uri] != nil { mark(uri) }
    case "textDocument/didClose":
      documents[uri] = nil
      unchecked.removeAll { $0 == uri }
      mark(nil)
      return [LanguageServer.published(uri, nil, [])]
    default: break
    }
    return []
  }

  /// Notes that a file must be checked, and every other open one, which may import it.
  private func mark(_ uri: String?) {
    let all = (uri.map { [$0] } ?? []) + documents.keys.sorted()
    for uri in all where !unchecked.contains(uri) { unchecked.append(uri) }
  }

  // MARK: Diagnostics

  /// Checks the next file that waits for it, and gives the notification of what was found.
  public func checkNext() -> Value? {
    guard !unchecked.isEmpty else { return nil }
    guard let document = documents[unchecked.removeFirst()] else { return nil }
    let file = document.source
    let found = ScriptCheck.diagnostics(of: file, loader: loader)
    var values = found.filter { $0.file === file }.map(ProtocolValue.diagnostic)
    // What is wrong in an imported file is told at the import.
    let others = found.filter { $0.file !== file && $0.severity == .error }
    if let first = others.first {
      let more = others.count > 1 ? ", and \(others.count - 1) more" : ""
      values.insert(
        ProtocolValue.diagnostic(
          "`\(first.file.name)` does not check: \(first.message) (\(first.place))\(more)", .error,
          range: ProtocolValue.range(importSpan(of: first.file, in: file), in: file)),
        at: 0)
    }
    return LanguageServer.published(document.uri, document.version, values)
  }

  private static func published(_ uri: String, _ version: Int?, _ values: [Value]) -> Value {
    var parameters: Record = ["uri": .string(uri), "diagnostics": .list(values)]
    if let version { parameters["version"] = Value(version) }
    return .record([
      "jsonrpc": .string("2.0"), "method": .string("textDocument/publishDiagnostics"),
      "params": .record(parameters),
    ])
  }

  /// The import through which a file is reached.
  private func importSpan(of other: SourceFile, in file: SourceFile) -> Span {
    let graph = ModuleGraph.check(file, in: Engine.registry.environment, loader: loader)
    func reaches(_ module: Module) -> Bool {
      module.file.path == other.path || module.imports.values.contains(where: reaches)
    }
    for statement in graph.main.tree.statements {
      if case .importing(let declaration) = statement.kind,
        let module = graph.main.imports[declaration.name.id], reaches(module)
      {
        return declaration.targetSpan
      }
    }
    return Span(0, 0)
  }
}
