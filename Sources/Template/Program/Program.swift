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
    var printFallbacks: [PrintFallback] = []

    /// Adds a step.
    mutating func add(_ op: Op) { ops.append(op) }

    /// The step that appends these bytes as they are.
    mutating func literal(_ bytes: [UInt8]) -> Op {
        if bytes.count <= 8 {
            var op = Op(code: .word)
            for (index, byte) in bytes.enumerated() { op.word |= UInt64(byte) << UInt64(index * 8) }
            op.count = Int32(bytes.count)
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
