import Checkpoints
import Glibc
import Imaging
import Interpreter
import Syntax
import Tokenization

/// Makes a file again from the recipe that it holds.
public struct Replay {
  /// The recipe, as a script.
  public let recipe: String
  /// The name that the recipe saves the file by.
  public let output: String
  private let bytes: [UInt8]
  private let provenance: ProvenanceText
  private let found: [String: String]
  private let folder: String

  /// Reads what a file says of how it was made and finds what it was made of.
  ///
  /// - Parameters:
  ///   - path: the file
  ///   - folders: where inputs are looked for first; then come the folder that the file was saved below, its own, and
  ///     the working one
  /// - Throws: `ScriptError` for a file without a recipe, and for inputs that are not there or are other ones
  public init(_ path: String, folders: [String]) throws {
    bytes = try readWholeFile(path, name: path, limit: 1 << 30)
    guard let provenance = ProvenanceFiles.text(in: bytes) else {
      throw ScriptError("`\(path)` does not say how it was made", kind: .input)
    }
    guard let recipe = provenance.recipe else {
      throw ScriptError(
        "`\(path)` holds no recipe: \(provenance.problem ?? "nobody knows why")", kind: .input)
    }
    self.provenance = provenance
    self.recipe = recipe
    let program = Program.check(
      SourceFile(name: "recipe of \(path)", text: recipe, path: "/recipe"), registry: Engine.registry,
      loader: NoFiles())
    if let error = program.diagnostics.first(where: { $0.severity == .error }) {
      throw ScriptError(
        "the recipe in `\(path)` is not a script of this version: \(error.message)", kind: .input)
    }
    guard
      let saved = program.literalArguments.last(where: { $0.builtin == "save" && $0.parameter == "path" })?
        .text
    else { throw ScriptError("the recipe in `\(path)` saves nothing", kind: .input) }
    // The numbers beside a picture have the picture's recipe.
    let isBeside = bytes.starts(with: [0x50, 0x4B]) && fileEnding(saved) == "png"
    output = isBeside ? MapData.beside(saved) : saved
    let place = ScriptPaths.absolute(path, in: ScriptPaths.currentFolder)
    var places = folders.map { ScriptPaths.absolute($0, in: ScriptPaths.currentFolder) }
    if place.hasSuffix("/" + output) { places.append(String(place.dropLast(output.utf8.count + 1))) }
    places += [ScriptPaths.folder(of: place), ScriptPaths.currentFolder]
    (found, folder) = try Self.locate(provenance.inputs, in: places)
  }

  /// Where each input lies, by its name; and the folder to take others from.
  private static func locate(
    _ inputs: [ProvenanceText.Input], in places: [String]
  ) throws -> ([String: String], String) {
    var found: [String: String] = [:]
    var counts: [String: Int] = [:]
    for input in inputs {
      if input.kind == "model", input.name == BuiltInModel.name {
        let hash = try BuiltInModel.load().sha256.value ?? ""
        guard hash == input.sha256 else {
          throw ScriptError(
            "the built-in model is another one: sha256 \(hash), not \(input.sha256)", kind: .input)
        }
        continue
      }
      var looked: [String] = []
      var other: String?
      var place: String?
      for folder in places {
        let path = ScriptPaths.absolute(input.name, in: folder)
        guard !looked.contains(path) else { continue }
        looked.append(path)
        var status = stat()
        guard stat(path, &status) == 0 else { continue }
        // What defines a data set is compared once it is opened.
        if status.st_mode & S_IFMT == S_IFDIR || input.kind == "dataset" {
          place = path
        } else if (try? SHA256.hex(of: path)) == input.sha256 {
          place = path
        } else {
          other = path
        }
        if place != nil {
          counts[folder, default: 0] += 1
          break
        }
      }
      if place == nil, input.kind == "model", let model = try? ModelLocator().locate(input.name).path {
        looked.append(model)
        if (try? SHA256.hex(of: model)) == input.sha256 { place = model } else { other = model }
      }
      guard let place else {
        if let other {
          throw ScriptError(
            "`\(other)` is not the \(input.kind) that this was made of: its SHA-256 is not \(input.sha256)",
            hint: "give the folder of the right one with `--inputs`", kind: .input)
        }
        throw ScriptError(
          "there is no `\(input.name)` here; looked for \(looked.joined(separator: ", "))",
          hint: "give its folder with `--inputs`", kind: .input)
      }
      found[input.name] = place
    }
    let best = places.max { (counts[$0] ?? 0) < (counts[$1] ?? 0) }
    return (found, best ?? ScriptPaths.currentFolder)
  }

  /// What came out.
  public struct Outcome: Sendable {
    /// The new file's bytes.
    public let bytes: [UInt8]
    /// What to say of it.
    public let verdict: String
    /// Whether pixels or numbers are the same.
    public let isSame: Bool
  }

  /// Runs the recipe. Throws what running throws.
  ///
  /// - Parameters:
  ///   - temporary: a folder of its own for what the recipe saves
  ///   - host: warnings and interruption; what is printed is dropped by the caller
  public func run(in temporary: String, host: Host) throws -> Outcome {
    let program = Program.check(
      SourceFile(name: "recipe", text: recipe, path: "/recipe"), registry: Engine.registry, loader: NoFiles())
    let paths = ScriptPaths(scriptFolder: folder, outputFolder: temporary)
    paths.found = found
    var host = host
    host.statedScript = provenance.script.map {
      ScriptIdentity(name: $0.name, sha256: $0.sha256, parameters: provenance.parameters)
    }
    var save: RunEvent.Save?
    let output = output
    host.observer = { event in
      if case .saved(let file) = event, file.name == output { save = file }
    }
    let session = Session(
      registry: Engine.registry, loader: NoFiles(), operators: Engine.operators, paths: paths, host: host)
    try session.run(program)
    guard let save else {
      throw ScriptError("the recipe saved nothing", kind: .running)
    }
    return compare(save)
  }

  private func compare(_ save: RunEvent.Save) -> Outcome {
    if save.bytes == bytes {
      return Outcome(bytes: save.bytes, verdict: "identical, byte for byte", isSame: true)
    }
    // What it says of itself may differ: other threads, another version.
    if let stated = try? ProvenanceFiles.adding(provenance, to: save.content, ending: fileEnding(output)),
      stated == bytes
    {
      let now = ProvenanceFiles.text(in: save.bytes)
      var changes: [String] = []
      if let now {
        if now.version != provenance.version {
          changes.append("version \(provenance.version) → \(now.version)")
        }
        if now.kernel != provenance.kernel { changes.append("kernel \(provenance.kernel) → \(now.kernel)") }
        if now.threads != provenance.threads {
          changes.append("threads \(provenance.threads) → \(now.threads)")
        }
      }
      let words =
        changes.isEmpty
        ? "; only what it says of how it was made differs"
        : "; it was made otherwise: " + changes.joined(separator: ", ")
      return Outcome(bytes: save.bytes, verdict: "identical contents" + words, isSame: true)
    }
    if let old = try? Image.decode(bytes, name: output), let new = try? Image.decode(save.bytes, name: output)
    {
      guard old.width == new.width, old.height == new.height else {
        return Outcome(
          bytes: save.bytes,
          verdict: "different: \(new.width)×\(new.height) pixels, not \(old.width)×\(old.height)",
          isSame: false)
      }
      let differences = zip(old.bytes, new.bytes).map { abs(Int($0) - Int($1)) }
      let most = differences.max() ?? 0
      if most == 0 { return Outcome(bytes: save.bytes, verdict: "identical pixels", isSame: true) }
      let count = differences.count { $0 > 0 }
      return Outcome(
        bytes: save.bytes,
        verdict: "different: \(count) of \(differences.count) samples, by at most \(most) of 255",
        isSame: false)
    }
    return Outcome(
      bytes: save.bytes, verdict: "different" + (firstDifference(save.bytes).map { ": " + $0 } ?? ""),
      isSame: false)
  }

  /// The first line of two texts that differs, lines that begin with `#` apart; nil where one is no text.
  private func firstDifference(_ new: [UInt8]) -> String? {
    func lines(_ bytes: [UInt8]) -> [Substring]? {
      String(validating: bytes, as: UTF8.self)?.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("#") }
    }
    guard let old = lines(bytes), let new = lines(new) else { return nil }
    func quoted(_ line: Substring?) -> String {
      guard let line else { return "nothing" }
      return "`\(line.count > 80 ? line.prefix(79) + "…" : line)`"
    }
    let count = max(old.count, new.count)
    guard let place = (0..<count).first(where: { $0 >= old.count || $0 >= new.count || old[$0] != new[$0] })
    else { return nil }
    let (before, after) = (place < old.count ? old[place] : nil, place < new.count ? new[place] : nil)
    return "line \(place + 1), \(quoted(before)) → \(quoted(after))"
  }
}

/// Imports of the standard library alone: a recipe out of a stranger's picture reads no other script.
struct NoFiles: SourceLoader {
  func standard(_ name: String) throws -> SourceFile { try Engine.loader.standard(name) }
  var standardNames: [String] { Engine.loader.standardNames }
  func file(_ path: String, importedBy importer: SourceFile) throws -> SourceFile {
    throw SourceError("a recipe imports no files")
  }
}
