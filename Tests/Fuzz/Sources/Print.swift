import Tracepoints

@testable import Template

/// A print format of any text; what comes after a zero byte is a record of an event with all kinds of fields.
func fuzzPrint(_ input: inout Input) {
    let layout = EveryKind.layout(printing: String(input.text()))
    var line = LineBuffer(capacity: 64)
    if let format = try? PrintFormat(of: layout, symbols: noSymbols) {
        line.append("before")
        let fits = format.render(input.rest, into: &line)
        check(line.array.starts(with: "before".utf8), "what stood before was overwritten")
        check(fits || line.count == 6, "something is left of a record that does not fit")
        check(line.count < 1 << 20, "a line of \(line.count) bytes")
    }
    let field = layout.fields[input.number(0...layout.fields.count - 1)]
    if let view = Presentations(noSymbols).presentation(of: field, in: layout) {
        _ = view.render(input.rest, into: &line)
    }
    render(layout, nil, &input)
}
