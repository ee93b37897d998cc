import Cache
import Checkpoints
import Synchronization
import Tensors

/// What a model is made of, so that another process knows it again: the contents of its files and how
/// they are read. Neither its name nor the place of its files belongs to it.
final class ModelContents: Sendable {
  private let files: [FileHash]
  private let architecture: String
  private let known = Mutex<String?>(nil)

  init(files: [FileHash], architecture: Architecture) {
    self.files = files
    // Where a setting was found does not change what it is.
    var settings = architecture
    settings.activationSource = ""
    settings.headsSource = ""
    self.architecture = "\(settings)"
  }

  /// In 64 hexadecimal digits, with the program's version and the kernel that the bits of results depend on.
  ///
  /// - Parameter waits: whether files are read where their hashes are not known; hundreds of megabytes
  /// - Returns: nil where that would be needed and `waits` is false, and where a file cannot be read or is
  ///   no longer the one that was opened
  func digest(in cache: DiskCache, waits: Bool) -> String? {
    if let known = known.withLock({ $0 }) { return known }
    var key = ResultKey("model", version: 1)
    key.add(Workers.kernelName)
    key.add(architecture)
    for file in files {
      guard let hash = file.known(in: cache) ?? (waits ? file.value : nil), file.isUnchanged else {
        return nil
      }
      key.add(hash)
    }
    let digest = key.hex
    known.withLock { $0 = digest }
    return digest
  }
}

/// One of a model's towers, as another process knows it again.
struct TowerContents: Sendable {
  let model: ModelContents
  let tower: Tower
  /// How its weights were made from those of the files, one thing after the other.
  var changes: [String] = []

  func changed(_ change: String) -> TowerContents {
    var copy = self
    copy.changes.append(change)
    return copy
  }
}
