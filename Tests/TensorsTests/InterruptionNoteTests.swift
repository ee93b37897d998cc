import Foundation
import Tensors
import Testing

@Suite("Interruption notes", .serialized)
struct InterruptionNoteTests {
  @Test("the note is what was set last, without control characters, and can be written")
  func notes() throws {
    defer { InterruptionNote.set(nil) }
    #expect(InterruptionNote.text == nil)
    for text in ["12 of 400 are kept", "13 of 400 are kept in ä.jsonl", "14"] {
      InterruptionNote.set(text)
      #expect(InterruptionNote.text == text)
    }
    let pipe = Pipe()
    InterruptionNote.write(to: pipe.fileHandleForWriting.fileDescriptor)
    InterruptionNote.set("a\u{1B}[2Jb\n")
    #expect(InterruptionNote.text == "a[2Jb")
    InterruptionNote.set(String(repeating: "ä", count: 5000))
    #expect(InterruptionNote.text == String(repeating: "ä", count: 500))
    InterruptionNote.set(nil)
    #expect(InterruptionNote.text == nil)
    InterruptionNote.write(to: pipe.fileHandleForWriting.fileDescriptor)
    try pipe.fileHandleForWriting.close()
    #expect(try pipe.fileHandleForReading.readToEnd() == Data("; 14".utf8))
  }
}
