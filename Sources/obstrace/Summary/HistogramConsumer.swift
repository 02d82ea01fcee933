import CommandLine
import Template
import Tracepoints

/// `obstrace hist`: how the measured value of each key is distributed.
struct HistogramConsumer: Consumer, ~Copyable {
    private let summary: Summary
    private let writer: SummaryWriter
    private var tally: Tally
    private var startTime: UInt64 = 0
    private(set) var nextTick = UInt64.max

    init(_ summary: Summary, _ writer: SummaryWriter) {
        self.summary = summary
        self.writer = writer
        tally = Tally(
            limit: Int(clamping: summary.arguments.keyLimit ?? UInt64(KeyTable.usualLimit)),
            grouping: summary.buckets)
    }

    mutating func start(at time: UInt64, _ renderer: inout Renderer, into line: inout LineBuffer) {
        startTime = time
        if let interval = summary.arguments.interval { nextTick = time &+ interval }
    }

    mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        tally.add(batch, &renderer)
        return 0
    }

    /// Takes the pairs that the events of a batch make.
    mutating func take(_ batch: Batch, _ renderer: inout Renderer, pairedBy joiner: inout PairJoiner) {
        joiner.take(batch, &renderer, into: &tally)
    }

    mutating func tick(at now: UInt64, _ observer: Observer?, into line: inout LineBuffer) throws(Failure) {
        show(at: now, into: &line)
        tally.removeAll()
        if let interval = summary.arguments.interval { nextTick = tick(after: nextTick, by: interval, now) }
    }

    mutating func finish(
        _ observer: Observer?, _ losses: [Loss], at now: UInt64, into line: inout LineBuffer
    ) throws(Failure) {
        show(at: now, into: &line)
        if tally.withoutValue > 0 {
            System.print("obstrace: \(tally.withoutValue) events did not have the value\n", to: 2)
        }
    }

    private func show(at now: UInt64, into line: inout LineBuffer) {
        let width = System.isTerminal(1) ? System.terminalSize(1)?.columns ?? 80 : 80
        let order = tally.order
        let rows = Int(clamping: summary.arguments.rows ?? UInt64.max)
        for index in order.prefix(rows) {
            writer.write(
                tally.histograms[index], of: tally.key(index), at: now &- startTime, width: width, into: &line
            )
        }
        var other = tally.other
        for index in order.dropFirst(rows) { other.add(tally.histograms[index]) }
        if other.count > 0 { writer.write(other, of: nil, at: now &- startTime, width: width, into: &line) }
    }
}
