import Interpreter
import Syntax
import Testing

/// Parameters from the command line.
@Suite struct ParameterTests {
  static let script = """
    ## What it does.

    ## the photo
    param image: path = "../a.png"
    param labels: list[string] = ["dog", "cat"]
    param size: int = 224
    param scale: number = 0.5
    param strict: bool = false
    param name: string = "x"
    param files: list[path] = []
    param grid: list[list[int]] = []
    """

  func parameters(_ extra: String = "") -> [ScriptParameter] {
    let program = Program.check(
      SourceFile(name: "t.clip", text: Self.script + extra), registry: .core, loader: FileLoader())
    #expect(program.diagnostics.map(\.message) == [])
    #expect(program.documentation == "What it does.")
    return program.parameters
  }

  func value(_ text: String) throws -> Value? {
    let values = try ScriptParameter.values(of: parameters(), from: [text], workingFolder: "/home/me")
    #expect(values.count == 1)
    return values.values.first
  }

  @Test func parametersAreListed() {
    let all = parameters("\nparam must: string")
    #expect(
      all.map(\.name) == ["image", "labels", "size", "scale", "strict", "name", "files", "grid", "must"])
    #expect(all[0].documentation == "the photo")
    #expect(all[0].defaultText == "\"../a.png\"")
    #expect(all[1].type.description == "list[string]")
    #expect(all[8].defaultText == nil)
  }

  @Test(arguments: [
    ("size=336", Value.number(336)), ("size=-1", .number(-1)), ("scale=1e-3", .number(0.001)),
    ("labels=dog, cat", .list([.string("dog"), .string("cat")])), ("labels=dog", .list([.string("dog")])),
    ("labels=", .list([])), ("labels=[\"a, b\", \"\\u00e9\"]", .list([.string("a, b"), .string("é")])),
    ("strict=true", .bool(true)), ("name=a=b", .string("a=b")), ("name=", .string("")),
    ("image=dog.jpg", .string("/home/me/dog.jpg")), ("image=../dog.jpg", .string("/home/dog.jpg")),
    ("image=/x/dog.jpg", .string("/x/dog.jpg")),
    ("files=a.png,b/c.png", .list([.string("/home/me/a.png"), .string("/home/me/b/c.png")])),
    ("files=[\"a.png\"]", .list([.string("/home/me/a.png")])),
    ("grid=[[1, 2], [3]]", .list([.list([.number(1), .number(2)]), .list([.number(3)])])),
  ])
  func valuesAreRead(_ text: String, _ expected: Value) throws {
    #expect(try value(text) == expected)
  }

  @Test(arguments: [
    (["sise=3"], "unknown parameter `sise`: did you mean `size`?"),
    (["size=3.5"], "the parameter `size` takes a whole number, found `3.5`"),
    (["size=big"], "the parameter `size` takes a whole number, found `big`"),
    (["scale=nan"], "the parameter `scale` takes a number, found `nan`"),
    (["scale=0x10"], "the parameter `scale` takes a number, found `0x10`"),
    (["strict=maybe"], "the parameter `strict` takes a bool, found `maybe`: write `true` or `false`"),
    (
      ["labels=[1]"],
      "the parameter `labels` takes a list[string], found `[1]`: write values with commas between them, or a JSON list"
    ),
    (["size"], "expected `name=value`, found `size`"),
    (["size=1", "size=2"], "the parameter `size` is given twice"),
    (["image="], "the parameter `image` takes a path, found ``"),
  ])
  func mistakesAreNamed(_ texts: [String], _ message: String) {
    #expect(throws: ParameterError(message: message)) {
      try ScriptParameter.values(of: parameters(), from: texts)
    }
  }

  @Test func requiredParametersMustBeGiven() throws {
    let all = parameters("\nparam must: string")
    #expect(throws: ParameterError(message: "the parameter `must` must be given: `must=…`")) {
      try ScriptParameter.values(of: all, from: [])
    }
    #expect(try ScriptParameter.values(of: all, from: ["must=1"]) == ["must": .string("1")])
  }

  @Test func valuesReplaceDefaults() throws {
    var lines: [String] = []
    let session = Session(
      registry: .core, loader: FileLoader(), paths: ScriptPaths(scriptFolder: "."),
      host: Host(output: { lines.append($0) }))
    let program = session.check(
      SourceFile(name: "t.clip", text: "param n: int = 1\nparam m: int = n + 1\nprint(n, m)"))
    try session.run(program, parameters: ScriptParameter.values(of: program.parameters, from: ["n=5"]))
    #expect(lines == ["5 6"])
  }

  @Test func jsonIsReadAndWritten() {
    let text = #"{"a": [1, 2.5, -1e3], "b": {"c": null, "d": true}, "e": "x\n\"é😀\u0007"}"#
    let value = JSON.parse(text)
    #expect(value != nil)
    #expect(value.flatMap { JSON.text($0) }.flatMap { JSON.parse($0) } == value)
    #expect(JSON.parse(#""\ud83d\ude00""#) == .string("😀"))
    for wrong in [
      "[1", "[1,]", "{a: 1}", "nul", "\"a", "1 2", "[inf]", "\"\\ud83d\"",
      String(repeating: "[", count: 100_000),
    ] {
      #expect(JSON.parse(wrong) == nil, "\(wrong.prefix(20))")
    }
  }
}
