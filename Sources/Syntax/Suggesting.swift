import Basics

/// "Did you mean", which the engine says too.
public typealias Suggestion = Basics.Suggestion
