/// The shape of a CLIP: everything a forward pass must know besides the weights.
///
/// Read off the weights' shapes; what shapes cannot tell (heads, activation, normalization of
/// pictures) comes from a config, else from OpenAI's conventions.
public struct Architecture: Equatable, Sendable {
  /// A Vision Transformer (Dosovitskiy et al., arXiv 2010.11929) as CLIP uses it.
  public struct VisionTransformer: Equatable, Sendable {
    /// Side of the square picture, in pixels.
    public var imageSize: Int
    /// Side of a patch, in pixels.
    public var patchSize: Int
    /// Length of a token's vector.
    public var width: Int
    /// Number of residual blocks.
    public var layers: Int
    /// Number of attention heads in each block; divides `width`.
    public var heads: Int
    /// Length of the hidden vector in each block's MLP.
    public var mlpWidth: Int
    /// What LayerNorm adds to the variance.
    public var normEpsilon: Float

    /// Patches along one side of the picture.
    public var grid: Int { imageSize / patchSize }
  }

  /// CLIP's ResNet (arXiv 2103.00020, section 2.4): three-convolution stem, anti-aliased strides,
  /// attention pooling.
  public struct ModifiedResNet: Equatable, Sendable {
    /// Side of the square picture, in pixels.
    public var imageSize: Int
    /// Channels after the stem.
    public var width: Int
    /// Bottlenecks in each of the four stages.
    public var layers: [Int]
    /// Heads of the attention pooling.
    public var heads: Int

    /// Channels after the last stage, `32 · width`: the width of the attention pooling.
    public var poolWidth: Int { width * 32 }
    /// Cells of the last stage along one side of the picture.
    public var grid: Int { imageSize / 32 }
  }

  /// The tower that looks at pictures.
  public enum Vision: Equatable, Sendable {
    case transformer(VisionTransformer)
    case resNet(ModifiedResNet)
  }

  /// The tower that reads text: a causal transformer.
  public struct Text: Equatable, Sendable {
    /// Positions: 77 in OpenAI's models.
    public var contextLength: Int
    /// Rows of the token embedding: 49,408 in OpenAI's models.
    public var vocabularySize: Int
    /// Length of a token's vector.
    public var width: Int
    /// Number of residual blocks.
    public var layers: Int
    /// Number of attention heads in each block; divides `width`.
    public var heads: Int
    /// Length of the hidden vector in each block's MLP.
    public var mlpWidth: Int
    /// What LayerNorm adds to the variance.
    public var normEpsilon: Float
    /// The token at whose position the features are read: 49,407 in OpenAI's models.
    public var endOfText: Int
  }

  /// The nonlinearity of the transformers' MLPs.
  public enum Activation: String, Equatable, Sendable, CaseIterable {
    /// x · σ(1.702 x), as OpenAI trained.
    case quickGELU
    /// x · Φ(x) with the exact error function.
    case gelu
  }

  /// The tower that looks at pictures.
  public var vision: Vision
  /// The tower that reads text.
  public var text: Text
  /// Length of the joint embedding.
  public var embedDim: Int
  /// The nonlinearity of the transformers' MLPs.
  public var activation: Activation
  /// Where the activation was learned from, in users' words.
  public var activationSource: String
  /// Where the number of heads was learned from, in users' words.
  public var headsSource: String
  /// How pictures are brought into shape.
  public var preprocessing: Preprocessing
  /// The natural logarithm of the factor on cosines; OpenAI's is at most ln 100.
  public var logitScale: Float

  /// Side of the square picture the vision tower was trained on, in pixels.
  public var imageSize: Int {
    switch vision {
    case .transformer(let tower): tower.imageSize
    case .resNet(let tower): tower.imageSize
    }
  }
}

/// How pictures are resized and normalized before the vision tower.
public struct Preprocessing: Equatable, Sendable {
  /// How pixels between the grid points are computed.
  public enum Interpolation: String, Equatable, Sendable {
    case bicubic, bilinear
  }

  /// What happens to pictures that are not square.
  public enum Fit: String, Equatable, Sendable {
    /// The short side is resized and the centre cut out.
    case crop
    /// The aspect is ignored.
    case squash
  }

  /// Side of the square, in pixels.
  public var size: Int
  /// Mean of each colour, in [0, 1], subtracted.
  public var mean: [Float]
  /// Standard deviation of each colour, divided by.
  public var std: [Float]
  /// How pixels between the grid points are computed.
  public var interpolation: Interpolation
  /// What happens to pictures that are not square.
  public var fit: Fit

  /// OpenAI's mean and deviation, bicubic, centre crop.
  public static func openAI(size: Int) -> Preprocessing {
    Preprocessing(
      size: size, mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711], interpolation: .bicubic, fit: .crop)
  }
}

/// What the user says that a checkpoint does not.
public struct LoadOptions: Equatable, Sendable {
  /// Where a config may come from.
  public enum Config: Equatable, Sendable {
    /// The config beside the weights, when there is one.
    case beside
    /// No config: shapes and OpenAI's conventions only.
    case none
    /// The file at this path.
    case file(String)
  }

  /// Where a config may come from.
  public var config: Config
  /// Overrides the activation of config and convention.
  public var activation: Architecture.Activation?

  /// Options; without any, what the file and its neighbours say counts.
  public init(config: Config = .beside, activation: Architecture.Activation? = nil) {
    self.config = config
    self.activation = activation
  }
}
