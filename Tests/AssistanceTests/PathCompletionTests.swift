import Assistance
import Checkpoints
import Interpreter
import Syntax
import Testing

/// Paths within strings.
@Suite struct PathCompletionTests {
  private let folder: Scratch
  private let assistant: Assistant

  init() throws {
    folder = try Scratch([
      "sea.png", "notes.md", "list.txt", ".hidden.png", "pictures/whale.jpg", "pictures/Zebra.png",
      "mine.clip",
      "two words/a.png", "brace{}.png", "home/in-home.png",
    ])
    assistant = Assistant(models: ModelLocator(environment: [:]), home: folder.path + "/home")
  }

  private func marked(_ text: String) -> Marked { Marked(text, path: folder.path + "/script.clip") }

  private func labels(_ text: String) -> [String] {
    marked(text).completions(nil, assistant).filter { $0.kind == .file || $0.kind == .folder }.map(\.label)
  }

  /// Files of kinds that `load` reads come first, then folders, then others.
  @Test func loadableFirst() {
    #expect(
      labels("load(\"|\")") == [
        "brace{}.png", "list.txt", "sea.png", "home/", "pictures/", "two words/", "mine.clip", "notes.md",
      ])
    #expect(labels("load(\"s|\")") == ["sea.png"])
    #expect(labels("load(\"SE|\")") == ["sea.png"])
    #expect(labels("load(\".|\")") == [".hidden.png"])
    #expect(labels("load(\"pictures/|") == ["Zebra.png", "whale.jpg"])
    #expect(labels("load(\"./pictures/w|\")") == ["whale.jpg"])
    #expect(labels("load(\"pictures/../s|\")") == ["sea.png"])
    #expect(labels("load(\"\(folder.path)/s|\")") == ["sea.png"])
    #expect(labels("load(\"nowhere/|\")") == [])
  }

  @Test(
    arguments: [
      ("load(\"s|\")", "sea.png", "load(\"sea.png\")"),
      ("load(\"pictures/w|\")", "whale.jpg", "load(\"pictures/whale.jpg\")"),
      ("load(\"pic|\")", "pictures/", "load(\"pictures/\")"),
      ("load(\"two| words\")", "two words/", "load(\"two words/ words\")"),
      ("load(\"b|", "brace{}.png", "load(\"brace{{}}.png"), ("load('b|", "brace{}.png", "load('brace{}.png"),
      ("load(\"~|\")", "~/", "load(\"~/\")"),
      ("import \"m|\" as m", "mine.clip", "import \"mine.clip\" as m"),
    ])
  func inserts(_ text: String, _ label: String, _ result: String) {
    #expect(marked(text).choosing(label, assistant) == result)
  }

  /// A script's paths know no `~`.
  @Test func homeIsWrittenOut() {
    let marked = marked("load(\"~/in|\")")
    #expect(marked.choosing("in-home.png", assistant) == "load(\"\(folder.path)/home/in-home.png\")")
    #expect(marked.completions(nil, assistant).first?.filter == "~/in-home.png")
  }

  @Test func whereElse() {
    #expect(labels("param image: path = \"s|\"") == ["sea.png"])
    #expect(labels("param image: string = \"s|\"") == [])
    #expect(labels("x |> save(\"|").first == "brace{}.png")
    #expect(labels("load(\"x\", config: \"l|\")") == ["list.txt"])
    #expect(labels("import \"|").first == "mine.clip")
    #expect(labels("print(\"s|\")") == [])
    #expect(labels("load(\"a\" + \"s|\")") == [])
    #expect(labels("load(\"{x}s|\")") == [])
  }
}
