import Tracepoints

/// The two digits of every number below a hundred.
private let digitPairs: StaticString = """
    00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051\
    5253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798\
    99
    """

/// Writes a number below a hundred as two digits.
@inline(__always)
private func writePair(_ value: UInt32, _ out: UnsafeMutablePointer<UInt8>) {
    let pair = unsafe UnsafeRawPointer(digitPairs.utf8Start).loadUnaligned(
        fromByteOffset: Int(value) &* 2, as: UInt16.self)
    unsafe UnsafeMutableRawPointer(out).storeBytes(of: pair, as: UInt16.self)
}

/// Writes a number below ten thousand as four digits.
@inline(__always)
private func writeFour(_ value: UInt32, _ out: UnsafeMutablePointer<UInt8>) {
    let high = value / 100
    unsafe writePair(high, out)
    unsafe writePair(value &- high &* 100, out + 2)
}

/// Writes a number below a thousand million as nine digits.
@inline(__always)
func writeNine(_ value: UInt32, _ out: UnsafeMutablePointer<UInt8>) {
    let first = value / 100_000_000
    let rest = value &- first &* 100_000_000
    let high = rest / 10000
    unsafe out[0] = UInt8(truncatingIfNeeded: first) &+ 0x30
    unsafe writeFour(high, out + 1)
    unsafe writeFour(rest &- high &* 10000, out + 5)
}

/// The number of decimal digits of a number.
@inline(__always)
func decimalDigits(_ value: UInt64) -> Int {
    var rest = value
    var digits = 1
    while true {
        if rest < 10 { return digits }
        if rest < 100 { return digits &+ 1 }
        if rest < 1000 { return digits &+ 2 }
        if rest < 10000 { return digits &+ 3 }
        rest /= 10000
        digits &+= 4
    }
}

/// Writes a number in decimal and answers the number of its digits, 20 at most.
@inline(__always)
func writeDecimal(_ value: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let digits = decimalDigits(value)
    var end = digits
    var rest = value
    while rest >= 100 {
        let quotient = rest / 100
        end &-= 2
        unsafe writePair(UInt32(truncatingIfNeeded: rest &- quotient &* 100), out + end)
        rest = quotient
    }
    if end == 2 {
        unsafe writePair(UInt32(truncatingIfNeeded: rest), out)
    } else {
        unsafe out[0] = UInt8(truncatingIfNeeded: rest) &+ 0x30
    }
    return digits
}

/// The flags of a spec that a number minds.
struct NumberStyle: BitwiseCopyable {
    var isAlternate = false
    var showsPlus = false
    /// The columns to fill with zeros.
    var zeroFill = 0
}

extension LineBuffer {
    /// Appends a number in decimal.
    @inline(__always)
    mutating func appendDecimal(_ value: UInt64) {
        unsafe append(room: 20) { out in unsafe writeDecimal(value, out) }
    }

    /// Appends a number in decimal with a minus where it is negative.
    @inline(__always)
    mutating func appendDecimal(signed value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(value.magnitude)
    }

    /// Appends a number in decimal.
    mutating func appendDecimal(_ magnitude: UInt64, isNegative: Bool, style: NumberStyle) {
        let hasSign = isNegative || style.showsPlus
        if hasSign { append(isNegative ? UInt8(ascii: "-") : UInt8(ascii: "+")) }
        append(0x30, times: style.zeroFill - decimalDigits(magnitude) - (hasSign ? 1 : 0))
        appendDecimal(magnitude)
    }

    /// Appends a number in base 2, 8 or 16, which `bits` of a digit tell; with the base's prefix where the
    /// style is alternate.
    mutating func append(_ value: UInt64, bits: Int, isUpper: Bool = false, style: NumberStyle) {
        let digits = max(1, (64 - value.leadingZeroBitCount + bits - 1) / bits)
        var zeros = style.zeroFill - digits
        if style.isAlternate {
            append(0x30)
            zeros -= 1
            if bits != 3 {
                append(bits == 1 ? UInt8(ascii: "b") : isUpper ? UInt8(ascii: "X") : UInt8(ascii: "x"))
                zeros -= 1
            }
        }
        append(0x30, times: zeros)
        let letters = isUpper ? UInt8(ascii: "A") : UInt8(ascii: "a")
        unsafe append(room: digits) { out in
            for place in 0..<digits {
                let shift = (digits &- 1 &- place) &* bits
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & (1 << bits &- 1)
                unsafe out[place] = digit < 10 ? 0x30 &+ digit : letters &+ digit &- 10
            }
            return digits
        }
    }

    /// Appends a byte as two hexadecimal digits.
    mutating func appendHexByte(_ byte: UInt8) {
        append(UInt64(byte), bits: 4, style: NumberStyle(zeroFill: 2))
    }
}
