/// Finds out within which times a recording lacks events.
///
/// The kernel tells of a loss by a record of its own, once a ring has room again: the events were lost between that
/// and what stands before it in the ring. That record may come long after events of other CPUs, so that a file is
/// looked through for all of them first; of a pipe, what is known is what has been read. A ring that is full when
/// the recording ends has no such record: that more was lost than they tell shows by the sums at the end.
struct LossWindows {
    /// The times of the last records of each CPU's ring, in nanoseconds of the event clock.
    private var last = [UInt64](repeating: 0, count: 1 << 12)
    /// The times that no batch has told of; sorted where all are known.
    private var windows: [Range<UInt64>] = []
    /// How many are kept apart at most; those that come later make the last one longer.
    private static let most = 1 << 20
    /// How many of them have been told of.
    private var told = 0
    /// How many events were lost, by the records in their places and by the sums at the end.
    private var placed: UInt64 = 0
    private var summed: UInt64 = 0
    /// Whether those of the whole recording are known.
    private var isComplete = false

    /// Takes a record in the order in which its ring has it; -1 stands for a CPU that is not known.
    @inline(__always)
    mutating func note(_ record: RingRecord, cpu: Int32, at time: UInt64) {
        guard !isComplete else { return }
        if record.type == RecordType.lostSamples {
            summed &+= record.bytes.load(8, as: UInt64.self) ?? 0
            return
        }
        let isKnown = cpu >= 0 && Int(cpu) < last.count
        if record.type == RecordType.lost {
            placed &+= record.bytes.load(16, as: UInt64.self) ?? 0
            add(isKnown ? last[Int(cpu)] : 0, time)
        }
        if isKnown { last[Int(cpu)] = time }
    }

    @inline(never)
    private mutating func add(_ start: UInt64, _ end: UInt64) {
        let window = min(start, end)..<max(start, end)
        if let before = windows.last, before.overlaps(window) || windows.count == LossWindows.most {
            windows[windows.count - 1] =
                min(before.lowerBound, window.lowerBound)..<max(before.upperBound, window.upperBound)
        } else {
            windows.append(window)
        }
    }

    /// Notes that the whole recording has been looked through.
    mutating func complete() {
        // On which CPU they were lost is not told by all recorders.
        if summed > placed { add(last.lazy.filter { $0 > 0 }.min() ?? 0, .max) }
        windows.sort { $0.lowerBound < $1.lowerBound }
        isComplete = true
    }

    /// Takes the time out within which events were lost, of what had begun by a time and has not been told.
    mutating func take(until time: UInt64) -> Range<UInt64>? {
        var all: Range<UInt64>?
        while told < windows.count, !isComplete || windows[told].lowerBound <= time {
            let window = windows[told]
            all =
                min(window.lowerBound, all?.lowerBound ?? .max)..<max(window.upperBound, all?.upperBound ?? 0)
            told += 1
        }
        if !isComplete, told > 0 {
            windows.removeAll(keepingCapacity: true)
            told = 0
        }
        return all
    }
}
