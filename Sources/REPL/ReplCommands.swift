import Bindings
import CEdit
import CLIPModels
import Checkpoints
import Console
import Glibc
import Imaging
import Interpreter
import Syntax

extension Repl {
  /// Does what a `%` command says. Throws what is wrong with it.
  func obey(_ text: String) throws -> Evaluator.Outcome {
    let (command, rest) = try SessionCommand.parse(text)
    func say(_ text: String) { Output.write(DisplayWidth.escaped(text) + "\n", to: STDOUT_FILENO) }
    switch command {
    case .help: say(Listings.help())
    case .quit: exitCode = 0
    case .who:
      say(Listings.names(evaluator.session.names, stale: evaluator.ledger.stale, width: Terminal.width))
    case .memory:
      if !rest.isEmpty {
        guard let limit = ByteSize.parse(rest) else {
          throw ReplError("`%memory` takes a size to keep at most: `%memory 512 MB`, `%memory off`")
        }
        WarmWork.current.limit = limit
      }
      say(Listings.memory(evaluator.session.names, width: Terminal.width))
    case .models: say(ModelList.text())
    case .history:
      let count = rest.isEmpty ? 20 : Int(rest)
      guard let count, count > 0 else { throw ReplError("`%history` takes a number of entries") }
      say(Listings.history(reader.history.entries.dropLast(), count: count))
    case .time:
      guard !rest.isEmpty else {
        throw ReplError("`%time` takes an entry: `%time surgery(photo, model, labels)`")
      }
      var source = Evaluator.Source()
      source.isTimed = true
      return evaluator.run(rest, source)
    case .rerun: return rerun()
    case .reset:
      evaluator.reset()
      WarmWork.current.clear()
      evaluator.note("all names are forgotten")
    case .save: try save(rest)
    case .report: try report(rest)
    case .load: return try load(rest)
    case .edit: try edit(rest)
    case .cd:
      throw ReplError(
        "a session stays in the folder it was started in (\(evaluator.paths.scriptFolder)): its paths start there, "
          + "and `%save` could not say what a path meant before and after moving")
    }
    return .done
  }

  /// Computes again what came from replaced values.
  private func rerun() -> Evaluator.Outcome {
    let lines = evaluator.ledger.linesToRunAgain
    if lines.isEmpty { evaluator.note("nothing is out of date") }
    for line in lines {
      let text = evaluator.ledger.text(ofLine: line)
      evaluator.note(
        "\(evaluator.ledger.entries[evaluator.ledger.lines[line].entry].file.name): \(ScreenText.cut(text, to: Terminal.width - 12))"
      )
      var source = Evaluator.Source()
      source.isShown = false
      source.isRerun = true
      source.folder = evaluator.ledger.entries[evaluator.ledger.lines[line].entry].folder
      let outcome = evaluator.run(text, source)
      if outcome != .done { return outcome }
    }
    return .done
  }

  private func save(_ rest: String) throws {
    var words = ReplText.words(rest)
    var name: String?
    if let option = words.firstIndex(of: "--for") {
      guard option + 1 < words.count else { throw ReplError("`--for` takes a name") }
      name = words[option + 1]
      words.removeSubrange(option...(option + 1))
    }
    guard words.count == 1, let file = words.first else {
      throw ReplError("write `\(SessionCommand.save.usage)`")
    }
    let path = ScriptPaths.absolute(file, in: evaluator.paths.scriptFolder)
    let saved = try SavedScript(evaluator.ledger, folder: ScriptPaths.folder(of: path), name: name)
    do { try AtomicFile.write(Array(saved.text.utf8), to: path, keepingPermissions: true) } catch {
      throw ReplError("\(error)")
    }
    for warning in saved.warnings { complain("warning: \(warning)") }
    let count = saved.entryCount
    evaluator.note(
      "saved \(count) of \(evaluator.ledger.entries.count) \(evaluator.ledger.entries.count == 1 ? "entry" : "entries") to \(file)"
    )
  }

  private func report(_ rest: String) throws {
    let words = ReplText.words(rest)
    guard words.count == 1, let file = words.first else {
      throw ReplError("write `\(SessionCommand.report.usage)`")
    }
    guard !evaluator.record.isEmpty else { throw ReplError("nothing ran so far: there is nothing to report") }
    let path = ScriptPaths.absolute(file, in: evaluator.paths.scriptFolder)
    if let problem = RunReport.refusal(of: path) { throw ReplError(problem) }
    do {
      let page = try RunReport.page(of: evaluator.record, sessionIn: evaluator.paths.scriptFolder)
      let bytes = try RunReport.write(page, to: path)
      let count = page.cells.count
      evaluator.note(
        "wrote \(count) \(count == 1 ? "entry" : "entries") to \(file) (\((bytes + 999) / 1000) kB)")
    } catch let error as ScriptError { throw ReplError(error.message) } catch { throw ReplError("\(error)") }
  }

  private func load(_ rest: String) throws -> Evaluator.Outcome {
    let words = ReplText.words(rest)
    guard words.count == 1, let name = words.first else {
      throw ReplError("write `\(SessionCommand.load.usage)`")
    }
    let file: SourceFile
    do { file = try FileLoader.script(name, workingFolder: evaluator.paths.scriptFolder) } catch {
      throw ReplError("\(error)")
    }
    var source = Evaluator.Source()
    source.name = file.name
    source.file = file.path
    source.isShown = false
    return evaluator.run(String(decoding: file.utf8, as: UTF8.self), source)
  }

  /// Opens an earlier entry in the user's editor; what comes back is the next entry's beginning.
  private func edit(_ rest: String) throws {
    let entries = evaluator.ledger.entries
    let text: String
    if rest.isEmpty {
      text = entries.last.map { String(decoding: $0.file.utf8, as: UTF8.self) } ?? ""
    } else {
      guard let number = Int(rest), let entry = entries.last(where: { $0.number == number }) else {
        throw ReplError("there is no entry `\(rest)` that ran; `%edit N` takes the number of its prompt")
      }
      text = String(decoding: entry.file.utf8, as: UTF8.self)
    }
    clip_edit_suspend()
    defer { clip_edit_resume() }
    guard let edited = ExternalEditor(options.settings).edit(text) else {
      throw ReplError("the editor gave nothing back; `$EDITOR` names it")
    }
    let entry = ReplText.trimmed(edited)
    if isDumb {
      Output.write(entry + "\n", to: STDOUT_FILENO)
      enter(entry)
    } else {
      draft = entry
    }
  }
}
