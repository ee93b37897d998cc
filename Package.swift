// swift-tools-version: 6.2
// The house: each target imports only targets above it (see CONTRIBUTING.md).
import PackageDescription

/// Kernels and tensors are compiled with optimization even in debug builds:
/// unoptimized inner loops are two orders of magnitude slower.
let optimized: [SwiftSetting] = [
  .unsafeFlags(["-O"], .when(configuration: .debug))
]
let optimizedC: [CSetting] = [
  .unsafeFlags(["-O3", "-ffp-contract=off", "-Wall", "-Wextra"])
]

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
  name: "clipscope",
  products: [.executable(name: "clipscope", targets: ["clipscope"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // System libraries.
    systemLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
    // No pkg-config file exists for oneDNN; its header and library are where compilers look.
    .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
    systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    systemLibrary("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
    systemLibrary("CJPEG", pkgConfig: "libjpeg", apt: "libjpeg62-turbo-dev"),
    systemLibrary("CFreeType", pkgConfig: "freetype2", apt: "libfreetype-dev"),
    systemLibrary("CFontconfig", pkgConfig: "fontconfig", apt: "libfontconfig-dev"),
    systemLibrary("CCairo", pkgConfig: "cairo", apt: "libcairo2-dev"),
    systemLibrary("CLibEdit", pkgConfig: "libedit", apt: "libedit-dev"),

    // C: inner loops, codecs, embedded bytes.
    .target(name: "CKernels", cSettings: optimizedC, linkerSettings: [.linkedLibrary("m")]),
    .target(name: "CImageCodecs", dependencies: ["CPNG", "CJPEG"], cSettings: optimizedC),
    .target(name: "CEdit", dependencies: ["CLibEdit"], cSettings: optimizedC),
    .target(
      name: "Assets", exclude: ["data"],
      cSettings: [.unsafeFlags(["-std=gnu23", "-Wno-c23-extensions"])]),

    // What needs nothing and serves all.
    .target(name: "Basics"),

    // The engine.
    .target(
      name: "Tensors", dependencies: ["COpenBLAS", "CDNNL", "CKernels", "CZlib"], swiftSettings: optimized),
    .target(name: "Checkpoints", dependencies: ["Basics", "Tensors", "CKernels"], swiftSettings: optimized),
    .target(name: "Cache", dependencies: ["Checkpoints"], swiftSettings: optimized),
    .target(name: "Tokenization", dependencies: ["Assets", "CZlib"], swiftSettings: optimized),
    .target(
      name: "Imaging",
      dependencies: ["Basics", "CImageCodecs", "CFreeType", "CFontconfig", "CZlib", "Assets", "Tensors"],
      swiftSettings: optimized),
    .target(
      name: "CLIPModels", dependencies: ["Tensors", "Checkpoints", "Cache", "Imaging", "Tokenization"],
      swiftSettings: optimized),
    .target(
      name: "Explanations", dependencies: ["CLIPModels", "Cache", "Tokenization"], swiftSettings: optimized),
    .target(name: "Segmentation", dependencies: ["Imaging", "Tensors"], swiftSettings: optimized),
    .target(
      name: "Evaluation", dependencies: ["Basics", "Segmentation", "Imaging", "Tensors", "Checkpoints"],
      swiftSettings: optimized),

    .target(
      name: "Figures",
      dependencies: ["CCairo", "CFreeType", "CZlib", "Imaging", "Assets", "Tensors"],
      swiftSettings: optimized),

    // The language.
    .target(name: "Syntax", dependencies: ["Basics"], swiftSettings: optimized),
    .target(name: "Interpreter", dependencies: ["Basics", "Syntax"], swiftSettings: optimized),

    // Pages: the manual, reports of runs.
    .target(name: "Markup", dependencies: ["Syntax"]),
    .target(
      name: "Reports", dependencies: ["Imaging", "Markup", "Syntax", "Tensors"], swiftSettings: optimized),

    // Pictures on terminals.
    .target(name: "TerminalPictures", dependencies: ["Imaging", "Syntax"], swiftSettings: optimized),

    // Where the two meet, and the command line.
    .target(
      name: "Bindings",
      dependencies: [
        "Interpreter", "Explanations", "Segmentation", "Evaluation", "Figures", "Reports", "TerminalPictures",
        "Assets", "Cache",
      ],
      swiftSettings: optimized),
    .target(name: "Manual", dependencies: ["Bindings", "Markup", "Syntax", "Assets"]),
    .target(
      name: "Console",
      dependencies: ["Bindings", "Cache", "CLIPModels", "Imaging", "Interpreter", "Tensors", "Syntax"]),
    .target(name: "Assistance", dependencies: ["Bindings", "Checkpoints", "Interpreter", "Syntax"]),
    .target(
      name: "REPL",
      dependencies: [
        "CEdit", "Console", "Bindings", "Interpreter", "Syntax", "Checkpoints", "Tokenization", "Imaging",
        "Tensors", "CLIPModels",
      ]),
    .target(
      name: "LanguageServer", dependencies: ["Assistance", "Bindings", "Imaging", "Interpreter", "Syntax"]),
    .executableTarget(
      name: "clipscope",
      dependencies: [
        "Assistance", "Bindings", "LanguageServer", "Manual", "Console", "REPL",
        "TerminalPictures", "Cache", "CLIPModels", "Evaluation", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["Tensors", "Syntax", "Interpreter", "Bindings"],
      path: "Tests/TestSupport"),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors", "CKernels", "TestSupport"]),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["Checkpoints", "CKernels", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(name: "CacheTests", dependencies: ["Cache", "TestSupport"]),
    .testTarget(name: "TokenizationTests", dependencies: ["Tokenization", "TestSupport"]),
    .testTarget(
      name: "ImagingTests", dependencies: ["Imaging", "TestSupport"], exclude: ["Fixtures"]),
    .testTarget(name: "CLIPModelsTests", dependencies: ["CLIPModels", "Cache", "TestSupport"]),
    .testTarget(
      name: "ExplanationsTests",
      dependencies: ["Explanations", "CLIPModels", "Cache", "Checkpoints", "Tokenization", "TestSupport"]),
    .testTarget(name: "SegmentationTests", dependencies: ["Segmentation", "Imaging", "Tensors"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Segmentation", "Imaging", "Tensors", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(name: "FiguresTests", dependencies: ["Figures", "Imaging", "TestSupport"]),
    .testTarget(name: "SyntaxTests", dependencies: ["Syntax"]),
    .testTarget(name: "InterpreterTests", dependencies: ["Interpreter", "Syntax", "TestSupport"]),
    .testTarget(
      name: "BindingsTests",
      dependencies: [
        "Bindings", "Imaging", "Interpreter", "Syntax", "Tensors", "TerminalPictures", "TestSupport",
      ]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "Imaging", "Syntax", "Tensors"]),
    .testTarget(
      name: "ManualTests", dependencies: ["Manual", "Bindings", "Markup", "Syntax", "TestSupport"]),
    .testTarget(
      name: "AssistanceTests",
      dependencies: ["Assistance", "Bindings", "Checkpoints", "Interpreter", "Syntax", "TestSupport"]),
    .testTarget(
      name: "LanguageServerTests", dependencies: ["LanguageServer", "Interpreter", "Syntax"]),
    .testTarget(
      name: "TerminalPicturesTests", dependencies: ["TerminalPictures", "Imaging", "TestSupport"]),
    .target(name: "CPseudoTerminal", path: "Tests/CPseudoTerminal", cSettings: optimizedC),
    .testTarget(
      name: "REPLTests",
      dependencies: [
        "clipscope", "REPL", "Console", "Bindings", "CPseudoTerminal", "Interpreter", "Syntax", "TestSupport",
      ]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["clipscope", "Bindings", "Interpreter", "Syntax", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)

// Where the project itself is checked, a warning in its own code is an error. Not for users: a
// newer compiler may warn of more.
if Context.environment["CLIPSCOPE_WARNINGS_AS_ERRORS"] != nil {
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
