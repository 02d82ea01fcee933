import CLinux
import CommandLine
import Glibc
import Template
import Tracepoints

/// Turns a recording into a trace of Perfetto.
struct PerfettoConversion: ~Copyable {
    /// How many bytes are written at once, but for the last bundle of them.
    private static let block = 256 << 10

    private let file: Argument
    private var recording: Recording
    private var trace: PerfettoTrace
    private let sink: Sink
    private var line = LineBuffer()
    private var progress: Progress

    /// Converts as the command line asks, and answers the exit status.
    static func run(_ arguments: ConvertArguments) throws(Failure) -> Int32 {
        System.ignore(SIGPIPE)
        var recording = try Recording.open(arguments.input)
        let layouts = recording.layouts
        recording.select(layouts, needs: [.pid, .tid, .comm])
        recording.tellsLosses = true
        let sink = try Sink.open(arguments.output, reading: recording.descriptor, arguments.input)
        var conversion = PerfettoConversion(arguments, recording, PerfettoTrace(layouts), sink)
        return try conversion.run()
    }

    private init(
        _ arguments: ConvertArguments, _ recording: consuming Recording, _ trace: PerfettoTrace,
        _ sink: consuming Sink
    ) {
        file = arguments.input
        self.recording = recording
        self.trace = trace
        self.sink = sink
        progress = Progress(isShown: true)
    }

    private mutating func run() throws(Failure) -> Int32 {
        try checked { () throws(SystemError) in try sink.begin() }
        for note in recording.notes { tell(note) }
        var hasHead = false
        var lossyCPUs: Set<Int32> = []
        while let batch = recording.nextBatch() {
            if !hasHead, let first = unsafe batch.samples.first {
                appendHead(at: first.time)
                hasHead = true
            }
            let lossy = Set(recording.newLosses.keys)
            lossyCPUs.formUnion(lossy)
            trace.begin(batch, lossy: lossy, to: &line) { tid in recording.task(tid) }
            while trace.appendBundle(of: batch, to: &line) {
                if line.count >= PerfettoConversion.block {
                    guard try sink.flush(&line) else { return Status.readerGone }
                }
            }
            progress.show(recording)
        }
        if !hasHead { appendHead(at: 0) }
        // What was lost after a CPU's last event has no record in its place.
        let lossy = Set(recording.newLosses.keys)
            .union(Set(recording.losses.map(\.cpu)).subtracting(lossyCPUs))
        trace.appendTail(lossy: lossy, to: &line)
        guard try sink.flush(&line) else { return Status.readerGone }
        progress.clear()
        return try finish()
    }

    private mutating func appendHead(at time: UInt64) {
        let info = recording.info
        var machine = PerfettoTrace.Machine()
        machine.release = info.release
        machine.architecture = info.architecture
        machine.cpus = info.cpusAvailable
        machine.memory = info.memory
        machine.recorder = info.version
        trace.appendHead(
            machine, time: time, wallOffset: info.wallOffset, isMonotonic: info.clock == CLOCK_MONOTONIC,
            to: &line)
    }

    /// Tells what the trace does not show, and answers the exit status.
    private func finish() throws(Failure) -> Int32 {
        let lost = recording.lostCount
        recording.tellSkipped()
        if trace.unplacedCount > 0 {
            tell("\(trace.unplacedCount) events do not tell their CPU and stand among those of CPU 0")
        }
        if lost > 0 { tell("\(lost) events were lost while they were recorded") }
        if let problem = recording.problem { throw Failure(problem, in: file) }
        return Status.done
    }

    private func tell(_ message: String) { System.print("obstrace: \(message)\n", to: 2) }
}
