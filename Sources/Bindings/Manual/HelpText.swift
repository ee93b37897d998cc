import Syntax

/// Help as text for a terminal.
public enum HelpText {
  /// The width that text is wrapped at where no terminal says another.
  public static let defaultWidth = 80

  /// A width that text can be wrapped at, whatever a terminal says.
  public static func usable(_ width: Int) -> Int { min(max(width, 30), 100) }
}

extension HelpEntry {
  /// The entry as text without a newline at its end: signature, summary, parameters, details, errors,
  /// equation, example with its output, see also. Code is never wrapped.
  public func text(width: Int = HelpText.defaultWidth) -> String {
    let width = HelpText.usable(width)
    var lines: [String] = []
    func section(_ title: String, _ body: [String]) {
      if !body.isEmpty { lines += ["", title] + body }
    }
    func indented(_ text: String, by count: Int) -> [String] {
      Wrapping.wrap(text, width: width, indentation: count)
    }
    lines +=
      DisplayWidth.of(heading) <= width
      ? [heading] : Wrapping.wrap(heading, width: width, indentation: 0, following: 4)
    lines += [""] + indented(summary, by: 0)
    let positional = parameters.filter { !$0.isOption }
    let options = parameters.filter(\.isOption)
    func described(_ parameter: Parameter) -> [String] {
      var head = parameter.name
      if !parameter.type.isEmpty { head += ": \(parameter.type)" }
      if let value = parameter.defaultValue { head += " = \(value)" }
      return Wrapping.wrap(head, width: width, indentation: 2, following: 10)
        + (parameter.meaning.isEmpty ? [] : indented(parameter.meaning, by: 6))
    }
    section("Takes", positional.flatMap(described))
    section("Options", options.flatMap(described))
    section(memberTitle, members.flatMap { memberLines($0, width: width) })
    for block in DocComment.blocks(of: details) {
      lines.append("")
      switch block {
      case .prose(let prose): lines += indented(prose, by: 0)
      case .code(let code): lines += HelpEntry.codeLines(code)
      case .list(let items):
        lines += items.flatMap { Wrapping.wrap($0, width: width, indentation: 2, following: 6) }
      }
    }
    section("Errors", errors.isEmpty ? [] : indented(errors, by: 2))
    section("Equation", equation.isEmpty ? [] : HelpEntry.codeLines(equation))
    section("Source", citation.isEmpty ? [] : indented(citation, by: 2))
    section("Example", example.isEmpty ? [] : HelpEntry.codeLines(example))
    section("prints", output.map { "  " + $0 })
    section("See also", seeAlso.isEmpty ? [] : indented(seeAlso.joined(separator: ", "), by: 2))
    return lines.joined(separator: "\n")
  }

  /// The first line: the call with what it gives, or the form.
  private var heading: String {
    switch kind {
    case .function: result.isEmpty || result == "none" ? form : "\(form) → \(result)"
    case .library: parameters.isEmpty ? signature : form
    case .type: "\(name) (a type)"
    case .option: "\(name): … (an option)"
    case .module, .syntax: form
    }
  }

  private var memberTitle: String {
    switch kind {
    case .type: "Fields"
    case .option: "In"
    default: "Members"
    }
  }

  private func memberLines(_ member: Member, width: Int) -> [String] {
    if kind == .option {
      return Wrapping.wrap(member.name, width: width, indentation: 2, following: 2)
        + Wrapping.wrap(member.type, width: width, indentation: 6, following: 10)
        + Wrapping.wrap(member.meaning, width: width, indentation: 6)
    }
    let head = member.type.isEmpty ? member.name : "\(member.name): \(member.type)"
    return Wrapping.wrap(head, width: width, indentation: 2, following: 10)
      + Wrapping.wrap(member.meaning, width: width, indentation: 6)
  }

  private static func codeLines(_ code: String) -> [String] {
    code.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }
  }
}

extension Help {
  /// Every name with its line, by section; options only by name, since their meaning is their functions'.
  /// `commands` are those of the command line, with their lines.
  public func overview(
    width: Int = HelpText.defaultWidth, commands: [(name: String, summary: String)] = []
  ) -> String {
    let width = HelpText.usable(width)
    var lines: [String] = []
    func section(_ title: String, _ entries: [(String, String)]) {
      lines += [title]
      let column = min(entries.map { DisplayWidth.of($0.0) }.max() ?? 0, 22)
      for (name, summary) in entries {
        let gap = String(repeating: " ", count: max(column - DisplayWidth.of(name), 0) + 2)
        lines.append(Wrapping.cut("  \(name)\(gap)\(summary)", to: width))
      }
      lines.append("")
    }
    if !commands.isEmpty { section("Commands", commands.map { ("clipscope \($0.name)", $0.summary) }) }
    for part in sections {
      if part.entries.first?.kind == .option {
        lines += [part.title]
        lines += Wrapping.wrap(
          part.entries.map(\.name).joined(separator: " "), width: width, indentation: 2)
        lines.append("")
      } else {
        section(part.title, part.entries.map { ($0.name, $0.summary) })
      }
    }
    lines += Wrapping.wrap(
      "`clipscope help NAME`, or `help(\"name\")` in a script, says more of each.", width: width,
      indentation: 0)
    return lines.joined(separator: "\n")
  }

  /// All entries of a name as one text; nil where it is unknown.
  public func text(for name: String, width: Int = HelpText.defaultWidth) -> String? {
    let found = entries(for: name)
    if found.isEmpty { return nil }
    return found.map { $0.text(width: width) }.joined(separator: "\n\n" + HelpText.rule(width) + "\n\n")
  }
}

extension HelpText {
  /// What stands between two entries of one name.
  static func rule(_ width: Int) -> String { String(repeating: "─", count: usable(width)) }
}

/// Words into lines.
enum Wrapping {
  /// Lines of at most `width` cells; a longer word has a line of its own. The first line is indented by
  /// `indentation`, the others by `following`, or the same.
  static func wrap(_ text: String, width: Int, indentation: Int, following: Int? = nil) -> [String] {
    var lines: [String] = []
    var line = ""
    var cells = 0
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let size = DisplayWidth.of(String(word))
      let margin = lines.isEmpty ? indentation : following ?? indentation
      if !line.isEmpty, margin + cells + 1 + size > width {
        lines.append(String(repeating: " ", count: margin) + line)
        (line, cells) = (String(word), size)
      } else {
        line += (line.isEmpty ? "" : " ") + word
        cells += (cells == 0 ? 0 : 1) + size
      }
    }
    if !line.isEmpty {
      lines.append(
        String(repeating: " ", count: lines.isEmpty ? indentation : following ?? indentation) + line)
    }
    return lines
  }

  /// A line cut to `width` cells, with `…` where something is missing.
  static func cut(_ text: String, to width: Int) -> String {
    guard DisplayWidth.of(text) > width else { return text }
    var result = DisplayWidth.beginning(of: text, cells: width - 1)
    while result.last == " " { result.removeLast() }
    return result + "…"
  }
}
