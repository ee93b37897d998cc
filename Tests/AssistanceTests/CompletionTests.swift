import Assistance
import Bindings
import Interpreter
import Syntax
import Testing

/// What completion offers at the `|` of a text.
struct CompletionCase: Sendable, CustomTestStringConvertible {
  let text: String
  let offered: [String]
  let absent: [String]

  init(_ text: String, _ offered: [String], not absent: [String] = []) {
    self.text = text
    self.offered = offered
    self.absent = absent
  }

  var testDescription: String { text }
}

private let head = """
  import std.prompts
  model = load("emoji")
  photo = load("sea.png")
  labels = ["cat", "dog"]
  maps = photo |> surgery(model, labels)
  r = {width: 3, name: "a", inner: {deep: 1}}
  fn scaled(x: number, by: number = 2) => x * by

  """

@Suite struct CompletionTests {
  @Test(
    arguments: [
      // Names.
      .init("sur|", ["surgery"], not: ["load", "for"]),
      .init("|", ["surgery", "for", "param", "import", "if", "fn"]),
      .init("x = |", ["surgery", "if", "fn", "not", "true", "none"], not: ["for", "param", "import", "x"]),
      .init("alpha = 1\nprint(al|)", ["alpha", "allclose"], not: ["beta"]),
      .init("alpha = 1\nprint(AL|", ["alpha"]),
      .init("print(al|)\nalpha = 1", [], not: ["alpha"]),
      .init("fn f(first, second) => fi|", ["first", "filter"], not: ["second"]),
      .init("fn f(first) { inside = 1\n ins|\n}", ["inside"]),
      .init("fn f(first) { inside = 1\n in|", ["inside"]),
      .init("fn f(picked) => 1\nprint(pic|)", [], not: ["picked"]),
      .init("for row in [1] {\n  print(ro|\n}", ["row", "round"]),
      .init("for row in [1] {\n  print(ro|", ["row"]),
      .init("ys = [ro| for row in [1]]", ["row"]),
      .init("t = sweep first_one in [1], other in [2] {\n  print(fir|)\n}", ["first_one", "first"]),
      .init("t = sweep first_one in [1] {\n  print(fir|", ["first_one"]),
      .init("t = sweep |", [], not: ["surgery"]),
      .init("t = sweep a in [1, 2], |", [], not: ["surgery"]),
      .init("t = sweep a in [1, len|", ["len"]),
      .init("t = sweep a in [1] { [a, len|", ["len"]),
      .init("t = sweep a in [1] { {score: a} }\nt.|", ["a", "score"]),
      .init("x = swe|", ["sweep"]),
      .init("ys = [1 for row in [1] if ro|", ["row"]),
      .init("print(map([1], fn(each) => ea|", ["each"]),
      .init("if true { chosen = 1\n cho|", ["chosen"]),
      .init("ünïcode = 1\nprint(ün|)", ["ünïcode"]),
      .init("x = foo(\nalpha = 2\nprint(alp|)", ["alpha"]),
      .init("fn f(\n  first_one = 1,\n  second = first|\n) => 1", ["first_one"]),
      .init("x = foo((1,\nfn named(a) => a\nnam|", ["named"]),
      // Words of the language.
      .init("x = 1 |", ["and", "or", "in"], not: ["surgery", "for"]),
      .init("xs = [x |", ["for", "if", "and"]),
      .init("if true { 1 } |", ["else"]),
      .init("import |", ["std"], not: ["surgery"]),
      .init("import std.prompts |", ["as"], not: ["surgery"]),
      .init("for |", [], not: ["surgery", "x"]),
      .init("for a, |", [], not: ["surgery"]),
      .init("fn |", [], not: ["surgery"]),
      .init("param |", [], not: ["surgery"]),
      .init("# sur|", [], not: ["surgery"]),
      .init("x = 12|", []),
      // Types.
      .init("param size: |", ["int", "path", "list", "string"], not: ["surgery"]),
      .init("param size: in|", ["int"], not: ["path"]),
      .init("param names: list[|", ["string", "number"], not: ["surgery"]),
      .init("fn f(a: nu|", ["number"]),
      .init("fn f(a: number, b|", [], not: ["bool", "bincount"]),
      // Modules and members.
      .init("import std.|", ["prompts", "thresholds", "colors"], not: ["surgery"]),
      .init("import std.pro|", ["prompts"], not: ["colors"]),
      .init(head + "prompts.|", ["imagenet", "simple", "ensemble"], not: ["surgery"]),
      .init(head + "prompts.ima|", ["imagenet"], not: ["simple"]),
      .init(head + "print(prompts.|", ["imagenet"]),
      .init("import std.prompts as p\np.|", ["imagenet"]),
      .init(head + "pro|", ["prompts"]),
      // Fields.
      .init(head + "model.|", ["size", "patch", "layers"], not: ["width", "surgery"]),
      .init(head + "photo.|", ["width", "height", "name"]),
      .init(head + "print(maps.gr|)", ["grid"], not: ["labels"]),
      .init(head + "maps.grid.|", ["shape", "rank", "T"]),
      .init(head + "maps[\"cat\"].|", ["label", "grid"], not: ["labels"]),
      .init(head + "for m in maps { m.|", ["label"]),
      .init(head + "[m.| for m in maps]", ["label"]),
      .init("load(\"emoji\").|", ["size"]),
      .init("(load(\"emoji\")).si|", ["size"]),
      .init(head + "r.|", ["width", "name", "inner"]),
      .init(head + "r.inner.|", ["deep"], not: ["width"]),
      .init(head + "x = r.wi|\ny = 2", ["width"]),
      .init(head + "labels.|", []),
      .init("1.|", []),
      // Options.
      .init(head + "surgery(photo, model, labels, |", ["depth", "features", "size"], not: ["texts"]),
      .init(head + "surgery(photo, model, labels, de|)", ["depth"], not: ["size"]),
      .init(head + "photo |> surgery(model, labels, |)", ["depth"]),
      .init(head + "photo |> surgery(model, labels, depth: 3, |)", ["size"], not: ["depth"]),
      .init(head + "photo |> surgery(model, labels, |, depth: 3)", ["size"], not: ["depth"]),
      .init(head + "photo\n  |> surgery(model, labels,\n    |", ["depth"]),
      .init(head + "surgery(photo, model, labels, depth: |)", ["none", "photo"], not: ["size"]),
      .init(head + "surgery(photo, model, [|", ["labels"], not: ["depth"]),
      .init(head + "scaled(1, |", ["by"], not: ["x"]),
      .init(head + "prompts.ensemble(|", ["photo"]),
      .init(head + "1 |> scaled(|", ["by"]),
      .init("fn f(a, b: number = 1) => a\nf(|", ["a", "b"]),
      .init(head + "photo |> |", ["surgery", "scaled"], not: ["labels", "for"]),
      .init(head + "photo |> sc|", ["scaled"], not: ["surgery"]),
      // In holes of strings.
      .init(head + "print(\"{mod|\")", ["model"]),
      .init(head + "print(\"{mod|}\")", ["model"]),
      .init(head + "print(\"{|}\")", ["model"]),
      .init(head + "print(\"{model.|}\")", ["size"]),
      .init(head + "print(\"a {model.si|", ["size"], not: ["name"]),
      .init(head + "print(\"{mean(maps.grid, |)}\")", ["axis"]),
      .init(head + "for l in labels { photo |> save(\"out/{l|", ["l", "labels", "load"]),
      .init(head + "print(\"{model.size:|}\")", []),
      .init(head + "print(\"model|\")", []),
      .init(head + "print('{mod|}')", []),
    ] as [CompletionCase])
  func offers(_ example: CompletionCase) {
    let labels = Marked(example.text).completions().map(\.label)
    for label in example.offered { #expect(labels.contains(label), "\(label) among \(labels.prefix(12))") }
    for label in example.absent { #expect(!labels.contains(label), "\(label)") }
    if example.offered.isEmpty, example.absent.isEmpty { #expect(labels.isEmpty, "\(labels.prefix(12))") }
  }

  /// What is inserted, and what it replaces.
  @Test(
    arguments: [
      ("sur|", "surgery", "surgery"), ("x = s|urg + 1", "surgery", "x = surgery + 1"),
      ("overlay(a, b, op|", "opacity", "overlay(a, b, opacity: "),
      ("overlay(a, b, op|: 1)", "opacity", "overlay(a, b, opacity: 1)"),
      ("load(\"em|\")", "emoji", "load(\"emoji\")"), ("load(\"em|", "emoji", "load(\"emoji"),
      ("load(\"ViT-B/1|\")", "ViT-B/16", "load(\"ViT-B/16\")"),
      ("load('em|oj')", "emoji", "load('emoji')"),
      ("print(\"{su|}\")", "sum", "print(\"{sum}\")"),
      ("r = {\"two words\": 1}\nr[\"t|\"]", "two words", "r = {\"two words\": 1}\nr[\"two words\"]"),
      ("r = {'a\"b': 1}\nr[\"|\"]", "a\"b", "r = {'a\"b': 1}\nr[\"a\\\"b\"]"),
    ])
  func inserts(_ text: String, _ label: String, _ result: String) {
    #expect(Marked(text).choosing(label) == result)
  }

  @Test(
    arguments: [
      ("overlay(a, b, scale: \"|", ["label", "shared"]), ("load(\"x\", kind: \"i|", ["image"]),
      ("surgery(a, b, c, fit: \"|", ["squash", "crop", "keep"]),
      ("a |> surgery(b, c, positions: \"bic|", ["bicubic", "bicubic-antialias"]),
      ("evaluate(d, f, measures: \"po|", ["pointing"]),
      ("evaluate(d, f, measures: [\"msc\", \"in|", ["insertion"]),
      ("compare(a, b, measure: \"m|", ["msc", "miou", "mask-iou", "map"]),
      ("load(\"x\", activation: \"|\")", ["quickGELU", "gelu"]), ("print(\"|\")", []),
      ("load(\"x\", kind: \"a\" + \"|\")", []), ("load(\"x\", kind: \"{1}|\")", []),
    ] as [(String, [String])])
  func choices(_ text: String, _ expected: [String]) {
    #expect(Marked(text).completions().map(\.label) == expected)
  }

  /// Every option with choices offers all of them, in every builtin.
  @Test func allChoicesOfAllOptions() {
    var count = 0
    for builtin in Engine.registry.builtins {
      for option in builtin.options where !option.type.choices.isEmpty {
        let found = Marked("\(builtin.name)(a, \(option.name): \"|\")").completions().map(\.label)
        #expect(found == option.type.choices, "\(builtin.name) \(option.name)")
        count += 1
      }
    }
    #expect(count > 10)
  }

  /// Every option of every builtin is offered, with the words that help has for it.
  @Test func allOptions() {
    for builtin in Engine.registry.builtins {
      let given = builtin.positional.map { _ in "a" }.joined(separator: ", ")
      let text = "\(builtin.name)(\(given)\(given.isEmpty ? "" : ", ")|)"
      let found = Marked(text).completions().filter { $0.kind == .option }
      #expect(found.map(\.label) == builtin.options.map(\.name), "\(builtin.name)")
      #expect(found.map(\.help) == builtin.options.map(\.doc), "\(builtin.name)")
      #expect(found.allSatisfy { $0.text.hasSuffix(": ") })
    }
  }

  /// Help, hover and completion say the same of every builtin.
  @Test func allBuiltins() throws {
    let found = Marked("|").completions()
    for builtin in Engine.registry.builtins {
      let candidate = try #require(found.first { $0.label == builtin.name && $0.kind == .function })
      let entry = try #require(Help.entries(for: builtin.name).first { $0.kind == .function })
      #expect(candidate.help == entry.summary)
      #expect(candidate.entry == entry)
      let marked = Marked("\(builtin.name)|")
      #expect(Marked.assistant.explanation(in: marked.file, at: marked.offset)?.entry == entry)
    }
  }

  @Test func models() {
    let found = Marked("load(\"|").completions().filter { $0.kind == .model }.map(\.label)
    #expect(found.first == "emoji")
    #expect(found.contains("ViT-B/16"))
    #expect(found.contains("RN50"))
    let some = Marked("load(\"vit-l|").completions().filter { $0.kind == .model }.map(\.label)
    #expect(some == ["ViT-L/14", "ViT-L/14@336px"])
    #expect(Marked("save(x, \"|").completions().allSatisfy { $0.kind != .model })
  }

  /// The comment of a function of the script is its help.
  @Test func declarationsHaveTheirWords() throws {
    let found = Marked("## Twice a number.\nfn twice(x) => 2 * x\ntw|").completions()
    let candidate = try #require(found.first)
    #expect(candidate.label == "twice")
    #expect(candidate.help == "Twice a number.")
    #expect(candidate.kind == .function)
    let param = Marked("## how many\nparam count_of: int = 3\ncount_|").completions()
    #expect(param.first?.help == "how many.")
    #expect(param.first?.detail == "int")
  }

  /// Own names come before those of the program, options before names.
  @Test func order() {
    let found = Marked("sure = 1\nsu|").completions().map(\.label)
    #expect(found.first == "sure")
    let call = Marked("opening = 1\noverlay(a, b, op|").completions().map(\.label)
    #expect(call == ["opacity", "opening"])
    // Where an argument that must be given is missing, it comes first.
    #expect(Marked("opening = 1\noverlay(a, op|").completions().map(\.label) == ["opening", "opacity"])
  }
}
