import ArgumentParser
import Bindings

ClipscopeCommand.main(ClipscopeCommand.completed(Array(CommandLine.arguments.dropFirst())))
