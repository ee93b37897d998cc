import Interpreter
import Syntax
import TestSupport
import Testing

/// Tables as text and files, and display of values.
@Suite struct TableTests {
  @Test func tablesPrintAligned() throws {
    let outcome = try ScriptRunner().run(
      """
      print(table([{name: "surgery", score: 0.5, "on": true}, {name: "日本", score: 12.25, "on": none}]))
      print(table([]))
      """)
    #expect(
      outcome.output == [
        """
        name     score  on
        surgery    0.5  true
        日本     12.25  none
        """, "table 0 rows × 0 columns",
      ])
  }

  @Test func tablesAreWrittenAsFiles() throws {
    let table = try Table(columns: [
      ("name", [.string("a,b"), .string("say \"hi\""), .none]),
      ("n", [.number(0.1), .number(2), .number(3)]),
    ])
    #expect(table.csv == "name,n\n\"a,b\",0.1\n\"say \"\"hi\"\"\",2\n,3\n")
    #expect(
      table.json
        == "[{\"name\": \"a,b\", \"n\": 0.1},\n {\"name\": \"say \\\"hi\\\"\", \"n\": 2},\n {\"name\": null, \"n\": 3}]"
    )
  }

  @Test(arguments: [
    (Value.number(3), "3"), (.number(-0.0), "0"), (.number(0.1), "0.1"), (.number(1e300), "1e+300"),
    (.number(.nan), "nan"), (.number(-.infinity), "-inf"), (.number(123_456_789_012), "123456789012"),
    (.string("a\"b"), "\"a\\\"b\""), (.list([.string("a"), .none, .bool(true)]), "[\"a\", none, true]"),
    (.record(Record(["a": .number(1), "b c": .list([])])), "{a: 1, \"b c\": []}"),
  ])
  func literals(_ value: Value, _ text: String) {
    #expect(value.literal == text)
  }

  /// Mutated scripts run or fail, but never crash or stop silently.
  @Test func mutatedScriptsNeverCrash() throws {
    let seed = Array(
      """
      fn f(x, k = 2) => [x * k, {a: x}]
      xs = [f(i)[0] for i in range(5) if i % 2 == 0]
      t = table([{n: "a", v: 1}, {n: "b", v: 2}])
      print(sorted(xs, descending: true), fold(xs, 0, fn(a, b) => a + b), t[0].v, "{xs[1]:.2f}")
      print(zip(xs, reversed(xs)) |> map(fn(p) => p[0] / (p[1] + 1)), summarize(t, "v", by: "n"))
      if len(xs) > 2 and not 3 in xs { print(upper("ab") * 2, xs[-1:], split("a b")) } else { print(none) }
      """.unicodeScalars)
    let digits = Array("0123456789-+*/%()[]{}\"',.:=<>|abfnxt ".unicodeScalars)
    var state: UInt64 = 11
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(bound, 1)))
    }
    var ran = 0
    var failed = 0
    for _ in 0..<1500 {
      var scalars = seed
      for _ in 0..<below(4) { scalars[below(scalars.count)] = digits[below(digits.count)] }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      let outcome = try ScriptRunner().run(SourceFile(name: "fuzz.clip", text: String(text)))
      if outcome.exitCode == 0 { ran += 1 } else { failed += 1 }
      #expect((outcome.exitCode != 0) == !outcome.diagnostics.isEmpty)
      for diagnostic in outcome.diagnostics { #expect(diagnostic.span.end <= diagnostic.file.utf8.count) }
    }
    #expect(ran > 200 && failed > 500, "\(ran) ran, \(failed) failed")
  }
}
