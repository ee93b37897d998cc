import Syntax
import Testing

@Suite struct DocCommentTests {
  @Test func partsOfAComment() {
    let comment = DocComment(
      """
      The mean of
      two numbers.

      First detail.
      Second line.

      Another paragraph.

          x = 1

          print(x)  # expect: 1
      After the example.
      """)
    #expect(comment.summary == "The mean of two numbers.")
    #expect(
      comment.details == "First detail.\nSecond line.\n\nAnother paragraph.\n\nAfter the example.")
    #expect(comment.example == "x = 1\n\nprint(x)  # expect: 1")
  }

  @Test func indentationWithinTheExampleStays() {
    let comment = DocComment("Says.\n\n    for x in [1] {\n      print(x)\n    }\n\n")
    #expect(comment.example == "for x in [1] {\n  print(x)\n}")
    #expect(comment.details.isEmpty)
  }

  @Test func anEmptyComment() {
    #expect(DocComment("") == DocComment("\n  \n"))
    #expect(DocComment("").summary.isEmpty)
  }

  /// As the parser hands it over: the space after `##` is no indentation.
  @Test func asTheParserGivesIt() throws {
    let source = "## Says.\n##\n##     print(1)\nfn f() => 1\n"
    let tree = Parser.parse(SourceFile(name: "a.clip", text: source)).tree
    let text = try #require(tree.statements.first?.documentation)
    #expect(DocComment(text).summary == "Says.")
    #expect(DocComment(text).example == "print(1)")
  }
}
