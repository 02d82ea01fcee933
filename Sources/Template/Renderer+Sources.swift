import Tracepoints

extension Renderer {
    /// The integer that a step writes, or `nil` where the event does not have it.
    @inline(__always)
    mutating func integer(_ op: Op, _ sample: Sample, _ batch: Batch) -> Int64? {
        switch op.source {
        case .field:
            sample.record.integer(
                at: Int(op.offset), size: Int(op.size), isSigned: op.flags.contains(.isSigned))
        case .cpu: Int64(sample.cpu)
        case .pid: sample.pid < 0 ? nil : Int64(sample.pid)
        case .tid: sample.tid < 0 ? nil : Int64(sample.tid)
        case .time: Int64(bitPattern: sample.time)
        default: rareInteger(op, sample, batch)
        }
    }

    @inline(never)
    private mutating func rareInteger(_ op: Op, _ sample: Sample, _ batch: Batch) -> Int64? {
        switch op.source {
        case .dynamicElement:
            let all = located(op, sample.record)
            return all?.integer(
                at: Int(op.count) * Int(op.size), size: Int(op.size), isSigned: op.flags.contains(.isSigned))
        case .wall: return wallTime(batch)
        case .elapsed: return Int64(bitPattern: time &- options.startTime)
        case .delta: return Int64(bitPattern: time &- previousTime)
        case .line: return Int64(bitPattern: lineNumber)
        case .late: return sample.isLate || op.form != .late ? (sample.isLate ? 1 : 0) : nil
        case .parent: return process(of: sample, batch)?.parent.map(Int64.init)
        case .uid: return process(of: sample, batch)?.uid.map(Int64.init)
        default: return nil
        }
    }

    /// What the location word of a step leads to; where records are joined, `extra` is where its own begins.
    @inline(__always)
    private func located(_ op: Op, _ record: Bytes) -> Bytes? {
        record.located(
            at: Int(op.offset), isRelative: op.flags.contains(.isRelative), from: Int(op.extra))
    }

    private func process(of sample: Sample, _ batch: Batch) -> ProcessDetails? {
        let index = Int(sample.process)
        return index >= 0 && index < batch.processes.count ? batch.processes[index] : nil
    }

    // MARK: Text

    /// Appends text, escaped; `false` where the event does not have it.
    @inline(__always)
    mutating func appendText(
        _ op: Op, _ sample: Sample, _ batch: Batch, to line: inout LineBuffer
    ) -> Bool {
        switch op.source {
        case .comm:
            guard !sample.comm.isUnknown else { return false }
            unsafe withUnsafeBytes(of: sample.comm) { bytes in
                unsafe _ = line.appendText(Bytes(bytes), endsAtNul: true)
            }
            return true
        case .dynamicText, .dynamicBytes:
            let text = located(op, sample.record)
            guard let text else { return false }
            // Text without its closing zero is what was left after the kernel cut it.
            if !line.appendText(text, endsAtNul: true), text.count > 0 { line.append("…") }
            return true
        case .fixedText, .fixedBytes:
            guard let text = sample.record.slice(Int(op.offset), Int(op.count)) else { return false }
            if !line.appendText(text, endsAtNul: true), text.count > 0 { line.append("…") }
            return true
        default:
            guard let text = bytes(op, sample, batch) else { return false }
            line.appendText(text.bytes)
            return true
        }
    }

    /// Appends text as JSON or logfmt quotes it; `false` where the event does not have it.
    @inline(never)
    mutating func appendQuotedText(
        _ op: Op, _ sample: Sample, _ batch: Batch, to line: inout LineBuffer
    ) -> Bool {
        let start = line.count
        if op.encoding == .json { line.append(UInt8(ascii: "\"")) }
        if !op.flags.contains(.isCut) {
            guard appendText(op, sample, batch, to: &line) else {
                line.truncate(to: start)
                return false
            }
            if line.quotePlain(op.encoding, from: start) { return true }
        }
        line.truncate(to: start)
        guard let (text, isCut) = bytes(op, sample, batch) else { return false }
        line.append(text)
        if isCut { line.append("…") }
        if op.flags.contains(.isCut) { line.cut(from: start, columns: Int(op.limit), isEscaped: false) }
        line.encode(op.encoding, from: start, scratch: &scratch)
        return true
    }

    /// Writes the name of a task where it needs no escapes, and answers its length; 16 bytes must be writable.
    @inline(__always)
    func writePlain(_ comm: Comm, _ out: UnsafeMutablePointer<UInt8>) -> Int? {
        let low = uncleanBytes(UInt64(littleEndian: comm.low))
        let high = uncleanBytes(UInt64(littleEndian: comm.high))
        let length = low != 0 ? low.trailingZeroBitCount / 8 : 8 &+ high.trailingZeroBitCount / 8
        let word = length < 8 ? UInt64(littleEndian: comm.low) : UInt64(littleEndian: comm.high)
        // The first byte that is not plain is most often the zero at the end.
        guard length < 16, (word >> UInt64((length & 7) &* 8)) & 0xff == 0 else { return nil }
        let out = UnsafeMutableRawPointer(out)
        unsafe out.storeBytes(of: comm.low, as: UInt64.self)
        unsafe out.storeBytes(of: comm.high, toByteOffset: 8, as: UInt64.self)
        return length
    }

    /// The bytes that a step writes and whether the kernel cut them, or `nil` where the event does not have
    /// them. They are valid until the next call.
    mutating func bytes(_ op: Op, _ sample: Sample, _ batch: Batch) -> (bytes: Bytes, isCut: Bool)? {
        switch op.source {
        case .fixedBytes, .fixedText:
            guard let all = sample.record.slice(Int(op.offset), Int(op.count)) else { return nil }
            return endsAtNul(op) ? untilNul(all) : (all, false)
        case .dynamicBytes, .dynamicText:
            let all = located(op, sample.record)
            guard let all else { return nil }
            return endsAtNul(op) ? untilNul(all) : (all, false)
        case .pool: return unsafe (Bytes(pool.slice(Int(op.offset), Int(op.count))), false)
        case .comm:
            guard !sample.comm.isUnknown else { return nil }
            content.removeAll()
            unsafe withUnsafeBytes(of: sample.comm) { unsafe content.append($0) }
            return unsafe (Bytes(content.bytes).untilNul(), false)
        default: return processText(op, sample, batch)
        }
    }

    /// Whether the bytes are text and what follows a zero is no part of it.
    private func endsAtNul(_ op: Op) -> Bool {
        op.source == .fixedText || op.source == .dynamicText || op.wrap != .none
    }

    private func untilNul(_ all: Bytes) -> (bytes: Bytes, isCut: Bool) {
        let text = all.untilNul()
        return (text, text.count == all.count && text.count > 0)
    }

    private mutating func processText(
        _ op: Op, _ sample: Sample, _ batch: Batch
    ) -> (bytes: Bytes, isCut: Bool)? {
        guard let process = process(of: sample, batch) else { return nil }
        let text: [UInt8]?
        switch op.source {
        case .user: text = process.user
        case .exe: text = process.exe
        case .cmdline: text = process.cmdline
        case .cgroup: text = process.cgroup
        case .container: text = process.container
        default: text = nil
        }
        guard let text, !text.isEmpty else { return nil }
        content.removeAll()
        if op.source == .cmdline {
            let isParted = op.form == .arguments
            var length = text.count
            // Empty arguments at the end show in quotes only.
            while !isParted, length > 0, text[length - 1] == 0 { length -= 1 }
            let separator: UInt8 = isParted ? 0 : 0x20
            for index in 0..<length { content.append(text[index] == 0 ? separator : text[index]) }
        } else {
            unsafe text.withUnsafeBytes { unsafe content.append($0) }
        }
        return unsafe (Bytes(content.bytes), false)
    }
}

extension Comm {
    /// Whether a quotation mark is among the bytes.
    @inline(__always)
    var hasQuote: Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let first = low ^ (ones &* 0x22)
        let second = high ^ (ones &* 0x22)
        return ((first &- ones) & ~first | (second &- ones) & ~second) & (ones &* 0x80) != 0
    }
}
