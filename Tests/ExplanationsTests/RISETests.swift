import CLIPModels
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import Explanations

@Suite("RISE")
struct RISETests {
  @Test("masks are enlarged grids of zeros and ones, shifted by less than a cell")
  func masks() throws {
    var masks = RandomMasks(cells: 4, visible: 0.5, height: 30, width: 44, seed: 5)
    for _ in 0..<20 {
      let mask = masks.next()
      #expect(mask.grid.count == 16 && mask.grid.allSatisfy { $0 == 0 || $0 == 1 })
      let pixels = mask.pixels()
      #expect(pixels.shape == [30, 44])
      #expect(pixels.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
      // ⌈30 / 4⌉ = 8 and ⌈44 / 4⌉ = 11 pixels a cell of the five enlarged from four.
      for (index, position) in mask.rows.enumerated() {
        let place = Float(position.low) + position.fraction
        let first = Float(mask.rows[0].low) + mask.rows[0].fraction
        #expect(place <= 3 && place >= first && place - first <= Float(index) * 0.1 + 1e-5)
      }
    }
  }

  @Test("a cell's centre has its value, and what lies between two is between")
  func enlargement() {
    let positions = RandomMask.positions(cells: 2, cell: 4, from: 0, count: 12)
    let mask = RandomMask(grid: [0, 1, 0, 1], cells: 2, rows: positions, columns: positions)
    // 12 pixels from 2 cells, by centres: (x + 0.5) / 6 − 0.5 within 0 … 1.
    let expected = (0..<12).map { Float(min(max((Double($0) + 0.5) / 6 - 0.5, 0), 1)) }
    for row in 0..<12 { #expect(relativeError(mask.pixels().row(row), Tensor(expected)) < 1e-6) }
  }

  @Test("masks let through as much as `visible` says")
  func visible() throws {
    for visible in [0.3, 0.5] {
      var masks = RandomMasks(cells: 7, visible: visible, height: 28, width: 28, seed: 1)
      let means = try (0..<400).map { _ in
        try PatchMeans.of(masks.next().pixels().reshaped([1, 28, 28]), size: 28).scalars[0]
      }
      let mean = means.reduce(0, +) / 400
      // 49 cells, fewer that count fully: a deviation of 0.09 a mask, 0.0045 of the mean.
      #expect(abs(Double(mean) - visible) < 0.02)
    }
  }

  @Test(
    "equal seeds give equal bits at any number of threads; another seed another map",
    arguments: ["tiny-vit", "tiny-rn"])
  func determinism(name: String) throws {
    let question = try SmallModel(name).question()
    let rise = RISE(samples: 100, settle: 0)
    let (one, three) = try withThreads { try rise.maps(question) }
    #expect(one.shape == [2, question.rows, question.columns])
    #expect(one == three)
    #expect(try RISE(samples: 100, seed: 1, settle: 0).maps(question) != one)
  }

  @Test("the patch that alone changes the cosine is found", arguments: ["tiny-vit", "tiny-rn"])
  func planted(name: String) throws {
    let small = try SmallModel(name)
    for (row, column) in [(1, 2), (0, 0), (2, 1)] {
      let question = try small.planted(row: row, column: column)
      let map = try RISE(samples: 400, settle: 0).maps(question).row(0)
      #expect(peak(map) == [row, column])
    }
  }

  @Test("masks that change nothing give a map of zeros; the published sum the cosine")
  func constant() throws {
    let small = try SmallModel("tiny-vit")
    let black = Tensor(try small.photo().shape, repeating: 0)
    let question = try Question(
      model: small.model, pixels: black, texts: small.array("text_features").rows(0..<2))
    let zero = try RISE(samples: 300).explain(question)
    #expect(zero.maps.scalars.allSatisfy { abs($0) < 1e-9 })
    let cosines = try small.cosines(black, question)
    let sum = try RISE(samples: 600, settle: 0, isCentered: false).maps(question)
    for t in 0..<2 {
      let mean = sum.row(t).scalars.reduce(0, +) / 16
      #expect(abs(mean - cosines[t]) < 0.03 * abs(cosines[t]))
    }
  }

  @Test("the sum of its definition, with masks made again one by one")
  func definition() throws {
    let small = try SmallModel("tiny-vit")
    let question = try small.question()
    let count = 40
    var masks = RandomMasks(cells: 5, visible: 0.4, height: 64, width: 64, seed: 9)
    var weights: [[Float]] = []
    var cosines: [[Float]] = []
    for _ in 0..<count {
      let mask = masks.next().pixels()
      let x = question.pixels.scalars
      let m = mask.scalars
      cosines.append(
        try small.cosines(
          Tensor([3, 64, 64], x.indices.map { x[$0] * m[$0 % 4096] }), question))
      weights.append(m)
    }
    for isCentered in [true, false] {
      let found = try RISE(
        samples: count, cells: 5, visible: 0.4, seed: 9, settle: 0, isCentered: isCentered
      ).maps(question)
      for t in 0..<2 {
        let mean = isCentered ? cosines.map { Double($0[t]) }.reduce(0, +) / Double(count) : 0
        var expected = [Double](repeating: 0, count: 16)
        for k in 0..<count {
          let factor = (Double(cosines[k][t]) - mean) / (0.4 * Double(count)) / 256
          for i in 0..<4096 { expected[i / 64 / 16 * 4 + i % 64 / 16] += factor * Double(weights[k][i]) }
        }
        #expect(relativeError(found.row(t), Tensor([4, 4], expected.map { Float($0) })) < 1e-4)
      }
    }
  }

  @Test("ending early gives the map of that many masks, as near to endless ones as was asked")
  func settling() throws {
    let question = try SmallModel("tiny-vit").question(labels: 0..<3)
    let many = 4000
    let long = try RISE(samples: many, seed: 3, settle: 0).explain(question)
    #expect(long.samples == many)
    var before = 0
    for settle in [0.2, 0.03] {
      let seeds = 4..<10
      var means = [Double](repeating: 0, count: 3)
      var most = 0
      for seed in seeds.map(UInt64.init) {
        let early = try RISE(samples: many, seed: seed, settle: settle).explain(question)
        #expect(early.samples < many && early.samples > before && early.samples % RISE.checkpoint == 0)
        #expect(early.agreement >= 1 - settle)
        most = max(most, early.samples)
        if seed == 4 {
          #expect(try RISE(samples: early.samples, seed: seed, settle: 0).maps(question) == early.maps)
        }
        for t in 0..<3 {
          let a = early.maps.row(t).scalars.map { Double($0) }
          let b = long.maps.row(t).scalars.map { Double($0) }
          means[t] += correlation(a[...], b[...]) / Double(seeds.count)
        }
      }
      before = most
      // The long map is not endless either: maps of independent noise correlate in expectation as the
      // product of their correlations with the endless one (Spearman 1904). One map's correlation scatters
      // around that, so the statement is of the mean over seeds, and has no slack.
      for t in 0..<3 { #expect(means[t] >= (1 - settle) * long.agreement) }
    }
  }

  @Test("every mask is told to the question, and the end even where it came early")
  func progress() throws {
    let seen = Mutex<[[Int]]>([])
    let question = try SmallModel("tiny-vit").question(progress: { done, total in
      seen.withLock { $0.append([done, total]) }
    })
    _ = try RISE(samples: 150, settle: 0).maps(question)
    #expect(Set(seen.withLock { $0 }) == Set((1...150).map { [$0, 150] }))
    _ = try RISE(samples: 6000, settle: 0.2).maps(question)
    #expect(seen.withLock { $0.last } == [6000, 6000])
  }

  @Test("options out of range are named")
  func options() throws {
    let question = try SmallModel("tiny-vit").question()
    for (rise, option) in [
      (RISE(samples: 0), "samples"), (RISE(cells: 0), "cells"), (RISE(cells: 65), "cells"),
      (RISE(visible: 0), "visible"), (RISE(visible: 1), "visible"), (RISE(settle: 1), "settle"),
      (RISE(settle: -0.1), "settle"),
    ] {
      let error = #expect(throws: ExplanationError.self) { try rise.maps(question) }
      #expect(error?.option == option)
    }
  }
}
