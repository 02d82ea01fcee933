import Tracepoints

extension Alternative {
    /// What the name leads to in an event, or `nil`.
    func value(in layout: EventLayout) -> Value? {
        if scope != .context, let field = layout.field(name) {
            guard let index else { return .field(field) }
            guard [1, 2, 4, 8].contains(field.elementSize) else { return nil }
            switch field.kind {
            case .array: return index < field.elementCount ? .element(field, index) : nil
            case .dynamicArray: return .element(field, index)
            default: return nil
            }
        }
        guard scope != .own, index == nil else { return nil }
        if let moment = layout.moment(name) { return .field(moment) }
        return layout.contextValue(name).map(Value.context)
    }
}

/// Finds out whether a template fits the events that it is bound to.
struct Binder {
    /// The template's events.
    let layouts: [EventLayout]
    let presentations: Presentations
    let form: RecordForm
    /// What the user is to be told once: where a field is absent from some of the events.
    private(set) var notes: [String] = []

    init(layouts: [EventLayout], presentations: Presentations, form: RecordForm) {
        self.layouts = layouts
        self.presentations = presentations
        self.form = form
    }

    mutating func check(_ template: Template) throws(TemplateError) {
        guard !layouts.isEmpty else { return }
        if form != .lines, template.placeholders.isEmpty {
            throw TemplateError(
                "a template of a typed record needs a placeholder", at: 0..<template.description.utf8.count,
                hint: "such as <pid>")
        }
        for case .placeholder(let placeholder) in template.pieces {
            let absent = layouts.filter { layout in
                placeholder.alternatives.allSatisfy { $0.value(in: layout) == nil }
            }
            if absent.count == layouts.count {
                throw UnknownName(layouts: layouts).error(placeholder.alternatives[0])
            }
            // Whoever gives a default knows that the field may be absent.
            if placeholder.fallback == nil { noteAbsence(of: placeholder, in: absent) }
            try checkSpec(of: placeholder)
        }
    }

    private mutating func noteAbsence(of placeholder: Placeholder, in absent: [EventLayout]) {
        guard let first = absent.first else { return }
        let name = placeholder.alternatives[0].name
        let others = absent.dropFirst().prefix(2).map { displayed($0.fullName) }
        let more = absent.count - 1 - others.count
        let events = ([displayed(first.fullName)] + others).joined(separator: ", ")
        note(
            absent.count == 1
                ? "\(events) has no field '\(name)'; \(form.absentInWords)"
                : "\(events)\(more > 0 ? " and \(more) more" : "") have no field '\(name)'; \(form.absentInWords)"
        )
    }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    // MARK: Types

    private mutating func checkSpec(of placeholder: Placeholder) throws(TemplateError) {
        let spec = placeholder.spec
        guard spec.type != nil || spec.limit != nil else { return }
        var misfits: [(value: Value, layout: EventLayout)] = []
        var fits = 0
        var limits: Set<Bool> = []
        for layout in layouts {
            for value in placeholder.alternatives.compactMap({ $0.value(in: layout) }) {
                if let manner = value.manner(spec.type, decimals: spec.limit, in: layout, presentations) {
                    fits += 1
                    limits.insert(manner.limit != .none)
                } else {
                    misfits.append((value, layout))
                }
            }
        }
        if let (value, layout) = misfits.first {
            if fits == 0 { throw misfit(placeholder, value, layout) }
            let name = placeholder.alternatives[0].name
            note(
                "the type in \(displayed(placeholder.description)) does not fit \(displayed(layout.fullName)), where "
                    + "'\(name)' is \(value.kindInWords); it is written plainly there")
        }
        if spec.limit != nil, !limits.contains(true) { throw needlessLimit(placeholder) }
    }

    private func misfit(_ placeholder: Placeholder, _ value: Value, _ layout: EventLayout) -> TemplateError {
        let spec = placeholder.spec
        let name = displayed(placeholder.alternatives[0].name)
        var type = ""
        var reason = "'\(name)' of \(displayed(layout.fullName)) is \(value.kindInWords)"
        if case .context = value { reason = "<\(name)> is \(value.kindInWords)" }
        switch spec.type {
        case .named(let named):
            type = named.rawValue
            if named == .symbolic {
                reason = "the print format gives no names for '\(name)' of \(displayed(layout.fullName))"
            }
        case .pattern: type = "%..."
        case nil: break
        }
        let fitting = TypeName.allCases.filter {
            value.manner(.named($0), decimals: nil, in: layout, presentations) != nil
        }
        var names = fitting.map(\.rawValue)
        if value.shape == .wall { names.append("a strftime pattern") }
        return TemplateError(
            "the type '\(type)' does not fit: \(reason)", at: spec.typePlace.range,
            notes: ["types that fit: " + names.joined(separator: " ")])
    }

    private func needlessLimit(_ placeholder: Placeholder) -> TemplateError {
        let spec = placeholder.spec
        let written = String(placeholder.spec.limit ?? 0)
        return TemplateError(
            "'.\(written)' does not fit: the value is not cut, lest it be another one",
            at: spec.limitPlace.range, hint: "0\(written) fills a number with zeros",
            notes: [".max is the greatest number of columns of text, or the decimals of a time or size"])
    }
}
