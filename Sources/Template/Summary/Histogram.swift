/// How the values of a histogram are grouped where it is shown.
public enum Buckets: Sendable, Hashable {
    /// From one power of two to the next.
    case powersOfTwo
    /// From one power of ten to the next.
    case powersOfTen
    /// Of that width each, which is at least 1, as far as `Histogram.mostSteps` of them to both sides of zero.
    case linear(UInt64)
}

/// How often values of each size came, in bounded memory.
///
/// Values are counted in buckets whose width is at most 1/32 of the values in them, as far as they occur, so
/// percentiles are within 1.6 % of the true ones. Count, sum, least and greatest are exact.
public struct Histogram: Sendable {
    /// Buckets of equal size beyond this number are one.
    public static let mostSteps = 1000

    /// How the values are grouped where they are shown.
    public let grouping: Buckets
    /// How many values came.
    public private(set) var count: UInt64 = 0
    /// Their sum.
    public private(set) var sum: Int128 = 0
    /// The least and the greatest of them; 0 where there are none.
    public private(set) var least: Int128 = 0
    public private(set) var greatest: Int128 = 0
    /// The counts of values from zero up, and of those below by their magnitude.
    private var above = Cells()
    private var below = Cells()
    /// The groups that are not made of the cells: by their number from zero up, and from -1 down.
    private var groupsAbove: [UInt64] = []
    private var groupsBelow: [UInt64] = []

    /// Makes an empty histogram.
    public init(_ grouping: Buckets = .powersOfTwo) { self.grouping = grouping }

    /// Adds an unsigned value.
    public mutating func add(_ value: UInt64) {
        note(Int128(value))
        above.add(value)
        switch grouping {
        case .powersOfTwo: break
        case .powersOfTen: Histogram.increment(&groupsAbove, Histogram.digits(value))
        case .linear(let step):
            Histogram.increment(&groupsAbove, Int(min(value / step, UInt64(Histogram.mostSteps))))
        }
    }

    /// Adds a value with a sign.
    public mutating func add(signed value: Int64) {
        guard value < 0 else { return add(UInt64(value)) }
        note(Int128(value))
        below.add(value.magnitude)
        switch grouping {
        case .powersOfTwo: break
        case .powersOfTen: Histogram.increment(&groupsBelow, Histogram.digits(value.magnitude) - 1)
        case .linear(let step):
            let place = (value.magnitude - 1) / step
            Histogram.increment(&groupsBelow, Int(min(place, UInt64(Histogram.mostSteps))))
        }
    }

    private mutating func note(_ value: Int128) {
        least = count == 0 ? value : min(least, value)
        greatest = count == 0 ? value : max(greatest, value)
        count &+= 1
        sum &+= value
    }

    /// Adds all values of another histogram, which groups them alike.
    public mutating func add(_ other: Histogram) {
        guard other.count > 0 else { return }
        least = count == 0 ? other.least : min(least, other.least)
        greatest = count == 0 ? other.greatest : max(greatest, other.greatest)
        count &+= other.count
        sum &+= other.sum
        Histogram.add(other.above.counts, to: &above.counts)
        Histogram.add(other.below.counts, to: &below.counts)
        Histogram.add(other.groupsAbove, to: &groupsAbove)
        Histogram.add(other.groupsBelow, to: &groupsBelow)
    }

    private static func add(_ counts: [UInt64], to sums: inout [UInt64]) {
        if counts.count > sums.count { sums += Array(repeating: 0, count: counts.count - sums.count) }
        for (index, count) in counts.enumerated() { sums[index] &+= count }
    }

    /// Their mean; 0 where there are none.
    public var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// The value that a part of all do not exceed: `percentile(0.5)` is the median. It is the middle of the
    /// narrow bucket that holds the true one, and never beyond the least and the greatest.
    public func percentile(_ part: Double) -> Int128 {
        guard count > 0 else { return 0 }
        var rank = UInt64(max(1, (part * Double(count)).rounded(.up)))
        if rank >= count { return greatest }
        for cell in below.counts.indices.reversed() {
            if rank <= below.counts[cell] { return clamped(-Cells.middle(of: cell)) }
            rank -= below.counts[cell]
        }
        for cell in above.counts.indices {
            if rank <= above.counts[cell] { return clamped(Cells.middle(of: cell)) }
            rank -= above.counts[cell]
        }
        return greatest
    }

    private func clamped(_ value: Int128) -> Int128 { min(max(value, least), greatest) }

    /// The number of decimal digits; none for zero.
    private static func digits(_ value: UInt64) -> Int {
        var digits = 0
        var rest = value
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }

    private static func increment(_ counts: inout [UInt64], _ index: Int) {
        if index >= counts.count { counts += Array(repeating: 0, count: index + 1 - counts.count) }
        counts[index] &+= 1
    }
}

extension Histogram {
    /// A group of values as it is shown.
    public struct Group: Sendable, Equatable {
        /// The least value in it; `nil` where it has no lower end.
        public let from: Int128?
        /// The first value above it; `nil` where it has no upper end.
        public let to: Int128?
        /// How many values came in it.
        public let count: UInt64

        /// Puts a group together.
        public init(from: Int128?, to: Int128?, count: UInt64) {
            self.from = from
            self.to = to
            self.count = count
        }
    }

    /// The groups from the one of the least value to that of the greatest, those without values between too.
    public var groups: [Group] {
        let (up, down) =
            grouping == .powersOfTwo ? (above.byPowerOfTwo, below.byPowerOfTwo) : (groupsAbove, groupsBelow)
        // Below zero there is no group of zero.
        let isLinear = if case .linear = grouping { true } else { false }
        let negative =
            grouping == .powersOfTwo ? Array(down.dropFirst()) : down
        var groups: [Group] = []
        for index in negative.indices.reversed() {
            let (from, to) = bounds(isLinear ? index : index + 1)
            groups.append(
                Group(
                    from: to.map { isLinear ? -$0 : 1 - $0 }, to: isLinear ? -from : 1 - from,
                    count: negative[index]))
        }
        for index in up.indices {
            let (from, to) = bounds(index)
            groups.append(Group(from: from, to: to, count: up[index]))
        }
        let first = groups.firstIndex { $0.count > 0 } ?? 0
        let last = groups.lastIndex { $0.count > 0 } ?? -1
        return first <= last ? Array(groups[first...last]) : []
    }

    /// The ends of a group from zero up.
    private func bounds(_ index: Int) -> (Int128, Int128?) {
        switch grouping {
        case .powersOfTwo: return index == 0 ? (0, 1) : (1 << (index - 1), 1 << index)
        case .powersOfTen:
            func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
            return index == 0 ? (0, 1) : (power(index - 1), power(index))
        case .linear(let step):
            let from = Int128(index) * Int128(step)
            return (from, index >= Histogram.mostSteps ? nil : from + Int128(step))
        }
    }
}

/// Counts of values in buckets whose width grows with them: 32 between two powers of two.
private struct Cells: Sendable {
    /// The counts up to the greatest cell that was needed; there are 1,920 cells at most.
    var counts: [UInt64] = []

    mutating func add(_ value: UInt64) {
        let index = Cells.index(of: value)
        if index >= counts.count { grow(index) }
        counts[index] &+= 1
    }

    private mutating func grow(_ index: Int) {
        counts += Array(repeating: 0, count: index + 1 - counts.count)
    }

    /// Values below 64 have a cell each.
    static func index(of value: UInt64) -> Int {
        if value < 64 { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        return 64 + (exponent - 6) * 32 + Int(value >> UInt64(exponent - 5)) & 31
    }

    private static func start(of cell: Int) -> (value: Int128, width: Int128) {
        if cell < 64 { return (Int128(cell), 1) }
        let exponent = (cell - 64) / 32 + 6
        let width = Int128(1) << (exponent - 5)
        return (Int128(1) << exponent + Int128((cell - 64) % 32) * width, width)
    }

    static func middle(of cell: Int) -> Int128 {
        let (value, width) = start(of: cell)
        return value + (width - 1) / 2
    }

    /// The counts from zero, from 1 to 1, from 2 to 3, from 4 to 7 and so on.
    var byPowerOfTwo: [UInt64] {
        var sums: [UInt64] = []
        for (cell, count) in counts.enumerated() {
            let start = UInt64(clamping: Cells.start(of: cell).value)
            let group = start == 0 ? 0 : 64 - start.leadingZeroBitCount
            if group >= sums.count { sums += Array(repeating: 0, count: group + 1 - sums.count) }
            sums[group] += count
        }
        return sums
    }
}
