/// What stands above the first cell of a script, where a page tells of several.
public struct ReportChapter: Sendable {
  /// Its heading.
  public var title: String
  /// What stands below it, in Markdown.
  public var text: String
  /// The script's name.
  public var subject: String
  /// Values that it was given.
  public var parameters: [ReportPage.Parameter]
  /// The whole script.
  public var source: String

  /// What a script's own page says above its cells.
  init(_ page: ReportPage) {
    (title, text, subject) = (page.title, page.text, page.subject)
    (parameters, source) = (page.parameters, page.source)
  }
}

extension ReportPage {
  /// One page of the pages of several scripts that ran one after another, each a chapter. Files that several of them
  /// read or wrote are listed once.
  public init(series pages: [ReportPage], title: String) {
    self.init(title: title, subject: "\(pages.count) scripts")
    state = pages.last?.state ?? .complete
    for page in pages {
      var cells = page.cells
      // A chapter without a cell, such as one of parameters alone, still has its heading.
      if cells.isEmpty { cells = [ReportCell(source: "", items: [], seconds: nil)] }
      cells[0].chapter = ReportChapter(page)
      self.cells += cells
      for fact in page.provenance where !provenance.contains(where: { $0 == fact }) {
        provenance.append(fact)
      }
      for file in page.inputs where !inputs.contains(where: { $0 == file }) { inputs.append(file) }
      for file in page.outputs where !outputs.contains(where: { $0 == file }) { outputs.append(file) }
      timings.total += page.timings.total
      for call in page.timings.calls {
        if let place = timings.calls.firstIndex(where: { $0.name == call.name }) {
          timings.calls[place].count += call.count
          timings.calls[place].seconds += call.seconds
        } else {
          timings.calls.append(call)
        }
      }
    }
  }
}
