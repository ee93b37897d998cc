import Bindings
import Console
import Interpreter
import Tensors

/// Writes the page of a run, however it ended.
enum RunReporting {
  /// Gives whether the page was written; what is wrong is told.
  static func write(
    _ record: RunRecord, of program: Program, _ ending: RunReport.Ending, to path: String
  ) -> Bool {
    // The run was interrupted, not what tells of it; a second Ctrl-C ends the program.
    Tensors.Interruption.clear()
    do {
      try RunReport.write(try RunReport.page(of: record, program: program, ending: ending), to: path)
      return true
    } catch let error as ScriptError {
      complain("error: the report could not be written: \(error.message)")
    } catch {
      complain("error: the report could not be written: \(error)")
    }
    return false
  }
}
