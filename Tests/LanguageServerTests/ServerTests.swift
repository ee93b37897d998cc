import Interpreter
import LanguageServer
import Testing

/// A server without streams, and what it was told.
private final class Client {
  let server = LanguageServer(version: "0", libraryFolder: nil)
  private var count = 0

  init(opening text: String? = nil) {
    _ = request("initialize", "{}")
    if let text { open("untitled:a.clip", text) }
  }

  func send(_ text: String) -> [Value] { server.answers(to: Array(text.utf8)) }

  func request(_ method: String, _ parameters: String) -> Value {
    count += 1
    let answers = send(#"{"jsonrpc":"2.0","id":\#(count),"method":"\#(method)","params":\#(parameters)}"#)
    return answers.first ?? .none
  }

  func notify(_ method: String, _ parameters: String) -> [Value] {
    send(#"{"jsonrpc":"2.0","method":"\#(method)","params":\#(parameters)}"#)
  }

  func open(_ uri: String, _ text: String) {
    _ = notify(
      "textDocument/didOpen",
      #"{"textDocument":{"uri":"\#(uri)","version":1,"text":\#(JSON.text(.string(text)) ?? "")}}"#)
  }

  func change(_ changes: String) {
    _ = notify(
      "textDocument/didChange",
      #"{"textDocument":{"uri":"untitled:a.clip","version":2},"contentChanges":\#(changes)}"#)
  }

  func ask(_ method: String, line: Int, character: Int) -> Value {
    request(
      method,
      #"{"textDocument":{"uri":"untitled:a.clip"},"position":{"line":\#(line),"character":\#(character)}}"#)
  }

  /// All diagnostics that are waiting, as JSON.
  func diagnostics() -> [String] {
    var found: [String] = []
    while server.hasUnchecked { if let value = server.checkNext() { found.append(JSON.text(value) ?? "") } }
    return found
  }

  /// The text as the server has it, as far as formatting shows it.
  func formatted() -> String {
    let value = request(
      "textDocument/formatting", #"{"textDocument":{"uri":"untitled:a.clip"},"options":{}}"#)
    return JSON.text(value) ?? ""
  }
}

private func json(_ value: Value) -> String { JSON.text(value) ?? "" }

@Suite struct ServerTests {
  @Test func lifeCycle() {
    let server = LanguageServer(version: "1.2", libraryFolder: nil)
    func send(_ text: String) -> String { server.answers(to: Array(text.utf8)).map(json).joined() }
    #expect(send(#"{"jsonrpc":"2.0","id":1,"method":"textDocument/hover"}"#).contains("-32002"))
    #expect(send(#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{}}"#).isEmpty)
    let first = send(#"{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"capabilities":{}}}"#)
    #expect(first.contains(#""id": "a""#))
    #expect(first.contains(#""serverInfo": {"name": "clipscope", "version": "1.2"}"#))
    #expect(send(#"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{}}"#).contains("-32600"))
    #expect(send(#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#).isEmpty)
    #expect(
      send(#"{"jsonrpc":"2.0","id":3,"method":"shutdown"}"#)
        == #"{"jsonrpc": "2.0", "id": 3, "result": null}"#)
    #expect(send(#"{"jsonrpc":"2.0","id":4,"method":"textDocument/hover"}"#).contains("-32600"))
    #expect(server.exitCode == nil)
    #expect(send(#"{"jsonrpc":"2.0","method":"exit"}"#).isEmpty)
    #expect(server.exitCode == 0)
  }

  @Test func exitWithoutShutdown() {
    let client = Client()
    #expect(client.notify("exit", "null").isEmpty)
    #expect(client.server.exitCode == 1)
  }

  /// What makes no sense is answered with an error, and the server goes on.
  @Test(
    arguments: [
      ("", -32700), ("{", -32700), ("nonsense", -32700), (#"{"a":1}x"#, -32700), ("[]", -32600),
      ("3", -32600),
      ("null", -32600), ("{}", -32600), (#"{"id":1}"#, -32600), (#"{"method":3,"id":1}"#, -32600),
      (#"{"method":"shutdown","id":[1]}"#, -32600), (#"{"method":"shutdown","id":null}"#, -32600),
      (#"{"method":"no/such","id":1}"#, -32601), (#"{"method":"$/what","id":1}"#, -32601),
      (#"{"method":"textDocument/hover","id":1}"#, -32602),
      (#"{"method":"textDocument/hover","id":1,"params":[]}"#, -32602),
      (#"{"method":"textDocument/hover","id":1,"params":{"textDocument":{"uri":"untitled:none"}}}"#, -32602),
      (
        #"{"method":"textDocument/hover","id":1,"params":{"textDocument":{"uri":"untitled:a.clip"}}}"#, -32602
      ),
      (
        #"{"method":"textDocument/completion","id":1,"params":{"textDocument":{"uri":"untitled:a.clip"},"position":{"line":"0","character":0.5}}}"#,
        -32602
      ),
      (String(repeating: "[", count: 100_000), -32700),
    ]) func malformed(_ text: String, _ code: Int)
  {
    let client = Client(opening: "x = 1")
    let answer = client.send(text).map(json).joined()
    #expect(answer.contains("\"code\": \(code)"), "\(answer)")
    #expect(json(client.ask("textDocument/hover", line: 0, character: 0)).contains("x: number"))
  }

  /// Notifications are never answered, whatever they hold.
  @Test(
    arguments: [
      #"{"method":"no/such"}"#, #"{"method":"$/cancelRequest","params":{"id":77}}"#,
      #"{"method":"textDocument/didOpen"}"#,
      #"{"method":"textDocument/didOpen","params":{"textDocument":{"uri":3}}}"#,
      #"{"method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:none"},"contentChanges":[]}}"#,
      #"{"method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a.clip"},"contentChanges":[{"range":{}}]}}"#,
      #"{"method":"textDocument/didSave","params":{"textDocument":{"uri":"untitled:none"}}}"#,
      #"{"id":5,"result":null}"#,
    ]) func quiet(_ text: String)
  {
    let client = Client(opening: "x = 1")
    #expect(client.send(text).isEmpty)
    #expect(json(client.ask("textDocument/hover", line: 0, character: 0)).contains("x: number"))
  }

  @Test func cancelled() {
    let client = Client(opening: "x = 1")
    let text = #"{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{}}"#
    let answers = client.server.answers(to: Array(text.utf8)) { _ in true }
    #expect(answers.map(json).joined().contains("-32800"))
  }

  // MARK: Texts

  /// Places count UTF-16 units; `🙂` has two.
  @Test func changes() {
    let client = Client(opening: "a = \"🙂\"\nb = 2\n")
    client.change(
      #"[{"range":{"start":{"line":0,"character":7},"end":{"line":0,"character":7}},"text":"x"}]"#)
    #expect(client.formatted().contains(#""result": []"#))
    // Three changes, each on what the one before left.
    client.change(
      """
      [{"range":{"start":{"line":1,"character":0},"end":{"line":1,"character":1}},"text":"cc"},
       {"range":{"start":{"line":0,"character":5},"end":{"line":0,"character":7}},"text":""},
       {"range":{"start":{"line":9,"character":0},"end":{"line":9,"character":0}},"text":"d   =  [1,2]"}]
      """)
    let text = #"a = \"x\"\ncc = 2\nd = [1, 2]\n"#
    #expect(client.formatted().contains(#""newText": "\#(text)""#), "\(client.formatted())")
    client.change(#"[{"text":"y=1"}]"#)
    #expect(client.formatted().contains(#""newText": "y = 1\n""#))
  }

  @Test func diagnostics() {
    let client = Client(opening: "print(lne([1]))\n")
    let first = client.diagnostics()
    #expect(first.count == 1)
    #expect(first[0].contains(#""uri": "untitled:a.clip""#))
    #expect(
      first[0].contains(
        #""range": {"start": {"line": 0, "character": 6}, "end": {"line": 0, "character": 9}}"#))
    #expect(first[0].contains(#""message": "unknown name `lne`\ndid you mean `len`?""#))
    #expect(first[0].contains(#""severity": 1"#))
    client.change(#"[{"text":"x = 1\nprint(2)\n"}]"#)
    let second = client.diagnostics()
    #expect(second.first?.contains(#""severity": 2"#) == true)
    #expect(second.first?.contains("`x` is never used") == true)
    #expect(second.first?.contains(#""version": 2"#) == true)
    client.change(#"[{"text":"print(2)\n"}]"#)
    #expect(client.diagnostics().first?.contains(#""diagnostics": []"#) == true)
    let closed = client.notify("textDocument/didClose", #"{"textDocument":{"uri":"untitled:a.clip"}}"#)
    #expect(closed.map(json).joined().contains(#""diagnostics": []"#))
    #expect(client.diagnostics().isEmpty)
  }

  /// An import is read as the editor has it, and what is wrong there is told at the import.
  @Test func importsOfOpenFiles() {
    let client = Client()
    client.open("file:///nowhere/lib.clip", "fn good(x) => x\n")
    client.open("file:///nowhere/main.clip", "import \"lib.clip\" as lib\nprint(lib.good(1))\n")
    #expect(client.diagnostics().allSatisfy { $0.contains(#""diagnostics": []"#) })
    _ = client.notify(
      "textDocument/didChange",
      #"{"textDocument":{"uri":"file:///nowhere/lib.clip","version":2},"contentChanges":[{"text":"fn good(x) => y\n"}]}"#
    )
    let found = client.diagnostics()
    #expect(found.count == 2)
    let main = found.first { $0.contains("main.clip") && $0.contains("does not check") }
    #expect(main?.contains("unknown name `y`") == true)
    #expect(main?.contains(#""range": {"start": {"line": 0, "character": 7}"#) == true)
    let place = client.request(
      "textDocument/definition",
      #"{"textDocument":{"uri":"file:///nowhere/main.clip"},"position":{"line":1,"character":11}}"#)
    #expect(json(place).contains(#""uri": "file:///nowhere/lib.clip""#))
  }

  // MARK: Requests

  @Test func completion() {
    let client = Client(opening: "m = load(\"emoji\")\nprint(m.si)\n")
    let answer = json(client.ask("textDocument/completion", line: 1, character: 10))
    #expect(answer.contains(#""label": "size""#))
    #expect(answer.contains(#""newText": "size""#))
    #expect(
      answer.contains(
        #""range": {"start": {"line": 1, "character": 8}, "end": {"line": 1, "character": 10}}"#))
    let item = #"{"label":"surgery","data":{"help":"surgery","kind":"function"}}"#
    #expect(json(client.request("completionItem/resolve", item)).contains("surgery(image: image"))
    let other = #"{"label":"x"}"#
    #expect(json(client.request("completionItem/resolve", other)).contains(#""result": {"label": "x"}"#))
  }

  @Test func requests() {
    let client = Client(opening: "## Twice.\nfn twice(x) {\n  y = 2\n  x * y\n}\nprint(twice(1))\n")
    let hover = json(client.ask("textDocument/hover", line: 5, character: 7))
    #expect(hover.contains(#"```clip\ntwice(x)\n```\n\nTwice."#))
    #expect(
      hover.contains(#""range": {"start": {"line": 5, "character": 6}, "end": {"line": 5, "character": 11}}"#)
    )
    let place = json(client.ask("textDocument/definition", line: 5, character: 8))
    #expect(place.contains(#""start": {"line": 1, "character": 3}"#))
    let help = json(client.ask("textDocument/signatureHelp", line: 5, character: 13))
    #expect(help.contains(#""label": "twice(x)", "parameters": [{"label": [6, 7]}]"#), "\(help)")
    #expect(help.contains(#""activeParameter": 0"#))
    let symbols = json(
      client.request("textDocument/documentSymbol", #"{"textDocument":{"uri":"untitled:a.clip"}}"#))
    #expect(symbols.contains(#""name": "twice", "kind": 12"#))
    #expect(symbols.contains(#""children": [{"name": "y""#))
    #expect(json(client.ask("textDocument/hover", line: 2, character: 7)).hasSuffix(#""result": null}"#))
    #expect(json(client.ask("textDocument/hover", line: 99, character: 99)).hasSuffix(#""result": null}"#))
    #expect(json(client.ask("textDocument/definition", line: 5, character: 0)).hasSuffix(#""result": null}"#))
  }

  /// A text that is not understood is left alone.
  @Test func formatting() {
    let client = Client(opening: "x  =  (1\n")
    #expect(client.formatted().contains(#""result": []"#))
    client.change(#"[{"text":"x  =  1\n"}]"#)
    #expect(client.formatted().contains(#""newText": "x = 1\n""#))
  }
}
