import CLinux
import CommandLine
import Glibc
import Template
import Tracepoints

/// Prints the events of a recording as if they happened now.
struct Replay: ~Copyable {
    private var plan: Plan
    private var recording: Recording
    private let file: Argument
    private let sink: Sink
    private var line = LineBuffer()
    private var lines: UInt64 = 0
    /// What stands above and below all lines.
    private let frame: (head: String, tail: String)
    private var progress: Progress

    /// Prints what the command line asks for, and answers the exit status.
    static func run(_ arguments: TraceArguments, _ file: Argument) throws(Failure) -> Int32 {
        try run(
            arguments, file, recording: try Recording.open(file), output: arguments.output, frame: ("", ""))
    }

    /// Prints what a recording holds, between a head and a tail, and answers the exit status.
    static func run(
        _ arguments: TraceArguments, _ file: Argument, recording: consuming Recording, output: Output,
        frame: (head: String, tail: String)
    ) throws(Failure) -> Int32 {
        System.ignore(SIGPIPE)
        var recording = recording
        let plan = try Plan.make(arguments, recording: Plan.Source(recording))
        var scope = Recording.Scope()
        scope.pids = Set(arguments.pids)
        scope.tids = Set(arguments.tids)
        scope.cpus = arguments.cpus.map { list in Set(list.ranges.flatMap { $0.map(Int32.init) }) }
        recording.select(plan.layouts, needs: plan.renderer.needs, scope: scope)
        if plan.renderer.needs.contains(.userStack) { recording.symbolizer = plan.renderer.symbolizer }
        let sink = try Sink.open(output)
        var replay = Replay(plan: plan, recording: recording, file: file, sink: sink, frame: frame)
        return try replay.run()
    }

    private init(
        plan: consuming Plan, recording: consuming Recording, file: Argument, sink: consuming Sink,
        frame: (head: String, tail: String)
    ) {
        self.frame = frame
        progress = Progress(isShown: !plan.arguments.isQuiet, output: plan.arguments.output)
        self.plan = plan
        self.recording = recording
        self.file = file
        self.sink = sink
    }

    private mutating func run() throws(Failure) -> Int32 {
        try checked { () throws(SystemError) in try sink.begin() }
        if !plan.arguments.isQuiet { for note in recording.notes + plan.notes { tell(note) } }
        append(frame.head)
        unsafe plan.renderer.header.withUnsafeBytes { header in unsafe line.append(header) }
        var isOver = false
        var end = UInt64.max
        while !isOver, let batch = recording.nextBatch() {
            if end == UInt64.max, let first = unsafe batch.samples.first {
                let start = min(recording.info.sampleTime?.first ?? first.time, first.time)
                plan.renderer.start(at: start)
                end = plan.arguments.duration.map { start &+ $0 } ?? UInt64.max - 1
            }
            let batch = Replay.cut(batch, at: end, &isOver)
            let room = plan.arguments.count.map { Int(clamping: $0 - lines) } ?? Int.max
            lines += UInt64(plan.renderer.render(batch, from: 0, limit: room, into: &line).lines)
            if plan.renderer.verdict != nil || plan.arguments.count.map({ lines >= $0 }) ?? false {
                isOver = true
            }
            guard try sink.flush(&line) else { return Status.readerGone }
            progress.show(recording)
        }
        append(frame.tail)
        guard try sink.flush(&line) else { return Status.readerGone }
        progress.clear()
        return try finish(isCut: isOver)
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in unsafe line.append(UnsafeRawBufferPointer(utf8)) }
    }

    /// The part of a batch before a time; notes whether something was cut off.
    private static func cut(_ batch: Batch, at end: UInt64, _ isOver: inout Bool) -> Batch {
        guard let last = unsafe batch.samples.last, last.time >= end,
            let place = unsafe batch.samples.firstIndex(where: { $0.time >= end })
        else { return batch }
        isOver = true
        return unsafe Batch(
            samples: UnsafeBufferPointer(rebasing: batch.samples[..<place]), wallOffset: batch.wallOffset,
            processes: batch.processes)
    }

    /// Sums up, and answers the exit status.
    private func finish(isCut: Bool) throws(Failure) -> Int32 {
        let losses = recording.losses
        let lost = losses.reduce(UInt64(0)) { $0 &+ $1.count }
        recording.tellSkipped(isQuiet: plan.arguments.isQuiet)
        if recording.lateCount > 0, !plan.arguments.isQuiet {
            tell("\(recording.lateCount) events came after a line of a later time")
        }
        if lost > 0 || plan.arguments.isVerbose {
            let seen = plan.renderer.counts.reduce(0, +)
            tell("\(seen) events, \(lost) lost while they were recorded")
        }
        if !isCut, let problem = recording.problem { throw Failure(problem, in: file) }
        if !plan.tellUnfulfilled() { return Status.unfulfilled }
        return plan.arguments.isStrict && lost > 0 ? Status.lost : Status.done
    }

    private func tell(_ message: String) { System.print("obstrace: \(message)\n", to: 2) }
}

/// A line on a terminal that says how far a file has been read.
struct Progress {
    private let isShown: Bool
    private var next: UInt64 = 0
    private var hasShown = false

    /// Shown on a terminal, unless lines go there as well.
    init(isShown: Bool, output: Output) {
        let goesToTerminal = output == .standardOutput && System.isTerminal(1)
        self.isShown = isShown && System.isTerminal(2) && !goesToTerminal
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

    func clear() {
        if hasShown { System.print("\r\u{1b}[K", to: 2) }
    }
}
