import Foundation
import Imaging
import Segmentation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct DataSetTests {
  private func masks(_ data: DataSet, _ index: Int) throws -> [String: String] {
    let truth = try data.truth(of: data.samples[index])
    return Dictionary(uniqueKeysWithValues: (truth.masks ?? []).map { ($0.label, $0.mask.rows) })
  }

  @Test func jsonLines() throws {
    let scratch = try TemporaryFolder()
    try scratch.mask("m/cat.png", "0110 0110")
    try scratch.mask("m/dog.png", "0011 0011")
    try scratch.mask("m/ignored.png", "1000 0100")
    try scratch.indexed("m/all.png", 4, [0, 1, 2, 2, 0, 255, 1, 2])
    let path = try scratch.write(
      "data.jsonl",
      """
      {"image": "a.jpg", "id": "A", "labels": ["cat", "dog"], "masks": ["m/cat.png", "m/dog.png"], "ignored": "m/ignored.png"}\r

      {"image": "../b.jpg", "masks": {"cat": {"size": [2, 4], "counts": [1, 1, 6]}}, "ask": ["cat", "owl"], "more": {"x": [1]}}
      {"image": "/c.jpg", "mask": "m/all.png", "classes": [null, "dog", "cat"]}
      {"image": "d.jpg", "labels": ["owl"], "undecided": ["cat"]}
      """)
    let data = try DataSet(path)
    #expect(data.kind == .jsonLines && data.labels == ["cat", "dog", "owl"] && data.background == nil)
    #expect(data.samples.map(\.identifier) == ["A", "../b.jpg", "/c.jpg", "d.jpg"])
    #expect(data.samples.map(\.index) == [0, 1, 2, 3])
    #expect(data.samples[0].picture == scratch.path + "/a.jpg" && data.samples[2].picture == "/c.jpg")
    #expect(data.samples.map(\.asked) == [["cat", "dog"], ["cat", "owl"], ["dog", "cat"], ["owl"]])
    #expect(data.samples.map(\.present) == [["cat", "dog"], ["cat"], nil, ["owl"]])
    // The ignored pixels belong to nothing.
    #expect(try masks(data, 0) == ["cat": "0110 0010", "dog": "0011 0011"])
    #expect(try data.truth(of: data.samples[0]).ignored?.rows == "1000 0100")
    #expect(try masks(data, 1) == ["cat": "0000 1000"])
    #expect(try masks(data, 2) == ["dog": "0100 0010", "cat": "0011 0001"])
    #expect(try data.truth(of: data.samples[2]).ignored?.rows == "0000 0100")
    let last = try data.truth(of: data.samples[3])
    #expect(last.masks == nil && last.present == ["owl"] && last.undecided == ["cat"])
  }

  @Test func headerOfJSONLines() throws {
    let scratch = try TemporaryFolder()
    try scratch.indexed("all.png", 3, [0, 1, 2, 7, 1, 0])
    let path = try scratch.write(
      "data.jsonl",
      """
      {"classes": ["sky", "cat", "dog"], "labels": ["sky", "cat", "dog", "owl"], "background": "sky", "ignored": 7}
      {"image": "a.jpg", "mask": "all.png"}
      """)
    let data = try DataSet(path)
    #expect(data.labels == ["sky", "cat", "dog", "owl"] && data.background == "sky")
    #expect(data.samples[0].asked == data.labels && data.samples[0].present == nil)
    let truth = try data.truth(of: data.samples[0])
    #expect(truth.labelMap?.classes == [0, 1, 2, LabelMap.ignored, 1, 0] && truth.labelMap?.background == 0)
    #expect(truth.present == ["cat", "dog"] && truth.ignored?.rows == "000 100")

    try scratch.write("bad.jsonl", "{\"labels\": [\"cat\"]}\n{\"image\": \"a.jpg\", \"labels\": [\"cta\"]}")
    #expect(
      problem { _ = try DataSet(scratch.path + "/bad.jsonl") }
        == scratch.path + "/bad.jsonl, line 2: `cta` is none of the data set's labels; did you mean `cat`?")
  }

  @Test func commaSeparated() throws {
    let scratch = try TemporaryFolder()
    try scratch.mask("cat.png", "01 10")
    try scratch.mask("a,\"dog\".png", "11 00")
    try scratch.indexed("all.png", 2, [0, 1, 2, 2])
    let path = try scratch.write(
      "data.csv",
      "\u{feff}id,image,labels,masks,mask:|owl|big cat,note\r\n"
        + "1,a.jpg,cat|dog,\"cat.png|a,\"\"dog\"\".png\",,\"two\nlines\"\r\n"
        + "2,b.jpg,,,all.png,\n\n" + "3,c.jpg,cat,rle:2x3:112N00,,\n" + "4,d.jpg,cat,rle:2x2:1 2 1,,x")
    let data = try DataSet(path)
    #expect(data.kind == .csv && data.labels == ["cat", "dog", "owl", "big cat"])
    #expect(data.samples.map(\.identifier) == ["1", "2", "3", "4"])
    #expect(try masks(data, 0) == ["cat": "01 10", "dog": "11 00"])
    #expect(try masks(data, 1) == ["owl": "01 00", "big cat": "00 11"])
    #expect(try masks(data, 3) == ["cat": "01 10"])
    #expect(problem { _ = try data.truth(of: data.samples[2]) } != nil)
    #expect(try data.truth(of: data.samples[0]).present == ["cat", "dog"])
  }

  @Test func folderOfMasks() throws {
    let scratch = try TemporaryFolder()
    for name in ["b.jpg", "a.png", "c.jpeg", "notes.txt", ".hidden.png"] { try scratch.write(name, "x") }
    try scratch.mask("masks/a/cat.png", "01")
    try scratch.mask("masks/a/big dog.png", "11")
    try scratch.mask("masks/b/cat.png", "10")
    try scratch.mask("masks/b/ignored.png", "10")
    let data = try DataSet(scratch.path)
    #expect(data.kind == .folder && data.labels == ["big dog", "cat"])
    #expect(data.samples.map(\.identifier) == ["a.png", "b.jpg", "c.jpeg"])
    #expect(try masks(data, 0) == ["cat": "01", "big dog": "11"])
    #expect(try masks(data, 1) == ["cat": "00"])
    #expect(try masks(data, 2) == [:])

    let indexed = try TemporaryFolder()
    try indexed.write("images/a.jpg", "x")
    try indexed.write("masks/classes.txt", "background\ncat\n\ndog\n")
    try indexed.indexed("masks/a.png", 4, [0, 1, 2, 3])
    let other = try DataSet(indexed.path)
    #expect(other.labels == ["background", "cat", "dog"] && other.background == "background")
    #expect(try other.truth(of: other.samples[0]).labelMap?.classes == [0, 1, 0, 2])
  }

  @Test func pascalVOC() throws {
    let scratch = try TemporaryFolder()
    for name in ["2007_1", "2007_2"] { try scratch.write("JPEGImages/\(name).jpg", "x") }
    try scratch.write("ImageSets/Segmentation/val.txt", "2007_2\n2007_1\n")
    try scratch.indexed("SegmentationClass/2007_2.png", 3, [0, 12, 255, 20, 20, 0])
    for (place, label) in PascalVOC.classes.dropFirst().enumerated() {
      try scratch.write(
        "ImageSets/Main/\(label)_trainval.txt",
        "2007_1 \(place == 7 ? " 1" : "-1")\n2007_2 \(place == 7 ? " 0" : " 1")\n")
    }
    let data = try DataSet(scratch.path)
    #expect(data.kind == .voc && data.labels.count == 21 && data.background == "background")
    #expect(data.samples.map(\.identifier) == ["2007_2", "2007_1"])
    let truth = try data.truth(of: data.samples[0])
    #expect(truth.labelMap?.classes == [0, 12, LabelMap.ignored, 20, 20, 0])
    #expect(truth.present == ["dog", "tvmonitor"])
    // One bad sample is an error of that sample.
    #expect(problem { _ = try data.truth(of: data.samples[1]) }?.contains("2007_1.png") == true)

    var options = DataSetOptions()
    options.task = .classification
    options.split = "trainval"
    let labels = try DataSet(scratch.path, options: options)
    #expect(labels.labels.count == 20 && labels.samples[0].present == ["cat"])
    #expect(try labels.truth(of: labels.samples[1]).undecided == ["cat"])
    #expect(labels.samples[1].present?.count == 19 && labels.sha256 != data.sha256)
    options.split = "../../x"
    #expect(problem { _ = try DataSet(scratch.path, options: options) }?.contains("no split") == true)
  }

  @Test func coco() throws {
    let scratch = try TemporaryFolder()
    try scratch.write("val2017/1.jpg", "x")
    let annotations = """
      {"info": {"note": "brackets ]}{[ and \\" quotes"}, "licenses": [],
       "images": [{"id": 9, "file_name": "1.jpg", "width": 4, "height": 3},
                  {"id": 4, "file_name": "2.jpg", "width": 2, "height": 2}],
       "annotations": [
         {"id": 1, "image_id": 9, "category_id": 18, "iscrowd": 0, "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]},
         {"id": 2, "image_id": 9, "category_id": 18, "iscrowd": 0, "segmentation": [[3, 2, 4, 2, 4, 3, 3, 3]]},
         {"id": 3, "image_id": 9, "category_id": 1, "iscrowd": 1,
          "segmentation": {"size": [3, 4], "counts": [1, 5, 6]}},
         {"id": 4, "image_id": 4, "category_id": 1, "iscrowd": 0, "segmentation": []}],
       "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}]}
      """
    try scratch.write("annotations/instances_val2017.json", annotations)
    let data = try DataSet(scratch.path)
    #expect(data.kind == .coco && data.labels == ["person", "dog"])
    #expect(data.samples.map(\.identifier) == ["1.jpg", "2.jpg"])
    #expect(data.samples.map(\.present) == [["dog"], ["person"]])
    #expect(FileManager.default.fileExists(atPath: data.samples[0].picture))
    let truth = try data.truth(of: data.samples[0])
    #expect(truth.masks?.map(\.mask.rows) == ["1100 1100 0001"])
    // Of the crowd only what is no dog is ignored: columns 0 and 1 from the second row on.
    #expect(truth.ignored?.rows == "0000 0000 1100")
    #expect(try masks(data, 1) == ["person": "00 00"])

    var options = DataSetOptions()
    options.ignoresCrowds = false
    let crowded = try DataSet(scratch.path, options: options)
    #expect(crowded.samples[0].present == ["person", "dog"] && crowded.sha256 != data.sha256)
    #expect(try crowded.truth(of: crowded.samples[0]).masks?.first?.mask.rows == "0100 1100 1100")

    // A file that changes after it was opened is noticed.
    try scratch.write(
      "annotations/instances_val2017.json", annotations.replacingOccurrences(of: "info", with: "information"))
    #expect(problem { _ = try data.truth(of: data.samples[0]) }?.contains("changed after") == true)
    options.split = "val2071"
    #expect(
      problem { _ = try DataSet(scratch.path, options: options) }?.contains("did you mean `val2017`?") == true
    )
  }

  @Test func checksumIsThatOfTheContents() throws {
    let first = try TemporaryFolder()
    let second = try TemporaryFolder()
    let line = "{\"image\": \"a.jpg\", \"labels\": [\"cat\"]}\n"
    let path = try first.write("data.jsonl", line)
    let sum = try DataSet(path).sha256
    #expect(sum.count == 64)
    #expect(try DataSet(try second.write("other.jsonl", line)).sha256 == sum)
    #expect(
      try DataSet(try second.write("other.jsonl", line + line.replacingOccurrences(of: "a.jpg", with: "b")))
        .sha256 != sum)
  }

  @Test func hostileManifests() throws {
    let scratch = try TemporaryFolder()
    func complaint(_ name: String, _ bytes: [UInt8]) throws -> String {
      let path = try scratch.write(name, bytes)
      let words = problem { _ = try DataSet(path) } ?? "nothing"
      #expect(words.hasPrefix(path), "\(words)")
      return String(words.dropFirst(path.count))
    }
    func lines(_ text: String) throws -> String { try complaint("data.jsonl", Array(text.utf8)) }
    func table(_ text: String) throws -> String { try complaint("data.csv", Array(text.utf8)) }
    let good = "{\"image\": \"a\", \"labels\": [\"x\"]}\n"

    #expect(try lines("") == ": has no samples")
    #expect(try lines(good + good) == ", line 2: the sample `a` stands in line 1 already")
    #expect(try lines(good + "{").hasPrefix(", line 2: is not valid JSON"))
    #expect(try lines(good + "[1]") == ", line 2: is not a JSON object")
    #expect(try lines(good + "{\"labels\": []}") == ", line 2: has no `image`")
    #expect(try lines("{\"image\": 3}") == ", line 1: `image` is not text")
    #expect(try lines("{\"image\": \"a\"}") == ", line 1: has neither `labels` nor masks")
    #expect(try lines("{\"image\": \"a\", \"labels\": \"x\"}") == ", line 1: `labels` is not a list")
    #expect(
      try lines("{\"image\": \"a\", \"labels\": [\"x\", \"y\"], \"masks\": [\"m.png\"]}")
        == ", line 1: has 1 masks for 2 labels")
    #expect(
      try lines("{\"image\": \"a\", \"labels\": [\"x\", \"y\"], \"masks\": {\"x\": \"m.png\"}}")
        == ", line 1: has no mask for `y`")
    #expect(try lines("{\"image\": \"a\", \"mask\": \"m.png\"}").contains("`classes`"))
    #expect(try lines("{\"image\": \"a\\u0000b\", \"labels\": [\"x\"]}").contains("NUL"))
    #expect(try lines("{\"image\": \"a\", \"labels\": [\"x\", \"x\"]}").contains("twice"))
    #expect(try lines("{\"image\": \"a\", \"masks\": {\"x\": {\"counts\": \"1\"}}}").contains("`size`"))
    #expect(try lines(String(repeating: "[", count: 1_000_000)).contains("nesting"))
    #expect(
      try complaint("data.jsonl", Array(good.utf8) + [0x22, 0xff, 0x22]) == ", line 2: is not UTF-8 text")

    #expect(try table("labels\nx") == ", line 1: has no column `image`, but `labels`")
    #expect(try table("image,labels\na") == ", line 2: has 1 cells; the first line has 2")
    #expect(try table("image,labels\n\"a,x\n\n\n") == ", line 2: has a quote that does not end")
    #expect(try table("image,image\na,b").contains("twice"))
    #expect(try table("image,labels\na,x\na,x") == ", line 3: the sample `a` stands in line 2 already")
    #expect(try table("image,labels,masks\na,x,rle:2:3").contains("rle:HEIGHTxWIDTH"))
    #expect(
      try complaint("data.csv", Array("image,labels\na,".utf8) + [0xc3]) == ", line 2: is not UTF-8 text")

    let coco =
      "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\", \"width\": 1, \"height\": 1}], \"categories\": [], "
    #expect(try complaint("data.json", Array("[]".utf8)).contains("expected an object"))
    #expect(try complaint("data.json", Array("{}".utf8)).contains("`categories`"))
    #expect(
      try complaint("data.json", Array((coco + "\"annotations\": [").utf8)).contains("is not valid JSON"))
    #expect(
      try complaint(
        "data.json", Array((coco + "\"annotations\": [{\"image_id\": 2, \"category_id\": 1}]}").utf8)
      )
      .contains("image 2, which is not there"))
    #expect(
      try complaint("data.json", Array((coco + "\"annotations\": [nonsense]}").utf8)).contains(
        "is not valid JSON"))
    #expect(
      try complaint("data.json", [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).contains("is not valid JSON"))
    #expect(try complaint("data.xml", []).contains("is no data set"))
    #expect(problem { _ = try DataSet(scratch.path) }?.contains("is no data set") == true)
    #expect(problem { _ = try DataSet(scratch.path + "/none") }?.contains("no such file") == true)
  }

  @Test func hostileMasks() throws {
    let scratch = try TemporaryFolder()
    try scratch.write("images/a.jpg", "x")
    try scratch.mask("2x1.png", "01")
    try scratch.mask("1x2.png", "0 1")
    try scratch.indexed("many.png", 2, [3, 9])
    let masks = [
      "{\"x\": {\"size\": [100000, 100000], \"counts\": \"0\"}}",
      "{\"x\": {\"size\": [9223372036854775807, 2], \"counts\": [1]}}",
      "{\"x\": {\"size\": [2, 2], \"counts\": [1, 9223372036854775807]}}",
      "{\"x\": {\"size\": [2, 2], \"counts\": [-4, 8]}}",
      "{\"x\": {\"size\": [2, 2], \"counts\": [3]}}", "{\"x\": {\"size\": [2, 2], \"counts\": \"~~\"}}",
      "{\"x\": {\"size\": [2, 2], \"counts\": \"oooooooooooooooooooo\"}}",
      "{\"x\": {\"size\": [0, 0], \"counts\": []}}",
      "{\"x\": \"none.png\"}", "{\"x\": \"images\"}", "{\"x\": \"images/a.jpg\"}", "{\"x\": \"/dev/zero\"}",
      "{\"x\": \"2x1.png\", \"y\": \"1x2.png\"}",
    ]
    let text = masks.enumerated().map { "{\"image\": \"\($0.offset)\", \"masks\": \($0.element)}\n" }.joined()
    let more = """
      {"image": "ignored", "masks": {"x": "2x1.png"}, "ignored": "1x2.png"}
      {"image": "index", "mask": "many.png", "classes": [null, null, null, "x"]}
      {"image": "good", "masks": {"x": "2x1.png"}}
      """
    let data = try DataSet(try scratch.write("data.jsonl", text + more))
    for sample in data.samples.dropLast() {
      #expect(problem { _ = try data.truth(of: sample) } != nil, "\(sample.identifier)")
    }
    #expect(problem { _ = try data.truth(of: data.samples[14]) }?.contains("has the index 9") == true)
    #expect(try data.truth(of: data.samples[15]).present == ["x"])

    // The outlines of COCO, read when they are asked for.
    try scratch.write("images/1.jpg", "x")
    let outlines = [
      "[[0, 0, 1]]", "[[0, 0, 1, 1]]", "[[0, 0, 1e300, 0, 1e300, 1e300]]", "[7]", "[[\"a\"]]", "null",
      "{\"size\": [3, 3], \"counts\": [9]}", "{\"size\": [2, 2], \"counts\": [5]}",
    ]
    let images = outlines.indices.map {
      "{\"id\": \($0), \"file_name\": \"\($0).jpg\", \"width\": 2, \"height\": 2}"
    }
    let annotations = outlines.enumerated()
      .map { "{\"image_id\": \($0.offset), \"category_id\": 1, \"segmentation\": \($0.element)}" }
    try scratch.write("images/0.jpg", "x")
    let huge = "{\"id\": 99, \"file_name\": \"99.jpg\", \"width\": 99999999999, \"height\": 99999999999}"
    let coco = try DataSet(
      try scratch.write(
        "data.json",
        "{\"images\": [\((images + [huge]).joined(separator: ","))], \"annotations\": [\(annotations.joined(separator: ","))], "
          + "\"categories\": [{\"id\": 1, \"name\": \"x\"}]}"))
    #expect(coco.samples.count == 9)
    for sample in coco.samples {
      #expect(problem { _ = try coco.truth(of: sample) } != nil, "\(sample.identifier)")
    }
  }
}
