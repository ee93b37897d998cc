import Interpreter
import Syntax
import Testing

@testable import Bindings

/// Whole scripts that use the engine, changed at random by a fixed sequence: they end in a result or
/// an error inside the text, never in a crash.
@Suite struct ScriptFuzzTests {
  /// Scripts of one line each that run on their own; `s` is a tiny picture, `m` the built-in model.
  static let seeds = [
    #"x = surgery(s, m, ["cat", "dog"], size: 16, templates: none, depth: 2)[0] + 1"#,
    #"x = overlay(s, surgery(s, m, "cat", size: 16, features: "none", templates: "simple"), opacity: 0.5)"#,
    #"x = features(s, m, size: 16, layer: -2, project: false)[1:, ::2] @ ones([64, 3])"#,
    #"x = attention(s, m, layer: "last", head: 0, fit: "keep", scale: 0.5) |> sum(axis: -1) |> reshape([1, -1])"#,
    #"x = encode(["a cat", "dog"], m, templates: ["a {}"], normalize: true).T"#,
    #"x = [similarity(s, m, t, size: 16) for t in ["cat", "dog"] if len(t) > 2]"#,
    #"x = grid([crop(s, 1, 2, 3, 4), resize(s, width: 8), blur(s, 1.5), flip(s)], titles: ["a", "b", "c", "d"])"#,
    #"x = einsum("ij,jk->ik", normal([2, 3], seed: 1), zeros([3, 4]) - 2) ** 2 // 3 % 2"#,
    #"x = topk(softmax(concat([ones(3), linspace(0, 1, 4)])), 2) |> string()"#,
    #"x = where(tensor([[1, 2], [3, 4]]) > 2, quantile([1, 2, 3], 0.5), svd(eye(2)).s[0])[none, 0]"#,
    #"x = image(clamp(uniform([4, 5, 3]), 0.2, 0.8)) |> pixels() |> transpose([2, 0, 1]) |> mean(axis: [0, 1])"#,
    #"x = paste(s, crop(s, 0, 0, 2, 2), 1, 1) |> flip() |> surgery(m, "cat", size: 16) |> points()"#,
    #"x = "{tokens("a cat", m).id} {classify(s, m, ["cat", "dog"], size: 16):>10} {1.5:.2f}""#,
  ]

  static let pieces = [
    "-1", "0", "1e10", "1e15", "9223372036854775807", "-9223372036854775808", "0.5", "(1e300 * 1e300)",
    "none", "true", "\"\"", "\"日本\"", "\"{}\"", "[]", "[[]]", "{}", "{a: 1}", "s", "m", "zeros([0, 3])",
    "zeros([2, 2])", "fn(a) => a", "print", "[1]", "[\"a\"]", "\"keep\"", "\"crop\"", "size: 0", "axis: 9",
    "a: 1",
    ",", "(", ")", "[", "]", "|>", "@", "**", "+", "[::-1]", "[none]", ".grid", ".shape", "\u{0}",
  ]

  static let numbers = [
    "0", "-1", "1", "3", "8", "16", "17", "24", "0.5", "-2.25", "99", "1e6", "1e15", "(1e300 * 1e300)",
    "9223372036854775807", "-9223372036854775808",
  ]

  struct Generator {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(bound, 1)))
    }
  }

  /// The words and signs of a script, so that a change makes another script rather than a misspelt one.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var isWord = false
    for character in text {
      let continues = character.isLetter || character.isNumber || character == "_" || character == "."
      if continues, isWord {
        words[words.count - 1].append(character)
      } else {
        words.append(String(character))
      }
      isWord = continues
    }
    return words
  }

  @Test func changedScriptsEndInAResultOrAnErrorInsideTheText() throws {
    var random = Generator(state: 11)
    let head = "m = load(\"emoji\")\ns = image(uniform([12, 10, 3], seed: 3))\n"
    var ran = 0
    var failed = 0
    for round in 0..<900 {
      var words = Self.words(Self.seeds[round % Self.seeds.count])
      // The first round of each seed is the script itself.
      // Every other round changes numbers only: the types stay, so it gets past the checks.
      let numbers = words.indices.filter { words[$0].first?.isNumber ?? false }
      if round >= Self.seeds.count, round % 2 == 1, !numbers.isEmpty {
        for _ in 0..<(1 + random.below(2)) {
          words[numbers[random.below(numbers.count)]] = Self.numbers[random.below(Self.numbers.count)]
        }
      }
      let hasChanged = round % 2 == 1 && !numbers.isEmpty
      for _ in 0..<(round < Self.seeds.count || hasChanged ? 0 : 1 + random.below(3)) {
        let place = random.below(words.count)
        switch random.below(4) {
        case 0: words.remove(at: place)
        case 1: words.insert(Self.pieces[random.below(Self.pieces.count)], at: place)
        case 2: words.swapAt(place, random.below(words.count))
        default: words[place] = Self.pieces[random.below(Self.pieces.count)]
        }
        if words.isEmpty { words = ["x"] }
      }
      let file = SourceFile(name: "fuzz.clip", text: head + words.joined())
      let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
      for diagnostic in program.diagnostics { expectInside(diagnostic) }
      if round < Self.seeds.count {
        #expect(program.isValid, "\(program.diagnostics.map { $0.rendered() })")
      }
      guard program.isValid else { continue }
      let session = Session(
        registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
        paths: ScriptPaths(scriptFolder: "/nowhere"),
        host: Host(output: { _ in }, warning: { expectInside($0) }))
      ran += 1
      do { try session.run(program) } catch let failure as RuntimeFailure {
        failed += 1
        expectInside(failure.diagnostic)
        #expect(failure.diagnostic.file === file, "\(failure.diagnostic.rendered())")
        if round < Self.seeds.count { Issue.record("\(failure.diagnostic.rendered())") }
      }
    }
    // Most changes must get past the checks, or this tests only the checks.
    #expect(ran > 300, "\(ran) ran")
    #expect(failed > 100, "\(failed) failed")
  }
}

private func expectInside(_ diagnostic: Diagnostic) {
  #expect(diagnostic.span.start >= 0 && diagnostic.span.end <= diagnostic.file.utf8.count)
  #expect(!diagnostic.rendered().isEmpty)
}
