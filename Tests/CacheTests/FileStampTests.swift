import Foundation
import TestSupport
import Testing

@testable import Cache

@Suite struct FileStampTests {
  @Test func aChecksumIsRememberedForAFilesState() throws {
    let temporary = try TemporaryFolder()
    let cache = DiskCache(folder: temporary.path + "/cache", limit: 1 << 20)
    let path = temporary.path + "/model"
    let checksum = String(repeating: "a", count: 64)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    // Just written: a change within the same tick of the clock would not show.
    let young = try #require(FileStamp(path))
    cache.remember(checksum: checksum, of: young)
    #expect(cache.checksum(of: young) == nil)
    // The time of the last change of status cannot be set: an old file of the project stands for one.
    let old = try #require(FileStamp(ProjectFolder.path + "/Package.swift"))
    cache.remember(checksum: checksum, of: old)
    #expect(cache.checksum(of: old) == checksum)
    #expect(cache.checksum(of: old, part: "x") == nil)
    #expect(cache.checksum(of: young) == nil)
    try Data([1, 2, 4]).write(to: URL(fileURLWithPath: path))
    #expect(FileStamp(path) != young)
    #expect(FileStamp(temporary.path + "/none") == nil)
  }
}
