import CLIPModels
import Explanations
import Tensors
import TestSupport
import Testing

private let tolerance: Float = 1e-4

@Suite("Maps of explainers against reference numbers")
struct GoldenMapTests {
  /// A method and the file with its numbers.
  struct Reference: CustomTestStringConvertible {
    let file: String
    let explainer: any ImageExplainer

    init(_ file: String, _ explainer: any ImageExplainer) { (self.file, self.explainer) = (file, explainer) }

    var testDescription: String { file }

    /// The relative error of the maps; one map in the file is expected for every text.
    func error(_ image: String, _ question: Question, in folder: String = "") throws -> Float {
      let found = try explainer.maps(question)
      #expect(found.shape == [question.targets, question.rows, question.columns])
      let expected = try Golden.array("tiny-vit/golden/\(image)/\(folder)\(file).npy")
      if expected.count == found.count { return relativeError(found, expected.reshaped(found.shape)) }
      let single = try #require(expected.count * question.targets == found.count ? expected : nil)
      return (0..<question.targets).map {
        relativeError(found.row($0), single.reshaped([question.rows, question.columns]))
      }.max() ?? .infinity
    }
  }

  @Test(
    "with the model's own heads", arguments: ImageCase.images,
    [
      Reference("attention/raw_last", AttentionMap()), Reference("attention/rollout", Rollout()),
      Reference("attention/grad_cam_last_block_input", GradCAM()),
      Reference("attention/chefer_last", Game(from: .last)),
      Reference("attention/chefer_all", Game(from: .first)), Reference("others/legrad_last2", LeGrad()),
      Reference("others/sclip", SCLIP()), Reference("others/naclip", NACLIP()),
      Reference("others/clearclip", ClearCLIP()),
    ])
  func ownHeads(image: String, reference: Reference) throws {
    #expect(try reference.error(image, ImageCase.question(image)) <= tolerance)
  }

  /// These programs resize positions bicubically.
  @Test("as Grad-ECLIP's programs run it", arguments: ImageCase.images, [false, true])
  func gradECLIP(image: String, keepingSize: Bool) throws {
    let question = try ImageCase.question(image, keepingSize: keepingSize, positions: .bicubic)
    let folder = keepingSize ? "gradeclip-keepsize/" : "gradeclip-square/"
    let size = try Golden.array("tiny-vit/golden/\(image)/\(folder)map_size.npy").scalars
    #expect([Float(question.rows), Float(question.columns)] == size)
    for reference in [
      Reference("grad_eclip", GradECLIP(heads: .paper)),
      Reference("grad_eclip_no_ksim", GradECLIP(heads: .paper, similarity: .none)),
      Reference("mask_clip", MaskCLIP()),
    ] {
      #expect(try reference.error(image, question, in: folder) <= tolerance, "\(reference.file)")
    }
  }
}
