import Bindings
import Tensors

/// What `--version` says: enough to know whether two machines can give the same bits.
enum Version {
  static let number = Engine.version

  static var text: String {
    "clipscope \(number) (kernel \(Workers.kernelName), \(Workers.count) threads)"
  }
}
