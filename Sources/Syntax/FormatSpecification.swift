/// How a hole of a string shows its value: `{x:.3f}`, `{name:>12}`, `{n:,d}`.
///
/// The parts, all optional and in this order, are a subset of Python's:
/// `[[fill]align][+][0][width][,][.precision][type]` with align `<`, `>` or `^` and type `f`, `e`,
/// `g`, `d`, `%` or `s`.
public struct FormatSpecification: Sendable, Hashable {
  /// Where the value stands in its width.
  public enum Alignment: Character, Sendable {
    case left = "<"
    case right = ">"
    case center = "^"
  }

  /// The notation.
  public enum Notation: Character, Sendable {
    /// As `print` shows it.
    case plain = "s"
    case fixed = "f"
    case exponent = "e"
    case general = "g"
    case integer = "d"
    case percent = "%"
  }

  /// What fills the width.
  public var fill: Character = " "
  /// Numbers stand right and everything else left, unless this says otherwise.
  public var alignment: Alignment?
  /// Whether positive numbers bear a sign.
  public var showsPlus = false
  /// Whether zeros fill between sign and digits.
  public var padsWithZeros = false
  /// Least width in terminal cells.
  public var width = 0
  /// Whether commas part the thousands.
  public var groupsThousands = false
  /// Digits after the point; significant digits for `g`.
  public var precision: Int?
  /// The notation; nil where the specification names none.
  public var notation: Notation?

  /// The largest width and precision.
  public static let limit = 1000

  /// Reads a specification, or gives nil when it is malformed.
  public init?(_ text: String) {
    var rest = Substring(text)
    func number() -> Int? {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      return Int(digits)
    }
    if let second = rest.dropFirst().first, let alignment = Alignment(rawValue: second), let fill = rest.first
    {
      self.fill = fill
      self.alignment = alignment
      rest = rest.dropFirst(2)
    } else if let first = rest.first, let alignment = Alignment(rawValue: first) {
      self.alignment = alignment
      rest = rest.dropFirst()
    }
    if rest.first == "+" {
      showsPlus = true
      rest = rest.dropFirst()
    }
    if rest.first == "0" {
      padsWithZeros = true
      rest = rest.dropFirst()
    }
    if let first = rest.first, first.isASCII, first.isNumber {
      guard let width = number(), width <= FormatSpecification.limit else { return nil }
      self.width = width
    }
    if rest.first == "," {
      groupsThousands = true
      rest = rest.dropFirst()
    }
    if rest.first == "." {
      rest = rest.dropFirst()
      guard let precision = number(), precision <= FormatSpecification.limit else { return nil }
      self.precision = precision
    }
    if let last = rest.first {
      guard let notation = Notation(rawValue: last) else { return nil }
      self.notation = notation
      rest = rest.dropFirst()
    }
    if !rest.isEmpty { return nil }
    // A precision without a notation means significant digits, as in Python.
    if precision != nil, notation == nil { notation = .general }
    if precision != nil, notation == .integer || notation == .plain { return nil }
  }
}
