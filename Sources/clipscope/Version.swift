import Tensors

/// What `--version` says: enough to know whether two machines can give the same bits.
enum Version {
  static let number = "0.1.0"

  static var text: String {
    "clipscope \(number) (kernel \(Workers.kernelName), \(Workers.count) threads)"
  }
}
