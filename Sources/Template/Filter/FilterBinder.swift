import Tracepoints

/// Binds filters to the layouts of events.
struct FilterBinder {
    let layouts: [EventLayout]
    let presentations: Presentations
    /// Whether the user is told where a name is absent.
    let tellsAbsence: Bool
    /// What the user is to be told once: where a condition does not apply.
    private(set) var notes: [String] = []

    init(layouts: [EventLayout], symbols: KernelSymbols, tellsAbsence: Bool) {
        self.tellsAbsence = tellsAbsence
        self.layouts = layouts
        presentations = Presentations(symbols)
    }

    /// Why a test does not fit an event, and what it comes to there.
    struct Misfit: Error {
        let error: TemplateError
        /// Whether the event's values make the test true nevertheless: a byte is never 300.
        var outcome = false
    }

    /// Binds an expression; answers a node for each layout.
    ///
    /// - Throws: what is wrong with it in all of them.
    mutating func bind(_ expression: Expression) throws(TemplateError) -> [FilterNode] {
        switch expression {
        case .constant(let value): return layouts.map { _ in .constant(value) }
        case .not(let part): return try bind(part).map(\.negated)
        case .or(let parts): return try columns(of: parts).map { .any($0) }
        case .and(let parts): return try columns(of: parts).map { .all($0) }
        case .comparison(let subject, _, _), .membership(let subject, _), .truth(let subject):
            return try bindTest(expression, subject)
        }
    }

    private mutating func columns(of parts: [Expression]) throws(TemplateError) -> [[FilterNode]] {
        var columns: [[FilterNode]] = layouts.map { _ in [] }
        for part in parts {
            for (index, node) in try bind(part).enumerated() { columns[index].append(node) }
        }
        return columns
    }

    private mutating func bindTest(_ expression: Expression, _ subject: Subject) throws(TemplateError)
        -> [FilterNode]
    {
        var nodes: [FilterNode] = []
        var absent: [EventLayout] = []
        var misfits: [(layout: EventLayout, misfit: Misfit)] = []
        for layout in layouts {
            guard let value = subject.name.value(in: layout) else {
                absent.append(layout)
                nodes.append(.constant(false))
                continue
            }
            let site = FilterSite(
                value: value, subject: subject, layout: layout, presentations: presentations)
            do throws(Misfit) {
                nodes.append(try site.node(of: expression))
            } catch {
                misfits.append((layout, error))
                nodes.append(.constant(error.outcome))
            }
        }
        if absent.count == layouts.count, !layouts.isEmpty {
            throw UnknownName(layouts: layouts, isInTemplate: false).error(subject.name)
        }
        if let first = misfits.first {
            if absent.count + misfits.count == layouts.count { throw first.misfit.error }
            let outcome = first.misfit.outcome
            note(
                "in \(named(misfits.filter { $0.misfit.outcome == outcome }.map(\.layout))) "
                    + "'\(displayed(expression.description))' is always \(outcome): \(first.misfit.error.message)"
            )
        }
        if !absent.isEmpty, tellsAbsence {
            note(
                "\(named(absent)) \(absent.count == 1 ? "has" : "have") no field '\(subject.name.name)'; "
                    + "the condition on it is false there")
        }
        return nodes
    }

    private func named(_ layouts: [EventLayout]) -> String {
        let names = layouts.prefix(3).map { displayed($0.fullName) }.joined(separator: ", ")
        return layouts.count > 3 ? "\(names) and \(layouts.count - 3) more" : names
    }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }
}
