import Explanations
import Imaging
import Syntax

/// A token map as a page of its own: the words on colours, and a table of the numbers. It needs no network
/// and no script.
enum TokenMapPage {
  static func html(_ value: TokenMapValue) -> String {
    let map = value.map
    let normalized = map.normalized
    let numbers = map.scores.scalars.map(short)
    let colors = Colormap.viridis.colors
    let words = map.pieces.indices.map { index in
      let color = colors[Int((normalized[index] * Float(colors.count - 1)).rounded())]
      let isBright = 299 * Int(color.red) + 587 * Int(color.green) + 114 * Int(color.blue) > 115_000
      let style =
        "background:rgb(\(color.red),\(color.green),\(color.blue));color:\(isBright ? "#000" : "#fff")"
      return (value.continues(index) || index == 0 ? "" : " ")
        + "<span style=\"\(style)\" title=\"\(numbers[index])\">\(HTML.escaped(map.pieces[index]))</span>"
    }.joined()
    let rows = map.pieces.indices.map {
      "<tr><td>\(HTML.escaped(map.pieces[$0]))</td><td>\(numbers[$0])</td></tr>"
    }.joined(separator: "\n")
    let stops = stride(from: 0, through: 255, by: 51).map {
      "rgb(\(colors[$0].red),\(colors[$0].green),\(colors[$0].blue))"
    }.joined(separator: ",")
    let all = map.scores.scalars
    return """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>\(HTML.escaped(map.text))</title>
      <style>
      body { font: 1.1rem/1.7 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem }
      p.map span { padding: .15em .25em; border-radius: .2em }
      .bar { height: .8rem; background: linear-gradient(to right, \(stops)) }
      .ends { display: flex; justify-content: space-between; font-size: .85rem }
      table { border-collapse: collapse; font-size: .95rem; margin-top: 1.5rem }
      td, th { padding: .1rem .8rem .1rem 0; text-align: left; border-bottom: 1px solid #ddd }
      td + td { text-align: right; font-variant-numeric: tabular-nums }
      footer { color: #555; font-size: .85rem; margin-top: 1.5rem; overflow-wrap: anywhere }
      </style>
      <main>
      <p class="map">\(words)</p>
      <div class="bar" role="img" aria-label="colours from the lowest to the highest score"></div>
      <div class="ends"><span>\(short(all.min() ?? 0))</span><span>\(short(all.max() ?? 0))</span></div>
      <table><tr><th>\(map.words.isEmpty ? "word" : "token")</th><th>score</th></tr>
      \(rows)
      </table>
      <footer>\(HTML.escaped(map.recipe.description)) on \(HTML.escaped(map.recipe.image)) by \
      \(HTML.escaped(map.recipe.modelIdentity))</footer>
      </main>
      </html>

      """
  }
}
