internal import Glibc

/// Traces tracepoints: add them by name, open, read events.
///
///     let observer = try Observer()
///     let exec = try observer.add("sched:sched_process_exec")
///     try observer.open()
///     while let event = try observer.read() {
///         print("exec\t\(event.int("pid") ?? -1)\t\(event.string("filename") ?? "?")")
///     }
///
/// An observer owns a ring buffer for each CPU, which all its tracepoints share. It is used from one thread
/// at a time.
public final class Observer {
    /// The tracepoints in the order in which they were added; `Sample.event` is an index into it.
    public private(set) var tracepoints: [Tracepoint] = []
    /// Which tasks are traced.
    public let scope: Scope
    /// The CPUs that are traced.
    public let cpus: CPUSet
    /// What went otherwise than asked, a sentence each; complete once the observer is open.
    public var notes: [String] { attachment?.notes ?? [] }

    private let online: CPUSet
    /// The CPUs that have gone offline while they are traced, and when to look again.
    private var offline: Set<Int32> = []
    private var nextCPUCheck: UInt64 = 0
    /// When the tracepoints were started, in nanoseconds of the event clock; no event is older.
    public private(set) var startTime: UInt64 = 0

    package let options: ObserverOptions
    private let catalog: Catalog
    private var attachment: Attachment?
    /// The probes in the kernel, which outlive their perf events.
    private var probes: ProbeGroup?
    private var engine: Engine?
    /// What names the addresses of call chains of programs; it is told what processes map to execute.
    private var symbolizer: Symbolizer?
    private var poller: Poller
    private var drainLimit: UInt64 = 0
    /// What finds out when events were lost; nothing where that is not asked for.
    private var lossWatch: LossWatch?
    /// The time within which events were lost that the next batch tells of.
    private var lossWindow: Range<UInt64>?
    /// How long an event is held back, so that one from another CPU can still come before it; nanoseconds.
    private var slack: UInt64 = 1_000_000
    private var liveTasks = 0
    /// How many drains in a row have found nothing.
    private var emptyDrains = 0
    /// What wakes us while little happens; opened when that is first so.
    private var sentinels: Sentinels?
    /// Whether one of them has just woken us.
    private var isWoken = false
    /// Whether there can be none.
    private var lacksSentinels = false
    /// How long an exit waits until probes are removed, which goes on without us; milliseconds. The kernel takes
    /// some 75 for each.
    private static let removalPatience: Int32 = 300
    /// Tokens below this are the caller's.
    private static let ownTokens: UInt64 = 1 << 32
    /// Events that were copied out of the rings and have not been read yet.
    var pending = EventQueue()
    /// What the rings' content is written to, and how.
    /// The processes besides our own whose events are dropped.
    private var others: [Int32] = []
    private var recorder: Recorder?
    /// Whether nothing more will come.
    var hasEnded = false
    /// Whether the tracepoints are attached.
    public var isOpen: Bool { attachment != nil }
    /// Ends the reading, from any thread.
    public let stopper: Stopper

    /// Makes an observer that has no tracepoints yet.
    ///
    /// - Throws: `TraceError.tracefsNotMounted`, `notPermitted`, `noSuchCPU`.
    public init(
        scope: Scope = .system, options: ObserverOptions = ObserverOptions(), catalog: Catalog? = nil
    ) throws(TraceError) {
        self.scope = scope
        self.options = options
        if let catalog { self.catalog = catalog } else { self.catalog = try Catalog() }
        online = try translatingErrors(CPUSet.online)
        cpus = options.cpus ?? online
        for cpu in cpus.cpus where !online.cpus.contains(cpu) {
            throw TraceError.noSuchCPU(cpu, online: online)
        }
        poller = try translatingErrors { () throws(SystemError) in try Poller() }
        stopper = try translatingErrors { () throws(SystemError) in try Stopper() }
        try watch(stopper.descriptor, .readable, token: Observer.ownTokens - 1)
    }

    deinit { close() }

    /// Adds a tracepoint by name and answers its index.
    ///
    /// - Parameters:
    ///   - name: `subsystem:name`.
    ///   - filter: a filter in the kernel's syntax, `prev_pid != 0` for example.
    /// - Throws: `TraceError.noSuchEvent`, `badFormat`, or `misuse` on an open observer.
    @discardableResult
    public func add(_ name: String, filter: String? = nil) throws(TraceError) -> Int {
        try add(catalog.layout(of: name), filter: filter)
    }

    /// Adds a tracepoint whose layout has been read already and answers its index.
    ///
    /// - Parameter isOptional: whether it is left out with a note where the kernel does not let it be traced.
    @discardableResult
    public func add(_ layout: EventLayout, filter: String? = nil, isOptional: Bool = false)
        throws(TraceError) -> Int
    {
        guard attachment == nil else { throw TraceError.misuse("the observer is open") }
        if let index = tracepoints.firstIndex(where: { $0.probe == nil && $0.layout.id == layout.id }) {
            throw TraceError.misuse("\(tracepoints[index].name) has been added before")
        }
        tracepoints.append(Tracepoint(layout: layout, filter: filter, isOptional: isOptional))
        return tracepoints.count - 1
    }

    /// Adds a probe and answers its index; the kernel gets it when the observer opens.
    ///
    /// - Throws: `TraceError.badFormat`, or `misuse` on an open observer and for a probe that was added before.
    @discardableResult
    public func add(_ probe: Probe, filter: String? = nil, isOptional: Bool = false)
        throws(TraceError) -> Int
    {
        guard attachment == nil else { throw TraceError.misuse("the observer is open") }
        if let known = tracepoints.first(where: { $0.probe?.identity == probe.identity }) {
            throw TraceError.misuse("\(known.name) has been added before")
        }
        tracepoints.append(
            Tracepoint(layout: try probe.layout, filter: filter, isOptional: isOptional, probe: probe))
        return tracepoints.count - 1
    }

    /// Asks for the call chains of an event, by its index, before the observer opens.
    public func add(_ stacks: StackRequest, to event: Int) { tracepoints[event].stacks = stacks }

    /// Tells a symbolizer, from the opening on, what processes map to execute.
    public func tell(_ symbolizer: Symbolizer) { self.symbolizer = symbolizer }

    /// Has the kernel make the events of our probes.
    private func makeProbes() throws(TraceError) {
        guard tracepoints.contains(where: { $0.probe != nil }) else { return }
        let group = ProbeGroup(catalog: catalog)
        for index in tracepoints.indices {
            guard let probe = tracepoints[index].probe else { continue }
            let made = try group.make(probe)
            let own = tracepoints[index].layout
            tracepoints[index].layout = made.renamed(own.subsystem, own.name, id: made.id)
            tracepoints[index].kernelName = made.fullName
        }
        probes = group
    }

    /// The number of tracepoints that are traced: all but those that the kernel refused.
    public var tracedCount: Int { tracepoints.count - (attachment?.refused.count ?? 0) }

    /// Attaches to the tracepoints and starts them; events flow into the rings when it returns.
    ///
    /// - Throws: `TraceError.notPermitted`, `badFilter`, `noSuchProcess`, `tooManyFiles`, `lockedMemory`.
    public func open() throws(TraceError) {
        guard attachment == nil else { throw TraceError.misuse("the observer is open") }
        guard !tracepoints.isEmpty else { throw TraceError.misuse("the observer has no tracepoints") }
        System.raiseOpenFileLimit()
        catalog.removeStaleProbes()
        try makeProbes()
        let plan = makePlan()
        let attachment = try attach(plan)
        var engine = Engine(plan: plan, ids: tracepoints.map(\.layout.id), rings: attachment.cursors)
        if wantsUserStacks { engine.symbolizer = symbolizer }
        let own = System.processID
        if scope == .system, options.excludesSelf, plan.words.contains(.ids) { engine.excluded = [own] }
        for event in attachment.events where event.tracepoint < 0 {
            try watchRing(event)
            liveTasks += 1
        }
        try attachment.enableLeaders()
        // Names are looked up while renamings are recorded already, so that none is missed, and before the
        // tracepoints start, so that none is newer than an event.
        if plan.tracksTasks {
            let pids =
                switch scope {
                case .system, .cgroups: TaskDirectory.processes()
                case .processes(let pids): pids
                // Few enough to be looked up when they are met, which is too late for a recording.
                case .threads(let tids):
                    recorder == nil ? [Int32]() : Array(Set(tids.compactMap { TaskDirectory.task($0)?.pid }))
                }
            for pid in pids { TaskDirectory.enter(pid, into: &engine.tasks.names) }
            if options.needs.contains(.process) { engine.learnProcesses(pids) }
            if let symbolizer = engine.symbolizer { for pid in pids { symbolizer.learn(pid) } }
        }
        if recorder != nil { try beginRecording(attachment, engine.tasks.names, plan) }
        startTime = System.monotonicTime()
        try attachment.enableTracepoints()
        if options.tellsLossWindows { lossWatch = LossWatch(from: startTime) }
        self.attachment = attachment
        self.engine = consume engine
    }

    /// What samples must carry for what is wanted.
    func makePlan() -> Engine.Plan {
        let isGlobal = PIDNamespace.isInitial
        let needsOwnIDs = isGlobal ? needsIDsInSamples : needsIDsInNamespace
        var words: SampleWords = needsOwnIDs ? [.time, .raw, .ids] : [.time, .raw]
        if tracepoints.contains(where: { !$0.stacks.isEmpty }) { words.insert(.callChain) }
        // Without it the kernel repeats the sample of such an event for each nanosecond, up to its limit.
        if tracepoints.contains(where: \.layout.addsUpTime) { words.insert(.period) }
        // Whoever reads a recording tells events and CPUs apart by what is in each sample.
        if recorder != nil { words.formUnion([.ids, .cpu, .identifier]) }
        // Without an address of its own perf shows no call chain of a sample.
        if recorder != nil, words.contains(.callChain) { words.insert(.instructionPointer) }
        let commonPid = tracepoints[0].layout.commonFields.first { $0.name == "common_pid" }
        return Engine.Plan(
            words: words, needs: recorder == nil ? options.needs : options.needs.union([.pid, .comm]),
            hasGlobalIDs: isGlobal,
            commonPidOffset: commonPid?.offset ?? 4,
            copiesStacks: tracepoints.contains(where: \.stacks.copiesStack))
    }

    private func mappingRecords(_ plan: Engine.Plan) -> MappingRecords {
        if !wantsUserStacks { return .none }
        return recorder != nil && plan.copiesStacks ? .all : .code
    }

    private var wantsUserStacks: Bool { tracepoints.contains { $0.stacks.user } }

    /// Whether samples must carry the ids of their task where `common_pid` is one that we can use.
    ///
    /// They cost the traced program an eighth of what an event does. The process of a thread is known from the
    /// records of tasks too, where those tell of all tasks that are traced and are asked for anyway.
    private var needsIDsInSamples: Bool {
        let excludesReaders = scope == .system && options.excludesSelf && options.excludedPipe != nil
        guard excludesReaders || !options.needs.isDisjoint(with: [.pid, .process]) else { return false }
        return targetKind == .cgroups || options.needs.isDisjoint(with: Engine.Plan.needsOfTasks)
    }

    /// Whether samples must carry the ids of their task in a PID namespace, where nothing else tells them.
    private var needsIDsInNamespace: Bool {
        !options.needs.isDisjoint(with: [.tid, .pid, .comm, .process])
            || (scope == .system && options.excludesSelf)
    }

    /// The CPUs that get a ring: where tasks are followed, those too that are not traced.
    func ringCPUs(_ plan: Engine.Plan) -> [Int32] { plan.tracksTasks ? online.cpus : cpus.cpus }

    /// The size of each ring in bytes; where nothing is sampled, of the least that there can be.
    var ringBytes: Int { options.countsOnly ? 1 : options.bufferSize(cpuCount: cpus.cpus.count) }

    private var targetKind: Attachment.TargetKind {
        scope == .system ? .everything : scope.isOfTasks ? .tasks : .cgroups
    }

    private func attach(_ plan: Engine.Plan) throws(TraceError) -> Attachment {
        do throws(TraceError) {
            let folders = try cgroupFolders()
            defer { for folder in folders { System.close(folder) } }
            let targets = targetKind == .everything ? [-1] : targetKind == .tasks ? try threads() : folders
            return try Attachment(
                Attachment.Request(
                    tracepoints: tracepoints, filters: kernelFilters(plan), kind: targetKind, cpus: cpus.cpus,
                    ringCPUs: ringCPUs(plan),
                    bufferSize: ringBytes,
                    words: plan.words, followsTasks: plan.tracksTasks, mappings: mappingRecords(plan),
                    countsOnly: options.countsOnly,
                    heldTask: options.heldProcess, pathArguments: options.pathArguments), targets: targets)
        } catch {
            guard case .badFilter(let event, _, let reason, _) = error,
                let tracepoint = tracepoints.first(where: { $0.name == event }),
                let filter = tracepoint.filter
            else { throw error }
            let told = catalog.explainFilter(filter, of: tracepoint.kernelName)
            throw TraceError.badFilter(
                event: event, filter: filter, reason: told?.reason ?? reason, position: told?.position)
        }
    }

    /// What the kernel tests for each tracepoint: the caller's filter, and that it is not us.
    func kernelFilters(_ plan: Engine.Plan) -> [String?] {
        let own = "common_pid != \(System.processID)"
        let excludesOwn = scope == .system && options.excludesSelf && plan.hasGlobalIDs
        return tracepoints.map {
            if $0.isOfPaths { return nil }
            return switch ($0.filter, excludesOwn) {
            case (nil, false): nil
            case (nil, true): own
            case (let filter?, false): filter
            case (let filter?, true): "(\(filter)) && \(own)"
            }
        }
    }

    /// The thread ids to attach to.
    func threads() throws(TraceError) -> [Int32] {
        var threads: [Int32] = []
        switch scope {
        case .processes(let pids):
            for pid in pids {
                let own = TaskDirectory.threads(of: pid)
                if own.isEmpty {
                    // To look into its folder takes an open file.
                    try translatingErrors { () throws(SystemError) in try System.checkOpens("/proc/\(pid)") }
                    throw TraceError.noSuchProcess(pid)
                }
                threads += own.filter { !threads.contains($0) }
            }
        case .threads(let tids):
            for tid in tids {
                if TaskDirectory.task(tid) == nil { throw TraceError.noSuchProcess(tid) }
                if !threads.contains(tid) { threads.append(tid) }
            }
        case .system, .cgroups: break
        }
        return threads
    }

    /// The folders of the cgroups that are traced, open.
    private func cgroupFolders() throws(TraceError) -> [Int32] {
        guard case .cgroups(let paths) = scope else { return [] }
        var folders: [Int32] = []
        for path in paths {
            do throws(SystemError) {
                folders.append(try System.open(path, O_RDONLY | O_DIRECTORY).take())
            } catch {
                for folder in folders { System.close(folder) }
                throw TraceError.noSuchCgroup(path, reason: error.reason)
            }
        }
        return folders
    }
}

// MARK: Reading in batches

extension Observer {
    /// What ended a wait.
    package struct Wakeup {
        /// The tokens of the caller's descriptors that are ready, with what for.
        package var others: [(token: UInt64, events: Poller.Events)] = []
        /// Whether every traced task has ended.
        package var tasksHaveEnded = false
        /// Whether `stop` was called.
        package var isStopped = false
        /// What has happened to the CPUs that are traced, a sentence each.
        package var notes: [String] = []
    }

    /// Waits for a descriptor of the caller's too, under a token below 2^32 - 1.
    package func watch(_ descriptor: Int32, _ events: Poller.Events, token: UInt64) throws(TraceError) {
        try translatingErrors { () throws(SystemError) in
            try poller.add(descriptor, events, token: token)
        }
    }

    /// Waits for a descriptor no more.
    package func unwatch(_ descriptor: Int32) { poller.remove(descriptor) }

    /// Waits until a ring has a good deal of data, a descriptor of the caller's is ready, or it is time to
    /// look into the rings anyway.
    ///
    /// - Parameter atMost: the longest wait in milliseconds, shortened where events wait to be given out.
    package func wait(atMost: Int32) throws(TraceError) -> Wakeup {
        let rhythm = rhythm()
        var wakeup = Wakeup()
        var hasNews = false
        var gone: [Int32] = []
        let timeout = min(max(0, atMost), rhythm)
        try translatingErrors { () throws(SystemError) in
            try poller.wait(timeout: timeout) { token, events in
                if token == Observer.ownTokens - 1 {
                    wakeup.isStopped = true
                } else if token == Observer.ownTokens - 2 {
                    hasNews = true
                } else if token < Observer.ownTokens {
                    wakeup.others.append((token, events))
                } else if events.contains(.hungUp) {
                    gone.append(Int32(clamping: token - Observer.ownTokens))
                }
            }
        }
        if hasNews {
            sentinels?.take(at: System.monotonicTime())
            isWoken = true
        }
        for descriptor in gone {
            poller.remove(descriptor)
            liveTasks -= 1
        }
        wakeup.notes = try checkCPUs()
        wakeup.tasksHaveEnded = attachment != nil && scope.isOfTasks && liveTasks <= 0
        return wakeup
    }

    /// How long to wait at most, in milliseconds, before the rings are looked into.
    private func rhythm() -> Int32 {
        if options.countsOnly { return 1000 }
        if engine?.holdsBack == true { return Int32(clamping: slack / 1_000_000 + 1) }
        if isWoken {
            // The sentinel may have woken us before the event itself was written.
            isWoken = false
            return 1
        }
        // At a low rate a ring does not fill up to its watermark: looking every 10 ms shows a line in time.
        guard emptyDrains > 20 else { return sentinels?.isArmed == true ? 1000 : 10 }
        // A look costs some 30 microseconds, most of them for waking up. While nothing happens the next event
        // is to wake us; what came before that is armed is looked for once more.
        if sentinels == nil, !lacksSentinels { openSentinels() }
        let hasJustArmed = try? sentinels?.arm(at: System.monotonicTime())
        switch hasJustArmed {
        case .some(true): return 1
        case .some(false): return 1000
        // Less often, and with what an event is held back still within 20 ms.
        case .none: return 18
        }
    }

    private func dropSentinels() {
        let held = takeSentinels()
        if probes == nil {
            Attachment.closeLater(held)
        } else {
            // What closes later would hold a probe for as long as we run.
            for descriptor in held { System.close(descriptor) }
        }
    }

    /// Ends the sentinels and gives their descriptors away, which the caller closes.
    private func takeSentinels() -> [Int32] {
        for descriptor in sentinels?.leaders ?? [] { poller.remove(descriptor) }
        defer { sentinels = nil }
        return sentinels?.takeDescriptors() ?? []
    }

    private func openSentinels() {
        sentinels = attachment?.makeSentinels()
        lacksSentinels = sentinels == nil
        for descriptor in sentinels?.leaders ?? [] {
            try? watch(descriptor, .readable, token: Observer.ownTokens - 2)
        }
    }

    private func watchRing(_ leader: Attachment.Event) throws(TraceError) {
        try watch(leader.descriptor, .readable, token: Observer.ownTokens + UInt64(leader.descriptor))
    }

    /// Looks once a second whether a CPU has gone offline, or is back: the kernel takes the events of one that
    /// goes away for good, so they are opened anew when it comes back. Events of tasks stay.
    private func checkCPUs() throws(TraceError) -> [String] {
        let now = System.monotonicTime()
        guard let attachment, !scope.isOfTasks, now >= nextCPUCheck else { return [] }
        nextCPUCheck = now &+ 1_000_000_000
        let present = Set(try translatingErrors(CPUSet.online).cpus)
        var notes: [String] = []
        for (ring, traced) in attachment.cursors.enumerated() {
            let cpu = traced.cpu
            if !present.contains(cpu) {
                if offline.insert(cpu).inserted { notes.append("CPU \(cpu) went offline") }
            } else if offline.contains(cpu), engine?.isDrained(ring) == true {
                offline.remove(cpu)
                let folders = try cgroupFolders()
                defer { for folder in folders { System.close(folder) } }
                let targets = targetKind == .everything ? [-1] : folders
                for event in attachment.events where event.cpu == cpu && event.tracepoint < 0 {
                    poller.remove(event.descriptor)
                }
                guard try attachment.reopen(cpu, targets: targets) != nil else {
                    offline.insert(cpu)
                    continue
                }
                // They are opened anew, on this CPU too.
                dropSentinels()
                engine?.replace(ring, attachment.cursor(of: ring))
                recorder?.positions[ring] = 0
                for event in attachment.events where event.cpu == cpu && event.tracepoint < 0 {
                    try watchRing(event)
                }
                notes.append("CPU \(cpu) is online again and traced; what happened meanwhile was not")
            }
        }
        return notes
    }

    /// Begins to drain the rings: takes up what has been written into them so far.
    ///
    /// - Parameter isLast: whether nothing follows, so that no event is held back.
    package func beginDrain(isLast: Bool = false) {
        guard let attachment else { return }
        // The time first: an event that is written meanwhile by another CPU is younger than this.
        let now = System.monotonicTime()
        if recorder?.isAlone != true { engine?.load(attachment) }
        watchLosses(attachment, from: now)
        drainLimit = isLast ? UInt64.max : now &- slack
        emptyDrains = engine?.holdsBack == true ? 0 : emptyDrains + 1
    }

    /// Finds out whether events were lost since the drain before; this one began at `begin`.
    private func watchLosses(_ attachment: Attachment, from begin: UInt64) {
        guard var watch = lossWatch, let rings = engine?.levels(attachment) else { return }
        if watch.mayHaveLost(rings) {
            let total = losses().reduce(0) { $0 + $1.count }
            if let window = watch.take(total: total, begin: begin, now: System.monotonicTime()) {
                lossWindow = min(lossWindow?.lowerBound ?? .max, window.lowerBound)..<window.upperBound
            }
        } else {
            watch.noteNothing(before: begin)
        }
        lossWatch = watch
    }

    /// The next events of this drain, or `nil` when there are none. The batch before it is given back.
    package func nextBatch() -> Batch? {
        guard let attachment, recorder?.isAlone != true else { return nil }
        engine?.release(attachment)
        guard let samples = unsafe engine?.fill(until: drainLimit), !samples.isEmpty else { return nil }
        let lateness = engine?.worstLateness ?? 0
        if lateness > slack { slack = min(2 * lateness, 50_000_000) }
        defer { lossWindow = nil }
        return unsafe Batch(
            samples: samples, wallOffset: System.wallOffset(), processes: engine?.processes ?? [],
            lossWindow: lossWindow)
    }

    /// Drops events before that time, in nanoseconds of the event clock.
    package func dropEvents(before time: UInt64) { engine?.start = time }

    /// Sets the processes whose events are dropped besides our own.
    package func exclude(_ processes: [Int32]) {
        others = processes
        let own = options.excludesSelf ? [System.processID] : []
        engine?.excluded = own + processes
    }

    /// Stops the tracepoints; what the rings hold can still be read.
    package func disable() {
        sentinels?.disarm()
        attachment?.disable()
    }

    /// Whether calls of the 32-bit interface are marked in `EventLayout.syscallPaths`.
    public var marksCompatCalls: Bool { attachment?.marksCompatCalls ?? false }

    /// How many events came after one of a later time had been given out.
    public var lateCount: UInt64 { engine?.lateCount ?? 0 }

    /// How many samples did not fit their own sizes, and how many times a ring was left aside up to its head
    /// because a record in it was broken.
    package var brokenCount: UInt64 { (engine?.malformedCount ?? 0) &+ UInt64(engine?.breaks ?? 0) }

    /// How many events of each tracepoint have come on each CPU since the start, as the kernel has counted
    /// them; those of several tasks one by one.
    public func counts() -> [(event: Int, cpu: Int32, count: UInt64)] { attachment?.counts() ?? [] }

    /// How full the fullest ring was when the last drain began, from 0 to 1.
    package var fill: Double { engine?.fullest ?? 0 }

    /// The size of each ring in bytes.
    package var ringSize: Int { attachment?.ringSize ?? 0 }

    /// What was lost so far, per event and CPU, those without loss left out.
    public func losses() -> [Loss] {
        guard let attachment else { return [] }
        if attachment.countsLoss { return attachment.losses() }
        return engine?.lossesByRecord ?? []
    }

    /// Closes everything; up to 40 ms for each tracepoint on each CPU, as the kernel has it.
    public func close() {
        dropSentinels()
        engine = nil
        attachment?.close()
        attachment = nil
        probes?.remove()
        probes = nil
    }

    /// Closes everything at once, leaving the waiting to the kernel; for a program that is
    /// about to exit and has one thread.
    package func abandon() {
        let watching = probes == nil ? [] : takeSentinels()
        dropSentinels()
        engine = nil
        if let probes, let own = attachment?.takeDescriptors() {
            let held = own + watching
            do throws(SystemError) {
                try System.handOver(held, then: probes.removals, patience: Observer.removalPatience)
                probes.disown()
            } catch {
                for descriptor in held { System.close(descriptor) }
            }
        }
        probes = nil
        attachment?.abandon()
        attachment = nil
    }
}

// MARK: Recording

/// What an observer writes the content of its rings to.
private struct Recorder {
    let writer: RecordingWriter
    /// Whether the events are written alone, and not given out.
    let isAlone: Bool
    /// How far each ring has been written.
    var positions: [UInt64] = []
    /// Before what time events were dropped when the rings were last written.
    var start: UInt64 = 0
    /// The tracepoint of each number that samples carry.
    var tracepointOfID: [UInt64: Int] = [:]
    /// How many events of each tracepoint were in the rings and are not in the recording.
    var dropped: [Int: UInt64] = [:]
}

extension Observer {
    /// Writes the events to a recording from `open` on, as they are in the rings.
    ///
    /// - Parameter isAlone: whether they are written only; no batch is given out then.
    package func record(to writer: RecordingWriter, isAlone: Bool) {
        recorder = Recorder(writer: writer, isAlone: isAlone)
    }

    private func beginRecording(
        _ attachment: Attachment, _ names: borrowing TaskNames, _ plan: Engine.Plan
    ) throws(TraceError) {
        guard let writer = recorder?.writer else { return }
        recorder?.positions = Array(repeating: 0, count: attachment.ringCount)
        var tracing = TracingData()
        tracing.pageHeader = try catalog.read("events/header_page")
        tracing.eventHeader = try catalog.read("events/header_event")
        tracing.texts = (try? catalog.read("printk_formats")) ?? []
        for tracepoint in tracepoints {
            let path = "events/\(tracepoint.layout.subsystem)/\(tracepoint.layout.name)/format"
            tracing.formats.append((tracepoint.layout.subsystem, try catalog.read(path)))
        }
        let events = try translatingErrors(attachment.recordedEvents)
        guard events.allSatisfy({ $0.ids.count <= writer.mostIDs }) else {
            throw TraceError.misuse("so many threads fit into a recording in a file only: -w FILE")
        }
        for event in events { for id in event.ids { recorder?.tracepointOfID[id] = event.index } }
        do throws(SystemError) {
            try writer.begin(
                RecordingWriter.Content(
                    events: events, tracing: tracing, words: plan.words, mappings: mappingRecords(plan),
                    kernel: KernelText.running(), heldProcess: options.heldProcess))
            try writer.append(names)
            try writer.endRound()
        } catch {
            throw TraceError(error)
        }
    }

    /// Writes what the rings hold to the recording; between `beginDrain` and the first batch.
    ///
    /// - Throws: what went wrong with the file; what was written before can be read.
    package func recordDrain() throws(TraceError) {
        guard let attachment, var recorder, !recorder.writer.isCut else { return }
        self.recorder = nil
        defer { self.recorder = recorder }
        do throws(SystemError) {
            if try writeRings(attachment, &recorder) { emptyDrains = 0 }
            try recorder.writer.endRound()
            if recorder.writer.isDue { try rotate(attachment, &recorder) }
        } catch {
            throw TraceError(error)
        }
    }

    /// Goes on in another file.
    private func rotate(_ attachment: Attachment, _ recorder: inout Recorder) throws(SystemError) {
        try recorder.writer.rotate(losses())
        for pid in TaskDirectory.processes() {
            var names = TaskNames()
            TaskDirectory.enter(pid, into: &names)
            try recorder.writer.append(names)
            // With many processes this takes longer than it takes to fill the rings.
            if recorder.isAlone { _ = try writeRings(attachment, &recorder) }
        }
        try recorder.writer.endRound()
    }

    /// Writes what the rings hold; answers whether there was anything.
    private func writeRings(_ attachment: Attachment, _ recorder: inout Recorder) throws(SystemError) -> Bool
    {
        let start = engine?.start ?? 0
        let format = SampleFormat(attachment.words)
        var hasData = false
        for lane in 0..<attachment.ringCount {
            let head = unsafe attachment.rings[lane].mapping.loadHead()
            let from = recorder.positions[lane]
            guard head != from else { continue }
            hasData = true
            if start != recorder.start || start == UInt64.max || recorder.writer.wantsTimes || !others.isEmpty
            {
                try unsafe writeChosen(
                    attachment.rings[lane].mapping, attachment.cursor(of: lane), from: from, to: head,
                    since: start, format, &recorder)
            } else {
                try unsafe write(attachment.rings[lane].mapping, from: from, to: head, recorder.writer)
            }
            recorder.positions[lane] = head
            if recorder.isAlone { unsafe attachment.rings[lane].mapping.storeTail(head) }
        }
        recorder.start = start
        return hasData
    }

    /// Writes a piece of a ring as it is.
    private func write(
        _ ring: borrowing RingMapping, from: UInt64, to head: UInt64, _ writer: RecordingWriter
    ) throws(SystemError) {
        let count = Int(head &- from)
        guard count > 0 else { return }
        let start = Int(truncatingIfNeeded: from) & (ring.capacity - 1)
        let first = min(count, ring.capacity - start)
        try unsafe writer.write(UnsafeRawBufferPointer(start: ring.data + start, count: first))
        if first < count {
            try unsafe writer.write(UnsafeRawBufferPointer(start: ring.data, count: count - first))
        }
    }

    /// Writes a piece of a ring without the samples before a time and those of processes that are left out.
    private func writeChosen(
        _ ring: borrowing RingMapping, _ cursor: RingCursor, from: UInt64, to head: UInt64,
        since start: UInt64, _ format: SampleFormat, _ recorder: inout Recorder
    ) throws(SystemError) {
        var cursor = cursor
        cursor.skip(to: from)
        cursor.extend(to: head)
        // Where what is still to be written begins, and where the next record does.
        var (begin, place) = (from, from)
        while let record = cursor.next() {
            defer { place = cursor.position }
            guard record.type == RecordType.sample else { continue }
            let time = format.time(of: record)
            if time >= start, !isOfOthers(record, format) {
                recorder.writer.note(first: time, last: time)
                continue
            }
            try write(ring, from: begin, to: place, recorder.writer)
            begin = cursor.position
            let id = record.bytes.load(8, as: UInt64.self) ?? 0
            if let event = recorder.tracepointOfID[id] { recorder.dropped[event, default: 0] += 1 }
        }
        try write(ring, from: begin, to: place, recorder.writer)
    }

    private func isOfOthers(_ record: RingRecord, _ format: SampleFormat) -> Bool {
        guard !others.isEmpty, let pid = record.bytes.load(format.idsOffset, as: Int32.self) else {
            return false
        }
        return others.contains(pid)
    }

    /// How many events of each tracepoint were in the rings and are not in the recording: those before the
    /// command's exec, and of processes that are left out.
    package var unrecorded: [Int: UInt64] { recorder?.dropped ?? [:] }

    /// Ends the recording: writes what stands behind the events.
    package func finishRecording() throws(TraceError) {
        guard let recorder else { return }
        recorder.writer.note(first: startTime, last: System.monotonicTime())
        do throws(SystemError) {
            try recorder.writer.finish(losses())
        } catch {
            throw TraceError(error)
        }
    }
}
