import Foundation
import Template
import Testing

@Suite("Flame graph")
struct FlameGraphTests {
    /// A function of a drawing.
    private struct Box {
        let name: String
        let x: Double
        let width: Double
        let depth: Int
    }

    /// The functions of a drawing.
    private func boxes(of svg: String) -> [Box] {
        svg.components(separatedBy: "<g class=\"f\" ").dropFirst().map { element in
            func value(_ name: String) -> String {
                element.components(separatedBy: "data-\(name)=\"").dropFirst().first?
                    .components(separatedBy: "\"").first ?? ""
            }
            return Box(
                name: value("n"), x: Double(value("x")) ?? -1, width: Double(value("w")) ?? -1,
                depth: Int(value("d")) ?? -1)
        }
    }

    @Test("Each function is as wide as its events, and stands on the one that called it")
    func widths() {
        var graph = FlameGraph(title: "a test")
        for line in ["main;a;b 30", "main;a 10", "main;c 60"] {
            let isTaken = graph.add(line)
            #expect(isTaken)
        }
        #expect(graph.count == 100)
        let found = boxes(of: graph.svg()).sorted { $0.name < $1.name }
        #expect(found.map(\.name) == ["a", "all", "b", "c", "main"])
        #expect(found.map(\.width) == [480, 1200, 360, 720, 1200])
        #expect(found.map(\.depth) == [2, 0, 3, 2, 1])
        #expect(found.map(\.x) == [0, 0, 0, 480, 0])
    }

    @Test("Names are text of the drawing and nothing else; what is no stack is refused")
    func names() {
        var graph = FlameGraph(title: "<&>")
        let isTaken = graph.add("<script>\"1\";std::vector<int>::at() & more 2")
        #expect(isTaken)
        for line in ["no number", "main;a -3", " 3", ""] {
            let isTaken = graph.add(line)
            #expect(!isTaken)
        }
        let svg = graph.svg()
        #expect(boxes(of: svg).map(\.depth) == [0, 1, 2])
        #expect(boxes(of: svg)[1].name == "&lt;script&gt;&quot;1&quot;")
        #expect(boxes(of: svg)[2].name == "std::vector&lt;int&gt;::at() &amp; more")
        #expect(svg.contains(">&lt;&amp;&gt;</text>"))
        #expect(boxes(of: FlameGraph(title: "empty").svg()).isEmpty)
    }

    @Test("Numbers that no count can hold are drawn all the same")
    func tooMany() {
        var graph = FlameGraph(title: "many")
        for line in ["a \(UInt64.max)", "a \(UInt64.max)", "b 2"] {
            let isTaken = graph.add(line)
            #expect(isTaken)
        }
        #expect(graph.count == .max)
        #expect(boxes(of: graph.svg()).map(\.width) == [1200, 1200])
    }
}
