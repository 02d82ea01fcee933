import Tracepoints

extension PrintCompiler {
    /// A call of a function or macro that the kernel leaves in print formats; its bracket is taken.
    mutating func call(_ name: String) throws(PrintFormat.Failure) -> PrintTerm {
        switch name {
        case "__print_symbolic", "__print_symbolic_u64": return try printSymbolic()
        case "__print_flags", "__print_flags_u64": return try printFlags()
        case "__print_hex", "__print_hex_str": return try printHex(isJoined: name == "__print_hex_str")
        case "__print_array": return try printArray()
        case "__print_dynamic_array": return try printDynamicArray()
        case "__get_str", "__get_rel_str", "__get_dynamic_array", "__get_rel_dynamic_array", "__get_sockaddr",
            "__get_rel_sockaddr":
            return try content()
        case "__get_dynamic_array_len", "__get_rel_dynamic_array_len": return try contentLength()
        case "__get_bitmask", "__get_rel_bitmask", "__get_cpumask", "__get_rel_cpumask":
            return try builder.bitmask(try content().node)
        case "__print_ns_to_secs", "__print_ns_without_secs":
            return try nanoseconds(isRest: name == "__print_ns_without_secs")
        case "sizeof": return try size()
        case "__builtin_constant_p":
            try skipArguments()
            return try builder.constant(0, .int)
        case "__builtin_expect", "likely", "unlikely": return try expected()
        case "MAJOR", "MINOR": return try device(isMinor: name == "MINOR")
        case "jiffies_to_msecs", "jiffies_to_usecs":
            return try ticks(perSecond: name == "jiffies_to_msecs" ? 1000 : 1_000_000)
        case "mc_event_error_type": return try errorType()
        default:
            if let swap = PrintCompiler.byteOrder(name) { return try ordered(swap) }
            throw failure("the function \(name)() is not known")
        }
    }

    /// An expression that must be a number, as a value of type `scalar`.
    private mutating func argument(as scalar: Scalar) throws(PrintFormat.Failure) -> Int32 {
        let (node, from) = try number(try expression())
        return try builder.convert(node, from: from, to: scalar)
    }

    // MARK: Names

    private mutating func printSymbolic() throws(PrintFormat.Failure) -> PrintTerm {
        let value = try argument(as: .unsignedLong)
        let list = builder.list(try entries())
        return try builder.symbolic(value, list)
    }

    private mutating func printFlags() throws(PrintFormat.Failure) -> PrintTerm {
        let value = try argument(as: .unsignedLong)
        try expect(",")
        let delimiter = try expression()
        // A null pointer stands for no delimiter.
        let text = builder.literalText(delimiter.node).map(Array.init) ?? []
        guard delimiter.meaning == .text || builder.constantValue(delimiter.node) == 0 else {
            throw failure("the delimiter is no text")
        }
        let node = try builder.literal(text).node
        let list = builder.list(try entries())
        return try builder.flags(value, list, delimiter: node)
    }

    /// `, { value, "name" }, ...)`
    private mutating func entries() throws(PrintFormat.Failure) -> [(value: UInt64, name: [UInt8])] {
        var names: [(value: UInt64, name: [UInt8])] = []
        // The kernel's search ends at an entry without a name.
        var isClosed = false
        while take(",") {
            // A comma may stand after the last.
            if take(")") { return names }
            try expect("{")
            if take("}") {
                isClosed = true
                continue
            }
            let node = try argument(as: .unsignedLong)
            guard let value = builder.constantValue(node) else {
                throw failure("the value of a name is no constant")
            }
            try expect(",")
            let name = try expression()
            _ = take(",")
            try expect("}")
            if let text = builder.literalText(name.node) {
                if !isClosed { names.append((UInt64(bitPattern: value), Array(text))) }
            } else if builder.constantValue(name.node) == 0 {
                isClosed = true
            } else {
                throw failure("the name of a value is no text")
            }
        }
        try expect(")")
        return names
    }

    /// What the kernel's function makes of a memory error's type.
    private mutating func errorType() throws(PrintFormat.Failure) -> PrintTerm {
        let value = try argument(as: .unsignedInt)
        try expect(")")
        let names = ["Corrected", "Uncorrected", "Deferred", "Fatal"]
        let list = builder.list(names.enumerated().map { (UInt64($0.offset), Array($0.element.utf8)) })
        return try builder.symbolic(value, list, other: try builder.literal(Array("Info".utf8)).node)
    }

    // MARK: Arrays

    private mutating func place() throws(PrintFormat.Failure) -> (node: Int32, element: Scalar) {
        let term = try expression()
        guard case .place(let element) = term.meaning else { throw failure("it reads memory of the kernel") }
        return (term.node, element)
    }

    /// An expression that says how long something is.
    private mutating func measure() throws(PrintFormat.Failure) -> Int32 { try number(try expression()).node }

    private mutating func printHex(isJoined: Bool) throws(PrintFormat.Failure) -> PrintTerm {
        let place = try place().node
        try expect(",")
        let count = try measure()
        try expect(")")
        return try builder.hex(place, count, isJoined: isJoined)
    }

    private mutating func printArray() throws(PrintFormat.Failure) -> PrintTerm {
        let place = try place().node
        try expect(",")
        let count = try measure()
        try expect(",")
        let size = try measure()
        try expect(")")
        return try builder.array(place, count, size)
    }

    private mutating func printDynamicArray() throws(PrintFormat.Failure) -> PrintTerm {
        let field = try takeField()
        try expect(",")
        let size = try measure()
        try expect(")")
        let length = try builder.contentLength(of: field)
        guard let bytes = builder.constantValue(size), bytes > 0 else {
            throw failure("the size is no constant")
        }
        let count = try builder.binary(.divide, .int, length.node, size, result: .int)
        return try builder.array(try builder.content(of: field).node, count.node, size)
    }

    private mutating func content() throws(PrintFormat.Failure) -> PrintTerm {
        let field = try takeField()
        try expect(")")
        return try builder.content(of: field)
    }

    private mutating func contentLength() throws(PrintFormat.Failure) -> PrintTerm {
        let field = try takeField()
        try expect(")")
        return try builder.contentLength(of: field)
    }

    // MARK: Numbers

    private mutating func expected() throws(PrintFormat.Failure) -> PrintTerm {
        let term = try expression()
        try expect(",")
        _ = try expression()
        try expect(")")
        return term
    }

    private mutating func nanoseconds(isRest: Bool) throws(PrintFormat.Failure) -> PrintTerm {
        let value = try argument(as: .unsignedLong)
        try expect(")")
        let second = try builder.constant(1_000_000_000, .unsignedLong).node
        return try builder.binary(
            isRest ? .remainder : .divide, .unsignedLong, value, second,
            result: isRest ? .unsignedInt : .unsignedLong)
    }

    /// The parts of the kernel's own `dev_t`.
    private mutating func device(isMinor: Bool) throws(PrintFormat.Failure) -> PrintTerm {
        let value = try argument(as: .unsignedInt)
        try expect(")")
        let operand = try builder.constant(isMinor ? 0xf_ffff : 20, .unsignedInt).node
        return try builder.binary(
            isMinor ? .and : .shiftRight, .unsignedInt, value, operand, result: .unsignedInt)
    }

    private mutating func ticks(perSecond units: UInt64) throws(PrintFormat.Failure) -> PrintTerm {
        let value = try argument(as: .unsignedLong)
        try expect(")")
        let scaled = try builder.binary(
            .multiply, .unsignedLong, value, try builder.constant(Int64(units), .unsignedLong).node,
            result: .unsignedLong)
        let rate = try builder.constant(Int64(bitPattern: symbols.ticksPerSecond), .unsignedLong).node
        let result = try builder.binary(.divide, .unsignedLong, scaled.node, rate, result: .unsignedLong)
        return PrintTerm(
            node: try builder.convert(result.node, from: .unsignedLong, to: .unsignedInt),
            meaning: .number(.unsignedInt))
    }

    /// The width of a conversion between byte orders and whether it swaps here, by the function's name.
    private static func byteOrder(_ name: String) -> (size: UInt8, swaps: Bool, readsPlace: Bool)? {
        var core = name[...].drop { $0 == "_" }
        let readsPlace = core.hasSuffix("p") && core.contains("_to_cpu")
        if readsPlace { core = core.dropLast() }
        switch core {
        case "ntohs", "htons", "be16_to_cpu", "cpu_to_be16", "fswab16", "swab16": return (2, true, readsPlace)
        case "ntohl", "htonl", "be32_to_cpu", "cpu_to_be32", "fswab32", "swab32": return (4, true, readsPlace)
        case "be64_to_cpu", "cpu_to_be64", "fswab64", "swab64": return (8, true, readsPlace)
        case "le16_to_cpu", "cpu_to_le16": return (2, false, readsPlace)
        case "le32_to_cpu", "cpu_to_le32": return (4, false, readsPlace)
        case "le64_to_cpu", "cpu_to_le64": return (8, false, readsPlace)
        default: return nil
        }
    }

    private mutating func ordered(_ order: (size: UInt8, swaps: Bool, readsPlace: Bool))
        throws(PrintFormat.Failure) -> PrintTerm
    {
        let scalar = Scalar(size: order.size, isSigned: false)
        var node: Int32
        if order.readsPlace {
            let place = try place().node
            node = try builder.element(place, try builder.constant(0, .int).node, scalar).node
        } else {
            node = try argument(as: scalar)
        }
        try expect(")")
        if order.swaps { node = try builder.unary(.swap, scalar, node) }
        return PrintTerm(node: node, meaning: .number(scalar))
    }
}
