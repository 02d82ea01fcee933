import CLinux
import CommandLine
import Glibc
import Template
import Tracepoints

/// Reads the events of a recording as if they happened now, and hands them to what makes something of them.
///
/// Limits and intervals go by the time that the recording tells.
struct Replay<Events: Consumer & ~Copyable>: ~Copyable {
    private var plan: Plan
    private var consumer: Events
    private var recording: Recording
    private let file: Argument
    private let sink: Sink
    private var line = LineBuffer()
    private var lines: UInt64 = 0
    /// What stands above and below all lines.
    private let frame: (head: String, tail: String)
    private var progress: Progress
    /// When the time of `-d` is up.
    private var end = UInt64.max
    /// How far the events have been taken.
    private var now: UInt64 = 0
    /// How many intervals without events there were.
    private var emptyIntervals = 0
    /// Why no more events are taken.
    private var stop: Stop?

    private enum Stop {
        /// Enough lines are made, or a condition has decided.
        case enough
        case timeUp
        case readerGone
    }

    /// Replays as planned, between a head and a tail, and answers the exit status.
    static func run(
        _ plan: consuming Plan, _ consumer: consuming Events, _ recording: consuming Recording,
        _ file: Argument,
        output: Output, frame: (head: String, tail: String) = ("", "")
    ) throws(Failure) -> Int32 {
        System.ignore(SIGPIPE)
        var recording = recording
        recording.select(
            plan.layouts, needs: plan.needs, scope: Recording.Scope(plan.arguments),
            tellsLossWindows: plan.tellsLossWindows)
        if plan.needs.contains(.userStack) { recording.symbolizer = plan.renderer.symbolizer }
        let sink = try Sink.open(output, reading: recording.descriptor, file)
        let progress = Progress(plan, output)
        var replay = Replay(
            plan: plan, consumer: consumer, recording: recording, file: file, sink: sink, progress: progress,
            frame: frame)
        return try replay.run()
    }

    private init(
        plan: consuming Plan, consumer: consuming Events, recording: consuming Recording, file: Argument,
        sink: consuming Sink, progress: Progress, frame: (head: String, tail: String)
    ) {
        self.frame = frame
        self.progress = progress
        self.plan = plan
        self.consumer = consumer
        self.recording = recording
        self.file = file
        self.sink = sink
    }

    private mutating func run() throws(Failure) -> Int32 {
        try checked { () throws(SystemError) in try sink.begin() }
        if !plan.arguments.isQuiet { for note in recording.notes + plan.notes { tell(note) } }
        line.append(string: frame.head)
        var hasBegun = false
        while stop == nil, let batch = recording.nextBatch() {
            if !hasBegun { begin(at: unsafe batch.samples.first?.time ?? .max) }
            hasBegun = true
            try take(batch)
            progress.show(recording)
        }
        if !hasBegun { begin(at: .max) }
        if stop == .readerGone { return Status.readerGone }
        return try finish()
    }

    /// Begins at the time of the first event, or at that of the recording's first one where that is told.
    private mutating func begin(at first: UInt64) {
        let told = recording.info.sampleTime?.first ?? .max
        let start = first == .max && told == .max ? 0 : min(told, first)
        now = start
        if let duration = plan.arguments.duration {
            let (end, isNever) = start.addingReportingOverflow(duration)
            self.end = isNever ? .max : end
        }
        if !recording.isOfThisKernel { plan.symbols.forget() }
        plan.renderer.start(at: start)
        consumer.start(at: start, &plan.renderer, into: &line)
    }

    // MARK: Events

    /// Takes the events of a batch, with what falls due between them.
    private mutating func take(_ batch: Batch) throws(Failure) {
        var rest = batch
        while stop == nil {
            let due = min(end, consumer.nextTick)
            let (part, next) = rest.split(at: due)
            let room = plan.arguments.count.map { Int(clamping: $0 - lines) } ?? Int.max
            lines += UInt64(consumer.take(part, &plan.renderer, room: room, into: &line))
            if plan.renderer.verdict != nil || plan.arguments.count.map({ lines >= $0 }) ?? false {
                stop = .enough
                now = plan.renderer.time
            } else {
                now = max(now, unsafe part.samples.last?.time ?? 0)
            }
            try flush()
            guard stop == nil, let time = unsafe next.samples.first?.time else { return }
            try tick(until: min(time, end))
            if time >= end { stop = stop ?? .timeUp }
            rest = next
        }
    }

    /// How many intervals without events are shown in a run.
    private static var mostEmptyIntervals: Int { 100_000 }

    /// Does all that is due up to a time.
    ///
    /// Very many intervals without events, as short ones or a damaged time make them, are not shown one by one: from
    /// then on one line stands for those up to the next event, as one does live for what came while we were late.
    private mutating func tick(until time: UInt64) throws(Failure) {
        var isEmpty = false
        while stop == nil, consumer.nextTick <= time, time < .max {
            if isEmpty { emptyIntervals += 1 }
            now = isEmpty && emptyIntervals > Self.mostEmptyIntervals ? time : consumer.nextTick
            try consumer.tick(at: now, nil, into: &line)
            try flush()
            isEmpty = true
        }
        now = max(now, time == .max ? 0 : time)
    }

    private mutating func flush() throws(Failure) {
        guard line.count > 0 else { return }
        progress.makeRoom()
        if try !sink.flush(&line) { stop = .readerGone }
    }

    // MARK: The end

    /// Writes what is left, sums up, and answers the exit status.
    private mutating func finish() throws(Failure) -> Int32 {
        if stop == nil, let last = recording.info.sampleTime?.last { now = max(now, min(last, end)) }
        let losses = recording.losses
        let left = plan.arguments.count.map { Int(clamping: $0 - lines) } ?? Int.max
        consumer.takeRest(&plan.renderer, room: stop == .enough ? 0 : left, into: &line)
        try consumer.finish(nil, losses, at: now, into: &line)
        line.append(string: frame.tail)
        progress.clear()
        try flush()
        if stop == .readerGone { return Status.readerGone }
        let lost = recording.lostCount
        tellCounts(lost: lost)
        if stop == nil, let problem = recording.problem { throw Failure(problem, in: file) }
        if !plan.tellUnfulfilled() { return Status.unfulfilled }
        return plan.arguments.isStrict && lost > 0 ? Status.lost : Status.done
    }

    private func tellCounts(lost: UInt64) {
        if let note = plan.symbols.note, !plan.arguments.isQuiet { tell(note) }
        recording.tellSkipped(isQuiet: plan.arguments.isQuiet)
        if recording.lateCount > 0, !plan.arguments.isQuiet {
            tell("\(recording.lateCount) events came after a line of a later time")
        }
        if emptyIntervals > Self.mostEmptyIntervals, !plan.arguments.isQuiet {
            tell(
                "intervals without events were more than \(Self.mostEmptyIntervals): one line stands for many"
            )
        }
        if lost > 0 || plan.arguments.isVerbose {
            let seen = consumer.counts(plan.renderer).reduce(0, +)
            tell("\(seen) events, \(lost) lost while they were recorded")
        }
    }

    private func tell(_ message: String) { System.print("obstrace: \(message)\n", to: 2) }
}

extension Replay where Events == Lines {
    /// Prints what a recording holds, between a head and a tail, and answers the exit status.
    static func run(
        _ arguments: TraceArguments, _ file: Argument, recording: consuming Recording, output: Output,
        frame: (head: String, tail: String)
    ) throws(Failure) -> Int32 {
        let plan = try Plan.make(arguments, recording: Plan.Source(recording))
        return try run(plan, Lines(), recording, file, output: output, frame: frame)
    }
}

extension Batch {
    /// The events before the first one that is not before a time, and those from there on.
    fileprivate func split(at time: UInt64) -> (before: Batch, after: Batch) {
        guard let last = unsafe samples.last, last.time >= time,
            let place = unsafe samples.firstIndex(where: { $0.time >= time })
        else { return unsafe (self, part(samples.endIndex...)) }
        return (part(..<place), part(place...))
    }

    private func part(_ range: some RangeExpression<Int>) -> Batch {
        unsafe Batch(
            samples: UnsafeBufferPointer(rebasing: samples[range]), wallOffset: wallOffset,
            processes: processes, lossWindow: lossWindow)
    }
}

extension Recording.Scope {
    /// Whose events the arguments ask for.
    init(_ arguments: TraceArguments) {
        self.init()
        pids = Set(arguments.pids)
        tids = Set(arguments.tids)
        cpus = arguments.cpus.map { Set($0.cpus) }
    }
}

/// A line on a terminal that says how far a file has been read.
struct Progress {
    private let isShown: Bool
    /// Whether lines go to the terminal too.
    private let goesToTerminal: Bool
    private var next: UInt64 = 0
    private var hasShown = false

    /// Shown on a terminal, unless lines go there as well all the time.
    init(_ plan: borrowing Plan, _ output: Output) {
        let printsAlong = plan.summary == nil && plan.calls?.isSummary != true
        let goesToTerminal = output == .standardOutput && System.isTerminal(1)
        self.init(
            isShown: !plan.arguments.isQuiet && !(printsAlong && goesToTerminal),
            goesToTerminal: goesToTerminal)
    }

    /// Shown on a terminal, if at all.
    init(isShown: Bool, goesToTerminal: Bool = false) {
        self.isShown = isShown && System.isTerminal(2)
        self.goesToTerminal = goesToTerminal
        // What is done at once needs no progress.
        if self.isShown { next = System.monotonicTime() &+ 500_000_000 }
    }

    mutating func show(_ recording: borrowing Recording) {
        guard isShown else { return }
        let now = System.monotonicTime()
        guard now >= next else { return }
        next = now &+ 200_000_000
        hasShown = true
        let done = recording.position >> 20
        let share = recording.size > 0 ? "\(recording.position * 100 / recording.size) %, " : ""
        System.print("\robstrace: \(share)\(done) MiB read\u{1b}[K", to: 2)
    }

    /// Makes room for lines.
    mutating func makeRoom() {
        if goesToTerminal { clear() }
    }

    mutating func clear() {
        if hasShown { System.print("\r\u{1b}[K", to: 2) }
        hasShown = false
    }
}
