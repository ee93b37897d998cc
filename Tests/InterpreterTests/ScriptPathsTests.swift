import Foundation
import Interpreter
import Syntax
import Testing

/// Which files scripts may read and write.
@Suite final class ScriptPathsTests {
  let root: String

  init() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("paths-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    root = folder.resolvingSymlinksInPath().path
    for name in ["scripts", "out", "other"] {
      try FileManager.default.createDirectory(atPath: root + "/" + name, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func paths(allowed: [String] = []) -> ScriptPaths {
    ScriptPaths(scriptFolder: "scripts", outputFolder: "out", allowedFolders: allowed, workingFolder: root)
  }

  func message(_ path: String, allowed: [String] = []) -> String? {
    do {
      _ = try paths(allowed: allowed).writePath(path)
      return nil
    } catch { return (error as? ScriptError)?.message }
  }

  @Test func readsStartAtTheScript() throws {
    #expect(try paths().readPath("a.png") == root + "/scripts/a.png")
    #expect(try paths().readPath("../images/./a.png") == root + "/images/a.png")
    #expect(try paths().readPath("/x//a.png") == "/x/a.png")
  }

  @Test func writesStartAtTheOutputFolder() throws {
    #expect(try paths().writePath("a/b.png") == root + "/out/a/b.png")
    #expect(try paths().writePath("./a.png") == root + "/out/a.png")
    let own = ScriptPaths(scriptFolder: "scripts", workingFolder: root)
    #expect(try own.writePath("a.png") == root + "/scripts/a.png")
  }

  @Test func whatWasSavedIsReadFromTheOutputFolder() throws {
    let paths = paths()
    #expect(try paths.readPath("a.npy") == root + "/scripts/a.npy")
    _ = try paths.writePath("./a.npy")
    #expect(try paths.readPath("a.npy") == root + "/out/a.npy")
    #expect(try paths.readPath("b.npy") == root + "/scripts/b.npy")
  }

  @Test func writesOutsideAreRefused() {
    #expect(message("../a.png") == "`../a.png` is a path with `..`: a script writes below its output folder")
    #expect(
      message("b/../a.png") == "`b/../a.png` is a path with `..`: a script writes below its output folder")
    #expect(
      message("/tmp/a.png") == "`/tmp/a.png` is an absolute path: a script writes below its output folder")
    #expect(message(root + "/out/a.png")?.contains("absolute path") == true)
    #expect(message("") == "the path is empty")
    #expect(message("a/") == "`a/` names a folder, not a file to save")
    #expect(message("a\u{0}b") == "a path cannot hold a null character")
  }

  @Test func allowedFoldersMayBeWritten() throws {
    #expect(try paths(allowed: ["other"]).writePath("../other/a.png") == root + "/other/a.png")
    #expect(
      try paths(allowed: [root + "/other"]).writePath(root + "/other/x/a.png") == root + "/other/x/a.png")
    #expect(message("../other2/a.png", allowed: ["other"]) != nil)
    #expect(message("../other/../a.png", allowed: ["other"]) != nil)
  }

  @Test func linksMustNotLeadOutside() throws {
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: root + "/out/away", withDestinationPath: root + "/other")
    try manager.createSymbolicLink(
      atPath: root + "/out/file.png", withDestinationPath: root + "/other/file.png")
    try manager.createSymbolicLink(atPath: root + "/out/loop", withDestinationPath: "loop")
    try manager.createDirectory(atPath: root + "/out/real", withIntermediateDirectories: true)
    try manager.createSymbolicLink(atPath: root + "/out/near", withDestinationPath: "real")
    #expect(message("away/a.png")?.contains("symbolic link") == true)
    #expect(message("away/deeper/a.png")?.contains("symbolic link") == true)
    #expect(message("file.png")?.contains("symbolic link") == true)
    #expect(message("loop/a.png")?.contains("symbolic link") == true)
    #expect(message("near/a.png") == nil)
    #expect(message("away/a.png", allowed: ["other"]) == nil)
  }

  @Test func anOutputFolderMayItselfBeALink() throws {
    try FileManager.default.createSymbolicLink(atPath: root + "/link", withDestinationPath: "other")
    let paths = ScriptPaths(scriptFolder: "scripts", outputFolder: "link", workingFolder: root)
    #expect(try paths.writePath("a.png") == root + "/link/a.png")
  }

  @Test func importCyclesShowTheCycle() throws {
    try "import \"b.clip\" as b".write(toFile: root + "/a.clip", atomically: true, encoding: .utf8)
    try "import \"./a.clip\" as a".write(toFile: root + "/b.clip", atomically: true, encoding: .utf8)
    let program = Program.check(
      try FileLoader.script("a.clip", workingFolder: root), registry: .core, loader: FileLoader())
    #expect(program.diagnostics.map(\.message) == ["import cycle: a.clip → b.clip → a.clip"])
    #expect(program.diagnostics.first?.file.name == "b.clip")
  }

  @Test func missingAndUnreadableScriptsAreErrors() {
    #expect(throws: SourceError.self) { try FileLoader.script("nowhere.clip", workingFolder: root) }
    #expect(throws: SourceError.self) { try FileLoader.script("out", workingFolder: root) }
  }
}
