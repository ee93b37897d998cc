import Bindings
import Interpreter
import Syntax

/// What a call takes, with the words that help has for it.
struct Callable {
  struct Parameter {
    let name: String
    let type: TypeSpec
    /// `depth: int or none = none`.
    let written: String
    let meaning: String
    let isOption: Bool
    /// Whether a call without it is an error.
    let isRequired: Bool
  }

  let name: String
  /// Positional parameters, then options.
  let parameters: [Parameter]
  let isVariadic: Bool
  let entry: HelpEntry?
  /// The builtin, where it is one.
  let builtin: Builtin?

  var positional: [Parameter] { parameters.filter { !$0.isOption } }

  init(_ builtin: Builtin, entry: HelpEntry?) {
    name = builtin.name
    let entry = entry ?? HelpEntry(builtin)
    let types = builtin.positional + builtin.options
    parameters = zip(types, entry.parameters).map { known, words in
      Parameter(
        name: known.name, type: known.type, written: Callable.written(words), meaning: words.meaning,
        isOption: words.isOption, isRequired: known.defaultValue == nil)
    }
    isVariadic = builtin.isVariadic
    self.entry = entry
    self.builtin = builtin
  }

  /// A function of a script or of the library.
  init(_ name: String, _ signature: Signature, types: [TypeSpec], entry: HelpEntry?) {
    self.name = name
    let all = signature.positional.map { ($0, false) } + signature.options.map { ($0, true) }
    parameters = all.enumerated().map { index, item in
      let (parameter, isOption) = item
      let words = entry?.parameters.first { $0.name == parameter.name }
      let plain = parameter.name + (parameter.type.isEmpty ? "" : ": \(parameter.type)")
      return Parameter(
        name: parameter.name, type: index < types.count ? types[index] : .any,
        written: words.map(Callable.written) ?? plain, meaning: words?.meaning ?? "", isOption: isOption,
        isRequired: parameter.isRequired)
    }
    isVariadic = signature.isVariadic
    self.entry = entry
    builtin = nil
  }

  private static func written(_ parameter: HelpEntry.Parameter) -> String {
    parameter.name + (parameter.type.isEmpty ? "" : ": \(parameter.type)")
      + (parameter.defaultValue.map { " = \($0)" } ?? "")
  }

  /// The parameter that the argument at the cursor is for.
  func parameter(at site: CallSite) -> Parameter? {
    index(at: site).map { parameters[$0] }
  }

  /// Its index among `parameters`.
  func index(at site: CallSite) -> Int? {
    if let label = site.label { return parameters.firstIndex { $0.name == label } }
    let count = positional.count
    if site.positionalCount < count { return site.positionalCount }
    return isVariadic && count > 0 ? count - 1 : nil
  }
}

extension Assistant {
  /// What a call takes; nil where that is not known.
  func callable(_ site: CallSite, in scope: Scope) -> Callable? {
    guard let name = site.path.last else { return nil }
    if let value = scope.known(site.path) {
      guard let signature = value.signature else { return nil }
      let entry = entry(ofMember: site.path, in: scope)
      return Callable(
        site.path.joined(separator: "."), signature, types: value.parameterTypes, entry: entry)
    }
    if site.path.count == 1, let builtin = registry[name] {
      return Callable(builtin, entry: functionEntry(name))
    }
    // A module that only the session knows has no checked members, but values.
    if case .function(let function)? = scope.value(of: site.path) {
      return Callable(
        site.path.joined(separator: "."), function.signature, types: [], entry: help.entry(for: function))
    }
    return nil
  }

  /// What help says of a builtin function.
  func functionEntry(_ name: String) -> HelpEntry? {
    help.entries(for: name).first { $0.kind == .function && $0.name == name }
  }

  /// What help says of what `a.b` means: a member of a module, or a declaration of the script.
  func entry(ofMember path: [String], in scope: Scope) -> HelpEntry? {
    guard let first = path.first, let last = path.last else { return nil }
    if path.count == 2 {
      if let name = scope.moduleName(first), let entry = help.entries(for: "\(name).\(last)").first {
        return entry
      }
      return scope.module(first).flatMap { HelpEntry(declared: last, in: $0.tree) }
    }
    guard path.count == 1 else { return nil }
    if let name = scope.moduleName(first), let entry = help.entries(for: name).first, entry.kind == .module {
      return entry
    }
    if let entry = scope.declared[first] { return entry }
    if case .function(let function)? = scope.value(of: path) { return help.entry(for: function) }
    return nil
  }
}
