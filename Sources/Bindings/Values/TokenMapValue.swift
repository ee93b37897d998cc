import Explanations
import Imaging
import Interpreter
import Tensors
import TerminalPictures

/// Scores of a prompt's tokens, in a script.
struct TokenMapValue: EngineValue {
  let map: TokenMap
  /// How it was made.
  var origin: Origin?

  var typeName: String { "tokenmap" }

  var summary: String {
    let values = map.scores.scalars
    let best = values.indices.max { values[$0] < values[$1] }
    let most = best.map { ", most \"\(map.pieces[$0])\" \(short(values[$0]))" } ?? ""
    return "tokenmap \"\(abbreviated(map.text))\", \(map.pieces.count) "
      + "\(map.words.isEmpty ? "words" : "tokens")\(most), \(map.recipe.description)"
  }

  var fieldNames: [String] { ["text", "tokens", "scores", "words", "method", "recipe"] }

  func field(_ name: String) throws -> Value? {
    switch name {
    case "text": .string(map.text)
    case "tokens": .list(map.pieces.map(Value.string))
    case "scores": .object(TensorValue(map.scores, names: map.pieces))
    case "words": .object(TokenMapValue(map: try map.merged()))
    case "method": .string(map.recipe.method)
    case "recipe": .record(map.recipe.record)
    default: nil
    }
  }

  var length: Int? { map.pieces.count }

  func isEqual(to other: any EngineValue) -> Bool {
    guard let other = other as? TokenMapValue else { return false }
    return other.map.pieces == map.pieces && other.map.scores == map.scores
  }

  /// The words on colours, for a terminal.
  func coloredWords(on terminal: TerminalCapabilities, width: Int?) -> String {
    let values = map.scores.scalars
    let normalized = map.normalized
    let pieces = map.pieces.indices.map { index in
      ColoredWords.Piece(
        map.pieces[index], value: normalized[index], number: short(values[index]),
        continues: continues(index))
    }
    let scale = ColorScale(
      colormap: .viridis, low: Double(values.min() ?? 0), high: Double(values.max() ?? 0))
    return ColoredWords(pieces, scale: scale).text(on: terminal, width: width)
  }

  /// Whether a token goes on with the word before it.
  func continues(_ index: Int) -> Bool {
    map.words.contains { $0.contains(index) && $0.lowerBound < index }
  }
}
