import CLIPModels
import Cache
import Tensors

extension ImageExplainer {
  /// No: most methods send the texts' gradients through the tower together, and a row of a matrix product
  /// depends on how many rows there are.
  public var mapsStandAlone: Bool { false }

  /// The maps, from disk where the same question was answered before (`DiskCache`).
  ///
  /// Where maps stand alone each has its own entry, so that with one other text only that text's map is
  /// computed; else an entry is of all texts of a question.
  public func keptMaps(_ question: Question) throws -> Tensor {
    guard mapsStandAlone, question.targets > 1 else {
      let place = try place(of: question)
      if let old = place?.tensor(), old.rank == 3, old.shape[0] == question.targets { return old }
      let new = try maps(question)
      place?.keep(new)
      return new
    }
    let alone = (0..<question.targets).map { target in
      var copy = question
      copy.texts = question.texts.rows(target..<target + 1)
      return copy
    }
    let places = try alone.map(place)
    var found = places.map { place in place?.tensor().flatMap { $0.rank == 3 && $0.shape[0] == 1 ? $0 : nil }
    }
    let missing = found.indices.filter { found[$0] == nil }
    if !missing.isEmpty {
      var rest = question
      rest.texts = try Tensor.stacked(missing.map { question.texts.row($0) })
      let new = try maps(rest)
      for (row, target) in missing.enumerated() {
        let map = new.row(row).reshaped([1] + new.shape.dropFirst())
        places[target]?.keep(map)
        found[target] = map
      }
    }
    return try Tensor.stacked(found.compactMap { $0.map { $0.reshaped(Array($0.shape.dropFirst())) } })
  }

  /// Where the answer to a question lies on disk. The method's options are in its description.
  private func place(of question: Question) throws -> KeptResult? {
    try question.model.keptResult("map", "\(self)", version: Self.version, of: .image) { key in
      key.add(question.positions.rawValue)
      key.add(tensor: question.pixels)
      key.add(tensor: question.texts)
    }
  }
}
