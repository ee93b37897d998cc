import CLIPModels
import Cache
import Tensors
import TestSupport
import Testing

@testable import Explanations

/// Maps found on disk by another process.
@Suite("Maps kept on disk")
struct KeptMapsTests {
  let temporary: TemporaryFolder

  init() throws { temporary = try TemporaryFolder() }

  /// What a process answers that has nothing in memory, and what it found and kept.
  private func fresh(
    _ explainer: any ImageExplainer, _ question: Question, isOff: Bool = false
  ) throws -> (maps: Tensor, count: DiskCache.Count) {
    let cache = DiskCache(folder: temporary.path + "/cache", limit: 1 << 28)
    let maps = try DiskCache.$override.withValue(.some(isOff ? nil : cache)) {
      try WarmWork.$current.withValue(WarmWork(limit: WarmWork.defaultLimit)) {
        try explainer.keptMaps(question)
      }
    }
    return (maps, cache.counts["map"] ?? DiskCache.Count())
  }

  @Test(
    "are equal, bit for bit, without a cache, with an empty and with a full one",
    arguments: Method.all + [
      Method("rise", RISE(samples: 70, seed: 3)), Method("m2ib", M2IB(steps: 2, samples: 2)),
      Method("input-gradient", InputGradient()), Method("smooth", InputGradient(smooth: 2)),
    ])
  func bits(method: Method) throws {
    let question = try ImageCase.wide()
    let off = try fresh(method.explainer, question, isOff: true)
    #expect(off.count == DiskCache.Count())
    let cold = try fresh(method.explainer, question)
    #expect(cold.maps == off.maps)
    #expect(cold.count.found == 0 && cold.count.kept > 0)
    let warm = try fresh(method.explainer, question)
    #expect(warm.maps == off.maps)
    #expect(warm.count.found > 0 && warm.count.kept == 0)
  }

  @Test("every option is in the key")
  func options() throws {
    let question = try ImageCase.wide()
    let methods: [any ImageExplainer] = [
      RISE(samples: 9), RISE(samples: 9, cells: 3), RISE(samples: 9, visible: 0.25),
      RISE(samples: 9, seed: 1),
      RISE(samples: 9, settle: 0), RISE(samples: 9, isCentered: false), GradCAM(), GradCAM(layer: 2), Game(),
      Game(from: .first), GradECLIP(), GradECLIP(similarity: .raw), NACLIP(sigma: 2),
      NACLIP(sigma: 2.0.nextUp),
    ]
    for method in methods {
      let found = try fresh(method, question).count
      #expect(found.found == 0 && found.kept == 1, "\(method)")
    }
  }

  @Test("a map that stands alone is computed alone")
  func alone() throws {
    let method = M2IB(steps: 2, samples: 2)
    let all = try ImageCase.wide()
    let maps = try fresh(method, all).maps
    var edited = all
    edited.texts = try Tensor.stacked([
      all.texts.row(0), all.texts.row(1).reshaped([all.texts.shape[1]]), all.texts.row(3),
    ])
    #expect(try fresh(method, edited).count.kept == 0)
    var other = all.texts.row(1).scalars
    other.reverse()
    edited.texts = try Tensor.stacked([all.texts.row(0), Tensor(other), all.texts.row(3)])
    let off = try fresh(method, edited, isOff: true)
    let found = try fresh(method, edited)
    #expect(found.count.found == 2 && found.count.kept == 1)
    #expect(found.maps == off.maps)
    #expect(found.maps.row(0) == maps.row(0) && found.maps.row(2) == maps.row(3))
  }
}
