import Tracepoints

/// Templates compiled for the events that they are bound to.
struct Program {
    var ops: [Op] = []
    /// Where each event's steps begin, and after the last one where they end.
    var starts: [Int32] = [0]
    var pool: [UInt8] = []
    var presentations: [PrintFormat.Presentation] = []
    var prints: [PrintFormat] = []
    var clocks: [WallClock] = []
    var needs: ContextNeeds = []
    /// What of each event's call chain is wanted.
    var stacks: [StackRequest] = []
    var printFallbacks: [PrintFallback] = []

    /// How many bytes the steps of bounded length take at most, those of any event.
    var room: Int {
        let rooms = ops.map { op in
            Op.longestPrefix + max(2 * Op.longestBounded, op.code == .literal ? Int(op.count) : 0)
        }
        return zip(starts, starts.dropFirst()).map { rooms[Int($0)..<Int($1)].reduce(0, +) }.max() ?? 0
    }

    /// The steps with text before them: in the first step where it fits, else in a step of its own.
    mutating func prefixed(_ text: [UInt8], _ steps: [Op]) -> [Op] {
        guard !text.isEmpty else { return steps }
        guard var first = steps.first, first.prefixCount == 0, text.count <= Op.longestPrefix else {
            return [literal(text)] + steps
        }
        first.setPrefix(text)
        return [first] + steps.dropFirst()
    }

    /// The step that appends these bytes as they are.
    mutating func literal(_ bytes: [UInt8]) -> Op {
        if bytes.count <= Op.longestPrefix {
            var op = Op(code: .nothing)
            op.setPrefix(bytes)
            return op
        }
        var op = Op(code: .literal)
        (op.offset, op.count) = pooled(bytes)
        return op
    }

    /// Puts bytes into the pool; answers where they are and how many.
    mutating func pooled(_ bytes: [UInt8]) -> (offset: Int32, count: Int32) {
        pool += bytes
        return (Int32(pool.count - bytes.count), Int32(bytes.count))
    }
}

/// An event whose `<print>` is not rendered by its print format, and why.
public struct PrintFallback: Sendable {
    /// The index of the event among the bindings.
    public let event: Int
    /// What stands in the way, in a few words.
    public let reason: String
}
