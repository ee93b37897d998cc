import Cache
import Interpreter
import Tokenization

/// Everything a script can call, assembled.
public enum Engine {
  /// The version of the program. Numbers kept by one version are not gone on with by another.
  public static let version = ProgramVersion.number

  /// The language's own functions and the engine's primitives.
  public static let registry: Registry = {
    var registry = Registry.core
    registry.add(arrayBuiltins)
    registry.add(picturePrimitives)
    registry.add([
      loadPrimitive, savePrimitive, showPrimitive, featuresPrimitive, pointsPrimitive,
      tokensPrimitive, attentionPrimitive, normalizeBuiltin, randomizedPrimitive, helpBuiltin,
      encodePrimitive(library: library), surgeryPrimitive(library: library),
      similarityPrimitive(library: library), classifyPrimitive(library: library),
      gradcamPrimitive(library: library), textFeaturesPrimitive, recipePrimitive,
    ])
    registry.add([editPrimitive, ablatePrimitive(library: library), driftPrimitive(library: library)])
    registry.add([gradPrimitive])
    registry.add([segmentPrimitive, slidePrimitive])
    registry.add(maskPrimitives)
    registry.add([plotPrimitive, figurePrimitive])
    registry.add([dataSetPrimitive, evaluatePrimitive(library: library), comparePrimitive])
    registry.refuseTracedArguments()
    registry.add(engineTypes)
    return registry
  }()

  /// The text of the standard library's modules by name.
  public static let libraryText: [String: String] = Dictionary(
    uniqueKeysWithValues: EmbeddedAssets.libraryModules.compactMap { name in
      EmbeddedAssets.librarySource(name).map { (name, $0) }
    })

  /// Reads scripts from files and `std.…` from the binary.
  public static let loader = FileLoader(library: libraryText)

  /// Functions of the standard library that primitives are written with.
  static let library = StandardLibrary(loader: loader) { registry }

  /// Operators on tensors and heat maps.
  public static let operators: any OperatorTable = TensorOperators(next: HeatMapOperators())
}
