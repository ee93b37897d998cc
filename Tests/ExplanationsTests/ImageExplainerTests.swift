import CLIPModels
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Explanations

/// A map that is not finite or the same everywhere.
private func isEmpty(_ map: Tensor) -> Bool {
  let values = map.scalars
  return !values.allSatisfy(\.isFinite) || values.min() == values.max()
}

extension Method {
  /// All, those with layers also with several.
  static let all = [
    Method("attention", AttentionMap()), Method("attention of block 3", AttentionMap(layer: 3)),
    Method("rollout", Rollout()), Method("maskclip", MaskCLIP()), Method("sclip", SCLIP()),
    Method("naclip", NACLIP()), Method("clearclip", ClearCLIP()), Method("legrad", LeGrad()),
    Method("legrad of five", LeGrad(layers: 5)), Method("grad-eclip", GradECLIP()),
    Method("grad-eclip of three", GradECLIP(layers: 3)),
    Method("grad-eclip, one head", GradECLIP(layers: 2, heads: .paper, similarity: .raw)),
    Method("grad-cam", GradCAM()), Method("grad-cam of block 2", GradCAM(layer: 2)),
    Method("game", Game()), Method("game of all", Game(from: .first)),
  ]
}

@Suite("Explainers")
struct ImageExplainerTests {
  @Test("a map a text, on grids that are not square", arguments: Method.all)
  func shapes(method: Method) throws {
    let question = try ImageCase.wide()
    let maps = try method.explainer.maps(question)
    #expect(maps.shape == [6, 3, 5])
    #expect(!(0..<6).contains { isEmpty(maps.row($0)) })
  }

  @Test("several texts are as each alone", arguments: Method.all)
  func texts(method: Method) throws {
    let all = try ImageCase.wide()
    let maps = try method.explainer.maps(all)
    for t in 0..<all.targets {
      let one = try Question(model: all.model, pixels: all.pixels, texts: all.texts.rows(t..<(t + 1)))
      #expect(relativeError(maps.row(t), try method.explainer.maps(one).row(0)) < 1e-5)
    }
  }

  @Test("the same bits again, and without kept work", arguments: Method.all)
  func bits(method: Method) throws {
    let question = try ImageCase.wide()
    let cold = try WarmWork.$current.withValue(WarmWork(limit: 0)) { try method.explainer.maps(question) }
    try WarmWork.$current.withValue(WarmWork(limit: WarmWork.defaultLimit)) {
      for _ in 0..<2 { #expect(try method.explainer.maps(question) == cold) }
      // Tokens that another method left behind.
      _ = try Rollout().maps(question)
      _ = try LeGrad(layers: 8).maps(question)
      #expect(try method.explainer.maps(question) == cold)
    }
  }

  @Test("attention is the class token's row, rollout the product of matrices, on a grid that is not square")
  func attention() throws {
    let question = try ImageCase.wide()
    let tower = try ImageCase.tower(question)
    let tokens = 16
    var rollout = DoubleMatrix(
      tokens, tokens, (0..<tokens * tokens).map { $0 % (tokens + 1) == 0 ? 1 : 0 })
    for layer in 0..<8 {
      let heads = try tower.attentionMatrices(question.pixels, layer: layer, positions: .bilinear)
      var mean = DoubleMatrix(tokens, tokens, Array(repeating: 0, count: tokens * tokens))
      for head in 0..<2 { mean = mean.adding(DoubleMatrix(heads.row(head)).mapped { $0 / 2 }) }
      let row = mean.row(0).dropFirst()
      for place in [layer + 1, layer - 8] {
        let found = try AttentionMap(layer: place).maps(question)
        for t in 0..<6 { #expect(gradientError(found.row(t).scalars, Array(row)) < 1e-5) }
      }
      var step = mean
      for i in 0..<tokens {
        step[i, i] += 1
        let sum = step.row(i).reduce(0, +)
        for j in 0..<tokens { step[i, j] /= sum }
      }
      var next = DoubleMatrix(tokens, tokens, Array(repeating: 0, count: tokens * tokens))
      for i in 0..<tokens {
        for j in 0..<tokens {
          next[i, j] = (0..<tokens).map { step[i, $0] * rollout[$0, j] }.reduce(0, +)
        }
      }
      rollout = next
    }
    let found = try Rollout().maps(question)
    for t in 0..<6 {
      #expect(gradientError(found.row(t).scalars, Array(rollout.row(0).dropFirst())) < 1e-5)
    }
  }

  @Test("several layers of Grad-ECLIP are the sum of each one's ReLU")
  func gradECLIPLayers() throws {
    let question = try ImageCase.wide()
    let tower = try ImageCase.tower(question)
    let inputs = try tower.blockInputs(question.pixels)
    let (_, top) = try tower.cosineGradients(
      with: question.texts, classToken: inputs[8].rows(0..<1), tokens: 16)
    var sum = [Double](repeating: 0, count: 6 * 15)
    var layers = 0
    try tower.visitGradients(top, from: 8, to: 5, wantsAttention: false, inputs: { inputs[$0] }) { seen in
      let g = DoubleMatrix(seen.mixed)
      let v = DoubleMatrix(seen.activations.value.matrix)
      let start = seen.activations.value.start
      for (place, t) in seen.targets.enumerated() {
        for i in 1..<16 {
          let row = place * seen.mixed.shape[1]
          let score = (0..<128).map { g[row, $0] * v[i, start + $0] }.reduce(0, +)
          sum[t * 15 + i - 1] += max(0, score)
        }
      }
      layers += 1
      let found = try GradECLIP(layers: layers, similarity: .none).maps(question)
      #expect(gradientError(found.scalars, sum) < 1e-5)
    }
    #expect(layers == 3)
  }

  @Test("every layer adds its positive part to LeGrad and Grad-ECLIP")
  func layersAdd() throws {
    let question = try ImageCase.wide()
    for make in [{ LeGrad(layers: $0) }, { GradECLIP(layers: $0) }] as [(Int) -> any ImageExplainer] {
      var last = [Float](repeating: 0, count: 6 * 15)
      for layers in 1...8 {
        let next = try make(layers).maps(question).scalars
        // One layer and several are rounded in another order.
        let rounding = 1e-6 * (next.max() ?? 0)
        #expect(zip(last, next).allSatisfy { $0 <= $1 + rounding })
        #expect(zip(last, next).contains { $0 + 10 * rounding < $1 })
        last = next
      }
    }
  }

  @Test("NACLIP's neighbourhood; a wide one is key–key attention without it")
  func neighbourhood() throws {
    let bias = DoubleMatrix(NACLIP.neighbourhood(rows: 3, columns: 5, sigma: 1.5))
    for i in 0..<16 {
      for j in 0..<16 {
        let (row, column) = ((i - 1) / 5 - (j - 1) / 5, (i - 1) % 5 - (j - 1) % 5)
        let expected = i * j == 0 ? 0 : exp(-Double(row * row + column * column) / 4.5)
        #expect(abs(bias[i, j] - expected) < 1e-6)
      }
    }
    // The same weight of all patches only turns attention away from the class token.
    let question = try ImageCase.wide()
    let maps = try [0.1, 5, 1e6].map { try NACLIP(sigma: $0).maps(question) }
    #expect(maps[0] != maps[1] && maps[1] != maps[2])
    #expect(try NACLIP().maps(question) == maps[1])
  }

  @Test("a ResNet's attention is that of its pooling")
  func resNetAttention() throws {
    let question = try ImageCase.resNet()
    let heads = try question.model.attentionMatrices(image: question.pixels, layer: 0)
    let (count, tokens) = (heads.shape[0], heads.shape[2])
    let values = heads.scalars
    let expected = (1..<tokens).map { j in
      (0..<count).map { Double(values[$0 * tokens * tokens + j]) }.reduce(0, +) / Double(count)
    }
    for layer in [1, -1] {
      let found = try AttentionMap(layer: layer).maps(question)
      #expect(found.shape == [6, 3, 3])
      for t in 0..<6 { #expect(gradientError(found.row(t).scalars, expected) < 1e-5) }
    }
  }

  /// ReLU(Σ_c w_c · x_ic) with w the mean gradient over positions, from the pooling's own backward pass.
  @Test("Grad-CAM on a ResNet reads the last stage, and finer grids before")
  func resNetGradCAM() throws {
    let question = try ImageCase.resNet()
    guard case .resNet(let tower) = try question.model.imageTower else { return }
    let trace = try tower.trace(question.pixels)
    let (_, top) = try cosineGradients(of: tower.embedding(trace), with: question.texts)
    let gradients = try tower.poolBackward(top, trace: trace)
    let (g, x) = (DoubleMatrix(gradients.values), DoubleMatrix(trace.stage(4).pixels))
    var expected: [Double] = []
    for t in 0..<6 {
      let weights = (0..<x.columns).map { c in (0..<9).map { g[t * 9 + $0, c] }.reduce(0, +) / 9 }
      for i in 0..<9 { expected.append(max(0, zip(x.row(i), weights).map(*).reduce(0, +))) }
    }
    #expect(gradientError(try GradCAM().maps(question).scalars, expected) < 1e-4)
    #expect(try GradCAM(layer: 3).maps(question).shape == [6, 6, 6])
    #expect(try GradCAM(layer: 1).maps(question).shape == [6, 24, 24])
  }

  @Test("options that do not fit are refused by name")
  func options() throws {
    let question = try ImageCase.wide(texts: 1)
    func refused(_ explainer: any ImageExplainer, option: String, _ words: String) {
      #expect {
        try explainer.maps(question)
      } throws: { error in
        guard let error = error as? ExplanationError else { return false }
        return error.option == option && error.description.contains(words)
      }
    }
    for layer in [0, 9, -9] { refused(AttentionMap(layer: layer), option: "layer", "found \(layer)") }
    for layer in [0, 9, -9] { refused(GradCAM(layer: layer), option: "layer", "1 to 8") }
    for layers in [0, 9, -1] {
      refused(LeGrad(layers: layers), option: "layers", "1 to 8")
      refused(GradECLIP(layers: layers), option: "layers", "found \(layers)")
    }
    for sigma in [0, -1, .nan, .infinity] as [Double] {
      refused(NACLIP(sigma: sigma), option: "sigma", "greater than 0")
    }
  }

  @Test("a ResNet has no blocks to read")
  func resNet() throws {
    let question = try ImageCase.resNet()
    let methods: [(String, any ImageExplainer)] = [
      ("rollout", Rollout()), ("maskclip", MaskCLIP()), ("sclip", SCLIP()), ("naclip", NACLIP()),
      ("clearclip", ClearCLIP()), ("legrad", LeGrad()), ("grad-eclip", GradECLIP()), ("game", Game()),
    ]
    for (name, explainer) in methods {
      #expect {
        try explainer.maps(question)
      } throws: { error in
        (error as? ExplanationError)?.description.contains("`\(name)`") ?? false
      }
    }
    for layer in [0, 2, -2] {
      #expect(throws: ExplanationError.self) { try AttentionMap(layer: layer).maps(question) }
    }
  }
}
