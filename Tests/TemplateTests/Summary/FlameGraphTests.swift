import Foundation
import Template
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("Flame graph")
struct FlameGraphTests {
    /// What a drawing holds: each function with its place, its width and its depth.
    private func boxes(_ svg: String) throws -> [String: (x: Double, width: Double, depth: Int)] {
        let document = try XMLDocument(data: Data(svg.utf8))
        let found = try document.nodes(forXPath: "//*[@class='f']").compactMap { $0 as? XMLElement }
        return Dictionary(
            found.map { element in
                func value(_ name: String) -> String { element.attribute(forName: name)?.stringValue ?? "" }
                return (
                    value("data-n"),
                    (Double(value("data-x")) ?? -1, Double(value("data-w")) ?? -1, Int(value("data-d")) ?? -1)
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test("Each function is as wide as its events, and stands on the one that called it")
    func widths() throws {
        var graph = FlameGraph(title: "a test")
        for line in ["main;a;b 30", "main;a 10", "main;c 60"] {
            let isTaken = graph.add(line)
            #expect(isTaken)
        }
        #expect(graph.count == 100)
        let boxes = try boxes(graph.svg())
        #expect(boxes.mapValues(\.width) == ["all": 1200, "main": 1200, "a": 480, "b": 360, "c": 720])
        #expect(boxes.mapValues(\.depth) == ["all": 0, "main": 1, "a": 2, "b": 3, "c": 2])
        #expect(boxes["c"]?.x == 480)
    }

    @Test("Names are text of the drawing and nothing else; what is no stack is refused")
    func names() throws {
        var graph = FlameGraph(title: "<&>")
        let isTaken1 = graph.add("<script>alert(\"1\")</script>;std::vector<int>::at(unsigned long) & more 2")
        #expect(isTaken1)
        let isTaken2 = graph.add("no number")
        #expect(!isTaken2)
        let isTaken3 = graph.add("main;a -3")
        #expect(!isTaken3)
        let isTaken4 = graph.add(" 3")
        #expect(!isTaken4)
        let isTaken5 = graph.add("")
        #expect(!isTaken5)
        let boxes = try boxes(graph.svg())
        #expect(boxes["std::vector<int>::at(unsigned long) & more"]?.depth == 2)
        #expect(boxes["<script>alert(\"1\")</script>"]?.depth == 1)
        #expect(try self.boxes(FlameGraph(title: "empty").svg()).isEmpty)
    }
}
