import Testing

@testable import TerminalPictures

@Suite("Words on colours")
struct ColoredWordsTests {
  static var words: ColoredWords {
    ColoredWords(
      [
        .init("a", value: 0, number: "0"), .init("snow", value: 0.5, number: "0.5"),
        .init("boarder", value: 1, number: "1", continues: true), .init("\u{1B}[2J", value: 1, number: "1"),
      ], scale: ColorScale(colormap: .viridis, low: 0, high: 1))
  }

  /// Text without its colours.
  private func plain(_ text: String) -> [String] {
    text.replacing(#/\u{1B}\[[0-9;]*m/#, with: "").split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  @Test("each word has its own background, and the legend its numbers")
  func colours() {
    let text = Self.words.text(on: TerminalCapabilities(graphics: .blocks, columns: 60))
    #expect(plain(text)[0] == #"a snowboarder \u{1B}[2J"#)
    #expect(text.hasPrefix("\u{1B}[48;2;68;1;84;38;2;255;255;255ma\u{1B}[0m"))
    #expect(text.contains("\u{1B}[48;2;253;231;36;38;2;0;0;0mboarder\u{1B}[0m"))
    #expect(plain(text).last?.hasPrefix("0 ") == true)
    let few = Self.words.text(on: TerminalCapabilities(graphics: .palette, columns: 60))
    #expect(few.contains("\u{1B}[48;5;"))
    #expect(!few.contains("48;2;"))
  }

  @Test("without colours each word has its number")
  func numbers() {
    let text = Self.words.text(on: TerminalCapabilities(graphics: .ascii, columns: 60))
    #expect(text == #"a(0) snow(0.5)boarder(1) \u{1B}[2J(1)"#)
  }

  @Test("lines are as wide as the terminal")
  func lines() {
    for columns in 8...30 {
      let text = Self.words.text(on: TerminalCapabilities(graphics: .blocks, columns: columns))
      for line in plain(text).dropLast(2) where line.contains(" ") {
        #expect(line.count <= columns, "\(columns): \(line)")
      }
    }
  }
}
