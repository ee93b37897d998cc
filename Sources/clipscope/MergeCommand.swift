import ArgumentParser
import Console
import Evaluation
import Glibc
import Imaging

/// `clipscope merge FILE… --out FILE`.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Joins the rows of an evaluation that ran in slices.",
    discussion: """
      The result is, byte for byte, the file that one run over all pictures writes. Files of another evaluation \
      are refused, and so are two that disagree about a picture. The script that made them goes on with the \
      joined file: it measures what is missing and sums up.
      """)

  @Option(help: "The file to write.") var out: String

  @ArgumentParser.Argument(help: "Files of rows (.jsonl), as `clipscope run --shard` leaves them.")
  var files: [String]

  func run() throws {
    let merged: MergedRows
    do { merged = try RowsFile.merge(files) } catch {
      complain("error: \(error)")
      throw ExitCode(4)
    }
    do { try AtomicFile.write(merged.bytes, to: out) } catch {
      complain("error: \(error)")
      throw ExitCode(5)
    }
    var text = "\(merged.rows.count) of \(merged.header.samples) pictures"
    if !merged.failed.isEmpty { text += ", \(merged.failed.count) of them skipped" }
    if let first = merged.firstMissing {
      text += "; \(merged.missing) are missing, the first is number \(first)"
    }
    Output.write(text + "\n", to: STDOUT_FILENO)
  }
}
