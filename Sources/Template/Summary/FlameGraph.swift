/// Makes a flame graph of folded stacks: a drawing in which each function is as wide as the events that it led to.
///
/// The drawing is one SVG file that refers to no other: it shows in a browser, where a click on a function makes
/// it as wide as the picture, its whole text shows below the drawing, and a search marks the functions it finds.
public struct FlameGraph {
    /// A function below the one that called it.
    private final class Node {
        var children: [String: Node] = [:]
        /// The number of events, the largest there is when they are more: none has more than the one below it.
        private(set) var count: UInt64 = 0

        private func count(_ amount: UInt64) {
            let (sum, isTooMuch) = count.addingReportingOverflow(amount)
            count = isTooMuch ? .max : sum
        }

        /// Adds a stack, outermost first.
        func add(_ frames: ArraySlice<Substring>, _ amount: UInt64) {
            var node = self
            node.count(amount)
            for frame in frames {
                let name = String(frame)
                let child = node.children[name] ?? Node()
                node.children[name] = child
                child.count(amount)
                node = child
            }
        }
    }

    /// The width of the picture and the height of a function, in pixels.
    private static let width = 1200.0
    private static let height = 18
    /// The width that a function must have to be drawn, in pixels.
    private static let narrowest = 0.2
    /// How deep stacks are drawn.
    private static let deepest = 512
    private static let margin = 34
    /// The width of a character of the font, in pixels, rounded up.
    private static let character = 7.3

    private let root = Node()
    private let title: String
    private var depth = 0

    /// Makes a drawing without stacks.
    public init(title: String) { self.title = title }

    /// Adds a line of folded stacks, `a;b;c 12`; answers whether it was one.
    public mutating func add(_ line: some StringProtocol) -> Bool {
        guard let space = line.lastIndex(of: " "), let amount = UInt64(line[line.index(after: space)...])
        else {
            return false
        }
        let frames = Substring(line[..<space]).split(separator: ";", maxSplits: FlameGraph.deepest)
        guard !frames.isEmpty else { return false }
        root.add(frames.prefix(FlameGraph.deepest), amount)
        depth = max(depth, min(frames.count, FlameGraph.deepest))
        return true
    }

    /// The number of events in all stacks.
    public var count: UInt64 { root.count }

    /// The drawing as text of SVG.
    public func svg() -> String {
        let height = FlameGraph.height * (depth + 1) + 2 * FlameGraph.margin
        let width = Int(FlameGraph.width)
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="monospace" font-size="12">
            <rect width="100%" height="100%" fill="#fffdf7"/>
            <text x="\(width / 2)" y="22" text-anchor="middle" font-size="16">\(escaped(title))</text>
            <text id="reset" x="10" y="22" cursor="pointer" display="none">Show all</text>
            <text id="search" x="\(width - 10)" y="22" text-anchor="end" cursor="pointer">Search</text>
            <text id="told" x="10" y="\(height - 10)"></text>

            """
        if root.count > 0 {
            var stack: [(name: String, node: Node, x: Double, depth: Int)] = [("all", root, 0, 0)]
            let scale = FlameGraph.width / Double(root.count)
            while let (name, node, x, depth) = stack.popLast() {
                let own = Double(node.count) * scale
                guard own >= FlameGraph.narrowest else { continue }
                text += box(name, node.count, x: x, width: own, y: height - FlameGraph.margin, depth: depth)
                var start = x
                for (name, child) in node.children.sorted(by: { $0.key < $1.key }) {
                    stack.append((name, child, start, depth + 1))
                    start += Double(child.count) * scale
                }
            }
        }
        return text + FlameGraph.script + "</svg>\n"
    }

    private func box(_ name: String, _ count: UInt64, x: Double, width: Double, y: Int, depth: Int) -> String
    {
        let top = y - FlameGraph.height * (depth + 1)
        let share = decimals(100 * Double(count) / Double(root.count))
        let words = "\(name): \(count) of \(root.count), \(share) %"
        return """
            <g class="f" data-n="\(escaped(name))" data-x="\(decimals(x))" data-w="\(decimals(width))" \
            data-d="\(depth)"><title>\(escaped(words))</title><rect x="\(decimals(x))" y="\(top)" \
            width="\(decimals(width))" height="\(FlameGraph.height - 1)" rx="2" fill="\(colour(of: name))"/>\
            <text x="\(decimals(x + 3))" y="\(top + 13)">\(escaped(shortened(name, width)))</text></g>

            """
    }

    /// The name as far as it fits into a width.
    private func shortened(_ name: String, _ width: Double) -> String {
        let room = Int((width - 6) / FlameGraph.character)
        if name.count <= room { return name }
        return room < 3 ? "" : name.prefix(room - 1) + "…"
    }

    /// A warm colour that is the same for the same name in every drawing.
    private func colour(of name: String) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return "hsl(\(hash % 50),\(70 + hash / 64 % 20)%,\(62 + hash / 4096 % 14)%)"
    }

    private func decimals(_ value: Double) -> String {
        let scaled = Int((value * 100).rounded())
        let fraction = scaled % 100
        return "\(scaled / 100)." + (fraction < 10 ? "0" : "") + "\(fraction)"
    }

    /// Text as it may stand in XML, without the characters that XML does not have.
    private func escaped(_ text: String) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case ">": safe += "&gt;"
            case "\"": safe += "&quot;"
            case _ where scalar.value < 0x20 || (0xfffe...0xffff).contains(scalar.value): safe += "?"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// What a click does: the function becomes as wide as the picture, with those that it calls; those that called
    /// it stand dim below it. A click on the lowest one, or on "Show all", shows all again. A search, also by Ctrl-F,
    /// takes a regular expression, and tells the share of the events whose stacks have a function that it finds.
    private static let script = """
        <script><![CDATA[
        const all = [...document.querySelectorAll("g.f")].map(g => ({
          g, name: g.dataset.n, x: +g.dataset.x, w: +g.dataset.w, d: +g.dataset.d,
          rect: g.querySelector("rect"), text: g.querySelector("text"), words: g.querySelector("title").textContent}));
        const full = \(Int(width)), character = \(character), root = all.find(f => f.d === 0);
        // Places are rounded, and no function is as narrow as this.
        const slack = 0.05;
        const [reset, search, told] = ["reset", "search", "told"].map(id => document.getElementById(id));
        for (const f of all) f.fill = f.rect.getAttribute("fill");
        function show(top) {
          reset.setAttribute("display", top === root ? "none" : "inline");
          for (const f of all) {
            const inside = f.d >= top.d && f.x >= top.x - slack && f.x + f.w <= top.x + top.w + slack;
            const below = f.d < top.d && f.x <= top.x + slack && f.x + f.w >= top.x + top.w - slack;
            f.g.style.display = inside || below ? "" : "none";
            f.g.style.opacity = below ? 0.4 : 1;
            if (!inside && !below) continue;
            const x = below ? 0 : (f.x - top.x) * full / top.w, w = below ? full : f.w * full / top.w;
            f.rect.setAttribute("x", x);
            f.rect.setAttribute("width", w);
            f.text.setAttribute("x", x + 3);
            const room = Math.floor((w - 6) / character);
            f.text.textContent = f.name.length <= room ? f.name : room < 3 ? "" : f.name.slice(0, room - 1) + "\\u2026";
          }
        }
        function find(pattern) {
          let found;
          try { found = pattern ? new RegExp(pattern) : null; } catch (error) { told.textContent = error.message; return; }
          let end = -1, sum = 0;
          for (const f of [...all].sort((a, b) => a.x - b.x || a.d - b.d)) {
            const hit = found !== null && found.test(f.name);
            f.rect.setAttribute("fill", hit ? "#c060f0" : f.fill);
            if (hit && f.x >= end - slack) { sum += f.w; end = f.x + f.w; }
          }
          search.textContent = found ? `${pattern}: ${(100 * sum / full).toFixed(2)} %` : "Search";
        }
        const ask = () => find(prompt("Functions to mark, as a regular expression:", "") ?? "");
        for (const f of all) {
          f.g.addEventListener("click", () => show(f));
          f.g.addEventListener("mouseover", () => { told.textContent = f.words; });
          f.g.addEventListener("mouseout", () => { told.textContent = ""; });
        }
        reset.addEventListener("click", () => show(root));
        search.addEventListener("click", ask);
        addEventListener("keydown", event => {
          if (event.ctrlKey && event.key === "f") { event.preventDefault(); ask(); }
        });
        ]]></script>

        """
}
