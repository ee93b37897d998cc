/// The names and shapes of all weights an architecture has, in OpenAI's naming.
extension Architecture {
  /// A weight and the shape it must have.
  struct Weight {
    let name: String
    let shape: [Int]
  }

  /// All weights, `logit_scale` apart.
  var weights: [Weight] {
    var list: [Weight] = []
    switch vision {
    case .transformer(let tower):
      let w = tower.width
      list.append(Weight(name: "visual.conv1.weight", shape: [w, 3, tower.patchSize, tower.patchSize]))
      list.append(Weight(name: "visual.class_embedding", shape: [w]))
      list.append(
        Weight(name: "visual.positional_embedding", shape: [tower.grid * tower.grid + 1, w]))
      list += Self.norm("visual.ln_pre", w)
      for layer in 0..<tower.layers {
        list += Self.block("visual.transformer.resblocks.\(layer)", w, tower.mlpWidth)
      }
      list += Self.norm("visual.ln_post", w)
      list.append(Weight(name: "visual.proj", shape: [w, embedDim]))
    case .resNet(let tower):
      list += Self.resNet(tower, embedDim: embedDim)
    }
    list.append(Weight(name: "token_embedding.weight", shape: [text.vocabularySize, text.width]))
    list.append(Weight(name: "positional_embedding", shape: [text.contextLength, text.width]))
    for layer in 0..<text.layers {
      list += Self.block("transformer.resblocks.\(layer)", text.width, text.mlpWidth)
    }
    list += Self.norm("ln_final", text.width)
    list.append(Weight(name: "text_projection", shape: [text.width, embedDim]))
    return list
  }

  private static func norm(_ name: String, _ width: Int) -> [Weight] {
    [Weight(name: name + ".weight", shape: [width]), Weight(name: name + ".bias", shape: [width])]
  }

  private static func linear(_ name: String, _ output: Int, _ input: Int) -> [Weight] {
    [
      Weight(name: name + ".weight", shape: [output, input]),
      Weight(name: name + ".bias", shape: [output]),
    ]
  }

  private static func block(_ name: String, _ width: Int, _ mlp: Int) -> [Weight] {
    norm(name + ".ln_1", width) + [
      Weight(name: name + ".attn.in_proj_weight", shape: [3 * width, width]),
      Weight(name: name + ".attn.in_proj_bias", shape: [3 * width]),
    ] + linear(name + ".attn.out_proj", width, width) + norm(name + ".ln_2", width)
      + linear(name + ".mlp.c_fc", mlp, width) + linear(name + ".mlp.c_proj", width, mlp)
  }

  /// A bias-free convolution and the BatchNorm behind it.
  private static func convolution(
    _ name: String, _ norm: String, _ output: Int, _ input: Int, _ kernel: Int
  ) -> [Weight] {
    [Weight(name: name + ".weight", shape: [output, input, kernel, kernel])]
      + ["weight", "bias", "running_mean", "running_var"].map {
        Weight(name: "\(norm).\($0)", shape: [output])
      }
  }

  private static func resNet(_ tower: ModifiedResNet, embedDim: Int) -> [Weight] {
    let half = tower.width / 2
    var list = convolution("visual.conv1", "visual.bn1", half, 3, 3)
    list += convolution("visual.conv2", "visual.bn2", half, half, 3)
    list += convolution("visual.conv3", "visual.bn3", tower.width, half, 3)
    var input = tower.width
    for (stage, blocks) in tower.layers.enumerated() {
      let planes = tower.width << stage
      for block in 0..<blocks {
        let name = "visual.layer\(stage + 1).\(block)"
        list += convolution(name + ".conv1", name + ".bn1", planes, input, 1)
        list += convolution(name + ".conv2", name + ".bn2", planes, planes, 3)
        list += convolution(name + ".conv3", name + ".bn3", 4 * planes, planes, 1)
        if block == 0 {
          list += convolution(name + ".downsample.0", name + ".downsample.1", 4 * planes, input, 1)
        }
        input = 4 * planes
      }
    }
    let width = tower.poolWidth
    list.append(
      Weight(
        name: "visual.attnpool.positional_embedding",
        shape: [tower.grid * tower.grid + 1, width]))
    for part in ["q_proj", "k_proj", "v_proj"] {
      list += linear("visual.attnpool.\(part)", width, width)
    }
    return list + linear("visual.attnpool.c_proj", embedDim, width)
  }
}
