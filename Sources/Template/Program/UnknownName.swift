import Tracepoints

/// Tells of a name that no event has, in a template or in a filter.
struct UnknownName {
    /// The events that were looked through.
    let layouts: [EventLayout]
    /// Whether the name stands in brackets, as in a template.
    var isInTemplate = true

    private func quoted(_ name: String) -> String { isInTemplate ? "<\(name)>" : name }

    /// What is wrong with a name that none of the events has.
    func error(_ alternative: Alternative) -> TemplateError {
        let range = alternative.place.range
        if let index = alternative.index { return wrongIndex(index, alternative) }
        let fields = unique(layouts.flatMap { $0.fields.map(\.name) })
        let context = layouts[0].momentNames + ContextValue.allCases.map(\.rawValue)
        let name = displayed(alternative.name)
        let message: String
        let candidates: [String]
        switch alternative.scope {
        case .context:
            message = "there is no context value '\(name)'"
            candidates = context
        case .own, .any:
            message =
                layouts.count == 1
                ? "\(displayed(layouts[0].fullName)) has no field '\(name)'"
                : "none of the \(layouts.count) events has a field '\(name)'"
            candidates = fields + (alternative.scope == .own ? [] : context)
        }
        let sign = alternative.scope == .any ? "" : alternative.scope == .own ? "." : "@"
        return TemplateError(
            message, at: range, hint: suggestion(for: alternative, among: candidates, sign: sign),
            notes: choice(fields, context))
    }

    private func suggestion(for alternative: Alternative, among candidates: [String], sign: String) -> String?
    {
        // A name of the other kind that is right as it stands is the likeliest.
        if alternative.scope == .context, layouts.contains(where: { $0.field(alternative.name) != nil }) {
            return "did you mean \(quoted(alternative.name))?"
        }
        if alternative.scope == .own, ContextValue(rawValue: alternative.name) != nil {
            return "did you mean \(quoted("@" + alternative.name))?"
        }
        return nearest(to: alternative.name, among: candidates).map {
            "did you mean \(quoted(sign + displayed($0)))?"
        }
    }

    private func wrongIndex(_ index: Int, _ alternative: Alternative) -> TemplateError {
        let name = displayed(alternative.name)
        for layout in layouts where alternative.scope != .context {
            guard let field = layout.field(alternative.name) else { continue }
            if field.kind == .array {
                let count = field.elementCount
                return TemplateError(
                    "'\(name)' of \(displayed(layout.fullName)) has \(count) element\(count == 1 ? "" : "s"), no [\(index)]",
                    at: alternative.place.range, hint: "count from 0 to \(count - 1)")
            }
            return TemplateError(
                "'\(name)' of \(displayed(layout.fullName)) is no array: its type is \(displayed(field.type))",
                at: alternative.place.range, hint: "write \(quoted(name))")
        }
        var plain = alternative
        plain.index = nil
        guard plain.scope != .own, ContextValue(rawValue: plain.name) != nil else { return error(plain) }
        return TemplateError(
            "'\(name)' is no array", at: alternative.place.range, hint: "write \(quoted(plain.description))")
    }

    /// What there is to choose from, and where to read more.
    private func choice(_ fields: [String], _ context: [String]) -> [String] {
        let shown = fields.prefix(40).joined(separator: " ") + (fields.count > 40 ? " ..." : "")
        let first = "fields: " + displayed(shown)
        let second = "context: " + context.joined(separator: " ")
        // Of a pair, what the end carries is shown.
        let layout = layouts[0].parts.last?.layout ?? layouts[0]
        let isProbe = ProbeDescription.Kind(rawValue: layout.subsystem) != nil
        let way =
            isProbe
            ? "a probe has the arguments that the EVENT names: '\(layout.subsystem):...(fd:s32, path:string)'"
            : "try: obstrace list -v \(displayed(layout.fullName))"
        return first.utf8.count <= 60 ? [first + "     " + second, way] : [first, second, way]
    }

    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
