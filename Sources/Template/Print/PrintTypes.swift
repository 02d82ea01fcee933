import Tracepoints

extension PrintCompiler {
    /// The type that a cast or a declaration names.
    struct TypeName {
        /// The words before any asterisk.
        let words: [String]
        let isPointer: Bool
    }

    /// Takes `(type)` if a cast stands here.
    mutating func takeCast() -> TypeName? {
        let start = position
        position += 1
        guard case .name(let first)? = content() else {
            position = start
            return nil
        }
        if let type = takeTypeName(), isSign(")") {
            // A name in brackets that is no known type is one only where a value follows at once.
            let isType = type.isPointer || Scalar.isTypeWord(first) || startsOperand(ahead: 1)
            if isType, first != "REC" {
                position += 1
                return type
            }
        }
        position = start
        return nil
    }

    /// Whether what stands there can only start a value, and so cannot follow one.
    private func startsOperand(ahead: Int) -> Bool {
        switch content(ahead) {
        case .name?, .number?, .text?: true
        case .sign(let sign)?: ["(", "~", "!"].contains(sign)
        case nil: false
        }
    }

    /// Takes the words of a type and its asterisks; `nil` with nothing taken where there are none.
    mutating func takeTypeName() -> TypeName? {
        let start = position
        var words: [String] = []
        while case .name(let word)? = content() {
            // The last word of a declaration is the variable's.
            if !words.isEmpty, isSign("=", ahead: 1) { break }
            words.append(word)
            position += 1
        }
        var isPointer = false
        while !words.isEmpty, isSign("*") || (isPointer && content() == .name("const")) {
            isPointer = true
            position += 1
        }
        if words.isEmpty || isSign("->") || (words.count == 1 && isSign("(")) {
            position = start
            return nil
        }
        return TypeName(words: words, isPointer: isPointer)
    }

    /// The integer type of those words: a C type, or that of a field which is declared by the same words.
    private func scalar(of type: TypeName) -> Scalar? {
        if let known = Scalar.named(type.words) { return known }
        let name = type.words.joined(separator: " ")
        guard let field = layout.fields.first(where: { $0.kind == .integer && $0.type == name }) else {
            return nil
        }
        return Scalar(size: UInt8(truncatingIfNeeded: field.size), isSigned: field.isSigned)
    }

    mutating func cast(_ term: PrintTerm, to type: TypeName) throws(PrintFormat.Failure) -> PrintTerm {
        if type.isPointer {
            switch term.meaning {
            case .place(let element):
                return PrintTerm(node: term.node, meaning: .place(scalar(of: type) ?? element))
            case .text: return term
            case .number, .address:
                return PrintTerm(node: term.node, meaning: .address(isText: type.words.contains("char")))
            }
        }
        // The width of an unknown type is taken to be the value's own.
        guard let target = scalar(of: type) else { return term }
        let (node, from) = try number(term)
        if type.words == ["bool"] || type.words == ["_Bool"] {
            let zero = try builder.constant(0, .int).node
            return try builder.binary(.notEqual, .long, node, zero, result: .int)
        }
        return PrintTerm(
            node: try builder.convert(node, from: from, to: target), meaning: .number(target))
    }

    /// `sizeof`, its bracket already taken.
    mutating func size() throws(PrintFormat.Failure) -> PrintTerm {
        if content() == .name("REC"), isSign("->", ahead: 1) {
            position += 2
            let field = try takeField()
            try expect(")")
            return try builder.constant(Int64(field.size), .unsignedLong)
        }
        guard let type = takeTypeName(), let size = type.isPointer ? 8 : scalar(of: type)?.size else {
            throw failure("the size of a type is not known")
        }
        try expect(")")
        return try builder.constant(Int64(size), .unsignedLong)
    }
}
