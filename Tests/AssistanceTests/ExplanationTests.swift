import Assistance
import Interpreter
import Syntax
import Testing

private let head = """
  import std.prompts
  ## the picture
  param image: path = "sea.png"
  model = load("emoji")
  maps = load("a.png") |> surgery(model, ["cat"], depth: 3)
  ## Twice, or more.
  ##
  ## More words.
  fn scaled(x: number, by: number = 2) => x * by
  r = {width: 3}

  """

/// Hover: the word at the `|`, its title and its line.
@Suite struct ExplanationTests {
  @Test(
    arguments: [
      ("sur|gery(a, b, c)", "surgery(image: image or list[image], model: model", "CLIP Surgery:"),
      ("|print(1)", "print(values: any, …)", "Prints values"),
      ("print|(1)", "print(values: any, …)", "Prints"),
      ("f|or x in [1] { print(x) }", "for x in xs", "Runs its block"), ("x = no|ne", "none", ""),
      ("print(mod|el)", "model: model", ""),
      ("print(ma|ps)", "maps: heatmaps", ""),
      ("print(maps.gr|id)", "heatmaps.grid: tensor", "[labels, rows, columns]"),
      ("print(model.si|ze)", "model.size: number", "pixels of a side"),
      ("print(r.wid|th)", "width: number", ""),
      ("scal|ed(1)", "scaled(x: number, by: number = 2)", "Twice, or more."),
      ("scaled(1, b|y: 3)", "by: number = 2", ""), ("print(im|age)", "param image: path", "the picture."),
      ("prom|pts.imagenet", "prompts: module std.prompts", "Prompt templates"),
      ("prompts.imag|enet", "std.prompts.imagenet: list of 85", "The 85 templates"),
      ("prompts.ense|mble([\"a\"], model)", "std.prompts.ensemble(labels, model: model", "One vector"),
      ("surgery(a, b, c, de|pth: 3)", "depth: int or none = none", "how many of the last blocks"),
      ("print(\"{mod|el.size}\")", "model: model", ""),
      ("print(\"{model.si|ze}\")", "model.size: number", ""),
      ("fn f(a: num|ber) => a", "number", "A number of 64 bits"), ("fn f(aa) => a|a", "aa", ""),
      ("fn g(aa: string) => a|a", "aa: string", ""), ("[ee for e|e in [1]]", "ee: number", ""),
      ("y = su|rg", "", ""), ("x = 12|3", "", ""), ("print(\"mod|el\")", "", ""), ("# mod|el", "", ""),
      ("prompts.simple\nfoo(mod|el", "model: model", ""),
    ])
  func explains(_ text: String, _ title: String, _ summary: String) {
    let marked = Marked(head + text)
    let found = Marked.assistant.explanation(in: marked.file, at: marked.offset)
    if title.isEmpty {
      #expect(found == nil, "\(found?.title ?? "")")
    } else {
      #expect(found?.title.hasPrefix(title) == true, "\(found?.title ?? "nothing")")
      #expect(found?.summary.hasPrefix(summary) == true, "\(found?.summary ?? "nothing")")
    }
  }

  @Test func signs() {
    let marked = Marked("x = 1 * * 2")
    let pipe = marked.file.utf8.firstIndex(of: UInt8(ascii: "*")) ?? 0
    #expect(Marked.assistant.explanation(in: marked.file, at: pipe)?.entry?.kind == .syntax)
    let file = SourceFile(name: "a", text: "1 |> f()")
    #expect(Marked.assistant.explanation(in: file, at: 3)?.title.hasPrefix("value |>") == true)
  }

  @Test func markdown() throws {
    let marked = Marked(head + "scal|ed(1)")
    let text = try #require(Marked.assistant.explanation(in: marked.file, at: marked.offset)).markdown
    #expect(text == "```clip\nscaled(x: number, by: number = 2)\n```\n\nTwice, or more.\n\nMore words.")
  }

  // MARK: Calls

  @Test(
    arguments: [
      ("surgery(|", "surgery", 0), ("surgery(a, |", "surgery", 1), ("surgery(a, b, |)", "surgery", 2),
      ("surgery(a, b, c, |)", "surgery", 3), ("a |> surgery(|", "surgery", 1),
      ("surgery(a, b, [1, |", "surgery", 2),
      ("surgery(a, b, \"x|", "surgery", 2), ("surgery(a, b, c, depth: |", "surgery", 3),
      ("surgery(a, b, c, siz|e: 1)", "surgery", 8), ("print(scaled(1, |))", "scaled", 1),
      ("print(scaled(1, 2), |)", "print", 0), ("print(1, 2, |", "print", 0), ("scaled(by: |", "scaled", 1),
      ("prompts.ensemble(a, |", "prompts.ensemble", 1), ("print(\"{scaled(|}\")", "scaled", 0),
      ("print((1 + |", "print", 0), ("print({a: |", "print", 0),
    ] as [(String, String, Int)])
  func calls(_ text: String, _ name: String, _ active: Int) {
    let marked = Marked(head + text)
    let help = Marked.assistant.callHelp(in: marked.file, at: marked.offset)
    #expect(help?.label.hasPrefix(name + "(") == true, "\(help?.label ?? "nothing")")
    #expect(help?.active == active)
  }

  @Test(arguments: [
    "x = |", "fn f(|", "print(1)|", "unknown(|", "for a in [1] { |", "map(xs, fn(x) { |", "# f(|",
  ])
  func noCall(_ text: String) {
    let marked = Marked(text)
    #expect(Marked.assistant.callHelp(in: marked.file, at: marked.offset) == nil)
  }
}
