import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Cache

/// A key that no other text has.
func key(_ text: String) -> String {
  let digits = Array("0123456789abcdef")
  var state: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return String(
    (0..<64).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return digits[Int(state >> 60)]
    })
}

/// The file of an entry.
func file(_ cache: DiskCache, _ kind: String, _ key: String) -> String {
  "\(cache.folder)/results/v1/\(kind)/\(key.prefix(2))/\(key.dropFirst(2))"
}

@Suite struct DiskCacheTests {
  let temporary: TemporaryFolder
  var folder: String { temporary.path + "/cache" }

  init() throws { temporary = try TemporaryFolder() }

  @Test func whatIsKeptIsFoundByAnotherObject() {
    let cache = DiskCache(folder: folder, limit: 1 << 20)
    #expect(cache.bytes("text", key("a")) == nil)
    cache.keep([1, 2, 3], "text", key("a"))
    cache.keep([], "text", key("b"))
    let other = DiskCache(folder: folder, limit: 1 << 20)
    #expect(other.bytes("text", key("a")) == [1, 2, 3])
    #expect(other.bytes("text", key("b")) == [])
    #expect(other.bytes("image", key("a")) == nil)
    #expect(cache.counts["text"]?.missing == 1)
    #expect(cache.counts["text"]?.kept == 2)
    #expect(other.counts["text"]?.found == 2)
  }

  @Test func aKeyOrKindThatIsAPathIsRefused() throws {
    let cache = DiskCache(folder: folder, limit: 1 << 20)
    for (kind, key) in [
      ("..", key("a")), ("", key("a")), ("a/b", key("a")), ("text", ""), ("text", "../" + key("a")),
      ("text", key("a").uppercased() + "A"), ("text", String(repeating: "/", count: 64)),
      (String(repeating: "k", count: 33), key("a")),
    ] {
      cache.keep([1], kind, key)
      #expect(cache.bytes(kind, key) == nil)
    }
    #expect(temporary.files.isEmpty)
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    let cache = DiskCache(folder: folder, limit: 1 << 20)
    cache.keep([1], "text", key("a"))
    for path in [folder, folder + "/results", folder + "/results/v1", folder + "/results/v1/text"] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o700, "\(path)")
    }
    let mode =
      try FileManager.default.attributesOfItem(atPath: file(cache, "text", key("a")))[.posixPermissions]
      as? Int
    #expect(mode == 0o600)
  }

  @Test func everyDamagedByteIsFound() throws {
    let cache = DiskCache(folder: folder, limit: 1 << 20)
    let result = Array("result".utf8)
    cache.keep(result, "text", key("a"))
    let path = file(cache, "text", key("a"))
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(whole.count == CacheEntry.headerLength + result.count)
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 1
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      #expect(cache.bytes("text", key("a")) == nil, "byte \(index)")
      #expect(!FileManager.default.fileExists(atPath: path), "byte \(index)")
    }
    for length in [0, 1, 7, 8, CacheEntry.headerLength - 1, CacheEntry.headerLength, whole.count - 1] {
      try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
      #expect(cache.bytes("text", key("a")) == nil, "\(length) bytes")
      #expect(!FileManager.default.fileExists(atPath: path), "\(length) bytes")
    }
    try Data(whole + [0]).write(to: URL(fileURLWithPath: path))
    #expect(cache.bytes("text", key("a")) == nil)
    #expect(cache.counts["text"]?.damaged == whole.count + 8)
    // The same bytes in another entry's place, and back in their own.
    let elsewhere = file(cache, "text", key("b"))
    try FileManager.default.createDirectory(
      atPath: (elsewhere as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(whole).write(to: URL(fileURLWithPath: elsewhere))
    #expect(cache.bytes("text", key("b")) == nil)
    try Data(whole).write(to: URL(fileURLWithPath: path))
    #expect(cache.bytes("text", key("a")) == result)
  }

  @Test func noLinkIsFollowed() throws {
    let cache = DiskCache(folder: folder, limit: 1 << 20)
    cache.keep([1], "text", key("a"))
    let files = FileManager.default
    let outside = temporary.path + "/outside"
    try files.createDirectory(atPath: outside, withIntermediateDirectories: true)
    // A link in an entry's place, to a sound copy of that entry.
    let path = file(cache, "text", key("a"))
    try files.moveItem(atPath: path, toPath: outside + "/copy")
    try files.createSymbolicLink(atPath: path, withDestinationPath: outside + "/copy")
    #expect(cache.bytes("text", key("a")) == nil)
    #expect(files.fileExists(atPath: outside + "/copy"))
    // A link in a kind's place.
    try files.createSymbolicLink(atPath: folder + "/results/v1/image", withDestinationPath: outside)
    cache.keep([2], "image", key("a"))
    #expect(try files.contentsOfDirectory(atPath: outside) == ["copy"])
    cache.clear()
    #expect(try files.contentsOfDirectory(atPath: outside) == ["copy"])
  }

  @Test func withoutPermissionThereIsNoCacheAndOneWarning() throws {
    let told = Mutex<[String]>([])
    try Data([1]).write(to: URL(fileURLWithPath: temporary.path + "/file"))
    let cache = DiskCache(folder: temporary.path + "/file/cache", limit: 1 << 20) { reason in
      told.withLock { $0.append(reason) }
    }
    cache.keep([1], "text", key("a"))
    cache.keep([1], "text", key("b"))
    #expect(cache.bytes("text", key("a")) == nil)
    #expect(told.withLock(\.count) == 1)
    #expect(cache.counts["text"]?.kept == 0)
  }

  @Test func manyWritersAndReadersNeverSeeHalfAnEntry() {
    let folder = folder
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 8) { writer in
      let cache = DiskCache(folder: folder, limit: 1 << 30)
      for round in 0..<40 {
        let index = (round * 7 + writer) % 16
        // Results under one key differ in length here, so that a mixture would be seen.
        cache.keep([UInt8](repeating: UInt8(index), count: 1000 + writer), "text", key("\(index)"))
        if round % 10 == 9 { cache.shrink() }
        if let found = cache.bytes("text", key("\(index)")),
          found.count < 1000 || found.count > 1007 || !found.allSatisfy({ $0 == UInt8(index) })
        {
          wrong.withLock { $0 += 1 }
        }
      }
      wrong.withLock { $0 += (cache.counts["text"]?.damaged ?? 0) + (cache.counts["text"]?.missing ?? 0) }
    }
    #expect(wrong.withLock { $0 } == 0)
    let cache = DiskCache(folder: folder, limit: 1 << 30)
    #expect(cache.usage().map(\.entries) == [16])
    #expect(cache.verify().damaged.isEmpty)
  }

  @Test func threadsWithoutACacheHaveNone() {
    #expect(DiskCache.current == nil)
    let cache = DiskCache(folder: folder, limit: 1)
    DiskCache.$override.withValue(.some(cache)) { #expect(DiskCache.current === cache) }
    DiskCache.$override.withValue(.some(nil)) { #expect(DiskCache.current == nil) }
  }
}
