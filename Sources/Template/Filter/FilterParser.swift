/// Reads the text of a filter, by recursive descent with the precedence that C has.
struct FilterParser {
    private var lexer: FilterLexer
    /// The piece that is looked at.
    private var token: FilterToken
    /// What the lexer could not read, thrown when its place is reached.
    private var failure: TemplateError?
    private var depth = 0

    /// How deep parentheses and `!` may nest.
    static let deepest = 100

    init(_ text: String) {
        lexer = FilterLexer(text)
        token = FilterToken(kind: .end, atom: Atom(text: [], isQuoted: false))
        advance()
    }

    mutating func filter() throws(TemplateError) -> Expression {
        if token.kind == .end, failure == nil {
            throw TemplateError("the filter is empty", at: token.range, hint: "such as pid == 1")
        }
        let expression = try disjunction()
        try check()
        guard token.kind == .end else { throw try trailing() }
        return expression
    }

    private mutating func advance(isGlob: Bool = false) {
        do throws(TemplateError) {
            token = try lexer.next(isGlob: isGlob)
        } catch {
            failure = failure ?? error
            token = FilterToken(
                kind: .end, atom: Atom(text: [], isQuoted: false, place: Place(range: error.range)))
        }
    }

    private func check() throws(TemplateError) {
        if token.kind == .end, let failure { throw failure }
    }

    private mutating func accept(_ kind: FilterToken.Kind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }

    // MARK: Conditions

    private mutating func disjunction() throws(TemplateError) -> Expression {
        var parts = [try conjunction()]
        while accept(.or) { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .or(parts.flatMap(\.alternatives))
    }

    private mutating func conjunction() throws(TemplateError) -> Expression {
        var parts = [try condition()]
        while accept(.and) { parts.append(try condition()) }
        return parts.count == 1 ? parts[0] : .and(parts.flatMap(\.conjuncts))
    }

    private mutating func condition() throws(TemplateError) -> Expression {
        try check()
        let start = token
        guard start.kind == .not || start.kind == .open else { return try simple() }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw TemplateError("the filter nests deeper than \(Self.deepest)", at: start.range)
        }
        advance()
        if start.kind == .not { return try negation(start) }
        let inner = try disjunction()
        guard token.kind == .close else {
            try check()
            if token.kind == .end {
                throw TemplateError("this '(' is not closed", at: start.range, hint: "a ) is missing")
            }
            throw try trailing()
        }
        advance()
        // `(flags & 4) == 4`
        if case .truth(let subject) = inner, isOperator(token) {
            return try comparison(of: subject)
        }
        return inner
    }

    /// What follows `!`. In C, `!a == b` compares `!a`, which hardly anybody means.
    private mutating func negation(_ sign: FilterToken) throws(TemplateError) -> Expression {
        let isBare = token.kind == .word
        let part = try condition()
        let isWide =
            switch part {
            case .comparison, .membership: true
            case .truth(let subject): subject.mask != nil
            case .or, .and, .not, .constant: false
            }
        guard !isBare || !isWide else {
            throw TemplateError(
                "it is not clear how far '!' reaches", at: sign.range, hint: "write !(\(part))")
        }
        return .not(part)
    }

    private func isOperator(_ token: FilterToken) -> Bool {
        switch token.kind {
        case .comparison, .assign: true
        case .word: token.atom.text.elementsEqual("in".utf8)
        default: false
        }
    }

    /// A condition without `&&`, `||`, `!`.
    private mutating func simple() throws(TemplateError) -> Expression {
        let first = token
        guard first.kind == .word else { throw unexpected(first, "a field's name") }
        advance()
        let word = first.atom.shown
        let isAlone = !isOperator(token) && token.kind != .bits
        if isAlone, word == "true" || word == "false" { return .constant(word == "true") }
        let name = try name(first)
        guard token.kind == .bits else {
            guard isOperator(token) else {
                try checkFollower()
                return .truth(Subject(name))
            }
            return try comparison(of: Subject(name))
        }
        advance()
        let mask = try mask()
        let subject = Subject(
            name, mask: mask, place: Place(range: first.range.lowerBound..<mask.place.range.upperBound))
        if isOperator(token) {
            let rest = "\(name) & \(mask)"
            throw TemplateError(
                "in C this compares before it masks", at: subject.place.range, hint: "write (\(rest)) ...")
        }
        return .truth(subject)
    }

    private mutating func comparison(of subject: Subject) throws(TemplateError) -> Expression {
        let sign = token
        switch sign.kind {
        case .assign:
            advance()
            if token.kind == .comparison(.like) {
                throw TemplateError(
                    "there is no '=~'", at: sign.range.lowerBound..<token.range.upperBound,
                    hint: "write ~ for a glob")
            }
            throw TemplateError("'=' does not compare", at: sign.range, hint: "write ==")
        case .word:
            advance()
            return .membership(subject, try items())
        case .comparison(let comparison):
            advance(isGlob: comparison.isGlob)
            try checkSign(sign, comparison)
            let literal = try literal(after: sign)
            if comparison.isGlob, literal.atoms.count > 1 {
                throw TemplateError(
                    "a glob stands alone", at: literal.place.range,
                    hint: "\(subject) ~ ... || \(subject) ~ ...")
            }
            if isOperator(token) || token.kind == .bits {
                throw TemplateError(
                    "comparisons do not chain", at: token.range, hint: "join them with &&")
            }
            return .comparison(subject, comparison, literal)
        default: preconditionFailure("no operator")
        }
    }

    /// Catches what other languages write in place of an operator.
    private func checkSign(_ sign: FilterToken, _ comparison: Comparison) throws(TemplateError) {
        let both = sign.range.lowerBound..<token.range.upperBound
        guard sign.range.upperBound == token.range.lowerBound else { return }
        switch (comparison, token.kind) {
        case (.equal, .assign), (.unequal, .assign):
            throw TemplateError(
                "there is no '\(comparison.rawValue)='", at: both, hint: "write \(comparison.rawValue)")
        case (.less, .comparison(.greater)):
            throw TemplateError("there is no '<>'", at: both, hint: "write !=")
        default: break
        }
    }

    /// The list after `in`.
    private mutating func items() throws(TemplateError) -> [Literal] {
        try check()
        let start = token
        guard accept(.open) else {
            throw TemplateError(
                "a list in parentheses must follow 'in'", at: start.range, hint: "such as in (1, 2, 5..9)")
        }
        var items: [Literal] = []
        repeat {
            if token.kind == .close {
                throw TemplateError(
                    items.isEmpty ? "the list is empty" : "a value is missing", at: token.range)
            }
            items.append(try literal(after: start))
        } while accept(.comma)
        try check()
        guard token.kind == .close else {
            if token.kind == .end {
                throw TemplateError("this '(' is not closed", at: start.range, hint: "a ) is missing")
            }
            throw TemplateError(
                "the values of a list have commas between them", at: token.range, hint: "in (1, 2, 5..9)")
        }
        advance()
        return items
    }

    /// The value after `&`, in parentheses where it has several parts.
    private mutating func mask() throws(TemplateError) -> Literal {
        let start = token
        guard accept(.open) else { return try literal(after: start) }
        let literal = try literal(after: start)
        try check()
        guard accept(.close) else {
            throw TemplateError("this '(' is not closed", at: start.range, hint: "a ) is missing")
        }
        return literal
    }

    private mutating func literal(after sign: FilterToken) throws(TemplateError) -> Literal {
        var atoms: [Atom] = []
        repeat {
            try check()
            guard token.kind == .word || token.kind == .text else {
                throw unexpected(token, "a value", after: sign)
            }
            atoms.append(token.atom)
            advance()
        } while accept(.bar)
        let range = atoms[0].place.range.lowerBound..<atoms[atoms.count - 1].place.range.upperBound
        return Literal(atoms: atoms, place: Place(range: range))
    }

    // MARK: Names

    private func name(_ token: FilterToken) throws(TemplateError) -> Alternative {
        guard let name = Alternative(token.atom) else { throw badName(token) }
        return name
    }

    private func badName(_ token: FilterToken) -> TemplateError {
        let word = token.atom.shown
        let hint: String? =
            if word.hasPrefix("$") || word.hasPrefix("%") {
                "write \(word.dropFirst())"
            } else if word.hasPrefix("args-") || word.hasPrefix("args.") {
                "write the field's name alone"
            } else if let first = word.utf8.first, (0x30...0x39).contains(first) || first == UInt8(ascii: "-")
            {
                "the field stands on the left: pid == \(word)"
            } else {
                nil
            }
        return TemplateError("'\(word)' is no name of a field", at: token.range, hint: hint)
    }

    // MARK: Errors

    private func unexpected(
        _ token: FilterToken, _ wanted: String, after sign: FilterToken? = nil
    ) -> TemplateError {
        let shown = token.atom.shown
        switch token.kind {
        case .end:
            return TemplateError("\(wanted) is missing at the end", at: token.range)
        case .text:
            return TemplateError(
                "\(wanted) is expected here, not quoted text", at: token.range,
                hint: "the field stands on the left: comm == \"sh\"")
        case .comparison(.less):
            return TemplateError(
                "\(wanted) is expected here, not '<'", at: token.range,
                hint: "a filter writes names without < >")
        default:
            return TemplateError("\(wanted) is expected here, not '\(shown)'", at: token.range)
        }
    }

    /// Tells of words that stand where an operator should.
    private func checkFollower() throws(TemplateError) {
        guard token.kind == .word || token.kind == .text else { return }
        throw try trailing()
    }

    /// What is wrong with a piece that cannot follow a condition.
    private func trailing() throws(TemplateError) -> TemplateError {
        try check()
        let shown = token.atom.shown
        let range = token.range
        switch token.kind {
        case .close: return TemplateError("this ')' closes nothing", at: range)
        case .comma: return TemplateError("a ',' stands in lists only", at: range, hint: "in (1, 2)")
        case .bits:
            return TemplateError(
                "a '&' tests the bits of a field", at: range, hint: "write && to join conditions")
        case .bar: return TemplateError("there is no '|' between conditions", at: range, hint: "write ||")
        case .text: return TemplateError("an operator is missing before the text", at: range, hint: "== or ~")
        case .word:
            switch shown.lowercased() {
            case "and": return TemplateError("there is no 'and'", at: range, hint: "write &&")
            case "or": return TemplateError("there is no 'or'", at: range, hint: "write ||")
            case "not": return TemplateError("there is no 'not'", at: range, hint: "write !(...)")
            case "like", "matches", "glob":
                return TemplateError("there is no '\(shown)'", at: range, hint: "write ~ for a glob")
            case "contains":
                return TemplateError("there is no 'contains'", at: range, hint: "write ~ \"*text*\"")
            case "is", "eq": return TemplateError("there is no '\(shown)'", at: range, hint: "write ==")
            case "ne": return TemplateError("there is no 'ne'", at: range, hint: "write !=")
            default: break
            }
            if shown.utf8.count == 1, "+-*/%^".contains(shown) {
                return TemplateError("a filter does not calculate", at: range)
            }
            return TemplateError(
                "an operator is missing before '\(shown)'", at: range, hint: "such as == or &&")
        default: return TemplateError("'\(shown)' cannot stand here", at: range)
        }
    }
}

extension Expression {
    /// The parts of an `||`, or the expression alone.
    fileprivate var alternatives: [Expression] { if case .or(let parts) = self { parts } else { [self] } }
    /// The parts of an `&&`, or the expression alone.
    fileprivate var conjuncts: [Expression] { if case .and(let parts) = self { parts } else { [self] } }
}

extension Alternative {
    /// The name that a word of a filter is, `.pid` or `args[2]` for example; `nil` where it is none.
    init?(_ atom: Atom) {
        guard !atom.isQuoted else { return nil }
        var rest = atom.text[...]
        var scope = Scope.any
        switch rest.first {
        case UInt8(ascii: "."): scope = .own
        case UInt8(ascii: "@"): scope = .context
        default: break
        }
        if scope != .any { rest = rest.dropFirst() }
        let first = rest.startIndex
        func nameEnd(_ start: Int) -> Int {
            rest[start...].indices.first { !isNameByte(rest[$0], isFirst: $0 == start) } ?? rest.endIndex
        }
        var end = nameEnd(first)
        if isSide(rest[..<end]), end + 1 < rest.endIndex, rest[end] == UInt8(ascii: "."),
            isNameByte(rest[end + 1], isFirst: true)
        {
            end = nameEnd(end + 1)
        }
        let identifier = rest[..<end]
        rest = rest[end...]
        var index: Int?
        if rest.first == UInt8(ascii: "["), rest.last == UInt8(ascii: "]") {
            index = Int(String(decoding: rest.dropFirst().dropLast(), as: UTF8.self))
            if let index, (0...0xffff).contains(index) { rest = [] }
        }
        guard !identifier.isEmpty, rest.isEmpty else { return nil }
        self.init(
            scope: scope, name: String(decoding: identifier, as: UTF8.self), index: index, place: atom.place)
    }
}
