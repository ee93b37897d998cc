import Imaging
import Interpreter
import TerminalPictures

/// `show(value)`: a value's summary, and its picture where a terminal can show one.
let showPrimitive = Builtin(
  "show", section: "primitives", [Builtin.Parameter("value", .any, "what to look at")],
  options: [
    Builtin.Parameter(
      "width", .union([.int, .none]), default: Value.none,
      "cells across, at most the terminal's; `none` is what suits"),
    Builtin.Parameter(
      "as", .union([.choice(TerminalGraphics.allCases.map(\.rawValue)), .none]), default: Value.none,
      "how the picture is sent to the terminal; `none` is the best it can, `\"none\"` no picture"),
  ],
  gives: .any,
  Builtin.Documentation(
    "Shows a value: its summary, and a picture where the terminal can; gives it back.",
    details: """
      Pictures, lists of them and heat maps are drawn, maps with their labels, their colours and the
      lowest, middle and highest number; so are a tensor [rows, columns], as a map, and one
      [height, width, 3] in 0…1. Where results go to a file or a pipe only the summary is written.
      The environment's CLIPSCOPE_GRAPHICS chooses for all pictures what `as` does for one.
      """,
    errors: "A `width` below 1.",
    seeAlso: ["print", "save", "overlay"],
    example: """
      show(image(zeros([2, 2, 3])))  # expect: image 2×2, a tensor's picture
      """),
  refined: { $0.type("value") ?? .any }, passesValuesOn: true
) { arguments, context in
  let value = arguments["value"]
  let width = try arguments.optionalInt("width")
  if let width, width < 1 {
    throw ScriptError("`width` must be at least 1, found \(width)", argument: "width")
  }
  var request = PictureRequest(width: width)
  if case .string(let name) = arguments["as"] { request.protocolName = name }
  // First: who keeps a record of the run shows the value itself, not the lines that stand for it here.
  context.tell(.shown(value))
  context.printLine(value.text)
  let picture = try imaging(argument: "value") { try context.picture(of: value, request) }
  if let picture { context.printLine(picture) }
  return value
}
