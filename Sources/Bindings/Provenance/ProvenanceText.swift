import Checkpoints
import Interpreter
import Syntax
import Tensors

/// What a saved file says of how it was made, as JSON:
/// `{"clipscope": …, "kernel": …, "threads": …, "script": {"name", "sha256", "parameters"}, "inputs": [{"name",
/// "kind", "sha256"}], "recipe": …}`. In the place of a recipe that cannot be had stands `"noRecipe"` with the reason.
struct ProvenanceText {
  /// The version of the program.
  var version: String
  /// What its matrix products ran on; with the version it decides the bits.
  var kernel: String
  /// How many threads there were; results do not depend on them.
  var threads: Int
  /// The script's name, nil in a session; its SHA-256.
  var script: (name: String, sha256: String)?
  /// Its parameters, as scripts write them.
  var parameters: [(name: String, value: String)]
  /// The files that the recipe reads.
  var inputs: [Input]
  /// A script that makes the file again.
  var recipe: String?
  /// Why there is none.
  var problem: String?

  /// A file that a recipe reads.
  struct Input: Equatable {
    var name: String
    var kind: String
    var sha256: String
  }

  /// What is known of a value that is being saved.
  init(_ provenance: Provenance) {
    version = Engine.version
    kernel = Workers.kernelName
    threads = Workers.count
    script = provenance.script.map { (baseName($0.name), $0.sha256 ?? SHA256.hex(of: $0.text)) }
    parameters = provenance.parameters
    inputs = provenance.inputs.map {
      Input(name: $0.name, kind: $0.kind, sha256: $0.sha256(SHA256.hex(of:)) ?? "")
    }
    switch provenance.recipe {
    case .success(let text): recipe = text
    case .failure(let why): problem = why.reason
    }
  }

  /// As JSON, on one line.
  var json: String {
    var record = Record()
    record["clipscope"] = .string(version)
    record["kernel"] = .string(kernel)
    record["threads"] = .number(Double(threads))
    if let script {
      var about: Record = ["name": .string(script.name), "sha256": .string(script.sha256)]
      if !parameters.isEmpty {
        var values = Record()
        for (name, value) in parameters { values[name] = .string(value) }
        about["parameters"] = .record(values)
      }
      record["script"] = .record(about)
    }
    record["inputs"] = .list(
      inputs.map { ["name": .string($0.name), "kind": .string($0.kind), "sha256": .string($0.sha256)] }
        .map(Value.record))
    if let recipe { record["recipe"] = .string(recipe) }
    if let problem { record["noRecipe"] = .string(problem) }
    return JSON.text(.record(record)) ?? "{}"
  }

  /// Reads what a file says of itself; nil for what is no such text. It may be hostile: nothing in it is trusted to be
  /// of the right type.
  init?(json text: String) {
    guard text.utf8.count <= 1 << 22, case .record(let record)? = JSON.parse(text),
      let version = record.string("clipscope"), let kernel = record.string("kernel")
    else { return nil }
    self.version = version
    self.kernel = kernel
    threads = if case .number(let count)? = record["threads"] { Int(exactly: count) ?? 0 } else { 0 }
    parameters = []
    if case .record(let about)? = record["script"], let name = about.string("name") {
      script = (name, about.string("sha256") ?? "")
      if case .record(let values)? = about["parameters"] {
        parameters = values.names.compactMap { name in values.string(name).map { (name, $0) } }
      }
    }
    inputs = []
    if case .list(let items)? = record["inputs"] {
      for case .record(let item) in items {
        guard let name = item.string("name") else { continue }
        inputs.append(
          Input(name: name, kind: item.string("kind") ?? "", sha256: item.string("sha256") ?? ""))
      }
    }
    recipe = record.string("recipe")
    problem = record.string("noRecipe")
  }

  /// For people, a line each, the recipe last.
  var lines: [String] {
    var lines = [
      "made by clipscope \(version) (kernel \(kernel), \(threads) thread\(threads == 1 ? "" : "s"))"
    ]
    if let script {
      lines.append("script \(script.name) sha256 \(script.sha256)")
      for (name, value) in parameters { lines.append("  \(name) = \(value)") }
    }
    for input in inputs { lines.append("\(input.kind) \(input.name) sha256 \(input.sha256)") }
    if let problem { lines.append("no recipe: \(problem)") }
    if let recipe {
      lines += ["recipe:", ""]
      lines += recipe.split(separator: "\n", omittingEmptySubsequences: false).map {
        $0.isEmpty ? "" : "  " + $0
      }
    }
    return lines
  }
}

extension Record {
  /// The text under a name; nil for anything else.
  fileprivate func string(_ name: String) -> String? {
    if case .string(let text)? = self[name] { text } else { nil }
  }
}
