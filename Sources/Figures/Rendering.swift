import CCairo
import CZlib
import Imaging
import Tensors

extension Drawing {
  /// The drawing as pixels. Throws `ImageError.tooLarge`, `FigureError`, `Interrupted`.
  /// - Parameter dpi: pixels an inch.
  public func picture(dpi: Double) throws -> Image {
    let scale = dpi / 72
    let (columns, rows) = ((width * scale).rounded(), (height * scale).rounded())
    guard columns.isFinite, rows.isFinite, columns < 1e9, rows < 1e9 else {
      throw FigureError("\(dpi) dots an inch are too many", option: "dpi")
    }
    let (across, down) = (max(1, Int(columns)), max(1, Int(rows)))
    try ImageLimits.check(width: across, height: down, name: "the figure")
    // Cairo's own limit.
    guard across <= 32767, down <= 32767 else {
      throw ImageError.tooLarge(name: "the figure", width: across, height: down)
    }
    var words = [UInt32](repeating: 0x00ff_ffff, count: across * down)
    try words.withUnsafeMutableBytes { buffer in
      let surface = cairo_image_surface_create_for_data(
        buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), CAIRO_FORMAT_RGB24, Int32(across),
        Int32(down), Int32(across * 4))
      try Canvas.draw(self, on: surface, scale: scale, isRaster: true)
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: 3 * across * down) { bytes, count in
      for (i, word) in words.enumerated() {
        bytes[3 * i] = UInt8(truncatingIfNeeded: word >> 16)
        bytes[3 * i + 1] = UInt8(truncatingIfNeeded: word >> 8)
        bytes[3 * i + 2] = UInt8(truncatingIfNeeded: word)
      }
      count = 3 * across * down
    }
    return try Image(width: across, height: down, bytes: bytes)
  }

  /// The drawing as a PNG that knows its size on paper (pHYs). Equal drawings and notes give equal bytes.
  /// Throws `ImageError`, `FigureError`, `Interrupted`.
  /// - Parameters:
  ///   - dpi: pixels an inch.
  ///   - notes: texts kept in the file, such as how it was made.
  public func png(dpi: Double, notes: [PNG.Text] = []) throws -> [UInt8] {
    var bytes = try PNG.encode(.rgb(try picture(dpi: dpi)), text: notes)
    let perMetre = UInt32((dpi / 0.0254).rounded())
    func bigEndian(_ number: UInt32) -> [UInt8] {
      stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }
    // 1: the unit is a metre.
    let body = Array("pHYs".utf8) + bigEndian(perMetre) + bigEndian(perMetre) + [1]
    let checksum = UInt32(truncatingIfNeeded: crc32(0, body, UInt32(body.count)))
    // Behind the signature (8 bytes) and the header (25).
    bytes.insert(contentsOf: bigEndian(9) + body + bigEndian(checksum), at: 33)
    return bytes
  }

  /// The drawing as SVG: shapes and letters as outlines, pictures as PNGs within it. Equal drawings and notes give
  /// equal bytes. Throws `ImageError`, `FigureError`, `Interrupted`.
  /// - Parameters:
  ///   - title: what a browser shows as its name; empty for none.
  ///   - notes: kept as its description.
  public func svg(title: String = "", notes: [PNG.Text] = []) throws -> [UInt8] {
    let sink = Sink()
    try withExtendedLifetime(sink) {
      let surface = cairo_svg_surface_create_for_stream(
        Sink.write, Unmanaged.passUnretained(sink).toOpaque(), width, height)
      try Canvas.draw(self, on: surface, scale: 1, isRaster: false)
    }
    return SVGText.finished(
      sink.bytes, title: title, description: Self.lines(notes), crisp: crispPictures(elements))
  }

  /// The drawing as PDF 1.4: letters are text in embedded fonts, pictures keep every pixel. Equal drawings and notes
  /// give equal bytes: there is no date. Throws `ImageError`, `FigureError`, `Interrupted`.
  /// - Parameters:
  ///   - title: the document's title; empty for none.
  ///   - notes: kept as the document's subject.
  public func pdf(title: String = "", notes: [PNG.Text] = []) throws -> [UInt8] {
    let sink = Sink()
    try withExtendedLifetime(sink) {
      let surface = cairo_pdf_surface_create_for_stream(
        Sink.write, Unmanaged.passUnretained(sink).toOpaque(), width, height)
      cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4)
      cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "")
      for (key, text) in [
        (CAIRO_PDF_METADATA_TITLE, title), (CAIRO_PDF_METADATA_SUBJECT, Self.lines(notes)),
      ] where !text.isEmpty {
        cairo_pdf_surface_set_metadata(surface, key, text)
      }
      try Canvas.draw(self, on: surface, scale: 1, isRaster: false)
    }
    return sink.bytes
  }

  private static func lines(_ notes: [PNG.Text]) -> String {
    notes.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
  }

  /// For each picture in turn, whether its pixels are shown as squares.
  private func crispPictures(_ elements: [Element]) -> [Bool] {
    elements.flatMap { element -> [Bool] in
      switch element {
      case .picture(_, _, let isSmooth): [!isSmooth]
      case .clipped(_, let inner), .moved(_, _, let inner): crispPictures(inner)
      default: []
      }
    }
  }
}

/// Where cairo writes bytes to.
private final class Sink {
  var bytes: [UInt8] = []

  static let write: cairo_write_func_t = { closure, data, length in
    guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
    let sink = Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue()
    sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
    return CAIRO_STATUS_SUCCESS
  }
}
