import Bindings
import Interpreter

/// A bundle's files in a temporary folder, which lives as long as this does.
final class UnpackedBundle {
  /// Where the script lies.
  let script: String
  /// The record of the run that it was made of.
  let lock: Lock
  /// Inputs that do not lie where the script says.
  let places: [String: String]
  /// Where results go unless something else is said: beside the bundle.
  let outputFolder: String
  /// The parameters that it was recorded with.
  let parameters: [String: Value]
  private let folder: TemporaryFolder

  /// Checks and unpacks a bundle. Throws where it is damaged or not safe, before anything is written.
  init(_ path: String) throws {
    let bundle = try Bundle(path: path)
    folder = try TemporaryFolder()
    try bundle.unpack(into: folder.path)
    script = folder.path + "/" + bundle.script
    lock = try bundle.recordedLock()
    places = bundle.places(in: folder.path)
    outputFolder = ScriptPaths.folder(of: ScriptPaths.absolute(path, in: ScriptPaths.currentFolder))
    parameters = lock.parameterValues
  }
}
