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
        /// Whether the kernel starts it when its task executes a program.
        var startsItself = false
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

    /// The words of each sample.
    var words: SampleWords { request.words }
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
    private let request: Request
    /// What tells of the paths of system calls; `nil` where it is not wanted, or cannot be had.
    private var paths: PathProgram?
    /// What was lost by events that have been opened anew: by tracepoint, then CPU.
    private var pastLosses: [Int: [Int32: UInt64]] = [:]

    /// What the numbers of targets are.
    enum TargetKind {
        /// Just -1: every task.
        case everything
        /// Thread ids.
        case tasks
        /// Descriptors of the folders of cgroups.
        case cgroups
    }

    /// What is opened on each CPU.
    struct Request {
        let tracepoints: [Tracepoint]
        /// The kernel's filter of each tracepoint.
        let filters: [String?]
        let kind: TargetKind
        /// The CPUs to trace.
        let cpus: [Int32]
        /// The CPUs that get a ring: those to trace, and where tasks are followed all, since a task may
        /// change its name on one and be seen on another.
        let ringCPUs: [Int32]
        /// The size of each ring in bytes.
        let bufferSize: Int
        let words: SampleWords
        let followsTasks: Bool
        /// Which records of what tasks map are wanted.
        let mappings: MappingRecords
        /// Whether events are counted, and no sample is written.
        let countsOnly: Bool
        /// The task that is counted from its exec on.
        let heldTask: Int32?
        /// Which arguments of system calls are paths that are wanted, as bits, by the call's number.
        let pathArguments: [UInt8]
    }

    /// Opens the tracepoints for every target on every CPU; nothing is enabled yet.
    init(_ request: Request, targets: [Int32]) throws(TraceError) {
        self.request = request
        unsafe rings = UnsafeMutablePointer<Ring>.allocate(capacity: request.ringCPUs.count)
        try Attachment.checkFileLimit(request, targetCount: targets.count)
        // A first thread that has ended is listed as long as others of its process run.
        var targets = targets
        var leaders: [Int32] = []
        while leaders.isEmpty {
            do throws(TraceError) {
                leaders = try openRings(target: targets.first ?? -1)
            } catch {
                guard case .noSuchProcess = error, targets.count > 1 else { throw error }
                close()
                targets.removeFirst()
            }
        }
        for (ring, leader) in leaders.enumerated() {
            try openEvents(on: unsafe rings[ring].cpu, targets: targets, leader: leader)
        }
        attachPaths()
    }

    /// Makes sure that so many targets can be traced with the open files that we may have.
    private static func checkFileLimit(_ request: Request, targetCount: Int) throws(TraceError) {
        let perTarget = request.tracepoints.count * request.cpus.count + request.ringCPUs.count
        // The soft limit is low for the sake of old programs; the hard one is what an administrator set.
        let limit = System.openFileLimit().rlim_max
        let needed = perTarget * targetCount + 16
        guard needed <= limit else {
            throw TraceError.tooManyFiles(needed: needed, limit: Int(clamping: limit))
        }
    }

    /// Opens what is traced on a CPU into the ring of its leader, which is open.
    private func openEvents(on cpu: Int32, targets: [Int32], leader: Int32) throws(TraceError) {
        for (position, target) in targets.enumerated() {
            if position > 0 { try attach(dummy, -1, target, cpu, to: leader) }
            for (index, tracepoint) in request.tracepoints.enumerated()
            where tracepoint.isOfPaths && position == 0 && request.cpus.contains(cpu) {
                try openPaths(index, cpu, leader: leader)
            }
            for (index, tracepoint) in request.tracepoints.enumerated()
            where !tracepoint.isOfPaths && request.cpus.contains(cpu) && !refused.contains(index) {
                let descriptor: Int32?
                do throws(TraceError) {
                    descriptor = try attach(source(of: tracepoint, target), index, target, cpu, to: leader)
                } catch {
                    if let probe = tracepoint.probe, case .system(_, let reason, let code) = error {
                        // 524 is the kernel's own ENOTSUPP, for which the C library has no words.
                        let cause =
                            code == 524 || code == EINVAL
                            ? "there is no instruction there that it can put a probe on" : reason
                        throw TraceError.badProbe(probe.text, reason: cause, range: probe.placeRange)
                    }
                    // The leader was permitted and this is not, although nothing is missing.
                    guard case .notPermitted = error, Permissions.hasCapability else { throw error }
                    let reason = TraceError.cannotSample(event: tracepoint.name)
                    guard tracepoint.isOptional else { throw reason }
                    notes.append("\(reason); it is left out")
                    refused.insert(index)
                    continue
                }
                guard let descriptor, let filter = request.filters[index] else { continue }
                do throws(SystemError) {
                    try System.perfSetFilter(descriptor, filter)
                } catch {
                    throw TraceError.badFilter(
                        event: tracepoint.name, filter: filter, reason: error.reason, position: nil)
                }
            }
        }
    }

    private var dummy: PerfEventRequest.Source {
        .dummy(tasks: request.followsTasks, mappings: request.mappings)
    }

    /// Opens what the program that tells of paths writes into on a CPU; where that cannot be, there are no paths.
    private func openPaths(_ index: Int, _ cpu: Int32, leader: Int32) throws(TraceError) {
        do throws(SystemError) {
            if paths == nil {
                let count = Int(request.ringCPUs.max() ?? 0) + 1
                paths = try PathProgram(arguments: request.pathArguments, cpuCount: count)
            }
            let event = PerfEventRequest(
                source: .output, words: request.words, watermark: 1 << 12, target: .everything)
            let descriptor = try event.open(-1, cpu: cpu, countsLoss: &countsLoss).take()
            events.append(Event(descriptor: descriptor, tracepoint: index, cpu: cpu))
            try System.perfSetOutput(descriptor, to: leader)
            try paths?.setOutput(descriptor, cpu: cpu)
        } catch {
            paths = nil
            refused.insert(index)
        }
    }

    /// Runs the program that tells of paths, where there is one.
    private func attachPaths() {
        guard paths != nil, let cpu = events.first?.cpu else { return }
        do throws(SystemError) {
            let begin = try openForProgram("raw_syscalls:sys_enter", cpu)
            let end = try openForProgram("raw_syscalls:sys_exit", cpu)
            try paths?.attach(begin: begin, end: end)
        } catch {
            paths = nil
        }
    }

    /// Opens an event that a program is run for, and is never started.
    ///
    /// It is one that no task inherits: when a task ends that has inherited one, the kernel takes the program away
    /// from the tracepoint.
    private func openForProgram(_ name: String, _ cpu: Int32) throws(SystemError) -> Int32 {
        guard let index = request.tracepoints.firstIndex(where: { $0.name == name }) else {
            throw SystemError(call: "bpf", subject: name, code: ENOENT)
        }
        let event = PerfEventRequest(
            source: .tracepoint(request.tracepoints[index].layout.id), words: request.words,
            watermark: 1 << 12,
            target: .everything)
        let descriptor = try event.open(-1, cpu: cpu, countsLoss: &countsLoss).take()
        events.append(Event(descriptor: descriptor, tracepoint: index, cpu: cpu, startsItself: true))
        return descriptor
    }

    /// Whether calls of the 32-bit interface are marked.
    var marksCompatCalls: Bool { paths != nil && PathProgram.marksCompat }

    private func source(of tracepoint: Tracepoint, _ target: Int32) -> PerfEventRequest.Source {
        let id = tracepoint.layout.id
        return request.countsOnly ? .counter(id, fromExec: target == request.heldTask) : .tracepoint(id)
    }

    /// Opens and starts anew what was on a CPU that has been offline, which took it away for good; answers
    /// the ring's index, `nil` where it is offline again. What the old ring held must have been read.
    func reopen(_ cpu: Int32, targets: [Int32]) throws(TraceError) -> Int? {
        guard let ring = (0..<ringCount).first(where: { unsafe rings[$0].cpu == cpu }) else {
            return nil
        }
        let capacity = unsafe rings[ring].mapping.capacity
        let old = events.filter { $0.cpu == cpu }
        for loss in losses(of: old) { pastLosses[loss.event, default: [:]][cpu, default: 0] += loss.count }
        events.removeAll { $0.cpu == cpu }
        // What closes later would hold a probe for as long as we run.
        let hasProbes = request.tracepoints.contains { $0.probe != nil }
        defer {
            if hasProbes {
                for event in old { System.close(event.descriptor) }
            } else {
                Attachment.closeLater(old.map(\.descriptor))
            }
        }
        let leader: Int32
        do throws(SystemError) {
            leader = try openLeader(targets[0], cpu, pages: capacity / System.pageSize)
            let mapping = try RingMapping(event: leader, pages: capacity / System.pageSize)
            unsafe (rings + ring).deinitialize(count: 1)
            unsafe (rings + ring).initialize(to: Ring(mapping: mapping, cpu: cpu))
        } catch {
            if error.code == ENODEV { return nil }
            throw explain(error, target: targets[0])
        }
        try openEvents(on: cpu, targets: targets, leader: leader)
        attachPaths()
        try enable { $0.cpu == cpu && $0.tracepoint < 0 }
        try enable { $0.cpu == cpu && $0.tracepoint >= 0 }
        return ring
    }

    deinit {
        close()
        unsafe rings.deallocate()
    }

    /// Opens the sentinels of all that is traced; `nil` where they would be too many, or cannot be had.
    func makeSentinels() -> Sentinels? {
        let traced = request.tracepoints.indices.filter {
            !refused.contains($0) && !request.tracepoints[$0].isOfPaths
        }
        guard request.kind == .everything, !request.countsOnly,
            traced.count * request.cpus.count <= Sentinels.limit
        else {
            return nil
        }
        return try? Sentinels(
            traced.map { (request.tracepoints[$0].layout.id, request.filters[$0]) }, cpus: request.cpus)
    }

    /// The size of each ring in bytes.
    var ringSize: Int { ringCount > 0 ? unsafe rings[0].mapping.capacity : 0 }

    /// A walk over each ring from its beginning, and the ring's CPU.
    var cursors: [(cursor: RingCursor, cpu: Int32)] {
        (0..<ringCount).map { unsafe (cursor(of: $0), rings[$0].cpu) }
    }

    /// A walk over a ring from its beginning.
    func cursor(of ring: Int) -> RingCursor {
        unsafe RingCursor(
            data: rings[ring].mapping.data, capacity: rings[ring].mapping.capacity,
            scratch: rings[ring].scratch)
    }

    /// Opens and maps the leader of each CPU's ring, with smaller rings where the memory may not be locked.
    private func openRings(target: Int32) throws(TraceError) -> [Int32] {
        let page = System.pageSize
        let wanted = RingMapping.pages(holding: request.bufferSize)
        var pages = wanted
        while true {
            do throws(SystemError) {
                for cpu in request.ringCPUs { try openRing(target, cpu, pages: pages) }
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
        guard ringCount > 0 else { throw TraceError.noSuchCPU(request.cpus.first ?? 0, online: CPUSet([])) }
        return events.map(\.descriptor)
    }

    /// Opens and maps one ring, unless its CPU has gone offline.
    private func openRing(_ target: Int32, _ cpu: Int32, pages: Int) throws(SystemError) {
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try openLeader(target, cpu, pages: pages)
        } catch {
            guard error.code == ENODEV else { throw error }
            notes.append("CPU \(cpu) went offline; it is left out")
            return
        }
        let mapping = try RingMapping(event: descriptor, pages: pages)
        unsafe (rings + ringCount).initialize(to: Ring(mapping: mapping, cpu: cpu))
        ringCount += 1
    }

    /// Opens the event that leads a ring.
    private func openLeader(_ target: Int32, _ cpu: Int32, pages: Int) throws(SystemError) -> Int32 {
        // Late enough to be cheap, early enough that the rest of the ring bridges a reader that
        // waits for its turn on a busy CPU, and that what is read is still in the cache.
        let leader = PerfEventRequest(
            source: dummy, words: request.words,
            watermark: min(pages * System.pageSize / 4, 128 << 10), target: request.kind)
        let descriptor = try leader.open(target, cpu: cpu, countsLoss: &countsLoss).take()
        events.append(Event(descriptor: descriptor, tracepoint: -1, cpu: cpu))
        return descriptor
    }

    /// Opens one event that writes into a leader's ring; `nil` where its task has ended meanwhile.
    @discardableResult
    private func attach(
        _ source: PerfEventRequest.Source, _ tracepoint: Int, _ target: Int32, _ cpu: Int32, to leader: Int32
    ) throws(TraceError) -> Int32? {
        let stacks = tracepoint >= 0 ? request.tracepoints[tracepoint].stacks : StackRequest()
        let event = PerfEventRequest(
            source: source, words: request.words, watermark: 1 << 12, target: request.kind, stacks: stacks)
        do throws(SystemError) {
            let descriptor = try event.open(target, cpu: cpu, countsLoss: &countsLoss).take()
            let waits = request.countsOnly && target == request.heldTask && tracepoint >= 0
            events.append(
                Event(descriptor: descriptor, tracepoint: tracepoint, cpu: cpu, startsItself: waits))
            if !request.countsOnly || tracepoint < 0 { try System.perfSetOutput(descriptor, to: leader) }
            return descriptor
        } catch {
            // The task has ended, or the CPU has gone offline.
            if error.code == ESRCH || error.code == ENODEV { return nil }
            throw explain(error, target: target)
        }
    }

    /// The events as a recording has them: each tracepoint, and last what tells of tasks.
    func recordedEvents() throws(SystemError) -> [RecordedEvent] {
        var recorded: [RecordedEvent] = []
        for index in Array(request.tracepoints.indices) + [-1] where !refused.contains(index) {
            var ids: [UInt64] = []
            for event in events where event.tracepoint == index {
                ids.append(try System.perfID(event.descriptor))
            }
            let source = index < 0 ? dummy : .tracepoint(request.tracepoints[index].layout.id)
            let attributes = PerfEventRequest(
                source: source, words: request.words, watermark: 1 << 12, target: request.kind,
                stacks: index < 0 ? StackRequest() : request.tracepoints[index].stacks
            ).attributes(countsLoss: countsLoss)
            recorded.append(
                RecordedEvent(
                    name: index < 0 ? "dummy" : request.tracepoints[index].name, index: index,
                    attributes: unsafe withUnsafeBytes(of: attributes) { unsafe Array($0) }, ids: ids))
        }
        return recorded
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
            for event in events where which(event) && !event.startsItself {
                try System.perfEnable(event.descriptor)
            }
        } catch {
            throw TraceError(error)
        }
    }

    /// Stops all events; what the rings hold can still be read.
    func disable() {
        for event in events where event.tracepoint >= 0 { System.perfDisable(event.descriptor) }
        for event in events where event.tracepoint < 0 { System.perfDisable(event.descriptor) }
    }

    /// What each event has lost so far, those that lost nothing left out.
    func losses() -> [Loss] {
        guard countsLoss else { return [] }
        var sums = pastLosses
        for loss in losses(of: events) { sums[loss.event, default: [:]][loss.cpu, default: 0] += loss.count }
        return sums.sorted { $0.key < $1.key }.flatMap { event, byCPU in
            byCPU.sorted { $0.key < $1.key }.map { Loss(event: event, cpu: $0.key, count: $0.value) }
        }
    }

    /// How many events of each tracepoint have come on each CPU (`read`).
    func counts() -> [(event: Int, cpu: Int32, count: UInt64)] {
        events.compactMap { event in
            guard event.tracepoint >= 0 else { return nil }
            var values: (UInt64, UInt64) = (0, 0)
            let got = unsafe withUnsafeMutableBytes(of: &values) {
                try? unsafe System.read(event.descriptor, into: $0)
            }
            return (event.tracepoint, event.cpu, got ?? 0 > 0 ? values.0 : 0)
        }
    }

    /// What open events have lost (`read`, `PERF_FORMAT_LOST`).
    private func losses(of events: [Event]) -> [Loss] {
        guard countsLoss else { return [] }
        return events.compactMap { event in
            guard event.tracepoint >= 0 else { return nil }
            // The count of events comes first, then that of lost ones.
            var values: (UInt64, UInt64) = (0, 0)
            let got = unsafe withUnsafeMutableBytes(of: &values) {
                try? unsafe System.read(event.descriptor, into: $0)
            }
            guard got == 16, values.1 > 0 else { return nil }
            return Loss(event: event.tracepoint, cpu: event.cpu, count: values.1)
        }
    }

    /// Unmaps the rings and closes the events; up to 40 ms for each tracepoint.
    func close() {
        for descriptor in takeDescriptors() { System.close(descriptor) }
    }

    /// Unmaps the rings and gives the descriptors of the events away, which the caller closes.
    func takeDescriptors() -> [Int32] {
        while ringCount > 0 {
            ringCount -= 1
            unsafe (rings + ringCount).deinitialize(count: 1)
        }
        defer { events = [] }
        return events.map(\.descriptor)
    }

    /// Leaves the closing of the events to the kernel, for a process that is about to exit.
    ///
    /// Whoever closes a tracepoint last waits for a grace period; 80 events take three seconds. An
    /// io_uring instance is torn down by a worker of the kernel after the exit; where there is none to be
    /// had, a child process that nobody waits for holds the descriptors a moment longer.
    func abandon() { Attachment.closeLater(takeDescriptors()) }

    /// Closes descriptors without waiting for the kernel's grace periods.
    static func closeLater(_ descriptors: [Int32]) {
        if descriptors.isEmpty { return }
        do throws(SystemError) {
            try System.handOver(descriptors)
        } catch {
            System.linger(holding: descriptors)
        }
        for descriptor in descriptors { System.close(descriptor) }
    }
}
