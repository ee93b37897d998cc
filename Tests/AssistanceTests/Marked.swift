import Assistance
import Checkpoints
import Foundation
import Syntax

/// A text with a `|` where the cursor stands; `|>` is a pipe.
struct Marked {
  let file: SourceFile
  let offset: Int

  init(_ text: String, path: String = "/nowhere/test.clip") {
    var bytes = Array(text.utf8)
    let marker = UInt8(ascii: "|")
    let place =
      bytes.indices.first { index in
        bytes[index] == marker && (index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: ">"))
      } ?? bytes.count
    if place < bytes.count { bytes.remove(at: place) }
    offset = place
    file = SourceFile(name: "test.clip", text: String(decoding: bytes, as: UTF8.self), path: path)
  }

  /// An assistant that finds no models but the built-in and the published ones.
  static let assistant = Assistant(models: ModelLocator(environment: [:]), home: nil)

  func completions(_ session: SessionScope? = nil, _ assistant: Assistant = Marked.assistant) -> [Candidate] {
    assistant.completions(in: file, at: offset, session: session)
  }

  /// The text after the candidate of a label is chosen.
  func choosing(_ label: String, _ assistant: Assistant = Marked.assistant) -> String? {
    completions(nil, assistant).first { $0.label == label }.map { candidate in
      file.text(Span(0, candidate.range.start)) + candidate.text
        + file.text(Span(candidate.range.end, file.utf8.count))
    }
  }
}

/// A folder with some files, gone with the value.
final class Scratch {
  let path: String

  init(_ names: [String]) throws {
    path =
      FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("clipscope-assist-\(UUID().uuidString)").path
    for name in names {
      let url = URL(fileURLWithPath: path + "/" + name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("x = 1\n".utf8).write(to: url)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
