import Tracepoints

/// What the kernel's printf makes of bytes by its extensions of `%p`.
enum PrintAddress {
    /// How an IP or socket address is written.
    struct Style: OptionSet, BitwiseCopyable {
        let rawValue: UInt8

        /// `:PORT` after a socket's address.
        static let port = Style(rawValue: 1 << 0)
        /// `/FLOW` after a socket's address.
        static let flow = Style(rawValue: 1 << 1)
        /// `%SCOPE` after a socket's address.
        static let scope = Style(rawValue: 1 << 2)
        /// The longest run of zeros in an IPv6 address as `::`.
        static let compressed = Style(rawValue: 1 << 3)
        /// Every byte in full: `%pi4`, `%pi6`.
        static let full = Style(rawValue: 1 << 4)
        /// The last byte first: IPv4 addresses kept in the machine's order, Bluetooth addresses.
        static let reversed = Style(rawValue: 1 << 5)
    }

    // MARK: Bytes

    /// Appends two digits a byte.
    static func putHex(_ bytes: Bytes, separator: UInt8?, _ line: inout LineBuffer) {
        for index in 0..<bytes.count {
            if index > 0, let separator { line.append(separator) }
            PrintNumber.putHexDigits(UInt64(bytes[index]), atLeast: 2, &line)
        }
    }

    /// Appends a MAC address of six bytes.
    static func putMAC(_ bytes: Bytes, separator: UInt8?, isReversed: Bool, _ line: inout LineBuffer) {
        for index in 0..<6 {
            if index > 0, let separator { line.append(separator) }
            PrintNumber.putHexDigits(UInt64(bytes[isReversed ? 5 - index : index]), atLeast: 2, &line)
        }
    }

    /// Appends a UUID of sixteen bytes.
    static func putUUID(_ bytes: Bytes, isLittleEndian: Bool, isUpper: Bool, _ line: inout LineBuffer) {
        for index in 0..<16 {
            if [4, 6, 8, 10].contains(index) { line.append(UInt8(ascii: "-")) }
            var place = index
            // The first three groups are numbers.
            if isLittleEndian, index < 4 {
                place = 3 - index
            } else if isLittleEndian, index < 8 {
                place = index ^ 1
            }
            PrintNumber.put(
                UInt64(bytes[place]), isNegative: false, isSigned: false, base: 16,
                flags: isUpper ? [.upper, .zero] : .zero, width: 2, precision: -1, &line)
        }
    }

    // MARK: Bit masks

    /// Appends a mask in hex, 32 bits at a time, the highest first.
    static func putBitmask(_ bytes: Bytes, bits: Int, _ line: inout LineBuffer) {
        var top = bits % 32 == 0 ? 32 : bits % 32
        var word = (bits + 31) / 32 - 1
        while word >= 0 {
            var value: UInt64 = 0
            for index in 0..<4 where word * 4 + index < bytes.count {
                value |= UInt64(bytes[word * 4 + index]) << UInt64(index * 8)
            }
            if top < 32 { value &= (1 << UInt64(top)) - 1 }
            PrintNumber.putHexDigits(value, atLeast: (top + 3) / 4, &line)
            if word > 0 { line.append(UInt8(ascii: ",")) }
            top = 32
            word -= 1
        }
    }

    /// Appends a mask as a list of ranges, `0-3,5`.
    static func putBitList(_ bytes: Bytes, bits: Int, _ line: inout LineBuffer) {
        func isSet(_ bit: Int) -> Bool { bytes[bit / 8] >> UInt8(bit % 8) & 1 == 1 }
        let limit = min(bits, bytes.count * 8)
        var bit = 0
        var isFirst = true
        while bit < limit {
            guard isSet(bit) else {
                bit += 1
                continue
            }
            let start = bit
            while bit < limit, isSet(bit) { bit += 1 }
            if !isFirst { line.append(UInt8(ascii: ",")) }
            isFirst = false
            PrintNumber.putDecimal(Int64(start), isSigned: false, &line)
            if bit - 1 > start {
                line.append(UInt8(ascii: "-"))
                PrintNumber.putDecimal(Int64(bit - 1), isSigned: false, &line)
            }
        }
    }

    // MARK: Internet addresses

    /// Appends an IPv4 address of four bytes.
    static func putIPv4(_ bytes: Bytes, _ style: Style, _ line: inout LineBuffer) {
        for index in 0..<4 {
            if index > 0 { line.append(UInt8(ascii: ".")) }
            PrintNumber.put(
                UInt64(bytes[style.contains(.reversed) ? 3 - index : index]), isNegative: false,
                isSigned: false, base: 10, flags: .zero, width: style.contains(.full) ? 3 : 0, precision: -1,
                &line)
        }
    }

    /// Appends an IPv6 address of sixteen bytes.
    static func putIPv6(_ bytes: Bytes, _ style: Style, _ line: inout LineBuffer) {
        if style.contains(.compressed) { return putCompressed(bytes, &line) }
        for index in 0..<8 {
            if index > 0, !style.contains(.full) { line.append(UInt8(ascii: ":")) }
            PrintNumber.putHexDigits(group(bytes, index), atLeast: 4, &line)
        }
    }

    private static func group(_ bytes: Bytes, _ index: Int) -> UInt64 {
        UInt64(bytes[index * 2]) << 8 | UInt64(bytes[index * 2 + 1])
    }

    /// Whether the last four bytes of an IPv6 address are an IPv4 address: mapped, or of ISATAP.
    private static func endsInIPv4(_ bytes: Bytes) -> Bool {
        if (0..<5).allSatisfy({ group(bytes, $0) == 0 }), group(bytes, 5) == 0xffff { return true }
        return group(bytes, 4) | 0x0200 == 0x0200 && group(bytes, 5) == 0x5efe
    }

    private static func putCompressed(_ bytes: Bytes, _ line: inout LineBuffer) {
        let hasIPv4 = endsInIPv4(bytes)
        let count = hasIPv4 ? 6 : 8
        // The first of the longest runs of zeros; a single one is not worth it.
        var longest = 1
        var gap = -1
        for start in 0..<count {
            var end = start
            while end < count, group(bytes, end) == 0 { end += 1 }
            if end - start > longest {
                longest = end - start
                gap = start
            }
        }
        var needsColon = false
        var index = 0
        while index < count {
            if index == gap {
                if needsColon || index == 0 { line.append(UInt8(ascii: ":")) }
                line.append(UInt8(ascii: ":"))
                needsColon = false
                index += longest
                continue
            }
            if needsColon { line.append(UInt8(ascii: ":")) }
            PrintNumber.putHexDigits(group(bytes, index), atLeast: 1, &line)
            needsColon = true
            index += 1
        }
        if hasIPv4, let last = bytes.slice(12, 4) {
            if needsColon { line.append(UInt8(ascii: ":")) }
            putIPv4(last, [], &line)
        }
    }

    /// Appends a socket's address (`struct sockaddr`) by its family; `false` where it is too short.
    static func putSocket(_ bytes: Bytes, _ style: Style, _ line: inout LineBuffer) -> Bool {
        guard let family = bytes.load(0, as: UInt16.self) else { return false }
        switch family {
        case 2:
            guard let address = bytes.slice(4, 4), let port = bytes.slice(2, 2) else { return false }
            putIPv4(address, style, &line)
            if style.contains(.port) { put(UInt8(ascii: ":"), group(port, 0), &line) }
        case 10:
            guard let port = bytes.slice(2, 2), let flow = bytes.load(4, as: UInt32.self),
                let address = bytes.slice(8, 16), let scope = bytes.load(24, as: UInt32.self)
            else { return false }
            let isBracketed = !style.isDisjoint(with: [.port, .flow, .scope])
            if isBracketed { line.append(UInt8(ascii: "[")) }
            putIPv6(address, style, &line)
            if isBracketed { line.append(UInt8(ascii: "]")) }
            if style.contains(.port) { put(UInt8(ascii: ":"), group(port, 0), &line) }
            // The top twelve bits are not of the flow label.
            if style.contains(.flow) {
                put(UInt8(ascii: "/"), UInt64(UInt32(bigEndian: flow) & 0x0fff_ffff), &line)
            }
            if style.contains(.scope) { put(UInt8(ascii: "%"), UInt64(scope), &line) }
        default:
            line.append("(einval)")
        }
        return true
    }

    private static func put(_ mark: UInt8, _ number: UInt64, _ line: inout LineBuffer) {
        line.append(mark)
        PrintNumber.putDecimal(Int64(number), isSigned: false, &line)
    }
}
