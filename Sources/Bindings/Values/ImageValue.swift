import Imaging
import Interpreter

/// A picture in a script, with what is known of where it came from.
struct ImageValue: EngineValue {
  let image: Image
  /// `cat.png`, or `crop of cat.png`.
  let name: String
  /// The SHA-256 of the file it was loaded from; nil for pictures made by a script.
  let sha256: String?
  /// How it was made.
  var origin: Origin?
  /// The map and the picture that it is made of, where `overlay` made it.
  var overlaid: OverlaidMap?

  init(_ image: Image, name: String, sha256: String? = nil) {
    self.image = image
    self.name = name
    self.sha256 = sha256
  }

  /// The same picture after an operation.
  func derived(_ image: Image, by operation: String) -> ImageValue {
    ImageValue(image, name: operation.hasSuffix(" on") ? "\(operation) \(name)" : "\(operation) of \(name)")
  }

  /// As recipes name it.
  var identity: String {
    let size = "\(name) \(image.width)×\(image.height)"
    return sha256.map { "\(size) sha256:\($0)" } ?? size
  }

  var typeName: String { "image" }
  var summary: String { "image \(image.width)×\(image.height), \(name)" }
  var fieldNames: [String] { ["width", "height", "name"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "width": .number(Double(image.width))
    case "height": .number(Double(image.height))
    case "name": .string(self.name)
    default: nil
    }
  }

  func isEqual(to other: any EngineValue) -> Bool {
    (other as? ImageValue)?.image == image
  }
}
