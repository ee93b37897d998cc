import Foundation
import TestSupport
import Testing

/// `run --report` of the real binary: the page of a run that ends well, badly, or not at all.
@Suite struct ReportCommandTests {
  static let script = """
    ## Two maps and a number.

    ## what to look for
    param labels: list[string] = ["sailboat", "whale"]

    #%% Maps
    ## Where is the *whale*?
    model = load("emoji")
    photo = load("sea.png")
    maps = photo |> surgery(model, labels)
    overlay(photo, maps["whale"]) |> save("out/maps.png")

    #%% Scores
    table([{label: m.label, top: max(m.grid)} for m in maps])
    print("seen", len(labels))
    """

  private func folder(_ text: String = script) throws -> Folder {
    let folder = try Folder()
    try folder.write("see.clip", text)
    try FileManager.default.copyItem(
      atPath: ProjectFolder.path + "/examples/images/sea.png", toPath: folder.url.path + "/sea.png")
    return folder
  }

  private func run(_ folder: Folder, _ arguments: [String]) throws -> CommandLineTool.Outcome {
    try CommandLineTool.run(["run"] + arguments, in: folder.url)
  }

  private func page(_ folder: Folder, _ name: String) throws -> String {
    try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
  }

  @Test func aPageTellsOfTheRun() throws {
    let folder = try folder()
    // Into a folder that is not there yet; the script's own files lie where they would without the page.
    let outcome = try run(folder, ["see.clip", "--report", "pages/see.html", "labels=whale, moon, sky"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == "seen 3\n")
    #expect(folder.contents.contains("out/maps.png") && folder.contents.contains("pages/see.html"))
    let html = try page(folder, "pages/see.html")
    for part in [
      "<title>", "Two maps and a number", "Maps", "Where is the <em>whale</em>?", "Scores", "seen 3", "moon",
      "out/maps.png", "sea.png", "what to look for",
    ] { #expect(html.contains(part), "no `\(part)` on the page") }
    #expect(!html.contains(folder.url.path), "a page names no folder of the machine")
    #expect(html.hasSuffix("</html>\n"))
  }

  /// All but the times is the same in every run, whoever fills the cache.
  @Test func twoRunsGiveOnePage() throws {
    let folder = try folder()
    var pages: [String] = []
    for arguments in [[], ["--threads", "2"]] {
      let outcome = try run(folder, ["see.clip", "--report", "page.html", "--threads", "2"] + arguments)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let html = try page(folder, "page.html")
      let times = try #require(html.range(of: "<section aria-labelledby=\"times\""))
      let end = try #require(html.range(of: "</section>", range: times.upperBound..<html.endIndex))
      pages.append(html.replacingCharacters(in: times.lowerBound..<end.upperBound, with: ""))
    }
    #expect(pages[0] == pages[1])
  }

  @Test func anErrorStandsInItsCell() throws {
    let folder = try folder(
      Self.script + "\n#%% Lost\nprint(\"so far\")\nmaps[\"lion\"] |> show()\nprint(\"never\")\n")
    let outcome = try run(folder, ["see.clip", "--report", "page.html"])
    #expect(outcome.code == 5)
    #expect(outcome.errors.contains("lion"))
    let html = try page(folder, "page.html")
    let lost = try #require(html.range(of: "Lost"))
    let after = html[lost.upperBound...]
    #expect(after.contains("so far") && after.contains("see.clip:"), "the error is told where it happened")
    #expect(html.contains("out/maps.png"), "what came before is there")
  }

  @Test func interruptedItSaysSo() throws {
    let folder = try folder(
      Self.script + "\nfor k in range(100000) { photo |> surgery(model, \"whale {k}\") }\n")
    let outcome = try CommandLineTool.run(
      ["run", "see.clip", "--report", "page.html"], in: folder.url, interruptWhen: "seen")
    #expect(outcome.code == 130, "\(outcome.errors)")
    let html = try page(folder, "page.html")
    #expect(html.contains("interrupted") && html.contains("out/maps.png"))
  }

  @Test func severalScriptsMakeOnePage() throws {
    let folder = try folder()
    try folder.write(
      "more.clip",
      """
      ## What the first one left

      param factor: number = 2
      side = load("out/maps.png").width
      print("width {side * factor}")
      """)
    let outcome = try run(
      folder, ["see.clip", "more.clip", "factor=3", "--report", "both.html", "--title", "Both"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == "seen 2\nwidth \(336 * 3)\n")
    let html = try page(folder, "both.html")
    for part in [
      "<title>Both</title>", "A run of 2 scripts", ">Two maps and a number</a>",
      ">What the first one left</a>",
      "<h2 id=\"chapter-1\">Two maps and a number</h2>", "The whole of more.clip", "seen 2", "width 1008",
    ] { #expect(html.contains(part), "no `\(part)` on the page") }
    #expect(
      html.components(separatedBy: "<section").count == html.components(separatedBy: "</section>").count)
    // All are checked before the first runs; what no script knows is refused; one that fails ends the series.
    try folder.write("bad.clip", "print(nothing)\n")
    let bad = try run(folder, ["see.clip", "bad.clip"])
    #expect(bad.code == 3 && bad.output == "")
    let unknown = try run(folder, ["see.clip", "more.clip", "facto=3"])
    #expect(unknown.code == 2 && unknown.errors.contains("did you mean `factor`?"))
    try folder.write("fails.clip", "print([1][2])\n")
    let fails = try run(folder, ["fails.clip", "see.clip", "--report", "fails.html"])
    #expect(fails.code == 5 && fails.output == "")
    #expect(try page(folder, "fails.html").contains("an error stopped"))
    let mixed = try run(folder, ["see.clip", "-e", "1"])
    #expect(mixed.code == 2)
  }

  /// Nothing runs where the page could not be written, and nothing of somebody else's is lost.
  @Test func otherFilesAreNotReplaced() throws {
    let folder = try folder()
    try folder.write("thesis.html", "<p>years of work</p>")
    let refused = try run(folder, ["see.clip", "--report", "thesis.html"])
    #expect(refused.code == 2)
    #expect(refused.errors.contains("is there and is no report"))
    #expect(try page(folder, "thesis.html") == "<p>years of work</p>")
    let ending = try run(folder, ["see.clip", "--report", "page.txt"])
    #expect(ending.code == 2)
    #expect(ending.errors.contains("its path ends in `.html`"))
    #expect(!folder.contents.contains { $0.hasPrefix("out") })
    // A page of an earlier run is replaced.
    for _ in 0..<2 {
      #expect(try run(folder, ["-e", "print(\"twice\")", "--report", "page.html"]).code == 0)
    }
    #expect(try page(folder, "page.html").contains("twice"))
    // A folder that cannot be made.
    let nowhere = try run(folder, ["-e", "1", "--report", "see.clip/page.html"])
    #expect(nowhere.code == 5)
    #expect(nowhere.errors.contains("the report could not be written"))
  }
}
