import Tracepoints

extension PrintProgram {
    /// The value of a number node, or `nil` where the record does not have it or C does not define it.
    func number(_ index: Int32, _ record: Bytes) -> Int64? {
        let node = nodes[index]
        switch node.operation {
        case .constant: return node.value
        case .load:
            return record.integer(
                at: Int(node.a), size: Int(node.scalar.size), isSigned: node.scalar.isSigned)
        case .element:
            guard let place = place(node.a, record), let element = number(node.b, record) else { return nil }
            let (offset, overflow) = element.multipliedReportingOverflow(by: Int64(node.scalar.size))
            if overflow { return nil }
            return place.integer(
                at: Int(offset), size: Int(node.scalar.size), isSigned: node.scalar.isSigned)
        case .length:
            guard let word = record.load(Int(node.a), as: UInt32.self) else { return nil }
            return Int64(word >> 16)
        case .convert:
            guard let value = number(node.a, record) else { return nil }
            return node.scalar.wrap(value)
        case .negate, .complement, .not, .swap:
            guard let value = number(node.a, record) else { return nil }
            return PrintProgram.compute(node.operation, node.scalar, value, 0)
        case .both:
            guard let left = number(node.a, record) else { return nil }
            if left == 0 { return 0 }
            guard let right = number(node.b, record) else { return nil }
            return right != 0 ? 1 : 0
        case .either:
            guard let left = number(node.a, record) else { return nil }
            if left != 0 { return 1 }
            guard let right = number(node.b, record) else { return nil }
            return right != 0 ? 1 : 0
        case .choice:
            guard let condition = number(node.a, record) else { return nil }
            return number(condition != 0 ? node.b : node.c, record)
        case .jiffies: return Int64(bitPattern: symbols.jiffies())
        default:
            guard let left = number(node.a, record), let right = number(node.b, record) else { return nil }
            return PrintProgram.compute(node.operation, node.scalar, left, right)
        }
    }

    /// The bytes of a place node, or `nil` where they do not lie in the record.
    func place(_ index: Int32, _ record: Bytes) -> Bytes? {
        let node = nodes[index]
        switch node.operation {
        case .fixed: return record.slice(Int(node.a), Int(node.b))
        case .rest: return record.slice(Int(node.a), record.count - Int(node.a))
        case .located: return record.located(at: Int(node.a), isRelative: node.b == 1)
        case .advance:
            guard let place = place(node.a, record), let count = number(node.b, record) else { return nil }
            let (offset, overflow) = count.multipliedReportingOverflow(by: node.value)
            guard !overflow, offset >= 0, offset <= place.count else { return nil }
            return place.slice(Int(offset), place.count - Int(offset))
        case .choice:
            guard let condition = number(node.a, record) else { return nil }
            return place(condition != 0 ? node.b : node.c, record)
        default: return nil
        }
    }

    /// What C's operators make of values of that type; `nil` where C does not define it.
    ///
    /// The compiler folds constants with the same function.
    @inline(__always)
    static func compute(_ operation: PrintOperation, _ scalar: Scalar, _ left: Int64, _ right: Int64)
        -> Int64?
    {
        let isUnsignedLong = scalar == .unsignedLong
        switch operation {
        case .convert: return scalar.wrap(left)
        case .negate: return scalar.wrap(0 &- left)
        case .complement: return scalar.wrap(~left)
        case .not: return left == 0 ? 1 : 0
        case .swap:
            switch scalar.size {
            case 2: return Int64(UInt16(truncatingIfNeeded: left).byteSwapped)
            case 4: return Int64(UInt32(truncatingIfNeeded: left).byteSwapped)
            default: return left.byteSwapped
            }
        case .add: return scalar.wrap(left &+ right)
        case .subtract: return scalar.wrap(left &- right)
        case .multiply: return scalar.wrap(left &* right)
        case .divide:
            if right == 0 { return nil }
            if isUnsignedLong {
                return Int64(bitPattern: UInt64(bitPattern: left) / UInt64(bitPattern: right))
            }
            return right == -1 ? scalar.wrap(0 &- left) : left / right
        case .remainder:
            if right == 0 { return nil }
            if isUnsignedLong {
                return Int64(bitPattern: UInt64(bitPattern: left) % UInt64(bitPattern: right))
            }
            return right == -1 ? 0 : left % right
        // As the processor does, shifts use as many bits of the count as the width has.
        case .shiftLeft: return scalar.wrap(left &<< (right & (scalar.size == 8 ? 63 : 31)))
        case .shiftRight:
            let count = right & (scalar.size == 8 ? 63 : 31)
            return scalar.isSigned
                ? left &>> count : Int64(bitPattern: UInt64(bitPattern: left) &>> UInt64(count))
        case .and: return left & right
        case .or: return left | right
        case .exclusiveOr: return scalar.wrap(left ^ right)
        case .less:
            return (isUnsignedLong ? UInt64(bitPattern: left) < UInt64(bitPattern: right) : left < right)
                ? 1 : 0
        case .lessOrEqual:
            return (isUnsignedLong ? UInt64(bitPattern: left) <= UInt64(bitPattern: right) : left <= right)
                ? 1 : 0
        case .equal: return left == right ? 1 : 0
        case .notEqual: return left != right ? 1 : 0
        default: return nil
        }
    }
}
