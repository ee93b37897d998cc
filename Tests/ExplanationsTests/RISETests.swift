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

  @Test("a map that ended early is as near to endless masks as was asked, each of them")
  func settling() throws {
    let question = try SmallModel("tiny-vit").question(labels: 0..<2)
    let many = 6144
    let long = try RISE(samples: many, cells: 4, seed: 3, settle: 0).explain(question)
    #expect(long.samples == many)
    for seed in UInt64(4)..<10 {
      // The same masks serve every `settle`.
      let rise = RISE(samples: many, cells: 4, seed: seed)
      var masks = rise.masks(for: question)
      var known: [MaskScores] = []
      var before = 0
      for settle in [0.2, 0.05, 0.02] {
        var asked = rise
        asked.settle = settle
        let early = try asked.explain(targets: 2, patches: 16) { done, count in
          if done / RISE.batch == known.count {
            known.append(try asked.scores(of: masks.next(count), done: done, question))
          }
          return known[done / RISE.batch]
        }
        #expect(early.samples < many && early.samples > before && RISE.isCheckpoint(early.samples))
        #expect(early.agreement >= 1 - settle)
        before = early.samples
        if settle == 0.2 {
          let whole = try RISE(samples: early.samples, cells: 4, seed: seed, settle: 0).maps(question)
          #expect(whole.scalars == early.maps.scalars)
        }
        if settle == 0.2, seed == 4 {
          let (one, three) = try withThreads { try asked.maps(question) }
          #expect(one.scalars == early.maps.scalars && three == one)
        }
        for t in 0..<2 {
          // The long map is not endless either: maps of independent noise correlate as the product of their
          // correlations with the endless one (Spearman 1904).
          let found = correlation(early.maps.row(t).scalars, long.maps.row(t).scalars)
          #expect(found >= (1 - settle) * long.agreement, "seed \(seed), \(settle), text \(t)")
        }
      }
    }
  }

  @Test("of many maps that ended early, at most one in a hundred is worse than was asked")
  func confidence() throws {
    // Scores that are a sum over patches and noise, of which the map of endless masks is known: of the covariance
    // of the masks' means.
    func means(_ masks: inout RandomMasks, _ count: Int) throws -> Tensor {
      try Tensor.stacked(
        (0..<count).map { _ in
          try PatchMeans.of(masks.next().pixels().reshaped([1, 16, 16]), size: 4).reshaped([16])
        })
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for (x, y) in zip(a, b) { sum += x * y }
      return sum
    }
    var many = RandomMasks(cells: 4, visible: 0.5, height: 16, width: 16, seed: 1)
    let sample = try means(&many, 40_000).scalars.map { Double($0) }
    let columns: [[Double]] = (0..<16).map { i in
      let column = stride(from: i, to: sample.count, by: 16).map { sample[$0] }
      let mean = column.reduce(0, +) / 40_000
      return column.map { $0 - mean }
    }
    let covariance: [[Double]] = columns.map { a in columns.map { b in dot(a, b) } }
    var stream = RandomStream(seed: 2)
    var worse = 0
    for settle in [0.2, 0.05, 0.02] {
      for seed in 0..<150 {
        let weights: [Double] = (0..<16).map { _ in stream.uniform() * stream.uniform() }
        let endless: [Float] = covariance.map { Float(dot($0, weights)) }
        var masks = RandomMasks(cells: 4, visible: 0.5, height: 16, width: 16, seed: UInt64(seed))
        let rise = RISE(samples: 100_000, cells: 4, settle: settle)
        let early = try rise.explain(targets: 1, patches: 16) { _, count in
          let means = try means(&masks, count)
          var scores: [Float] = []
          for mask in 0..<count {
            let seen = means.row(mask).scalars.map { Double($0) }
            scores.append(Float(dot(seen, weights) + 0.3 * stream.uniform()))
          }
          return MaskScores(cosines: Tensor([count, 1], scores), means: means)
        }
        #expect(early.samples < 100_000)
        if correlation(early.maps.scalars, endless) < 1 - settle { worse += 1 }
      }
    }
    // One in a hundred of 450.
    #expect(worse <= 4)
  }

  @Test("the bound of maps with a known noise holds as often as it says")
  func bound() {
    var stream = RandomStream(seed: 5)
    func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + stream.uniform() } }
    for (places, noise) in [(16, 1.0), (16, 4.0), (196, 2.0)] {
      var worse = 0
      for _ in 0..<400 {
        let truth = (0..<places).map { _ in normal() }
        let maps: [ArraySlice<Double>] = (0..<16).map { _ in truth.map { $0 + noise * normal() }[...] }
        let mean = (0..<places).map { place in maps.reduce(0) { $0 + $1[place] } / 16 }
        if correlation(mean.map { Float($0) }, truth.map { Float($0) }) < Agreement(ofMaps: maps).bound {
          worse += 1
        }
      }
      #expect(worse <= 8)
    }
    let same = [[1.0, 2, 4][...], [2, 3, 5], [0, 1, 3]]
    #expect(Agreement(ofMaps: same).bound == 1)
    let flat = [[1.0, 1, 1][...], [1, 1, 1], [1, 1, 1]]
    #expect(Agreement(ofMaps: flat).bound == 1)
    #expect(Agreement(ofMaps: Array(same.prefix(2))).bound == 0)
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

/// Pearson's correlation.
private func correlation(_ a: [Float], _ b: [Float]) -> Double {
  let (a, b) = (a.map { Double($0) }, b.map { Double($0) })
  let (meanA, meanB) = (a.reduce(0, +) / Double(a.count), b.reduce(0, +) / Double(b.count))
  var (both, squareA, squareB) = (0.0, 0.0, 0.0)
  for (x, y) in zip(a, b) {
    both += (x - meanA) * (y - meanB)
    squareA += (x - meanA) * (x - meanA)
    squareB += (y - meanB) * (y - meanB)
  }
  return both / (squareA * squareB).squareRoot()
}
