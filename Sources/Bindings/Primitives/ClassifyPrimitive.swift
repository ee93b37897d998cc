import CLIPModels
import Explanations
import Interpreter
import Tensors

/// `classify(image, model, labels; …)`: zero-shot, one label or several.
func classifyPrimitive(library: StandardLibrary) -> Builtin {
  Builtin(
    "classify", section: "primitives",
    [
      Builtin.Parameter("image", .union([.engine("image"), .list(.engine("image"))]), "the picture"),
      Builtin.Parameter("model", .engine("model"), "the CLIP to ask"),
      Builtin.Parameter("labels", Texts.type, "labels, or vectors [n, embed]"),
    ],
    options: [
      Builtin.Parameter(
        "features", .choice(["none", "labels"]), default: .string("none"),
        "what is taken off each label's score: nothing, or what all labels share (feature surgery)"),
      Builtin.Parameter(
        "top", .union([.int, .none]), default: Value.none,
        "only so many labels, best first; `none` gives all in their own order"),
      templatesParameter,
    ] + ViewOptions.parameters(fit: "crop"),
    gives: .union([.engine("table"), .list(.engine("table"))]),
    Builtin.Documentation(
      "Zero-shot classification: how probable each label is, among these; or which of them are there.",
      details: """
        Gives a table with `label`, `probability`, `logit`, `cosine` and `score`, in the labels' order or best
        score first. The probabilities are among these labels and sum to 1, whatever the picture shows: they
        suit pictures that show one of them. For pictures that show several, compare the `score` of one label
        over pictures (`evaluate(…, measures: ["map"])` does): the cosine, or with `features: "labels"` what
        feature surgery leaves of it.
        """,
      equation: """
        logit[t] = exp(logit_scale) · cos(I, T[t])
        probability = softmax_t(logit)
        score[t] = cos(I, T[t]);  with feature surgery
        score[t] = w[t] · cos(I, T[t]) − mean_t(w[t] · cos(I, T[t])),  p = softmax_t(2 · cos(I, T[t])),  w = p / mean(p)
        """,
      citation: "Radford et al. 2021, arXiv 2103.00020, section 3.1; Li et al. 2023, arXiv 2304.05653.",
      errors: """
        Vectors of another width than the embedding; a prompt longer than the context; a `size`
        that is no multiple of the patch; `features: "labels"` with a single label, of which it leaves
        nothing; a `top` below 1.
        """,
      seeAlso: ["encode", "softmax", "similarity", "evaluate"],
      example: """
        m = load("emoji")
        scene = image(zeros([112, 112, 3]))
        t = classify(scene, m, ["cat", "dog"])
        print(len(t))  # expect: 2
        best = classify(scene, m, ["cat", "dog", "owl"], features: "labels", top: 1)
        print(len(best))  # expect: 1
        """)
  ) { arguments, context in
    try forEachImage(arguments["image"]) { image in
      let model = try arguments.object("model", ModelValue.self, called: "a model")
      let texts = try Texts(arguments["labels"], argument: "labels")
      let hasSurgery = try arguments.string("features") == "labels"
      let top = try arguments.optionalInt("top")
      if let top, top < 1 { throw ScriptError("`top` must be at least 1, found \(top)", argument: "top") }
      if hasSurgery, texts.labels.count < 2 {
        throw ScriptError(
          "feature surgery takes off what the labels share: of a single one nothing is left",
          argument: "features", hint: "give more labels")
      }
      let view = try ViewOptions(arguments)
      let input = try view.input(from: image.image, for: model.model)
      try context.checkInterruption()
      let embedding = try model.model.encode(image: input.pixels, positions: view.positions)
      let vectors = try textVectors(
        texts, model: model, templates: arguments["templates"], context: context, library: library,
        argument: "labels")
      let row = embedding.reshaped([1, embedding.count])
      let cosines = try linear(normalizedRows(row), weight: normalizedRows(vectors))
      let factor = model.model.logitFactor
      let probabilities = try softmaxRows(cosines, scale: factor).scalars
      let values = cosines.scalars
      var scores = values
      if hasSurgery {
        let result = try library.call(
          "similarity", "featureSurgery",
          [.object(TensorValue(row)), .object(TensorValue(vectors, names: texts.labels))], context: context)
        if case .object(let object) = result, let tensor = object as? TensorValue {
          scores = tensor.tensor.scalars
        }
      }
      var order = Array(texts.labels.indices)
      if let top {
        // Equal scores keep the labels' order.
        order = Array(order.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(top))
      }
      return try table(
        columns: ["label", "probability", "logit", "cosine", "score"],
        rows: order.map { i in
          [
            .string(texts.labels[i]), .number(Double(probabilities[i])),
            .number(Double(values[i] * factor)), .number(Double(values[i])), .number(Double(scores[i])),
          ]
        })
    }
  }
}
