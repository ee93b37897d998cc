import Foundation
import Testing

/// `clipscope fmt`: what it writes where, and its exit codes.
@Suite struct FormatCommandTests {
  static func text(_ folder: Folder, _ name: String) throws -> String {
    try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
  }

  @Test func rewritesWhatDiffers() throws {
    let folder = try Folder()
    try folder.write("a.clip", "x=1 # one\nprint( x )")
    try folder.write("b.clip", "y = 2\n")
    let path = folder.url.appendingPathComponent("a.clip").path
    try FileManager.default.setAttributes([.posixPermissions: 0o754], ofItemAtPath: path)
    let other = folder.url.appendingPathComponent("b.clip").path
    let old = Date(timeIntervalSince1970: 1_000_000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: other)
    let outcome = try CommandLineTool.run(["fmt", "a.clip", "b.clip"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
    #expect(try Self.text(folder, "a.clip") == "x = 1  # one\nprint(x)\n")
    // Who may execute a script still may; a file that needs nothing is not touched.
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(permissions == 0o754)
    #expect(try FileManager.default.attributesOfItem(atPath: other)[.modificationDate] as? Date == old)
    #expect(folder.contents == ["a.clip", "b.clip"])
  }

  @Test func checkNamesTheFilesThatDiffer() throws {
    let folder = try Folder()
    try folder.write("a.clip", "x=1")
    try folder.write("b.clip", "y = 2\n")
    let outcome = try CommandLineTool.run(["fmt", "--check", "b.clip", "a.clip"], in: folder.url)
    #expect(outcome.code == 1)
    #expect(outcome.output == "a.clip\n")
    #expect(outcome.errors.isEmpty)
    #expect(try Self.text(folder, "a.clip") == "x=1")
    let clean = try CommandLineTool.run(["fmt", "--check", "b.clip"], in: folder.url)
    #expect(clean.code == 0)
    #expect(clean.output.isEmpty)
  }

  @Test func diffShowsWhatWouldChange() throws {
    let folder = try Folder()
    let middle = (1...9).map { "y\($0) = \($0)\n" }.joined()
    try folder.write("a.clip", "a = 1\nx=1\n" + middle + "print( x )")
    let outcome = try CommandLineTool.run(["fmt", "--diff", "a.clip"], in: folder.url)
    #expect(outcome.code == 0)
    #expect(
      outcome.output == """
        --- a.clip
        +++ a.clip
        @@ -1,5 +1,5 @@
         a = 1
        -x=1
        +x = 1
         y1 = 1
         y2 = 2
         y3 = 3
        @@ -9,4 +9,4 @@
         y7 = 7
         y8 = 8
         y9 = 9
        -print( x )
        \\ No newline at end of file
        +print(x)

        """)
    #expect(try Self.text(folder, "a.clip").hasSuffix("print( x )"))
    let both = try CommandLineTool.run(["fmt", "--check", "--diff", "a.clip"], in: folder.url)
    #expect(both.code == 1)
    #expect(both.output == outcome.output)
  }

  @Test func standardInputGoesToStandardOutput() throws {
    let folder = try Folder()
    let good = try CommandLineTool.run(["fmt", "-"], in: folder.url, input: "print( 1+2 )")
    #expect(good.code == 0)
    #expect(good.output == "print(1 + 2)\n")
    let check = try CommandLineTool.run(["fmt", "--check", "-"], in: folder.url, input: "print( 1+2 )")
    #expect(check.code == 1)
    #expect(check.output == "standard input\n")
    let bad = try CommandLineTool.run(["fmt", "-"], in: folder.url, input: "print(")
    #expect(bad.code == 3)
    #expect(bad.output.isEmpty)
    #expect(bad.errors.contains(" --> standard input:1:"))
  }

  @Test func whatCannotBeFormattedIsLeftAlone() throws {
    let folder = try Folder()
    try folder.write("bad.clip", "x = (\ny=1")
    try folder.write("good.clip", "x=1")
    let syntax = try CommandLineTool.run(["fmt", "bad.clip", "good.clip"], in: folder.url)
    #expect(syntax.code == 3)
    #expect(syntax.errors.contains(" --> bad.clip:"))
    #expect(try Self.text(folder, "bad.clip") == "x = (\ny=1")
    #expect(try Self.text(folder, "good.clip") == "x = 1\n")
    let missing = try CommandLineTool.run(["fmt", "nope.clip", "bad.clip"], in: folder.url)
    #expect(missing.code == 4)
    #expect(missing.firstError == "error: there is no file `nope.clip`")
    let unknown = try CommandLineTool.run(["fmt", "--frob", "good.clip"], in: folder.url)
    #expect(unknown.code == 2)
  }
}
