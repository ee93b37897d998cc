import Foundation
import TestSupport
import Testing

@testable import Bindings

/// Archives of strangers.
@Suite struct BundleTests {
  private let files: [(name: String, bytes: [UInt8])] = [
    ("a.txt", Array("hello".utf8)), ("folder/b", [UInt8](repeating: 7, count: 512)), ("empty", []),
    (String(repeating: "deep/", count: 30) + "file", [1]),
  ]

  @Test func filesComeBack() throws {
    let archive = try TarArchive.write(files)
    #expect(archive.count % 512 == 0)
    let read = try TarArchive.read(archive)
    #expect(read.map(\.name) == files.map(\.name))
    #expect(read.map { Array($0.bytes) } == files.map(\.bytes))
  }

  @Test(arguments: ["/etc/passwd", "../x", "a/../../x", "a//b", "./a", "", "a\\b", "a/", ".."])
  func namesThatLeadOutsideAreRefused(_ name: String) throws {
    #expect(throws: BundleError.self) { try TarArchive.write([(name, [])]) }
    // The same in an archive that another program wrote.
    var archive = try TarArchive.write([("placeholder-name", [1])])
    for place in 0..<100 { archive[place] = 0 }
    for (place, byte) in name.utf8.enumerated() { archive[place] = byte }
    repairChecksum(&archive)
    #expect(throws: BundleError.self) { try TarArchive.read(archive) }
  }

  private func repairChecksum(_ archive: inout [UInt8]) {
    for place in 148..<156 { archive[place] = 32 }
    let sum = archive[..<512].reduce(0) { $0 + Int($1) }
    let text = String(sum, radix: 8)
    let padded = String(repeating: "0", count: 6 - text.count) + text + "\0 "
    for (place, byte) in padded.utf8.enumerated() { archive[148 + place] = byte }
  }

  @Test(arguments: [UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "3"), UInt8(ascii: "x")])
  func linksAndDevicesAreRefused(_ kind: UInt8) throws {
    var archive = try TarArchive.write([("a", [1])])
    archive[156] = kind
    repairChecksum(&archive)
    #expect(throws: BundleError.self) { try TarArchive.read(archive) }
  }

  @Test func damageIsFound() throws {
    let archive = try TarArchive.write(files)
    #expect(throws: BundleError.self) { try TarArchive.read(Array(archive.dropLast(1024))) }
    #expect(throws: BundleError.self) { try TarArchive.read([]) }
    #expect(throws: BundleError.self) { try TarArchive.read(TarArchive.write([("a", []), ("a", [])])) }
    // Every byte of the first header, changed.
    // But for the one behind the checksum's own end, which nobody reads.
    for place in 0..<500 where place != 155 {
      var copy = archive
      copy[place] ^= 0x15
      #expect(throws: BundleError.self, "byte \(place)") { try TarArchive.read(copy) }
    }
  }

  @Test func whatFilesSayMayBeAnything() {
    for text in [
      "", "{}", "[]", "{\"clipscope\": 1}",
      "{\"clipscope\": \"1\", \"kernel\": \"k\", \"threads\": 1e99, \"inputs\": [1, {}]}",
      String(repeating: "[", count: 100_000),
    ] {
      _ = ProvenanceText(json: text)
      _ = ProvenanceFiles.text(in: Array(("# clipscope provenance: " + text).utf8))
    }
    #expect(
      ProvenanceText(json: "{\"clipscope\": \"1\", \"kernel\": \"k\", \"inputs\": [1, {\"name\": \"x\"}]}")?
        .inputs.count == 1)
  }
}
