import ArgumentParser
import Cache
import Console
import Glibc
import Syntax

/// `clipscope cache`.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Shows, verifies, limits and clears the results kept on disk.",
    discussion: """
      Results of expensive calls are found again by what they were computed from; a run with `--no-cache` neither \
      looks for them nor keeps any. They lie in $CLIPSCOPE_CACHE, else in clipscope below $XDG_CACHE_HOME or ~/.cache; \
      CLIPSCOPE_CACHE=off keeps none.
      """,
    subcommands: [Show.self, Verify.self, Limit.self, Clear.self, Place.self], defaultSubcommand: Show.self)

  /// The cache, or the end of the command where there is none.
  fileprivate static func cache() throws -> DiskCache {
    guard let folder = CacheUse.folder else {
      complain("error: there is no cache: CLIPSCOPE_CACHE switches it off, or there is no home folder")
      throw ExitCode(4)
    }
    return DiskCache(folder: folder, limit: CacheSettings.limit(in: folder))
  }

  fileprivate static func say(_ text: String) { Output.write(text + "\n", to: STDOUT_FILENO) }

  fileprivate static func entries(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }

  /// `clipscope cache show`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Shows how much is kept; so does `clipscope cache` alone.")

    func run() throws {
      let cache = try CacheCommand.cache()
      let usage = cache.usage()
      say(DisplayWidth.escaped(cache.folder))
      let width = usage.map(\.kind.count).max() ?? 0
      for line in usage {
        let kind = line.kind + String(repeating: " ", count: width - line.kind.count)
        say("  \(kind)  \(entries(line.entries)), \(ByteSize.text(line.bytes)): \(KeptWork.name(line.kind))")
      }
      let total = usage.reduce(0) { $0 + $1.bytes }
      say(
        cache.limit == 0
          ? "nothing is kept: the limit is 0"
          : "\(ByteSize.text(total)) of at most \(ByteSize.text(cache.limit))")
    }
  }

  /// `clipscope cache verify`.
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Reads everything that is kept, and removes what is damaged.",
      discussion: "The exit code is 1 where something was.")

    func run() throws {
      let cache = try CacheCommand.cache()
      let (sound, damaged) = cache.verify()
      for kind in Set(damaged).sorted() {
        let count = damaged.filter { $0 == kind }.count
        say("\(kind): \(entries(count)) damaged and removed")
      }
      say("\(entries(sound)) sound")
      if !damaged.isEmpty { throw ExitCode(1) }
    }
  }

  /// `clipscope cache clear`.
  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "clear", abstract: "Removes everything that is kept, or all of one kind.")

    @ArgumentParser.Argument(help: "The kind, as `clipscope cache` shows it.") var kind: String?

    func run() throws {
      let cache = try CacheCommand.cache()
      if let kind {
        let kinds = cache.usage().map(\.kind)
        let known = Set(kinds + ["file", "image", "map", "sweep", "text"]).sorted()
        guard known.contains(kind) else {
          let hint = Suggestion.nearest(to: kind, among: known).map { "did you mean `\($0)`?" }
          throw ValidationError(
            "there is no kind `\(kind)`: \(hint ?? "there are " + known.joined(separator: ", "))")
        }
      }
      let (count, bytes) = cache.clear(kind)
      say("\(entries(count)), \(ByteSize.text(bytes)) removed")
    }
  }

  /// `clipscope cache limit`.
  struct Limit: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "limit", abstract: "Shows the limit, or sets it: what was not used for longest goes first."
    )

    @ArgumentParser.Argument(help: "A size such as 5GB; `off` keeps nothing.") var size: String?

    func run() throws {
      let cache = try CacheCommand.cache()
      guard let size else {
        say(ByteSize.text(cache.limit))
        return
      }
      guard let bytes = ByteSize.parse(size) else {
        throw ValidationError("`limit` takes a size such as `5GB`, or `off`")
      }
      if let reason = CacheSettings.setLimit(bytes, in: cache.folder) {
        complain("error: \(cache.folder): \(reason)")
        throw ExitCode(5)
      }
      let removed = DiskCache(folder: cache.folder, limit: bytes).shrink()
      say("at most \(ByteSize.text(bytes)) are kept" + (removed > 0 ? "; \(entries(removed)) removed" : ""))
    }
  }

  /// `clipscope cache folder`.
  struct Place: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "folder", abstract: "Says where the results lie.")

    func run() throws { say(try CacheCommand.cache().folder) }
  }
}
