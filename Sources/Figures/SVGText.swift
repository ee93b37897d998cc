/// What is done to cairo's SVG.
enum SVGText {
  /// Gives elements names that only depend on the drawing (cairo numbers surfaces through the whole process), says which
  /// pictures keep their squares, and puts title and description in.
  /// - Parameter crisp: of each picture in turn, whether its pixels are shown as squares.
  static func finished(_ svg: [UInt8], title: String, description: String, crisp: [Bool]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(svg.count + 1024)
    var names: [ArraySlice<UInt8>: [UInt8]] = [:]
    func name(_ old: ArraySlice<UInt8>) -> [UInt8] {
      if let known = names[old] { return known }
      let new = Array("e\(names.count + 1)".utf8)
      names[old] = new
      return new
    }
    let openings = ["id=\"", "href=\"#", "url(#"].map { Array($0.utf8) }
    let image = Array("<image ".utf8)
    let root = Array("<svg ".utf8)
    var pictures = 0
    var isInRoot = false
    var i = 0
    func at(_ i: Int, _ word: [UInt8]) -> Bool {
      i + word.count <= svg.count && svg[i] == word[0] && svg[i..<(i + word.count)].elementsEqual(word)
    }
    while i < svg.count {
      if let opening = openings.first(where: { at(i, $0) }) {
        let start = i + opening.count
        let end =
          svg[start...].firstIndex { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ")") } ?? svg.count
        out += opening
        out += name(svg[start..<end])
        i = end
        continue
      }
      if at(i, root) { isInRoot = true }
      if at(i, image) {
        out += image
        if pictures < crisp.count, crisp[pictures] {
          out += "style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" ".utf8
        }
        pictures += 1
        i += image.count
        continue
      }
      // The payload of a picture holds no names: over it in one go.
      if svg[i] == UInt8(ascii: "\""), at(i + 1, Array("data:".utf8)) {
        let end = svg[(i + 1)...].firstIndex(of: UInt8(ascii: "\"")) ?? svg.count - 1
        out += svg[i...end]
        i = end + 1
        continue
      }
      out.append(svg[i])
      if isInRoot, svg[i] == UInt8(ascii: ">") {
        isInRoot = false
        for (tag, text) in [("title", title), ("desc", description)] where !text.isEmpty {
          out += "\n<\(tag)>\(escaped(text))</\(tag)>".utf8
        }
      }
      i += 1
    }
    return out
  }

  /// Text as XML holds it; characters that XML forbids are dropped.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      default:
        if scalar.value >= 0x20, scalar.value != 0xfffe, scalar.value != 0xffff {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
