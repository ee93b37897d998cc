import Assets

/// The pages of `docs/` that are part of the binary.
public enum ManualPages {
  /// One page.
  public struct Page: Sendable {
    /// The file's name without `.md`: `language`.
    public let name: String
    /// Markdown.
    public let text: String
  }

  /// All pages in the order of the manual.
  public static let all: [Page] = (0..<asset_docs_count()).map { index in
    let page = asset_docs_page(index)
    let bytes = UnsafeRawBufferPointer(start: page.text.bytes, count: page.text.count)
    return Page(name: String(cString: page.name), text: String(decoding: bytes, as: UTF8.self))
  }
}
