/// A number as a filter writes it: decimal, hexadecimal, octal or binary, with the unit of a size or a time.
struct FilterNumber {
    enum Unit: Equatable { case none, size, duration }

    var magnitude: UInt64
    var isNegative = false
    var unit = Unit.none
    /// Whether it is written by its bits rather than by its value: `0xffffffff` is -1 where 32 bits are signed.
    var isPattern = false

    /// Why a word that begins like a number is none.
    enum Failure: Error {
        case unknownUnit(String)
        case tooLarge, fraction, digit
    }

    static let sizes: [(name: String, scale: UInt64)] = [
        ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("T", 1 << 40),
    ]
    static let durations: [(name: String, scale: UInt64)] = [
        ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ]

    /// Reads a word; `nil` where it does not begin like a number.
    init?(_ word: [UInt8]) throws(Failure) {
        var rest = word[...]
        let sign = rest.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard let first = rest.first, isDigit(first) else { return nil }
        isNegative = sign == UInt8(ascii: "-")
        let radix: UInt64 = first != UInt8(ascii: "0") ? 10 : Self.radix(rest.dropFirst().first)
        isPattern = radix != 10
        if radix == 16 || radix == 2 { rest = rest.dropFirst(2) }
        let digits = rest.prefix { radix == 16 ? hexDigit($0) != nil : isDigit($0) }
        guard !digits.isEmpty else { throw .digit }
        rest = rest.dropFirst(digits.count)
        magnitude = 0
        for digit in digits {
            guard let value = hexDigit(digit), UInt64(value) < radix else { throw .digit }
            let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: radix)
            let (sum, overflows) = product.addingReportingOverflow(UInt64(value))
            guard !isTooLarge, !overflows else { throw .tooLarge }
            magnitude = sum
        }
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: "."), radix == 10 {
            fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { throw .fraction }
            rest = rest.dropFirst(1 + fraction.count)
        }
        try scale(by: String(decoding: rest, as: UTF8.self), fraction)
    }

    private static func radix(_ letter: UInt8?) -> UInt64 {
        switch letter {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): 16
        case UInt8(ascii: "b"), UInt8(ascii: "B"): 2
        case let letter? where isDigit(letter): 8
        default: 10
        }
    }

    private mutating func scale(by name: String, _ fraction: ArraySlice<UInt8>) throws(Failure) {
        var factor: UInt64 = 1
        if let scale = Self.sizes.first(where: { $0.name == name })?.scale {
            (unit, factor) = (.size, scale)
        } else if let scale = Self.durations.first(where: { $0.name == name })?.scale {
            (unit, factor) = (.duration, scale)
        } else if !name.isEmpty {
            throw .unknownUnit(name)
        }
        var (product, overflows) = magnitude.multipliedReportingOverflow(by: factor)
        var step = factor
        for digit in fraction where digit != UInt8(ascii: "0") || step % 10 == 0 {
            guard step % 10 == 0 else { throw .fraction }
            step /= 10
            let (sum, isTooLarge) = product.addingReportingOverflow(step * UInt64(digit - 0x30))
            product = sum
            overflows = overflows || isTooLarge
        }
        guard !overflows else { throw .tooLarge }
        magnitude = product
    }
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
