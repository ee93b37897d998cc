import Checkpoints
import Synchronization
import Tensors

/// The text tower: token and position embedding, causal blocks, ln_final, and the features at the
/// end-of-text token projected (Radford et al. 2021, section 2.4).
///
/// Tokens after end-of-text cannot matter to it and are never computed; sequences that begin alike
/// share the work of their beginning (`PromptTree`).
public struct TextTransformer: Sendable {
  /// The longest sequence, start and end included.
  public let contextLength: Int
  /// D, the features of a token.
  public let width: Int
  /// E, the features of an embedding.
  public let embedding: Int
  /// The blocks, first to last.
  public internal(set) var blocks: [TransformerBlock]

  let tokenEmbedding: Tensor  // [vocabulary, D]
  let positionEmbedding: Tensor  // [context, D]
  let lnFinal: LayerNormWeights
  let projection: Tensor  // [D, E]

  /// Names these weights in what is kept of earlier calls (`WarmWork`).
  var identity = TowerIdentity()

  /// Reads the tower's weights.
  public init(
    _ source: WeightSource, _ shape: Architecture.Text, embedding: Int, activation: Activation
  ) throws {
    contextLength = shape.contextLength
    width = shape.width
    self.embedding = embedding
    let (width, epsilon) = (shape.width, shape.normEpsilon)
    tokenEmbedding = try source("token_embedding.weight", [shape.vocabularySize, width])
    positionEmbedding = try source("positional_embedding", [shape.contextLength, width])
    lnFinal = try LayerNormWeights(source.under("ln_final"), width: width, epsilon: epsilon)
    projection = try source("text_projection", [width, embedding])
    blocks = try (0..<shape.layers).map { layer in
      try TransformerBlock(
        source.under("transformer.resblocks.\(layer)"), width: width, heads: shape.heads,
        mlpWidth: shape.mlpWidth, activation: activation, epsilon: epsilon)
    }
  }

  /// Beginnings computed once for many prompts: the tree and, per block, the joint projection
  /// [nodes, 3 · D] whose keys and values later tokens read.
  public struct SharedBeginnings: Sendable {
    let tree: PromptTree
    let projections: [Tensor]
  }

  /// Computes the beginnings that later calls of `encode` may share.
  ///
  /// - Parameter beginnings: token sequences from start-of-text on, without end-of-text
  public func share(_ beginnings: [[Int32]]) throws -> SharedBeginnings {
    var tree = PromptTree()
    for sequence in beginnings where !sequence.isEmpty { _ = tree.insert(sequence[...]) }
    var projections: [Tensor] = []
    if !tree.nodes.isEmpty {
      _ = try run(tree, sharing: nil, outputs: nil) { projections.append($0) }
    }
    return SharedBeginnings(tree: tree, projections: projections)
  }

  /// The embeddings of whole sequences, not normalized.
  ///
  /// The sequences of one call are one batch: its composition decides how products round, so callers
  /// keep it fixed (one label's templates; a run of prompts).
  ///
  /// - Parameters:
  ///   - sequences: token ids from start-of-text to end-of-text, none empty
  ///   - shared: beginnings computed before
  /// - Returns: [sequences, E]
  public func encode(
    _ sequences: [[Int32]], sharing shared: SharedBeginnings? = nil
  ) throws -> Tensor {
    if sequences.isEmpty { return Tensor(shape: [0, embedding], storage: TensorStorage(count: 0)) }
    for sequence in sequences where sequence.isEmpty || sequence.count > contextLength {
      throw ShapeError("text", "\(sequence.count) tokens where 1 to \(contextLength) fit")
    }
    let vocabulary = tokenEmbedding.shape[0]
    for token in sequences.joined() where token < 0 || Int(token) >= vocabulary {
      throw ShapeError("text", "token \(token) where the model has \(vocabulary)")
    }
    let shared = shared.flatMap { $0.tree.nodes.isEmpty ? nil : $0 }
    var tree = PromptTree()
    let ends = sequences.map { sequence in
      // The last token is always this batch's own, even where a beginning covers the sequence.
      let match = shared?.tree.longestMatch(sequence.dropLast()) ?? (node: -1, length: 0)
      return tree.insert(
        sequence[match.length...], below: match.length > 0 ? .shared(match.node) : .nothing,
        position: match.length)
    }
    let last = try run(tree, sharing: shared, outputs: ends) { _ in }
    return try product(lnFinal(last), projection)
  }

  /// The embeddings of many sequences, not normalized, in batches of `batch` consecutive ones.
  ///
  /// A beginning that every batch has (a prompt template up to its label, where each batch is one
  /// label's prompts) is computed once. Batches run side by side, each on one worker, and a row's
  /// bits depend on its own batch and those beginnings only.
  ///
  /// - Returns: [sequences, E]
  public func encode(
    _ sequences: [[Int32]], batch size: Int, progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> Tensor {
    try Self.encode(
      sequences, batch: size, identity: identity, embedding: embedding, progress: progress
    ) { self }
  }

  /// The same for a tower that is only made where something must be computed.
  ///
  /// - Parameters:
  ///   - identity: the tower's
  ///   - embedding: E
  static func encode(
    _ sequences: [[Int32]], batch size: Int, identity: TowerIdentity, embedding: Int,
    progress: (@Sendable (Int) -> Void)?, tower make: () throws -> TextTransformer
  ) throws -> Tensor {
    if sequences.isEmpty { return try make().encode(sequences) }
    let batches = stride(from: 0, to: sequences.count, by: max(1, size)).map {
      Array(sequences[$0..<min($0 + max(1, size), sequences.count)])
    }
    // Workers are other threads: what is current here is not there.
    let kept = KeptPrompts(
      identity, embedding: embedding, beginnings: batches.count > 1 ? commonBeginnings(of: batches) : [])
    var rows = batches.map { kept[$0] }
    let missing = rows.indices.filter { rows[$0] == nil }
    progress?(sequences.count - missing.reduce(0) { $0 + batches[$1].count })
    if !missing.isEmpty {
      let tower = try make()
      let shared = try tower.share(kept.beginnings)
      let results = Mutex<[Int: Tensor]>([:])
      func compute(_ piece: Int) throws {
        let index = missing[piece]
        let new = try tower.encode(batches[index], sharing: shared)
        kept.keep(new, batches[index])
        results.withLock { $0[index] = new }
        progress?(batches[index].count)
      }
      // A single batch is divided further by the layers themselves.
      if missing.count == 1 { try compute(0) } else { try Workers.run(missing.count, compute) }
      for (index, new) in results.withLock({ $0 }) { rows[index] = new }
    }
    if batches.count == 1, let only = rows[0] { return only }
    let out = TensorStorage(count: sequences.count * embedding)
    for (index, batch) in rows.enumerated() {
      batch?.withUnsafeBuffer { source in
        guard let base = source.baseAddress else { return }
        (out.pointer + index * max(1, size) * embedding).update(from: base, count: source.count)
      }
    }
    return Tensor(shape: [sequences.count, embedding], storage: out)
  }

  /// The beginnings that occur in every batch, longest first within each sequence of the first one.
  private static func commonBeginnings(of batches: [[[Int32]]]) -> [[Int32]] {
    var candidates = Set(
      batches[0].flatMap { sequence in
        (1..<max(1, sequence.count)).map { sequence.prefix($0) }
      })
    for batch in batches.dropFirst() {
      if candidates.isEmpty { break }
      candidates.formIntersection(
        batch.flatMap { sequence in (1..<max(1, sequence.count)).map { sequence.prefix($0) } })
    }
    // In the first batch's order, so that the tree's rows are in the same places in every process.
    return batches[0].compactMap { sequence in
      (1..<max(1, sequence.count)).reversed().lazy.map { sequence.prefix($0) }
        .first { candidates.contains($0) }.map(Array.init)
    }
  }

  /// Runs the blocks over a tree's nodes.
  ///
  /// - Parameters:
  ///   - outputs: the nodes whose activations are wanted; nil where only keys and values are
  ///   - visit: receives each block's joint projection
  /// - Returns: [outputs, D]
  private func run(
    _ tree: PromptTree, sharing shared: SharedBeginnings?, outputs: [Int]?,
    visit: (Tensor) -> Void
  ) throws -> Tensor {
    var x = embed(tree)
    let paths = tree.paths(continuing: shared?.tree)
    for (index, block) in blocks.enumerated() {
      let joint = try block.project(block.ln1(x))
      visit(joint)
      let isLast = index == blocks.count - 1
      if isLast && outputs == nil { break }
      // Nothing reads the other rows after the last block.
      let queries = isLast ? outputs ?? [] : Array(tree.nodes.indices)
      let mixed = try treeAttention(
        own: joint, shared: shared?.projections[index],
        paths: isLast ? queries.map { paths[$0] } : paths, queries: queries,
        heads: block.heads, headWidth: block.headWidth, scale: block.scale)
      let residual = isLast ? gatherRows(x, queries) : x
      x =
        if let edit = block.intervention {
          try forward(
            block, by: edit, residual, mixed: mixed, own: joint, shared: shared?.projections[index],
            paths: isLast ? queries.map { paths[$0] } : paths)
        } else {
          try block.mlp(block.out(mixed, adding: residual))
        }
    }
    return x
  }

  /// Token plus position embedding: [nodes, D].
  private func embed(_ tree: PromptTree) -> Tensor {
    Tensor([tree.nodes.count, width]) { out in
      tokenEmbedding.withUnsafeBuffer { tokens in
        positionEmbedding.withUnsafeBuffer { positions in
          for (i, node) in tree.nodes.enumerated() {
            let (token, position) = (Int(node.token) * width, node.position * width)
            for j in 0..<width { out[i * width + j] = tokens[token + j] + positions[position + j] }
          }
        }
      }
    }
  }
}

/// Rows picked by index: [indices, width].
func gatherRows(_ x: Tensor, _ indices: [Int]) -> Tensor {
  let width = x.shape[1]
  return Tensor([indices.count, width]) { out in
    x.withUnsafeBuffer { source in
      for (i, row) in indices.enumerated() {
        for j in 0..<width { out[i * width + j] = source[row * width + j] }
      }
    }
  }
}
