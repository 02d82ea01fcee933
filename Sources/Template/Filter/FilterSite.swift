import Tracepoints

/// A test at the place where it meets one event.
struct FilterSite {
    let value: Value
    let subject: Subject
    let layout: EventLayout
    let presentations: Presentations

    typealias Misfit = FilterBinder.Misfit

    /// The test for this event.
    func node(of expression: Expression) throws(Misfit) -> FilterNode {
        if case .context(let context) = value, let constant = constant(context) {
            return try node(of: expression, onConstant: constant)
        }
        if let reason = reasonAgainst { throw Misfit(error: reason) }
        switch expression {
        case .truth: return try truth(expression)
        case .comparison(_, let comparison, let literal):
            if comparison.isGlob { return try glob(expression, comparison, literal) }
            if comparesText(with: [literal]) { return try texts(expression, comparison, literal) }
            return try number(expression, comparison, literal)
        case .membership(_, let items):
            if comparesText(with: items) {
                return test(.texts(try items.map(text), isNegated: false), expression)
            }
            return try numbers(expression, items)
        case .or, .and, .not, .constant: preconditionFailure("no test")
        }
    }

    private func test(_ condition: FilterTest.Condition, _ source: Expression) -> FilterNode {
        .test(
            FilterTest(value: value, condition: condition, source: source, place: subject.name.place.range))
    }

    var name: String { displayed(subject.name.description) }

    func misfit(_ message: String, _ place: Place, hint: String? = nil, notes: [String] = []) -> Misfit {
        Misfit(error: TemplateError(message, at: place.range, hint: hint, notes: notes))
    }

    /// What a filter cannot look at.
    private var reasonAgainst: TemplateError? {
        let place = subject.name.place.range
        switch value.shape {
        case .array, .bitMask, .opaque:
            let hint: String? =
                if case .array = value.shape { "compare an element: \(name)[0]" } else { nil }
            return TemplateError("'\(name)' is \(value.kindInWords)", at: place, hint: hint)
        case .line, .wall, .stack:
            return TemplateError("a filter cannot look at '\(name)'", at: place)
        case .integer, .text, .clock, .flag:
            if case .context(.n) = value {
                return TemplateError(
                    "'n' counts the lines that pass the filter", at: place, hint: "-n stops after some lines")
            }
            return nil
        }
    }

    // MARK: Text

    /// Whether the value is text, or the address of text that the other side is compared with.
    private func comparesText(with literals: [Literal]) -> Bool {
        if value.shape == .text { return true }
        guard case .field(let field) = value, field.pointsToText else { return false }
        return literals.contains { literal in
            literal.atoms.contains { $0.isQuoted || (try? FilterNumber($0.text)) ?? nil == nil && !$0.isNull }
        }
    }

    private func glob(_ expression: Expression, _ comparison: Comparison, _ literal: Literal) throws(Misfit)
        -> FilterNode
    {
        guard value.shape == .text || comparesText(with: [Literal(atoms: [Atom(text: [], isQuoted: true)])])
        else {
            throw misfit(
                "a glob fits text only, and '\(name)' is \(value.kindInWords)", literal.place,
                hint: "== or in")
        }
        if let mask = subject.mask { throw misfit("'\(name)' is text, which has no bits", mask.place) }
        let glob = TextGlob(literal.atoms[0])
        return test(.glob(glob, isNegated: comparison == .unlike), expression)
    }

    private func texts(_ expression: Expression, _ comparison: Comparison, _ literal: Literal) throws(Misfit)
        -> FilterNode
    {
        if let mask = subject.mask { throw misfit("'\(name)' is text, which has no bits", mask.place) }
        guard !comparison.isOrder else {
            throw misfit("'\(name)' is text, which has no order", literal.place, hint: "== != ~ !~ in")
        }
        if let other = otherText(literal) { return test(.value(other, comparison), expression) }
        return test(.texts([try text(literal)], isNegated: comparison == .unequal), expression)
    }

    private func text(_ literal: Literal) throws(Misfit) -> [UInt8] {
        if let mask = subject.mask { throw misfit("'\(name)' is text, which has no bits", mask.place) }
        let atom = literal.atoms[0]
        guard literal.atoms.count == 1 else {
            throw misfit(
                "'\(name)' is text, which cannot be two things at once", literal.place,
                hint: "\(name) in (\(literal.atoms.map(\.description).joined(separator: ", ")))")
        }
        if !atom.isQuoted, atom.text.contains(where: { "*?[".utf8.contains($0) }) {
            throw misfit(
                "a glob needs '~'", literal.place,
                hint: "\(name) ~ \(atom), or quotes for the text as it is")
        }
        return atom.text
    }

    /// The text field that a bare word names. Values of the context need their `@`: many a program is
    /// called `time`.
    private func otherText(_ literal: Literal) -> Value? {
        guard literal.atoms.count == 1, let other = Alternative(literal.atoms[0]),
            let value = other.value(in: layout), value.shape == .text
        else { return nil }
        if case .context(let context) = value {
            return other.scope == .context && constant(context) == nil ? value : nil
        }
        return value
    }

    /// A value that is the same for all samples of the event.
    private func constant(_ context: ContextValue) -> [UInt8]? {
        switch context {
        case .event: Array(layout.fullName.utf8)
        case .name: Array(layout.name.utf8)
        case .subsystem: Array(layout.subsystem.utf8)
        default: nil
        }
    }

    private func node(of expression: Expression, onConstant constant: [UInt8]) throws(Misfit) -> FilterNode {
        switch expression {
        case .comparison(_, let comparison, let literal) where comparison.isGlob:
            let program = TextGlob(literal.atoms[0]).program
            let matches = unsafe program.withUnsafeBytes { program in
                unsafe constant.withUnsafeBytes { constant in
                    unsafe TextGlob.matches(Bytes(program), Bytes(constant))
                }
            }
            return .constant(matches == (comparison == .like))
        case .comparison(_, let comparison, let literal) where !comparison.isOrder:
            return .constant((try text(literal) == constant) == (comparison == .equal))
        case .membership(_, let items):
            var isMember = false
            for item in items where try text(item) == constant { isMember = true }
            return .constant(isMember)
        default: throw misfit("'\(name)' is text: compare it with == != ~ !~ in", subject.place)
        }
    }

    // MARK: Numbers

    private func truth(_ expression: Expression) throws(Misfit) -> FilterNode {
        guard let domain = value.domain else {
            throw misfit(
                "'\(name)' is text, neither true nor false", subject.place, hint: "\(name) != \"\"")
        }
        guard let mask = subject.mask else {
            let zero = NumberSet([domain.bias...domain.bias])
            return test(.numbers(zero.complement(in: domain.all), domain), expression)
        }
        let bits = NumberDomain(bits: domain.bits, isSigned: false)
        return test(
            .bits(mask: try pattern(mask, domain), NumberSet([0...0]).complement(in: bits.all), bits),
            expression)
    }

    private func number(_ expression: Expression, _ comparison: Comparison, _ literal: Literal) throws(Misfit)
        -> FilterNode
    {
        guard let domain = value.domain else { throw misfit("'\(name)' is no number", subject.place) }
        if let mask = subject.mask {
            return try bits(expression, mask, domain, [literal], comparison)
        }
        if let other = otherNumber(literal) { return test(.value(other, comparison), expression) }
        let keys = try keys(literal, domain, comparison)
        return test(.numbers(NumberSet(comparison, keys, in: domain.all), domain), expression)
    }

    private func numbers(_ expression: Expression, _ items: [Literal]) throws(Misfit) -> FilterNode {
        guard let domain = value.domain else { throw misfit("'\(name)' is no number", subject.place) }
        if let mask = subject.mask { return try bits(expression, mask, domain, items, .equal) }
        return test(.numbers(try set(of: items, domain), domain), expression)
    }

    private func bits(
        _ expression: Expression, _ mask: Literal, _ domain: NumberDomain, _ items: [Literal],
        _ comparison: Comparison
    ) throws(Misfit) -> FilterNode {
        let bits = NumberDomain(bits: domain.bits, isSigned: false)
        let pattern = try pattern(mask, domain)
        var set: NumberSet
        if comparison == .equal, items.count > 1 {
            set = try self.set(of: items, bits)
        } else {
            let keys = try keys(items[0], bits, comparison)
            if !comparison.isOrder, let key = keys.first, key & ~pattern != 0 {
                let never = misfit(
                    "'\(displayed(subject.description))' is never \(displayed(items[0].description))",
                    items[0].place)
                throw Misfit(error: never.error, outcome: comparison == .unequal)
            }
            set = NumberSet(comparison, keys, in: bits.all)
        }
        return test(.bits(mask: pattern, set, bits), expression)
    }

    /// The numbers of a list.
    private func set(of items: [Literal], _ domain: NumberDomain) throws(Misfit) -> NumberSet {
        var ranges: [ClosedRange<UInt64>] = []
        for item in items {
            guard item.atoms.count == 1, let (first, last) = item.atoms[0].ends else {
                ranges += try keys(item, domain, .equal).map { $0...$0 }
                continue
            }
            let low = try keys(Literal(atoms: [first], place: first.place), domain, .lessOrEqual)[0]
            let high = try keys(Literal(atoms: [last], place: last.place), domain, .lessOrEqual)[0]
            guard low <= high else {
                throw misfit("the range runs backwards", item.place, hint: "\(last)..\(first)")
            }
            ranges.append(low...high)
        }
        return NumberSet(ranges)
    }

    /// The number that a bare word names.
    private func otherNumber(_ literal: Literal) -> Value? {
        guard literal.atoms.count == 1, let other = Alternative(literal.atoms[0]),
            symbolValues(literal.atoms[0]).isEmpty, let value = other.value(in: layout), value.domain != nil
        else { return nil }
        if case .context(.n) = value { return nil }
        return value
    }
}

extension Atom {
    /// Whether it is the address that leads nowhere.
    var isNull: Bool { !isQuoted && text.elementsEqual("NULL".utf8) }

    /// The ends of a range, `1..9`; `nil` where it is none.
    var ends: (first: Atom, last: Atom)? {
        guard !isQuoted else { return nil }
        let dot = UInt8(ascii: ".")
        let middle = text.indices.first {
            $0 > 0 && $0 + 2 < text.count && text[$0] == dot && text[$0 + 1] == dot
        }
        guard let middle else { return nil }
        let start = place.range.lowerBound
        return (
            Atom(text: Array(text[..<middle]), isQuoted: false, place: Place(range: start..<start + middle)),
            Atom(
                text: Array(text[(middle + 2)...]), isQuoted: false,
                place: Place(range: start + middle + 2..<place.range.upperBound))
        )
    }
}

extension Value {
    /// The numbers that the value can be; `nil` where it is no number.
    var domain: NumberDomain? {
        switch self {
        case .field(let field):
            guard field.kind == .integer || field.kind == .pointer else { return nil }
            return NumberDomain(bits: UInt64(field.size) * 8, isSigned: field.isSigned)
        case .element(let field, _):
            return NumberDomain(bits: UInt64(field.elementSize) * 8, isSigned: field.isSigned)
        case .context(let value):
            switch value {
            case .cpu, .pid, .tid, .ppid: return NumberDomain(bits: 32, isSigned: true)
            case .uid: return NumberDomain(bits: 32, isSigned: false)
            case .time: return NumberDomain(bits: 64, isSigned: false)
            case .elapsed, .delta: return NumberDomain(bits: 64, isSigned: true)
            case .late: return NumberDomain(bits: 8, isSigned: false)
            default: return nil
            }
        }
    }
}
