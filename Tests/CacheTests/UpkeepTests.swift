import Foundation
import TestSupport
import Testing

@testable import Cache

@Suite struct UpkeepTests {
  let temporary: TemporaryFolder
  var folder: String { temporary.path + "/cache" }

  init() throws { temporary = try TemporaryFolder() }

  /// Says that an entry was last used so many minutes ago.
  private func setUse(_ cache: DiskCache, _ kind: String, _ key: String, minutes: Int) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: Double(-60 * minutes))],
      ofItemAtPath: file(cache, kind, key))
  }

  @Test func kindsAreCountedVerifiedAndCleared() throws {
    let cache = DiskCache(folder: folder, limit: 1 << 20)
    cache.keep([UInt8](repeating: 1, count: 20), "text", key("a"))
    cache.keep([UInt8](repeating: 1, count: 30), "text", key("b"))
    cache.keep([1], "image", key("a"))
    #expect(
      cache.usage() == [
        CacheUsage(kind: "image", entries: 1, bytes: 181), CacheUsage(kind: "text", entries: 2, bytes: 410),
      ])
    #expect(cache.verify().sound == 3)
    let path = file(cache, "text", key("b"))
    var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count - 1] ^= 128
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let (sound, damaged) = cache.verify()
    #expect(sound == 2)
    #expect(damaged == ["text"])
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(cache.verify().damaged.isEmpty)
    #expect(cache.clear("text").entries == 1)
    #expect(cache.bytes("image", key("a")) == [1])
    #expect(cache.clear().entries == 1)
    #expect(cache.usage().isEmpty)
  }

  @Test func whatWasNotUsedForLongestGoesFirst() throws {
    let size = 1000
    let cache = DiskCache(folder: folder, limit: 10 * (size + CacheEntry.headerLength))
    let result = [UInt8](repeating: 7, count: size)
    for index in 0..<10 { cache.keep(result, "text", key("\(index)")) }
    cache.settle()
    #expect(cache.usage().map(\.entries) == [10])
    for index in 0..<10 { try setUse(cache, "text", key("\(index)"), minutes: 100 - index) }
    // A use is remembered.
    #expect(DiskCache(folder: folder, limit: 1 << 20).bytes("text", key("0")) != nil)
    cache.keep(result, "text", key("10"))
    cache.settle()
    let total = cache.usage().reduce(0) { $0 + $1.bytes }
    #expect(total <= cache.limit)
    #expect(cache.bytes("text", key("0")) != nil)
    #expect(cache.bytes("text", key("10")) != nil)
    #expect(cache.bytes("text", key("9")) != nil)
    #expect(cache.bytes("text", key("1")) == nil)
    #expect(cache.bytes("text", key("2")) == nil)
  }

  @Test func theLimitHoldsWhileMuchIsWritten() {
    let cache = DiskCache(folder: folder, limit: 100_000)
    for index in 0..<200 { cache.keep([UInt8](repeating: 7, count: 4000), "text", key("\(index)")) }
    // Between two measurements less than a thirty-second part and one entry come to it.
    #expect(cache.usage().reduce(0) { $0 + $1.bytes } <= 100_000 + 100_000 / 32 + 4180)
    cache.settle()
    #expect(cache.usage().reduce(0) { $0 + $1.bytes } <= 100_000)
    cache.keep([UInt8](repeating: 7, count: 50_000), "text", key("large"))
    #expect(cache.bytes("text", key("large")) == nil)
  }

  @Test func aLimitOfNothingKeepsNothing() {
    let cache = DiskCache(folder: folder, limit: 0)
    cache.keep([], "text", key("a"))
    cache.keep([1], "text", key("b"))
    #expect(cache.bytes("text", key("a")) == nil)
    #expect(cache.bytes("text", key("b")) == nil)
  }

  @Test func whatKilledProcessesLeftIsRemoved() throws {
    let cache = DiskCache(folder: folder, limit: 1 << 20)
    cache.keep([1], "text", key("a"))
    let unfinished = folder + "/results/v1/.new"
    try Data([1, 2]).write(to: URL(fileURLWithPath: unfinished + "/dead"))
    try Data([1, 2]).write(to: URL(fileURLWithPath: unfinished + "/alive"))
    try Data([1, 2]).write(to: URL(fileURLWithPath: unfinished + "/young"))
    for name in ["dead", "alive"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -120)], ofItemAtPath: unfinished + "/" + name)
    }
    let alive = open(unfinished + "/alive", O_RDONLY)
    #expect(flock(alive, LOCK_EX | LOCK_NB) == 0)
    cache.shrink()
    #expect(try FileManager.default.contentsOfDirectory(atPath: unfinished).sorted() == ["alive", "young"])
    close(alive)
    cache.shrink()
    #expect(try FileManager.default.contentsOfDirectory(atPath: unfinished) == ["young"])
    #expect(cache.bytes("text", key("a")) == [1])
  }

  @Test func theLimitIsKeptInTheFolder() throws {
    #expect(CacheSettings.limit(in: folder) == DiskCache.defaultLimit)
    #expect(CacheSettings.setLimit(5_000_000_000, in: folder) == nil)
    #expect(CacheSettings.limit(in: folder) == 5_000_000_000)
    #expect(CacheSettings.setLimit(0, in: folder) == nil)
    #expect(CacheSettings.limit(in: folder) == 0)
    for damaged in ["", "x", "-1", "99999999999999999999999"] {
      try Data(damaged.utf8).write(to: URL(fileURLWithPath: folder + "/limit"))
      #expect(CacheSettings.limit(in: folder) == DiskCache.defaultLimit)
    }
  }

  @Test func theFolderIsTheUsersChoice() {
    func folder(_ variables: [String: String]) -> String? { CacheSettings.folder { variables[$0] } }
    #expect(folder(["HOME": "/home/me"]) == "/home/me/.cache/clipscope")
    #expect(folder(["HOME": "/home/me", "XDG_CACHE_HOME": "/c"]) == "/c/clipscope")
    #expect(folder(["HOME": "/home/me", "XDG_CACHE_HOME": "c"]) == "/home/me/.cache/clipscope")
    #expect(folder(["HOME": "/home/me", "CLIPSCOPE_CACHE": "/d"]) == "/d")
    #expect(
      folder(["HOME": "/home/me", "CLIPSCOPE_CACHE": "d"]) == FileManager.default.currentDirectoryPath + "/d")
    #expect(folder(["HOME": "/home/me", "CLIPSCOPE_CACHE": "off"]) == nil)
    #expect(folder([:]) == nil)
  }
}
