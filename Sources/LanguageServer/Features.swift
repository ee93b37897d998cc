import Assistance
import Bindings
import Interpreter
import Syntax

// What a client asks about a place of a script.

extension LanguageServer {
  func hover(_ parameters: Value) throws -> Value {
    let (file, offset) = try place(parameters)
    guard let found = assistant.explanation(in: file, at: offset) else { return .none }
    return .record([
      "contents": ProtocolValue.markdown(found.markdown), "range": ProtocolValue.range(found.span, in: file),
    ])
  }

  func definition(_ parameters: Value) throws -> Value {
    let (file, offset) = try place(parameters)
    guard let found = assistant.definition(in: file, at: offset) else { return .none }
    let path = found.file.isLibrary ? libraryPath(of: found.file) : found.file.path
    guard let path else { return .none }
    let uri = found.file.path == file.path ? try document(parameters).uri : FileURI.uri(path)
    return .record(["uri": .string(uri), "range": ProtocolValue.range(found.span, in: found.file)])
  }

  private func libraryPath(of file: SourceFile) -> String? {
    libraryFolder.flatMap { LibraryFiles.written(file, in: $0) }
  }

  /// The whole text formatted, as one edit; none where nothing changes or the text is not understood.
  func formatting(_ parameters: Value) throws -> Value {
    let file = try document(parameters).source
    guard let text = try? Formatter.format(file), Array(text.utf8) != file.utf8 else { return .list([]) }
    let all = Span(0, file.utf8.count)
    return .list([.record(["range": ProtocolValue.range(all, in: file), "newText": .string(text)])])
  }

  // MARK: Calls

  func signatureHelp(_ parameters: Value) throws -> Value {
    let (file, offset) = try place(parameters)
    guard let call = assistant.callHelp(in: file, at: offset) else { return .none }
    var signature: Record = ["label": .string(call.label), "parameters": .list(parameterValues(of: call))]
    if !call.help.isEmpty { signature["documentation"] = .string(call.help) }
    var result: Record = ["signatures": .list([.record(signature)]), "activeSignature": Value(0)]
    if let active = call.active { result["activeParameter"] = Value(active) }
    return .record(result)
  }

  /// Parameters with their places in the label, in UTF-16 units.
  private func parameterValues(of call: CallHelp) -> [Value] {
    let label = Array(call.label.utf16)
    // The function's name may hold a parameter's.
    var from = (label.firstIndex(of: 0x28) ?? -1) + 1
    return call.parameters.map { parameter in
      let words = Array(parameter.label.utf16)
      var start = from
      while start + words.count <= label.count, Array(label[start..<(start + words.count)]) != words {
        start += 1
      }
      let end = min(start + words.count, label.count)
      start = min(start, end)
      from = end
      var value: Record = ["label": .list([Value(start), Value(end)])]
      if !parameter.help.isEmpty { value["documentation"] = .string(parameter.help) }
      return .record(value)
    }
  }

  // MARK: Symbols

  func symbols(_ parameters: Value) throws -> Value {
    let file = try document(parameters).source
    let shown = assistant.declarations(in: file).filter { $0.kind != .argument && $0.kind != .element }
    func value(_ declaration: Declaration) -> Value {
      let kind =
        switch declaration.kind {
        case .function: 12
        case .module: 2
        case .parameter: 7
        default: 13
        }
      var record: Record = [
        "name": .string(declaration.name), "kind": Value(kind),
        "range": ProtocolValue.range(declaration.extent, in: file),
        "selectionRange": ProtocolValue.range(declaration.span, in: file),
      ]
      let inner = shown.filter {
        $0.depth == declaration.depth + 1 && declaration.kind == .function
          && declaration.extent.start <= $0.extent.start && $0.extent.end <= declaration.extent.end
      }
      if !inner.isEmpty { record["children"] = .list(inner.map(value)) }
      return .record(record)
    }
    return .list(shown.filter { $0.depth == 0 }.map(value))
  }
}
