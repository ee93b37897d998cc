import CLIPModels
import Explanations
import Tensors
import TestSupport
import Testing

private let tolerance: Float = 1e-4

extension Method {
  /// The relative error to the maps in the file of this name; one map there is expected for every text.
  fileprivate func error(_ image: String, _ question: Question, in folder: String = "") throws -> Float {
    let found = try explainer.maps(question)
    #expect(found.shape == [question.targets, question.rows, question.columns])
    let expected = try Golden.array("tiny-vit/golden/\(image)/\(folder)\(name).npy")
    if expected.count == found.count { return relativeError(found, expected.reshaped(found.shape)) }
    let single = try #require(expected.count * question.targets == found.count ? expected : nil)
    return (0..<question.targets).map {
      relativeError(found.row($0), single.reshaped([question.rows, question.columns]))
    }.max() ?? .infinity
  }
}

@Suite("Maps of explainers against reference numbers")
struct GoldenMapTests {
  @Test(
    "with the model's own heads", arguments: ImageCase.images,
    [
      Method("attention/raw_last", AttentionMap()), Method("attention/rollout", Rollout()),
      Method("attention/grad_cam_last_block_input", GradCAM()),
      Method("attention/chefer_last", Game(from: .last)),
      Method("attention/chefer_all", Game(from: .first)), Method("others/legrad_last2", LeGrad()),
      Method("others/sclip", SCLIP()), Method("others/naclip", NACLIP()),
      Method("others/clearclip", ClearCLIP()),
    ])
  func ownHeads(image: String, method: Method) throws {
    #expect(try method.error(image, ImageCase.question(image)) <= tolerance)
  }

  /// These programs resize positions bicubically.
  @Test("as Grad-ECLIP's programs run it", arguments: ImageCase.images, [false, true])
  func gradECLIP(image: String, keepingSize: Bool) throws {
    let question = try ImageCase.question(image, keepingSize: keepingSize, positions: .bicubic)
    let folder = keepingSize ? "gradeclip-keepsize/" : "gradeclip-square/"
    let size = try Golden.array("tiny-vit/golden/\(image)/\(folder)map_size.npy").scalars
    #expect([Float(question.rows), Float(question.columns)] == size)
    for method in [
      Method("grad_eclip", GradECLIP(heads: .paper)),
      Method("grad_eclip_no_ksim", GradECLIP(heads: .paper, similarity: .none)),
      Method("mask_clip", MaskCLIP()),
    ] {
      #expect(try method.error(image, question, in: folder) <= tolerance, "\(method.name)")
    }
  }
}
