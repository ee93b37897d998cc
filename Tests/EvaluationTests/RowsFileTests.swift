import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct RowsFileTests {
  private let header = RowsHeader(
    dataSet: String(repeating: "a", count: 64), samples: 13,
    measures: [
      .init(name: "pointing", description: "pointing(tolerance: 0.0)"),
      .init(name: "miou", description: "miou"),
    ],
    key: "model 1, method \"x\"")

  private func sample(_ index: Int) throws -> SampleRows {
    if index == 5 {
      return SampleRows(index: 5, identifier: "5", outcome: .error("no mask\n\u{7}for \"dog\""))
    }
    let third = Double(index) / 3 - 1
    return SampleRows(
      index: index, identifier: "picture \(index)/ä\"\\",
      outcome: .rows([
        .init(
          measure: "pointing", row: try Row(["labels": .integers([0, index]), "hits": .integers([1, 0])])),
        .init(
          measure: "miou",
          row: try Row([
            "cells": .integers([]), "x": .number(third), "list": .numbers([third * 1e-300, 1e22, -0.0, .pi]),
            "n": .integer(-3),
          ])),
      ]))
  }

  @Test func keepsNumbersExactly() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path + "/rows.jsonl"
    let file = try RowsFile(path, header: header)
    for index in 0..<13 { try file.append(try sample(index)) }
    let read = try RowsFile.read(path)
    #expect(read.header == header && read.missing == 0 && read.failed.map(\.index) == [5])
    #expect(read.rows == (try (0..<13).map(sample)))
    #expect(read.bytes == (try scratch.bytes("rows.jsonl")))
    guard case .rows(let rows) = read.rows[1].outcome, case .numbers(let list)? = rows[1].row["list"] else {
      Issue.record("no list")
      return
    }
    #expect(list[2].sign == .minus && list[0] == (1.0 / 3 - 1) * 1e-300)
  }

  @Test func fourShardsAreOneRun() throws {
    let scratch = try TemporaryFolder()
    let whole = try RowsFile(scratch.path + "/whole.jsonl", header: header)
    for index in 0..<13 { try whole.append(try sample(index)) }
    var paths: [String] = []
    for shard in 0..<4 {
      let path = scratch.path + "/\(shard).jsonl"
      let file = try RowsFile(path, header: header)
      for index in stride(from: shard, to: 13, by: 4).reversed() { try file.append(try sample(index)) }
      paths.append(path)
    }
    let merged = try RowsFile.merge(paths)
    #expect(merged.bytes == (try scratch.bytes("whole.jsonl")))
    #expect(try RowsFile.merge(paths.reversed()).bytes == merged.bytes)
    #expect(try RowsFile.merge(Array(paths.dropFirst())).firstMissing == 0)
    // A file given twice changes nothing; one left out is missed.
    #expect(try RowsFile.merge(paths + paths).bytes == merged.bytes)
    #expect(try RowsFile.merge(Array(paths.dropFirst())).missing == 4)
  }

  @Test func goesOnAfterAKillAtAnyByte() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path + "/rows.jsonl"
    let file = try RowsFile(path, header: header)
    for index in 0..<3 { try file.append(try sample(index)) }
    let all = try scratch.bytes("rows.jsonl")
    for end in 0..<all.count {
      try scratch.write("torn.jsonl", Array(all[..<end]))
      let torn = try RowsFile(scratch.path + "/torn.jsonl", header: header)
      let lines = all[..<end].count { $0 == 0x0a }
      #expect(torn.done == Set(0..<max(0, lines - 1)))
      for index in 0..<3 where !torn.done.contains(index) { try torn.append(try sample(index)) }
      #expect(try scratch.bytes("torn.jsonl") == all)
    }
  }

  @Test func readsPastATornLine() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path + "/rows.jsonl"
    let file = try RowsFile(path, header: header)
    for index in 0..<3 { try file.append(try sample(index)) }
    let all = try scratch.bytes("rows.jsonl")
    try scratch.write("torn.jsonl", Array(all.dropLast(4)))
    #expect(try RowsFile.read(scratch.path + "/torn.jsonl").rows.map(\.index) == [0, 1])
    // Reading changes nothing.
    #expect(try scratch.bytes("torn.jsonl").count == all.count - 4)
  }

  @Test func allIsOnTheDiskInTheEnd() throws {
    let scratch = try TemporaryFolder()
    let file = try RowsFile(scratch.path + "/rows.jsonl", header: header)
    #expect(!file.isUnsynced)
    try file.append(try sample(0))
    #expect(file.isUnsynced)
    try file.finish()
    #expect(!file.isUnsynced)
    // A row that comes late takes those before it along.
    try file.append(try sample(1))
    file.synced -= .seconds(RowsFile.syncInterval)
    try file.append(try sample(2))
    #expect(!file.isUnsynced)
    try file.append(try sample(3))
    #expect(file.isUnsynced)
  }

  @Test func saysWhatDiffers() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path + "/rows.jsonl"
    try RowsFile(path, header: header).append(try sample(0))
    func difference(_ other: RowsHeader) -> String? { problem { _ = try RowsFile(path, header: other) } }
    #expect(
      difference(.init(dataSet: "b", samples: 13, measures: header.measures, key: header.key))?
        .contains("another data set") == true)
    #expect(
      difference(.init(dataSet: header.dataSet, samples: 14, measures: header.measures, key: header.key))?
        .contains("13 samples, here 14") == true)
    let tolerant = RowsHeader.MeasureName(name: "pointing", description: "pointing(tolerance: 15.0)")
    #expect(
      difference(
        .init(
          dataSet: header.dataSet, samples: 13, measures: [tolerant, header.measures[1]], key: header.key))?
        .contains("here only `pointing(tolerance: 15.0)`") == true)
    #expect(
      difference(.init(dataSet: header.dataSet, samples: 13, measures: header.measures, key: "model 2"))?
        .contains("here `model 2`") == true)
    // Nothing was lost by asking.
    #expect(try RowsFile(path, header: header).done == [0])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let scratch = try TemporaryFolder()
    let path = scratch.path + "/rows.jsonl"
    let file = try RowsFile(path, header: header)
    try file.append(try sample(0))
    #expect(problem { try file.append(try sample(0)) }?.contains("already") == true)
    #expect(problem { try file.append(try sample(13)) }?.contains("none of the 13") == true)
    #expect(
      problem { try file.append(SampleRows(index: 1, identifier: "1", outcome: .rows([]))) }?
        .contains("rows of nothing") == true)
    #expect(throws: EvaluationError.self) { try Row(["x": .number(.nan)]) }
    #expect(throws: EvaluationError.self) { try Row(["x": .numbers([1, .infinity])]) }

    // Different rows of one sample.
    let other = try RowsFile(scratch.path + "/other.jsonl", header: header)
    try other.append(SampleRows(index: 0, identifier: "picture 0/ä\"\\", outcome: .error("failed")))
    #expect(problem { _ = try RowsFile.merge([path, other.path]) }?.contains("sample 0") == true)
    #expect(problem { _ = try RowsFile.merge([]) } != nil)

    // Files of others are left as they are.
    for text in ["", "hello", "hello\n", "{}\n", "{\"format\":\"clipscope rows\",\"version\":2}\n"] {
      let name = try scratch.write("strange", text)
      if text.isEmpty { continue }
      #expect(problem { _ = try RowsFile(name, header: header) }?.hasPrefix(name) == true)
      #expect(try scratch.bytes("strange") == Array(text.utf8))
    }
    let lines = [
      "{\"index\":99,\"id\":\"a\",\"rows\":{}}", "{\"index\":1,\"id\":\"a\"}",
      "{\"index\":-1,\"id\":\"a\",\"error\":\"\"}",
      "[]", "{\"index\":1,\"id\":\"a\",\"rows\":{\"pointing\":{\"x\":\"y\"},\"miou\":{}}}",
      "{\"index\":1,\"id\":\"a\",\"rows\":{\"pointing\":{\"x\":[1,0.5]},\"miou\":{}}}",
      "{\"index\":1,\"id\":\"a\",\"rows\":{\"pointing\":{\"x\":1e999},\"miou\":{}}}",
      "{\"index\":0,\"id\":\"a\",\"error\":\"\"}", String(repeating: "[", count: 100_000), "\u{0}",
    ]
    for line in lines {
      let start = try scratch.bytes("rows.jsonl")
      try scratch.write("bad.jsonl", start + Array((line + "\n").utf8))
      #expect(
        problem { _ = try RowsFile.read(scratch.path + "/bad.jsonl") }?.contains("line 3") == true,
        "\(line.prefix(80))")
    }
    try scratch.write("bad.jsonl", try scratch.bytes("rows.jsonl") + [0x22, 0xff, 0xfe, 0x0a])
    #expect(problem { _ = try RowsFile.read(scratch.path + "/bad.jsonl") }?.contains("line 3") == true)
    #expect(problem { _ = try RowsFile.read(scratch.path) } != nil)
    #expect(problem { _ = try RowsFile.read(scratch.path + "/missing") }?.contains("no such file") == true)
  }

  @Test func givesRowsInOrder() throws {
    let rows = try [2, 0, 5, 1].map(sample)
    #expect(rows.rows(of: "pointing").map { try? $0.integers("labels")[1] } == [0, 1, 2])
    #expect(rows.rows(of: "drop").isEmpty)
  }
}
