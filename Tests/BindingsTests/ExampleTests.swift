import Foundation
import Imaging
import Interpreter
import Syntax
import TestSupport
import Testing

@testable import Bindings

/// Every script in `examples/` runs as it stands, quietly, and leaves the files it promises.
@Suite struct ExampleTests {
  /// What each example leaves in its output folder.
  static let files: [String: [String]] = [
    "benchmark.clip": ["out/benchmark.csv"],
    "compare-depths.clip": ["out/compare-depths.png"],
    "difference.clip": ["out/difference.png"],
    "explainers.clip": ["out/explainers.png"],
    "features.clip": ["out/features.png", "out/features.npy"],
    "first-look.clip": [
      "out/first-look.png", "out/first-look-sailboat.png", "out/first-look-whale.png",
      "out/first-look-sky.png", "out/first-look-water.png",
    ],
    "guide/01-raw-maps.clip": ["out/guide/01-raw-maps.png", "out/guide/01-worst.png"],
    "guide/02-surgery.clip": [
      "out/guide/02-one-patch.png", "out/guide/02-surgery.png", "out/guide/02-depth.csv",
      "out/guide/02-depth.png",
    ],
    "guide/03-redundant-features.clip": [
      "out/guide/03-before-after.png", "out/guide/03-removed.png", "out/guide/03-one-label.png",
    ],
    "guide/04-gradients.clip": ["out/guide/04-gradients.png", "out/guide/04-rather-than.png"],
    "guide/05-words.clip": ["out/guide/05-words.csv", "out/guide/05-words.png", "out/guide/05-absent.png"],
    "guide/06-segmentation.clip": [
      "out/guide/06-competing.png", "out/guide/06-thresholds.png", "out/guide/06-iou.csv",
      "out/guide/06-points.png", "out/guide/06-points.csv",
    ],
    "guide/07-sanity.clip": [
      "out/guide/07-what-changes.png", "out/guide/07-methods.csv", "out/guide/07-cascade.png",
    ],
    "guide/08-measuring.clip": [
      "out/guide/08-measures.csv", "out/guide/08-measures.png", "out/guide/08-gains.png",
    ],
    "prompts.clip": ["out/prompts.csv"],
    "redundant.clip": ["out/redundant.png"],
    "sweep.clip": ["out/sweep.csv"],
  ]

  /// Examples that would take long as they stand, with parameters that make them short.
  static let parameters: [String: [String]] = ["benchmark.clip": ["scenes=2"]]

  static let folder = ProjectFolder.path + "/examples"

  @Test func everyExampleIsListed() {
    #expect(ScriptRunner.scripts(in: Self.folder) == Self.files.keys.sorted())
  }

  @Test(arguments: files.keys.sorted())
  func example(_ name: String) throws {
    let output = try TemporaryFolder()
    let outcome = try ScriptRunner.engine(outputFolder: output.path)
      .run(FileLoader.script(Self.folder + "/" + name), parameters: Self.parameters[name] ?? [])
    #expect(outcome.diagnostics.map { $0.rendered() } == [])
    #expect(outcome.exitCode == 0)
    let promised = try #require(Self.files[name])
    // Rows of evaluations are kept beside, to go on with.
    #expect(output.files.filter { !$0.hasSuffix(".jsonl") } == promised.sorted())
    for file in promised {
      let path = output.path + "/" + file
      switch (file as NSString).pathExtension {
      case "png":
        let image = try Image.read(path)
        #expect(image.width > 100 && image.height > 100)
        // A figure, not an empty sheet.
        let pixels = image.pixels.scalars
        #expect((pixels.max() ?? 0) - (pixels.min() ?? 0) > 0.5)
      case "npy":
        let array = try Golden.array(atPath: path)
        #expect(array.count > 0 && array.scalars.allSatisfy(\.isFinite))
      default:
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count > 1)
      }
    }
  }

  /// A script's `##` text and parameters are what `run FILE --help` shows: every example has them.
  @Test(arguments: files.keys.sorted())
  func isDocumented(_ name: String) throws {
    let program = Program.check(
      try FileLoader.script(Self.folder + "/" + name), registry: Engine.registry, loader: Engine.loader)
    #expect(program.documentation?.isEmpty == false)
    #expect(!program.parameters.isEmpty)
    for parameter in program.parameters {
      #expect(parameter.documentation?.isEmpty == false, "\(parameter.name) has no `##` line")
    }
  }
}
