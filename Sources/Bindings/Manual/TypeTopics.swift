/// What the types of values are: their fields, and what can be done with them.
enum TypeTopics {
  /// One type.
  struct Topic: Sendable {
    let name: String
    let summary: String
    let details: String
    let example: String
    let seeAlso: [String]
  }

  /// The entries of all types; each also names the functions that give it.
  static func entries(_ functions: [HelpEntry]) -> [HelpEntry] {
    all.map { topic in
      var entry = HelpEntry(
        kind: .type, name: topic.name, section: "Types", form: topic.name, signature: topic.name,
        summary: topic.summary, details: topic.details)
      let type = engineTypes.first { $0.name == topic.name }
      entry.members = (type?.fields ?? []).map {
        HelpEntry.Member(name: $0.name, type: $0.type.description, meaning: $0.doc)
      }
      (entry.example, entry.output) = ExampleText.split(topic.example)
      let makers = functions.filter { gives($0.result, topic.name) }.map(\.name)
      entry.seeAlso = topic.seeAlso + (type != nil ? makers.filter { !topic.seeAlso.contains($0) } : [])
      return entry
    }
  }

  /// Whether a result such as `heatmaps or list[heatmaps]` is, or may be, of a type.
  private static func gives(_ result: String, _ type: String) -> Bool {
    result.split(separator: " ").contains { $0 == type }
  }

  static let all: [Topic] = [
    Topic(
      name: "model", summary: "A CLIP: a picture tower and a text tower.",
      details: """
        `load` gives one. Printed, it says where its weights come from, its architecture and activation.
        A model never changes: options such as `size` make a view of it.
        """,
      example: """
        m = load("emoji")
        print(m.size, m.patch, m.embedding, m.layers)  # expect: 112 8 128 6
        """, seeAlso: []),
    Topic(
      name: "image", summary: "A picture: 8-bit RGB.",
      details: """
        Transparency is dropped, 16-bit channels keep their upper 8 bits, grey becomes RGB. `pixels` gives
        the numbers as a tensor, `image` makes a picture of a tensor.
        """,
      example: """
        scene = image(zeros([64, 96, 3]))
        print(scene.width, scene.height)  # expect: 96 64
        """, seeAlso: ["pixels"]),
    Topic(
      name: "tensor", summary: "An array of float32 numbers with any number of axes.",
      details: """
        Arithmetic (`+ - * / // % **`), comparisons and `@` work as in NumPy, with broadcasting. `a == b` gives
        one bool; `equal(a, b)` compares element by element. A comparison such as `t > 0` gives a mask of 0 and
        1, which as an index selects. Rows may have names: the texts that `encode` was given. `for` and `[…
        for …]` visit the first axis; `len` is its extent.
        """,
      example: """
        t = tensor([[1, 2, 3], [4, 5, 6]])
        print(t.shape, t.T.shape, t[1, 2], sum(t[t > 4]))  # expect: [2, 3] [3, 2] 6 11
        """, seeAlso: ["indices", "broadcasting", "operators"]),
    Topic(
      name: "heatmaps", summary: "Maps that were made together, one for each label.",
      details: """
        `maps["dog"]` or `maps[0]` is one map, `maps[1:]` some; `for` visits them. `+ - * / **` work with
        numbers, tensors and maps of the same picture, model, region and grid; of different grids after
        `resize(a, like: b)`. Shown or saved as a picture, each map is min–max normalized on its grid, all
        together with `scale: "shared"`, then enlarged bilinearly. A constant map is all zero and warns.
        """,
      example: """
        m = load("emoji")
        maps = surgery(image(zeros([112, 112, 3])), m, ["cat", "dog"])
        print(maps.labels, maps.grid.shape, maps["dog"].label)  # expect: ["cat", "dog"] [2, 14, 14] dog
        """, seeAlso: ["heatmap", "overlay", "save", "points"]),
    Topic(
      name: "heatmap", summary: "The map of one label.",
      details: "An element of `heatmaps`, with the same arithmetic. As a tensor it is `.grid`.",
      example: """
        m = load("emoji")
        map_of_cat = similarity(image(zeros([112, 112, 3])), m, "cat")[0]
        print(map_of_cat.label, map_of_cat.rows, map_of_cat.columns)  # expect: cat 14 14
        """, seeAlso: ["heatmaps", "overlay"]),
    Topic(
      name: "labelmap", summary: "One class for each pixel of a picture.",
      details: """
        `segment` gives one. `l["cat"]` or `l[1]` is the mask of a class; `for` visits them. `overlay(photo, l)` shows
        it in colours, `legend(l)` says which. Saved as .png it is an indexed picture (background 0, no class 255),
        as .json it has COCO's run lengths, boxes and contours.
        """,
      example: """
        m = load("emoji")
        l = segment(surgery(image(zeros([112, 112, 3])), m, ["cat", "dog"]))
        print(l.labels, sum(tensor(l.areas)) == 112 * 112, l["cat"].label)  # expect: ["cat", "dog"] true cat
        """, seeAlso: ["segment", "masks", "overlay", "legend", "save"]),
    Topic(
      name: "masks", summary: "Masks of several labels, which may overlap.",
      details: """
        `segment` with a `threshold` gives them. `m["cat"]` or `m[0]` is one, `m[1:]` some; `for` visits them. Saved
        as .png they stand side by side, white on black, as .npy they are numbers, as .json COCO's run lengths.
        """,
      example: """
        m = load("emoji")
        all = segment(surgery(image(zeros([112, 112, 3])), m, ["cat", "dog"]), threshold: 0.5)
        print(all.labels, all.pixels.shape, all.thresholds)  # expect: ["cat", "dog"] [2, 112, 112] [0.5, 0.5]
        """, seeAlso: ["segment", "mask", "labelmap", "boxesOf"]),
    Topic(
      name: "mask", summary: "The pixels that belong to one label.",
      details: """
        An element of `masks` or a class of a `labelmap`; `maskOf(t, label: …)` makes one of numbers.
        """,
      example: """
        m = maskOf(tensor([[0, 1, 1], [0, 1, 0]]), label: "corner")
        print(m.label, m.area, m.box)  # expect: corner 3 [1, 0, 2, 2]
        """, seeAlso: ["masks", "maskOf", "iou", "overlay"]),
    Topic(
      name: "figure", summary: "A chart, or pictures, charts and words together, on paper of a size.",
      details: """
        `plot` draws one of a table, `figure` arranges several panels. `save` writes it as PNG (in pixels: its
        millimetres times its dpi), SVG or PDF (in shapes and letters); equal figures give equal bytes.
        """,
      example: """
        f = plot(table({score: [0.2, 0.5, 0.6]}), y: "score", width: 85, height: 60)
        f |> save("out/score.svg")
        print(f.width, f.height, f.dpi)  # expect: 85 60 300
        """, seeAlso: ["save"]),
    Topic(
      name: "dataset", summary: "Pictures with what is known to be on them.",
      details: """
        `d[0]` or `d["scene-007"]` is one sample, a record: `id`, `image`, `asked` and `present` labels, `masks` and
        `labelmap` where it has them. `d[:100]` is a smaller data set, `len(d)` how many there are. `for s in d` visits the
        samples, of which one is in memory at a time.
        """,
      example: """
        image(uniform([112, 112, 3])) |> save("out/a.png")
        maskOf(eye(112)) |> save("out/cat.png")
        '{"image": "a.png", "labels": ["cat"], "masks": ["cat.png"]}' |> save("out/set.jsonl")
        d = dataset("out/set.jsonl")
        print(len(d), d.labels, type(d[0].image), d[0].masks["cat"].area)  # expect: 1 ["cat"] image 112
        for s in d { print(s.id, s.present) }  # expect: a.png ["cat"]
        """, seeAlso: ["evaluate"]),
    Topic(
      name: "evaluation", summary: "What measures found on a data set.",
      details: """
        `evaluate` gives one. `.summary` has every number with its interval; `.rows` has the pictures, to sort and
        look for the worst; both are tables.
        """,
      example: """
        m = load("emoji")
        image(uniform([112, 112, 3])) |> save("out/a.png")
        maskOf(eye(112)) |> save("out/cat.png")
        '{"image": "a.png", "labels": ["cat"], "masks": ["cat.png"]}' |> save("out/set.jsonl")
        e = evaluate(dataset("out/set.jsonl"), fn(photo, labels) => similarity(photo, m, labels), measures: "pointing")
        print(e.count, len(e.rows), e.measures)  # expect: 1 1 ["pointing"]
        """, seeAlso: ["compare", "table"]),
    Topic(
      name: "tokenmap", summary: "A score for each token of a prompt: which words mattered.",
      details: """
        `gradcam(…, target: "text")` gives one. At the prompt and by `show` its words stand on colours; saved as
        .html they do so in a browser. Long words are several tokens: `.words` puts them together.
        """,
      example: """
        m = load("emoji")
        t = gradcam(image(zeros([112, 112, 3])), m, "a cat", target: "text")
        print(t.tokens, t.words.tokens)  # expect: ["a", "cat"] ["a", "cat"]
        """, seeAlso: ["gradcam", "tokens"]),
    Topic(
      name: "table", summary: "Rows of values under named columns.",
      details: """
        `t.name` is a column as a list, `t[0]` a row as a record, `for row in t` visits the rows, `len` counts
        them. `filter` and `sorted` of a table give a table. `save` writes CSV or JSON.
        """,
      example: """
        t = table([{name: "a", score: 1}, {name: "b", score: 2}])
        print(t.score, t[1].name, len(t))  # expect: [1, 2] b 2
        """, seeAlso: ["group", "summarize", "keys"]),
    Topic(
      name: "pass", summary: "One picture's forward pass, as the function given to `grad` sees it.",
      details: """
        What is computed of its parts with the tensor functions keeps a gradient; `grad` follows it back. Each
        part is computed when it is first asked for. It exists only while that function runs.
        """,
      example: """
        m = load("emoji")
        fn shapes(x: pass) {
          print(x.embedding.shape, x.tokens.shape, x.blocks[0].shape, x.attention[-1].shape)
          norm(x.embedding)
        }
        g = grad(image(zeros([112, 112, 3])), m, shapes)
        # expect: [128] [197, 128] [197, 128] [2, 197, 197]
        print(g.shape)  # expect: [3, 112, 112]
        """, seeAlso: ["grad", "layers", "tensor"]),
    Topic(
      name: "layers", summary: "A tensor for each layer of a forward pass.",
      details: """
        `x.blocks` and `x.attention` of a `pass`. The first index is the layer, negative from the last; more
        indices are the tensor's. `for` visits all, `len` counts them.
        """,
      example: """
        m = load("emoji")
        g = grad(image(zeros([112, 112, 3])), m, fn(x) {
          print(len(x.blocks), len(x.attention))
          mean(x.blocks[3, 1:])
        })
        # expect: 7 6
        print(g.rank)  # expect: 3
        """, seeAlso: ["pass", "grad"]),
    Topic(
      name: "number", summary: "A number of 64 bits (a double).",
      details:
        "Whole numbers are exact up to 2⁵³. `nan` and infinities arise from computing; `print` shows them.",
      example: "print(7 / 2, 7 // 2, 1e3)  # expect: 3.5 3 1000",
      seeAlso: ["int", "operators", "round", "number"]),
    Topic(
      name: "int", summary: "A number without a fraction, as a parameter's type.",
      details: "`3` and `3.0` are the same number; `1.5` is refused where an `int` is asked for.",
      example: "fn twice(n: int) => n * 2\nprint(twice(4))  # expect: 8", seeAlso: ["number", "param"]),
    Topic(
      name: "string", summary: "Text, in Unicode.",
      details: """
        `len` counts characters as people see them, `s[0]` is one, `+` joins two, `a in b` asks whether a part occurs.
        """, example: "print(len(\"wal\") + 2, \"al\" in \"whale\")  # expect: 5 true",
      seeAlso: ["strings", "join", "split"]),
    Topic(
      name: "bool", summary: "`true` or `false`; what `if`, `and`, `or` and `not` take.",
      details: "Numbers and lists are no conditions: write `x != 0`, `len(xs) > 0`.",
      example: "print(1 < 2 and not false)  # expect: true", seeAlso: ["if", "and"]),
    Topic(
      name: "none", summary: "The absence of a value; as an option, what is chosen for you.",
      details: "`t[none]` adds an axis of extent 1. A field that a table's row lacks is `none`.",
      example: "print(isnone(none), none == none)  # expect: true true", seeAlso: ["isnone", "indices"]),
    Topic(
      name: "path", summary: "A string that names a file or folder, as a parameter's type.",
      details: """
        On the command line it starts at the current folder, in a script at the script's own.
        """,
      example: "param image: path = \"images/sea.png\"\nprint(type(image))  # expect: string",
      seeAlso: ["paths", "param", "load"]),
    Topic(
      name: "list", summary: "Values in order, of any types.",
      details: """
        `xs[0]`, `xs[-1]`, `xs[1:3]`; `+` joins, `x in xs` looks, `==` compares all. `list[string]` as a
        parameter's type is a list of strings. Lists never change: functions give new ones.
        """,
      example: "xs = [1, 2] + [3]\nprint(xs, xs[-1], 2 in xs)  # expect: [1, 2, 3] 3 true",
      seeAlso: ["lists", "comprehensions", "map", "sorted"]),
    Topic(
      name: "record", summary: "Values under names, in the order written.",
      details: "`r.name`, `r[\"two words\"]`; `\"a\" in r` asks for a field. `merge` gives a changed one.",
      example: "r = {a: 1, \"b c\": 2}\nprint(r.a, r[\"b c\"], keys(r))  # expect: 1 2 [\"a\", \"b c\"]",
      seeAlso: ["records", "keys", "merge", "table"]),
    Topic(
      name: "function", summary: "A function as a value: a builtin, or one of the script.",
      details: "It can be bound, kept in lists and given to functions. It sees what is bound around it.",
      example: "print(map([\"a\", \"bcd\"], len))  # expect: [1, 3]",
      seeAlso: ["fn", "map", "help"]),
    Topic(
      name: "any", summary: "Any value at all, in signatures.", details: "",
      example: "print(type(1), type(\"a\"), type([]))  # expect: number string list", seeAlso: ["type"]),
  ]
}
