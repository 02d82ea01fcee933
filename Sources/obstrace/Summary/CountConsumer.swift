import CommandLine
import Template
import Tracepoints

/// `obstrace count` and `obstrace top`: how many events came of each key.
struct CountConsumer: Consumer, ~Copyable {
    private var summary: Summary
    private let writer: SummaryWriter
    private let layouts: [EventLayout]
    private let screen: Screen?
    private var tally: Tally
    private var startTime: UInt64 = 0
    private var lastTick: UInt64 = 0
    /// The counts when the last interval ended, where counting goes on.
    private var previous: [UInt64] = []
    private var previousOther: UInt64 = 0
    private var sortsByCount = false
    private var isPaused = false
    /// The table that is on the screen.
    private var shownTable: [String] = []
    private(set) var nextTick = UInt64.max

    init(_ summary: Summary, _ writer: SummaryWriter, _ layouts: [EventLayout], _ screen: Screen?) {
        self.summary = summary
        self.writer = writer
        self.layouts = layouts
        self.screen = screen
        tally = Tally(limit: Int(clamping: summary.arguments.keyLimit ?? UInt64(KeyTable.usualLimit)))
    }

    private var isTop: Bool { summary.arguments.kind == .top }
    private var interval: UInt64? { summary.arguments.interval ?? (isTop ? 1_000_000_000 : nil) }

    mutating func replan(_ summary: Summary) { self.summary = summary }

    mutating func start(at time: UInt64, _ renderer: inout Renderer, into line: inout LineBuffer) {
        startTime = time
        lastTick = time
        if let interval { nextTick = time &+ interval }
        screen?.begin(into: &line)
        if screen == nil { writer.writeHeader(into: &line) }
        nameEvents()
    }

    /// Begins with each event that is counted by itself, so that it is shown that it did not come.
    private mutating func nameEvents() {
        guard summary.arguments.kind == .count, summary.arguments.keys == nil, !summary.arguments.isPerCPU
        else {
            return
        }
        for layout in layouts { tally.set(writer.key(layout.fullName, cpu: nil), 0) }
    }

    mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        tally.add(batch, &renderer)
        return 0
    }

    mutating func tick(at now: UInt64, _ observer: Observer?, into line: inout LineBuffer) throws(Failure) {
        show(at: now, observer, into: &line)
        if let interval { nextTick = tick(after: nextTick, by: interval, now) }
    }

    mutating func finish(
        _ observer: Observer?, _ losses: [Loss], at now: UInt64, into line: inout LineBuffer
    ) throws(Failure) {
        screen?.end(into: &line)
        show(at: now, observer, isLast: true, into: &line)
    }

    /// Shows what came since the last time, or in all.
    private mutating func show(
        at now: UInt64, _ observer: Observer?, isLast: Bool = false, into line: inout LineBuffer
    ) {
        if let observer, summary.countsOnly { takeCounts(of: observer) }
        let isTotal = isLast && (summary.arguments.interval == nil || isTop)
        let seconds = Double(max(1, now &- (isTotal ? startTime : lastTick))) / 1e9
        let keepsOn = isTop || summary.countsOnly
        func before(_ index: Int) -> UInt64 {
            keepsOn && !isTotal && index < previous.count ? previous[index] : 0
        }
        let new = tally.counts.indices.map { tally.counts[$0] &- before($0) }
        // A table that goes on shows all that came; the other what is new.
        let shown = isTop ? Array(tally.counts) : new
        let sorting = isTop && !sortsByCount ? new : shown
        var order = shown.indices.sorted {
            sorting[$0] != sorting[$1]
                ? sorting[$0] > sorting[$1]
                : shown[$0] != shown[$1]
                    ? shown[$0] > shown[$1] : $0 < $1
        }
        let rows = min(
            Int(clamping: summary.arguments.rows ?? UInt64.max), screen?.rows ?? Int.max)
        var otherCount = tally.otherCount
        var otherNew = tally.otherCount &- (keepsOn && !isTotal ? previousOther : 0)
        for index in order.dropFirst(rows) {
            otherCount &+= shown[index]
            otherNew &+= new[index]
        }
        order = Array(order.prefix(rows))
        var table = order.map { index in
            SummaryWriter.Row(key: tally.key(index), count: shown[index], rate: Double(new[index]) / seconds)
        }
        if otherCount > 0 {
            table.append(
                SummaryWriter.Row(
                    key: nil, count: isTop ? otherCount : otherNew, rate: Double(otherNew) / seconds))
        }
        if let screen, !isLast {
            let total = new.reduce(0, &+) &+ tally.otherCount &- previousOther
            if !isPaused { shownTable = writer.table(table) }
            let rate = isPaused ? "paused" : "\(UInt64(Double(total) / seconds)) events/s"
            screen.show(
                shownTable, status: rate + ", sorted by " + (sortsByCount ? "count" : "rate"), into: &line)
        } else {
            writer.write(table, at: now &- startTime, into: &line)
        }
        lastTick = now
        previousOther = tally.otherCount
        if keepsOn {
            previous = Array(tally.counts)
        } else if summary.arguments.interval != nil {
            tally.removeAll()
            previousOther = 0
            nameEvents()
        }
    }

    private mutating func takeCounts(of observer: Observer) {
        let isPerCPU = summary.arguments.isPerCPU
        var sums: [UInt64: UInt64] = [:]
        func place(_ event: Int, _ cpu: Int32) -> UInt64 {
            UInt64(event) << 32 | (isPerCPU ? UInt64(UInt32(bitPattern: cpu)) : 0)
        }
        for count in observer.counts() { sums[place(count.event, count.cpu), default: 0] += count.count }
        for place in sums.keys.sorted() {
            let cpu = isPerCPU ? Int32(truncatingIfNeeded: place) : nil
            tally.set(writer.key(layouts[Int(place >> 32)].fullName, cpu: cpu), sums[place] ?? 0)
        }
    }

    // MARK: Keys

    var input: Int32 { screen?.input ?? -1 }

    mutating func takeInput(into line: inout LineBuffer) throws(Failure) -> Bool {
        guard let keys = screen?.keys() else { return false }
        for key in keys {
            switch key {
            case UInt8(ascii: "q"), UInt8(ascii: "Q"): return true
            case UInt8(ascii: "s"): sortsByCount.toggle()
            case UInt8(ascii: "p"), UInt8(ascii: " "): isPaused.toggle()
            default: continue
            }
            // Shown at once rather than at the end of the interval.
            nextTick = min(nextTick, System.monotonicTime() &+ 100_000_000)
        }
        return keys.isEmpty
    }
}
