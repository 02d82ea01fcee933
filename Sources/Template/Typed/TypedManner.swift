import Tracepoints

extension Value {
    /// How the value is written in typed output with this type, or `nil` where the type does not fit.
    func typedManner(
        _ type: ValueType?, decimals: Int?, form: RecordForm, in layout: EventLayout,
        _ presentations: Presentations
    ) -> Manner? {
        let isOwn = type == nil || type == .named(.json) && form == .json
        if isOwn, isTruth { return Manner(writer: .integer, form: .truth) }
        if isOwn, shape == .stack, form == .json { return Manner(writer: .stack, form: .frames) }
        var manner = manner(isOwn ? nil : type, decimals: decimals, in: layout, presentations)
        // Elements that can be written one by one are more than a text that lists them.
        if isOwn, case .presentation = manner?.writer, case .array(let size) = shape, size > 1 {
            manner = Manner(writer: .array)
        }
        return manner
    }

    /// Whether the value is either true or false.
    private var isTruth: Bool {
        switch self {
        case .field(let field): field.type == "bool"
        case .element: false
        case .context(let value): value == .late
        }
    }

    /// Whether the value has a number that its own manner does not show.
    func hidesNumber(in layout: EventLayout, _ presentations: Presentations) -> Bool {
        guard case .field(let field) = self, !isTruth,
            let manner = manner(nil, decimals: nil, in: layout, presentations)
        else { return false }
        switch (field.kind, manner.writer) {
        case (.integer, .presentation), (.pointer, .presentation): return true
        case (.integer, .integer): return !manner.form.isNumber
        default: return false
        }
    }
}

extension Op.Form {
    /// Whether what is written is a number, or one of the words that JSON has beside numbers.
    var isNumber: Bool {
        switch self {
        case .decimal, .signed, .unsigned, .clock, .truth: true
        default: false
        }
    }

    /// Whether zeros can fill what is written, which is not a number of typed output.
    fileprivate var isFilled: Bool {
        switch self {
        case .hex, .upperHex, .octal, .binary, .pointer: true
        default: false
        }
    }
}

extension Spec {
    /// What of the spec concerns typed output: no columns, no signs and zeros before numbers.
    func typed(_ manner: Manner) -> Spec {
        var spec = Spec()
        spec.type = type
        spec.limit = limit
        guard manner.form.isFilled else { return spec }
        spec.isAlternate = isAlternate
        if isZeroFilled, alignment == .right, case .integer = manner.writer {
            spec.isZeroFilled = true
            spec.width = width
        }
        return spec
    }
}
