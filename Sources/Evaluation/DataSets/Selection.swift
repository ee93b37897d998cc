import Checkpoints

extension DataSet {
  /// The labels a method is asked for: those of the sample, without the background, which is what is left.
  public func asked(of sample: Sample) -> [String] { sample.asked.filter { $0 != background } }

  /// A smaller data set: the samples at some places, in their order there; labels stay. Places outside are left out.
  public func selecting(_ places: [Int]) -> DataSet {
    let chosen = places.filter(samples.indices.contains).map { samples[$0] }
    let text = "selection of \(sha256): \(chosen.map { "\($0.index)" }.joined(separator: " "))"
    return DataSet(
      kind: kind, path: path,
      samples: chosen.enumerated().map { place, sample in
        Sample(
          index: place, identifier: sample.identifier, picture: sample.picture, asked: sample.asked,
          present: sample.present, source: sample.source)
      },
      labels: labels, background: background, sha256: SHA256.hex(of: Array(text.utf8)), store: store)
  }
}
