/// The numbers of a width and sign, and sets of them.
///
/// A number is held as a key: its bits with the sign's turned over, so that keys of signed and unsigned
/// numbers alike are in the order of the numbers.
struct NumberDomain: Equatable {
    /// The width in bits.
    let bits: UInt64
    let isSigned: Bool

    /// What turns a number's 64 bits into its key, and back.
    var bias: UInt64 { isSigned ? 1 << 63 : 0 }
    /// All keys.
    var all: ClosedRange<UInt64> {
        isSigned
            ? bias &- (1 << (bits - 1))...bias &+ ((1 << (bits - 1)) &- 1)
            : 0...(bits == 64 ? UInt64.max : (1 << bits) &- 1)
    }

    /// Where a number stands.
    enum Place: Equatable {
        case below, above
        case within(UInt64)
    }

    func place(of number: FilterNumber) -> Place {
        if number.isNegative, number.magnitude > 0 {
            guard isSigned, number.magnitude <= 1 << (bits - 1) else { return .below }
            return .within(bias &- number.magnitude)
        }
        let key = bias &+ number.magnitude
        guard key >= bias, all.contains(key) else { return .above }
        return .within(key)
    }

    /// The key of a number whose bits are these, or `nil` where it has more.
    func key(ofPattern pattern: UInt64) -> UInt64? {
        if bits < 64, pattern >> bits != 0 { return nil }
        let shift = 64 - bits
        let extended =
            isSigned ? UInt64(bitPattern: Int64(bitPattern: pattern << shift) >> Int64(shift)) : pattern
        return extended ^ bias
    }

    /// The number as the kernel reads it.
    func text(_ key: UInt64) -> String {
        isSigned ? String(Int64(bitPattern: key ^ bias)) : String(key)
    }
}

/// Some numbers of a domain: ranges of keys, ascending, with gaps between them.
struct NumberSet: Equatable {
    private(set) var ranges: [ClosedRange<UInt64>]

    init(_ unsorted: [ClosedRange<UInt64>]) {
        ranges = []
        for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
    }

    /// The key of its number, if it is one alone.
    var only: UInt64? {
        guard ranges.count == 1, ranges[0].lowerBound == ranges[0].upperBound else { return nil }
        return ranges[0].lowerBound
    }

    /// The numbers that are not in the set.
    func complement(in all: ClosedRange<UInt64>) -> NumberSet {
        var gaps: [ClosedRange<UInt64>] = []
        var next = all.lowerBound
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            guard range.upperBound < all.upperBound else { return NumberSet(gaps) }
            next = range.upperBound + 1
        }
        return NumberSet(gaps + [next...all.upperBound])
    }

    /// The numbers that compare so with any of `keys`; with an order, with the only one of them.
    init(_ comparison: Comparison, _ keys: [UInt64], in all: ClosedRange<UInt64>) {
        let first = keys[0]
        switch comparison {
        case .less: self.init(first > all.lowerBound ? [all.lowerBound...first - 1] : [])
        case .lessOrEqual: self.init([all.lowerBound...first])
        case .greater: self.init(first < all.upperBound ? [first + 1...all.upperBound] : [])
        case .greaterOrEqual: self.init([first...all.upperBound])
        case .unequal, .unlike: self = NumberSet(keys.map { $0...$0 }).complement(in: all)
        case .equal, .like: self.init(keys.map { $0...$0 })
        }
    }
}
