import Bindings
import Testing

@testable import Console

/// What the progress line says of reports that come at known times.
@Suite struct ProgressTests {
  @Test func anEvaluationTellsOfAllThatIsDoneWithinIt() {
    var state = ProgressLine.State()
    // 10 of 100 were measured before; a picture takes a second, of which its prompts tell.
    #expect(state.report(Progress.evaluating, 10, 100, at: 1) == nil)
    for picture in 1..<20 {
      let began = Double(picture)
      for prompt in 1...80 {
        #expect(state.report("encoding prompts", prompt, 80, at: began + Double(prompt) / 100) == nil)
      }
      #expect(state.report(Progress.loop, 1, 2, at: began + 0.9) == nil)
      #expect(
        state.report(Progress.evaluating, 10 + picture, 100, at: began + 1)
          == "\r\u{1B}[Kevaluating: \(10 + picture) of 100, \(90 - picture) s left")
    }
    #expect(state.report(Progress.evaluating, 100, 100, at: 100) == "\r\u{1B}[K")
    #expect(state.report("encoding prompts", 1, 80, at: 101) == nil)
    #expect(
      state.report("encoding prompts", 41, 80, at: 103) == "\r\u{1B}[Kencoding prompts: 41 of 80, 2 s left")
  }

  @Test func anEvaluationInALoopIsShown() {
    var state = ProgressLine.State()
    #expect(state.report(Progress.loop, 0, 3, at: 1) == nil)
    #expect(state.report("encoding prompts", 5, 80, at: 2) == nil)
    #expect(state.report(Progress.loop, 1, 3, at: 3) == "\r\u{1B}[Kloop: 1 of 3, 4 s left")
    #expect(state.report(Progress.evaluating, 0, 10, at: 3) == nil)
    #expect(state.report(Progress.evaluating, 5, 10, at: 5) == "\r\u{1B}[Kevaluating: 5 of 10, 2 s left")
    #expect(state.report(Progress.loop, 2, 3, at: 6) == nil)
  }

  @Test func shortWorkIsNotShown() {
    var state = ProgressLine.State()
    #expect(state.report("loading", 1, 4, at: 1) == nil)
    #expect(state.report("loading", 2, 4, at: 1.4) == nil)
    #expect(state.report("loading", 4, 4, at: 1.5) == nil)
  }
}
