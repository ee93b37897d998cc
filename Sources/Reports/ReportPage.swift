import Imaging

/// What a report of a run says: a page's contents, without its form. `html` writes it as one file that needs no
/// network and no other file.
public struct ReportPage: Sendable {
  /// How the run ended.
  public enum State: Sendable, Equatable {
    /// All of it ran.
    case complete
    /// An error stopped it; it stands in its cell.
    case failed
    /// The user stopped it.
    case interrupted
    /// A session that goes on.
    case session
  }

  /// The page's heading.
  public var title: String
  /// What stands below it, in Markdown.
  public var text = ""
  /// The script's name, or what else ran.
  public var subject: String
  /// How the run ended.
  public var state = State.complete
  /// Values that the run was given.
  public var parameters: [Parameter] = []
  /// What ran, in order.
  public var cells: [ReportCell] = []
  /// What it ran on: names and values.
  public var provenance: [Fact] = []
  /// Files that were read.
  public var inputs: [File] = []
  /// Files that were written.
  public var outputs: [File] = []
  /// The whole script; empty for none.
  public var source = ""
  /// Where the time went. It is the one part that differs between two runs of one script.
  public var timings = Timings()

  /// An empty page.
  public init(title: String, subject: String) {
    self.title = title
    self.subject = subject
  }

  /// A `param` of the script.
  public struct Parameter: Sendable {
    /// Its name.
    public var name: String
    /// Its type, as scripts write it.
    public var type: String
    /// Its value, as scripts write it.
    public var value: String
    /// Its default; nil where it must be given.
    public var defaultValue: String?
    /// Its `##` lines.
    public var text: String

    /// A parameter from its parts.
    public init(name: String, type: String, value: String, defaultValue: String?, text: String) {
      self.name = name
      self.type = type
      self.value = value
      self.defaultValue = defaultValue
      self.text = text
    }
  }

  /// A name and what is known under it.
  public struct Fact: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// A fact from its parts.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A file that was read or written.
  public struct File: Sendable, Equatable {
    /// As the script names it.
    public var name: String
    /// What it was read as, or what is in it.
    public var kind: String
    /// Its length in bytes; nil where that is not known.
    public var size: Int?
    /// The SHA-256 of its contents; empty where that is not known.
    public var sha256: String

    /// A file from its parts.
    public init(name: String, kind: String, size: Int?, sha256: String) {
      self.name = name
      self.kind = kind
      self.size = size
      self.sha256 = sha256
    }
  }

  /// How long things took.
  public struct Timings: Sendable {
    /// Seconds of the whole run.
    public var total = 0.0
    /// Builtins that were called: how often, and seconds in all.
    public var calls: [(name: String, count: Int, seconds: Double)] = []

    /// No times.
    public init() {}
  }
}

/// A part of a script with what came of it.
public struct ReportCell: Sendable {
  /// What stands above it, where it is the first of a script on a page of several.
  public var chapter: ReportChapter?
  /// Its heading; empty for none.
  public var title: String
  /// The prose above it, in Markdown.
  public var text: String
  /// Its source.
  public var source: String
  /// What it gave, in order.
  public var items: [ReportItem]
  /// Seconds that it took; nil where it did not run.
  public var seconds: Double?

  /// A cell from its parts.
  public init(title: String = "", text: String = "", source: String, items: [ReportItem], seconds: Double?) {
    self.title = title
    self.text = text
    self.source = source
    self.items = items
    self.seconds = seconds
  }
}

/// Something that a cell gave.
public enum ReportItem: Sendable {
  /// Lines that were printed.
  case printed(String)
  /// A value that is shown as text.
  case value(String)
  /// A warning, as it was shown.
  case warning(String)
  /// The error that stopped the run, as it was shown.
  case error(String)
  case picture(ReportPicture)
  /// Maps side by side.
  case maps([ReportMap])
  case tokens(ReportTokens)
  case table(ReportTable)
  /// A chart or another drawing as SVG, with what is in it in words.
  case svg(String, description: String, caption: ReportCaption)
  /// A file that was saved and is not shown.
  case saved(ReportCaption)
  /// What is left out: a sentence, and the files that are concerned.
  case omitted(String, files: [String])
}

/// What stands below an item.
public struct ReportCaption: Sendable, Equatable {
  /// What it is.
  public var text: String
  /// Files that it was saved as.
  public var files: [String]

  /// A caption from its parts.
  public init(_ text: String, files: [String] = []) {
    self.text = text
    self.files = files
  }
}

/// A picture on the page.
public struct ReportPicture: Sendable {
  /// The pixels.
  public var image: Image
  /// What it is, for those who do not see it.
  public var description: String
  /// What stands below it.
  public var caption: ReportCaption
  /// What its colours mean; empty for nothing.
  public var legend: [(color: RGB, name: String)]

  /// A picture from its parts.
  public init(
    _ image: Image, description: String, caption: ReportCaption, legend: [(color: RGB, name: String)] = []
  ) {
    self.image = image
    self.description = description
    self.caption = caption
    self.legend = legend
  }
}

/// Words on colours.
public struct ReportTokens: Sendable {
  /// A token or word with its score.
  public struct Piece: Sendable {
    /// The word.
    public var text: String
    /// Its score.
    public var score: Float
    /// Where it lies between the lowest and the highest score, 0…1.
    public var place: Float
    /// Whether it goes on with the word before it.
    public var continues: Bool

    /// A piece from its parts.
    public init(text: String, score: Float, place: Float, continues: Bool) {
      self.text = text
      self.score = score
      self.place = place
      self.continues = continues
    }
  }

  /// The words in order.
  public var pieces: [Piece]
  /// What stands below them.
  public var caption: ReportCaption

  /// Words from their parts.
  public init(_ pieces: [Piece], caption: ReportCaption) {
    self.pieces = pieces
    self.caption = caption
  }
}

/// A table on the page.
public struct ReportTable: Sendable {
  /// A cell: how it is shown, and its exact number where it is one.
  public struct Cell: Sendable {
    /// As it is shown.
    public var text: String
    /// The number that it is sorted by; nil for text.
    public var number: Double?

    /// A cell from its parts.
    public init(_ text: String, number: Double? = nil) {
      self.text = text
      self.number = number
    }
  }

  /// The most rows that are shown.
  public static let rowLimit = 1000

  /// Names of the columns.
  public var columns: [String]
  /// The first rows, `rowLimit` at most.
  public var rows: [[Cell]]
  /// All rows there are.
  public var count: Int
  /// What stands below it.
  public var caption: ReportCaption

  /// A table from its parts.
  public init(columns: [String], rows: [[Cell]], count: Int, caption: ReportCaption) {
    self.columns = columns
    self.rows = rows
    self.count = count
    self.caption = caption
  }
}
