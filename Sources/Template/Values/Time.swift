import Tracepoints

/// The seconds of the last time that was written, as text: they change seldom.
struct SecondsCache {
    /// The time at which the second began.
    private var start: UInt64 = 0
    /// The digits of the second and the point.
    private var text: (UInt64, UInt64) = (0, 0)
    private var length = 0

    /// Writes a time as seconds with nine decimals; answers its length without the last `dropped` digits.
    /// 32 bytes must be writable.
    @inline(__always)
    mutating func write(_ time: UInt64, dropped: Int, _ out: UnsafeMutablePointer<UInt8>) -> Int {
        if time &- start >= 1_000_000_000 || length == 0 { update(time) }
        let raw = UnsafeMutableRawPointer(out)
        unsafe raw.storeBytes(of: text.0, as: UInt64.self)
        unsafe raw.storeBytes(of: text.1, toByteOffset: 8, as: UInt64.self)
        unsafe writeNine(UInt32(truncatingIfNeeded: time &- start), out + length)
        // Without a decimal the point goes too.
        return length &+ 9 &- dropped
    }

    @inline(never)
    private mutating func update(_ time: UInt64) {
        let second = time / 1_000_000_000
        start = second * 1_000_000_000
        unsafe withUnsafeMutableBytes(of: &text) { room in
            let bytes = unsafe room.baseAddress!.assumingMemoryBound(to: UInt8.self)
            length = unsafe writeDecimal(second % 100_000_000_000, bytes)
            unsafe bytes[length] = UInt8(ascii: ".")
            length += 1
        }
    }
}

extension LineBuffer {
    /// Appends the first `digits` of the nine of a second's fraction.
    mutating func appendFraction(_ nanoseconds: UInt32, digits: Int) {
        unsafe append(room: 9) { out in
            unsafe writeNine(nanoseconds, out)
            return digits
        }
    }

    /// Appends nanoseconds as seconds with that many decimals; further ones are left away.
    mutating func appendSeconds(
        _ nanoseconds: UInt64, isNegative: Bool, digits: Int, style: NumberStyle
    ) {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        var style = style
        style.zeroFill -= digits > 0 ? digits + 1 : 0
        appendDecimal(seconds, isNegative: isNegative, style: style)
        appendDecimals(UInt32(rest), digits: digits)
    }

    /// Appends a duration in the unit that fits it, `1.234ms` or `2m03.500s`, with that many decimals;
    /// further ones are left away. `scale` is the nanoseconds of a unit of `value`.
    mutating func appendDuration(_ value: UInt64, isNegative: Bool, scale: UInt64, digits: Int) {
        if isNegative { append(UInt8(ascii: "-")) }
        let nanoseconds = UInt128(value) * UInt128(scale)
        if nanoseconds < 1000 {
            appendDecimal(UInt64(nanoseconds))
            append("ns")
        } else if nanoseconds < 1_000_000_000 {
            let isMicro = nanoseconds < 1_000_000
            let unit: UInt64 = isMicro ? 1000 : 1_000_000
            let (whole, rest) = UInt64(nanoseconds).quotientAndRemainder(dividingBy: unit)
            appendDecimal(whole)
            appendDecimals(UInt32(rest * (1_000_000_000 / unit)), digits: digits)
            append(isMicro ? "us" : "ms")
        } else {
            let seconds = UInt64(truncatingIfNeeded: nanoseconds / 1_000_000_000)
            let style = NumberStyle(zeroFill: 2)
            if seconds >= 3600 {
                appendDecimal(seconds / 3600)
                append(UInt8(ascii: "h"))
            }
            if seconds >= 60 {
                appendDecimal(
                    seconds / 60 % 60, isNegative: false, style: seconds >= 3600 ? style : NumberStyle())
                append(UInt8(ascii: "m"))
            }
            appendDecimal(seconds % 60, isNegative: false, style: seconds >= 60 ? style : NumberStyle())
            appendDecimals(UInt32(truncatingIfNeeded: nanoseconds % 1_000_000_000), digits: digits)
            append(UInt8(ascii: "s"))
        }
    }

    private mutating func appendDecimals(_ fraction: UInt32, digits: Int) {
        guard digits > 0 else { return }
        append(UInt8(ascii: "."))
        appendFraction(fraction, digits: digits)
    }
}
