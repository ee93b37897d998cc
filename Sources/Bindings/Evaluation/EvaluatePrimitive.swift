import Evaluation
import Interpreter
import Tensors

/// `evaluate(data, f; …)`.
func evaluatePrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "evaluate", section: "primitives",
    [
      Builtin.Parameter("data", .engine("dataset"), "pictures with what is known to be on them"),
      Builtin.Parameter(
        "f", .function, "what is evaluated: `fn(photo, labels) => …` gives maps, masks, a labelmap or scores"),
    ],
    options: [
      Builtin.Parameter(
        "measures", .union([.string, .record, .list(.any)]),
        default: .list(["pointing", "energy", "msc", "iou"].map(Value.string)),
        "names of measures, or records of a name and options: {name: \"pointing\", tolerance: 15}"),
      Builtin.Parameter(
        "labels", .choice(["asked", "present"]), default: .string("asked"),
        "which labels `f` is given: those the data set asks for, or those on the picture"),
      Builtin.Parameter(
        "rows", .union([.path, .none]), default: Value.none,
        "a file (.jsonl) below the output folder that keeps what was found, a line for each picture"),
      Builtin.Parameter(
        "model", .union([.engine("model"), .none]), default: Value.none,
        "for deletion, insertion and drop: the CLIP that scores changed pictures"),
      Builtin.Parameter(
        "best", .union([.int, .none]), default: Value.none,
        "changed pictures score 1 where the label is among the best so many, else 0; `none`: the cosine"),
      templatesParameter,
      Builtin.Parameter(
        "draws", .int, default: .number(1000), "bootstrap draws, of which the intervals come"),
      Builtin.Parameter("seed", .int, default: .number(0), "another number draws otherwise"),
    ] + ViewOptions.parameters(fit: "squash"),
    gives: .engine("evaluation"),
    Builtin.Documentation(
      "How good maps, masks or scores are, over any number of pictures with known truth.",
      details: """
        `f` is called with each picture and its labels, and gives heatmaps, masks, a labelmap, scores (a table
        with `label` and `score`, as `classify` gives) or a record of several: {maps: …, labelmap: …}. The measures:

        \(MeasureChoice.list)

        A measure may stand there several times with other options; it is then called by them, such as
        `pointing(tolerance: 15)`.

        The result's `.summary` is a table of all numbers with 95 % intervals (bootstrap over pictures), `.rows`
        has a row for each picture, `.skipped` what could not be read: a bad file is told of and left out.
        With `rows:` what was found is kept as it goes, and an evaluation that was stopped goes on where it
        was. The file is refused where data, measures, `f`, what `f` uses, or options are other ones. `clipscope
        run --shard 2/4` measures every fourth picture into a file of its own; `clipscope merge` joins them. What is
        read from files while `f` runs, and the contents of pictures and masks, are not compared.
        """,
      errors: """
        A measure that needs what `f` does not give, or a `model`; an unknown measure or option of one; a file
        of rows about something else; an `f` that fails on the first picture.
        """,
      seeAlso: ["dataset", "compare", "segment", "classify", "measures"],
      example: """
        m = load("emoji")
        image(uniform([112, 112, 3])) |> save("out/a.png")
        maskOf(eye(112)) |> save("out/cat.png")
        '{"image": "a.png", "labels": ["cat"], "masks": ["cat.png"]}' |> save("out/set.jsonl")
        e = evaluate(dataset("out/set.jsonl"), fn(photo, labels) => similarity(photo, m, labels), measures: "energy")
        print(e.count, e.summary.measure[0])  # expect: 1 energy
        """)
  ) { arguments, context in
    guard case .function(let function) = arguments["f"] else {
      throw ScriptError("`f` takes a function", argument: "f")
    }
    let data = try arguments.object("data", DataSetValue.self, called: "a dataset").data
    let measures = try MeasureChoice.measures(arguments["measures"], data: data)
    let seed = try arguments.int("seed")
    let draws = try arguments.int("draws")
    guard (1...1_000_000).contains(draws) else {
      throw ScriptError("`draws` must be 1 to 1000000, found \(draws)", argument: "draws")
    }
    let view = try ViewOptions(arguments)
    var scorer: PictureScorer?
    if case .object(let model as ModelValue) = arguments["model"] {
      let best = try arguments.optionalInt("best")
      if let best, best < 1 {
        throw ScriptError("`best` must be at least 1, found \(best)", argument: "best")
      }
      scorer = PictureScorer(model, view: view, best: best) { label in
        try textVectors(
          .strings([label]), model: model, templates: arguments["templates"], context: context,
          library: library, argument: "data")
      }
    } else {
      if let needy = measures.first(where: { MeasureChoice.isScoring($0.name) }) {
        throw ScriptError(
          "`\(needy.name)` scores changed pictures, so it needs a `model`", argument: "measures",
          hint: "model: m")
      }
      for name in ["best", "templates", "size", "fit", "scale", "positions"]
      where arguments.given.contains(name) {
        throw ScriptError("`\(name)` is for the `model` that scores changed pictures", argument: name)
      }
    }
    var path: String?
    if case .string(let name) = arguments["rows"] {
      let shard = Shard.current
      path = try naming("rows") { try context.writePath(shard?.path(name) ?? name) }
      if let path { try makeFolders(above: path, name: name) }
    } else if Shard.current != nil {
      throw ScriptError(
        "a slice (`--shard`) is only of use where `rows:` names a file to keep it", argument: "f",
        hint: "rows: \"out/rows.jsonl\"")
    }
    let scoring =
      try scorer == nil
      ? nil
      : Fingerprint.of(
        .list(["model", "best", "templates", "size", "fit", "scale", "positions"].map { arguments[$0] }))
    if let shard = Shard.current {
      context.warn(
        "only slice \(shard.number) of \(shard.count) is measured; numbers are of its pictures alone")
    }
    let key = try Fingerprint.of(
      .list([arguments["f"], arguments["labels"], .string(scoring ?? ""), .string(Engine.version)]))
    var shownPath: String?
    if case .string(let name) = arguments["rows"] { shownPath = Shard.current?.path(name) ?? name }
    let evaluator = Evaluator(
      data, function, measures: measures, onlyPresent: try arguments.string("labels") == "present",
      scorer: scorer, context: context)
    return try evaluating(argument: "data") {
      .object(
        try evaluator.run(
          keptAt: path, called: shownPath, key: key, scoring: scoring,
          bootstrap: Bootstrap(draws: draws, seed: UInt64(bitPattern: Int64(seed)))))
    }
  }
}

/// `compare(a, b; …)`.
let comparePrimitive = Builtin(
  "compare", section: "primitives",
  [
    Builtin.Parameter("a", .engine("evaluation"), "one method's evaluation"),
    Builtin.Parameter("b", .engine("evaluation"), "another's, on the same pictures"),
  ],
  options: [
    Builtin.Parameter(
      "measure", .union([.string, .none]), default: Value.none, "which; `none` is all that both have"),
    Builtin.Parameter("draws", .int, default: .number(10_000), "bootstrap draws and random sign flips"),
    Builtin.Parameter("seed", .int, default: .number(0), "another number draws otherwise"),
  ],
  gives: .engine("table"),
  Builtin.Documentation(
    "Whether one method is better than another, or only luckier: paired tests, picture by picture.",
    details: """
      Gives a table with a row for each measure: `count` pictures that both have a number for, `leftOut` those that
      only one has one for, the mean
      `difference` (a − b) with its 95 % interval `low` and `high` (bootstrap), and two probabilities of a
      difference at least as large by chance alone: `wilcoxon` (signed ranks) and `signflip` (permutation of the
      mean). Numbers are those of single pictures, `.rows`: of miou a picture's own mean IoU, of map the average
      precision of a picture's labels. `better` is "a" or "b" by the sign, where larger is better or smaller, as the measure says.
      """,
    citation: "Wilcoxon 1945; Efron and Tibshirani 1993.",
    errors:
      "Evaluations of different data sets; a measure that one of them does not have, or has with other options.",
    seeAlso: ["evaluate"],
    example: """
      m = load("emoji")
      image(uniform([112, 112, 3])) |> save("out/a.png")
      maskOf(eye(112)) |> save("out/cat.png")
      '{"image": "a.png", "labels": ["cat"], "masks": ["cat.png"]}' |> save("out/set.jsonl")
      d = dataset("out/set.jsonl")
      a = evaluate(d, fn(photo, labels) => surgery(photo, m, labels), measures: "energy")
      b = evaluate(d, fn(photo, labels) => similarity(photo, m, labels), measures: "energy")
      print(compare(a, b).count)  # expect: [1]
      """)
) { arguments, context in
  let a = try arguments.object("a", EvaluationValue.self, called: "an evaluation")
  let b = try arguments.object("b", EvaluationValue.self, called: "an evaluation")
  guard a.header.dataSet == b.header.dataSet else {
    throw ScriptError("these evaluations are of different data sets", argument: "b")
  }
  let draws = try arguments.int("draws")
  guard (1...1_000_000).contains(draws) else {
    throw ScriptError("`draws` must be 1 to 1000000, found \(draws)", argument: "draws")
  }
  let seed = UInt64(bitPattern: Int64(try arguments.int("seed")))
  var measures = a.measures
  if case .string(let name) = arguments["measure"] {
    let index = try naming("measure") { try place(of: name, in: a.measures.map(\.name), "measure") }
    measures = [a.measures[index]]
  }
  var rows: [[Value]] = []
  for measure in measures {
    guard let other = b.measures.first(where: { $0.name == measure.name }) else {
      if case .none = arguments["measure"] { continue }
      throw ScriptError("the second evaluation has no \(measure.name)", argument: "measure")
    }
    guard other.description == measure.description else {
      throw ScriptError(
        "the evaluations measured differently: \(measure.description) and \(other.description)", argument: "b"
      )
    }
    if MeasureChoice.isScoring(measure.name), a.scoring != b.scoring {
      throw ScriptError(
        "the evaluations scored changed pictures differently: `model`, `best`, `templates` or the view differ",
        argument: "b")
    }
    try context.checkInterruption()
    let found = try evaluating {
      try PairedComparison(
        measure, a.rows, b.rows, bootstrap: Bootstrap(draws: draws, seed: seed), flips: draws)
    }
    let difference = found.meanDifference ?? 0
    func number(_ value: Double?) -> Value { value.map(Value.number) ?? .none }
    rows.append([
      .string(measure.name), .number(Double(found.count)), .number(Double(found.leftOut)),
      number(found.meanDifference),
      number(found.interval?.lowerBound), number(found.interval?.upperBound), number(found.wilcoxon?.p),
      number(found.signFlip?.p),
      difference == 0 ? .none : .string((difference > 0) == measure.higherIsBetter ? "a" : "b"),
    ])
  }
  guard !rows.isEmpty else { throw ScriptError("the evaluations have no measure in common", argument: "b") }
  return try table(
    columns: ["measure", "count", "leftOut", "difference", "low", "high", "wilcoxon", "signflip", "better"],
    rows: rows)
}
