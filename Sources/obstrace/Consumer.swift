import CommandLine
import Template
import Tracepoints

/// What a run makes of the events that come: lines, counts, a table.
///
/// The run calls it between waits and writes what it has put into the line buffer, in one piece.
protocol Consumer: ~Copyable {
    /// Tells when the tracepoints were started, or when the recording begins, in nanoseconds of the event clock;
    /// writes what stands above all.
    mutating func start(at time: UInt64, _ renderer: inout Renderer, into line: inout LineBuffer)

    /// Tells that the tracepoints are open; not told of a recording.
    mutating func opened(_ observer: Observer)

    /// Asked before a command of ours runs; whether the events of its process are wanted that come before its
    /// exec has been seen to.
    mutating func seesExec(of process: Int32) -> Bool

    /// Takes the events of a batch. The renderer knows which of them pass their filters, and judges them.
    ///
    /// - Parameter room: how many lines may be made; those beyond are not wanted (`-n`).
    /// - Returns: how many lines were made that count for that limit.
    mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int

    /// How many events have come of each tracepoint, by its index: those that passed their filter, where each has
    /// one of its own.
    func counts(_ renderer: borrowing Renderer) -> [UInt64]

    /// When `tick` is due, in nanoseconds of the event clock; `UInt64.max` for never.
    var nextTick: UInt64 { get }

    /// Does what is due by the time, such as the writing of a table; the events up to now have been taken. Of a
    /// recording there is no observer.
    mutating func tick(at now: UInt64, _ observer: Observer?, into line: inout LineBuffer) throws(Failure)

    /// A descriptor that is waited for besides, such as a terminal that keys are typed on; -1 for none.
    var input: Int32 { get }

    /// Takes what can be read from `input`; answers whether the run is to end.
    mutating func takeInput(into line: inout LineBuffer) throws(Failure) -> Bool

    /// Takes another plan before the start: the kernel has refused a filter, which is tested here then.
    mutating func replan(_ summary: Summary)

    /// Writes lines of what has not ended, once no event follows and the run does not end by a limit.
    ///
    /// - Parameter room: how many lines may be made.
    mutating func takeRest(_ renderer: inout Renderer, room: Int, into line: inout LineBuffer)

    /// Writes what stands below all; no event follows. The observer, if there is one, is still open.
    mutating func finish(
        _ observer: Observer?, _ losses: [Loss], at now: UInt64, into line: inout LineBuffer
    ) throws(Failure)
}

extension Consumer where Self: ~Copyable {
    mutating func opened(_ observer: Observer) {}
    mutating func seesExec(of process: Int32) -> Bool { false }
    mutating func takeRest(_ renderer: inout Renderer, room: Int, into line: inout LineBuffer) {}
    func counts(_ renderer: borrowing Renderer) -> [UInt64] { renderer.counts }
    var nextTick: UInt64 { UInt64.max }
    var input: Int32 { -1 }
    mutating func tick(at now: UInt64, _ observer: Observer?, into line: inout LineBuffer) throws(Failure) {}
    mutating func takeInput(into line: inout LineBuffer) throws(Failure) -> Bool { false }
    mutating func replan(_ summary: Summary) {}
    mutating func finish(
        _ observer: Observer?, _ losses: [Loss], at now: UInt64, into line: inout LineBuffer
    ) throws(Failure) {}
}

extension Consumer where Self: ~Copyable {
    /// When a tick is due that follows another, in nanoseconds of the event clock: after what is left out where
    /// they have been missed.
    func tick(after last: UInt64, by interval: UInt64, _ now: UInt64) -> UInt64 {
        let next = last.addingReportingOverflow(interval)
        let later = now.addingReportingOverflow(interval)
        if !next.overflow, next.partialValue > now { return next.partialValue }
        return later.overflow ? .max : later.partialValue
    }
}

/// Makes a line of each event.
struct Lines: Consumer {
    /// Whether lines are made only to know which events are chosen, and not printed.
    var isSilent = false

    mutating func start(at time: UInt64, _ renderer: inout Renderer, into line: inout LineBuffer) {
        if isSilent { return }
        unsafe renderer.header.withUnsafeBytes { header in unsafe line.append(header) }
    }

    mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        let count = renderer.render(batch, from: 0, limit: room, into: &line).lines
        if isSilent { line.removeAll() }
        return count
    }
}
