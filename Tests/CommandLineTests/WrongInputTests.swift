import Foundation
import TestSupport
import Testing

/// One wrong input each: the exact words, the exit code, and that nothing is left behind.
@Suite struct WrongInputTests {
  /// A folder with a small picture in it.
  static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write("scene.png", Fixture.png(width: 24, height: 16))
    return folder
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let script: String
    let code: Int32
    /// All of standard error; `@` stands for the folder's path.
    let errors: String

    init(_ code: Int32, _ script: String, _ errors: String) {
      self.script = script
      self.code = code
      self.errors = errors
    }

    var testDescription: String { script }
  }

  static let whole: [Case] = [
    Case(
      4, #"p = load("scen.png")"#,
      """
      error: there is no file `scen.png` (looked for @/scen.png)
       --> script.clip:1:10
      1 | p = load("scen.png")
        |          ^^^^^^^^^^ did you mean `scene.png`?
      """),
    Case(
      3, #"surgery(load("scene.png"), load("emoji"), "dog", dept: 3)"#,
      """
      error: unknown option `dept` for `surgery`
       --> script.clip:1:50
      1 | surgery(load("scene.png"), load("emoji"), "dog", dept: 3)
        |                                                  ^^^^ did you mean `depth`?
      """),
    Case(
      3, #"x = normalize(zeros([2, 2]), 1)"#,
      """
      error: `normalize` takes 1 argument, found 2
       --> script.clip:1:30
      1 | x = normalize(zeros([2, 2]), 1)
        |                              ^ normalize(t)
      """),
    Case(
      3, #"x = encode("dog", load("emoji"), templates: ["a {}", 3])"#,
      """
      error: option `templates` of `encode` takes "imagenet" or "simple" or list[string] or none, found a list with a number
       --> script.clip:1:54
      1 | x = encode("dog", load("emoji"), templates: ["a {}", 3])
        |                                                      ^
      """),
    Case(
      3, #"x = surgery(load("scene.png"), load("emoji"), ["dog", 3])"#,
      """
      error: `surgery` takes string or list[string] or tensor as its 3rd argument, found a list with a number
       --> script.clip:1:55
      1 | x = surgery(load("scene.png"), load("emoji"), ["dog", 3])
        |                                                       ^
      """),
    Case(
      5, #"image(zeros([8, 8, 3])) |> save("../x.png")"#,
      """
      error: `../x.png` is a path with `..`: a script writes below its output folder
       --> script.clip:1:33
      1 | image(zeros([8, 8, 3])) |> save("../x.png")
        |                                 ^^^^^^^^^^ allow it with `--allow-write ^`
      """),
    Case(
      5, #"image(zeros([8, 8, 3])) |> save("/x.png")"#,
      """
      error: `/x.png` is an absolute path: a script writes below its output folder
       --> script.clip:1:33
      1 | image(zeros([8, 8, 3])) |> save("/x.png")
        |                                 ^^^^^^^^ allow it with `--allow-write /`
      """),
    Case(
      5, #"image(zeros([8, 8, 3])) |> save("link/x.png")"#,
      """
      error: `link/x.png` leads outside the output folder through a symbolic link
       --> script.clip:1:33
      1 | image(zeros([8, 8, 3])) |> save("link/x.png")
        |                                 ^^^^^^^^^^^^ allow it with `--allow-write /`
      """),
    Case(
      5, #"image(zeros([8, 8, 3])) |> save("x.jpg")"#,
      """
      error: an image cannot be saved as .jpg
       --> script.clip:1:33
      1 | image(zeros([8, 8, 3])) |> save("x.jpg")
        |                                 ^^^^^^^ it can be .png
      """),
    Case(
      5, #"x = zeros([100000, 100000, 100])"#,
      """
      error: zeros: shape [100000, 100000, 100] has more than *
       --> script.clip:1:5
      1 | x = zeros([100000, 100000, 100])
        |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      """),
    Case(
      5, #"x = surgery(load("scene.png"), load("emoji"), "dog", size: 1e15)"#,
      """
      error: a `size` of 1000000000000000 makes more than 16384 patches, the most possible
       --> script.clip:1:60
      1 | x = surgery(load("scene.png"), load("emoji"), "dog", size: 1e15)
        |                                                            ^^^^
      """),
    Case(
      5, #"x = surgery(load("scene.png"), load("emoji"), "dog", size: 7)"#,
      """
      error: `size` must be a positive multiple of 8, the patch of emoji; found 7
       --> script.clip:1:60
      1 | x = surgery(load("scene.png"), load("emoji"), "dog", size: 7)
        |                                                            ^ try 8 or 16
      """),
    Case(
      5, #"x = encode("dog", load("emoji"), templates: [])"#,
      """
      error: `templates` is empty
       --> script.clip:1:45
      1 | x = encode("dog", load("emoji"), templates: [])
        |                                             ^^ `none` encodes the texts as they are
      """),
    Case(
      4, #"x = load("fifo.png")"#,
      """
      error: `fifo.png` is no ordinary file: a pipe or a device
       --> script.clip:1:10
      1 | x = load("fifo.png")
        |          ^^^^^^^^^^
      """),
    Case(
      4, "x = load('a\u{1B}[31m.png')",
      """
      error: there is no file `a\\u{1B}[31m.png` (looked for @/a\\u{1B}[31m.png)
       --> script.clip:1:10
      1 | x = load('a\u{FFFD}[31m.png')
        |          ^^^^^^^^^^^^
      """),
    Case(
      3, "x = 1\n y = nope\nz = prnt(x)\nimport std.promts",
      """
      error: unknown name `nope`
       --> script.clip:2:6
      2 |  y = nope
        |      ^^^^
      error: unknown name `prnt`
       --> script.clip:3:5
      3 | z = prnt(x)
        |     ^^^^ did you mean `print`?
      error: there is no library `std.promts`
       --> script.clip:4:8
      4 | import std.promts
        |        ^^^^^^^^^^ did you mean `std.prompts`?
      """),
  ]

  /// The words of the whole message; `*` at a line's end matches anything.
  @Test(arguments: whole) func messages(_ example: Case) throws {
    let folder = try Self.folder()
    try FileManager.default.createSymbolicLink(
      at: folder.url.appendingPathComponent("link"), withDestinationURL: URL(fileURLWithPath: "/"))
    #expect(mkfifo(folder.url.appendingPathComponent("fifo.png").path, 0o600) == 0)
    let (outcome, left) = try folder.run(script: example.script)
    #expect(outcome.code == example.code)
    #expect(!outcome.wasKilled)
    #expect(left.isEmpty)
    let expected = example.errors.replacingOccurrences(of: "@", with: folder.url.path)
      .replacingOccurrences(
        of: "--allow-write ^", with: "--allow-write \(folder.url.deletingLastPathComponent().path)")
    let lines = expected.components(separatedBy: "\n")
    let found = outcome.errors.dropLast().components(separatedBy: "\n")
    #expect(found.count == lines.count, "\(outcome.errors)")
    for (line, expected) in zip(found, lines) {
      if expected.hasSuffix("*") {
        #expect(line.hasPrefix(expected.dropLast()))
      } else {
        #expect(line == expected)
      }
    }
  }

  /// Files that are not what they seem: exit code 4, and the first line.
  @Test(
    arguments: [
      (
        "text.png", Array("not a picture\n".utf8),
        "text.png is not a PNG or JPEG: it begins with \"not a picture\""
      ),
      ("empty.png", [], "empty.png is damaged: it is empty"),
      (
        "cut.png", Array(Fixture.png(width: 24, height: 16).dropLast(30)),
        "cut.png is incomplete: the file ends before the picture does"
      ),
      (
        "huge.png", Fixture.png(width: 20_000, height: 20_000, rows: 3),
        "huge.png is too large: 20000×20000 pixels; the limit is 100 megapixels and 100000 pixels a side"
      ),
      (
        "lie.safetensors", Fixture.safetensors(#"{"a":{}}"#, body: 0, length: 1 << 40),
        "`lie.safetensors`: states a safetensors header of 1099511627776 bytes; 100 MB is the limit"
      ),
      (
        "lie.safetensors",
        Fixture.safetensors(#"{"a":{"dtype":"F32","shape":[10],"data_offsets":[0,40]}}"#, body: 8),
        "`lie.safetensors`: tensor `a` lies at bytes 0…40 of 8 (an interrupted download?)"
      ),
      (
        "lie.safetensors",
        Fixture.safetensors(
          #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,40]}}"#, body: 40),
        "`lie.safetensors`: tensor `a` has an impossible shape [4611686018427387904, 4]"
      ),
      (
        "other.pt", [0x50, 0x4B, 0x03, 0x04],
        "`other.pt`: is a ZIP file without its end: it is cut short (an interrupted download?)"
      ),
      ("a.json", Array(repeating: UInt8(ascii: "["), count: 100_000), "`a.json` is not well-formed JSON"),
      ("a.csv", Array("a,b\n1\n".utf8), "`a.csv`: line 2 has 1 cells where the header has 2"),
      ("a.txt", [0xFF, 0xFE], "`a.txt` is not UTF-8 text"),
    ] as [(String, [UInt8], String)])
  func files(name: String, bytes: [UInt8], message: String) throws {
    let folder = try Folder()
    try folder.write(name, bytes)
    let (outcome, left) = try folder.run(script: "x = load(\"\(name)\")")
    #expect(outcome.firstError == "error: \(message)")
    #expect(outcome.code == 4)
    #expect(left.isEmpty)
    #expect(outcome.errors.contains("\n --> script.clip:1:10\n"))
  }

  /// A PyTorch file cut anywhere is an error of the input, never a crash.
  @Test(arguments: [1, 3, 30, 1000, 65_537, 1_000_000, 5_000_000, 10_079_000, 10_080_333, 10_080_354])
  func truncatedCheckpoint(length: Int) throws {
    let folder = try Folder()
    try folder.write("cut.pt", Array(try Golden.bytes("tiny-vit/state_dict.pt").prefix(length)))
    let (outcome, _) = try folder.run(script: "m = load(\"cut.pt\")")
    #expect(outcome.code == 4)
    #expect(outcome.firstError.hasPrefix("error: `cut.pt`: is "))
  }

  @Test func aPictureOfOnePixelWorks() throws {
    let folder = try Folder()
    try folder.write("one.png", Fixture.png(width: 1, height: 1))
    let (outcome, left) = try folder.run(
      script: """
        m = load("emoji")
        p = load("one.png")
        surgery(p, m, ["cat", "dog"]) |> save("maps.npy")
        surgery(p, m, ["cat", "dog"], fit: "keep") |> save("kept.png")
        """)
    #expect(outcome.code == 0)
    #expect(left == ["kept.png", "maps.npy"])
  }

  @Test func aPromptOfManyWordsIsRefusedOrCut() throws {
    let folder = try Self.folder()
    let words = Array(repeating: "dog", count: 500).joined(separator: " ")
    let (refused, _) = try folder.run(script: "x = encode(\"\(words)\", load(\"emoji\"))")
    #expect(refused.code == 5)
    #expect(refused.firstError.contains("502 tokens"))
    // Through the library too, it is the user's own line that is shown.
    let (inside, _) = try folder.run(
      script: "x = surgery(load(\"scene.png\"), load(\"emoji\"), \"\(words)\")")
    #expect(inside.code == 5)
    #expect(inside.errors.contains(" --> script.clip:1:"))
    let (cut, _) = try folder.run(
      script: "print(encode(\"\(words)\", load(\"emoji\"), truncate: true).shape)")
    #expect(cut.code == 0)
    #expect(cut.output == "[1, 128]\n")
    #expect(cut.firstError.hasPrefix("warning: \"dog dog"))
  }

  @Test func aFullDiskLeavesNothing() throws {
    let folder = try Folder()
    // A file where the folder should be: what can be had without a disk to fill.
    try folder.write("out", "a file")
    let (outcome, left) = try folder.run(script: "zeros(3) |> save(\"out/x.npy\")")
    #expect(outcome.code == 5)
    #expect(outcome.errors.contains("ot a directory"))
    #expect(left.isEmpty)
  }
}
