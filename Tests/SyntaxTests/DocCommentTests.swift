import Syntax
import Testing

@Suite struct DocCommentTests {
  @Test func partsOfAComment() {
    let comment = DocComment(
      """
      The mean of
      two numbers. Both may be tensors (A. B. Author, 2020).

      First detail.
      Second line.

      Another paragraph.

          x = 1

          print(x)  # expect: 1
      After the example.

      See also: `sum`, norm.
      """)
    #expect(comment.summary == "The mean of two numbers.")
    #expect(
      comment.details == "Both may be tensors (A. B. Author, 2020).\n\nFirst detail. Second line.\n\n"
        + "Another paragraph.\n\nAfter the example.")
    #expect(comment.example == "x = 1\n\nprint(x)  # expect: 1")
    #expect(comment.seeAlso == ["sum", "norm"])
  }

  @Test func lists() {
    let text =
      "Says:\n\n- one\n  and more\n- two - not three\n\nA range 1\n- 2 is no list.\n\n- alone\n    code"
    #expect(
      DocComment.blocks(of: text) == [
        .prose("Says:"), .list(["one and more", "two - not three"]), .prose("A range 1 - 2 is no list."),
        .list(["alone"]), .code("code"),
      ])
    #expect(DocComment("Says. \n\n- one\n- two").details == "- one\n- two")
  }

  @Test func whereTheFirstSentenceEnds() {
    #expect(DocComment("By Li et al. 2023, and e.g. others").details.isEmpty)
    #expect(DocComment("Of `x`. `y` too.").summary == "Of `x`.")
    #expect(DocComment("Is it (so. It is)? Yes.").summary == "Is it (so. It is)?")
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
