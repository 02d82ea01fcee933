/// Finds out within which times a recording lacks events.
///
/// The kernel tells of a loss by a record of its own, once a ring has room again: the events were lost between that
/// and what stands before it in the ring.
struct LossWindows {
    /// The times of the last records of each CPU's ring, in nanoseconds of the event clock.
    private var last = [UInt64](repeating: 0, count: 1 << 12)
    /// The time that no batch has told of.
    private var window: Range<UInt64>?

    /// Takes a record in the order in which its ring has it; -1 stands for a CPU that is not known.
    @inline(__always)
    mutating func note(_ record: RingRecord, cpu: Int32, at time: UInt64) {
        let isKnown = cpu >= 0 && Int(cpu) < last.count
        if record.type == RecordType.lost { add(isKnown ? last[Int(cpu)] : 0, time) }
        if isKnown { last[Int(cpu)] = time }
    }

    private mutating func add(_ start: UInt64, _ end: UInt64) {
        window = min(start, end, window?.lowerBound ?? .max)..<max(end, window?.upperBound ?? 0)
    }

    /// Takes the time out.
    mutating func take() -> Range<UInt64>? {
        defer { window = nil }
        return window
    }
}
