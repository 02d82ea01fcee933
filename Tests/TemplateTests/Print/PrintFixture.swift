import Testing

@testable import Template
@testable import Tracepoints

extension MadeEvent {
    /// The event with a print format.
    func layout(printing format: String) -> EventLayout {
        let made = layout
        return EventLayout(
            id: made.id, subsystem: made.subsystem, name: made.name, fields: made.fields,
            commonFields: made.commonFields, printFormat: format)
    }

    /// What a print format makes of the event; `nil` where the record does not fit it.
    func printed(
        _ format: String, record: [UInt8]? = nil, symbols: KernelSymbols = KernelSymbols()
    ) throws -> String? {
        let compiled = try PrintFormat(of: layout(printing: format), symbols: symbols)
        return render(record ?? bytes) { compiled.render($0, into: &$1) }
    }

    /// What one expression of the C text comes to, printed as a signed long.
    func value(_ expression: String) throws -> String? { try printed("\"%lld\", \(expression)") }

    /// How a print format shows a field, and what it makes of the event's.
    func presentation(_ name: String, in format: String, symbols: KernelSymbols = KernelSymbols())
        -> (view: PrintFormat.Presentation, text: String?)?
    {
        let layout = layout(printing: format)
        guard let field = layout.field(name),
            let view = Presentations(symbols).presentation(of: field, in: layout)
        else { return nil }
        return (view, render(bytes) { view.render($0, into: &$1) })
    }

    private func render(_ record: [UInt8], _ body: (Bytes, inout LineBuffer) -> Bool) -> String? {
        var line = LineBuffer(capacity: 64)
        line.append("before ")
        let fits = unsafe record.withUnsafeBytes { bytes in unsafe body(Bytes(bytes), &line) }
        let text = line.string
        // Whatever happens, what stood before stays.
        guard text.hasPrefix("before ") else { return "overwritten: \(text)" }
        if !fits { return text == "before " ? nil : "left over: \(text)" }
        return String(text.dropFirst("before ".count))
    }
}

/// The reason that a print format is refused for.
func refusal(_ format: String, _ event: MadeEvent = MadeEvent()) -> PrintFormat.Failure? {
    do throws(PrintFormat.Failure) {
        _ = try PrintFormat(of: event.layout(printing: format), symbols: KernelSymbols())
        return nil
    } catch {
        return error
    }
}
