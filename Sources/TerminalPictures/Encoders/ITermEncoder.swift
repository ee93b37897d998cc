import Imaging

/// Inline images of iTerm2, which WezTerm, mintty and others understand too:
/// https://iterm2.com/documentation-images.html
public enum ITermEncoder {
  /// The sequence that shows a picture at the cursor, stretched to its cells. Where the cursor stands afterwards differs
  /// among terminals. Throws `ImageError` for a picture that cannot be encoded.
  public static func sequence(_ raster: Raster) throws(ImageError) -> [UInt8] {
    let png = try raster.png()
    let keys =
      "inline=1;size=\(png.count);width=\(raster.columns);height=\(raster.rows);preserveAspectRatio=0"
    return Array("\u{1B}]1337;File=\(keys):".utf8) + Base64.encode(png) + [0x07]
  }
}
