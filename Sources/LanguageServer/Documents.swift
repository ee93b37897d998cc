import Glibc
import Interpreter
import Syntax

/// A file that an editor shows, as it stands there.
struct Document {
  let uri: String
  var version: Int?
  private(set) var source: SourceFile

  init(uri: String, text: String, version: Int?) {
    self.uri = uri
    self.version = version
    // Without a file of its own it is checked as if it lay in the folder that the server runs in.
    let path = FileURI.path(uri).map(FileURI.resolved) ?? ScriptPaths.currentFolder + "/-"
    let name = path.split(separator: "/").last.map(String.init) ?? path
    source = SourceFile(name: name, text: text, path: path)
  }

  /// Applies one change: of a range, or of the whole text. False where it makes no sense.
  mutating func apply(_ change: Value) -> Bool {
    guard let text = change["text"]?.stringValue else { return false }
    var bytes = Array(text.utf8)
    if let range = change["range"], !range.isNone {
      guard let start = ProtocolValue.position(range["start"]), let end = ProtocolValue.position(range["end"])
      else { return false }
      let low = source.offset(of: start)
      let high = max(low, source.offset(of: end))
      bytes = source.utf8[..<low] + bytes + source.utf8[high...]
    }
    guard bytes.count <= SourceFile.sizeLimit else { return false }
    source = SourceFile(name: source.name, text: String(decoding: bytes, as: UTF8.self), path: source.path)
    return true
  }
}

/// Reads imports: files that are open from the editor, others from where they lie.
struct DocumentLoader: SourceLoader {
  let base: FileLoader
  /// Texts by path.
  let open: [String: String]

  var standardNames: [String] { base.standardNames }

  func standard(_ name: String) throws -> SourceFile { try base.standard(name) }

  func file(_ path: String, importedBy importer: SourceFile) throws -> SourceFile {
    if importer.path.hasPrefix("/"), !path.isEmpty, !path.utf8.contains(0) {
      let absolute = FileURI.resolved(ScriptPaths.absolute(path, in: ScriptPaths.folder(of: importer.path)))
      if let text = open[absolute] {
        let name = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return SourceFile(name: name, text: text, path: absolute)
      }
    }
    return try base.file(path, importedBy: importer)
  }
}

/// `file:` addresses and paths.
enum FileURI {
  /// The path of an address; nil where it is not one of a file on this machine.
  static func path(_ uri: String) -> String? {
    guard uri.lowercased().hasPrefix("file://") else { return nil }
    let rest = uri.dropFirst("file://".count)
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    let host = rest[..<slash].lowercased()
    guard host.isEmpty || host == "localhost" else { return nil }
    var bytes: [UInt8] = []
    var encoded = Array(rest[slash...].utf8)[...]
    while let byte = encoded.popFirst() {
      if byte == UInt8(ascii: "%"), encoded.count >= 2,
        let value = UInt8(String(decoding: encoded.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        encoded = encoded.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    guard !bytes.contains(0), let path = String(validating: bytes, as: UTF8.self) else { return nil }
    return path
  }

  /// The address of a path.
  static func uri(_ path: String) -> String {
    var result = "file://"
    let plain = Set("/-._~".utf8)
    for byte in path.utf8 {
      let isPlain =
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) && byte < 0x80
        || plain.contains(byte)
      if isPlain {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let hex = String(byte, radix: 16, uppercase: true)
        result += "%" + (hex.count == 1 ? "0" : "") + hex
      }
    }
    return result
  }

  /// A path with its links resolved, so that one file has one name; one that does not exist as it is.
  static func resolved(_ path: String) -> String {
    guard let pointer = realpath(path, nil) else { return path }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
