import Tracepoints

extension LineBuffer {
    /// Makes what has been rendered since `start` a value of a record.
    mutating func encode(_ encoding: Op.Encoding, from start: Int, scratch: inout LineBuffer) {
        switch encoding {
        case .none: break
        case .json:
            if rendered(from: start).isJSON {
                insert(UInt8(ascii: "\""), times: 1, at: start)
                append(UInt8(ascii: "\""))
            } else {
                quote(from: start, scratch: &scratch)
            }
        case .logfmt: if !rendered(from: start).isBare { quote(from: start, scratch: &scratch) }
        case .commas: quoteField(from: start, separator: UInt8(ascii: ","), scratch: &scratch)
        case .tabs: quoteField(from: start, separator: UInt8(ascii: "\t"), scratch: &scratch)
        }
    }

    /// Makes what has been rendered since `start` a JSON string.
    private mutating func quote(from start: Int, scratch: inout LineBuffer) {
        move(from: start, to: &scratch)
        unsafe appendJSONText(Bytes(scratch.bytes))
    }

    /// Quotes what has been rendered since `start` where RFC 4180 asks for it. Empty text is quoted too,
    /// so that it can be told from a value that is absent.
    private mutating func quoteField(from start: Int, separator: UInt8, scratch: inout LineBuffer) {
        let field = rendered(from: start)
        let mark = UInt8(ascii: "\"")
        guard field.count == 0 || field.holds(separator, mark, 0x0a, 0x0d) else { return }
        move(from: start, to: &scratch)
        append(mark)
        for index in 0..<scratch.count {
            let byte = unsafe scratch.bytes[index]
            if byte == mark { append(mark) }
            append(byte)
        }
        append(mark)
    }

    /// Makes what has been rendered since `start`, as escaped text, a value of JSON or logfmt where that takes
    /// no more than quotes; answers whether it did.
    @inline(__always)
    mutating func quotePlain(_ encoding: Op.Encoding, from start: Int) -> Bool {
        guard encoding == .json else { return rendered(from: start).isBare }
        guard rendered(from: start &+ 1).isJSON else { return false }
        append(UInt8(ascii: "\""))
        return true
    }
}

extension Bytes {
    /// Whether the bytes stand for themselves within a JSON string, and are no escape.
    @inline(__always)
    fileprivate var isJSON: Bool {
        let mark = UInt8(ascii: "\"")
        return isPlain && !holds(mark, mark, mark, mark)
    }

    /// Whether the bytes can be a value of logfmt without quotes.
    fileprivate var isBare: Bool {
        count > 0 && isPlain && !holds(UInt8(ascii: "\""), UInt8(ascii: "="), 0x20, 0x20)
    }

    /// Whether one of the bytes, none of them zero, is among these.
    @inline(__always)
    fileprivate func holds(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        @inline(__always)
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        var index = 0
        while index < count {
            let word = word(at: index)
            let marks =
                zeros(word ^ (ones &* UInt64(a))) | zeros(word ^ (ones &* UInt64(b)))
                | zeros(word ^ (ones &* UInt64(c))) | zeros(word ^ (ones &* UInt64(d)))
            if marks & (ones &* 0x80) != 0 { return true }
            index &+= 8
        }
        return false
    }
}
