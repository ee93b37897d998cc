import Tensors

extension TransformerBlock {
  /// The block with one more change.
  ///
  /// - Parameters:
  ///   - place: the block in messages: `block 3 of the image tower`
  /// - Returns: the block, and the change in words that leave nothing open
  /// - Throws: `InterventionError` for heads that it has not and tensors that do not fit it
  func editing(_ edit: BlockEdit, place: String) throws -> (block: TransformerBlock, words: String) {
    var block = self
    var all = intervention ?? Intervention(place: place)
    let words: String
    switch edit {
    case .skip(let part):
      if part != .mlp { all.skipsAttention = true }
      if part != .attention { all.skipsMLP = true }
      words = "skip \(part.rawValue)"
    case .scale(let factor, let chosen):
      let chosen = try checked(heads: chosen, place)
      guard factor.isFinite else {
        throw InterventionError("`factor` must be finite, found \(factor)", option: "factor")
      }
      var columns = all.columns?.scalars ?? [Float](repeating: 1, count: width)
      for head in chosen {
        for c in head * headWidth..<(head + 1) * headWidth { columns[c] *= factor }
      }
      all.columns = columns.allSatisfy { $0 == 1 } ? nil : Tensor(columns)
      words = "scale \(chosen) by \(factor.bitPattern)"
    case .attention(let replacement, let chosen):
      let chosen = try checked(heads: chosen, place)
      let new = try replacements(replacement, heads: chosen, place)
      if all.heads.isEmpty { all.heads = Array(repeating: nil, count: heads) }
      for (head, one) in zip(chosen, new) { all.heads[head] = one }
      words = "attention \(zip(chosen, new).map { "\($0) \($1.name)" })"
    case .patch(let patch):
      guard patch.rows.shape[1] == width else {
        throw InterventionError(
          "tokens of \(place) have \(width) features, not \(patch.rows.shape[1])", option: "from")
      }
      all.patches.append(patch)
      words = "patch #\(patch.number)"
    }
    block.intervention = all
    return (block, words)
  }

  private func checked(heads chosen: [Int]?, _ place: String) throws -> [Int] {
    guard let chosen else { return Array(0..<heads) }
    guard !chosen.isEmpty else { throw InterventionError("`head` is empty", option: "head") }
    for head in chosen where !(0..<heads).contains(head) {
      throw InterventionError("`head` must be 0 to \(heads - 1) in \(place), found \(head)", option: "head")
    }
    return Set(chosen).sorted()
  }

  private func replacements(
    _ replacement: AttentionReplacement, heads chosen: [Int], _ place: String
  ) throws -> [Intervention.Head] {
    switch replacement {
    case .uniform: return chosen.map { _ in .uniform }
    case .identity: return chosen.map { _ in .identity }
    case .given(let matrices):
      let shape = matrices.shape
      if shape.count == 2, shape[0] == shape[1], shape[0] > 0 {
        let number = UniqueNumber.next()
        return chosen.map { _ in .given(matrices, number: number) }
      }
      guard shape.count == 3, shape[0] == chosen.count, shape[1] == shape[2], shape[1] > 0 else {
        throw InterventionError(
          "`attention` must be [tokens, tokens], or [\(chosen.count), tokens, tokens] for "
            + "\(chosen.count == 1 ? "one head" : "\(chosen.count) heads"), found \(describe(shape: shape))",
          option: "attention")
      }
      return chosen.indices.map { .given(matrices.row($0), number: UniqueNumber.next()) }
    }
  }

  /// `forward` of a block that was changed.
  func forward(
    _ x: Tensor, by edit: Intervention, joint: Tensor? = nil, weights: TensorStorage? = nil,
    isCausal: Bool = false
  ) throws -> Tensor {
    try edit.check(tokens: x.shape[0], isCausal: isCausal)
    var y = x
    if !edit.skipsAttention || weights != nil {
      let mixed = try attend(joint ?? project(ln1(x)), weights: weights, isCausal: isCausal)
      y = try outputProjection(mixed, adding: x)
    }
    return edit.patched(edit.skipsMLP ? y : try mlp(y))
  }

  /// `forwardClassToken` of a block that was changed.
  func forwardClassToken(
    _ x: Tensor, by edit: Intervention, keysAndValues: Tensor?
  ) throws -> Tensor {
    try edit.check(tokens: x.shape[0], isCausal: false)
    let first = x.rows(0..<1)
    var y = first
    if !edit.skipsAttention {
      let joint = try keysAndValues ?? projectKeysAndValues(ln1(x))
      let values = HeadRows(joint, start: width)
      let mixed = try attention(
        query: HeadRows(projectQueries(ln1(first))), key: HeadRows(joint), value: values, heads: heads,
        headWidth: headWidth, scale: scale)
      try replaceAttention(edit, in: mixed, values: values, row: 0)
      y = try outputProjection(mixed, adding: first)
    }
    return edit.patched(edit.skipsMLP ? y : try mlp(y), positions: [0])
  }

  /// x + out_proj(o), with the factors of the heads, or x where attention is skipped.
  func outputProjection(_ mixed: Tensor, adding x: Tensor) throws -> Tensor {
    guard let intervention else { return try out(mixed, adding: x) }
    return intervention.skipsAttention ? x : try out(intervention.scaled(mixed), adding: x)
  }

  /// Puts the output of replaced heads in the place of what their own attention gave.
  ///
  /// - Parameters:
  ///   - mixed: just computed and seen by nobody else: [N, D], or [1, D] of `row`
  ///   - values: V of every token
  ///   - row: the only query; nil for all
  ///   - weights: the matrices [heads, queries, N], where they are recorded
  func replaceAttention(
    _ edit: Intervention, in mixed: Tensor, values: HeadRows, row: Int? = nil, isCausal: Bool = false,
    weights: TensorStorage? = nil
  ) throws {
    let tokens = values.matrix.shape[0]
    let queries = row.map { $0..<($0 + 1) } ?? 0..<tokens
    let stride = values.matrix.shape[1]
    for (head, replacement) in edit.heads.enumerated() {
      guard let replacement else { continue }
      let start = values.start + head * headWidth
      let out = mixed.storage.pointer + mixed.offset + head * headWidth
      values.matrix.withUnsafeBuffer { v in
        switch replacement {
        case .identity:
          for (place, i) in queries.enumerated() {
            for c in 0..<headWidth { out[place * width + c] = v[i * stride + start + c] }
          }
        case .uniform:
          // The sum of the values seen so far, which under causality is the row's own.
          var sum = [Float](repeating: 0, count: headWidth)
          var seen = 0
          for (place, i) in queries.enumerated() {
            let visible = isCausal ? i + 1 : tokens
            while seen < visible {
              for c in 0..<headWidth { sum[c] += v[seen * stride + start + c] }
              seen += 1
            }
            for c in 0..<headWidth { out[place * width + c] = sum[c] / Float(visible) }
          }
        case .given: break
        }
      }
      if case .given = replacement {
        let own = Tensor([tokens, headWidth]) { own in
          values.matrix.withUnsafeBuffer { v in
            for i in 0..<tokens {
              for c in 0..<headWidth { own[i * headWidth + c] = v[i * stride + start + c] }
            }
          }
        }
        let result = try product(
          matrix(replacement, queries: queries, tokens: tokens, isCausal: isCausal), own)
        result.withUnsafeBuffer { result in
          for place in 0..<queries.count {
            for c in 0..<headWidth { out[place * width + c] = result[place * headWidth + c] }
          }
        }
      }
      if let weights {
        matrix(replacement, queries: queries, tokens: tokens, isCausal: isCausal).withUnsafeBuffer {
          guard let base = $0.baseAddress else { return }
          (weights.pointer + head * $0.count).update(from: base, count: $0.count)
        }
      }
    }
    withExtendedLifetime((mixed, weights)) {}
  }

  /// Some rows of a replaced attention matrix: [queries, tokens].
  private func matrix(
    _ replacement: Intervention.Head, queries: Range<Int>, tokens: Int, isCausal: Bool
  ) -> Tensor {
    if case .given(let matrix, _) = replacement, !isCausal { return matrix.rows(queries) }
    return Tensor([queries.count, tokens]) { out in
      out.update(repeating: 0)
      for (place, i) in queries.enumerated() {
        let visible = isCausal ? i + 1 : tokens
        switch replacement {
        case .uniform: for j in 0..<visible { out[place * tokens + j] = 1 / Float(visible) }
        case .identity: out[place * tokens + i] = 1
        case .given(let matrix, _):
          let side = matrix.shape[1]
          matrix.withUnsafeBuffer { given in
            for j in 0..<visible { out[place * tokens + j] = given[i * side + j] }
          }
        }
      }
    }
  }

  /// The block's changes where its heads are read as another number of heads.
  func intervention(forHeads count: Int) throws -> Intervention? {
    guard var edit = intervention, edit.replacesAttention, count != heads else { return intervention }
    guard Set(edit.heads.map { $0?.name }).count == 1 else {
      throw InterventionError(
        "the heads of \(edit.place) have different attention by `edit`; they cannot be read as one")
    }
    edit.heads = Array(repeating: edit.heads.first ?? nil, count: count)
    return edit
  }
}
