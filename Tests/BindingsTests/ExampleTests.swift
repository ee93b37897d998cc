import Foundation
import Imaging
import Interpreter
import Reports
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
    "figure.clip": ["out/figure.png", "out/figure.svg", "out/figure.pdf"],
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
    let script = try FileLoader.script(Self.folder + "/" + name)
    let record = RunRecord()
    let outcome = try ScriptRunner.engine(outputFolder: output.path)
      .run(script, parameters: Self.parameters[name] ?? [], observer: record.observe)
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
      case "svg":
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.hasPrefix("<?xml") && text.contains("<svg") && text.contains("</svg>\n"))
        #expect(text.utf8.count > 1000)
      case "pdf":
        // Pictures in it are no text.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.starts(with: Data("%PDF-1.4".utf8)) && bytes.count > 1000)
      default:
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.split(separator: "\n").count > 1)
      }
    }
    try report(of: record, script, promised)
  }

  /// The page of the same run: small, whole, without warnings, and nothing on it comes from elsewhere.
  private func report(of record: RunRecord, _ script: SourceFile, _ promised: [String]) throws {
    let program = Program.check(script, registry: Engine.registry, loader: Engine.loader)
    let page = try RunReport.page(of: record, program: program, ending: .complete)
    let html = try page.html()
    #expect(html.utf8.count < 1_000_000)
    for file in promised { #expect(html.contains(file), "\(file) is not on the page") }
    let items = page.cells.flatMap(\.items)
    let troubles = items.filter {
      if case .warning = $0 { true } else if case .error = $0 { true } else { false }
    }
    #expect(troubles.isEmpty)
    #expect(items.contains { if case .saved = $0 { false } else { true } })
    #expect(!html.contains("src=\"http") && html.contains("default-src 'none'"))
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
