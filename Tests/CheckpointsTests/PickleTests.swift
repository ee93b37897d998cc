import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Pickles by strangers, assembled opcode by opcode.
@Suite struct PickleTests {
  private func run(_ parts: [UInt8]...) throws -> (PickleValue, PickleHeap) {
    var machine = PickleMachine([0x80, 2] + parts.flatMap { $0 }, path: "test")
    let value = try machine.run()
    return (value, machine.heap)
  }

  private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func unicode(_ text: String) -> [UInt8] {
    ascii("X") + littleEndian(UInt32(text.utf8.count)) + ascii(text)
  }

  /// `os.system("touch …")` by each opcode that calls: nothing happens, a plain record comes out.
  @Test func nothingIsExecuted() throws {
    let scratch = try TemporaryFolder()
    let canary = scratch.path + "/canary"
    let command = unicode("touch " + canary)
    let pickles: [[UInt8]] = [
      ascii("cos\nsystem\n") + command + [0x85] + ascii("R."),
      ascii("cos\nsystem\n") + command + [0x85, 0x81] + ascii("."),
      ascii("cos\nsystem\n") + command + [0x85] + ascii("}") + [0x92] + ascii("."),
      ascii("(cos\nsystem\n") + command + ascii("o."),
      ascii("(") + command + ascii("ios\nsystem\n."),
      unicode("os") + unicode("system") + [0x93] + command + [0x85] + ascii("R."),
      ascii("cbuiltins\neval\n") + command + [0x85] + ascii("R}b."),
      ascii("cos\nsystem\n") + command + [0x85] + ascii("R") + unicode("x") + [0x85] + ascii("R."),
    ]
    for pickle in pickles {
      let (value, heap) = try run(pickle)
      guard case .record = value else {
        Issue.record("\(value) instead of a record")
        continue
      }
      #expect(heap.tensors.isEmpty)
      let zip = ZipBuilder([("m/data.pkl", [0x80, 2] + pickle)])
      #expect(problem(try scratch.write("evil.pt", zip.bytes)).contains("holds no tensors"))
    }
    #expect(!FileManager.default.fileExists(atPath: canary))
  }

  @Test func constants() throws {
    func expect(_ bytes: [UInt8], _ value: PickleValue) throws {
      #expect(try run(bytes, ascii(".")).0 == value)
    }
    try expect(ascii("N"), .none)
    try expect([0x88], .bool(true))
    try expect(ascii("I01\n"), .bool(true))
    try expect(ascii("I-12\n"), .int(-12))
    try expect(ascii("L12L\n"), .int(12))
    try expect(ascii("J") + littleEndian(Int32(-5)), .int(-5))
    try expect([0x8a, 0], .int(0))
    try expect([0x8a, 1, 0xff], .int(-1))
    try expect([0x8a, 2, 0xff, 0], .int(255))
    try expect([0x8a, 9] + [UInt8](repeating: 1, count: 9), .opaque)
    try expect(ascii("G") + [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], .double(1.5))
    try expect(unicode("é"), .string("é"))
    try expect([0x8c, 1] + ascii("a"), .string("a"))
    try expect(ascii("U") + [1] + ascii("a"), .string("a"))
  }

  @Test func damagedPickles() throws {
    func expect(_ words: String, _ bytes: [UInt8]) {
      #expect { try run(bytes) } throws: { "\($0)".contains(words) }
    }
    expect("ends early", [])
    expect("ends early", ascii("X") + littleEndian(UInt32.max) + ascii("abc"))
    expect("impossible length", [0x8d] + littleEndian(UInt64.max))
    expect("not there", ascii("."))
    expect("not there", ascii("R."))
    expect("not there", ascii("N(R."))
    expect("mark is missing", ascii("t."))
    expect("key without a value", ascii("}(Nu."))
    expect("not a list", ascii("NNa."))
    expect("not a dictionary", ascii("NNNs."))
    expect("memo entry 7 is missing", ascii("h") + [7])
    expect("not a number", ascii("Npx\n."))
    expect("protocol 9", [0x80, 9])
    expect("opcode 0x3f", ascii("?"))
    expect("without an end", ascii("c") + [UInt8](repeating: 65, count: 10_000))
    expect("without a name", ascii("NN") + [0x93])
    expect("not a storage", ascii("NQ."))
    expect("not a storage", unicode("x") + ascii("Q."))
    expect("incomplete", ascii("ctorch._utils\n_rebuild_tensor_v2\n)R."))
    expect("dictionary made of", ascii("ccollections\nOrderedDict\n](Ne") + [0x85] + ascii("R."))
    expect("more values", [UInt8](repeating: UInt8(ascii: "N"), count: 3_000_000))
    expect("more values", [UInt8](repeating: UInt8(ascii: "]"), count: 3_000_000))
  }

  /// A state dict with one tensor `a` over a storage of four floats, described as told.
  private func tensor(
    storage type: String = "FloatStorage", count: UInt8 = 4, offset: [UInt8] = [0x4b, 0],
    shape: [UInt8], strides: [UInt8]
  ) throws -> String {
    let id =
      ascii("((") + unicode("storage") + ascii("ctorch\n\(type)\n") + unicode("0") + unicode("cpu")
      + [0x4b, count] + ascii("tQ")
    let pickle =
      ascii("}") + unicode("a") + ascii("ctorch._utils\n_rebuild_tensor_v2\n") + id + offset
      + ascii("(") + shape + ascii("t(") + strides + ascii("t") + [0x89] + ascii("NtRs.")
    let zip = ZipBuilder([
      ("m/data.pkl", [0x80, 2] + pickle), ("m/data/0", [UInt8](repeating: 0, count: 16)),
    ])
    let scratch = try TemporaryFolder()
    return problem(try scratch.write("t.pt", zip.bytes))
  }

  @Test func tensorsOutsideTheirStorage() throws {
    func int(_ value: Int64) -> [UInt8] { [0x8a, 8] + littleEndian(value) }
    #expect(try tensor(shape: int(2) + int(2), strides: int(2) + int(1)) == "")
    #expect(try tensor(shape: int(2) + int(2), strides: int(3) + int(1)).contains("reaches element 4"))
    #expect(try tensor(offset: int(1), shape: int(4), strides: int(1)).contains("reaches element 4"))
    #expect(try tensor(offset: int(-1), shape: int(1), strides: int(1)).contains("strides"))
    #expect(try tensor(offset: int(.max), shape: int(2), strides: int(1)).contains("strides"))
    #expect(try tensor(offset: int(.max), shape: int(0), strides: int(1)).contains("outside"))
    #expect(try tensor(shape: int(2), strides: int(.max)).contains("reaches element"))
    #expect(try tensor(shape: int(3), strides: int(.max)).contains("impossible strides"))
    #expect(try tensor(shape: int(2), strides: int(-1)).contains("strides"))
    #expect(try tensor(shape: int(-2), strides: int(1)).contains("negative"))
    #expect(try tensor(shape: int(2), strides: []).contains("strides"))
    #expect(try tensor(shape: int(.max) + int(.max), strides: int(0) + int(0)).contains("impossible"))
    // A repeated element costs nothing in the file: memory it would take is limited.
    #expect(try tensor(shape: int(1 << 40), strides: int(0)).contains("larger than its storage"))
    #expect(try tensor(storage: "DoubleStorage", shape: int(1), strides: int(1)).contains("32 are stated"))
    #expect(try tensor(count: 5, shape: int(1), strides: int(1)).contains("20 are stated"))
    #expect(
      try tensor(storage: "QInt8Storage", shape: int(1), strides: int(1)).contains("QInt8Storage"))
  }

  @Test func circlesAndDeepNesting() throws {
    let scratch = try TemporaryFolder()
    func zipped(_ pickle: [UInt8]) throws -> String {
      problem(try scratch.write("p.pt", ZipBuilder([("m/data.pkl", [0x80, 2] + pickle)]).bytes))
    }
    // A list, and a dictionary, that contain themselves.
    #expect(try zipped(ascii("]q") + [0] + ascii("h") + [0] + ascii("a.")).contains("circle"))
    #expect(
      try zipped(ascii("}q") + [0] + unicode("k") + ascii("h") + [0] + ascii("s.")).contains("circle"))
    // A million nested tuples.
    let deep = ascii("N") + [UInt8](repeating: 0x85, count: 1_000_000) + ascii(".")
    #expect(try zipped(deep).contains("circle"))
    // Forty doublings: 2^40 leaves in 200 bytes.
    var bomb = ascii("Nq") + [0]
    for level in 0..<40 {
      bomb += ascii("h") + [UInt8(level)] + ascii("h") + [UInt8(level)] + [0x86]
      bomb += ascii("q") + [UInt8(level + 1)]
    }
    let start = ContinuousClock.now
    #expect(try zipped(bomb + ascii(".")).contains("circle"))
    #expect(ContinuousClock.now - start < .seconds(5))
  }
}
