// The tree as written: what the formatter prints and the resolver reads. It is immutable; what the
// resolver finds out stands beside it, under the names' and functions' ids.

/// One parsed file.
public struct Tree: Sendable {
  /// The source.
  public let file: SourceFile
  /// The number of the `clip 1` line; nil where there is none.
  public let version: Int?
  /// The span of the `clip 1` line.
  public let versionSpan: Span?
  /// The file's own `##` block.
  public let documentation: String?
  /// The statements in order.
  public let statements: [Statement]
  /// All comments in order.
  public let comments: [Comment]
  /// One more than the largest id of a name or function.
  public let idCount: Int
}

/// A name where it is bound or used.
public struct Name: Sendable {
  /// The name.
  public let text: String
  /// Where it stands.
  public let span: Span
  /// Unique in its file.
  public let id: Int
}

/// A word that is no name of the scope: an option, a record key, a field. It may be a keyword.
public struct Label: Sendable {
  /// The word.
  public let text: String
  /// Where it stands.
  public let span: Span
}

/// One statement.
public struct Statement: Sendable {
  /// What it is.
  public indirect enum Kind: Sendable {
    /// `x = e`, or `a, b = e` with several names.
    case binding([Name], Expression)
    /// `fn f(x) …`.
    case function(Name, FunctionExpression)
    /// `for a, b in pairs { }`.
    case loop([Name], Expression, Block)
    case expression(Expression)
    /// `param size: int = 224`.
    case parameter(ParameterDeclaration)
    case importing(ImportDeclaration)
  }

  /// What it is.
  public let kind: Kind
  /// Where it stands.
  public let span: Span
  /// The `##` lines directly above.
  public let documentation: String?

  var depth: Int {
    switch kind {
    case .binding(_, let value), .expression(let value): value.depth
    case .function(_, let function): function.depth
    case .loop(_, let sequence, let body): max(sequence.depth, body.depth)
    case .parameter(let declaration): declaration.defaultValue?.depth ?? 0
    case .importing: 0
    }
  }
}

/// Statements in braces.
public struct Block: Sendable {
  /// The statements in order.
  public let statements: [Statement]
  /// Both braces and what is between.
  public let span: Span
  let depth: Int

  init(statements: [Statement], span: Span) {
    self.statements = statements
    self.span = span
    self.depth = 1 + (statements.map(\.depth).max() ?? 0)
  }
}

/// `param size: int = 224`.
public struct ParameterDeclaration: Sendable {
  /// The name.
  public let name: Name
  /// The type.
  public let type: TypeAnnotation
  /// The default; a parameter without one must be given on the command line.
  public let defaultValue: Expression?
}

/// `import std.prompts` or `import "./mine.clip" as mine`.
public struct ImportDeclaration: Sendable {
  /// What is imported.
  public enum Target: Sendable, Hashable {
    /// `std.prompts` without its `std.`: `prompts`.
    case standard(String)
    /// A path relative to the importing file.
    case file(String)
  }

  /// What is imported.
  public let target: Target
  /// Where the target is written.
  public let targetSpan: Span
  /// The name it is bound to.
  public let name: Name
  /// Whether the name was written with `as`.
  public let isRenamed: Bool
}

/// `number`, `list[string]`.
public struct TypeAnnotation: Sendable {
  /// The name.
  public let name: String
  /// What is in the brackets.
  public let elements: [TypeAnnotation]
  /// Where it stands.
  public let span: Span
}

/// The part of a function after its name.
public struct FunctionExpression: Sendable {
  /// One parameter: `k: number = 2`.
  public struct Parameter: Sendable {
    /// The name.
    public let name: Name
    /// The type, where written.
    public let type: TypeAnnotation?
    /// The default, where written.
    public let defaultValue: Expression?
  }

  /// What it does.
  public enum Body: Sendable {
    /// `=> e`.
    case expression(Expression)
    /// `{ … }`.
    case block(Block)
  }

  /// The parameters in order.
  public let parameters: [Parameter]
  /// What it does.
  public let body: Body
  /// From `fn` to the end of the body.
  public let span: Span
  /// Unique in its file.
  public let id: Int

  var depth: Int {
    let inner =
      switch body {
      case .expression(let value): value.depth
      case .block(let block): block.depth
      }
    return 1 + max(inner, parameters.compactMap { $0.defaultValue?.depth }.max() ?? 0)
  }
}

/// One clause of a comprehension.
public enum ComprehensionClause: Sendable {
  /// `for a, b in pairs`.
  case each([Name], Expression)
  /// `if c`.
  case condition(Expression)
}

/// One argument of a call.
public struct Argument: Sendable {
  /// The option's name; nil for a positional argument.
  public let label: Label?
  /// The value.
  public let value: Expression
}

/// One field of a record.
public struct RecordField: Sendable {
  /// The key; quoted keys are given without quotes, their span includes them.
  public let key: Label
  /// The value.
  public let value: Expression
}

/// One entry between the brackets of `t[…]`.
public enum IndexEntry: Sendable {
  case value(Expression)
  /// `from:to:step`, each of which may be missing.
  case slice(from: Expression?, to: Expression?, step: Expression?, span: Span)
}

/// A part of a string literal.
public enum StringPart: Sendable {
  case text(String)
  /// `{e}` or `{e:.3f}`.
  case hole(Expression, FormatSpecification?, Span)
}

/// One `if` or `else if`.
public struct ConditionalClause: Sendable {
  /// The condition.
  public let condition: Expression
  /// What happens when it holds.
  public let body: Block
}

/// `sweep a in A, b in B { … }`: a table with a row for each combination.
public struct SweepExpression: Sendable {
  /// One variable: `a in A`.
  public struct Variable: Sendable {
    /// The name, which is that of the table's column too.
    public let name: Name
    /// What it takes on; it does not see the other variables.
    public let values: Expression
  }

  /// The variables in order; the last one varies fastest.
  public let variables: [Variable]
  /// What gives a row: a function of the variables without their types. Its span is that of the block.
  public let function: FunctionExpression
  /// The block of the function.
  public let body: Block

  var depth: Int { max(variables.map(\.values.depth).max() ?? 0, function.depth) }
}

/// Operators before their operand.
public enum UnaryOperator: String, Sendable {
  case negate = "-"
  case not = "not"
}

/// Operators between their operands.
public enum BinaryOperator: String, Sendable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contains = "in"
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case matrixProduct = "@"
  case power = "**"
}

/// An expression.
public struct Expression: Sendable {
  /// What it is.
  public indirect enum Kind: Sendable {
    case number(Double)
    case bool(Bool)
    case none
    /// The parts, and whether it is `'raw'`.
    case string([StringPart], isRaw: Bool)
    case list([Expression])
    case record([RecordField])
    case comprehension(Expression, [ComprehensionClause])
    case name(Name)
    case unary(UnaryOperator, Expression)
    /// The operator's own span is third.
    case binary(BinaryOperator, Expression, Expression, Span)
    /// `left |> call`.
    case pipe(Expression, Expression)
    case call(Expression, [Argument])
    case index(Expression, [IndexEntry])
    case field(Expression, Label)
    case function(FunctionExpression)
    case conditional([ConditionalClause], Block?)
    case sweep(SweepExpression)
    case parenthesized(Expression)
  }

  /// What it is.
  public let kind: Kind
  /// Where it stands.
  public let span: Span
  /// The height of the tree below, bounded by the parser so that no later pass runs out of stack.
  let depth: Int

  init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
    self.depth = 1 + Expression.innerDepth(kind)
  }

  /// The expression without parentheses around it.
  public var unwrapped: Expression {
    var result = self
    while case .parenthesized(let inner) = result.kind { result = inner }
    return result
  }

  private static func innerDepth(_ kind: Kind) -> Int {
    switch kind {
    case .number, .bool, .none, .name: 0
    case .string(let parts, _):
      parts.reduce(0) { if case .hole(let value, _, _) = $1 { max($0, value.depth) } else { $0 } }
    case .list(let elements): elements.map(\.depth).max() ?? 0
    case .record(let fields): fields.map(\.value.depth).max() ?? 0
    case .comprehension(let element, let clauses):
      clauses.reduce(element.depth) {
        switch $1 {
        case .each(_, let sequence): max($0, sequence.depth)
        case .condition(let condition): max($0, condition.depth)
        }
      }
    case .unary(_, let operand), .parenthesized(let operand), .field(let operand, _): operand.depth
    case .binary(_, let a, let b, _), .pipe(let a, let b): max(a.depth, b.depth)
    case .call(let callee, let arguments): max(callee.depth, arguments.map(\.value.depth).max() ?? 0)
    case .index(let base, let entries):
      entries.reduce(base.depth) {
        switch $1 {
        case .value(let value): max($0, value.depth)
        case .slice(let from, let to, let step, _):
          max($0, from?.depth ?? 0, to?.depth ?? 0, step?.depth ?? 0)
        }
      }
    case .function(let function): function.depth
    case .conditional(let clauses, let otherwise):
      clauses.reduce(otherwise?.depth ?? 0) { max($0, $1.condition.depth, $1.body.depth) }
    case .sweep(let sweep): sweep.depth
    }
  }
}
