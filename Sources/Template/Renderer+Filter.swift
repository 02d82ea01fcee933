import Tracepoints

extension Renderer {
    /// Whether the filter that begins at a test lets the sample pass.
    @inline(__always)
    mutating func passes(_ start: Int32, _ sample: Sample, _ batch: Batch) -> Bool {
        var position = start
        while position >= 0 {
            let holds = holds(Int(position), sample, batch)
            position = holds ? filterOps[Int(position)].whenTrue : filterOps[Int(position)].whenFalse
        }
        return position == FilterOp.passed
    }

    private mutating func holds(_ index: Int, _ sample: Sample, _ batch: Batch) -> Bool {
        let op = filterOps[index]
        switch op.code {
        case .range:
            guard let number = integer(op.value, sample, batch) else { return false }
            let key = UInt64(bitPattern: number) ^ op.bias
            return key >= op.low && key <= op.high
        case .ranges:
            guard let number = integer(op.value, sample, batch) else { return false }
            return contains(op, UInt64(bitPattern: number) ^ op.bias)
        case .bits:
            guard let number = integer(op.value, sample, batch) else { return false }
            return contains(op, UInt64(bitPattern: number) & op.mask)
        case .texts:
            guard let text = bytes(op.value, sample, batch)?.bytes else { return false }
            return isListed(op, text) != op.isNegated
        case .glob:
            guard let text = bytes(op.value, sample, batch)?.bytes else { return false }
            let pattern = unsafe Bytes(filterPool.slice(Int(op.offset), Int(op.count)))
            return TextGlob.matches(pattern, text) != op.isNegated
        case .otherNumber:
            guard let left = integer(op.value, sample, batch), let right = integer(op.other, sample, batch)
            else { return false }
            return op.orders.contains(order(left, op.value, right, op.other))
        case .otherText:
            guard let left = bytes(op.value, sample, batch)?.bytes else { return false }
            // Reading the other one may overwrite the first.
            scratch.removeAll()
            scratch.append(left)
            guard let right = bytes(op.other, sample, batch)?.bytes else { return false }
            return unsafe areEqual(Bytes(scratch.bytes), right) != op.isNegated
        }
    }

    private func contains(_ op: FilterOp, _ key: UInt64) -> Bool {
        for index in 0..<Int(op.count) {
            let place = Int(op.offset) + 2 * index
            if key < filterRanges[place] { return false }
            if key <= filterRanges[place + 1] { return true }
        }
        return false
    }

    private func isListed(_ op: FilterOp, _ text: Bytes) -> Bool {
        var rest = unsafe Bytes(filterPool.slice(Int(op.offset), filterPool.count &- Int(op.offset)))
        for _ in 0..<Int(op.count) {
            guard let length = rest.load(0, as: UInt32.self), let listed = rest.slice(4, Int(length)),
                let next = rest.slice(4 &+ Int(length), rest.count &- 4 &- Int(length))
            else { return false }
            if areEqual(listed, text) { return true }
            rest = next
        }
        return false
    }

    private func areEqual(_ left: Bytes, _ right: Bytes) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left[index] != right[index] { return false }
        return true
    }

    private func order(_ left: Int64, _ leftOp: Op, _ right: Int64, _ rightOp: Op) -> FilterOp.Orders {
        let isLeftNegative = leftOp.flags.contains(.isSigned) && left < 0
        let isRightNegative = rightOp.flags.contains(.isSigned) && right < 0
        if isLeftNegative != isRightNegative { return isLeftNegative ? .less : .greater }
        if left == right { return .equal }
        return UInt64(bitPattern: left) < UInt64(bitPattern: right) ? .less : .greater
    }
}
