/// Finds out within which time events were lost, drain by drain.
///
/// The kernel counts what finds no room in a ring, and asking it for the counts costs a call for each event and
/// CPU. It is asked only where a ring has come close to full since the drain before: else nothing can be lost.
struct LossWatch {
    /// What is kept free of a ring that can have lost nothing, in bytes; no tracepoint's record is as long.
    private static let margin = 16 << 10

    /// Where the rings had been read to when the drain before began.
    private var positions: [UInt64] = []
    /// The number of events that were lost up to the drain before.
    private var total: UInt64 = 0
    /// When the drain before began, in nanoseconds of the event clock.
    private var last: UInt64

    /// Begins at a time before which nothing was lost.
    init(from start: UInt64) { last = start }

    /// Whether a ring has come close to full since the drain before. Asked once a drain, when the heads have
    /// been taken up and nothing has been read yet.
    mutating func mayHaveLost(_ rings: [(position: UInt64, head: UInt64, capacity: Int)]) -> Bool {
        var isClose = false
        for (index, ring) in rings.enumerated() {
            // What was read in the drain before may have filled the ring until it was given back.
            let tail = index < positions.count ? positions[index] : ring.position
            isClose = isClose || ring.head &- tail >= UInt64(max(0, ring.capacity - LossWatch.margin))
        }
        positions = rings.map(\.position)
        return isClose
    }

    /// Notes that nothing was lost before a time.
    mutating func noteNothing(before time: UInt64) { last = time }

    /// Takes the number of events that were lost up to now; answers within which time that grew.
    ///
    /// - Parameters:
    ///   - begin: when this drain began, before the heads were taken up.
    ///   - now: when the numbers had been asked for.
    mutating func take(total: UInt64, begin: UInt64, now: UInt64) -> Range<UInt64>? {
        defer {
            last = begin
            self.total = max(total, self.total)
        }
        return total > self.total ? last..<max(last, now) : nil
    }
}
