import Testing

@testable import Tensors

/// All tensors together have a bound, so that many of them are an error before they are the end of
/// the process.
@Suite struct MemoryTests {
  @Test func whatTensorsHoldIsCounted() {
    let before = TensorStorage.liveBytes
    let grown = withExtendedLifetime(Tensor([1 << 22], repeating: 1)) { TensorStorage.liveBytes }
    // Other tests make tensors at the same time, far smaller ones.
    #expect(grown - before > 1 << 23)
    #expect(TensorStorage.liveBytes < grown)
  }

  @Test func moreThanTheMachineHoldsIsRefused() {
    let error = #expect(throws: ShapeError.self) {
      try ArrayLimits.checkRoom(for: ArrayLimits.maximumBytes / 4 + 1, in: "zeros")
    }
    #expect(error?.description.hasPrefix("zeros: there is no memory for ") == true)
    #expect(throws: Never.self) { try ArrayLimits.checkRoom(for: 1 << 20, in: "zeros") }
  }
}
