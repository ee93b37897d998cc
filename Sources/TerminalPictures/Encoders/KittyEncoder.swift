import Imaging

/// The kitty graphics protocol: https://sw.kovidgoyal.net/kitty/graphics-protocol/
public enum KittyEncoder {
  /// The most base64 bytes in one sequence that the protocol allows.
  static let chunk = 4096

  /// The sequences that show a picture at the cursor, which does not move (`C=1`), scaled to its cells. The terminal
  /// answers nothing (`q=2`). The picture has no number: it replaces none that is on the screen, and the terminal frees
  /// it when it is scrolled away. Throws `ImageError` for a picture that cannot be encoded.
  public static func sequences(_ raster: Raster) throws(ImageError) -> [[UInt8]] {
    let payload = Base64.encode(try raster.png())
    var sequences: [[UInt8]] = []
    var start = 0
    while start < payload.count {
      let end = min(start + chunk, payload.count)
      let more = end < payload.count ? 1 : 0
      let keys =
        start == 0
        ? "a=T,f=100,q=2,C=1,c=\(raster.columns),r=\(raster.rows),m=\(more)" : "q=2,m=\(more)"
      sequences.append(Array("\u{1B}_G\(keys);".utf8) + payload[start..<end] + Array("\u{1B}\\".utf8))
      start = end
    }
    return sequences
  }

  /// Removes every picture that is on the screen and frees its data: for a program that clears the screen.
  public static let deleteVisible: [UInt8] = Array("\u{1B}_Ga=d,d=A,q=2;\u{1B}\\".utf8)
}
