import Tracepoints

extension FilterSite {
    /// The keys of the numbers that a literal stands for; one unless it is compared for equality.
    func keys(_ literal: Literal, _ domain: NumberDomain, _ comparison: Comparison) throws(Misfit) -> [UInt64]
    {
        if literal.atoms.count > 1 {
            guard let key = domain.key(ofPattern: try pattern(literal, domain)) else {
                throw outside(literal.atoms[0], domain)
            }
            return [key]
        }
        let atom = literal.atoms[0]
        guard let number = try number(atom) else {
            let values = try symbolValues(atom, orThrow: domain)
            return values.map { truncatedKey($0, domain) }
        }
        try checkUnit(number, atom)
        switch domain.place(of: number) {
        case .within(let key): return [key]
        case .above:
            if number.isPattern, let key = domain.key(ofPattern: number.magnitude) { return [key] }
        case .below:
            // As C has it, -1 is all bits.
            if !domain.isSigned, !comparison.isOrder, number.magnitude <= 1 << (domain.bits - 1) {
                return [domain.all.upperBound - number.magnitude + 1]
            }
        }
        var misfit = outside(atom, domain)
        let isBelow = domain.place(of: number) == .below
        switch comparison {
        case .unequal: misfit.outcome = true
        case .less, .lessOrEqual: misfit.outcome = !isBelow
        case .greater, .greaterOrEqual: misfit.outcome = isBelow
        case .equal, .like, .unlike: break
        }
        throw misfit
    }

    private func truncatedKey(_ value: UInt64, _ domain: NumberDomain) -> UInt64 {
        let all: UInt64 = domain.bits == 64 ? .max : (1 << domain.bits) - 1
        return domain.key(ofPattern: value & all) ?? domain.bias
    }

    private func outside(_ atom: Atom, _ domain: NumberDomain) -> Misfit {
        let all = domain.all
        return misfit(
            "'\(name)' is \(domain.isSigned ? "a signed" : "an unsigned") number of \(domain.bits) bits, "
                + "which cannot be \(atom.shown)",
            atom.place, hint: "from \(domain.text(all.lowerBound)) to \(domain.text(all.upperBound))")
    }

    /// The bits of a mask.
    func pattern(_ literal: Literal, _ domain: NumberDomain) throws(Misfit) -> UInt64 {
        var pattern: UInt64 = 0
        for atom in literal.atoms {
            let keys = try keys(Literal(atoms: [atom], place: atom.place), domain, .equal)
            pattern |= (keys[0] ^ domain.bias)
        }
        return domain.bits == 64 ? pattern : pattern & ((1 << domain.bits) - 1)
    }

    private func number(_ atom: Atom) throws(Misfit) -> FilterNumber? {
        guard !atom.isQuoted else { return nil }
        do throws(FilterNumber.Failure) {
            return try FilterNumber(atom.text)
        } catch {
            // `8:0` names a device, though it begins like a number.
            if !symbolValues(atom).isEmpty { return nil }
            switch error {
            case .unknownUnit(let unit):
                throw misfit(
                    "there is no unit '\(displayed(unit))'", atom.place,
                    hint: "a size has K M G T, a time ns us ms s m h")
            case .tooLarge: throw misfit("\(atom.shown) is too large", atom.place)
            case .fraction: throw misfit("\(atom.shown) is no whole number", atom.place)
            case .digit: throw misfit("'\(atom.shown)' is no number", atom.place)
            }
        }
    }

    private func checkUnit(_ number: FilterNumber, _ atom: Atom) throws(Misfit) {
        if case .field(let field) = value, !field.isTime { return }
        switch value {
        case .element: return
        case .field, .context(.time), .context(.elapsed), .context(.delta):
            if number.unit == .size { throw misfit("'\(name)' is a time, no size", atom.place) }
            guard number.unit == .duration || number.magnitude == 0 else {
                throw misfit(
                    "'\(name)' is a time, which needs a unit", atom.place,
                    hint: "\(atom.shown)s, \(atom.shown)ms or \(atom.shown)us?")
            }
        default:
            guard number.unit == .none else {
                throw misfit("'\(name)' is a plain number, without a unit", atom.place)
            }
        }
    }

    // MARK: Names of numbers

    private func symbolValues(_ atom: Atom, orThrow domain: NumberDomain) throws(Misfit) -> [UInt64] {
        let values = symbolValues(atom)
        if !values.isEmpty { return values }
        let known = presentedSymbols.map(\.name)
        var notes: [String] = []
        if !known.isEmpty {
            let shown = displayed(known.prefix(40).joined(separator: " "))
            notes.append("values: \(shown)\(known.count > 40 ? " ..." : "")")
        }
        if case .context(.uid) = value {
            throw misfit("'\(name)' is a number", atom.place, hint: "user == \(atom.shown)")
        }
        let candidates = known + errnoCandidates(atom) + signalCandidates(atom)
        throw misfit(
            known.isEmpty
                ? "'\(name)' is a number, and '\(atom.shown)' is none"
                : "'\(name)' has no value '\(atom.shown)'", atom.place,
            hint: nearest(to: String(decoding: atom.text, as: UTF8.self), among: candidates).map {
                "did you mean \(displayed($0))?"
            }, notes: notes)
    }

    /// The values of a name, as bits; none where the value has no such name.
    func symbolValues(_ atom: Atom) -> [UInt64] {
        let word = String(decoding: atom.text, as: UTF8.self)
        let presented = presentedSymbols.filter { $0.name == word }.map(\.value)
        if !presented.isEmpty { return presented }
        if atom.isQuoted { return atom.text.count == 1 ? [UInt64(atom.text[0])] : [] }
        if atom.isNull { return [0] }
        if word.hasPrefix("-"), let number = ErrnoNames.table.number(of: String(word.dropFirst())) {
            return [UInt64(bitPattern: -number)]
        }
        if let number = ErrnoNames.table.number(of: word) ?? SignalNames.table.number(of: word) {
            return [UInt64(bitPattern: number)]
        }
        guard case .field(let field) = value else { return [] }
        if field.type == "bool", word == "true" || word == "false" { return [word == "true" ? 1 : 0] }
        if field.namesSystemCalls(in: layout), let number = SyscallNames.table.number(of: word) {
            return [UInt64(bitPattern: number)]
        }
        return field.type == "dev_t" ? device(word) : []
    }

    private func device(_ word: String) -> [UInt64] {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = UInt64(parts[0]), let minor = UInt64(parts[1]), major < 1 << 12,
            minor < 1 << 20
        else { return [] }
        return [major << 20 | minor]
    }

    private var presentedSymbols: [(value: UInt64, name: String)] {
        guard case .field(let field) = value, !field.isText else { return [] }
        return presentations.presentation(of: field, in: layout)?.symbols ?? []
    }

    private func errnoCandidates(_ atom: Atom) -> [String] {
        let isNegative = atom.text.first == UInt8(ascii: "-")
        guard isNegative || atom.text.first == UInt8(ascii: "E") else { return [] }
        return ErrnoNames.table.names.map { (isNegative ? "-" : "") + $0 }
    }

    private func signalCandidates(_ atom: Atom) -> [String] {
        atom.text.starts(with: "SIG".utf8) ? SignalNames.table.names : []
    }
}
