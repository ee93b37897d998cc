import CLIPModels
import Cache
import Imaging
import Interpreter
import Tensors

/// How well changed pictures fit a label, for deletion, insertion and drop: CLIP's cosine, or whether the label is
/// among the best.
final class PictureScorer {
  private let model: ModelValue
  private let view: ViewOptions
  /// The label counts where it is among the best this many; nil for its cosine.
  private let best: Int?
  private let vectorOf: (String) throws -> Tensor
  /// [embed] of each label, of length 1, once asked for.
  private var known: [String: [Float]] = [:]

  /// - Parameter vectorOf: a label's vector [1, embed], normalized
  init(_ model: ModelValue, view: ViewOptions, best: Int?, vectorOf: @escaping (String) throws -> Tensor) {
    self.model = model
    self.view = view
    self.best = best
    self.vectorOf = vectorOf
  }

  /// One number for each picture.
  func scores(_ pictures: [Image], label: String, among labels: [String]) throws -> [Double] {
    let wanted = try vector(label)
    let rivals = try best == nil ? [] : labels.filter { $0 != label }.map(vector)
    return try pictures.map { picture in
      try Interruption.check()
      let input = try view.input(from: picture, for: model.model)
      // Nobody asks for these pictures again; an evaluation keeps its rows itself.
      let embedding = try DiskCache.$override.withValue(.some(nil)) {
        try model.model.encode(image: input.pixels, positions: view.positions).scalars
      }
      let length = embedding.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      func cosine(_ vector: [Float]) -> Double {
        length > 0 ? zip(embedding, vector).reduce(0) { $0 + Double($1.0) * Double($1.1) } / length : 0
      }
      let own = cosine(wanted)
      guard let best else { return own }
      return rivals.filter { cosine($0) > own }.count < best ? 1 : 0
    }
  }

  private func vector(_ label: String) throws -> [Float] {
    if let vector = known[label] { return vector }
    let vector = try normalizedRows(vectorOf(label)).scalars
    known[label] = vector
    return vector
  }
}
