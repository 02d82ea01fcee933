import Glibc
import Tracepoints

/// Writes times of day by a strftime pattern; the text is made anew only when the second has changed.
package struct WallClock {
    private enum Part {
        /// What strftime is given, closed by a zero.
        case pattern([CChar])
        /// That many digits of the second's fraction.
        case fraction(Int)
        /// The distance to UTC as in RFC 3339, `+01:00`.
        case offset
    }

    private let parts: [Part]
    private var second = Int64.min
    /// The text of `second`, without the fractions.
    private var text: [UInt8] = []
    /// Where the fractions stand in `text`, and the number of their digits.
    private var fractions: [(position: Int, digits: Int)] = []

    /// A clock in the form of RFC 3339 in local time, with that many digits of the second's fraction.
    package init(digits: Int) {
        let zone = Part.offset
        let day = Part.pattern(WallClock.characters("%Y-%m-%dT%H:%M:%S".utf8))
        if digits == 0 {
            parts = [day, zone]
        } else {
            parts = [day, .pattern(WallClock.characters(".".utf8)), .fraction(digits), zone]
        }
        tzset()
    }

    /// A clock by a pattern of strftime, in which `%3f`, `%6f`, `%9f` and `%f` are the second's fraction.
    init(pattern: [UInt8]) {
        var parts: [Part] = []
        var plain: [UInt8] = []
        var index = 0
        while index < pattern.count {
            if pattern[index] == UInt8(ascii: "%"), let digits = WallClock.fraction(in: pattern, at: index) {
                if !plain.isEmpty { parts.append(.pattern(WallClock.characters(plain))) }
                plain = []
                parts.append(.fraction(digits.count))
                index += digits.length
            } else {
                // Both bytes of `%%` go together, lest the second is taken for the start of a conversion.
                let length = pattern[index] == UInt8(ascii: "%") && index + 1 < pattern.count ? 2 : 1
                plain += pattern[index..<index + length]
                index += length
            }
        }
        if !plain.isEmpty { parts.append(.pattern(WallClock.characters(plain))) }
        self.parts = parts
        tzset()
    }

    private static func characters(_ bytes: some Sequence<UInt8>) -> [CChar] {
        bytes.map { CChar(bitPattern: $0) } + [0]
    }

    /// The number of digits that `%f`, `%3f`, `%6f` or `%9f` at `index` asks for, and its length.
    private static func fraction(in pattern: [UInt8], at index: Int) -> (count: Int, length: Int)? {
        let rest = pattern[(index + 1)...].prefix(2)
        if rest.first == UInt8(ascii: "f") { return (9, 2) }
        guard rest.count == 2, rest.last == UInt8(ascii: "f"), let digit = rest.first, digit >= 0x31,
            digit <= 0x39
        else { return nil }
        return (Int(digit - 0x30), 3)
    }

    /// What is wrong with a pattern, or `nil`.
    static func mistake(in pattern: [UInt8]) -> String? {
        if pattern.contains(0) { return "a time pattern holds no zero byte" }
        var index = 0
        while index < pattern.count {
            guard pattern[index] == UInt8(ascii: "%") else {
                index += 1
                continue
            }
            if let digits = fraction(in: pattern, at: index) {
                index += digits.length
                continue
            }
            let start = index
            index += 1
            while index < pattern.count, "_-0^#123456789".utf8.contains(pattern[index]) { index += 1 }
            if index < pattern.count, "EO".utf8.contains(pattern[index]) { index += 1 }
            guard index < pattern.count,
                "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%".utf8.contains(pattern[index])
            else {
                let conversion = displayed(pattern[start..<min(index + 1, pattern.count)])
                return "strftime has no conversion '\(conversion)'"
            }
            index += 1
        }
        return nil
    }

    /// Appends the time of day, given in nanoseconds since 1970, UTC.
    // Inlined into a loop over events, its divisions would be done for each of them.
    @inline(never)
    package mutating func append(_ nanoseconds: Int64, to line: inout LineBuffer) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let now = remainder < 0 ? quotient - 1 : quotient
        if now != second { update(now) }
        let fraction = UInt32(remainder < 0 ? remainder + 1_000_000_000 : remainder)
        unsafe text.withUnsafeBytes { text in
            var start = 0
            for index in 0..<fractions.count {
                let position = fractions[index].position
                unsafe line.append(UnsafeRawBufferPointer(rebasing: text[start..<position]))
                line.appendFraction(fraction, digits: fractions[index].digits)
                start = position
            }
            unsafe line.append(UnsafeRawBufferPointer(rebasing: text[start...]))
        }
    }

    private mutating func update(_ now: Int64) {
        second = now
        text.removeAll(keepingCapacity: true)
        fractions.removeAll(keepingCapacity: true)
        var seconds = time_t(now)
        var moment = unsafe tm()
        unsafe localtime_r(&seconds, &moment)
        for part in parts {
            switch part {
            case .pattern(let pattern):
                unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { room in
                    let length = unsafe strftime(room.baseAddress!, room.count, pattern, &moment)
                    unsafe text += UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: room[..<length]))
                }
            case .fraction(let digits): fractions.append((text.count, digits))
            case .offset:
                let offset = unsafe moment.tm_gmtoff
                let minutes = offset.magnitude / 60
                text.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
                for (index, value) in [minutes / 60, minutes % 60].enumerated() {
                    if index > 0 { text.append(UInt8(ascii: ":")) }
                    text.append(0x30 + UInt8(truncatingIfNeeded: value / 10 % 10))
                    text.append(0x30 + UInt8(truncatingIfNeeded: value % 10))
                }
            }
        }
    }
}
