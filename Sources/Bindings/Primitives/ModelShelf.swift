import CLIPModels
import Checkpoints
import Glibc
import Interpreter
import Synchronization

/// Models in use, so that loading the same files the same way again gives the model that is there
/// already, with its converted weights and the work kept for it (`WarmWork`).
///
/// A model leaves with the last name that holds it. Files that changed since are loaded anew.
enum ModelShelf {
  /// All that a loaded model depends on.
  struct Request: Hashable {
    let path: String
    let name: String
    let config: String?
    let activation: String?
  }

  /// What tells one state of a file from another.
  private struct Stamp: Equatable {
    let device: UInt64
    let number: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      number = UInt64(status.st_ino)
      size = Int64(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  private struct Place {
    weak var model: CLIPModel?
    let stamps: [Stamp?]
  }

  private static let places = Mutex<[Request: Place]>([:])

  /// The model of a request: the one in use, or what `make` gives.
  static func model(_ request: Request, make: () throws -> CLIPModel) rethrows -> CLIPModel {
    if let place = places.withLock({ $0[request] }), let model = place.model,
      place.stamps == stamps(of: model, request)
    {
      return model
    }
    let model = try make()
    let stamps = stamps(of: model, request)
    places.withLock { places in
      places = places.filter { $0.value.model != nil }
      places[request] = Place(model: model, stamps: stamps)
    }
    return model
  }

  private static func stamps(of model: CLIPModel, _ request: Request) -> [Stamp?] {
    let folder =
      model.checkpoint.files.contains(request.path)
      ? ScriptPaths.folder(of: request.path) : request.path
    let configs = ["config.json", "open_clip_config.json"].map { folder + "/" + $0 }
    return (model.checkpoint.files + configs + [request.config].compactMap(\.self)).map(Stamp.init)
  }
}
