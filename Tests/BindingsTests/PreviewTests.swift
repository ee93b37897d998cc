import Interpreter
import Syntax
import TerminalPictures
import TestSupport
import Testing

@testable import Bindings

/// What `show` and a prompt draw on a terminal.
@Suite struct PreviewTests {
  static let terminal = TerminalCapabilities(graphics: .ascii, columns: 40, rows: 24)

  /// Runs a script whose `show` draws, and gives the lines that it wrote.
  private func output(_ text: String, on terminal: TerminalCapabilities? = Self.terminal) throws -> [String] {
    var lines: [String] = []
    var host = Host(output: { lines.append($0) })
    if let terminal {
      host.picture = { value, request in
        try Preview.text(
          of: value,
          in: request.protocolName.flatMap(TerminalGraphics.init(rawValue:)).map(terminal.using) ?? terminal,
          width: request.width, isAsked: true)
      }
    }
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: ProjectFolder.path), host: host)
    let program = session.check(SourceFile(name: "test.clip", text: text))
    #expect(program.isValid, "\(program.diagnostics.map { $0.rendered() })")
    try session.run(program)
    return lines
  }

  private func value(_ text: String) throws -> Value {
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: ProjectFolder.path), host: Host(output: { _ in }))
    return try session.run(session.check(SourceFile(name: "test.clip", text: text)))
  }

  @Test func picture() throws {
    let lines = try output("_ = show(image(ones([4, 6, 3])))")
    #expect(lines == ["image 6×4, a tensor's picture", "@@@@@@\n@@@@@@"])
  }

  @Test func figure() throws {
    let lines = try output(
      "_ = show(plot(table({y: [1, 2, 3]}), y: \"y\", width: 60, height: 40), width: 30)")
    #expect(lines[0] == "figure 60×40 mm, line chart")
    let rows = lines[1].split(separator: "\n")
    #expect(rows.count > 5)
    // Mostly paper, and something on it.
    #expect(Set(lines[1]).count > 2)
    #expect(Preview.isPicture(try value("plot(table({y: [1, 2]}), y: \"y\")")))
  }

  @Test func widthAndProtocol() throws {
    #expect(try output("_ = show(image(ones([4, 4, 3])), width: 10)")[1].split(separator: "\n").count == 5)
    let sixel = try output("_ = show(image(ones([4, 4, 3])), as: \"sixel\")")[1]
    #expect(sixel.contains("\u{1B}P0;1;0q"))
    #expect(try output("_ = show(image(ones([4, 4, 3])), as: \"none\")").count == 1)
  }

  /// In a pipe the options change nothing.
  @Test func withoutATerminal() throws {
    let lines = try output("_ = show(image(ones([4, 4, 3])), width: 3, as: \"kitty\")", on: nil)
    #expect(lines == ["image 4×4, a tensor's picture"])
  }

  @Test func maps() throws {
    let text = """
      m = load("emoji")
      scene = load("examples/images/sea.png")
      """
    let lines = try output(text + "\n_ = show(surgery(scene, m, [\"sailboat\", \"whale\"]))")
    #expect(lines.count == 2)
    let drawn = lines[1].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // 19 cells each, square: 10 lines of picture (9.5), then label, colours, numbers.
    #expect(drawn.count == 13)
    #expect(drawn[10] == "sailboat             whale")
    #expect(drawn[12].hasPrefix("−0.") && drawn[12].split(separator: " ").count == 6)
    // A map alone, and the same from a prompt.
    let one = try value(text + "\nsurgery(scene, m, [\"sailboat\", \"whale\"])[\"whale\"]")
    let picture = try #require(preview(of: one, in: Self.terminal))
    #expect(picture.contains("whale") && !picture.contains("sailboat"))
    // With colours the map lies over what the model saw; arithmetic keeps that.
    let blocks = Self.terminal.using(.blocks)
    let plain = try #require(preview(of: try value(text + "\nsurgery(scene, m, \"whale\")"), in: blocks))
    let doubled = try #require(
      preview(of: try value(text + "\nsurgery(scene, m, \"whale\") * 2"), in: blocks))
    #expect(plain.split(separator: "\n").first == doubled.split(separator: "\n").first)
    let other = "crop(scene, 0, 0, 336, 336)"
    let black = try value(text + "\nsurgery(blur(\(other), 100), m, \"whale\")")
    #expect(
      preview(of: black, in: blocks)?.split(separator: "\n").first != plain.split(separator: "\n").first)
  }

  /// Tensors are drawn where `show` asks, and not by themselves.
  @Test func tensors() throws {
    let map = try value("tensor([[0, 1], [0.5, 2]])")
    #expect(preview(of: map, in: Self.terminal) == nil)
    let drawn = try #require(try Preview.text(of: map, in: Self.terminal, width: 20, isAsked: true))
    #expect(drawn.hasSuffix("\n0        1         2"))
    let picture = try value("ones([2, 4, 3])")
    #expect(preview(of: picture, in: Self.terminal) == nil)
    #expect(try Preview.text(of: picture, in: Self.terminal, isAsked: true) == "@@@@")
    for text in ["ones([5])", "ones([2, 2, 2])", "zeros([0, 3])", "zeros([0, 4, 3])", "tensor(1)"] {
      #expect(try Preview.text(of: try value(text), in: Self.terminal, isAsked: true) == nil)
    }
  }

  @Test func lists() throws {
    let two = try value("[image(ones([4, 6, 3])), image(ones([4, 4, 3]))]")
    #expect(preview(of: two, in: Self.terminal) == "@@@@@@  @@@@\n@@@@@@  @@@@")
    for text in [
      "[]", "[1, 2]", "[image(ones([4, 6, 3])), 1]", "\"text\"", "none", "{a: image(ones([2, 2]))}",
    ] {
      #expect(preview(of: try value(text), in: Self.terminal) == nil)
    }
  }

  @Test func mapsThatAreNotFinite() throws {
    let map = try value("tensor([[1, 2], [3, 4]]) / tensor([[0, 1], [1, 1]])")
    let drawn = try #require(try Preview.text(of: map, in: Self.terminal, width: 12, isAsked: true))
    #expect(drawn.hasSuffix("\nnot finite"))
    let constant = try value("ones([3, 3]) * 7")
    #expect(
      try Preview.text(of: constant, in: Self.terminal, width: 20, isAsked: true)?.hasSuffix("\n7 everywhere")
        == true)
  }
}
