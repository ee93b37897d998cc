/// Token sequences with their common beginnings merged, so that each distinct beginning is computed
/// once. Causality makes that exact: a token's activations depend on what precedes it alone.
///
/// A tree may continue another, shared one: its roots then hang below nodes of that tree.
struct PromptTree {
  /// One token at one place.
  struct Node {
    let token: Int32
    /// Its place in the sequence, from 0.
    let position: Int
    let parent: Parent
  }

  /// What precedes a node.
  enum Parent: Hashable {
    case nothing
    case own(Int)
    case shared(Int)
  }

  private struct Key: Hashable {
    let parent: Parent
    let token: Int32
  }

  /// Parents before children.
  private(set) var nodes: [Node] = []
  private var children: [Key: Int] = [:]

  /// Adds a sequence whose first token follows `parent` and stands at `position`; gives the node of
  /// its last token. `sequence` must not be empty.
  mutating func insert(
    _ sequence: ArraySlice<Int32>, below parent: Parent = .nothing, position: Int = 0
  ) -> Int {
    var current = parent
    var last = -1
    for (offset, token) in sequence.enumerated() {
      let key = Key(parent: current, token: token)
      if let child = children[key] {
        last = child
      } else {
        nodes.append(Node(token: token, position: position + offset, parent: current))
        last = nodes.count - 1
        children[key] = last
      }
      current = .own(last)
    }
    return last
  }

  /// Follows a sequence from the beginning as far as this tree has it: the last node reached, and
  /// how many tokens that took.
  func longestMatch(_ sequence: ArraySlice<Int32>) -> (node: Int, length: Int) {
    var current = Parent.nothing
    var node = -1
    var length = 0
    for token in sequence {
      guard let child = children[Key(parent: current, token: token)] else { break }
      (current, node) = (.own(child), child)
      length += 1
    }
    return (node, length)
  }

  /// For every node, what it sees: the nodes from the beginning to itself. Nodes of the shared tree
  /// are written −1 − index, as `treeAttention` reads them.
  func paths(continuing shared: PromptTree?) -> [[Int32]] {
    let sharedPaths = shared?.paths(continuing: nil) ?? []
    var paths: [[Int32]] = []
    paths.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      let before: [Int32] =
        switch node.parent {
        case .nothing: []
        case .own(let parent): paths[parent]
        case .shared(let parent): sharedPaths[parent].map { -1 - $0 }
        }
      paths.append(before + [Int32(index)])
    }
    return paths
  }
}
