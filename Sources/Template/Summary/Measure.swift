public import Tracepoints

/// A number that is read from each event: what stands between `<` and `>` in a template, `delta:t` for example.
public struct Measure: Sendable {
    /// How its values are written.
    public enum Unit: Sendable, Hashable {
        case plain
        /// A time, in so many nanoseconds each.
        case time(UInt64)
        /// A size in steps of 1024 or 1000.
        case size(UInt64)
    }

    /// The ways to the value: for each event those of its alternatives.
    let ops: [Op]
    let starts: [Int32]
    /// What must be known of an event's moment.
    let needs: ContextNeeds
    /// How values are written.
    public let unit: Unit

    /// Reads a value's text and finds it in the events.
    ///
    /// - Throws: why it is none, or none of a number; the places are those of the text.
    public init(_ text: String, of layouts: [EventLayout], symbols: KernelSymbols) throws(TemplateError) {
        do throws(TemplateError) {
            let template = try Template.parse("<\(text)>")
            guard template.pieces.count == 1, let placeholder = template.placeholders.first else {
                throw TemplateError("one value is wanted", at: 1..<1 + text.utf8.count)
            }
            let presentations = Presentations(symbols)
            var binder = Binder(layouts: layouts, presentations: presentations, form: .lines)
            try binder.check(template)
            var ops: [Op] = []
            var starts: [Int32] = [0]
            var needs: ContextNeeds = []
            var unit = Unit.plain
            for layout in layouts {
                for alternative in placeholder.alternatives {
                    guard let value = alternative.value(in: layout) else { continue }
                    switch value.shape {
                    case .integer, .flag: break
                    case .clock, .wall: unit = .time(1)
                    case .text, .array, .bitMask, .opaque, .line, .stack:
                        throw TemplateError(
                            "'\(alternative.name)' is \(value.kindInWords), and a number is wanted",
                            at: alternative.place.range)
                    }
                    needs.formUnion(value.needs)
                    var op = Op(code: .integer)
                    op.read(value)
                    ops.append(op)
                    switch value.plainManner(placeholder.spec.typeName, decimals: nil)?.form {
                    case .nanoseconds: unit = .time(1)
                    case .microseconds: unit = .time(1000)
                    case .milliseconds: unit = .time(1_000_000)
                    case .seconds: unit = .time(1_000_000_000)
                    case .size1024: unit = .size(1024)
                    case .size1000: unit = .size(1000)
                    default: if placeholder.spec.typeName == .plain { unit = .plain }
                    }
                }
                starts.append(Int32(ops.count))
            }
            (self.ops, self.starts, self.needs, self.unit) = (ops, starts, needs, unit)
        } catch {
            let range = max(0, error.range.lowerBound - 1)..<max(0, error.range.upperBound - 1)
            let end = text.utf8.count
            throw TemplateError(
                error.message, at: min(range.lowerBound, end)..<min(range.upperBound, end), hint: error.hint,
                notes: error.notes)
        }
    }
}

extension Spec {
    /// The name of its type; `nil` for none and for a pattern of a time.
    fileprivate var typeName: TypeName? {
        if case .named(let name) = type { name } else { nil }
    }
}

extension Renderer {
    /// The measured value of an event; `nil` where the event does not have it.
    @inline(__always)
    mutating func measured(_ sample: Sample, _ batch: Batch) -> (value: Int64, isSigned: Bool)? {
        let event = Int(sample.event)
        for index in Int(measureStarts[event])..<Int(measureStarts[event &+ 1]) {
            let op = measureOps[index]
            // There is no line before the first.
            if op.source == .delta, lineNumber == 1 { return nil }
            if let value = integer(op, sample, batch) { return (value, op.flags.contains(.isSigned)) }
        }
        return nil
    }
}
