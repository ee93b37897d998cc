import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite struct NumPyFileTests {
  func bytes(_ base64: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: base64))) }

  /// Files written by NumPy 2.4.
  @Test(arguments: [
    (
      "<f4", Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAAQEAAAAAAAADIQgAA4EA="
    ),
    (
      ">f4", Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/wAAAwAAAAEBAAAAAAAAAQsgAAEDgAAA="
    ),
    (
      "<f8", Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAAAAAAAADAAAAAAAAACEAAAAAAAAAAAAAAAAAAAFlAAAAAAAAAHEA="
    ),
    (
      ">f8", Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/+AAAAAAAAMAAAAAAAAAAQAgAAAAAAAAAAAAAAAAAAEBZAAAAAAAAQBwAAAAAAAA="
    ),
    (
      "<f2", Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPgDAAEIAAEBWAEc="
    ),
    (
      ">f2", Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo+AMAAQgAAAFZARwA="
    ),
    (
      "<i4", Tensor([2, 3], [1, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAA/v///wMAAAAAAAAAZAAAAAcAAAA="
    ),
    (
      ">i4", Tensor([2, 3], [1, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPmk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAB/////gAAAAMAAAAAAAAAZAAAAAc="
    ),
    (
      "<i8", Tensor([2, 3], [1, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAP7/////////AwAAAAAAAAAAAAAAAAAAAGQAAAAAAAAABwAAAAAAAAA="
    ),
    (
      "<i2", Tensor([2, 3], [1, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAP7/AwAAAGQABwA="
    ),
    (
      "|i1", Tensor([2, 3], [1, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfGkxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoB/gMAZAc="
    ),
    (
      "u1", Tensor([2, 3], [1, 2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAgMAZAc="
    ),
    (
      "<u2", Tensor([2, 3], [1, 2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAIAAwAAAGQABwA="
    ),
    (
      "bool", Tensor([2, 3], [1, 0, 1, 0, 1, 1]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAEAAQE="
    ),
    (
      "fortran", Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAAAAAAMAAAMhCAABAQAAA4EA="
    ),
    (
      "fortran3",
      Tensor(
        [2, 3, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAwAAAAAAAAABAAAAAAAAAAQAAAAAAAAAAgAAAAAAAAAFAAAAAAAAAABAAAAAAAAAA0AAAAAAAAABQAAAAAAAAARAAAAAAAAAAkAAAAAAAAAFQAAAAAAAAACAAAAAAAAAA4AAAAAAAAABgAAAAAAAAASAAAAAAAAAAoAAAAAAAAAFgAAAAAAAAADAAAAAAAAAA8AAAAAAAAABwAAAAAAAAATAAAAAAAAAAsAAAAAAAAAFwAAAAAAAAA="
    ),
    (
      "scalar", Tensor([], [5.5]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAALBA"
    ),
    (
      "vector", Tensor([3], [1, 2, 3]),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQAAAQEA="
    ),
    (
      "empty", Tensor([0, 3], []),
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo="
    ),
  ]) func readsWhatNumPyWrites(_ name: String, _ expected: Tensor, _ file: String) throws {
    #expect(close(try NPYFile.read(try bytes(file)), expected))
  }

  @Test func writesWhatNumPyWrites() throws {
    #expect(
      NPYFile.write(Tensor([2, 3], [1.5, -2, 3, 0, 100, 7]))
        == (try bytes(
          "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAAQEAAAAAAAADIQgAA4EA="
        )))
    #expect(
      NPYFile.write(Tensor([1, 2, 3]))
        == (try bytes(
          "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQAAAQEA="
        )))
    #expect(
      NPYFile.write(Tensor([], [5.5]))
        == (try bytes(
          "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAALBA"
        )))
  }

  @Test func readsArchives() throws {
    let stored = try NPZFile.read(
      try bytes(
        "UEsDBC0AAAAAAAAAIQCghGjh//////////8IABQAbWFwcy5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAADAPwAAAMAAAEBAAAAAAAAAyEIAAOBAUEsDBC0AAAAAAAAAIQC8kVWO//////////8JABQAY291bnQubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAFBLAQItAy0AAAAAAAAAIQCghGjhmAAAAJgAAAAIAAAAAAAAAAAAAACAAQAAAABtYXBzLm5weVBLAQItAy0AAAAAAAAAIQC8kVWOmAAAAJgAAAAJAAAAAAAAAAAAAACAAdIAAABjb3VudC5ucHlQSwUGAAAAAAIAAgBtAAAApQEAAAAA"
      ))
    #expect(stored.map(\.name) == ["maps", "count"])
    #expect(close(stored[0].tensor, Tensor([2, 3], [1.5, -2, 3, 0, 100, 7])))
    #expect(close(stored[1].tensor, Tensor([1, 2, 3])))
    let packed = try NPZFile.read(
      try bytes(
        "UEsDBC0AAAAIAAAAIQACX0xj//////////8IABQAbWFwcy5ucHkBABAAYAIAAAAAAABfAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GiYGOgrGmjoKtQrkAi4GhgP2DECCgcHBgQEMTjgxMDxwGBUfHuIAUEsDBC0AAAAIAAAAIQC8kVWO//////////8JABQAY291bnQubnB5AQAQAJgAAAAAAAAATQAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuRgYIYILSzFAaAFBLAQItAy0AAAAIAAAAIQACX0xjXwAAAGACAAAIAAAAAAAAAAAAAACAAQAAAABtYXBzLm5weVBLAQItAy0AAAAIAAAAIQC8kVWOTQAAAJgAAAAJAAAAAAAAAAAAAACAAZkAAABjb3VudC5ucHlQSwUGAAAAAAIAAgBtAAAAIQEAAAAA"
      ))
    #expect(packed[0].tensor.shape == [40, 3])
    #expect(packed[0].tensor.scalars.suffix(3) == [0, 100, 7])
  }

  @Test func writesArchivesItReads() throws {
    let arrays = [
      (name: "a", tensor: try Tensor.normal([3, 5])), (name: "label é", tensor: Tensor([], [2])),
    ]
    let file = try NPZFile.write(arrays)
    let back = try NPZFile.read(file)
    #expect(back.map(\.name) == ["a", "label é"])
    #expect(back[0].tensor == arrays[0].tensor)
    #expect(back[1].tensor == arrays[1].tensor)
    #expect(try NPZFile.write(arrays) == file)
    #expect(throws: NumPyFileError.self) { try NPZFile.write([arrays[0], arrays[0]]) }
    #expect(throws: NumPyFileError.self) { try NPZFile.write([(name: "../x", tensor: arrays[1].tensor)]) }
  }

  /// Cut off anywhere, or with any byte changed, a file is read or refused; nothing else happens.
  @Test func damageIsAnError() throws {
    let file = NPYFile.write(Tensor([2, 3], [1, 2, 3, 4, 5, 6]))
    for length in 0..<file.count {
      #expect(throws: NumPyFileError.self) { try NPYFile.read(Array(file[..<length])) }
    }
    let archive = try NPZFile.write([(name: "a", tensor: Tensor([1, 2])), (name: "b", tensor: Tensor([3]))])
    let packed = try bytes(
      "UEsDBC0AAAAIAAAAIQACX0xj//////////8IABQAbWFwcy5ucHkBABAAYAIAAAAAAABfAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GiYGOgrGmjoKtQrkAi4GhgP2DECCgcHBgQEMTjgxMDxwGBUfHuIAUEsDBC0AAAAIAAAAIQC8kVWO//////////8JABQAY291bnQubnB5AQAQAJgAAAAAAAAATQAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAuRgYIYILSzFAaAFBLAQItAy0AAAAIAAAAIQACX0xjXwAAAGACAAAIAAAAAAAAAAAAAACAAQAAAABtYXBzLm5weVBLAQItAy0AAAAIAAAAIQC8kVWOTQAAAJgAAAAJAAAAAAAAAAAAAACAAZkAAABjb3VudC5ucHlQSwUGAAAAAAIAAgBtAAAAIQEAAAAA"
    )
    for original in [file, archive, packed] {
      for at in original.indices {
        for change in [0xFF, 0x80, 0x01] as [UInt8] {
          var changed = original
          changed[at] ^= change
          do {
            _ = original == file ? [try NPYFile.read(changed)] : try NPZFile.read(changed).map(\.tensor)
          } catch is NumPyFileError {}
        }
      }
    }
    for length in 0..<archive.count {
      #expect(throws: NumPyFileError.self) { try NPZFile.read(Array(archive[..<length])) }
    }
  }

  @Test(arguments: [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    "{'descr': '<f4', 'fortran_order': False, }",
    "{'descr': '<f4', 'descr': '<f4', 'shape': (1,), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
    "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }",
    "{'descr': '<f4",
    "",
  ]) func malformedHeadersAreErrors(_ header: String) {
    var file: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
    file += Array(header.utf8) + [0, 0, 128, 63]
    #expect(throws: NumPyFileError.self) { try NPYFile.read(file) }
  }

  @Test func readsReferenceFiles() throws {
    for name in ["tiny-vit/golden/tokens_labels.npy", "tiny-vit/golden/coffee/image_embedding.npy"] {
      #expect(try NPYFile.read(try Golden.bytes(name)) == (try Golden.array(name)))
    }
  }
}
