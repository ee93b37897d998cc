import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Files from strangers: each lie is refused with a sentence that names it.
@Suite struct MalformedTests {
  // MARK: Not a checkpoint at all

  @Test func otherFiles() throws {
    let scratch = try TemporaryFolder()
    #expect(problem(scratch.path + "/none").contains("cannot be opened"))
    #expect(problem(try scratch.write("empty", "")).contains("is empty"))
    #expect(problem(try scratch.write("lfs", "version https://git-lfs.github.com/spec/v1\n")).contains("LFS"))
    #expect(problem(try scratch.write("page.pt", "<!DOCTYPE html><html>")).contains("web page"))
    #expect(problem(try scratch.write("g", "GGUF\u{3}")).contains("GGUF"))
    #expect(problem(try scratch.write("x.pt", "hello, world")).contains("68 65 6c 6c 6f"))
    #expect(problem("/dev/zero").contains("not a regular file"))
    #expect(problem(try scratch.write("folder/readme", "x")).contains("known format"))
    #expect(problem(scratch.path + "/folder").contains("holds no checkpoint"))
  }

  /// Recognized by content: names mean nothing.
  @Test func extensionsDoNotMatter() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path + "/model.safetensors"
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: Golden.path("tiny-vit/legacy_pickle.pt"))
    #expect(try Checkpoint.open(path).format == .legacyStateDict)
  }

  // MARK: Cut short

  @Test(arguments: [
    "tiny-vit/openai_jit.pt", "tiny-vit/state_dict.pt", "tiny-vit/legacy_pickle.pt",
    "tiny-vit/open_clip_model.safetensors", "tiny-vit/hf/model.safetensors",
  ])
  func truncated(file: String) throws {
    let whole = try Golden.bytes(file)
    let scratch = try TemporaryFolder()
    var lengths = [1, 2, 8, 9, 30, 100, 1000, 19_000, 23_000, whole.count - 22, whole.count - 1]
    lengths += (1..<12).map { whole.count * $0 / 12 }
    let path = try scratch.write("cut", whole)
    for length in lengths.sorted(by: >) {
      #expect(truncate(path, off_t(length)) == 0)
      #expect(throws: CheckpointError.self, "\(length) bytes") { try Checkpoint.open(path) }
      if length == whole.count / 2 {
        let message = problem(path)
        #expect(message.contains("interrupted download"), "\(message)")
      }
    }
  }

  // MARK: ZIP

  private func zipProblem(_ change: (inout ZipBuilder) -> Void) throws -> String {
    var builder = ZipBuilder([
      ("m/data.pkl", [0x80, 2, UInt8(ascii: "N"), UInt8(ascii: ".")]), ("m/version", [0x33, 0x0a]),
    ])
    change(&builder)
    let scratch = try TemporaryFolder()
    return problem(try scratch.write("zip", builder.bytes))
  }

  @Test func lyingZipFiles() throws {
    func expect(_ words: String, _ change: (inout ZipBuilder) -> Void) throws {
      let message = try zipProblem(change)
      #expect(message.contains(words), "\(message)")
    }
    try expect("holds no tensors") { _ in }
    try expect("is compressed") { $0.entries[0].method = 8 }
    try expect("is encrypted") { $0.entries[0].flags = 1 }
    try expect("two different sizes") { $0.entries[0].size = 5 }
    try expect("outside the file") {
      $0.entries[0].packed = 0x7fff_ffff; $0.entries[0].size = 0x7fff_ffff
    }
    try expect("outside the file") { $0.entries[1].offset = 0xffff_fffe }
    try expect("no header") { $0.entries[1].offset = 1 }
    try expect("overlapping") { $0.entries[1].offset = 0 }
    try expect("overlapping") {
      $0.entries[0].packed = 20; $0.entries[0].size = 20
    }
    try expect("into the directory") {
      $0.entries[1].packed = 60; $0.entries[1].size = 60
    }
    try expect("twice") { $0.entries[1].name = "m/data.pkl" }
    try expect("damaged ZIP directory") { $0.entryCount = 3 }
    try expect("ZIP directory outside") { $0.entryCount = 0xfff0 }
    try expect("ZIP directory outside") { $0.directoryOffset = 0xffff_0000 }
    try expect("ZIP directory outside") { $0.directorySize = 0x7fff_ffff }
    try expect("no single `data.pkl`") { $0.entries[0].name = "m/other.pkl" }
    try expect("no single `data.pkl`") { $0.entries[1].name = "n/data.pkl" }
    try expect("big-endian") { $0.entries.append(.init(name: "m/byteorder", data: Array("big".utf8))) }
  }

  // MARK: safetensors

  @Test func lyingSafeTensors() throws {
    let scratch = try TemporaryFolder()
    func expect(_ words: String, _ bytes: [UInt8]) throws {
      let message = problem(try scratch.write("st", bytes))
      #expect(message.contains(words), "\(message)")
    }
    func entry(_ dtype: String, _ shape: String, _ offsets: String) -> String {
      #"{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }
    let four = [UInt8](repeating: 0, count: 16)
    func one(_ dtype: String, _ shape: String, _ offsets: String) -> [UInt8] {
      safeTensors(#"{"a":\#(entry(dtype, shape, offsets))}"#, data: four)
    }
    #expect(problem(try scratch.write("good", one("F32", "[2,2]", "[0,16]"))) == "")
    try expect("100 MB", littleEndian(UInt64(100_000_001)) + Array("{}".utf8))
    try expect("100 MB", littleEndian(UInt64.max) + Array("{}".utf8))
    try expect("header of 99999999 bytes", littleEndian(UInt64(99_999_999)) + Array("{}".utf8))
    try expect("holds no tensors", safeTensors("{}"))
    try expect("damaged", safeTensors(#"{"a":"#))
    try expect("damaged", safeTensors(#"{"a":1}x"#))
    try expect("nesting", safeTensors(#"{"a":"# + String(repeating: "[", count: 100_000)))
    try expect("has no dtype", safeTensors(#"{"a":1}"#))
    try expect("twice", safeTensors(#"{"__metadata__":{},"__metadata__":{}}"#))
    try expect("`__metadata__`", safeTensors(#"{"__metadata__":1}"#))
    try expect("unsupported dtype `Q4`", one("Q4", "[2,2]", "[0,16]"))
    try expect("list of sizes", one("F32", "[2,-2]", "[0,16]"))
    try expect("list of sizes", one("F32", #"[2,"2"]"#, "[0,16]"))
    try expect("no data_offsets", one("F32", "[2,2]", "[0]"))
    try expect("lies at bytes 0…17", one("F32", "[2,2]", "[0,17]"))
    try expect("lies at bytes -4…12", one("F32", "[2,2]", "[-4,12]"))
    try expect("lies at bytes 16…0", one("F32", "[2,2]", "[16,0]"))
    try expect("takes 8", one("F16", "[2,2]", "[0,16]"))
    try expect("impossible shape", one("F32", "[4294967296,4294967296,4]", "[0,16]"))
    let pair = #"{"a":\#(entry("F32", "[2]", "[0,8]")),"b":\#(entry("F32", "[2]", "[4,12]"))}"#
    try expect("overlap", safeTensors(pair, data: four))
    try expect("axes", one("F32", "[1,1,1,1,1,1,1,1,4]", "[0,16]"))
  }

  @Test func shardIndexes() throws {
    let scratch = try TemporaryFolder()
    let header = #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    try scratch.write("one.safetensors", safeTensors(header, data: [1]))
    func expect(_ words: String, _ index: String) throws {
      let message = problem(try scratch.write("index.json", index))
      #expect(message.contains(words), "\(message)")
    }
    #expect(
      problem(try scratch.write("index.json", #"{"weight_map":{"a":"one.safetensors"}}"#)) == "")
    try expect("not a file beside it", #"{"weight_map":{"a":"../one.safetensors"}}"#)
    try expect("not a file beside it", #"{"weight_map":{"a":"/etc/passwd"}}"#)
    try expect("needs `two`", #"{"weight_map":{"a":"two"}}"#)
    try expect("promises `b`", #"{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}"#)
    try expect("does not say", #"{"weight_map":{"b":"one.safetensors"}}"#)
    try expect("names no file", #"{"weight_map":{"a":1}}"#)
    try expect("no `weight_map`", #"{"a":1}"#)
    try expect("a part of a model", #"{"weight_map":{"a":"index.json"}}"#)
  }

  @Test func textOfStrangersCannotDriveTheTerminal() throws {
    let scratch = try TemporaryFolder()
    let header = #"{"\u001b[2J":{"dtype":"Q","shape":[],"data_offsets":[0,0]}}"#
    let message = problem(try scratch.write("st", safeTensors(header)))
    #expect(message.contains("unsupported dtype") && !message.contains("\u{1b}"))
  }

  // MARK: Any bytes

  /// Files changed at a few deterministic places: an error or a model, never a crash, and quickly.
  @Test(arguments: [
    "views.pt", "views-protocol4.pt", "views-legacy.pt", "module.pt", "optimizer.pt",
  ])
  func mutations(file: String) throws {
    let url = URL(fileURLWithPath: TorchFileTests.fixture(file))
    let original = [UInt8](try Data(contentsOf: url))
    let scratch = try TemporaryFolder()
    var random = SplitMix(state: 20_250_214)
    for _ in 0..<1500 {
      var bytes = original
      for _ in 0...Int(random.next() % 4) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 2: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
      }
      try convertEverything(try scratch.write("m", bytes))
    }
  }

  @Test func mutatedSafeTensors() throws {
    let header =
      #"{"__metadata__":{"f":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
      + #""b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]}}"#
    let original = safeTensors(header, data: (0..<24).map { UInt8($0) })
    let scratch = try TemporaryFolder()
    var random = SplitMix(state: 7)
    for _ in 0..<3000 {
      var bytes = original
      for _ in 0...Int(random.next() % 3) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      try convertEverything(try scratch.write("m", bytes))
    }
  }

  /// Reads all tensors; only the project's own errors may come out.
  private func convertEverything(_ path: String) throws {
    do {
      let source = try CheckpointSource(path: path)
      for (_, tensor) in source.tensors {
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensor.count)
        defer { buffer.deallocate() }
        try tensor.convert(to: buffer)
      }
    } catch is CheckpointError {}
  }
}

/// A small generator of reproducible numbers (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
