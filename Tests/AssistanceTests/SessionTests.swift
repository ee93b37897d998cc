import Assistance
import Bindings
import Interpreter
import Testing

/// Completion where values are at hand, as at a prompt.
@Suite struct SessionTests {
  private let scope: SessionScope

  init() throws {
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: "/"), host: Host(output: { _ in }))
    for entry in [
      "import std.prompts", "m = load(\"emoji\")", "p = image(zeros([112, 112, 3]))",
      "maps = similarity(p, m, [\"polar bear\", \"cat\"])", "t = table([{name: \"a\", score: 1}])",
      "r = {inner: {deep: 1, maps: maps}, \"b c\": 2}", "fn twice(x, by: number = 2) => x * by",
    ] { #expect(try session.enter(entry).diagnostics.isEmpty, "\(entry)") }
    scope = SessionScope(session.names, modules: session.moduleNames)
  }

  @Test(
    arguments: [
      ("ma|", ["maps", "map"]), ("maps.|", ["grid", "labels", "recipe"]),
      ("maps[\"|", ["polar bear", "cat"]),
      ("maps['p|", ["polar bear"]), ("print(maps[\"|\"])", ["polar bear", "cat"]),
      ("r.inner.maps[\"|", ["polar bear"]), ("maps.recipe.|", ["method", "model", "image"]),
      ("m.|", ["size"]), ("t.|", ["name", "score"]), ("r.|", ["inner"]), ("r.inner.|", ["deep", "maps"]),
      ("r[\"|", ["b c", "inner"]), ("prompts.|", ["imagenet", "ensemble"]), ("twice(1, |", ["by"]),
      ("prompts.ensemble([\"a\"], m, |", ["templates"]), ("x = 1\nma|", ["maps"]),
      ("print(\"{maps.|}\")", ["grid"]),
      ("maps[\"cat\"].|", ["label", "grid"]), ("for q in maps { q.|", ["label"]),
      ("[twice(ro|) for row in [1]]", ["row"]),
    ] as [(String, [String])])
  func offers(_ text: String, _ expected: [String]) {
    let labels = Marked(text).completions(scope).map(\.label)
    for label in expected {
      #expect(labels.contains(label), "\(label) among \(labels.prefix(12))")
    }
  }

  /// What the text itself binds hides the session's value.
  @Test func ownBindings() {
    let labels = Marked("maps = {other: 1}\nmaps.|").completions(scope).map(\.label)
    #expect(labels == ["other"])
  }

  @Test func explains() throws {
    let maps = Marked("ma|ps")
    let found = try #require(Marked.assistant.explanation(in: maps.file, at: maps.offset, session: scope))
    #expect(found.title == "maps: heatmaps")
    #expect(found.summary.contains("polar bear"))
    let twice = Marked("twi|ce(1)")
    let function = Marked.assistant.explanation(in: twice.file, at: twice.offset, session: scope)
    #expect(function?.title == "twice(x, by: number = 2)")
    let call = Marked("twice(1, |")
    let help = Marked.assistant.callHelp(in: call.file, at: call.offset, session: scope)
    #expect(help?.active == 1)
  }
}
