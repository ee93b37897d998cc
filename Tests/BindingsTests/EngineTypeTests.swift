import Interpreter
import Syntax
import Testing

@testable import Bindings

/// What checking believes of the engine's types is what their values do.
@Suite struct EngineTypeTests {
  private func value(_ code: String) throws -> Value {
    let session = Session(
      registry: Engine.registry, loader: Engine.loader, operators: Engine.operators,
      paths: ScriptPaths(scriptFolder: "/"), host: Host(output: { _ in }))
    return try session.run(session.check(SourceFile(name: "t.clip", text: code)))
  }

  @Test(
    arguments: [
      ("model", "load(\"emoji\")"),
      ("image", "image(zeros([8, 8, 3]))"),
      ("tensor", "zeros([2, 3])"),
      ("heatmaps", "surgery(image(zeros([112, 112, 3])), load(\"emoji\"), [\"cat\", \"dog\"])"),
      ("heatmap", "surgery(image(zeros([112, 112, 3])), load(\"emoji\"), [\"cat\", \"dog\"])[\"cat\"]"),
      ("figure", "plot(table({y: [1, 2]}), y: \"y\")"),
      ("tokenmap", "gradcam(image(zeros([112, 112, 3])), load(\"emoji\"), \"a cat\", target: \"text\")"),
    ])
  func fieldsAreThose(_ name: String, _ code: String) throws {
    let type = try #require(Engine.registry.type(name))
    guard case .object(let object) = try value(code) else {
      Issue.record("\(code) is no engine value")
      return
    }
    #expect(object.typeName == name)
    let fields = try #require(type.fields)
    #expect(fields.map(\.name) == object.fieldNames)
    for field in fields {
      let found = try #require(try object.field(field.name), "\(name).\(field.name)")
      #expect(field.type.accepts(found), "\(name).\(field.name) is \(found.typeName)")
      #expect(!field.doc.isEmpty)
    }
    if let element = type.element {
      let elements = try #require(try object.elements())
      #expect(elements.allSatisfy { element.accepts($0) })
    } else {
      #expect(try object.elements() == nil)
    }
  }
}
