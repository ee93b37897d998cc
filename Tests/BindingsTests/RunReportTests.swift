import Checkpoints
import Foundation
import Imaging
import Interpreter
import Syntax
import Tensors
import Testing

@testable import Bindings
@testable import Reports

/// What is collected of a run, and the page that is made of it.
@Suite struct RunReportTests {
  /// A folder of its own, removed at the end.
  final class Scratch {
    let path: String

    init() throws {
      let folder = FileManager.default.temporaryDirectory
      let url = folder.appendingPathComponent("clipscope-" + UUID().uuidString)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  /// The page of a script that runs to its end or its error.
  static func page(
    _ text: String, parameters: [String: Value] = [:], name: String = "t.clip"
  ) throws -> (page: ReportPage, record: RunRecord) {
    let scratch = try Scratch()
    let program = Program.check(
      SourceFile(name: name, text: text), registry: Engine.registry, loader: Engine.loader)
    #expect(program.diagnostics.filter { $0.severity == .error }.map(\.message) == [])
    let record = RunRecord()
    var host = Host(output: { _ in })
    host.picture = { _, _ in "\u{1B}[1mpicture" }
    host.observer = record.observe
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: scratch.path), host: host)
    var ending = RunReport.Ending.complete
    do { try session.run(program, parameters: parameters) } catch let failure as RuntimeFailure {
      record.stop(failure.diagnostic.rendered(), in: program.graph.main.tree.file)
      ending = .failed
    }
    return (try RunReport.page(of: record, program: program, ending: ending), record)
  }

  /// A word for each item, such as `printed a` and `maps 2`.
  static func words(_ items: [ReportItem]) -> [String] {
    items.map { item in
      switch item {
      case .printed(let text): "printed \(text)"
      case .value(let text): "value \(text)"
      case .warning(let text): "warning \(text.split(separator: "\n")[0])"
      case .error(let text): "error \(text.split(separator: "\n")[0])"
      case .picture(let picture): "picture \(picture.caption.text) \(picture.caption.files)"
      case .maps(let maps): "maps \(maps.map(\.caption.files.count))"
      case .tokens(let tokens): "tokens \(tokens.pieces.count)"
      case .table(let table): "table \(table.columns) \(table.count) \(table.caption.files)"
      case .svg: "svg"
      case .saved(let caption): "saved \(caption.text) \(caption.files)"
      case .omitted(let sentence, let files): "omitted \(sentence) \(files.count)"
      }
    }
  }

  /// Parameters are in a table; what is left of their cell has no hole where they stood.
  @Test func parametersLeaveNoHoles() throws {
    let cells = Self.cells(
      "import std.colors\n\n## a number\nparam n: int = 1\n\nx = n\ny = 2\n#%% Next\nprint(x + y)")
    #expect(cells.map(\.source) == ["import std.colors\n\nx = n\ny = 2", "print(x + y)"])
  }

  @Test func chartsAndFiguresAreDrawn() throws {
    let (page, _) = try Self.page(
      """
      chart = plot(table({x: [1, 2], y: [3, 4]}), x: "x", y: "y")

      chart |> save("out/chart.pdf")

      figure([chart, image(full([40, 40, 3], 0.5))])
      """)
    #expect(page.cells.map { Self.words($0.items) } == [[], ["svg"], ["svg"]])
    guard case .svg(let text, let description, let caption)? = page.cells[1].items.first else { return }
    #expect(text.contains("<svg") && description.contains("line chart"))
    #expect(caption.files == ["out/chart.pdf"])
    #expect(try page.html().contains("data:image/svg+xml"))
  }

  // MARK: Cells

  static func cells(_ text: String) -> [ReportCells.Cell] {
    let file = SourceFile(name: "t.clip", text: text)
    let program = Program.check(file, registry: Engine.registry, loader: Engine.loader)
    return ReportCells(program.graph.main.tree).cells
  }

  @Test func blankLinesMakeCells() {
    let cells = Self.cells(
      """
      clip 1

      ## The script.

      # about a
      a = 1
      b = 2  # and b

      ## What c is.
      c = [
        1,

        2,
      ]

      # trailing
      """)
    #expect(
      cells.map(\.source) == ["# about a\na = 1\nb = 2  # and b", "c = [\n  1,\n\n  2,\n]\n\n# trailing"])
    #expect(cells.map(\.text) == ["", "What c is."])
    #expect(cells.map(\.title) == ["", ""])
  }

  @Test func marksMakeCells() {
    let cells = Self.cells(
      """
      ## The script.

      x = 1

      y = 2
      #%% First
      ## Some *text*.
      ##
      ## More.

      z = 3

      print(z)
      #%%
      print("#%% no mark")  #%% nor this
      """)
    #expect(cells.map(\.title) == ["", "First", ""])
    #expect(
      cells.map(\.source) == [
        "x = 1\n\ny = 2", "z = 3\n\nprint(z)", "print(\"#%% no mark\")  #%% nor this",
      ])
    #expect(cells.map(\.text) == ["", "Some *text*.\n\nMore.", ""])
  }

  @Test func declarationsAreNoCells() throws {
    let (page, _) = try Self.page(
      """
      ## Say `n`. It is a number.
      ##
      ## More words.

      ## how many
      param n: int = 3
      param s: string = "a"

      print(n)
      """, parameters: ["n": .number(4)])
    #expect(page.title == "Say n")
    #expect(page.text == "It is a number.\n\nMore words.")
    #expect(page.cells.map(\.source) == ["print(n)"])
    #expect(page.parameters.map(\.name) == ["n", "s"])
    #expect(page.parameters.map(\.value) == ["4", "\"a\""])
    #expect(page.parameters.map(\.defaultValue) == ["3", "\"a\""])
    #expect(page.parameters.map(\.text) == ["how many", ""])
  }

  @Test func headingsOfTexts() {
    #expect(RunReport.title(of: "", name: "whale") == ("whale", ""))
    #expect(RunReport.title(of: "# A *title*\n\nText.", name: "w") == ("A title", "\n\nText."))
    #expect(RunReport.title(of: "Where is\nit? Here.\n\n- a", name: "w") == ("Where is it?", "Here.\n\n- a"))
    let long = String(repeating: "word ", count: 60)
    #expect(RunReport.title(of: long, name: "w").title == "w")
  }

  // MARK: Items

  @Test func printedShownAndSaved() throws {
    let (page, _) = try Self.page(
      """
      a = image(zeros([4, 4, 3]))
      print("one")
      print("two")
      show(a) |> save("out/a.png") |> save("out/b.png")
      print(table([{k: 1}]))
      print("x", table([{k: 1}]))
      show(3)
      [1, 2] |> save("n.json")
      """)
    #expect(
      Self.words(page.cells[0].items) == [
        "printed one\ntwo", "picture a tensor's picture [\"out/a.png\", \"out/b.png\"]", "table [\"k\"] 1 []",
        "printed x k\n1", "value 3", "saved list [\"n.json\"]",
      ])
    #expect(page.outputs.map(\.name) == ["out/a.png", "out/b.png", "n.json"])
    #expect(page.outputs.map(\.size)[2] == 7)
    #expect(page.outputs[2].sha256 == SHA256.hex(of: Array("[1, 2]\n".utf8)))
    // What a terminal would have obeyed is not there.
    #expect(try !page.html().contains("[1mpicture"))
  }

  @Test func lastValueOfACellIsShown() throws {
    let (page, _) = try Self.page(
      """
      x = 2
      x + 1

      "words";

      x * 5
      print(1)

      t = table([{a: 1}])
      print(t)
      t |> save("t.csv")
      """)
    #expect(
      page.cells.map { Self.words($0.items) } == [
        ["value 3"], [], ["printed 1"], ["table [\"a\"] 1 [\"t.csv\"]"],
      ])
  }

  @Test func overlaysCanBeChanged() throws {
    let (page, _) = try Self.page(
      """
      photo = image(zeros([20, 30, 3]))
      for k in range(2) {
        overlay(photo, tensor([[k, 1], [2, 3]]), opacity: 0.5) |> save("{k}.png")
        print(k)
      }

      grid([overlay(photo, eye(2)), photo])

      overlay(photo, eye(2), colormap: "magma")
      """)
    #expect(Self.words(page.cells[0].items) == ["maps [1, 1]", "printed 0\n1"])
    guard case .maps(let maps) = page.cells[0].items[0] else { return }
    #expect(maps[1].grid.scalars == [1, 1, 2, 3])
    #expect(maps[0].opacity == 0.5 && maps[0].colormap == nil)
    #expect(maps[0].ground?.width == 30)
    #expect(Self.words(page.cells[1].items) == ["picture a grid of 2 pictures []"])
    guard case .maps(let chosen) = page.cells[2].items[0] else { return }
    #expect(chosen[0].colormap == .magma)
  }

  @Test func mapsOfTheEngine() throws {
    let (page, _) = try Self.page(
      """
      model = load("emoji")
      photo = image(clamp(normal([64, 80, 3], seed: 1), 0, 1))
      maps = surgery(photo, model, ["cat", "dog"])
      overlay(photo, maps, scale: "shared")

      maps

      gradcam(photo, model, "a cat", target: "text")

      segment(maps)
      """)
    guard case .maps(let overlays)? = page.cells[0].items.first,
      case .maps(let seen)? = page.cells[1].items.first
    else {
      Issue.record("\(page.cells.map { Self.words($0.items) })")
      return
    }
    #expect(overlays.count == 2 && seen.count == 2)
    #expect(overlays[0].sharedRange != nil && overlays[0].sharedRange == overlays[1].sharedRange)
    #expect(overlays[1].label == "dog")
    #expect(overlays[0].description.hasPrefix("heat map of \"cat\" by surgery over a tensor's picture"))
    #expect(seen[0].grid == overlays[0].grid)
    #expect(seen[0].ground != nil)
    #expect(try page.html().utf8.count < 300_000)
    #expect(page.timings.calls.contains { $0.name == "surgery" && $0.count == 1 })
  }

  @Test func manyPicturesAreLimited() throws {
    let (page, _) = try Self.page(
      """
      for k in range(40) { image(ones([2, 2, 3]) * k / 40) |> save("{k}.png") }
      for k in range(9) { print(k) }
      """)
    let words = Self.words(page.cells[0].items)
    #expect(words.count == 26)
    #expect(words[24] == "printed 0\n1\n2\n3\n4\n5\n6\n7\n8")
    #expect(words[25] == "omitted … 16 more of type image 16")
    #expect(page.outputs.count == 40)
  }

  @Test func muchTextIsLimited() throws {
    let (page, _) = try Self.page("for k in range(30000) { print(\"a line of some words, {k}\") }")
    let words = Self.words(page.cells[0].items)
    #expect(words.count == 2)
    #expect(words[1].hasPrefix("omitted … 2") && words[1].hasSuffix("lines more 0"))
    #expect(try page.html().utf8.count < 300_000)
  }

  // MARK: Errors

  @Test func errorStandsInItsCell() throws {
    let (page, _) = try Self.page(
      """
      print("a")

      x = [1][3]

      print("b")
      """)
    #expect(page.state == .failed)
    #expect(page.cells.count == 2)
    #expect(Self.words(page.cells[0].items) == ["printed a"])
    #expect(Self.words(page.cells[1].items)[0].hasPrefix("error error: "))
    let html = try page.html()
    #expect(html.contains("an error stopped") && html.contains("<h2 id=\"warnings\">"))
  }

  @Test func warningsAreListed() throws {
    let (page, _) = try Self.page(
      """
      maps = surgery(image(zeros([32, 32, 3])), load("emoji"), "cat")
      overlay(image(zeros([32, 32, 3])), maps * 0)
      """)
    let words = Self.words(page.cells[0].items)
    let warning = "warning warning: the map of \"cat\" is the same everywhere"
    #expect(words.contains { $0.hasPrefix(warning) }, "\(words)")
    #expect(try page.html().contains("<a href=\"#cell-1-"))
  }

  // MARK: Files

  @Test func onlyReportsAreOverwritten() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/deep/er/r.html"
    #expect(RunReport.refusal(of: path) == nil)
    let (page, _) = try Self.page("print(1)")
    let size = try RunReport.write(page, to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == size)
    #expect(RunReport.refusal(of: path) == nil)
    try RunReport.write(page, to: path)
    try Data("<html>my own</html>".utf8).write(to: URL(fileURLWithPath: path))
    #expect(RunReport.refusal(of: path)?.contains("is no report") == true)
    #expect(RunReport.refusal(of: scratch.path + "/x.clip")?.contains("`.html`") == true)
    let folder = scratch.path + "/d.html"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    #expect(RunReport.refusal(of: folder)?.contains("is no file") == true)
  }

  @Test func sameRunGivesSameBytesButForTimes() throws {
    let script = "photo = image(zeros([20, 30, 3]))\nprint(2)\n\noverlay(photo, eye(3))"
    func text() throws -> Substring {
      let html = try Self.page(script).page.html()
      let place = try #require(html.range(of: "<section aria-labelledby=\"times\""))
      return html[..<place.lowerBound]
    }
    #expect(try text() == text())
  }

  // MARK: Sessions

  @Test func entriesAreCells() throws {
    let record = RunRecord()
    var host = Host(output: { _ in })
    host.observer = record.observe
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: "."), host: host)
    _ = try session.enter("x = 2\nprint(x)")
    _ = try session.enter("x * 2")
    do { _ = try session.enter("y = [1][7]") } catch let failure as RuntimeFailure {
      record.stop(failure.diagnostic.rendered())
    }
    _ = try session.enter("x * 3;")
    let page = try RunReport.page(of: record, sessionIn: "/here")
    #expect(page.cells.map(\.title) == ["entry 1", "entry 2", "entry 3", "entry 4"])
    #expect(page.cells.map(\.source) == ["x = 2\nprint(x)", "x * 2", "y = [1][7]", "x * 3;"])
    #expect(Self.words(page.cells[0].items) == ["printed 2"])
    #expect(Self.words(page.cells[1].items) == ["value 4"])
    #expect(Self.words(page.cells[2].items).first?.hasPrefix("error error:") == true)
    #expect(page.cells[3].items.isEmpty)
    record.clear()
    #expect(record.isEmpty && record.calls.isEmpty)
  }
}
