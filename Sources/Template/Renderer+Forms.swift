import Tracepoints

extension Renderer {
    /// Appends an integer, or an element of an array, in a form.
    @inline(never)
    func appendInteger(_ value: Int64, _ form: Op.Form, _ op: Op, to line: inout LineBuffer) {
        let style = op.numberStyle
        let bits = UInt64(op.size) * 8
        let mask = bits >= 64 ? UInt64.max : 1 << bits &- 1
        let pattern = UInt64(bitPattern: value) & mask
        let shift = bits >= 64 ? 0 : 64 - bits
        let signed = Int64(bitPattern: pattern << shift) >> Int64(shift)
        let isNegative = op.flags.contains(.isSigned) && value < 0
        let magnitude = isNegative ? value.magnitude : UInt64(bitPattern: value)
        let digits = Int(op.limit)
        let isQuoted =
            op.flags.contains(.quotesWide)
            && (form == .unsigned ? pattern : form == .signed ? signed.magnitude : magnitude) > 1 << 53
        if isQuoted { line.append(UInt8(ascii: "\"")) }
        switch form {
        case .decimal: line.appendDecimal(magnitude, isNegative: isNegative, style: style)
        case .signed: line.appendDecimal(signed.magnitude, isNegative: signed < 0, style: style)
        case .unsigned: line.appendDecimal(pattern, isNegative: false, style: style)
        case .hex: line.append(pattern, bits: 4, style: style)
        case .upperHex: line.append(pattern, bits: 4, isUpper: true, style: style)
        case .octal: line.append(pattern, bits: 3, style: style)
        case .binary: line.append(pattern, bits: 1, style: style)
        case .character: line.appendCharacter(pattern, size: Int(op.size))
        case .clock: line.appendSeconds(magnitude, isNegative: isNegative, digits: digits, style: style)
        case .nanoseconds:
            line.appendDuration(magnitude, isNegative: isNegative, scale: 1, digits: digits)
        case .microseconds:
            line.appendDuration(magnitude, isNegative: isNegative, scale: 1000, digits: digits)
        case .milliseconds:
            line.appendDuration(magnitude, isNegative: isNegative, scale: 1_000_000, digits: digits)
        case .seconds:
            line.appendDuration(magnitude, isNegative: isNegative, scale: 1_000_000_000, digits: digits)
        case .size1024: line.appendSize(magnitude, isNegative: isNegative, base: 1024, digits: digits)
        case .size1000: line.appendSize(magnitude, isNegative: isNegative, base: 1000, digits: digits)
        case .pointer:
            line.append(pattern, bits: 4, style: NumberStyle(isAlternate: true, zeroFill: style.zeroFill))
        case .errno: line.appendErrno(signed, isSigned: op.flags.contains(.isSigned))
        case .signal: line.appendSignal(signed)
        case .syscall: line.appendSyscall(signed)
        case .symbol: line.appendSymbol(pattern, symbols)
        case .device: line.appendDevice(pattern)
        case .userDevice: line.appendUserDevice(pattern)
        case .mode: line.appendMode(pattern)
        case .late: line.append("late")
        case .truth: line.append(value == 0 ? "false" : "true")
        case .address:
            // The number's bytes are in the network's order as they lie in the record.
            unsafe withUnsafeBytes(of: UInt32(truncatingIfNeeded: value)) { bytes in
                unsafe line.appendAddress(Bytes(bytes))
            }
        case .text, .raw, .arguments, .dump, .hexBytes, .mac, .array, .bitList, .maskHex: break
        case .folded, .leafFirst, .addresses, .frames, .frameLines: break
        }
        if isQuoted { line.append(UInt8(ascii: "\"")) }
    }

    /// Appends bytes in a step's form; `false` where the event does not have them.
    @inline(never)
    mutating func appendBytes(
        _ op: Op, _ sample: Sample, _ batch: Batch, to line: inout LineBuffer
    ) -> Bool {
        guard let (bytes, isCut) = bytes(op, sample, batch) else { return false }
        switch op.form {
        case .raw:
            line.append(bytes)
            if isCut, op.wrap != .none { line.append("…") }
        case .arguments: appendArguments(bytes, to: &line)
        case .dump: line.appendDump(bytes)
        case .hexBytes: line.appendHex(bytes)
        case .mac: line.appendHardwareAddress(bytes)
        case .address: line.appendAddress(bytes)
        case .bitList: line.appendBitList(bytes)
        case .maskHex: line.appendMaskHex(bytes, isAlternate: op.flags.contains(.isAlternate))
        case .array: appendArray(bytes, op, to: &line)
        default: line.appendText(bytes)
        }
        return true
    }

    private mutating func appendArray(_ bytes: Bytes, _ op: Op, to line: inout LineBuffer) {
        let size = max(Int(op.size), 1)
        line.append(UInt8(ascii: "["))
        for index in 0..<bytes.count / size {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            let value = bytes.integer(at: index * size, size: size, isSigned: op.flags.contains(.isSigned))
            let start = line.count
            if let value { appendInteger(value, op.elementForm, op, to: &line) }
            if !op.flags.contains(.isFinished) { line.encode(op.encoding, from: start, scratch: &scratch) }
        }
        line.append(UInt8(ascii: "]"))
    }

    /// Appends arguments that zeros part, each as a word of a shell.
    private func appendArguments(_ bytes: Bytes, to line: inout LineBuffer) {
        var start = 0
        while start <= bytes.count, let rest = bytes.slice(start, bytes.count - start) {
            let argument = rest.untilNul()
            if start > 0 { line.append(0x20) }
            line.appendShellWord(argument)
            start += argument.count + 1
        }
    }
}
