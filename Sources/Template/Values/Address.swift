import Tracepoints

extension LineBuffer {
    /// Appends a network address by its length: 4 bytes of IPv4, 16 of IPv6, 28 or more of a `sockaddr`; in
    /// hexadecimal what is none of them.
    mutating func appendAddress(_ bytes: Bytes) {
        switch bytes.count {
        case 4: appendIPv4(bytes)
        case 16: appendIPv6(bytes)
        case 28...:
            switch bytes.load(0, as: UInt16.self) {
            case 2:
                appendIPv4(part(of: bytes, 4, 4))
                appendPort(bytes)
            case 10:
                append(UInt8(ascii: "["))
                appendIPv6(part(of: bytes, 8, 16))
                append(UInt8(ascii: "]"))
                appendPort(bytes)
            default: appendHex(bytes)
            }
        default: appendHex(bytes)
        }
    }

    /// A part of an address that is known to lie within it.
    private func part(of bytes: Bytes, _ offset: Int, _ length: Int) -> Bytes {
        guard let part = bytes.slice(offset, length) else { preconditionFailure("an address is longer") }
        return part
    }

    private mutating func appendPort(_ bytes: Bytes) {
        append(UInt8(ascii: ":"))
        appendDecimal(UInt64(bytes[2]) << 8 | UInt64(bytes[3]))
    }

    private mutating func appendIPv4(_ bytes: Bytes) {
        for index in 0..<4 {
            if index > 0 { append(UInt8(ascii: ".")) }
            appendDecimal(UInt64(bytes[index]))
        }
    }

    /// Appends an IPv6 address as RFC 5952 has it: the longest run of zeros left out.
    private mutating func appendIPv6(_ bytes: Bytes) {
        func group(_ index: Int) -> UInt64 { UInt64(bytes[index * 2]) << 8 | UInt64(bytes[index * 2 + 1]) }
        if (0..<5).allSatisfy({ group($0) == 0 }) && group(5) == 0xffff {
            append("::ffff:")
            appendIPv4(part(of: bytes, 12, 4))
            return
        }
        var longest = 0..<0
        var index = 0
        while index < 8 {
            var end = index
            while end < 8, group(end) == 0 { end += 1 }
            if end - index > max(longest.count, 1) { longest = index..<end }
            index = max(end, index + 1)
        }
        index = 0
        while index < 8 {
            if index == longest.lowerBound, !longest.isEmpty {
                append("::")
                index = longest.upperBound
                continue
            }
            if index > 0, index != longest.upperBound || longest.isEmpty { append(UInt8(ascii: ":")) }
            append(group(index), bits: 4, style: NumberStyle())
            index += 1
        }
    }

    /// Appends a hardware address: `52:54:00:12:34:56`. Room for longer ones holds no more than that.
    mutating func appendHardwareAddress(_ bytes: Bytes) {
        for index in 0..<min(bytes.count, 6) {
            if index > 0 { append(UInt8(ascii: ":")) }
            appendHexByte(bytes[index])
        }
    }

    /// Appends bytes in hexadecimal without anything between them.
    mutating func appendHex(_ bytes: Bytes) {
        for index in 0..<bytes.count { appendHexByte(bytes[index]) }
    }

    /// Appends bytes in hexadecimal with blanks between them.
    mutating func appendDump(_ bytes: Bytes) {
        for index in 0..<bytes.count {
            if index > 0 { append(0x20) }
            appendHexByte(bytes[index])
        }
    }
}
