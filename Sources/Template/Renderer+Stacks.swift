import Tracepoints

extension Renderer {
    /// Appends the functions that led to an event; `false` where the event has none.
    @inline(never)
    func appendStack(_ op: Op, _ sample: Sample, to line: inout LineBuffer) -> Bool {
        let chain = CallChain(sample.callChain)
        let isKernel = op.source == .kernelStack
        let state = isKernel ? nil : sample.userState
        var all = isKernel ? chain.kernel : chain.user
        if let state {
            let count = symbolizer.unwind(state, limit: Int(op.count), pid: sample.pid, time: sample.time)
            all = 0..<count
        }
        guard !all.isEmpty else { return false }
        let range = op.count > 0 ? all.prefix(Int(op.count)) : all
        let isCut = state != nil && symbolizer.isUnwoundInPart
        let isReversed = op.form == .folded
        if op.form == .frames { line.append(UInt8(ascii: "[")) }
        if isCut, isReversed { line.append("…;") }
        for step in 0..<range.count {
            let index = isReversed ? range.upperBound - 1 - step : range.lowerBound + step
            // All but the innermost are where a call returns.
            let (address, isReturn) =
                state == nil ? (chain[index], index > all.lowerBound) : symbolizer.unwound(index)
            let frame =
                isKernel
                ? symbolizer.kernelFrame(address, isReturn: isReturn)
                : symbolizer.userFrame(address, isReturn: isReturn, pid: sample.pid, time: sample.time)
            switch op.form {
            case .frames:
                if step > 0 { line.append(UInt8(ascii: ",")) }
                line.appendJSON(frame, address)
            case .frameLines: line.appendLine(frame, address)
            case .addresses:
                if step > 0 { line.append(UInt8(ascii: ";")) }
                line.append(address, bits: 4, style: NumberStyle(isAlternate: true))
            default:
                if step > 0 { line.append(UInt8(ascii: ";")) }
                line.appendName(frame)
            }
        }
        if isCut {
            switch op.form {
            case .frames:
                line.append(",{\"address\":null,\"symbol\":null,\"offset\":null,\"module\":null}")
            case .frameLines: line.append("                   …\n")
            case .folded: break
            default: line.append(";…")
            }
        }
        if op.form == .frames { line.append(UInt8(ascii: "]")) }
        return true
    }
}

extension LineBuffer {
    /// Appends a function's name as it stands in a stack on one line, or where it lies if it has none.
    fileprivate mutating func appendName(_ frame: Frame) {
        let start = count
        if frame.name.count > 0 {
            appendText(frame.name)
        } else if frame.module.count > 0 {
            append(UInt8(ascii: "["))
            appendText(frame.module.lastPathComponent)
            append(UInt8(ascii: "]"))
        } else {
            append("[unknown]")
        }
        // What parts the functions is in none of them.
        replace(UInt8(ascii: ";"), by: UInt8(ascii: ":"), from: start)
    }

    /// Appends a line for a function, below that of the event.
    fileprivate mutating func appendLine(_ frame: Frame, _ address: UInt64) {
        append("    ")
        let start = count
        append(address, bits: 4, style: NumberStyle())
        pad(from: start, width: 16, alignment: .right)
        append(0x20)
        if frame.name.count > 0 {
            appendText(frame.name)
            append("+0x")
            append(frame.offset, bits: 4, style: NumberStyle())
        } else {
            append("[unknown]")
        }
        if frame.module.count > 0 {
            append(" (")
            appendText(frame.module)
            append(UInt8(ascii: ")"))
        }
        append(0x0a)
    }

    /// Appends a function as an object of JSON.
    fileprivate mutating func appendJSON(_ frame: Frame, _ address: UInt64) {
        append("{\"address\":\"")
        append(address, bits: 4, style: NumberStyle(isAlternate: true))
        append("\",\"symbol\":")
        if frame.name.count > 0 {
            appendJSONText(frame.name)
            append(",\"offset\":")
            appendDecimal(frame.offset)
        } else {
            append("null,\"offset\":null")
        }
        append(",\"module\":")
        if frame.module.count > 0 { appendJSONText(frame.module) } else { append("null") }
        append("}")
    }
}

extension Bytes {
    /// What follows the last slash.
    fileprivate var lastPathComponent: Bytes {
        var start = count
        while start > 0, self[start - 1] != UInt8(ascii: "/") { start -= 1 }
        return slice(start, count - start) ?? self
    }
}
