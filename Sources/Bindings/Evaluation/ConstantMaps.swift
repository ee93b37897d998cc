/// Maps that are the same everywhere, counted while many pictures are measured: a warning for each would hide
/// everything else.
final class ConstantMaps: @unchecked Sendable {
  /// Who counts them; nil where each is told of.
  @TaskLocal static var counted: ConstantMaps?

  // Only touched by the thread that runs the script.
  private var count = 0
  private var example = ""

  /// Some maps of one picture; `first` is the label of one of them.
  func add(_ maps: Int, first: String) {
    if count == 0 { example = first }
    count += maps
  }

  /// What is told of them in the end; nil where there was none.
  var warning: String? {
    switch count {
    case 0: nil
    case 1: "the map of \"\(abbreviated(example))\" is the same everywhere on one picture; it counts as zero"
    default:
      "\(count) maps are the same everywhere (the first is of \"\(abbreviated(example))\"); they count as zero"
    }
  }
}
