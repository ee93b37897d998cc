import Interpreter

/// `recipeOf(value)`.
let recipePrimitive = Builtin(
  "recipeOf", section: "primitives",
  [Builtin.Parameter("value", .any, "an image, maps, masks, a tensor, a table: a value of the engine")],
  gives: .string,
  Builtin.Documentation(
    "The script that makes a value: every call that it rests on, and nothing else.",
    details: """
      Loops, functions and names of the script that ran are gone: each call stands once, with the values that it was
      given. Numbers and words that the script computed stand as they were. Saved files hold their recipes;
      `clipscope inspect FILE` shows them and `clipscope replay FILE` runs them.
      """,
    errors: """
      A number, string, list or record, which has no recipe of its own; a value that took more than 1000 steps, one upon
      another, or whose recipe would be longer than 256 KB.
      """,
    seeAlso: ["save", "load"],
    example: """
      t = ones([2]) * 3
      print(split(recipeOf(t + 1), "\\n")[2])  # expect: (ones([2]) * 3) + 1
      """)
) { arguments, context in
  guard case .object(let object) = arguments["value"] else {
    throw ScriptError(
      "\(TypeMessage.article(arguments["value"].typeName)) has no recipe", argument: "value",
      hint: "what the engine made has one: images, maps, masks, tensors, tables")
  }
  do { return .string(try context.recipe(of: .object(object))) } catch let problem as RecipeProblem {
    throw ScriptError("this \(object.typeName) has no recipe: \(problem.reason)", argument: "value")
  }
}
