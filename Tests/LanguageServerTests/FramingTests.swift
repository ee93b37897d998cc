import Interpreter
import LanguageServer
import Testing

/// Messages in a stream of bytes.
@Suite struct FramingTests {
  private func items(_ text: String, chunk: Int = 1 << 20) -> [MessageStream.Item] {
    var stream = MessageStream()
    var found: [MessageStream.Item] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      stream.append(rest.prefix(chunk))
      rest = rest.dropFirst(chunk)
      while let item = stream.next() { found.append(item) }
    }
    return found
  }

  private func message(_ text: String) -> MessageStream.Item { .message(Array(text.utf8)) }

  @Test(arguments: [1, 2, 3, 7, 1000]) func anyCut(_ chunk: Int) {
    let text =
      "Content-Length: 2\r\n\r\n{}Content-Type: x; charset=utf-8\r\ncontent-length:4\r\n\r\n\"ü\""
      + "Content-Length: 0\r\n\r\nContent-Length: 1\n\n1"
    #expect(items(text, chunk: chunk) == [message("{}"), message("\"ü\""), message(""), message("1")])
  }

  @Test(arguments: [1, 1000])
  func whatIsNoMessage(_ chunk: Int) {
    let text =
      "Content-Type: x\r\n\r\nContent-Length: -1\r\n\r\nContent-Length: two\r\n\r\nContent-Length: 99999999999999999999\r\n\r\n"
      + "Content-Length: 2\r\n\r\n{}"
    let found = items(text, chunk: chunk)
    #expect(found.count == 5)
    for item in found.dropLast() { #expect(item == .fault("a message's header lacks its Content-Length")) }
    #expect(found.last == message("{}"))
  }

  /// What is too long is skipped, and reading goes on behind it.
  @Test func tooLong() {
    var stream = MessageStream()
    let length = MessageStream.sizeLimit + 1
    stream.append(Array("Content-Length: \(length)\r\n\r\n".utf8))
    guard case .fault(let reason)? = stream.next() else {
      Issue.record("no fault")
      return
    }
    #expect(reason.contains("too long"))
    let block = [UInt8](repeating: 0x20, count: 1 << 20)
    var left = length
    while left > 0 {
      stream.append(block.prefix(left))
      left -= min(left, block.count)
      #expect(stream.next() == nil)
      #expect(stream.count == 0)
    }
    stream.append(Array("Content-Length: 1\r\n\r\n7".utf8))
    #expect(stream.next() == message("7"))
  }

  @Test func endlessHeader() {
    var stream = MessageStream()
    stream.append([UInt8](repeating: 0x41, count: 2 * MessageStream.headerLimit))
    #expect(stream.next() == .fault("a message's header is longer than \(MessageStream.headerLimit) bytes"))
    stream.append(Array("Content-Length: 1\r\n\r\n7".utf8))
    #expect(stream.next() == message("7"))
  }

  @Test func written() {
    #expect(
      String(decoding: MessageStream.framed("\"ü\""), as: UTF8.self) == "Content-Length: 4\r\n\r\n\"ü\"")
  }

  /// JSON as editors write it.
  @Test(
    arguments: [
      (#""\ud83d\ude00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
      (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
    ]) func surrogates(_ json: String, _ text: String)
  {
    guard case .string(let found)? = JSON.parse(bytes: Array(json.utf8), repairing: true) else {
      Issue.record("not read")
      return
    }
    #expect(found == text)
    let isWhole = !text.unicodeScalars.contains("\u{FFFD}")
    #expect((JSON.parse(json) != nil) == isWhole)
  }
}
