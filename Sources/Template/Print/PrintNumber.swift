import Tracepoints

/// Numbers as the kernel's printf writes them.
enum PrintNumber {
    /// The flags of a conversion.
    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8

        static let left = Flags(rawValue: 1 << 0)
        static let plus = Flags(rawValue: 1 << 1)
        static let space = Flags(rawValue: 1 << 2)
        static let special = Flags(rawValue: 1 << 3)
        static let zero = Flags(rawValue: 1 << 4)
        static let upper = Flags(rawValue: 1 << 5)
    }

    /// Appends a decimal number without padding.
    static func putDecimal(_ value: Int64, isSigned: Bool, _ line: inout LineBuffer) {
        if isSigned {
            line.appendDecimal(signed: value)
        } else {
            line.appendDecimal(UInt64(bitPattern: value))
        }
    }

    /// Appends `0x` and lower-case digits.
    static func putHex(_ value: UInt64, _ line: inout LineBuffer) {
        line.append(value, bits: 4, style: NumberStyle(isAlternate: true))
    }

    /// Appends lower-case hex digits, zeros in front up to `atLeast`.
    static func putHexDigits(_ value: UInt64, atLeast: Int, _ line: inout LineBuffer) {
        line.append(value, bits: 4, style: NumberStyle(zeroFill: atLeast))
    }

    /// Appends a number with a sign, a base, a width and a precision; -1 stands for none of either.
    static func put(
        _ magnitude: UInt64, isNegative: Bool, isSigned: Bool, base: UInt8, flags: Flags, width: Int,
        precision: Int, _ line: inout LineBuffer
    ) {
        let start = line.count
        switch base {
        case 10: line.appendDecimal(magnitude)
        case 16: line.append(magnitude, bits: 4, isUpper: flags.contains(.upper), style: NumberStyle())
        default: line.append(magnitude, bits: 3, style: NumberStyle())
        }
        line.insert(UInt8(ascii: "0"), times: precision - (line.count - start), at: start)
        var sign: UInt8?
        if isNegative {
            sign = UInt8(ascii: "-")
        } else if isSigned, flags.contains(.plus) {
            sign = UInt8(ascii: "+")
        } else if isSigned, flags.contains(.space) {
            sign = UInt8(ascii: " ")
        }
        let isSpecial = flags.contains(.special)
        let prefix = isSpecial && base == 16 ? 2 : isSpecial && base == 8 && magnitude != 0 ? 1 : 0
        let padding = width - (line.count - start) - prefix - (sign == nil ? 0 : 1)
        // The kernel pads with zeros even where there is a precision.
        let padsZeros = flags.contains(.zero) && !flags.contains(.left)
        if padsZeros { line.insert(UInt8(ascii: "0"), times: padding, at: start) }
        if prefix > 1 { line.insert(UInt8(ascii: flags.contains(.upper) ? "X" : "x"), times: 1, at: start) }
        if prefix > 0 { line.insert(UInt8(ascii: "0"), times: 1, at: start) }
        if let sign { line.insert(sign, times: 1, at: start) }
        if flags.contains(.left) {
            line.append(UInt8(ascii: " "), times: padding)
        } else if !padsZeros {
            line.insert(UInt8(ascii: " "), times: padding, at: start)
        }
    }
}
