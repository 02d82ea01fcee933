import Template
import Tracepoints

/// How `obstrace list` shows an event.
struct ListFormat {
    private let symbols = KernelSymbols()

    /// The event's name and those of its fields that were looked for.
    func line(of layout: EventLayout, marking isWanted: (Field) -> Bool) -> String {
        let fields = layout.fields.filter(isWanted).map { "\($0.type) \($0.name)" }
        return layout.fullName + "\t" + fields.joined(separator: ", ") + "\n"
    }

    /// Everything that is known of an event.
    func description(of layout: EventLayout, isColoured: Bool) -> String {
        let bold = isColoured ? "\u{1b}[1m" : ""
        let plain = isColoured ? "\u{1b}[0m" : ""
        var text = "\(bold)\(layout.fullName)\(plain)\n"
        let nameWidth = layout.fields.map { $0.name.utf8.count }.max() ?? 0
        let typeWidth = layout.fields.map { $0.type.utf8.count }.max() ?? 0
        let symbols = FieldSymbols.all(of: layout, symbols: symbols)
        for (field, symbols) in zip(layout.fields, symbols) {
            text +=
                "  \(padded(field.name, nameWidth))  \(padded(field.type, typeWidth))  \(width(of: field))"
            if let type = symbols.bestType { text += "  best as <\(field.name):\(type)>" }
            text += names(of: symbols)
            text += "\n"
        }
        text += "  print fmt: \(layout.printFormat)\n"
        text += "  try: obstrace \(layout.fullName) -f '\(template(for: layout, symbols))'\n"
        return text
    }

    /// The names of a field's values, on lines of their own.
    private func names(of symbols: FieldSymbols) -> String {
        guard !symbols.names.isEmpty else { return "" }
        var lines = ["  \(symbols.isFlags ? "flags" : "values"):"]
        for (value, name) in symbols.names {
            let number = symbols.isFlags ? "0x" + String(value, radix: 16) : "\(Int64(bitPattern: value))"
            let word = " \(name)=\(number)"
            if lines[lines.count - 1].utf8.count + word.utf8.count > 100 { lines.append("     ") }
            lines[lines.count - 1] += word
        }
        return "\n    " + lines.map { $0.drop { $0 == " " } }.joined(separator: "\n      ")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }

    private func width(of field: Field) -> String {
        field.isDynamic ? "variable" : "\(field.size) byte\(field.size == 1 ? "" : "s")"
    }

    /// A template that prints the event's fields.
    private func template(for layout: EventLayout, _ symbols: [FieldSymbols]) -> String {
        let fields = zip(layout.fields, symbols).map { field, symbols in
            "\(field.name)=<\(field.name)\(symbols.bestType.map { ":" + $0 } ?? "")>"
        }
        return (["<time>", "<@comm>"] + fields).joined(separator: " ")
    }

    /// The event as a JSON object.
    func json(_ layout: EventLayout) -> String {
        let symbols = FieldSymbols.all(of: layout, symbols: symbols)
        let fields = zip(layout.fields, symbols).map { field, symbols -> String in
            var members = [
                "\"name\":\(quoted(field.name))", "\"type\":\(quoted(field.type))",
                "\"offset\":\(field.offset)", "\"size\":\(field.size)", "\"signed\":\(field.isSigned)",
                "\"kind\":\(quoted("\(field.kind)"))",
            ]
            if !symbols.names.isEmpty {
                let names = symbols.names.map { "\(quoted($0.name)):\($0.value)" }.joined(separator: ",")
                members.append("\"\(symbols.isFlags ? "flags" : "values")\":{\(names)}")
            }
            return "{" + members.joined(separator: ",") + "}"
        }
        return
            "{\"event\":\(quoted(layout.fullName)),\"id\":\(layout.id),\"fields\":[\(fields.joined(separator: ","))]"
            + ",\"print\":\(quoted(layout.printFormat))}"
    }

    /// Text as a JSON string.
    func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\" + String(scalar)
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
