import Tracepoints

extension SyscallView {
    @inline(__always)
    func appendName(_ call: PendingCall, _ plan: SyscallPlan, into line: inout LineBuffer) {
        if options.isColoured { line.append("\u{1b}[36m") }
        appendPlainName(call, plan, into: &line)
        if options.isColoured { line.append("\u{1b}[0m") }
    }

    @inline(__always)
    private func appendPlainName(_ call: PendingCall, _ plan: SyscallPlan, into line: inout LineBuffer) {
        line.append(plan.name, of: table.pool)
        guard plan.showsNumber else { return }
        line.append("_")
        line.appendDecimal(signed: call.number)
    }

    /// Appends a call as `name(argument: value, ...)`.
    mutating func appendCall(_ call: PendingCall, _ plan: SyscallPlan, into line: inout LineBuffer) {
        appendName(call, plan, into: &line)
        line.append(UInt8(ascii: "("))
        if plan.argumentCount < 0 {
            // Nothing is known of its arguments: all registers.
            for place in 0..<6 {
                if place > 0 { line.append(", ") }
                line.append(call.argument(place), bits: 4, style: NumberStyle(isAlternate: true))
            }
        }
        var path = 0
        for place in 0..<max(0, Int(plan.argumentCount)) {
            let argument = table.arguments[Int(plan.firstArgument) &+ place]
            if argument.isModeOfOpen, !makesFile(call, before: place) { continue }
            if place > 0 { line.append(", ") }
            line.append(argument.name, of: table.pool)
            line.append(": ")
            if argument.kind == .path {
                appendPath(call, path, call.argument(place), into: &line)
                path += 1
            } else {
                appendValue(call.argument(place), argument, into: &line)
            }
        }
        line.append(UInt8(ascii: ")"))
    }

    /// Whether the flags before the mode of an `open` make a file.
    private func makesFile(_ call: PendingCall, before place: Int) -> Bool {
        place > 0 && call.argument(place - 1) & (0x40 | 0x400000) != 0
    }

    private func appendPath(
        _ call: PendingCall, _ path: Int, _ address: UInt64, into line: inout LineBuffer
    ) {
        let block = call.text(path)
        guard block >= 0 else {
            appendPointer(address, into: &line)
            return
        }
        line.append(UInt8(ascii: "\""))
        let start = line.count
        unsafe line.appendText(Bytes(texts.bytes(block)))
        line.escapeQuotes(from: start)
        line.append(UInt8(ascii: "\""))
        if !call.isCertain(path) { line.append(UInt8(ascii: "~")) }
    }

    private func appendPointer(_ address: UInt64, into line: inout LineBuffer) {
        if address == 0 {
            line.append("NULL")
        } else {
            line.append(address, bits: 4, style: NumberStyle(isAlternate: true))
        }
    }

    /// Appends the value of an argument other than a path.
    func appendValue(_ register: UInt64, _ argument: SyscallArgument, into line: inout LineBuffer) {
        let value = argument.bits == 64 ? register : register & (1 << UInt64(argument.bits) &- 1)
        let signed = argument.bits == 32 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
        switch argument.kind {
        case .signed: line.appendDecimal(signed: signed)
        case .unsigned: line.appendDecimal(value)
        case .hex:
            if value == 0 { line.append(0x30) } else { appendPointer(value, into: &line) }
        case .octal:
            line.append(0x30)
            if value != 0 { line.append(value, bits: 3, style: NumberStyle()) }
        case .pointer, .path: appendPointer(value, into: &line)
        case .folder:
            if signed == -100 { line.append("AT_FDCWD") } else { line.appendDecimal(signed: signed) }
        case .signal: line.appendSignal(signed)
        case .named: appendNames(value, signed, argument, into: &line)
        }
    }

    /// Appends the names that make up a value, and what is left of it as a number.
    private func appendNames(
        _ value: UInt64, _ signed: Int64, _ argument: SyscallArgument, into line: inout LineBuffer
    ) {
        var rest = value
        var isFirst = true
        var known: UInt64 = 0
        for index in Int(argument.firstValue)..<Int(argument.firstValue + argument.valueCount) {
            let entry = table.values[index]
            // Bits that a name was found for have no other; those of all names are one number.
            guard known & entry.mask == 0 || entry.mask == entry.value, rest & entry.mask == entry.value,
                entry.mask != 0, entry.value != 0 || known & entry.mask == 0,
                entry.value != 0 || isFirst
            else { continue }
            // Nothing is the name of zero only where nothing else is set beside it.
            if !isFirst { line.append(UInt8(ascii: "|")) }
            line.append(entry.name, of: table.pool)
            isFirst = false
            known |= entry.mask
            rest &= ~entry.mask
            if rest == 0 { break }
        }
        guard rest != 0 || isFirst else { return }
        if !isFirst { line.append(UInt8(ascii: "|")) }
        let hasBits = argument.valueCount > 0 && table.values[Int(argument.firstValue)].mask != UInt64.max
        if hasBits, rest != 0 {
            line.append(rest, bits: 4, style: NumberStyle(isAlternate: true))
        } else if !hasBits, value > 0xffff {
            line.append(value, bits: 4, style: NumberStyle(isAlternate: true))
        } else {
            line.appendDecimal(signed: signed)
        }
    }

    /// Appends ` = 3` or ` = -1 ENOENT (No such file or directory)`.
    @inline(__always)
    mutating func appendResult(_ result: Int64?, _ plan: SyscallPlan, into line: inout LineBuffer) {
        line.append(" = ")
        guard let result else {
            line.append(UInt8(ascii: "?"))
            return
        }
        if result < 0, result >= -4095 {
            appendError(result, into: &line)
        } else if plan.returnsAddress {
            line.append(UInt64(bitPattern: result), bits: 4, style: NumberStyle(isAlternate: true))
        } else {
            line.appendDecimal(signed: result)
        }
    }

    /// Whether a result says that the call is to be made again, which no program sees.
    static func isRestart(_ result: Int64) -> Bool {
        result == -512 || result == -513 || result == -514 || result == -516
    }

    @inline(never)
    private mutating func appendError(_ result: Int64, into line: inout LineBuffer) {
        let text = table.errorText(Int(-result))
        if options.isColoured { line.append("\u{1b}[31m") }
        line.append(Self.isRestart(result) ? "? " : "-1 ")
        line.append(text, of: table.pool)
        if options.isColoured { line.append("\u{1b}[0m") }
    }

    @inline(__always)
    func appendDuration(_ duration: UInt64, into line: inout LineBuffer) {
        line.append(options.isColoured ? "  \u{1b}[2m" : "  ")
        line.appendDuration(duration, isNegative: false, scale: 1, digits: 1)
        if options.isColoured { line.append("\u{1b}[0m") }
    }

    // MARK: JSON

    /// Appends a call as an object on a line of its own.
    mutating func appendJSON(
        _ call: PendingCall, _ plan: SyscallPlan, _ sample: Sample, _ result: Int64?, end: UInt64?,
        isAlone: Bool = false, into line: inout LineBuffer
    ) {
        line.append("{\"time\":")
        line.appendSeconds(call.start, isNegative: false, digits: 9, style: NumberStyle())
        line.append(",\"duration\":")
        if let end {
            line.appendSeconds(end &- call.start, isNegative: false, digits: 9, style: NumberStyle())
        } else {
            line.append("null")
        }
        line.append(",\"cpu\":")
        line.appendDecimal(signed: Int64(sample.cpu))
        line.append(",\"pid\":")
        line.appendDecimal(signed: Int64(sample.pid))
        line.append(",\"tid\":")
        line.appendDecimal(signed: Int64(sample.tid))
        line.append(",\"comm\":")
        if sample.comm.isUnknown {
            line.append("null")
        } else {
            unsafe withUnsafeBytes(of: sample.comm) { bytes in
                unsafe line.appendJSONText(Bytes(bytes).untilNul())
            }
        }
        line.append(",\"name\":\"")
        appendPlainName(call, plan, into: &line)
        line.append("\",\"args\":")
        if isAlone { line.append("null") } else { appendJSONArguments(call, plan, into: &line) }
        line.append(",\"result\":")
        if let result, !Self.isRestart(result) {
            if plan.returnsAddress, result >= 0 || result < -4095 {
                line.append("\"")
                line.append(UInt64(bitPattern: result), bits: 4, style: NumberStyle(isAlternate: true))
                line.append("\"")
            } else {
                line.appendDecimal(signed: result < 0 && result >= -4095 ? -1 : result)
            }
        } else {
            line.append("null")
        }
        line.append(",\"error\":")
        if let result, result < 0, result >= -4095 {
            line.append(UInt8(ascii: "\""))
            line.appendErrno(result, isSigned: true)
            line.append(UInt8(ascii: "\""))
        } else {
            line.append("null")
        }
        line.append("}\n")
    }

    private mutating func appendJSONArguments(
        _ call: PendingCall, _ plan: SyscallPlan, into line: inout LineBuffer
    ) {
        line.append(UInt8(ascii: "{"))
        if plan.argumentCount < 0 {
            for place in 0..<6 {
                if place > 0 { line.append(",") }
                line.append("\"")
                line.appendDecimal(UInt64(place))
                line.append("\":\"")
                line.append(call.argument(place), bits: 4, style: NumberStyle(isAlternate: true))
                line.append("\"")
            }
        }
        var path = 0
        var isRacy = false
        var isFirst = true
        for place in 0..<max(0, Int(plan.argumentCount)) {
            let argument = table.arguments[Int(plan.firstArgument) &+ place]
            if argument.isModeOfOpen, !makesFile(call, before: place) { continue }
            if !isFirst { line.append(UInt8(ascii: ",")) }
            isFirst = false
            line.append(UInt8(ascii: "\""))
            line.append(argument.name, of: table.pool)
            line.append("\":")
            if argument.kind == .path, call.text(path) >= 0 {
                unsafe line.appendJSONText(Bytes(texts.bytes(call.text(path))))
                if !call.isCertain(path) { isRacy = true }
            } else if argument.kind == .signed || argument.kind == .unsigned {
                appendValue(call.argument(place), argument, into: &line)
            } else if argument.kind == .pointer || argument.kind == .path, call.argument(place) == 0 {
                line.append("null")
            } else {
                line.append(UInt8(ascii: "\""))
                appendValue(call.argument(place), argument, into: &line)
                line.append(UInt8(ascii: "\""))
            }
            if argument.kind == .path { path += 1 }
        }
        line.append(isRacy ? "},\"racy\":true" : "}")
    }
}

extension LineBuffer {
    /// Puts a backslash before each quotation mark that has been rendered since `start`.
    mutating func escapeQuotes(from start: Int) {
        var place = start
        while place < count {
            if unsafe bytes[place] == UInt8(ascii: "\"") {
                insert(0x5c, times: 1, at: place)
                place += 1
            }
            place += 1
        }
    }
}
