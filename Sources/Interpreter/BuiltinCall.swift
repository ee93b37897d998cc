extension Builtin {
  /// Runs the body on arguments that are already checked against the signature.
  public func callAsFunction(_ arguments: Arguments, context: any CallContext) throws -> Value {
    try body(arguments, context)
  }
}
