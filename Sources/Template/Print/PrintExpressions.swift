import Tracepoints

extension PrintCompiler {
    private mutating func nested<T>(
        _ body: (inout PrintCompiler) throws(PrintFormat.Failure) -> T
    ) throws(PrintFormat.Failure) -> T {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= PrintCompiler.deepest else { throw failure("it is nested too deeply") }
        return try body(&self)
    }

    /// `a ? b : c` and all below.
    mutating func expression() throws(PrintFormat.Failure) -> PrintTerm {
        try nested { compiler throws(PrintFormat.Failure) in
            let condition = try compiler.operators(above: 0)
            guard compiler.take("?") else { return condition }
            let test = try compiler.truth(of: condition)
            // `a ?: b`
            let yes = compiler.isSign(":") ? condition : try compiler.expression()
            try compiler.expect(":")
            return try compiler.choose(test, yes, try compiler.expression())
        }
    }

    private mutating func choose(_ test: Int32, _ yes: PrintTerm, _ no: PrintTerm)
        throws(PrintFormat.Failure) -> PrintTerm
    {
        switch (yes.meaning, no.meaning) {
        case (.number(let left), .number(let right)):
            let common = left.common(with: right)
            let node = try builder.choice(
                test, try builder.convert(yes.node, from: left, to: common),
                try builder.convert(no.node, from: right, to: common))
            return PrintTerm(node: node, meaning: .number(common))
        case (.place(let left), .place):
            return PrintTerm(
                node: try builder.choice(test, yes.node, no.node), meaning: .place(left))
        case (.text, _), (_, .text), (.place, _), (_, .place):
            let node = try builder.choice(test, try builder.text(of: yes), try builder.text(of: no))
            return PrintTerm(node: node, meaning: .text)
        case (.address(let left), .address(let right)):
            return PrintTerm(
                node: try builder.choice(test, yes.node, no.node), meaning: .address(isText: left || right))
        case (.address, .number), (.number, .address):
            let isYes = if case .address = yes.meaning { true } else { false }
            return PrintTerm(
                node: try builder.choice(test, yes.node, no.node), meaning: (isYes ? yes : no).meaning)
        }
    }

    private static let precedence: [String: (level: Int, operation: PrintOperation)] = [
        "||": (1, .either), "&&": (2, .both), "|": (3, .or), "^": (4, .exclusiveOr), "&": (5, .and),
        "==": (6, .equal), "!=": (6, .notEqual), "<": (7, .less), ">": (7, .less), "<=": (7, .lessOrEqual),
        ">=": (7, .lessOrEqual), "<<": (8, .shiftLeft), ">>": (8, .shiftRight), "+": (9, .add),
        "-": (9, .subtract), "*": (10, .multiply), "/": (10, .divide), "%": (10, .remainder),
    ]

    /// Binary operators that bind more closely than `level`.
    private mutating func operators(above level: Int) throws(PrintFormat.Failure) -> PrintTerm {
        var left = try unary()
        while case .sign(let sign)? = content(), let entry = PrintCompiler.precedence[sign],
            entry.level > level
        {
            builder.offset = tokens[position].offset
            position += 1
            let right = try operators(above: entry.level)
            left =
                sign == ">" || sign == ">="
                ? try apply(entry.operation, right, left) : try apply(entry.operation, left, right)
        }
        return left
    }

    private mutating func apply(_ operation: PrintOperation, _ left: PrintTerm, _ right: PrintTerm)
        throws(PrintFormat.Failure) -> PrintTerm
    {
        if operation == .both || operation == .either {
            return try builder.logic(operation, try truth(of: left), try truth(of: right))
        }
        if case .place(let element) = left.meaning, operation == .add {
            let count = try number(right)
            return try builder.advance(left.node, by: count.node, element)
        }
        let (leftNode, leftType) = try number(left)
        let (rightNode, rightType) = try number(right)
        switch operation {
        case .shiftLeft, .shiftRight:
            let type = leftType.promoted
            let operand = try builder.convert(leftNode, from: leftType, to: type)
            return try builder.binary(operation, type, operand, rightNode, result: type)
        default:
            let type = leftType.common(with: rightType)
            let isComparison = [.less, .lessOrEqual, .equal, .notEqual].contains(operation)
            return try builder.binary(
                operation, type, try builder.convert(leftNode, from: leftType, to: type),
                try builder.convert(rightNode, from: rightType, to: type), result: isComparison ? .int : type)
        }
    }

    /// The node and type of a term that is a number, or an address taken as one.
    func number(_ term: PrintTerm) throws(PrintFormat.Failure) -> (node: Int32, scalar: Scalar) {
        switch term.meaning {
        case .number(let scalar): return (term.node, scalar)
        case .address: return (term.node, .unsignedLong)
        case .place, .text: throw failure("the address of a text or an array is not known")
        }
    }

    /// The node of a condition; what lies in the record has an address, so that it is true.
    mutating func truth(of term: PrintTerm) throws(PrintFormat.Failure) -> Int32 {
        switch term.meaning {
        case .number, .address: return term.node
        case .place, .text: return try builder.constant(1, .int).node
        }
    }

    private mutating func unary() throws(PrintFormat.Failure) -> PrintTerm {
        try nested { compiler throws(PrintFormat.Failure) in
            guard case .sign(let sign)? = compiler.content() else { return try compiler.postfix() }
            switch sign {
            case "(":
                if let type = compiler.takeCast() { return try compiler.cast(try compiler.unary(), to: type) }
                return try compiler.postfix()
            case "!":
                compiler.position += 1
                let operand = try compiler.truth(of: try compiler.unary())
                let node = try compiler.builder.unary(.not, .int, operand)
                return PrintTerm(node: node, meaning: .number(.int))
            case "-", "~", "+":
                compiler.position += 1
                let (node, scalar) = try compiler.number(try compiler.unary())
                let type = scalar.promoted
                let operand = try compiler.builder.convert(node, from: scalar, to: type)
                if sign == "+" { return PrintTerm(node: operand, meaning: .number(type)) }
                let result = try compiler.builder.unary(sign == "-" ? .negate : .complement, type, operand)
                return PrintTerm(node: result, meaning: .number(type))
            case "&":
                compiler.position += 1
                return try compiler.addressOf()
            case "*":
                compiler.position += 1
                let operand = try compiler.unary()
                guard case .place(let element) = operand.meaning else {
                    throw compiler.failure("it reads memory of the kernel")
                }
                let zero = try compiler.builder.constant(0, .int).node
                return try compiler.builder.element(operand.node, zero, element)
            default: throw compiler.failure("'\(sign)' stands where a value must")
            }
        }
    }

    /// `&REC->field`, `&REC->field[i]`: the bytes of the field, or those from an element on.
    private mutating func addressOf() throws(PrintFormat.Failure) -> PrintTerm {
        let isBracketed = take("(")
        guard content() == .name("REC"), isSign("->", ahead: 1) else {
            throw failure("an address in the kernel's memory is not known")
        }
        position += 2
        let field = try takeField()
        // A scalar is a place like any other here.
        let bytes = Field(
            name: field.name, type: field.type, offset: field.offset, size: field.size,
            kind: [.integer, .pointer].contains(field.kind) ? .array : field.kind, isSigned: field.isSigned,
            elementSize: field.elementSize, elementCount: field.elementCount)
        var term = try builder.field(bytes)
        if take("[") {
            guard case .place(let element) = term.meaning else { throw failure("no array") }
            let index = try number(try expression()).node
            try expect("]")
            term = try builder.advance(term.node, by: index, element)
        }
        if isBracketed { try expect(")") }
        return term
    }

    private mutating func postfix() throws(PrintFormat.Failure) -> PrintTerm {
        var term = try primary()
        while true {
            if take("[") {
                let index = try number(try expression()).node
                try expect("]")
                guard case .place(let element) = term.meaning else {
                    throw failure("it reads memory of the kernel")
                }
                term = try builder.element(term.node, index, element)
            } else if isSign("->") || isSign(".") {
                throw failure("a structure's member is not known")
            } else {
                return term
            }
        }
    }

    private mutating func primary() throws(PrintFormat.Failure) -> PrintTerm {
        if let text = texts() { return try builder.literal(text) }
        switch content() {
        case .number(let value, let scalar)?:
            position += 1
            return try builder.constant(value, scalar)
        case .name?:
            return try named(try takeName())
        case .sign("(")?:
            position += 1
            if isSign("{") { return try statements() }
            // `(REC)->field`
            if content() == .name("REC"), isSign(")", ahead: 1), isSign("->", ahead: 2) {
                position += 3
                return try builder.field(try takeField())
            }
            let term = try expression()
            try expect(")")
            return term
        default: throw failure("a value is missing")
        }
    }

    private mutating func named(_ name: String) throws(PrintFormat.Failure) -> PrintTerm {
        if isSign("(") {
            position += 1
            return try call(name)
        }
        if name == "REC" {
            try expect("->")
            return try builder.field(try takeField())
        }
        if let variable = variables[name] { return variable }
        switch name {
        case "jiffies": return try builder.jiffies()
        case "true", "false": return try builder.constant(name == "true" ? 1 : 0, .int)
        case "NULL":
            return PrintTerm(node: try builder.constant(0, .long).node, meaning: .address(isText: false))
        default: break
        }
        guard let value = enumerators()[name] else {
            position -= 1
            throw failure("'\(name)' is not known")
        }
        let fitsInt = value >= Int64(Int32.min) && value <= Int64(Int32.max)
        let fitsUnsigned = value >= 0 && value <= Int64(UInt32.max)
        return try builder.constant(value, fitsInt ? .int : fitsUnsigned ? .unsignedInt : .long)
    }

    /// The values of all names of the text that may be enumerators; they are looked up together.
    private mutating func enumerators() -> [String: Int64] {
        if let constants { return constants }
        var names: Set<String> = []
        for (index, token) in tokens.enumerated() {
            guard case .name(let name) = token.content, !Scalar.isTypeWord(name) else { continue }
            let before = index > 0 ? tokens[index - 1].content : .sign(",")
            let after = index + 1 < tokens.count ? tokens[index + 1].content : .sign(",")
            if before == .sign("->") || after == .sign("(") || after == .sign("->") { continue }
            if before == .name("struct") || before == .name("union") || before == .name("enum") { continue }
            names.insert(name)
        }
        let found = symbols.constants(named: names.sorted())
        constants = found
        return found
    }

    /// `({ type name = value; ... value; })`; the bracket is already taken.
    private mutating func statements() throws(PrintFormat.Failure) -> PrintTerm {
        try expect("{")
        var last: PrintTerm?
        while !isSign("}") {
            let start = position
            if let type = takeTypeName(), case .name(let name)? = content(), isSign("=", ahead: 1) {
                position += 2
                variables[name] = try cast(try expression(), to: type)
            } else {
                position = start
                last = try expression()
            }
            try expect(";")
        }
        try expect("}")
        try expect(")")
        guard let last else { throw failure("the statements yield no value") }
        return last
    }
}
