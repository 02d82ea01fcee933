import Tracepoints

extension LineBuffer {
    /// Appends the numbers of the bits that are set as a list of ranges, `0,2-3`, as the kernel lists CPUs.
    mutating func appendBitList(_ mask: Bytes) {
        let bits = mask.count * 8
        var isFirst = true
        var bit = 0
        while bit < bits {
            guard isSet(bit, in: mask) else {
                bit += 1
                continue
            }
            var end = bit
            while end + 1 < bits, isSet(end + 1, in: mask) { end += 1 }
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            appendDecimal(UInt64(bit))
            if end > bit {
                append(UInt8(ascii: "-"))
                appendDecimal(UInt64(end))
            }
            bit = end + 1
        }
    }

    /// Appends a bit mask as one hexadecimal number.
    mutating func appendMaskHex(_ mask: Bytes, isAlternate: Bool) {
        if isAlternate { append("0x") }
        var index = mask.count - 1
        while index > 0, mask[index] == 0 { index -= 1 }
        guard index >= 0 else {
            append(0x30)
            return
        }
        append(UInt64(mask[index]), bits: 4, style: NumberStyle())
        while index > 0 {
            index -= 1
            appendHexByte(mask[index])
        }
    }

    /// The words of a mask are in the machine's order; on those that Swift runs on that is the bits' order.
    private func isSet(_ bit: Int, in mask: Bytes) -> Bool { mask[bit / 8] >> UInt8(bit % 8) & 1 == 1 }
}
