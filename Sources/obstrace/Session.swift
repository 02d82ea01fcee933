import CommandLine
import Glibc
import Template
import Tracepoints

/// Why a run ends.
private enum End {
    /// A signal asked for it.
    case signal
    /// Enough lines are printed, or a condition has decided.
    case enough
    /// The time is up.
    case timeUp
    /// The command has ended.
    case commandEnded
    /// Everything that was to be traced is gone.
    case scopeEnded
    /// Whoever reads what we print has gone.
    case readerGone
    /// A signal came while whoever reads what we print took no more of it.
    case abandoned

    /// Whether the command is to end with the run.
    var endsCommand: Bool { self == .enough || self == .timeUp }
}

/// The tokens under which our descriptors are waited for.
private enum Token {
    static let signal: UInt64 = 0
    static let command: UInt64 = 1
    static let output: UInt64 = 2
    static let input: UInt64 = 3
    /// That of a process is this and its id.
    static let processes: UInt64 = 1 << 16
}

/// How long a reader may take nothing from us after a signal, in nanoseconds.
private let patience: UInt64 = 150_000_000
/// When to look for the readers of our pipe after the start, in nanoseconds: a shell forks them a
/// little after us, and holds their ends of the pipe for a moment itself.
private let readerSearches: [UInt64] = [5_000_000, 20_000_000, 50_000_000, 100_000_000]
/// How long after a search the next one comes at least, later on, in nanoseconds.
private let readerSearchInterval: UInt64 = 100_000_000

extension Plan {
    /// Traces as the command line asks, a line for each event, and answers the exit status.
    static func run(_ arguments: TraceArguments) throws(Failure) -> Int32 {
        let recording = try Recording.open(arguments)
        let plan = try Plan.make(arguments, recording: Source(recording))
        if arguments.explains { return try explain(plan) }
        return try read(plan, Lines(isSilent: arguments.printsNothing), recording)
    }

    /// Counts as the command line asks, and answers the exit status.
    static func run(_ arguments: TraceArguments, _ counting: SummaryArguments) throws(Failure) -> Int32 {
        let recording = try Recording.open(arguments)
        let plan = try Plan.make(arguments, summary: counting, recording: Source(recording))
        if arguments.explains { return try explain(plan) }
        guard let summary = plan.summary else { return Status.failed }
        let writer = SummaryWriter(summary, plan)
        if counting.kind == .histogram {
            return try read(plan, HistogramConsumer(summary, writer), recording)
        }
        let consumer = CountConsumer(
            summary, writer, plan.layouts, counting.kind == .top ? Screen(arguments) : nil)
        return try read(plan, consumer, recording)
    }

    /// Hands events to what makes something of them, those of a recording where there is one, and answers the
    /// exit status.
    static func read<Events: Consumer & ~Copyable>(
        _ plan: consuming Plan, _ consumer: consuming Events, _ recording: consuming Recording?
    ) throws(Failure) -> Int32 {
        guard let file = plan.arguments.replayed else { return try Session.run(plan, consumer) }
        let output = plan.arguments.output
        switch consume recording {
        case .some(let recording): return try Replay.run(plan, consumer, recording, file, output: output)
        case .none: preconditionFailure("what is replayed has been opened")
        }
    }

    /// Prints what would be traced, and how.
    static func explain(_ plan: borrowing Plan) throws(Failure) -> Int32 {
        let observer = try plan.makeObserver(sink: Sink(), command: nil)
        let explanation = try translating { () throws(TraceError) in try observer.explain() }
        return Printer.print(Explainer.text(plan, explanation))
    }

    /// Whether events go into a recording as they are, and nothing looks at them.
    fileprivate var onlyRecords: Bool {
        arguments.recording.file != nil && arguments.printsNothing && !choosesEvents
    }

    /// The pipe that somebody reads what we tell from.
    fileprivate func pipe(_ sink: borrowing Sink) -> Int32? {
        if sink.isPipe { return sink.number }
        return arguments.recording.isStandardOutput && System.isPipe(1) ? 1 : nil
    }

    /// Makes an observer that traces as planned; it is not open.
    fileprivate func makeObserver(
        sink: borrowing Sink, command: HeldProcess?, writer: RecordingWriter? = nil
    ) throws(Failure) -> Observer {
        var options = ObserverOptions()
        options.needs = needs
        options.tellsLossWindows = tellsLossWindows
        options.cpus = arguments.cpus.map { CPUSet($0.cpus) }
        if let size = arguments.bufferSize { options.bufferSize = size }
        options.excludesSelf = leavesOutSelf && !arguments.allProcesses
        if let calls {
            // A table shows no paths.
            let paths = callSelection.pathArguments
            options.pathArguments = calls.isSummary ? paths.map { _ in 0 } : paths
            // Every call is two events, and other programs may take all processors for a while.
            options.largestBuffer = 16 << 20
        }
        // Every event that copies a stack is some thousand bytes.
        if renderer.stacks.contains(where: { $0.copiedBytes > 0 }) { options.largestBuffer = 16 << 20 }
        options.countsOnly = summary?.countsOnly ?? false
        options.heldProcess = command?.pid
        options.excludedPipe = leavesOutSelf && !arguments.allProcesses ? pipe(sink) : nil
        // A command that does not run is counted as the one thread that it would be.
        let runner = command?.pid ?? (arguments.command.isEmpty ? nil : System.processID)
        do throws(TraceError) {
            let observer = try Observer(
                scope: scope.scope(command: runner), options: options, catalog: catalog)
            for (index, layout) in layouts.enumerated() {
                let filter = kernelFilters[index]
                if let probe = probes[index] {
                    try observer.add(probe, filter: filter, isOptional: isOptional[index])
                } else {
                    try observer.add(layout, filter: filter, isOptional: isOptional[index])
                }
                // Two events that are printed as one have no stacks.
                if index < renderer.stacks.count { observer.add(renderer.stacks[index], to: index) }
            }
            observer.tell(renderer.symbolizer)
            if let writer { observer.record(to: writer, isAlone: onlyRecords) }
            return observer
        } catch {
            throw Failure(error)
        }
    }
}

extension Plan {
    /// Why tracing cannot be set up, shown in the EVENT that it is about if it is about one.
    fileprivate func failure(_ error: TraceError) -> Failure {
        guard case .badProbe(let text, let reason, let range) = error,
            let selection = arguments.selections.first(where: { !$0.isExclusion && $0.glob == text })
        else { return Failure(error) }
        return Failure(
            UsageError("the kernel does not take this probe: \(reason)", at: selection.pattern, range: range))
    }
}

/// One run on this machine's kernel: reads events, hands them to what makes something of them, writes what
/// that has made, minds signals and the command, sums up.
struct Session<Events: Consumer & ~Copyable>: ~Copyable {
    private var plan: Plan
    private var consumer: Events
    private var observer: Observer
    private let signals: Signals
    private let command: HeldProcess?
    private let sink: Sink
    private var readers: PipelineReaders?
    /// What events are recorded to; `nil` for nothing.
    private let writer: RecordingWriter?
    private var line = LineBuffer()
    private var lines: UInt64 = 0
    /// When readers are searched for next, in nanoseconds after the start.
    private var nextReaderSearch = readerSearches[0]
    private var startTime: UInt64 = 0
    /// When the time of `-d` is up.
    private var deadline: UInt64?
    /// The number of lines that a reader did not take before the end.
    private var unwritten: UInt64 = 0
    private var hasExecuted = false
    private var signalCount = 0
    private var hasToldSymbols = false
    private var hasToldFill = false
    private var hasBeenFull = false
    /// The cgroups that are still there, and when to look again.
    private var cgroups: [String]
    private var nextCgroupCheck: UInt64 = 0
    /// The processes of `-p` that have not ended.
    private var processes: [Int32: Int32] = [:]
    private var end: End?

    /// Traces as planned and answers the exit status.
    static func run(_ plan: consuming Plan, _ consumer: consuming Events) throws(Failure) -> Int32 {
        let arguments = plan.arguments
        // Before anything else of this process changes, so that the command starts with what we had.
        let command = try hold(plan)
        // Before signals are taken: a FIFO without a reader blocks here, and a signal ends that.
        let sink = try Sink.open(arguments.output)
        let writer = try plan.makeWriter(besides: sink)
        let signals = try checked { () throws(SystemError) in try Signals() }
        writer?.interruption = signals.descriptor.number
        let observer = try plan.makeObserver(sink: sink, command: command, writer: writer)
        var session = Session(
            plan: plan, consumer: consumer, observer: observer, signals: signals, command: command,
            sink: sink, writer: writer
        )
        return try session.trace()
    }

    private init(
        plan: consuming Plan, consumer: consuming Events, observer: Observer, signals: consuming Signals,
        command: HeldProcess?, sink: consuming Sink, writer: RecordingWriter?
    ) {
        self.writer = writer
        cgroups = plan.scope.folders
        self.plan = plan
        self.consumer = consumer
        self.observer = observer
        self.signals = signals
        self.command = command
        self.sink = sink
    }

    /// Makes the command stand ready; it has not run.
    private static func hold(_ plan: borrowing Plan) throws(Failure) -> HeldProcess? {
        guard let path = plan.commandPath else { return nil }
        let index = plan.arguments.commandIndex ?? 0
        let account = plan.commandAccount
        return try checked { () throws(SystemError) in
            // The command's words are the last ones of our own.
            try unsafe HeldProcess(path: path, arguments: RawArguments.words(from: index), as: account)
        }
    }

    private mutating func trace() throws(Failure) -> Int32 {
        if observer.scope == .system, let pipe = observer.options.excludedPipe {
            readers = PipelineReaders(of: pipe)
        }
        // This takes longest, so nothing is traced yet that could fill the rings meanwhile.
        let found = readers?.search()
        try open()
        if let found { observer.exclude(found) }
        consumer.opened(observer)
        Privileges.reduce(
            opensFiles: plan.arguments.recording.keptFiles > 1,
            opensMappings: plan.needs.contains(.userStack))
        startTime = observer.startTime
        plan.renderer.start(at: startTime)
        try checked { () throws(SystemError) in try sink.begin() }
        say(plan.notes + observer.notes)
        if plan.arguments.isVerbose {
            let events = observer.tracedCount
            let cpus = observer.cpus.cpus.count
            tell("tracing \(events) event\(events == 1 ? "" : "s") on \(cpus) CPU\(cpus == 1 ? "" : "s")")
        }
        if let command {
            // Until the child executes its program, what it does is ours.
            if consumer.seesExec(of: command.pid) {
                hasExecuted = true
            } else {
                observer.dropEvents(before: UInt64.max)
            }
            try checked { () throws(SystemError) in try command.release() }
        }
        if plan.arguments.isVerbose, let summary = plan.summary {
            tell(summary.countsOnly ? "counting in the kernel" : "counting from samples")
        }
        consumer.start(at: startTime, &plan.renderer, into: &line)
        try flush()
        deadline = plan.arguments.duration.map { startTime &+ $0 }
        while end == nil {
            let now = System.monotonicTime()
            let next = min(deadline ?? UInt64.max, consumer.nextTick)
            let left = next > now ? (next - now) / 1_000_000 + 1 : 0
            let wakeup = try translating { () throws(TraceError) in
                try observer.wait(atMost: Int32(clamping: min(left, 1000)))
            }
            say(wakeup.notes)
            for (token, events) in wakeup.others { try handle(token, events) }
            if wakeup.tasksHaveEnded { end = end ?? .scopeEnded }
            if let deadline, System.monotonicTime() >= deadline { end = end ?? .timeUp }
            watchCgroups()
            if end == nil {
                searchReaders()
                try drain(isLast: false)
            }
            let time = System.monotonicTime()
            if end == nil, time >= consumer.nextTick {
                try consumer.tick(at: time, observer, into: &line)
                try flush()
            }
        }
        return try finish()
    }

    private mutating func open() throws(Failure) {
        do throws(TraceError) {
            try observer.watch(signals.descriptor.number, .readable, token: Token.signal)
            if let command { try observer.watch(command.descriptor.number, .readable, token: Token.command) }
            // A regular file cannot be waited for, and has no reader that could go.
            if sink.isPipe { try observer.watch(sink.number, [], token: Token.output) }
            if consumer.input >= 0 { try observer.watch(consumer.input, .readable, token: Token.input) }
            try observer.open()
            for pid in plan.scope.pids {
                // One that has ended meanwhile shows by its events.
                guard let descriptor = try? System.pidDescriptor(pid).take() else { continue }
                processes[pid] = descriptor
                try observer.watch(descriptor, .readable, token: Token.processes + UInt64(pid))
            }
        } catch {
            guard case .badFilter(let event, _, let reason, _) = error,
                let place = plan.layouts.indices.first(where: {
                    plan.layouts[$0].fullName == event && plan.kernelFilters[$0] != nil
                })
            else { throw plan.failure(error) }
            // What this kernel cannot test is tested here.
            plan = try Plan.make(
                plan.arguments, refusals: plan.refusals.union([place]), summary: plan.summary?.arguments,
                calls: plan.calls)
            if let summary = plan.summary { consumer.replan(summary) }
            observer = try plan.makeObserver(sink: sink, command: command, writer: writer)
            if plan.arguments.isVerbose {
                tell("the kernel does not take the filter of \(event), which is tested here: \(reason)")
            }
            try open()
        }
    }

    private mutating func handle(_ token: UInt64, _ events: Poller.Events) throws(Failure) {
        switch token {
        case Token.signal: while let signal = signals.next() { handle(signal) }
        case Token.command: end = end ?? .commandEnded
        case Token.output: end = .readerGone
        case Token.input:
            if try consumer.takeInput(into: &line) { end = end ?? .signal }
            try flush()
        default: noteEnd(of: Int32(clamping: token - Token.processes))
        }
    }

    /// Tells that a process of `-p` has ended; what it has started is still traced.
    private mutating func noteEnd(of pid: Int32) {
        guard let descriptor = processes.removeValue(forKey: pid) else { return }
        observer.unwatch(descriptor)
        System.close(descriptor)
        say(["process \(pid) has ended"])
    }

    /// The terminal sends its signals to the command as well, and what that makes of them decides; a
    /// signal that was sent to us alone is handed on.
    private mutating func handle(_ signal: (number: Int32, isFromKernel: Bool)) {
        guard let command, end != .commandEnded else {
            end = end ?? .signal
            return
        }
        if signal.isFromKernel, signal.number == SIGINT { return }
        signalCount += 1
        command.send(signal.number)
        // Who asks twice wants the end in any case.
        if signalCount > 1 { end = end ?? .signal }
    }

    private mutating func searchReaders() {
        let begin = System.monotonicTime() &- startTime
        guard readers != nil, begin >= nextReaderSearch else { return }
        if let found = readers?.search() { observer.exclude(found) }
        let end = System.monotonicTime() &- startTime
        // Where it takes long, it is done more seldom.
        let later = end &+ max(readerSearchInterval, 200 &* (end &- begin))
        nextReaderSearch = readerSearches.first { $0 > end } ?? later
    }

    /// Ends the scope of cgroups that are removed while they are traced.
    private mutating func watchCgroups() {
        let now = System.monotonicTime()
        guard case .cgroups = observer.scope, now >= nextCgroupCheck else { return }
        nextCgroupCheck = now &+ 1_000_000_000
        let removed = cgroups.filter { (try? System.status(of: $0)) == nil }
        for folder in removed { say(["the cgroup \(folder) is gone"]) }
        cgroups.removeAll(where: removed.contains)
        if cgroups.isEmpty { end = end ?? .scopeEnded }
    }

    /// Tells once that events come faster than they are taken, before any is lost if it can.
    private mutating func watchFill() {
        if observer.fill > 0.7 { hasBeenFull = true }
        guard hasBeenFull, !hasToldFill else { return }
        // The newest events are held back at first, and then there is no rate yet.
        let read = plan.renderer.counts.reduce(0, +)
        guard read > 0 else { return }
        hasToldFill = true
        let events = read + observer.losses().reduce(0) { $0 + $1.count }
        let seconds = Double(max(1, System.monotonicTime() &- startTime)) / 1e9
        let size = observer.ringSize
        say([
            "buffers of \(size >> 10)K are nearly full, at \(UInt64(Double(events) / seconds)) events a second: "
                + "if some are lost, try -m \(max(1, size >> 18))M, or --where, or obstrace count"
        ])
    }

    /// Prints what the rings hold.
    private mutating func drain(isLast: Bool) throws(Failure) {
        observer.beginDrain(isLast: isLast)
        if let command, !hasExecuted {
            // Asked after the drain has begun: what that has taken up is older than an exec to come.
            let time = command.execTime
            observer.dropEvents(before: time ?? UInt64.max)
            hasExecuted = time != nil
        }
        try record()
        while let batch = observer.nextBatch() {
            let left = plan.arguments.count.map { Int(clamping: $0 - lines) } ?? Int.max
            lines += UInt64(consumer.take(batch, &plan.renderer, room: left, into: &line))
            try flush()
            if let note = plan.symbols.note, !hasToldSymbols {
                hasToldSymbols = true
                say([note])
            }
            if end == .readerGone { return }
            if plan.renderer.verdict != nil || plan.arguments.count.map({ lines >= $0 }) ?? false {
                if end != .abandoned { end = .enough }
                return
            }
        }
        watchFill()
    }

    /// Writes what the rings hold to the recording, if there is one.
    private mutating func record() throws(Failure) {
        guard let writer else { return }
        do throws(TraceError) {
            try observer.recordDrain()
            if writer.isFull { end = end ?? .enough }
            if writer.isCut, end != .abandoned {
                while let signal = signals.next() { handle(signal) }
                end = .abandoned
            }
        } catch {
            try? observer.finishRecording()
            throw recordingFailure(error)
        }
    }

    private mutating func recordingFailure(_ error: TraceError) -> Failure {
        guard case .system(_, let reason, let code) = error, let file = plan.arguments.recording.file else {
            return Failure(error)
        }
        if code == EPIPE { return Failure(text: "", status: Status.readerGone) }
        return Failure("cannot write '\(file.text)': \(reason); what came before can be read")
    }

    /// Writes the rendered lines.
    ///
    /// A reader that takes nothing is waited for: the rings fill up meanwhile, and the kernel counts what
    /// finds no room. A signal ends the wait.
    private mutating func flush() throws(Failure) {
        guard line.count > 0 else { return }
        defer { line.removeAll() }
        if end == .abandoned {
            unwritten += unsafe newlines(in: line.bytes)
            return
        }
        var caught: [(number: Int32, isFromKernel: Bool)] = []
        var givesUpAt = UInt64.max
        var isOver = false
        let deadline = deadline
        do throws(SystemError) {
            let result = try unsafe sink.write(line.bytes) {
                let now = System.monotonicTime()
                while let signal = signals.next() {
                    caught.append(signal)
                    givesUpAt = min(givesUpAt, now &+ patience)
                }
                // The time is up, although what was traced in it is still to be written.
                if let deadline, now >= deadline, !isOver {
                    observer.disable()
                    isOver = true
                }
                return now >= givesUpAt
            }
            for signal in caught { handle(signal) }
            switch result {
            case .done: break
            case .readerGone: end = .readerGone
            case .abandoned(let unsent):
                end = .abandoned
                unwritten += unsafe newlines(in: UnsafeRawBufferPointer(rebasing: line.bytes.suffix(unsent)))
            }
        } catch {
            throw Failure("cannot write: \(error.reason)")
        }
    }

    private func newlines(in bytes: UnsafeRawBufferPointer) -> UInt64 {
        unsafe bytes.reduce(0) { $1 == 0x0a ? $0 + 1 : $0 }
    }

    /// Stops, prints what is left, sums up, and answers the exit status.
    private mutating func finish() throws(Failure) -> Int32 {
        if end != .enough, end != .readerGone {
            observer.disable()
            try drain(isLast: true)
        }
        if end == .readerGone {
            command?.send(SIGTERM)
            try? observer.finishRecording()
            observer.abandon()
            return Status.readerGone
        }
        // The end of the last one may have shown by its events first.
        if end == .scopeEnded { for pid in processes.keys.sorted() { noteEnd(of: pid) } }
        let losses = observer.losses()
        do throws(TraceError) {
            try observer.finishRecording()
        } catch {
            throw recordingFailure(error)
        }
        let left = plan.arguments.count.map { Int(clamping: $0 - lines) } ?? Int.max
        consumer.takeRest(&plan.renderer, room: end == .enough ? 0 : left, into: &line)
        try consumer.finish(observer, losses, at: System.monotonicTime(), into: &line)
        try flush()
        sumUp(losses)
        observer.abandon()
        var status = Status.done
        if let command { status = try commandStatus(command) }
        if !plan.tellUnfulfilled() { return Status.unfulfilled }
        if plan.arguments.isStrict, !losses.isEmpty || unwritten > 0 { return Status.lost }
        return status
    }

    /// The status of the command, which is ended where it still runs.
    private func commandStatus(_ command: HeldProcess) throws(Failure) -> Int32 {
        let endsCommand = end?.endsCommand ?? false
        if endsCommand { command.send(SIGTERM) }
        if end == .signal || (end == .abandoned && signalCount > 1) { return Status.done }
        let ended = try checked { () throws(SystemError) in try command.wait() }
        if let code = command.execError {
            let error = CommandError(plan.arguments.command[0], code: code)
            throw Failure(error.message, status: error.status)
        }
        if endsCommand { return Status.done }
        return switch ended {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
    }

    /// How many events' losses are told of one by one.
    private static var mostLossLines: Int { 20 }

    /// Tells on stderr what was traced and lost: when something was lost, or when asked for.
    private func sumUp(_ losses: [Loss]) {
        let lost = losses.reduce(0) { $0 + $1.count } + unwritten
        let (counts, isWhole) = seen(losses)
        if writer?.isCut == true { tell("the recording ends where its reader took no more") }
        if unwritten > 0 { tell("\(unwritten) lines were not written: their reader takes no more") }
        if observer.lateCount > 0, !plan.arguments.isQuiet {
            tell("\(observer.lateCount) events came after a line of a later time")
        }
        if observer.brokenCount > 0 {
            tell("\(observer.brokenCount) samples of the kernel do not fit their own sizes and were skipped")
        }
        guard lost > 0 || plan.arguments.isVerbose else { return }
        let count = counts.reduce(0, +)
        // A line need not be an event.
        var text = "obstrace: \(count - min(count, unwritten)) events, \(lost) lost\n"
        let known = losses.filter { plan.layouts.indices.contains($0.event) }
        let sums = Dictionary(known.map { ($0.event, $0.count) }, uniquingKeysWith: &+)
        let worst = sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (event, own) in worst.prefix(Self.mostLossLines) {
            text += "  \(plan.layouts[event].fullName): \(counts[event]) events, \(own) lost\n"
        }
        let rest = worst.dropFirst(Self.mostLossLines)
        if !rest.isEmpty {
            text += "  \(rest.count) more events: \(rest.reduce(0) { $0 &+ $1.value }) lost\n"
        }
        if !isWhole { text += "  sched:sched_stat_*: not counted, as the kernel counts their time\n" }
        System.print(text, to: 2)
    }

    /// How many events of each tracepoint were seen, and whether that is known of all. What nothing of ours has
    /// looked at is counted by the kernel, together with what was lost.
    private func seen(_ losses: [Loss]) -> (counts: [UInt64], isWhole: Bool) {
        guard plan.onlyRecords || plan.summary?.countsOnly == true else {
            return (consumer.counts(plan.renderer), true)
        }
        var counts = plan.layouts.map { _ in UInt64(0) }
        for (event, _, count) in observer.counts() where !plan.layouts[event].addsUpTime {
            counts[event] += count
        }
        for loss in losses where counts.indices.contains(loss.event) {
            counts[loss.event] -= min(counts[loss.event], loss.count)
        }
        for (event, count) in observer.unrecorded where counts.indices.contains(event) {
            counts[event] -= min(counts[event], count)
        }
        return (counts, !plan.layouts.contains(where: \.addsUpTime))
    }

    private func say(_ notes: [String]) {
        if !plan.arguments.isQuiet { for note in notes { tell(note) } }
    }

    private func tell(_ message: String) { System.print("obstrace: \(message)\n", to: 2) }
}

extension Plan {
    /// Tells which condition was broken or not met; answers whether there is none.
    func tellUnfulfilled() -> Bool {
        var isFulfilled = true
        if case .broken(let condition) = renderer.verdict {
            System.print(
                "obstrace: an event came that --forbid rules out: \(conditions.text(of: condition))\n", to: 2)
            isFulfilled = false
        }
        for condition in renderer.unmetConditions {
            System.print(
                "obstrace: no event came that --expect asks for: \(conditions.text(of: condition))\n", to: 2)
            isFulfilled = false
        }
        return isFulfilled
    }
}

/// Runs a system call, and turns what it throws into a `Failure`.
func checked<T: ~Copyable>(_ body: () throws(SystemError) -> T) throws(Failure) -> T {
    do throws(SystemError) {
        return try body()
    } catch {
        throw Failure(error)
    }
}
