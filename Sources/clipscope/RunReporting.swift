import Bindings
import Console
import Interpreter
import Reports
import Tensors

/// Makes and writes the page of a run, however it ended; what is wrong is told.
enum RunReporting {
  /// The page of a script's run; nil where it cannot be made.
  static func page(of record: RunRecord, _ program: Program, _ ending: RunReport.Ending) -> ReportPage? {
    // The run was interrupted, not what tells of it; a second Ctrl-C ends the program.
    Tensors.Interruption.clear()
    return told { try RunReport.page(of: record, program: program, ending: ending) }
  }

  /// Gives whether the page was written.
  static func write(_ page: ReportPage, to path: String) -> Bool {
    told { try RunReport.write(page, to: path) } != nil
  }

  private static func told<T>(_ body: () throws -> T) -> T? {
    do { return try body() } catch {
      complain("error: the report could not be written: \((error as? ScriptError)?.message ?? "\(error)")")
      return nil
    }
  }
}
