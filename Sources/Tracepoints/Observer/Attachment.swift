internal import CLinux
internal import Glibc

/// The perf events and ring buffers of an observer: opened, mapped, enabled, and closed.
@safe
final class Attachment {
    /// One open perf event.
    struct Event {
        let descriptor: Int32
        /// The index of its tracepoint; -1 for the event that leads a ring or stands for a task there.
        let tracepoint: Int
        let cpu: Int32
    }

    /// A mapped ring and its CPU.
    @safe
    struct Ring: ~Copyable {
        let mapping: RingMapping
        let cpu: Int32
        let scratch: UnsafeMutableRawPointer

        init(mapping: consuming RingMapping, cpu: Int32) {
            self.mapping = mapping
            self.cpu = cpu
            unsafe scratch = UnsafeMutableRawPointer.allocate(
                byteCount: RingCursor.longestRecord, alignment: 8)
        }

        deinit { unsafe scratch.deallocate() }
    }

    /// The open events, leaders first.
    private(set) var events: [Event] = []
    private(set) var rings: UnsafeMutablePointer<Ring>
    private(set) var ringCount = 0
    /// Whether the kernel counts lost samples for each event.
    private(set) var countsLoss = true
    /// What went otherwise than asked, a sentence each.
    private(set) var notes: [String] = []
    /// The tracepoints that the kernel does not let us sample.
    private(set) var refused: Set<Int> = []
    private let words: SampleWords
    private let kind: TargetKind

    /// What the numbers of targets are.
    enum TargetKind {
        /// Just -1: every task.
        case everything
        /// Thread ids.
        case tasks
        /// Descriptors of the folders of cgroups.
        case cgroups
    }

    /// Opens the tracepoints for every target on every CPU; nothing is enabled yet.
    ///
    /// - Parameter ringCPUs: the CPUs that get a ring: those to trace, and where tasks are followed all, since
    ///   a task may change its name on one and be seen on another.
    init(
        tracepoints: [Tracepoint], filters: [String?], targets: [Int32], kind: TargetKind, cpus: [Int32],
        ringCPUs: [Int32], bufferSize: Int, words: SampleWords, followsTasks: Bool
    ) throws(TraceError) {
        self.words = words
        self.kind = kind
        unsafe rings = UnsafeMutablePointer<Ring>.allocate(capacity: ringCPUs.count)
        let needed = (tracepoints.count * cpus.count + ringCPUs.count) * targets.count
        // The soft limit is low for the sake of old programs; the hard one is what an administrator set.
        let limit = System.openFileLimit().rlim_max
        guard needed + 16 <= limit else {
            throw TraceError.tooManyFiles(needed: needed + 16, limit: Int(clamping: limit))
        }
        let leaders = try openRings(
            cpus: ringCPUs, target: targets[0], bufferSize: bufferSize, followsTasks: followsTasks)
        for (ring, leader) in leaders.enumerated() {
            let cpu = unsafe rings[ring].cpu
            for (position, target) in targets.enumerated() {
                if position > 0 {
                    try attach(.dummy(tasks: followsTasks), -1, target, cpu, to: leader)
                }
                for (index, tracepoint) in tracepoints.enumerated() where cpus.contains(cpu) {
                    if refused.contains(index) { continue }
                    let descriptor: Int32?
                    do throws(TraceError) {
                        descriptor = try attach(
                            .tracepoint(tracepoint.layout.id), index, target, cpu, to: leader)
                    } catch {
                        // The leader was permitted and this is not, although nothing is missing.
                        guard case .notPermitted = error, Permissions.hasCapability else { throw error }
                        let reason = TraceError.cannotSample(event: tracepoint.name)
                        guard tracepoint.isOptional else { throw reason }
                        notes.append("\(reason); it is left out")
                        refused.insert(index)
                        continue
                    }
                    guard let descriptor, let filter = filters[index] else { continue }
                    do throws(SystemError) {
                        try System.perfSetFilter(descriptor, filter)
                    } catch {
                        throw TraceError.badFilter(
                            event: tracepoint.name, filter: filter, reason: error.reason, position: nil)
                    }
                }
            }
        }
    }

    deinit {
        close()
        unsafe rings.deallocate()
    }

    /// A walk over each ring from its beginning, and the ring's CPU.
    var cursors: [(cursor: RingCursor, cpu: Int32)] {
        (0..<ringCount).map { index in
            let cursor = unsafe RingCursor(
                data: rings[index].mapping.data, capacity: rings[index].mapping.capacity,
                scratch: rings[index].scratch)
            return unsafe (cursor, rings[index].cpu)
        }
    }

    /// Opens and maps the leader of each CPU's ring, with smaller rings where the memory may not be locked.
    private func openRings(cpus: [Int32], target: Int32, bufferSize: Int, followsTasks: Bool)
        throws(TraceError) -> [Int32]
    {
        let page = System.pageSize
        let asked = max(1, (bufferSize + page - 1) / page)
        var pages = 1
        while pages < asked { pages *= 2 }
        let wanted = pages
        while true {
            do throws(SystemError) {
                for cpu in cpus {
                    // Late enough to be cheap, early enough that the rest of the ring bridges a reader that
                    // waits for its turn on a busy CPU, and that what is read is still in the cache.
                    let request = PerfEventRequest(
                        source: .dummy(tasks: followsTasks), words: words,
                        watermark: min(pages * page / 4, 128 << 10), target: kind)
                    let descriptor: Int32
                    do throws(SystemError) {
                        descriptor = try request.open(target, cpu: cpu, countsLoss: &countsLoss).take()
                    } catch {
                        if error.code == ENODEV {
                            notes.append("CPU \(cpu) went offline; it is left out")
                            continue
                        }
                        throw error
                    }
                    events.append(Event(descriptor: descriptor, tracepoint: -1, cpu: cpu))
                    let mapping = try RingMapping(event: descriptor, pages: pages)
                    unsafe (rings + ringCount).initialize(to: Ring(mapping: mapping, cpu: cpu))
                    ringCount += 1
                }
                break
            } catch {
                if error.call.description == "mmap", error.code == EPERM || error.code == ENOMEM {
                    guard pages > 1 else { throw TraceError.lockedMemory(pages: pages) }
                    close()
                    pages /= 2
                    continue
                }
                throw explain(error, target: target)
            }
        }
        if pages != wanted {
            notes.append(
                "the ring buffers are \(pages * page >> 10) KiB each, not \(wanted * page >> 10): "
                    + "perf_event_mlock_kb or the limit of locked memory (ulimit -l) forbids more")
        }
        guard ringCount > 0 else { throw TraceError.noSuchCPU(cpus.first ?? 0, online: CPUSet([])) }
        return events.map(\.descriptor)
    }

    /// Opens one event that writes into a leader's ring; `nil` where its task has ended meanwhile.
    @discardableResult
    private func attach(
        _ source: PerfEventRequest.Source, _ tracepoint: Int, _ target: Int32, _ cpu: Int32, to leader: Int32
    ) throws(TraceError) -> Int32? {
        let request = PerfEventRequest(source: source, words: words, watermark: 1 << 12, target: kind)
        do throws(SystemError) {
            let descriptor = try request.open(target, cpu: cpu, countsLoss: &countsLoss).take()
            events.append(Event(descriptor: descriptor, tracepoint: tracepoint, cpu: cpu))
            try System.perfSetOutput(descriptor, to: leader)
            return descriptor
        } catch {
            if error.code == ESRCH { return nil }
            throw explain(error, target: target)
        }
    }

    private func explain(_ error: SystemError, target: Int32) -> TraceError {
        switch error.code {
        case EACCES, EPERM:
            TraceError.notPermitted(missing: Permissions.missing(tracefs: nil))
        case EMFILE, ENFILE:
            TraceError.tooManyFiles(
                needed: events.count + 1, limit: Int(clamping: System.openFileLimit().rlim_max))
        case ESRCH: TraceError.noSuchProcess(target)
        default: TraceError(error)
        }
    }

    /// Starts the events that follow tasks, which must run before names are looked up.
    func enableLeaders() throws(TraceError) { try enable { $0.tracepoint < 0 } }

    /// Starts the tracepoints.
    func enableTracepoints() throws(TraceError) { try enable { $0.tracepoint >= 0 } }

    private func enable(_ which: (Event) -> Bool) throws(TraceError) {
        do throws(SystemError) {
            for event in events where which(event) { try System.perfEnable(event.descriptor) }
        } catch {
            throw TraceError(error)
        }
    }

    /// Stops all events; what the rings hold can still be read.
    func disable() {
        for event in events where event.tracepoint >= 0 { System.perfDisable(event.descriptor) }
        for event in events where event.tracepoint < 0 { System.perfDisable(event.descriptor) }
    }

    /// What each event has lost so far, those that lost nothing left out (`read`, `PERF_FORMAT_LOST`).
    func losses() -> [Loss] {
        guard countsLoss else { return [] }
        var sums: [[Int32: UInt64]] = []
        for event in events where event.tracepoint >= 0 {
            // The count of events comes first, then that of lost ones.
            var values: (UInt64, UInt64) = (0, 0)
            let got = unsafe withUnsafeMutableBytes(of: &values) {
                try? unsafe System.read(event.descriptor, into: $0)
            }
            guard got == 16, values.1 > 0 else { continue }
            while sums.count <= event.tracepoint { sums.append([:]) }
            sums[event.tracepoint][event.cpu, default: 0] += values.1
        }
        return sums.enumerated().flatMap { index, byCPU in
            byCPU.sorted { $0.key < $1.key }.map { Loss(event: index, cpu: $0.key, count: $0.value) }
        }
    }

    /// Unmaps the rings and closes the events; up to 40 ms for each tracepoint.
    func close() {
        while ringCount > 0 {
            ringCount -= 1
            unsafe (rings + ringCount).deinitialize(count: 1)
        }
        for event in events { System.close(event.descriptor) }
        events = []
    }

    /// Leaves the closing of the events to the kernel, for a process that is about to exit.
    ///
    /// Whoever closes a tracepoint last waits for a grace period; 80 events take three seconds. An
    /// io_uring instance is torn down by a worker of the kernel after the exit; where there is none to be
    /// had, a child process that nobody waits for holds the descriptors a moment longer.
    func abandon() {
        while ringCount > 0 {
            ringCount -= 1
            unsafe (rings + ringCount).deinitialize(count: 1)
        }
        let descriptors = events.map(\.descriptor)
        do throws(SystemError) {
            try System.handOver(descriptors)
        } catch {
            System.linger(holding: descriptors)
        }
        for descriptor in descriptors { System.close(descriptor) }
        events = []
    }
}
