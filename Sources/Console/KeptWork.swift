import CLIPModels
import Cache

/// What is said of the work that is kept between calls, and between runs.
public enum KeptWork {
  /// How much is kept, and what it spared, a line each.
  public static func report(_ work: WarmWork) -> [String] {
    func count(_ kind: WarmWork.Kind, _ name: String) -> String {
      let count = work.count(kind)
      return "  \(count.computed) \(name) computed, \(count.reused) spared"
    }
    let head =
      work.limit == 0
      ? "kept for the next call  nothing: it is off"
      : "kept for the next call  \(ByteSize.text(work.bytes)) of at most \(ByteSize.text(work.limit))"
    return [head, count(.view, "inputs"), count(.block, "blocks of image towers"), count(.prompt, "prompts")]
      + report(DiskCache.current)
  }

  /// What was found on disk and kept there, a line each kind.
  public static func report(_ cache: DiskCache?) -> [String] {
    guard let cache, cache.limit > 0 else { return ["kept for the next run  nothing: it is off"] }
    let counts = cache.counts.filter { $0.value.found + $0.value.kept + $0.value.damaged > 0 }
    return ["kept for the next run  in \(cache.folder)"]
      + counts.sorted { $0.key < $1.key }.map { kind, count in
        "  \(name(kind)): \(count.found) found, \(count.kept) kept"
          + (count.damaged > 0 ? ", \(count.damaged) damaged and removed" : "")
      }
  }

  /// A kind of results in words for users.
  public static func name(_ kind: String) -> String {
    switch kind {
    case "file": "checksums of model files"
    case "image": "results of image towers"
    case "map": "heat maps"
    case "sweep": "rows of sweeps"
    case "text": "batches of prompts"
    default: kind
    }
  }
}
