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

    private static let pairs: StaticString = """
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """
    private static let lower: StaticString = "0123456789abcdef"
    private static let upper: StaticString = "0123456789ABCDEF"

    /// Appends a decimal number without padding.
    @inline(__always)
    static func putDecimal(_ value: Int64, isSigned: Bool, _ line: inout LineBuffer) {
        let isNegative = isSigned && value < 0
        let magnitude = isNegative ? 0 &- UInt64(bitPattern: value) : UInt64(bitPattern: value)
        let count = decimalDigits(magnitude)
        unsafe line.append(room: 21) { target in
            unsafe target[0] = UInt8(ascii: "-")
            unsafe fillDecimal(magnitude, target + (isNegative ? 1 : 0), count)
            return count + (isNegative ? 1 : 0)
        }
    }

    /// Appends `0x` and lower-case digits.
    static func putHex(_ value: UInt64, _ line: inout LineBuffer) {
        line.append("0x")
        putHexDigits(value, atLeast: 1, &line)
    }

    /// Appends lower-case hex digits, zeros in front up to `atLeast`.
    static func putHexDigits(_ value: UInt64, atLeast: Int, _ line: inout LineBuffer) {
        let count = max(atLeast, (64 - value.leadingZeroBitCount + 3) / 4)
        unsafe line.append(room: count) { target in
            unsafe fill(value, shift: 4, lower, target, count)
            return count
        }
    }

    /// Appends a number with a sign, a base, a width and a precision; -1 stands for none of either.
    static func put(
        _ magnitude: UInt64, isNegative: Bool, isSigned: Bool, base: UInt8, flags: Flags, width: Int,
        precision: Int, _ line: inout LineBuffer
    ) {
        let digits: Int
        switch base {
        case 10: digits = decimalDigits(magnitude)
        case 16: digits = max(1, (64 - magnitude.leadingZeroBitCount + 3) / 4)
        default: digits = max(1, (64 - magnitude.leadingZeroBitCount + 2) / 3)
        }
        let body = max(digits, precision)
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
        let padding = width - body - prefix - (sign == nil ? 0 : 1)
        // The kernel pads with zeros even where there is a precision.
        let padsZeros = flags.contains(.zero) && !flags.contains(.left)
        if !padsZeros, !flags.contains(.left) { line.append(UInt8(ascii: " "), times: padding) }
        if let sign { line.append(sign) }
        if prefix > 0 { line.append(UInt8(ascii: "0")) }
        if prefix > 1 { line.append(UInt8(ascii: flags.contains(.upper) ? "X" : "x")) }
        if padsZeros { line.append(UInt8(ascii: "0"), times: padding) }
        line.append(UInt8(ascii: "0"), times: body - digits)
        unsafe line.append(room: digits) { target in
            switch base {
            case 10: unsafe fillDecimal(magnitude, target, digits)
            case 16: unsafe fill(magnitude, shift: 4, flags.contains(.upper) ? upper : lower, target, digits)
            default: unsafe fill(magnitude, shift: 3, lower, target, digits)
            }
            return digits
        }
        if flags.contains(.left) { line.append(UInt8(ascii: " "), times: padding) }
    }

    /// Writes `count` digits of a base that is a power of two.
    @inline(__always)
    private static func fill(
        _ value: UInt64, shift: UInt64, _ digits: StaticString, _ target: UnsafeMutablePointer<UInt8>,
        _ count: Int
    ) {
        var rest = value
        var index = count
        let mask = (1 as UInt64) << shift - 1
        while index > 0 {
            index &-= 1
            unsafe target[index] = digits.utf8Start[Int(rest & mask)]
            rest = rest &>> shift
        }
    }

    /// Writes the `count` digits of a decimal number, two at a time.
    @inline(__always)
    private static func fillDecimal(_ value: UInt64, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) {
        var rest = value
        var index = count
        while index > 1 {
            let pair = Int(rest % 100) &* 2
            rest /= 100
            index &-= 2
            unsafe target[index] = pairs.utf8Start[pair]
            unsafe target[index &+ 1] = pairs.utf8Start[pair &+ 1]
        }
        if index == 1 { unsafe target[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest) }
    }

    @inline(__always)
    private static func decimalDigits(_ value: UInt64) -> Int {
        if value < 10 { return 1 }
        if value < 100 { return 2 }
        if value < 1000 { return 3 }
        if value < 10000 { return 4 }
        var count = 4
        var rest = value / 10000
        while rest > 0 {
            count &+= 1
            rest /= 10
        }
        return count
    }
}
