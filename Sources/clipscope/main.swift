import ArgumentParser
import Bindings
import Glibc

do {
  var command = try ClipscopeCommand.parseAsRoot(
    ClipscopeCommand.completed(Array(CommandLine.arguments.dropFirst())))
  try command.run()
} catch {
  // Wrong usage is 2 here, not the 64 of sysexits.h.
  guard ClipscopeCommand.exitCode(for: error) == .validationFailure else {
    ClipscopeCommand.exit(withError: error)
  }
  complain(ClipscopeCommand.fullMessage(for: error))
  exit(2)
}
