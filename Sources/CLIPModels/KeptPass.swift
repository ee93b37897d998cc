import Cache
import Synchronization
import Tensors

/// A tower of the process: two that are equal compute the same.
struct TowerIdentity: Hashable, Sendable {
  private let number: Int
  /// What was changed in the tower of that number, one after the other.
  private var changes: [Change] = []
  /// As what another process knows it, before these changes; nil for a tower of no model.
  private let contents: TowerContents?

  private struct Change: Hashable, Sendable {
    /// In words that leave nothing open.
    let words: String
    /// The first block that it concerns.
    let first: Int
    /// Whether the words are the same in another process: a number of this one's (`#3`) stands for a tensor.
    var isTellable: Bool { !words.contains("#") }
  }

  private static let made = Atomic<Int>(0)

  init(_ contents: TowerContents? = nil) {
    number = Self.made.add(1, ordering: .relaxed).newValue
    self.contents = contents
  }

  static func == (a: TowerIdentity, b: TowerIdentity) -> Bool {
    a.number == b.number && a.changes == b.changes
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(number)
    hasher.combine(changes)
  }

  /// The unchanged tower with weights made in another way.
  func remade(_ change: String) -> TowerIdentity { TowerIdentity(contents?.changed(change)) }

  /// Where a result of this tower lies on disk; nil without a cache, and where another process could
  /// not know the tower again.
  ///
  /// - Parameter describe: adds to the key what the result was computed from beside the tower
  func result(
    _ kind: String, _ operation: String, version: Int, in cache: DiskCache?,
    _ describe: (inout ResultKey) -> Void
  ) -> KeptResult? {
    guard let cache, let contents, changes.allSatisfy(\.isTellable) else { return nil }
    var key = ResultKey(operation, version: version)
    key.add(contents.tower.rawValue)
    for change in contents.changes { key.add(change) }
    for change in changes { key.add("\(change.first) \(change.words)") }
    describe(&key)
    return KeptResult(cache, kind, contents.model, key)
  }

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
/// In memory a value is kept under the pixels' own memory, which the key holds on to, so that no other
/// input can come to lie there. What spares most and takes little room is on disk too (`KeptResult`).
struct KeptPass: Sendable {
  /// Raised when the numbers of an image tower change.
  static let version = 1

  /// What of the pass.
  enum Part: Hashable, Sendable {
    /// Tokens after a block; 0 is before the first. Of a ResNet's stages, those that pooling sees.
    case tokens(after: Int)
    /// Tokens of CLIP Surgery's two paths.
    case surgery(depth: Int)
    /// The image embedding.
    case embedding
    /// What `CLIPModel.features` gives, with its options.
    case features(String)
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
  private let cache: DiskCache?
  private let tower: TowerIdentity
  private let pixels: Tensor
  private let positions: PositionResize
  /// The layer whose tokens are on disk: the last that an explanation of the last block starts from.
  private let layerOnDisk: Int?

  init(
    _ tower: TowerIdentity, _ pixels: Tensor, _ positions: PositionResize, layerOnDisk: Int? = nil
  ) {
    self.tower = tower
    self.pixels = pixels
    self.positions = positions
    self.layerOnDisk = layerOnDisk
    cache = work.usesDisk ? DiskCache.current : nil
  }

  /// Whether anything is kept on disk.
  var usesDisk: Bool { cache != nil }

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
    let place = result(part)
    if let place, let old = onDisk(place, key) { return old }
    let new = try make()
    work.keep(new, key, bytes: new.byteCount, .block, units: blocks)
    place?.keep(new)
    return new
  }

  /// A part of the pass where it is known.
  ///
  /// - Parameter reused: how many blocks that spares
  func known(_ part: Part, reusing reused: Int) -> Tensor? {
    let key = key(part)
    if let old = work.kept(key, as: Tensor.self, .block, units: reused) { return old }
    return result(part).flatMap { onDisk($0, key) }
  }

  /// What lies on disk, from now on in memory too.
  private func onDisk(_ place: KeptResult, _ key: Key) -> Tensor? {
    guard let old = place.tensor() else { return nil }
    work.keep(old, key, bytes: old.byteCount, .block, units: 0)
    return old
  }

  /// Where a part lies on disk; nil for what does not.
  private func result(_ part: Part) -> KeptResult? {
    let name: String
    switch part {
    case .embedding: name = "embedding"
    case .features(let options): name = "features \(options)"
    case .tokens(let layer):
      guard layer == layerOnDisk else { return nil }
      name = "tokens \(layer)"
    case .surgery: return nil
    }
    return tower(of: part).result("image", "image tower", version: Self.version, in: cache) { key in
      key.add(name)
      key.add(positions.rawValue)
      key.add(ContentHash.of(pixels))
    }
  }

  /// The last known tokens up to block `layer`.
  func tokens(upTo layer: Int) -> (layer: Int, tokens: Tensor)? {
    for index in stride(from: layer, through: 0, by: -1) {
      if let tokens = known(.tokens(after: index), reusing: index) { return (index, tokens) }
    }
    return nil
  }

  private func key(_ part: Part) -> Key {
    Key(
      tower: tower(of: part), pixels: pixels.storage, offset: pixels.offset, shape: pixels.shape,
      positions: positions, part: part)
  }

  /// What of the tower a part depends on.
  private func tower(of part: Part) -> TowerIdentity {
    if case .tokens(let layer) = part { tower.upTo(layer) } else { tower }
  }
}

/// Embeddings of batches of prompts through one text tower.
///
/// A batch's bits depend on its own prompts and the beginnings it shares with others (`TextTransformer`),
/// so both are in the key: a label's ensemble is found again in another list of labels as long as those
/// beginnings are the same.
struct KeptPrompts: Sendable {
  /// Raised when the numbers of a text tower change.
  static let version = 1

  private struct Key: Hashable, Sendable {
    let tower: TowerIdentity
    let batch: [[Int32]]
    let beginnings: [[Int32]]
  }

  /// What every batch begins with.
  let beginnings: [[Int32]]

  private let work = WarmWork.current
  private let cache = DiskCache.current
  private let tower: TowerIdentity
  /// E.
  private let embedding: Int

  init(_ tower: TowerIdentity, embedding: Int, beginnings: [[Int32]]) {
    self.tower = tower
    self.embedding = embedding
    self.beginnings = beginnings
  }

  /// The embeddings of a batch, [prompts, E], where they are known.
  subscript(batch: [[Int32]]) -> Tensor? {
    if let old = work.kept(
      Key(tower: tower, batch: batch, beginnings: beginnings), as: Tensor.self, .prompt,
      units: batch.count)
    {
      return old
    }
    guard let old = result(batch)?.tensor(of: [batch.count, embedding]) else { return nil }
    keep(old, batch, units: 0)
    return old
  }

  /// Keeps the embeddings of a batch.
  func keep(_ rows: Tensor, _ batch: [[Int32]]) {
    keep(rows, batch, units: batch.count)
    result(batch)?.keep(rows)
  }

  private func keep(_ rows: Tensor, _ batch: [[Int32]], units: Int) {
    // The beginnings are one array for all batches.
    let tokens = batch.reduce(0) { $0 + $1.count + 8 } * MemoryLayout<Int32>.stride
    work.keep(
      rows, Key(tower: tower, batch: batch, beginnings: beginnings), bytes: rows.byteCount + tokens,
      .prompt, units: units)
  }

  /// Where a batch's embeddings lie on disk.
  private func result(_ batch: [[Int32]]) -> KeptResult? {
    tower.result("text", "text tower", version: Self.version, in: work.usesDisk ? cache : nil) { key in
      for sequences in [batch, beginnings] {
        key.add("\(sequences.count)")
        for sequence in sequences { sequence.withUnsafeBytes { key.add($0) } }
      }
    }
  }
}

extension Tensor {
  /// The bytes of its scalars.
  public var byteCount: Int { count * MemoryLayout<Float>.stride }
}
