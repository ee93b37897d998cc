import Bindings
import Foundation
import Syntax
import Tensors
import TestSupport
import Testing

/// Runs the language on the reference pictures and compares what it saves with the reference
/// numbers: the whole road from file to map, from each of the file formats.
@Suite("CLIP Surgery in the language against reference numbers")
struct GoldenSurgeryTests {
  static let files = [
    "tiny-vit/openai_jit.pt", "tiny-vit/state_dict.pt", "tiny-vit/train_checkpoint.pt",
    "tiny-vit/legacy_pickle.pt", "tiny-vit/open_clip_model.safetensors", "tiny-vit/hf",
    "tiny-rn/openai_jit.pt", "tiny-rn/open_clip_model.safetensors",
  ]
  static let cases = files.flatMap { file in ["cat", "coffee"].map { (file, $0) } }

  /// Runs a script whose output goes to a folder of its own, and gives that folder.
  static func run(_ text: String) throws -> String {
    let folder = NSTemporaryDirectory() + "clipscope-golden-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let runner = ScriptRunner(
      registry: Engine.registry, operators: Engine.operators, library: Engine.libraryText,
      outputFolder: folder)
    let outcome = try runner.run(SourceFile(name: "golden.clip", text: text, path: folder + "/x.clip"))
    let errors = outcome.diagnostics.filter { $0.severity == .error }
    #expect(errors.isEmpty, "\(errors.map { $0.rendered() }.joined(separator: "\n"))")
    return folder
  }

  @Test("features, similarities, maps, points, zero-shot", arguments: cases)
  func surgery(file: String, image: String) throws {
    let model = file.prefix { $0 != "/" }
    let sizes = model == "tiny-vit" ? [64, 128] : [96, 160]
    let folder = try Self.run(
      """
      import std.similarity as sim
      m = load("\(Golden.path(file))")
      photo = load("\(Golden.path("images/\(image).png"))")
      labels = ["cat", "cup", "table", "person", "grass", "potted plant"]
      t = encode(labels, m, templates: "imagenet")
      whiskers = encode("whiskers", m, templates: "imagenet")
      empty = encode("", m, templates: "imagenet")
      t |> save("ensemble_labels.npy")
      whiskers |> save("ensemble_single.npy")
      empty |> save("ensemble_empty.npy")
      encode(labels, m, normalize: false) |> save("text_features.npy")
      encode(photo, m, normalize: false, fit: "squash") |> save("image_embedding.npy")
      encode(photo, m, normalize: false) |> save("image_embedding_crop.npy")
      # The reference takes the factor 100 instead of the model's own.
      logits = tensor(classify(photo, m, labels, templates: none).cosine) * 100
      logits |> save("zero_shot_logits.npy")
      softmax(logits) |> save("zero_shot_probs.npy")
      for size in \(sizes) {
        f = features(photo, m, path: "surgery", size: size, classToken: "released")
        f |> save("{size}/image_features.npy")
        sim.featureSurgery(f, t) |> save("{size}/similarity.npy")
        sim.singleText(f, whiskers, empty) |> save("{size}/single_similarity.npy")
        maps = photo |> surgery(m, labels, size: size, preset: "released")
        maps |> save("{size}/map.npy")
        points(maps) |> save("{size}/points.json")
        photo |> surgery(m, labels, size: size, preset: "released", features: "none")
          |> save("{size}/map_without_feature_surgery.npy")
        photo |> surgery(m, "whiskers", size: size, preset: "released")
          |> save("{size}/single_map.npy")
      }
      """)
    defer { try? FileManager.default.removeItem(atPath: folder) }

    func check(_ name: String, against golden: String, every stride: Int = 1) throws {
      var found = try Golden.array(atPath: folder + "/" + name)
      if stride > 1 { found = found.everyNth(stride) }
      let expected = try Golden.array("\(model)/golden/\(golden)")
      let error = relativeError(
        found.reshaped(expected.count == found.count ? expected.shape : found.shape), expected)
      #expect(error <= 1e-4, "\(file) \(image) \(name): \(error)")
    }
    for name in ["ensemble_labels", "ensemble_single", "ensemble_empty", "text_features"] {
      try check(name + ".npy", against: name + ".npy")
    }
    for name in ["image_embedding", "image_embedding_crop", "zero_shot_logits", "zero_shot_probs"] {
      try check(name + ".npy", against: "\(image)/\(name).npy")
    }
    for size in sizes {
      for name in ["image_features", "similarity", "single_similarity"] {
        try check("\(size)/\(name).npy", against: "\(image)/surgery-\(size)/\(name).npy")
      }
      for name in ["map", "map_without_feature_surgery", "single_map"] {
        try check("\(size)/\(name).npy", against: "\(image)/surgery-\(size)/\(name).npy", every: 7)
      }
      let points = try Self.points(folder + "/\(size)/points.json")
      let expected = try JSONDecoder().decode(
        [[[Int]]].self,
        from: Data(
          contentsOf: URL(
            fileURLWithPath: Golden.path("\(model)/golden/\(image)/surgery-\(size)/points.json"))))
      #expect(points == expected.filter { !$0.isEmpty }, "\(file) \(image) \(size)")
    }
  }

  private struct Point: Decodable {
    let label: String
    let x: Int
    let y: Int
    let positive: Int
  }

  /// [label][x, y, positive], labels in the table's order.
  private static func points(_ path: String) throws -> [[[Int]]] {
    let rows = try JSONDecoder().decode([Point].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    var labels: [String] = []
    for row in rows where !labels.contains(row.label) { labels.append(row.label) }
    return labels.map { label in rows.filter { $0.label == label }.map { [$0.x, $0.y, $0.positive] } }
  }

  @Test("the token ids of the labels")
  func tokens() throws {
    let folder = try Self.run(
      """
      m = load("\(Golden.path("tiny-vit/openai_jit.pt"))")
      for label in ["cat", "cup", "table", "person", "grass", "potted plant"] {
        tensor(tokens(label, m).id) |> save("{label}.npy")
      }
      """)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let expected = try Golden.array("tiny-vit/golden/tokens_labels.npy")
    for (row, label) in ["cat", "cup", "table", "person", "grass", "potted plant"].enumerated() {
      let found = try Golden.array(atPath: "\(folder)/\(label).npy").scalars
      #expect(Array(expected.row(row).scalars.prefix(found.count)) == found)
      #expect(expected.row(row).scalars.dropFirst(found.count).allSatisfy { $0 == 0 })
    }
  }
}
