import Syntax
import Testing

@Suite struct HTMLTests {
  @Test func signsOfMarkupAreReplaced() {
    #expect(HTML.escaped("a <b> & \"c\" 'd'") == "a &lt;b&gt; &amp; &quot;c&quot; 'd'")
    #expect(HTML.escaped("&amp;") == "&amp;amp;")
    #expect(HTML.escaped("Wal 🐋") == "Wal 🐋")
  }
}
