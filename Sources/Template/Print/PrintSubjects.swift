extension PrintBuilder {
    /// The offsets of the fields that a node is about: those whose value it shows or, if it shows none, those
    /// that it tests.
    func subjects(of index: Int32) -> Set<Int32> {
        let values = values(of: index)
        return values.isEmpty ? fields(in: index, isTest: true) : values
    }

    /// The offsets of the fields whose value a node shows, not those that it only tests.
    func values(of index: Int32) -> Set<Int32> { fields(in: index, isTest: false) }

    private func fields(in index: Int32, isTest: Bool) -> Set<Int32> {
        var offsets: Set<Int32> = []
        var seen: Set<Int32> = []
        var waiting = [index]
        while let next = waiting.popLast() {
            guard seen.insert(next).inserted else { continue }
            let node = nodes[Int(next)]
            switch node.operation {
            case .load, .length, .fixed, .rest, .located: offsets.insert(node.a)
            case .constant, .jiffies, .literal, .null: break
            case .choice: waiting += isTest ? [node.a, node.b, node.c] : [node.b, node.c]
            // What else they have is a length, an index, a list or a text.
            case .element, .advance, .string, .kernelText, .flags, .symbolic, .hex, .array, .bitmask,
                .convert, .negate, .complement, .not, .swap:
                waiting.append(node.a)
            case .add, .subtract, .multiply, .divide, .remainder, .shiftLeft, .shiftRight, .and, .or,
                .exclusiveOr, .less, .lessOrEqual, .equal, .notEqual, .both, .either:
                waiting += [node.a, node.b]
            }
        }
        return offsets
    }
}
