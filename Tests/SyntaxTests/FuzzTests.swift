import Syntax
import Testing

/// Broken scripts give errors, never crashes: parts of a script are cut, doubled, swapped and
/// overwritten by a fixed sequence of random numbers.
@Suite struct FuzzTests {
  static let seed = """
    clip 1
    ## doc
    import std.prompts as p
    param labels: list[string] = ["dog", "c{at}"]
    fn f(x: number, k = 2) { y = x ** -k; [y, {a: 1, "b": none}] }
    g = fn(a, b) => if a > b and not a == 3 { a } else if b in [1] { b } else { -1 }
    a, b = [1, 2]
    t = \"\"\"
      multi {labels[0]:>10} line {}
      \"\"\"
    for q, w in zip(labels, [n * 2 for n in range(3) if n != 1]) {
      print("x {q} {w:.3f} {{}}", 'raw')  # comment
        |> f(k: 3)
    }
    m = labels[1:, ::2][none] |> p.fill(in: {}) // 3 % 4 @ 5 <= 6
    """

  static let pieces = [
    "(", ")", "[", "]", "{", "}", "\"", "'", "\"\"\"", "\n", ";", ",", ":", "=", "=>", "|>", "if", "else",
    "for", "in",
    "fn", "import", "param", "not", "-", "**", "\\", "#", "##", "\u{0}", "日", "\u{FEFF}", "1e9", "{x:", ".",
    "\r\n", "_",
  ]

  struct Generator {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(bound, 1)))
    }
  }

  struct NoImports: SourceLoader {
    var standardNames: [String] { ["prompts"] }
    func standard(_ name: String) throws -> SourceFile {
      SourceFile(name: "std.prompts", text: "fn fill(x) => x", path: "std:prompts")
    }
    func file(_ path: String, importedBy importer: SourceFile) throws -> SourceFile {
      throw SourceError("no files")
    }
  }

  @Test func mutatedScriptsGiveErrorsInsideTheText() {
    var random = Generator(state: 7)
    let seed = Array(Self.seed.unicodeScalars)
    var withErrors = 0
    for round in 0..<4000 {
      var scalars = seed
      for _ in 0...random.below(4) {
        let place = random.below(scalars.count)
        switch random.below(4) {
        case 0: scalars.removeSubrange(place..<min(scalars.count, place + 1 + random.below(12)))
        case 1:
          scalars.insert(contentsOf: Self.pieces[random.below(Self.pieces.count)].unicodeScalars, at: place)
        case 2: scalars = Array(scalars.prefix(place))
        default:
          let from = random.below(scalars.count)
          scalars.insert(contentsOf: scalars[from..<min(scalars.count, from + 8)], at: place)
        }
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      let file = SourceFile(name: "fuzz.clip", text: String(text))
      var environment = Environment(
        builtins: [
          "print": Signature(
            name: "print", positional: [.init(name: "x", isRequired: true)], isVariadic: true)
        ],
        typeNames: ["number", "list", "string"])
      environment.isInteractive = round % 2 == 0
      let graph = ModuleGraph.check(file, in: environment, loader: NoImports())
      if !graph.diagnostics.isEmpty { withErrors += 1 }
      for diagnostic in graph.diagnostics {
        #expect(diagnostic.span.start >= 0 && diagnostic.span.end <= diagnostic.file.utf8.count)
        #expect(!diagnostic.rendered().isEmpty)
      }
    }
    #expect(withErrors > 3000)
  }
}
