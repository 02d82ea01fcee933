import Tracepoints

extension LineBuffer {
    /// Appends text as a JSON string.
    ///
    /// Valid text reads back as it was. A byte 0xNN that is no UTF-8 becomes the character U+10FENN (written
    /// `\udbff\udeNN`), and so do the bytes of such a character itself, so that every text reads back.
    mutating func appendJSONText(_ text: Bytes) {
        append(UInt8(ascii: "\""))
        appendJSONContent(text)
        append(UInt8(ascii: "\""))
    }

    /// Appends text as it stands within a JSON string.
    mutating func appendJSONContent(_ text: Bytes) {
        var index = 0
        while index < text.count {
            let run = text.plainRun(from: index)
            if run > 0, let plain = text.slice(index, run) {
                append(plain)
                index += run
                continue
            }
            let scalar = text.scalar(at: index)
            guard let scalar, scalar.value < 0x10fe80 || scalar.value > 0x10feff else {
                for step in 0..<(scalar?.length ?? 1) {
                    append("\\udbff\\ude")
                    appendHexByte(text[index + step])
                }
                index += scalar?.length ?? 1
                continue
            }
            switch scalar.value {
            case 0x22, 0x5c:
                append(0x5c)
                append(text[index])
            case 0x0a: append("\\n")
            case 0x09: append("\\t")
            case _ where isUnsafe(scalar.value): appendJSONEscape(scalar.value)
            default:
                for step in 0..<scalar.length { append(text[index + step]) }
            }
            index += scalar.length
        }
    }

    private mutating func appendJSONEscape(_ scalar: UInt32) {
        let style = NumberStyle(zeroFill: 4)
        guard scalar > 0xffff else {
            append("\\u")
            append(UInt64(scalar), bits: 4, style: style)
            return
        }
        append("\\u")
        append(UInt64(0xd800 + (scalar - 0x10000) >> 10), bits: 4, style: style)
        append("\\u")
        append(UInt64(0xdc00 + (scalar & 0x3ff)), bits: 4, style: style)
    }
}

extension Bytes {
    /// The number of bytes from `index` on that stand for themselves in a JSON string and on a terminal.
    fileprivate func plainRun(from index: Int) -> Int {
        var end = index
        while end < count {
            let word = word(at: end)
            let quotes = word ^ 0x2222_2222_2222_2222
            let marks =
                uncleanBytes(word) | (quotes &- 0x0101_0101_0101_0101) & ~quotes & 0x8080_8080_8080_8080
            let clean = marks.trailingZeroBitCount >> 3
            end += clean
            if clean < 8 { break }
        }
        return Swift.min(end, count) - index
    }
}
