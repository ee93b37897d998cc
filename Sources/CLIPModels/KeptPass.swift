import Synchronization
import Tensors

/// A tower of the process: two that are equal compute the same.
struct TowerIdentity: Hashable, Sendable {
  private let number: Int
  /// What was changed in the tower of that number, one after the other.
  private var changes: [Change] = []

  private struct Change: Hashable, Sendable {
    /// In words that leave nothing open.
    let words: String
    /// The first block that it concerns.
    let first: Int
  }

  private static let made = Atomic<Int>(0)

  init() { number = Self.made.add(1, ordering: .relaxed).newValue }

  /// The same tower with something changed in block `layer` and perhaps later ones.
  func changed(_ change: String, from layer: Int) -> TowerIdentity {
    var copy = self
    copy.changes.append(Change(words: change, first: layer))
    return copy
  }

  /// What computes the tokens after `layer` blocks: the tower without the changes that come later.
  func upTo(_ layer: Int) -> TowerIdentity {
    guard changes.contains(where: { $0.first >= layer }) else { return self }
    var copy = self
    copy.changes.removeAll { $0.first >= layer }
    return copy
  }
}

/// One image's way through one image tower, as far as it is known.
///
/// A value is kept under the pixels' own memory, which the key holds on to, so that no other input can
/// come to lie there.
struct KeptPass: Sendable {
  /// What of the pass.
  enum Part: Hashable, Sendable {
    /// Tokens after a block; 0 is before the first. Of a ResNet's stages, those that pooling sees.
    case tokens(after: Int)
    /// Tokens of CLIP Surgery's two paths.
    case surgery(depth: Int)
    /// The image embedding.
    case embedding
  }

  private struct Key: Hashable, Sendable {
    let tower: TowerIdentity
    let pixels: TensorStorage
    let offset: Int
    let shape: [Int]
    let positions: PositionResize
    let part: Part

    static func == (a: Key, b: Key) -> Bool {
      a.pixels === b.pixels && a.offset == b.offset && a.shape == b.shape && a.tower == b.tower
        && a.positions == b.positions && a.part == b.part
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(ObjectIdentifier(pixels))
      hasher.combine(tower)
      hasher.combine(part)
    }
  }

  private let work = WarmWork.current
  private let tower: TowerIdentity
  private let pixels: Tensor
  private let positions: PositionResize

  init(_ tower: TowerIdentity, _ pixels: Tensor, _ positions: PositionResize) {
    self.tower = tower
    self.pixels = pixels
    self.positions = positions
  }

  /// A part of the pass, computed where it is not known.
  ///
  /// - Parameters:
  ///   - blocks: how many blocks `make` itself runs
  ///   - reused: how many a kept value spares, with those that `make` asks others for
  func callAsFunction(
    _ part: Part, blocks: Int, reusing reused: Int? = nil, make: () throws -> Tensor
  ) rethrows -> Tensor {
    let key = key(part)
    if let old = work.kept(key, as: Tensor.self, .block, units: reused ?? blocks) { return old }
    let new = try make()
    work.keep(new, key, bytes: new.byteCount, .block, units: blocks)
    return new
  }

  /// The last known tokens up to block `layer`.
  func tokens(upTo layer: Int) -> (layer: Int, tokens: Tensor)? {
    for index in stride(from: layer, through: 0, by: -1) {
      if let tokens = work.kept(
        key(.tokens(after: index)), as: Tensor.self, .block, units: index)
      {
        return (index, tokens)
      }
    }
    return nil
  }

  private func key(_ part: Part) -> Key {
    let tower = if case .tokens(let layer) = part { self.tower.upTo(layer) } else { self.tower }
    return Key(
      tower: tower, pixels: pixels.storage, offset: pixels.offset, shape: pixels.shape,
      positions: positions, part: part)
  }
}

/// Embeddings of batches of prompts through one text tower.
///
/// A batch's bits depend on its own prompts and the beginnings it shares with others (`TextTransformer`),
/// so both are in the key: a label's ensemble is found again in another list of labels as long as those
/// beginnings are the same.
struct KeptPrompts: Sendable {
  private struct Key: Hashable, Sendable {
    let tower: TowerIdentity
    let batch: [[Int32]]
    let beginnings: [[Int32]]
  }

  /// What every batch begins with.
  let beginnings: [[Int32]]

  private let work = WarmWork.current
  private let tower: TowerIdentity

  init(_ tower: TowerIdentity, beginnings: [[Int32]]) {
    self.tower = tower
    self.beginnings = beginnings
  }

  /// The embeddings of a batch, [prompts, E], where they are known.
  subscript(batch: [[Int32]]) -> Tensor? {
    work.kept(
      Key(tower: tower, batch: batch, beginnings: beginnings), as: Tensor.self, .prompt,
      units: batch.count)
  }

  /// Keeps the embeddings of a batch.
  func keep(_ rows: Tensor, _ batch: [[Int32]]) {
    // The beginnings are one array for all batches.
    let tokens = batch.reduce(0) { $0 + $1.count + 8 } * MemoryLayout<Int32>.stride
    work.keep(
      rows, Key(tower: tower, batch: batch, beginnings: beginnings), bytes: rows.byteCount + tokens,
      .prompt, units: batch.count)
  }
}

extension Tensor {
  /// The bytes of its scalars.
  public var byteCount: Int { count * MemoryLayout<Float>.stride }
}
