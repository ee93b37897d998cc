import Foundation
import Interpreter
import TestSupport
import Testing

@testable import Bindings
@testable import Syntax

/// `help` finds every name, and says it in the agreed form.
@Suite struct HelpTests {
  // MARK: Everything is reachable

  @Test(arguments: Engine.registry.names)
  func everyBuiltinIsFound(_ name: String) throws {
    let builtin = try #require(Engine.registry[name])
    let entry = try #require(Help.entry(for: name))
    #expect(entry.kind == .function)
    #expect(entry.parameters.map(\.name) == (builtin.positional + builtin.options).map(\.name))
    #expect(entry.result == builtin.result.description)
    for parameter in entry.parameters {
      #expect(entry.signature.contains("\(parameter.name): \(parameter.type)"))
    }
    #expect(entry.summary.hasSuffix(".") || entry.summary.hasSuffix(":"))
    #expect(!entry.example.contains("# expect:"))
    for option in builtin.options {
      let found = Help.entries(for: option.name).first { $0.kind == .option }
      let takers = try #require(found).members.flatMap { $0.name.components(separatedBy: ", ") }
      #expect(takers.contains(name), "help on the option `\(option.name)` does not name `\(name)`")
    }
  }

  @Test func everyWordAndSignIsFound() {
    for keyword in Keyword.allCases {
      #expect(Help.entry(for: keyword.rawValue) != nil, "\(keyword.rawValue)")
    }
    let signs = [
      "(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "=", "=>", "==", "!=", "<", "<=", ">", ">=", "+", "-",
      "*",
      "/", "//", "%", "@", "**", "|>",
    ]
    for sign in signs {
      // The list is the lexer's own.
      #expect(Symbol(rawValue: sign) != nil)
      #expect(Help.entry(for: sign)?.kind == .syntax, "\(sign)")
    }
  }

  @Test(arguments: Engine.registry.typeNames.sorted())
  func everyTypeIsFound(_ name: String) {
    #expect(Help.entries(for: name).contains { $0.kind == .type })
  }

  @Test(arguments: Engine.libraryText.keys.sorted())
  func everyMemberOfTheLibraryIsFound(_ module: String) throws {
    let source = SourceFile(
      name: "t.clip", text: "import std.\(module) as m\nprint(join(keys(m), with: \" \"))")
    let outcome = try ScriptRunner.engine(outputFolder: "/").run(source)
    let members = try #require(outcome.output.first).split(separator: " ").map(String.init)
    #expect(!members.isEmpty)
    let entry = try #require(Help.entry(for: "std.\(module)"))
    #expect(entry.kind == .module && !entry.summary.isEmpty)
    for member in members where !member.hasPrefix("_") {
      for name in ["std.\(module).\(member)", "\(module).\(member)"] {
        let found = Help.entry(for: name)
        #expect(found?.name == "std.\(module).\(member)", "\(name)")
        #expect(found?.summary.isEmpty == false, "\(name) has no `##` line")
      }
      #expect(entry.members.contains { $0.name == member })
    }
  }

  @Test func referencesLead() {
    for entry in Help.standard.sections.flatMap(\.entries) {
      for name in entry.seeAlso {
        #expect(Help.entry(for: name) != nil, "`\(entry.name)` refers to `\(name)`, which is nowhere")
        #expect(name != entry.name || entry.kind == .type, "`\(entry.name)` refers to itself")
      }
    }
  }

  /// Fields of a type are those that its values have.
  @Test(arguments: ["model", "image", "tensor", "heatmaps", "heatmap"])
  func fieldsAreTheValues(_ type: String) throws {
    let maker = [
      "model": "m", "image": "i", "tensor": "zeros(3)", "heatmaps": "h", "heatmap": "h[0]",
    ]
    let code = """
      m = load("emoji")
      i = image(zeros([112, 112, 3]))
      h = similarity(i, m, ["cat"])
      \(try #require(maker[type]))
      """
    let program = Program.check(
      SourceFile(name: "t.clip", text: code), registry: Engine.registry, loader: Engine.loader)
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: "/"), host: Host(output: { _ in }))
    guard case .object(let value) = try session.run(program) else {
      Issue.record("`\(type)` is no value of the engine")
      return
    }
    #expect(value.typeName == type)
    let entry = try #require(Help.entries(for: type).first { $0.kind == .type })
    #expect(entry.members.map(\.name) == value.fieldNames)
    for member in entry.members {
      let found = try #require(try value.field(member.name)).typeName
      let words = member.type.components(separatedBy: " or ").map { $0.prefix { $0 != "[" } }
      #expect(
        words.contains { $0 == found || ($0 == "int" && found == "number") }, "\(type).\(member.name)")
    }
  }

  // MARK: Examples

  @Test(arguments: SyntaxTopics.all.map { $0.names[0] })
  func exampleOfSyntax(_ name: String) throws {
    let topic = try #require(SyntaxTopics.all.first { $0.names[0] == name })
    #expect(topic.example.contains("# expect:") || topic.example.contains("# error:"))
    try checkExample(topic.example, of: name)
  }

  @Test(arguments: TypeTopics.all.map(\.name))
  func exampleOfType(_ name: String) throws {
    let topic = try #require(TypeTopics.all.first { $0.name == name })
    #expect(topic.example.contains("# expect:"))
    try checkExample(topic.example, of: name)
  }

  @Test func examplesLoseTheirPromises() {
    let (code, output) = ExampleText.split(
      """
      # first
      for x in xs { print(x) }  # expect: a 1  # expect: b 2
      # expect: "# no comment"
      print("# expect: 3")
      y = 1  # kept
      z = # error: a sign
      """)
    #expect(
      code == """
        # first
        for x in xs { print(x) }
        print("# expect: 3")
        y = 1  # kept
        z =
        """)
    #expect(output == ["a 1", "b 2", "\"# no comment\"", "error: a sign"])
  }

  // MARK: Form

  @Test func formOfAFunction() {
    #expect(
      Help.standard.text(for: "enumerate") == """
        enumerate(xs; from) → list[list]

        Pairs of a number and an element.

        Takes
          xs: any
              a list, or a sequence such as heatmaps or a table

        Options
          from: int = 0
              the first number

        Errors
          An argument that is no sequence.

        Example
          for i, x in enumerate(["a", "b"]) { print(i, x) }

        prints
          0 a
          1 b

        See also
          zip, range
        """)
  }

  @Test func formOfASign() {
    #expect(
      Help.standard.text(for: "pipe", width: 60) == """
        value |> f(a, k: 1)

        Puts a value in as a call's first argument: `f(value, a, k:
        1)`.

        The right side is always a call: `x |> print()`. A line may
        begin with it.

        Example
          [3, 1, 2]
            |> sorted()
            |> print()

        prints
          [1, 2, 3]

        See also
          calls, fn
        """)
  }

  @Test func formOfAnOption() throws {
    let text = try #require(Help.standard.text(for: "keep"))
    #expect(
      text.hasPrefix(
        """
        keep: … (an option)

        An option of `argmax`, `argmin`, `logsumexp`, `max`, `mean`, `min`, `norm`,
        `quantile`, `std` and `sum`.

        In
          argmax, argmin,
        """))
    #expect(text.hasSuffix("      keep reduced axes, with extent 1"))
  }

  /// A name with several meanings shows them all, the function first.
  @Test func severalMeanings() {
    #expect(Help.entries(for: "features").map(\.kind) == [.function, .option])
    #expect(Help.entries(for: "image").map(\.kind) == [.function, .type])
    #expect(Help.standard.text(for: "image")?.contains("\n────") == true)
  }

  @Test(arguments: [30, 60, 80, 100])
  func textIsWrapped(_ width: Int) {
    for entry in Help.standard.sections.flatMap(\.entries) {
      let code = Set((entry.example + "\n" + entry.equation).split(separator: "\n").map { "  " + $0 })
      let output = Set(entry.output.map { "  " + $0 })
      for line in entry.text(width: width).split(separator: "\n") {
        // Code keeps its lines, and a word that is longer than a line stands alone.
        let isCode = code.contains(String(line)) || output.contains(String(line))
        let isOneWord = !line.drop { $0 == " " }.contains(" ")
        if isCode || isOneWord { continue }
        #expect(DisplayWidth.of(String(line)) <= width, "\(entry.name): \(line)")
      }
    }
    for line in Help.standard.overview(width: width).split(separator: "\n") {
      #expect(DisplayWidth.of(String(line)) <= width || !line.contains(" "))
    }
  }

  /// A list has a line for each item, and what does not fit goes on below it.
  @Test func listsHaveALineForEachItem() throws {
    let lines = try #require(Help.entry(for: "evaluate")).text(width: 80).split(separator: "\n")
    for measure in MeasureChoice.all {
      #expect(lines.contains { $0.hasPrefix("  `\(measure.name)`: ") }, "\(measure.name)")
    }
    #expect(lines.contains("  `energy`: the part of the map's sum on the object"))
  }

  @Test func overviewNamesEverything() {
    let lines = Help.standard.overview().split(separator: "\n")
    for entry in Help.standard.sections.flatMap(\.entries) where entry.kind != .option {
      #expect(lines.contains { $0.hasPrefix("  \(entry.name) ") }, "\(entry.name)")
    }
  }

  // MARK: In scripts

  @Test func scriptsAskForHelp() throws {
    func lines(_ code: String) throws -> [String] {
      try ScriptRunner.engine(outputFolder: "/").run(code).output
    }
    #expect(try lines("help(sum)") == lines("help(\"sum\")"))
    #expect(try lines("help(mean)").first == "mean(values; axis, keep) → number or tensor")
    #expect(
      try lines("import std.prompts\nhelp(prompts.ensemble)") == lines("help(\"prompts.ensemble\")"))
    #expect(try lines("help(\"std.prompts\")").first == "import std.prompts")
    #expect(try lines("help()").contains("CLIP"))
    let unknown = try ScriptRunner.engine(outputFolder: "/").run("help(\"surgrey\")")
    #expect(unknown.diagnostics.first?.message == "there is no help on `surgrey`")
    #expect(unknown.diagnostics.first?.hint == "did you mean `surgery`?")
    #expect(unknown.exitCode == 5)
  }

  @Test func commentsOfLibraries() {
    let entries = LibraryHelp.entries(
      module: "sample",
      text: """
        clip 1

        ## A sample. It shows `##`.

        ## The mean of Li et al. 2023, arXiv 1.2 (see there). Numbers only.
        ##
        ## Gives a number.
        ##
        ##     import std.sample
        ##     print(sample.center([1, 3]))  # expect: 2
        ##
        ## See also: mean, `std`.
        fn center(xs, weight: number = 1) => mean(xs)

        ## Three labels.
        labels = ["a", "b", "c"]

        _hidden = 1
        """)
    #expect(entries.map(\.name) == ["std.sample", "std.sample.center", "std.sample.labels"])
    #expect(entries[0].summary == "A sample.")
    #expect(entries[0].details == "It shows `##`.")
    #expect(entries[0].members.map(\.name) == ["center", "labels"])
    #expect(entries[1].summary == "The mean of Li et al. 2023, arXiv 1.2 (see there).")
    #expect(entries[1].details == "Numbers only.\n\nGives a number.")
    #expect(entries[1].signature == "std.sample.center(xs, weight: number = 1)")
    #expect(entries[1].example == "import std.sample\nprint(sample.center([1, 3]))")
    #expect(entries[1].output == ["2"])
    #expect(entries[1].seeAlso == ["mean", "std"])
    #expect(entries[2].signature == "std.sample.labels: list of 3")
  }
}
