import ArgumentParser
import Glibc

// ArgumentParser's own exit code for wrong usage is 64; here it is 2.
let arguments = Array(CommandLine.arguments.dropFirst())
do {
  var command = try ClipscopeCommand.parseAsRoot(ClipscopeCommand.completed(arguments))
  try command.run()
} catch {
  ClipscopeCommand.end(with: error)
}
