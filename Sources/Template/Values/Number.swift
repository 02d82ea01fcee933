import Tracepoints

/// The eight decimal digits of a number below a hundred million, the first in the lowest byte, each as its
/// value.
@inline(__always)
private func eightDigits(_ value: UInt32) -> UInt64 {
    // Divides both halves at once, then the quarters, then the eighths: by multiplication with a rounded
    // inverse that is exact below the values that occur.
    let high = value / 10000
    let fours = UInt64(high) | UInt64(value &- high &* 10000) << 32
    let hundreds = (fours &* 10486) >> 20 & 0x0000_007f_0000_007f
    let pairs = hundreds | (fours &- hundreds &* 100) << 16
    let tens = (pairs &* 103) >> 10 & 0x000f_000f_000f_000f
    return tens | (pairs &- tens &* 10) << 8
}

/// Turns digits into their characters.
private let zeroCharacters: UInt64 = 0x3030_3030_3030_3030

@inline(__always)
private func store(_ word: UInt64, _ out: UnsafeMutablePointer<UInt8>) {
    unsafe UnsafeMutableRawPointer(out).storeBytes(of: word.littleEndian, as: UInt64.self)
}

/// Writes a number below a thousand million as nine digits.
@inline(__always)
func writeNine(_ value: UInt32, _ out: UnsafeMutablePointer<UInt8>) {
    let first = value / 100_000_000
    unsafe out.pointee = UInt8(truncatingIfNeeded: first) &+ 0x30
    unsafe store(eightDigits(value &- first &* 100_000_000) | zeroCharacters, out + 1)
}

/// Writes a number in decimal and answers the number of its digits; 24 bytes must be writable.
@inline(__always)
func writeDecimal(_ value: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    guard value >= 100_000_000 else { return unsafe writeSmall(UInt32(truncatingIfNeeded: value), out) }
    return unsafe writeLarge(value, out)
}

/// Writes a number below a hundred million.
@inline(__always)
private func writeSmall(_ value: UInt32, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let digits = eightDigits(value)
    // The last digit stands even where it is zero.
    let zeros = (digits | 1 << 56).trailingZeroBitCount >> 3
    unsafe store((digits | zeroCharacters) >> UInt64(zeros &* 8), out)
    return 8 &- zeros
}

@inline(never)
private func writeLarge(_ value: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    let length = unsafe writeDecimal(high, out)
    unsafe store(eightDigits(UInt32(truncatingIfNeeded: low)) | zeroCharacters, out + length)
    return length + 8
}

/// The characters of the eight hexadecimal digits of a number, the first in the lowest byte.
@inline(__always)
private func hexDigits(_ value: UInt32, isUpper: Bool) -> UInt64 {
    var nibbles = UInt64(value)
    nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
    nibbles = (nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f
    let letters = ((nibbles &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return ((nibbles | zeroCharacters) &+ letters &* (isUpper ? 7 : 39)).byteSwapped
}

/// Writes a number in lower-case hexadecimal digits and answers how many they are; 24 bytes must be writable.
@inline(__always)
func writeHex(_ value: UInt64, isUpper: Bool = false, _ out: UnsafeMutablePointer<UInt8>) -> Int {
    let high = UInt32(truncatingIfNeeded: value >> 32)
    var out = unsafe out
    var length = 0
    // The last digit stands even where it is zero.
    var zeros = (UInt32(truncatingIfNeeded: value) | 1).leadingZeroBitCount >> 2
    if high != 0 {
        let first = high.leadingZeroBitCount >> 2
        unsafe store(hexDigits(high, isUpper: isUpper) >> UInt64(first &* 8), out)
        length = 8 &- first
        unsafe out += length
        zeros = 0
    }
    unsafe store(hexDigits(UInt32(truncatingIfNeeded: value), isUpper: isUpper) >> UInt64(zeros &* 8), out)
    return length &+ 8 &- zeros
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
        unsafe append(room: 24) { out in unsafe writeDecimal(value, out) }
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
        let start = count
        appendDecimal(magnitude)
        insert(0x30, times: style.zeroFill - (count - start) - (hasSign ? 1 : 0), at: start)
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
        if bits == 4 {
            unsafe append(room: 24) { out in unsafe writeHex(value, isUpper: isUpper, out) }
        } else {
            unsafe append(room: digits) { out in
                for place in 0..<digits {
                    let shift = UInt64((digits &- 1 &- place) &* bits)
                    unsafe out[place] = 0x30 | UInt8(truncatingIfNeeded: value >> shift) & (1 << bits &- 1)
                }
                return digits
            }
        }
    }

    /// Appends a byte as two hexadecimal digits.
    mutating func appendHexByte(_ byte: UInt8) {
        append(UInt64(byte), bits: 4, style: NumberStyle(zeroFill: 2))
    }
}
