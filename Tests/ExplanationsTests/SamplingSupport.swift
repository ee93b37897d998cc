import CLIPModels
import Checkpoints
import Explanations
import Tensors
import TestSupport

/// One of the two small reference models, with questions about it.
struct SmallModel {
  let name: String
  let model: CLIPModel

  /// `tiny-vit` or `tiny-rn`.
  init(_ name: String) throws {
    self.name = name
    model = CLIPModel(try Checkpoint.open(Golden.path("\(name)/openai_jit.pt")), name: name)
  }

  /// A reference array of this model.
  func array(_ path: String) throws -> Tensor { try Golden.array("\(name)/golden/\(path).npy") }

  /// A photo, squeezed to the model's own size.
  func photo(_ image: String = "cat") throws -> Tensor {
    let pixels = try array("\(image)/squash")
    return pixels.rank == 4 ? pixels.row(0) : pixels
  }

  /// Some of the reference labels asked of a photo.
  func question(
    _ image: String = "cat", labels: Range<Int> = 0..<2,
    progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws -> Question {
    try Question(
      model: model, pixels: photo(image), texts: array("text_features").rows(labels), progress: progress)
  }

  /// A question with a known answer: the input is 0, a masked pixel's value, except in one patch, and the
  /// text is the direction in which that patch moves the embedding. Whether other patches are masked
  /// changes nothing at all.
  func planted(row: Int, column: Int) throws -> Question {
    let photo = try photo()
    let (height, width, size) = (photo.shape[1], photo.shape[2], model.patchSize)
    let pixels = Tensor(photo.shape) { out in
      photo.withUnsafeBuffer { source in
        for i in source.indices {
          let (y, x) = (i / width % height, i % width)
          out[i] = y / size == row && x / size == column ? source[i] : 0
        }
      }
    }
    let black = Tensor(photo.shape, repeating: 0)
    let with = try normalizedRows(model.encode(image: pixels).reshaped([1, model.architecture.embedDim]))
    let without = try normalizedRows(
      model.encode(image: black).reshaped([1, model.architecture.embedDim]))
    let direction = zip(with.scalars, without.scalars).map { $0 - $1 }
    return try Question(
      model: model, pixels: pixels, texts: Tensor([1, direction.count], direction))
  }

  /// cos(image, text) of every text of a question, for other pixels.
  func cosines(_ pixels: Tensor, _ question: Question) throws -> [Float] {
    let embedding = try model.encode(image: pixels)
    return try linear(
      question.texts, weight: normalizedRows(embedding.reshaped([1, embedding.count]))
    ).scalars
  }
}

/// A map's results with one and with three threads.
func withThreads<R>(_ body: () throws -> R) throws -> (one: R, three: R) {
  let before = Workers.count
  defer { Workers.count = before }
  Workers.count = 1
  let one = try body()
  Workers.count = 3
  return (one, try body())
}

/// The place of the largest value: [row, column].
func peak(_ map: Tensor) -> [Int] {
  let values = map.scalars
  let best = values.indices.max { values[$0] < values[$1] } ?? 0
  return [best / map.shape[1], best % map.shape[1]]
}
