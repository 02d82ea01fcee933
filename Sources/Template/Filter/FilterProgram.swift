import Tracepoints

/// One test of a compiled filter, and where to go on: plain data, as steps of a line are.
struct FilterOp: BitwiseCopyable {
    enum Code: UInt8 {
        /// The number's key lies from `low` to `high`.
        case range
        /// The number's key lies in one of the `count` ranges from `offset` on.
        case ranges
        /// The number under `mask` lies in one of the `count` ranges from `offset` on.
        case bits
        /// The text is one of the `count` texts in the pool from `offset` on.
        case texts
        /// The text matches the glob of `count` bytes in the pool from `offset` on.
        case glob
        /// The number compares with that of `other` in one of the ways of `orders`.
        case otherNumber
        /// The text is that of `other`.
        case otherText
    }

    /// How two numbers stand to each other.
    struct Orders: OptionSet, BitwiseCopyable {
        let rawValue: UInt8

        static let less = Orders(rawValue: 1)
        static let equal = Orders(rawValue: 2)
        static let greater = Orders(rawValue: 4)
    }

    /// Where a filter ends: the event passes, or it does not.
    static let passed: Int32 = -1
    static let failed: Int32 = -2

    var code: Code
    /// Where the value comes from.
    var value = Op(code: .nothing)
    /// Where the value to compare with comes from.
    var other = Op(code: .nothing)
    /// Whether a text must differ.
    var isNegated = false
    var orders: Orders = []
    var bias: UInt64 = 0
    var low: UInt64 = 0
    var high: UInt64 = 0
    var mask = UInt64.max
    var offset: Int32 = 0
    var count: Int32 = 0
    /// The index of the test to go on with.
    var whenTrue = FilterOp.passed
    var whenFalse = FilterOp.failed
}

/// Filters compiled to tests that each tell which one comes next.
struct FilterProgram {
    private(set) var ops: [FilterOp] = []
    private(set) var ranges: [UInt64] = []
    private(set) var pool: [UInt8] = []
    private(set) var needs: ContextNeeds = []

    /// Adds a filter; answers the index of its first test, or how it ends if it has none.
    mutating func add(_ node: FilterNode) -> Int32 {
        add(node, whenTrue: FilterOp.passed, whenFalse: FilterOp.failed)
    }

    private mutating func add(_ node: FilterNode, whenTrue: Int32, whenFalse: Int32) -> Int32 {
        // From the last part to the first, as each must know where the next one is.
        switch node {
        case .constant(let value): return value ? whenTrue : whenFalse
        case .not(let part): return add(part, whenTrue: whenFalse, whenFalse: whenTrue)
        case .and(let parts):
            return parts.reversed().reduce(whenTrue) { add($1, whenTrue: $0, whenFalse: whenFalse) }
        case .or(let parts):
            return parts.reversed().reduce(whenFalse) { add($1, whenTrue: whenTrue, whenFalse: $0) }
        case .test(let test):
            var op = op(test)
            op.whenTrue = whenTrue
            op.whenFalse = whenFalse
            ops.append(op)
            return Int32(ops.count - 1)
        }
    }

    private mutating func op(_ test: FilterTest) -> FilterOp {
        var op: FilterOp
        switch test.condition {
        case .numbers(let set, let domain):
            op = FilterOp(code: set.ranges.count == 1 ? .range : .ranges)
            add(set, domain, to: &op)
        case .bits(let mask, let set, let domain):
            op = FilterOp(code: .bits)
            op.mask = mask
            add(set, domain, to: &op)
        case .texts(let texts, let isNegated):
            op = FilterOp(code: .texts)
            op.isNegated = isNegated
            op.offset = Int32(pool.count)
            op.count = Int32(texts.count)
            for text in texts {
                let length = UInt32(text.count)
                pool += (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32($0 * 8)) } + text
            }
        case .glob(let glob, let isNegated):
            op = FilterOp(code: .glob)
            op.isNegated = isNegated
            op.offset = Int32(pool.count)
            op.count = Int32(glob.program.count)
            pool += glob.program
        case .value(let other, let comparison):
            op = FilterOp(code: other.domain == nil ? .otherText : .otherNumber)
            op.isNegated = comparison == .unequal
            op.orders = comparison.orders
            op.other.read(other)
            need(other)
        }
        op.value.read(test.value)
        need(test.value)
        return op
    }

    private mutating func add(_ set: NumberSet, _ domain: NumberDomain, to op: inout FilterOp) {
        op.bias = domain.bias
        op.low = set.ranges.first?.lowerBound ?? 1
        op.high = set.ranges.first?.upperBound ?? 0
        op.offset = Int32(ranges.count)
        op.count = Int32(set.ranges.count)
        for range in set.ranges { ranges += [range.lowerBound, range.upperBound] }
    }

    private mutating func need(_ value: Value) {
        needs.formUnion(value.needs)
    }
}

extension Comparison {
    /// The ways in which numbers may stand to each other.
    var orders: FilterOp.Orders {
        switch self {
        case .equal, .like: .equal
        case .unequal, .unlike: [.less, .greater]
        case .less: .less
        case .lessOrEqual: [.less, .equal]
        case .greater: .greater
        case .greaterOrEqual: [.greater, .equal]
        }
    }
}
