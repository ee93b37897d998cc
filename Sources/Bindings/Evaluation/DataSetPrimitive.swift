import Evaluation
import Interpreter

/// `dataset(path; …)`.
let dataSetPrimitive = Builtin(
  "dataset", section: "primitives",
  [Builtin.Parameter("path", .path, "a folder, a manifest (.csv or .jsonl), or COCO's annotations (.json)")],
  options: [
    Builtin.Parameter(
      "kind", .union([.choice(DataSet.Kind.allCases.map(\.rawValue)), .none]), default: Value.none,
      "what it is kept as; `none` finds out"),
    Builtin.Parameter(
      "split", .union([.string, .none]), default: Value.none,
      "the list of pictures of VOC or COCO; `none`: \"val\" of VOC, the only one of COCO"),
    Builtin.Parameter(
      "task", .choice(DataSetOptions.Task.allCases.map(\.rawValue)), default: .string("segmentation"),
      "of VOC: its label maps, or its lists of labels"),
    Builtin.Parameter(
      "pictures", .union([.path, .none]), default: Value.none,
      "the folder of COCO's pictures; `none` looks beside the annotations"),
    Builtin.Parameter(
      "crowds", .choice(["ignored", "counted"]), default: .string("ignored"),
      "whether pixels of COCO's crowds count for nothing, or belong to their label"),
  ],
  gives: .engine("dataset"),
  Builtin.Documentation(
    "Pictures with what is known to be on them: masks, label maps or labels.",
    details: """
      A folder of pictures with a folder `masks` in it; a manifest as CSV or JSON lines (image, labels, masks as
      PNG, indexed PNG or COCO's run lengths); the folders of PASCAL VOC; COCO's annotations. docs/evaluation.md
      has the forms. Only names are read; `data[0]` is one sample as a record with its picture and truth,
      `data[:100]` a smaller data set.
      """,
    errors: """
      A path that is none of these; a manifest that is malformed (the message has the line); a `split` that is
      not there.
      """,
    seeAlso: ["evaluate", "load"],
    example: """
      image(uniform([112, 112, 3])) |> save("out/a.png")
      maskOf(eye(112)) |> save("out/cat.png")
      '{"image": "a.png", "labels": ["cat"], "masks": ["cat.png"]}' |> save("out/set.jsonl")
      d = dataset("out/set.jsonl")
      print(len(d), d.labels, d[0].present)  # expect: 1 ["cat"] ["cat"]
      """)
) { arguments, context in
  var options = DataSetOptions()
  if case .string(let kind) = arguments["kind"] { options.kind = DataSet.Kind(rawValue: kind) }
  if case .string(let split) = arguments["split"] { options.split = split }
  options.task = DataSetOptions.Task(rawValue: try arguments.string("task")) ?? .segmentation
  options.ignoresCrowds = try arguments.string("crowds") == "ignored"
  if case .string(let folder) = arguments["pictures"] {
    options.pictures = try naming("pictures", kind: .input) { try context.readPath(folder) }
  }
  let name = try arguments.string("path")
  let path = try naming("path", kind: .input) { try context.readPath(name) }
  return try evaluating(argument: "path") {
    let data = try DataSet(path, options: options)
    context.note(InputFile(name: name, path: path, kind: "dataset", sha256: data.sha256, parts: data.files))
    // What is read later.
    for folder in Set(data.samples.flatMap(\.files).map(ScriptPaths.folder)).sorted() {
      context.noteRead(folder)
    }
    return .object(DataSetValue(data: data))
  }
}
