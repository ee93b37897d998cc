import Tensors

/// Whether two tensors have one shape and agree to float32 rounding: |a − b| ≤ 2⁻²² (1 + |b|);
/// NaN and infinities must be in the same places.
func close(_ a: Tensor, _ b: Tensor) -> Bool {
  guard a.shape == b.shape else { return false }
  return zip(a.scalars, b.scalars).allSatisfy { x, y in
    x == y || (x.isNaN && y.isNaN) || abs(Double(x) - Double(y)) <= 0x1p-22 * (1 + abs(Double(y)))
  }
}
