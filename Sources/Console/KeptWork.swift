import CLIPModels

/// What is said of the work that is kept between calls.
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
  }
}
