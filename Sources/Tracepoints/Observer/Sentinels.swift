internal import CLinux

/// Events beside the traced ones that wake the reader at once, for times when little happens.
///
/// The rings wake their reader by watermark, so it has to look into them every few milliseconds even when
/// nothing happens. Armed sentinels spare that: each is the same tracepoint once more, with the same filter,
/// and writes an empty sample into a tiny ring that wakes at every sample. Disarmed ones cost nothing.
@safe
final class Sentinels {
    /// The most perf events that are opened for it.
    static let limit = 128
    /// How many times they may wake the reader within `period` before they are disarmed.
    private static let mostWakeups = 8
    /// In nanoseconds.
    private static let period: UInt64 = 100_000_000

    private var events: [Int32] = []
    /// The descriptors that become readable when one of the events has come: of each CPU the event that leads its
    /// tiny ring, which is mapped at the same place of `mappings`.
    private(set) var leaders: [Int32] = []
    private let mappings: UnsafeMutablePointer<RingMapping>
    /// Whether the next event wakes the reader.
    private(set) var isArmed = false
    private var wakeups = 0
    private var periodStart: UInt64 = 0

    /// Opens the sentinels of these events on these CPUs; none is armed yet.
    ///
    /// - Throws: what the kernel answers; nothing is left open then.
    init(_ requests: [(id: UInt16, filter: String?)], cpus: [Int32]) throws(SystemError) {
        unsafe mappings = .allocate(capacity: max(cpus.count, 1))
        for cpu in cpus {
            for (index, request) in requests.enumerated() {
                let event = PerfEventRequest(
                    source: .sentinel(request.id), words: [], watermark: 0, target: .everything)
                var countsLoss = false
                let descriptor = try event.open(-1, cpu: cpu, countsLoss: &countsLoss).take()
                events.append(descriptor)
                if index == 0 {
                    unsafe (mappings + leaders.count).initialize(
                        to: try RingMapping(event: descriptor, pages: 1))
                    leaders.append(descriptor)
                } else {
                    try System.perfSetOutput(descriptor, to: leaders[leaders.count - 1])
                }
                if let filter = request.filter { try System.perfSetFilter(descriptor, filter) }
            }
        }
    }

    deinit {
        Attachment.closeLater(takeDescriptors())
        unsafe mappings.deallocate()
    }

    /// Unmaps the tiny rings and gives the descriptors of the events away, which the caller closes.
    func takeDescriptors() -> [Int32] {
        unsafe mappings.deinitialize(count: leaders.count)
        leaders = []
        defer { events = [] }
        return events
    }

    /// Lets the next event wake the reader; answers whether it was not so before.
    func arm(at now: UInt64) throws(SystemError) -> Bool {
        guard !isArmed else { return false }
        for event in events { try System.perfEnable(event) }
        isArmed = true
        wakeups = 0
        periodStart = now
        return true
    }

    /// Takes what has been written into the tiny rings, and disarms where it comes too often to be worth it.
    func take(at now: UInt64) {
        for ring in leaders.indices { unsafe mappings[ring].storeTail(mappings[ring].loadHead()) }
        if now &- periodStart > Sentinels.period {
            periodStart = now
            wakeups = 0
        }
        wakeups += 1
        if wakeups > Sentinels.mostWakeups { disarm() }
    }

    /// Lets no event wake the reader.
    func disarm() {
        guard isArmed else { return }
        isArmed = false
        for event in events { System.perfDisable(event) }
    }
}
