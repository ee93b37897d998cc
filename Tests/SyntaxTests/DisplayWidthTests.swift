import Syntax
import Testing

@Suite struct DisplayWidthTests {
  @Test func beginnings() {
    #expect(DisplayWidth.beginning(of: "whale", cells: 5) == "whale")
    #expect(DisplayWidth.beginning(of: "whale", cells: 4) == "whal")
    #expect(DisplayWidth.beginning(of: "a🐋b", cells: 2) == "a")
    #expect(DisplayWidth.beginning(of: "a🐋b", cells: 3) == "a🐋")
    #expect(DisplayWidth.beginning(of: "e\u{301}t", cells: 1) == "e\u{301}")
    #expect(DisplayWidth.beginning(of: "a", cells: 0).isEmpty)
    #expect(DisplayWidth.beginning(of: "a", cells: -1).isEmpty)
  }
}
