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
