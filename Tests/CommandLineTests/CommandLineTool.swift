import Foundation
import Testing

/// The real binary, run as a user runs it.
enum CommandLineTool {
  /// The binary: what `CLIPSCOPE` names (`scripts/test` sets it), else the one built beside the tests.
  /// Nil where there is none; tests then fail.
  static let path: String? = {
    if let given = ProcessInfo.processInfo.environment["CLIPSCOPE"] { return given }
    let bundle = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
    let beside = bundle.deletingLastPathComponent().appendingPathComponent("clipscope").path
    return FileManager.default.isExecutableFile(atPath: beside) ? beside : nil
  }()

  /// What a run did.
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String
    /// Ended by a signal: a crash, or killed because it did not end.
    let wasKilled: Bool
    /// Seconds from the signal that was sent to the end, or of the whole run.
    let seconds: Double

    /// The first line on standard error.
    var firstError: String { String(errors.prefix { $0 != "\n" }) }
  }

  /// Runs the binary in a folder.
  ///
  /// - Parameters:
  ///   - input: what standard input gives; nothing where it is nil
  ///   - outputTo: a file instead of the one that `Outcome.output` is read from
  ///   - interruptWhen: sends SIGINT when standard output holds this text and `pause` seconds went by
  ///   - environment: variables beside those of the tests; the user's cache is never used
  ///   - killWhen: sends SIGKILL when standard output holds this text
  ///   - limit: seconds after which the run is killed
  static func run(
    _ arguments: [String], in folder: URL, input: String? = nil, outputTo: String? = nil,
    environment: [String: String] = [:], interruptWhen: String? = nil, pause: Double = 0,
    killWhen: String? = nil, limit: Double = 60
  ) throws -> Outcome {
    let binary = try #require(path, "no clipscope binary: build it, or name it in CLIPSCOPE")
    let logs = try Folder()
    let outputFile = logs.url.appendingPathComponent("output")
    let errorFile = logs.url.appendingPathComponent("errors")
    for file in [outputFile, errorFile] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: binary)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment
      .merging(["CLIPSCOPE_CACHE": "off"]) { $1 }.merging(environment) { $1 }
    process.standardOutput = try FileHandle(
      forWritingTo: outputTo.map { URL(fileURLWithPath: $0) } ?? outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    if let input {
      let inputFile = logs.url.appendingPathComponent("input")
      try Data(input.utf8).write(to: inputFile)
      process.standardInput = try FileHandle(forReadingFrom: inputFile)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    var since = Date()
    let deadline = since.addingTimeInterval(limit)
    var awaited = interruptWhen
    while process.isRunning {
      if Date() > deadline { kill(process.processIdentifier, SIGKILL) }
      if let text = killWhen, try String(contentsOf: outputFile, encoding: .utf8).contains(text) {
        kill(process.processIdentifier, SIGKILL)
      }
      if let text = awaited, try String(contentsOf: outputFile, encoding: .utf8).contains(text) {
        awaited = nil
        usleep(UInt32(pause * 1e6))
        since = Date()
        process.interrupt()
      }
      usleep(2000)
    }
    let seconds = Date().timeIntervalSince(since)
    return Outcome(
      code: process.terminationStatus, output: try String(contentsOf: outputFile, encoding: .utf8),
      errors: try String(contentsOf: errorFile, encoding: .utf8),
      wasKilled: process.terminationReason == .uncaughtSignal || Date() > deadline, seconds: seconds)
  }
}

/// A temporary folder that goes away with the value.
final class Folder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("clipscope-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The names of everything below, hidden files too, sorted.
  var contents: [String] {
    (FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []).sorted()
  }

  /// Writes a file and gives its name.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: url.appendingPathComponent(name))
    return name
  }

  /// Writes a text file and gives its name.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// Runs a script that stands in this folder, and gives what it did and which files it left.
  func run(script: String, _ arguments: [String] = []) throws -> (
    outcome: CommandLineTool.Outcome, left: [String]
  ) {
    try write("script.clip", script)
    let before = Set(contents)
    let outcome = try CommandLineTool.run(["run", "script.clip"] + arguments, in: url)
    return (outcome, contents.filter { !before.contains($0) })
  }
}

/// Files that tests make for themselves.
enum Fixture {
  /// A PNG of the given size, one grey bit a pixel and compressed not at all. With `rows` less than
  /// its height the file is a promise it does not keep.
  static func png(width: Int, height: Int, rows: Int? = nil) -> [UInt8] {
    let row = [UInt8(0)] + [UInt8](repeating: 0xA5, count: (width + 7) / 8)
    let raw = [UInt8](Array(repeating: row, count: rows ?? height).joined())
    var body: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65535, raw.count)
      let count = UInt16(end - start)
      body.append(end == raw.count ? 1 : 0)
      body += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      body += raw[start..<end]
      start = end
    } while start < raw.count
    var a: UInt32 = 1
    var b: UInt32 = 0
    for byte in raw {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    body += bigEndian(b << 16 | a)
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [1, 0, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", body)
      + chunk("IEND", [])
  }

  /// A PNG chunk: length, name, body, CRC.
  static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let checked = Array(name.utf8) + body
    var crc = UInt32.max
    for byte in checked {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return bigEndian(UInt32(body.count)) + checked + bigEndian(~crc)
  }

  /// A safetensors file with any header and body, and a header length that may lie.
  static func safetensors(_ header: String, body: Int, length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: (length ?? UInt64(text.count)) >> (8 * $0)) } + text
      + [UInt8](repeating: 0, count: body)
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
