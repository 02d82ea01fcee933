import Tracepoints

/// `obstrace list --rate`: how often each event happens.
struct RateList {
    private let layouts: [EventLayout]
    private let catalog: Catalog

    init(_ layouts: [EventLayout], _ catalog: Catalog) {
        self.layouts = layouts
        self.catalog = catalog
    }

    /// Counts for a time, in nanoseconds, prints the events that happened with the most frequent first, and
    /// answers the exit status. A signal ends the counting early.
    func run(_ time: UInt64, _ isJSON: Bool) throws(Failure) -> Int32 {
        let signals = try checked { () throws(SystemError) in try Signals() }
        var options = ObserverOptions()
        options.countsOnly = true
        let counted = layouts.filter { !$0.addsUpTime }
        let start: UInt64
        let end: UInt64
        let observer: Observer
        do throws(TraceError) {
            observer = try Observer(scope: .system, options: options, catalog: catalog)
            for layout in counted { try observer.add(layout, isOptional: true) }
            try observer.watch(signals.descriptor.number, .readable, token: 0)
            try observer.open()
            start = System.monotonicTime()
            var isEnded = false
            while !isEnded {
                let now = System.monotonicTime()
                guard now < start &+ time else { break }
                let wakeup = try observer.wait(atMost: Int32(clamping: (start &+ time - now) / 1_000_000 + 1))
                isEnded = !wakeup.others.isEmpty
            }
            observer.disable()
            end = System.monotonicTime()
        } catch {
            throw Failure(error)
        }
        var sums = [UInt64](repeating: 0, count: counted.count)
        for count in observer.counts() { sums[count.event] += count.count }
        let notes = observer.notes
        observer.abandon()
        let seconds = Double(max(1, end - start)) / 1e9
        let busy = sums.indices.filter { sums[$0] > 0 }
            .sorted { sums[$0] != sums[$1] ? sums[$0] > sums[$1] : $0 < $1 }
        var text = ""
        let rates = busy.map { "\(UInt64((Double(sums[$0]) / seconds).rounded()))" }
        let width = max("RATE/S".utf8.count, rates.first?.utf8.count ?? 0)
        if !isJSON, !busy.isEmpty { text += padded("RATE/S", width) + "  EVENT\n" }
        for (index, rate) in zip(busy, rates) {
            let name = counted[index].fullName
            text +=
                isJSON
                ? "{\"event\":\"\(name)\",\"count\":\(sums[index]),\"rate\":\(rate)}\n"
                : padded(rate, width) + "  \(name)\n"
        }
        for note in notes { System.print("obstrace: \(note)\n", to: 2) }
        if counted.count < layouts.count {
            System.print("obstrace: sched:sched_stat_* are left out: the kernel counts their time\n", to: 2)
        }
        if busy.isEmpty { System.print("obstrace: none of \(counted.count) events happened\n", to: 2) }
        return Printer.print(text)
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
}
