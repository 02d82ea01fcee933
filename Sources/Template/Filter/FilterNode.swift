import Tracepoints

/// A filter that is bound to one event: each name is a value of the event, each word a number or text.
indirect enum FilterNode {
    case constant(Bool)
    case or([FilterNode])
    case and([FilterNode])
    case not(FilterNode)
    case test(FilterTest)

    /// At least one of `parts`, without what does not matter to it.
    static func any(_ parts: [FilterNode]) -> FilterNode {
        var kept: [FilterNode] = []
        for part in parts {
            switch part {
            case .constant(true): return part
            case .constant(false): break
            case .or(let inner): kept += inner
            default: kept.append(part)
            }
        }
        return kept.isEmpty ? .constant(false) : kept.count == 1 ? kept[0] : .or(kept)
    }

    /// All of `parts`, without what does not matter to it.
    static func all(_ parts: [FilterNode]) -> FilterNode {
        var kept: [FilterNode] = []
        for part in parts {
            switch part {
            case .constant(false): return part
            case .constant(true): break
            case .and(let inner): kept += inner
            default: kept.append(part)
            }
        }
        return kept.isEmpty ? .constant(true) : kept.count == 1 ? kept[0] : .and(kept)
    }

    /// The opposite; `!` ends up before single tests only.
    var negated: FilterNode {
        switch self {
        case .constant(let value): .constant(!value)
        case .or(let parts): .all(parts.map(\.negated))
        case .and(let parts): .any(parts.map(\.negated))
        case .not(let part): part
        case .test: .not(self)
        }
    }

    /// The filter in the words of the user.
    var expression: Expression {
        switch self {
        case .constant(let value): .constant(value)
        case .or(let parts): .or(parts.map(\.expression))
        case .and(let parts): .and(parts.map(\.expression))
        case .not(let part): .not(part.expression)
        case .test(let test): test.source
        }
    }

    /// Every test in it.
    var tests: [FilterTest] {
        switch self {
        case .constant: []
        case .or(let parts), .and(let parts): parts.flatMap(\.tests)
        case .not(let part): part.tests
        case .test(let test): [test]
        }
    }
}

/// A test of one value of an event. Where the event does not have the value it is false.
struct FilterTest {
    enum Condition {
        /// The number is one of these.
        case numbers(NumberSet, NumberDomain)
        /// The number's bits under a mask are one of these; the domain is that of the bits.
        case bits(mask: UInt64, NumberSet, NumberDomain)
        /// The text is one of these; or none, if negated.
        case texts([[UInt8]], isNegated: Bool)
        /// The text matches; or does not, if negated.
        case glob(TextGlob, isNegated: Bool)
        /// The value compares so with another one.
        case value(Value, Comparison)
    }

    let value: Value
    let condition: Condition
    /// The test as the user wrote it.
    let source: Expression
    /// Where the value's name stands.
    let place: Range<Int>

    /// Whether the value is a pointer whose text is tested, which only the kernel can reach.
    var isThroughPointer: Bool {
        guard case .field(let field) = value, field.kind == .pointer else { return false }
        return switch condition {
        case .texts, .glob: true
        case .numbers, .bits, .value: false
        }
    }
}

extension Field {
    /// Whether the field is the address of text.
    var pointsToText: Bool { kind == .pointer && (type == "char *" || type == "const char *") }
}
