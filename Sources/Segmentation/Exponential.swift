import Glibc

/// e to the power of x.
@inline(__always) func exponential(_ x: Float) -> Float { expf(x) }

/// e to the power of x.
@inline(__always) func exponential(_ x: Double) -> Double { exp(x) }

/// The natural logarithm of x.
@inline(__always) func logarithm(_ x: Float) -> Float { logf(x) }
