import ArgumentParser
import Bindings
import Console
import Glibc
import Imaging
import Manual

/// `clipscope doc [--out FOLDER]`.
struct DocCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "Writes the manual: one HTML page, and Markdown files.",
    discussion: "The page needs no network. The same version writes the same bytes.")

  @Option(name: .customLong("out"), help: "The folder to write to; made where it is missing.")
  var folder = "clipscope-manual"

  func run() throws {
    do {
      guard !folder.isEmpty else { throw ValidationError("`--out` names no folder") }
      let book = ManualBook(help: .standard, commands: ClipscopeCommand.commands)
      try Self.makeFolders(folder)
      for file in book.files {
        let path = folder + "/" + file.name
        try AtomicFile.write(Array(file.text.utf8), to: path)
        Output.write(path + "\n", to: STDOUT_FILENO)
      }
    } catch let error as ImageError {
      complain("error: \(error)")
      throw ExitCode(5)
    }
  }

  /// Makes a folder and those above it, where they are missing.
  private static func makeFolders(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += part + "/"
      if mkdir(made, 0o777) == 0 || errno == EEXIST || access(made, F_OK) == 0 { continue }
      complain("error: the folder `\(made)` cannot be made: \(String(cString: strerror(errno)))")
      throw ExitCode(5)
    }
  }
}
