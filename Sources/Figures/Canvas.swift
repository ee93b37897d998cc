import CCairo
import Glibc
import Imaging
import Tensors

/// Draws elements by cairo.
struct Canvas {
  private let context: OpaquePointer
  /// Pixels a point where the paper is made of pixels; nil where it is not.
  private let pixelsPerPoint: Double?
  private var count = 0

  /// Draws all of a drawing and finishes the surface. Throws `FigureError` where cairo fails, `ImageError`,
  /// `Interrupted`.
  /// - Parameter scale: the surface's units in a point.
  static func draw(_ drawing: Drawing, on surface: OpaquePointer?, scale: Double, isRaster: Bool) throws {
    defer {
      cairo_surface_finish(surface)
      cairo_surface_destroy(surface)
    }
    let context = cairo_create(surface)
    defer { cairo_destroy(context) }
    guard let surface, let context, cairo_status(context) == CAIRO_STATUS_SUCCESS else {
      throw FigureError("the figure cannot be drawn: out of memory")
    }
    // Letters keep their shapes and distances whatever the paper.
    let options = cairo_font_options_create()
    defer { cairo_font_options_destroy(options) }
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_set_font_options(context, options)
    cairo_scale(context, scale, scale)
    try Typefaces.use { faces in
      var canvas = Canvas(context: context, pixelsPerPoint: isRaster ? scale : nil)
      canvas.fill(Color(.white)) {
        cairo_rectangle(context, 0, 0, drawing.width, drawing.height)
      }
      try canvas.draw(drawing.elements, &faces)
    }
    cairo_surface_flush(surface)
    if !isRaster { cairo_show_page(context) }
    cairo_surface_finish(surface)
    for status in [cairo_status(context), cairo_surface_status(surface)]
    where status != CAIRO_STATUS_SUCCESS {
      throw FigureError("the figure cannot be drawn: \(String(cString: cairo_status_to_string(status)))")
    }
  }

  private init(context: OpaquePointer, pixelsPerPoint: Double?) {
    self.context = context
    self.pixelsPerPoint = pixelsPerPoint
  }

  private mutating func draw(_ elements: [Drawing.Element], _ faces: inout Typefaces) throws {
    for element in elements {
      count += 1
      if count % 512 == 0 { try Interruption.check() }
      switch element {
      case .rectangle(let r, let fill, let outline):
        paint(fill, outline) { cairo_rectangle(context, r.x, r.y, r.width, r.height) }
      case .lines(let points, let stroke): paint(nil, stroke) { path(points) }
      case .polygon(let points, let fill, let outline):
        paint(fill, outline) {
          path(points)
          cairo_close_path(context)
        }
      case .circle(let centre, let radius, let fill, let outline):
        paint(fill, outline) {
          cairo_new_sub_path(context)
          cairo_arc(context, centre.x, centre.y, radius, 0, 2 * Double.pi)
          cairo_close_path(context)
        }
      case .text(let text): draw(text, &faces)
      case .picture(let image, let place, let isSmooth): try draw(image, place, isSmooth: isSmooth)
      case .clipped(let r, let inner):
        cairo_save(context)
        cairo_rectangle(context, r.x, r.y, r.width, r.height)
        cairo_clip(context)
        try draw(inner, &faces)
        cairo_restore(context)
      case .moved(let x, let y, let inner):
        cairo_save(context)
        cairo_translate(context, x, y)
        try draw(inner, &faces)
        cairo_restore(context)
      }
    }
  }

  private func path(_ points: [Point]) {
    guard let first = points.first else { return }
    cairo_move_to(context, first.x, first.y)
    for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
  }

  private func set(_ color: Color) {
    func share(_ channel: UInt8) -> Double { Double(channel) / 255 }
    cairo_set_source_rgba(
      context, share(color.rgb.red), share(color.rgb.green), share(color.rgb.blue), color.opacity)
  }

  private func fill(_ color: Color, _ shape: () -> Void) {
    cairo_new_path(context)
    shape()
    set(color)
    cairo_fill(context)
  }

  private func paint(_ fill: Color?, _ outline: Stroke?, _ shape: () -> Void) {
    if let fill { self.fill(fill, shape) }
    guard let outline else { return }
    cairo_new_path(context)
    shape()
    set(outline.color)
    cairo_set_line_width(context, outline.width)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT)
    cairo_set_dash(context, outline.dash, Int32(outline.dash.count), 0)
    cairo_stroke(context)
  }

  private func draw(_ text: Drawing.Text, _ faces: inout Typefaces) {
    let (glyphs, width) = faces.layOut(text.string, isBold: text.isBold)
    guard !glyphs.isEmpty else { return }
    let start: Double =
      switch text.anchor {
      case .start: 0
      case .middle: -width * text.size / 2
      case .end: -width * text.size
      }
    cairo_save(context)
    cairo_translate(context, text.place.x, text.place.y)
    if text.angle != 0 { cairo_rotate(context, -text.angle * Double.pi / 180) }
    set(text.color)
    var first = 0
    while first < glyphs.count {
      let face = glyphs[first].face
      var end = first
      var shown: [cairo_glyph_t] = []
      var clusters: [cairo_text_cluster_t] = []
      var characters = ""
      while end < glyphs.count, glyphs[end].face == face {
        let glyph = glyphs[end]
        shown.append(cairo_glyph_t(index: glyph.index, x: start + glyph.x * text.size, y: 0))
        clusters.append(
          cairo_text_cluster_t(num_bytes: Int32(Character(glyph.scalar).utf8.count), num_glyphs: 1))
        characters.unicodeScalars.append(glyph.scalar)
        end += 1
      }
      cairo_set_font_face(context, faces.cairoFace(face, isBold: text.isBold))
      cairo_set_font_size(context, text.size)
      // With the characters, so that text in a PDF can be searched and copied.
      cairo_show_text_glyphs(
        context, characters, Int32(characters.utf8.count), shown, Int32(shown.count), clusters,
        Int32(clusters.count), cairo_text_cluster_flags_t(rawValue: 0))
      first = end
    }
    cairo_restore(context)
  }

  private func draw(_ image: Image, _ place: Rectangle, isSmooth: Bool) throws {
    guard place.width > 0, place.height > 0 else { return }
    var image = image
    var rectangle = place
    if let scale = pixelsPerPoint {
      // To whole pixels, by the filter of all other pictures: cairo's would blur the edges.
      var (x, y) = (place.x, place.y)
      var (right, bottom) = (place.right, place.bottom)
      cairo_user_to_device(context, &x, &y)
      cairo_user_to_device(context, &right, &bottom)
      let columns = max(1, Int(right.rounded()) - Int(x.rounded()))
      let rows = max(1, Int(bottom.rounded()) - Int(y.rounded()))
      if isSmooth {
        image = try image.resized(width: columns, height: rows)
      } else {
        image = try image.enlargedInSquares(width: columns, height: rows)
      }
      var (left, top) = (x.rounded(), y.rounded())
      cairo_device_to_user(context, &left, &top)
      rectangle = Rectangle(
        x: left, y: top, width: Double(columns) / scale, height: Double(rows) / scale)
    }
    guard image.width <= 32767, image.height <= 32767 else {
      throw ImageError.tooLarge(name: "a picture of the figure", width: image.width, height: image.height)
    }
    let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(image.width), Int32(image.height))
    defer { cairo_surface_destroy(surface) }
    guard let data = cairo_image_surface_get_data(surface) else {
      throw FigureError("the figure cannot be drawn: out of memory")
    }
    let stride = Int(cairo_image_surface_get_stride(surface))
    image.bytes.withUnsafeBufferPointer { bytes in
      for y in 0..<image.height {
        let row = UnsafeMutableRawPointer(data + y * stride).assumingMemoryBound(to: UInt32.self)
        for x in 0..<image.width {
          let i = 3 * (y * image.width + x)
          row[x] = UInt32(bytes[i]) << 16 | UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i + 2])
        }
      }
    }
    cairo_surface_mark_dirty(surface)
    cairo_save(context)
    cairo_translate(context, rectangle.x, rectangle.y)
    cairo_scale(
      context, rectangle.width / Double(image.width), rectangle.height / Double(image.height))
    cairo_set_source_surface(context, surface, 0, 0)
    cairo_pattern_set_filter(
      cairo_get_source(context),
      pixelsPerPoint != nil || !isSmooth ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
    cairo_paint(context)
    cairo_restore(context)
  }
}

extension Image {
  /// Each pixel as a rectangle of that colour, or the nearest pixels where it becomes smaller.
  fileprivate func enlargedInSquares(width: Int, height: Int) throws -> Image {
    try ImageLimits.check(width: width, height: height, name: "a picture of the figure")
    var bytes = [UInt8](repeating: 0, count: 3 * width * height)
    for y in 0..<height {
      let source = (2 * y + 1) * self.height / (2 * height) * self.width
      for x in 0..<width {
        let from = 3 * (source + (2 * x + 1) * self.width / (2 * width))
        let to = 3 * (y * width + x)
        for channel in 0..<3 { bytes[to + channel] = self.bytes[from + channel] }
      }
    }
    return try Image(width: width, height: height, bytes: bytes)
  }
}
