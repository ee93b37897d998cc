import Tensors

/// One change of a tower: of which blocks, and what.
struct TowerEdit: Sendable {
  let tower: Tower
  /// From 0.
  let blocks: [Int]
  let edit: BlockEdit
}

extension CLIPModel {
  /// The model with some blocks of a tower changed. No weight is copied; both models go on to exist
  /// side by side, and share what is known of the tokens before the first changed block.
  ///
  /// ```swift
  /// let silent = try model.editing(.image, blocks: [4], .scale(0, heads: [3]), name: "…")
  /// ```
  ///
  /// Everything computed with the new model, forward and backward, is of the changed network. CLIP
  /// Surgery's new path knows no attention but that of values with values and no MLP: of the changes
  /// it takes over the scaled heads and skipped attention.
  ///
  /// - Parameters:
  ///   - blocks: indices below `blockCount(of:)`
  ///   - name: what the new model is called
  /// - Throws: `InterventionError` for a ResNet's image tower, blocks and heads that are not there, and
  ///   tensors that do not fit
  public func editing(
    _ tower: Tower, blocks: [Int], _ edit: BlockEdit, name: String
  ) throws -> CLIPModel {
    guard tower == .text || isTransformer else {
      throw InterventionError(
        "the image tower of \(self.name) is a ResNet, which has no blocks of attention and MLP to change",
        option: "model")
    }
    let count = blockCount(of: tower)
    guard !blocks.isEmpty, blocks.allSatisfy({ (0..<count).contains($0) }) else {
      throw InterventionError("`block` must be 1 to \(count)", option: "block")
    }
    let change = TowerEdit(tower: tower, blocks: blocks, edit: edit)
    let model = CLIPModel(of: self, name: name, adding: change)
    // Whether it fits is known now, not when the tower is first used.
    switch tower {
    case .image: _ = try model.imageTower
    case .text: _ = try model.textTower
    }
    return model
  }

  /// What was changed, in words: the name without what the model was called before; empty for an unchanged one.
  public var changesInWords: String {
    name.hasPrefix(originalName) ? String(name.dropFirst(originalName.count)) : name
  }

  /// The tensors that changes brought in (attention matrices, patched tokens), in order. With the changes in
  /// words, the architecture and the files' contents they tell what the model computes.
  public var editedTensors: [Tensor] {
    edits.compactMap { edit in
      switch edit.edit {
      case .attention(.given(let matrices), _): matrices
      case .patch(let patch): patch.rows
      default: nil
      }
    }
  }

  /// The heads of a block's attention.
  public func headCount(of tower: Tower) -> Int {
    switch tower {
    case .text: architecture.text.heads
    case .image:
      switch architecture.vision {
      case .transformer(let vision): vision.heads
      case .resNet(let vision): vision.heads
      }
    }
  }

  /// The image embedding with some heads of one block scaled, not normalized: [E]. The same bits as
  /// `encode` of the edited model.
  ///
  /// Only the blocks from `block` on are computed, where the tokens before it are known, and nothing of
  /// them is kept but the embedding.
  ///
  /// - Parameters:
  ///   - block: from 0
  ///   - heads: from 0
  public func encode(
    image pixels: Tensor, scaling heads: [Int], of block: Int, by factor: Float,
    positions: PositionResize = .bilinear
  ) throws -> Tensor {
    let model = try editing(.image, blocks: [block], .scale(factor, heads: heads), name: name)
    guard case .transformer(let tower) = try model.imageTower else {
      throw InterventionError("\(name) has no blocks")
    }
    return try tower.encode(pixels, from: block, positions: positions)
  }
}

extension CLIPModel.ImageTower {
  /// The tower with changes, one after the other.
  func applying(_ edits: [TowerEdit]) throws -> Self {
    guard case .transformer(var tower) = self else { return self }
    for edit in edits where edit.tower == .image { tower = try tower.editing(edit.blocks, edit.edit) }
    return .transformer(tower)
  }
}

extension VisionTransformer {
  /// The tower with some blocks changed; weights are shared.
  func editing(_ chosen: [Int], _ edit: BlockEdit) throws -> VisionTransformer {
    var tower = self
    for index in Set(chosen).sorted() {
      let (block, words) = try blocks[index].editing(edit, place: "block \(index + 1) of the image tower")
      tower.blocks[index] = block
      tower.identity = tower.identity.changed(words, from: index)
    }
    return tower
  }

  /// `encode`, for which the tokens behind block `first` are not kept.
  func encode(_ image: Tensor, from first: Int, positions: PositionResize) throws -> Tensor {
    let pass = pass(image, positions)
    let rest = blocks.count - first
    return try pass(.embedding, blocks: rest, reusing: rest) {
      var x = try tokens(image, after: first, positions: positions)
      for block in blocks[first...].dropLast() { x = try block.forward(x) }
      if let last = blocks.last { x = try last.forwardClassToken(x) }
      return try head(x.rows(0..<1)).row(0)
    }
  }
}

extension TextTransformer {
  /// The tower with changes, one after the other.
  func applying(_ edits: [TowerEdit]) throws -> TextTransformer {
    var tower = self
    for edit in edits where edit.tower == .text {
      for index in Set(edit.blocks).sorted() {
        let (block, words) = try tower.blocks[index].editing(
          edit.edit, place: "block \(index + 1) of the text tower")
        tower.blocks[index] = block
        tower.identity = tower.identity.changed(words, from: index)
      }
    }
    return tower
  }

  /// A changed block over some nodes of a tree (see `run`).
  ///
  /// - Parameters:
  ///   - x: the tokens before the block [queries, D]
  ///   - mixed: what the block's own attention gives, just computed: [queries, D]
  ///   - own: the joint projection of this tree [nodes, 3 · D]; `shared`: of the shared one
  ///   - paths: what each query sees, itself last
  func forward(
    _ block: TransformerBlock, by edit: Intervention, _ x: Tensor, mixed: Tensor, own: Tensor,
    shared: Tensor?, paths: [[Int32]]
  ) throws -> Tensor {
    try edit.check(tokens: paths.map(\.count).max() ?? 0, isCausal: true)
    let (width, headWidth) = (block.width, block.headWidth)
    for (head, replacement) in edit.heads.enumerated() {
      guard let replacement else { continue }
      let start = 2 * width + head * headWidth
      for (row, path) in paths.enumerated() {
        let out = mixed.storage.pointer + mixed.offset + row * width + head * headWidth
        out.update(repeating: 0, count: headWidth)
        for (j, node) in path.enumerated() {
          let weight: Float =
            switch replacement {
            case .uniform: 1 / Float(path.count)
            case .identity: j == path.count - 1 ? 1 : 0
            case .given(let matrix, _):
              matrix.withUnsafeBuffer { $0[(path.count - 1) * matrix.shape[1] + j] }
            }
          if weight == 0 { continue }
          (node >= 0 ? own : shared ?? own).withUnsafeBuffer { joint in
            let first = Int(node >= 0 ? node : -1 - node) * 3 * width + start
            for c in 0..<headWidth { out[c] += weight * joint[first + c] }
          }
        }
      }
    }
    let y = try block.outputProjection(mixed, adding: x)
    return edit.patched(edit.skipsMLP ? y : try block.mlp(y), positions: paths.map { $0.count - 1 })
  }
}
