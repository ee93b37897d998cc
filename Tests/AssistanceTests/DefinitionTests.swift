import Assistance
import Foundation
import Syntax
import Testing

/// Where names are bound, and what a file declares.
@Suite struct DefinitionTests {
  /// The text with the binding marked by `«…»`.
  @Test(
    arguments: [
      "«x» = 1\nprint(|x)", "«x» = 1\nprint(x|)", "«x» = 1\nprint(\"{|x}\")", "fn «f»(a) => a\n|f(1)",
      "fn f(«a») => |a",
      "t = sweep «s» in [1], k in [2] { |s + k }", "k = 1\nt = sweep «s» in [k] {\n  print(|s)\n}",
      "«k» = [1]\nt = sweep s in |k { s }", "fn f(«a», b = a) => b\nf(1, b: 2)\nf(|a: 1)",
      "for «row» in [1] { print(|row) }",
      "[|e for «e» in [1]]", "[1 for «e» in [1] if |e]", "param «n»: int = 1\nprint(|n)",
      "a, «b» = [1, 2]\nprint(|b)",
      "«|x» = 1", "x = 1\nfn f(«x») => |x", "«x» = 1\nfn f(y) => |x + y", "«x» = 1\nprint(|x\ny = 2",
      "g = fn(«k») => k\ng(|k: 1)", "if true { «z» = 1\n print(|z) }", "«x» = 1\nx |> print(|x)",
      "print(|x)", "|surgery(1)", "print(1|)", "m = load(\"emoji\")\nm.si|ze",
    ])
  func inThisFile(_ text: String) {
    let marked = Marked(text.filter { $0 != "«" && $0 != "»" })
    let plain = text.replacingOccurrences(of: "|>", with: "¦>").replacingOccurrences(of: "|", with: "")
      .replacingOccurrences(of: "¦>", with: "|>")
    let parts = plain.components(separatedBy: ["«", "»"])
    let found = Marked.assistant.definition(in: marked.file, at: marked.offset)
    if parts.count == 3 {
      let start = parts[0].utf8.count
      #expect(found?.span == Span(start, start + parts[1].utf8.count))
      #expect(found?.file === marked.file)
    } else {
      #expect(found == nil)
    }
  }

  @Test func inOtherFiles() throws {
    let folder = try Scratch([])
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    try "## One.\nfn helper(a, b = 1) => a + b\nvalue = 3\n".write(
      toFile: folder.path + "/mine.clip", atomically: true, encoding: .utf8)
    func target(_ text: String) -> (name: String, text: String)? {
      let marked = Marked(text, path: folder.path + "/main.clip")
      return Marked.assistant.definition(in: marked.file, at: marked.offset).map {
        (String($0.file.path.split(separator: "/").last ?? ""), $0.file.text($0.span))
      }
    }
    let head = "import \"mine.clip\" as mine\nimport std.prompts\n"
    #expect(target(head + "mine.hel|per(1)")! == ("mine.clip", "helper"))
    #expect(target(head + "mine.helper(1, |b: 2)")! == ("mine.clip", "b"))
    #expect(target(head + "print(mine.val|ue)")! == ("mine.clip", "value"))
    #expect(target(head + "mi|ne.value")! == ("mine.clip", ""))
    #expect(target("import \"mi|ne.clip\" as mine")! == ("mine.clip", ""))
    #expect(target(head + "prompts.image|net")! == ("std:prompts", "imagenet"))
    #expect(target("import std.pro|mpts")! == ("std:prompts", ""))
    #expect(target(head + "mine.noth|ing") == nil)
    // In a statement that is not understood.
    #expect(target(head + "print((mine.val|ue")! == ("mine.clip", "value"))
    #expect(target(head + "print(prompts.\nprint(prompts.image|net)")! == ("std:prompts", "imagenet"))
    let help = Marked(head + "mine.hel|per(1)", path: folder.path + "/main.clip")
    #expect(Marked.assistant.explanation(in: help.file, at: help.offset)?.summary == "One.")
  }

  @Test func declarations() {
    let text = """
      import std.prompts
      param n: int = 1
      a, b = [1, 2]
      fn outer(x) {
        inner = 1
        fn deep(y) => y
        deep(inner)
      }
      for e in [1] { c = e }
      """
    let found = Marked.assistant.declarations(in: SourceFile(name: "a", text: text))
    #expect(
      found.map { "\($0.name) \($0.kind.rawValue) \($0.depth)" } == [
        "prompts module 0", "n parameter 0", "a value 0", "b value 0", "outer function 0", "x argument 1",
        "inner value 1", "deep function 1", "y argument 2", "e element 0", "c value 0",
      ])
  }
}
