import Foundation
import Testing

/// `clipscope lsp`, spoken with as an editor does: over pipes, message by message.
private final class EditorClient {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()
  private var count = 0
  /// Notifications that came between answers.
  private(set) var notifications: [[String: Any]] = []

  init(in folder: URL, environment: [String: String] = [:]) throws {
    process.executableURL = URL(fileURLWithPath: try #require(CommandLineTool.path))
    process.arguments = ["lsp"]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // A server that says nothing must not stop the tests for ever.
    let process = process
    DispatchQueue.global().asyncAfter(deadline: .now() + 60) { if process.isRunning { process.terminate() } }
  }

  func write(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }

  func send(_ message: [String: Any]) throws {
    var message = message
    message["jsonrpc"] = "2.0"
    let body = try JSONSerialization.data(withJSONObject: message)
    write("Content-Length: \(body.count)\r\n\r\n" + String(decoding: body, as: UTF8.self))
  }

  func notify(_ method: String, _ parameters: [String: Any]) throws {
    try send(["method": method, "params": parameters])
  }

  /// Sends a request and gives its answer.
  func request(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    count += 1
    try send(["id": count, "method": method, "params": parameters])
    while true {
      let message = try #require(try read(), "the server ended")
      if message["id"] as? Int == count { return message }
      notifications.append(message)
    }
  }

  /// The next message; nil at the end.
  func read() throws -> [String: Any]? {
    while true {
      if let end = buffer.range(of: Data("\r\n\r\n".utf8)) {
        let header = String(decoding: buffer[buffer.startIndex..<end.lowerBound], as: UTF8.self)
        let length = try #require(Int(header.dropFirst("Content-Length: ".count)))
        if buffer.endIndex - end.upperBound >= length {
          let body = Data(buffer[end.upperBound..<(end.upperBound + length)])
          buffer = Data(buffer[(end.upperBound + length)...])
          return try JSONSerialization.jsonObject(with: body) as? [String: Any]
        }
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      buffer += more
    }
  }

  /// Waits for the next notification of diagnostics.
  func diagnostics() throws -> [[String: Any]] {
    let message = try #require(notifications.isEmpty ? try read() : notifications.removeFirst())
    #expect(message["method"] as? String == "textDocument/publishDiagnostics")
    return try #require((message["params"] as? [String: Any])?["diagnostics"] as? [[String: Any]])
  }

  func endInput() { try? input.fileHandleForWriting.close() }

  func exitCode() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -1
  }
}

@Suite struct LanguageServerCommandTests {
  @Test func aWholeSession() throws {
    let folder = try Folder()
    try folder.write("lib.clip", "## Adds one.\nfn more(x) => x + 1\n")
    let client = try EditorClient(in: folder.url, environment: ["XDG_CACHE_HOME": folder.url.path])
    let start = try client.request("initialize", ["capabilities": [String: Any]()])
    let capabilities = (start["result"] as? [String: Any])?["capabilities"] as? [String: Any]
    #expect(capabilities?["hoverProvider"] as? Bool == true)
    try client.notify("initialized", [:])

    let uri = folder.url.appendingPathComponent("main.clip").absoluteString
    let text =
      "import \"lib.clip\" as lib\nimport std.prompts\nm = load(\"emoji\")\nprint(lib.more(m.siez), prompts.simple)\n"
    try client.notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": uri, "languageId": "clip", "version": 1, "text": text]])
    let found = try client.diagnostics()
    #expect(found.map { $0["message"] as? String } == ["a model has no field `siez`\ndid you mean `size`?"])

    func place(_ line: Int, _ character: Int) -> [String: Any] {
      ["textDocument": ["uri": uri], "position": ["line": line, "character": character]]
    }
    let hover = try client.request("textDocument/hover", place(3, 11))
    #expect("\(hover)".contains("Adds one."))
    let definition = try client.request("textDocument/definition", place(3, 11))
    let target = try #require(definition["result"] as? [String: Any])
    #expect((target["uri"] as? String)?.hasSuffix("/lib.clip") == true)
    // A module of the library is shown from a file written for that.
    let library = try client.request("textDocument/definition", place(3, 34))
    let shown = try #require((library["result"] as? [String: Any])?["uri"] as? String)
    let path = try #require(URL(string: shown)?.path)
    #expect(path == folder.url.path + "/clipscope/library/prompts.clip")
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("simple = "))

    let edit: [String: Any] = [
      "range": ["start": ["line": 3, "character": 17], "end": ["line": 3, "character": 21]], "text": "si",
    ]
    try client.notify(
      "textDocument/didChange", ["textDocument": ["uri": uri, "version": 2], "contentChanges": [edit]])
    let completion = try client.request("textDocument/completion", place(3, 19))
    let items = (completion["result"] as? [String: Any])?["items"] as? [[String: Any]]
    #expect(items?.map { $0["label"] as? String } == ["size"])
    let formatting = try client.request(
      "textDocument/formatting",
      ["textDocument": ["uri": uri], "options": ["tabSize": 2, "insertSpaces": true]])
    #expect(formatting["result"] as? [[String: Any]] != nil)
    let unknown = try client.request("workspace/symbol", ["query": ""])
    #expect((unknown["error"] as? [String: Any])?["code"] as? Int == -32601)

    let end = try client.request("shutdown")
    #expect(end["result"] is NSNull)
    try client.notify("exit", [:])
    #expect(client.exitCode() == 0)
  }

  /// Noise is answered with errors, and what follows is understood.
  @Test func noise() throws {
    let folder = try Folder()
    let client = try EditorClient(in: folder.url)
    client.write("Content-Length: x\r\n\r\n")
    #expect(try client.read()?["error"] != nil)
    client.write("Content-Length: 5\r\n\r\n{]}{[")
    #expect((try client.read()?["error"] as? [String: Any])?["code"] as? Int == -32700)
    client.write("Content-Length: 999999999\r\n\r\n")
    #expect(try client.read()?["error"] != nil)
    client.endInput()
    #expect(client.exitCode() == 1)
  }

  /// A request is not answered when it is taken back before its turn.
  @Test func cancelling() throws {
    let folder = try Folder()
    let client = try EditorClient(in: folder.url)
    _ = try client.request("initialize")
    func framed(_ body: String) -> String { "Content-Length: \(body.utf8.count)\r\n\r\n\(body)" }
    client.write(
      framed(#"{"jsonrpc":"2.0","id":"a","method":"textDocument/hover","params":{}}"#)
        + framed(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"a"}}"#))
    let answer = try client.read()
    #expect((answer?["error"] as? [String: Any])?["code"] as? Int == -32800)
    client.endInput()
    #expect(client.exitCode() == 1)
  }

  @Test func endOfInput() throws {
    let folder = try Folder()
    let outcome = try CommandLineTool.run(["lsp"], in: folder.url)
    #expect(outcome.code == 1)
    #expect(outcome.output.isEmpty)
    #expect(!outcome.wasKilled)
  }
}
