import CommandLine
import Template
import Tracepoints

/// `obstrace pair`: what is traced of two events, and what becomes of it.
enum PairPlan {
    /// Traces as the command line asks, a line for each pair, and answers the exit status.
    static func run(_ arguments: PairArguments) throws(Failure) -> Int32 {
        let recording = try Recording.open(arguments.trace)
        let source = Plan.Source(recording)
        let selector = Selector(catalog: try EventSource(source))
        var events: [(layout: EventLayout, probe: Probe?)] = []
        let starts = try places(of: arguments.starts, selector, arguments.known, in: &events)
        let ends = try places(of: arguments.ends, selector, arguments.known, in: &events)
        let name =
            arguments.known?.name
            ?? ([starts, ends].map { $0.map { events[$0].layout.name }.joined(separator: ",") })
            .joined(separator: "..")
        var rules = PairRules(
            events: events.map(\.layout), starts: starts, ends: ends, name: name,
            keys: try keys(arguments.key))
        if let cancel = arguments.cancel { rules.cancels = try keys(cancel) }
        if let capacity = arguments.capacity { rules.capacity = capacity }
        if let maxAge = arguments.maxAge { rules.maxAge = maxAge }
        if !arguments.trace.allProcesses, source == nil { rules.ownTid = System.processID }
        let joiner: PairJoiner
        do throws(PairKeyError) {
            joiner = try PairJoiner(rules)
        } catch {
            throw Failure(
                UsageError(
                    error.error, in: error.isOfCancels ? arguments.cancel ?? arguments.key : arguments.key))
        }
        let plan = try plan(arguments, source, selector.catalog.catalog, events, joiner)
        let report = PairReport(
            isQuiet: arguments.trace.isQuiet, isVerbose: arguments.trace.isVerbose)
        guard let summary = plan.summary else {
            return try Plan.read(plan, Pairs(joiner: joiner, report: report), recording)
        }
        let histogram = HistogramConsumer(summary, SummaryWriter(summary, plan))
        return try Plan.read(
            plan, PairHistogram(joiner: joiner, histogram: histogram, report: report), recording)
    }

    /// Prints the pairs that this kernel offers, and answers the exit status.
    static func list() throws(Failure) -> Int32 {
        let names = Set(
            try translating { () throws(TraceError) in try Catalog().names() })
        var text = ""
        let offered = KnownPair.all.filter { pair in
            names.contains(pair.end)
                && pair.start.split(separator: ",").allSatisfy { names.contains(String($0)) }
        }
        let width = offered.map(\.name.utf8.count).max() ?? 0
        for pair in offered {
            let gap = String(repeating: " ", count: width - pair.name.utf8.count + 2)
            text += pair.name + gap + pair.summary + "\n"
            text += String(repeating: " ", count: width + 2) + pair.words.joined(separator: " ") + "\n"
        }
        return Printer.print(text)
    }

    /// The places of events, which are added where they are not there yet.
    private static func places(
        of selections: [Selection], _ selector: Selector, _ known: KnownPair?,
        in events: inout [(layout: EventLayout, probe: Probe?)]
    ) throws(Failure) -> [Int] {
        var places: [Int] = []
        for selection in selections {
            if let known, (try? selector.catalog.layout(of: selection.glob)) == nil {
                throw Failure(
                    UsageError(
                        "\(selector.catalog.catalog == nil ? "the recording" : "this kernel") has no tracepoint "
                            + "\(selection.glob), which '\(known.name)' needs",
                        notes: selector.catalog.catalog == nil
                            ? ["it has: " + selector.catalog.someNames]
                            : ["to see the pairs that it offers: obstrace pair list"]))
            }
            for event in try selector.events(of: [selection]) {
                let layout = try selector.layout(of: event, selections: selections)
                let place = events.firstIndex { $0.layout.fullName == layout.fullName } ?? events.count
                if place == events.count { events.append((layout, event.probe)) }
                if !places.contains(place) { places.append(place) }
            }
        }
        return places
    }

    private static func keys(_ argument: Argument) throws(Failure) -> PairKeys {
        do throws(TemplateError) {
            return try PairKeys.parse(argument.text)
        } catch {
            throw Failure(UsageError(error, in: argument))
        }
    }

    /// What is traced; the renderer is one for pairs.
    private static func plan(
        _ pair: PairArguments, _ source: Plan.Source?, _ catalog: Catalog?,
        _ events: [(layout: EventLayout, probe: Probe?)],
        _ joiner: borrowing PairJoiner
    ) throws(Failure) -> Plan {
        let arguments = pair.trace
        let keys = pair.histogram.map { Keys($0, isTyped: arguments.form != .lines) }
        let templates: [Template]
        if let keys {
            templates = [try keys.template()]
        } else {
            templates = try Plan.templates(of: arguments)
        }
        let scope = source == nil ? try TraceScope(arguments) : TraceScope(recorded: arguments)
        let account = try Plan.account(arguments.commandUser)
        let symbols = source?.symbols ?? KernelSymbols()
        // Only both events together can tell what is asked for.
        let kernel = FilterPlan.KernelAbilities(filters: false, hasGlobalIDs: PIDNamespace.isInitial)
        let conditions = try Filters(of: arguments, events: nil, cgroups: scope.testedCgroups)
        let filters = try conditions.plan(joiner.layouts, symbols, kernel)
        var measure: Measure?
        if let value = pair.histogram?.value {
            measure = try Summary.measure(value, of: joiner.layouts, symbols)
        }
        let renderer: Renderer
        do throws(BindError) {
            renderer = try Renderer(
                joiner.layouts.map { ($0, templates.isEmpty ? nil : 0) }, templates: templates,
                filters: filters, measure: measure, symbols: symbols, options: RenderOptions(arguments))
        } catch {
            throw Failure(
                keys?.error(error.error) ?? UsageError(error.error, in: arguments.templates[error.template]))
        }
        let needs = renderer.needs.union(joiner.needs)
        var notes = templates.flatMap(\.warnings).map(\.message) + renderer.notes + filters.notes
        if !joiner.areOfOneTask, scope.isPartial || !arguments.command.isEmpty {
            notes.append(
                "both events of a pair must happen in what is traced; where one may happen in another task, trace all "
                    + "and test the pair: --where 'start.comm == ...'")
        }
        let summary = pair.histogram.map {
            Summary($0, keys: keys, unit: measure?.unit ?? .plain, countsOnly: false)
        }
        return Plan(
            arguments: arguments, catalog: catalog, layouts: events.map(\.layout),
            probes: events.map(\.probe),
            isOptional: events.map { _ in false },
            scope: scope, conditions: conditions, filters: filters, refusals: [], symbols: symbols,
            renderer: renderer, kernelFilters: events.map { _ in nil }, needs: needs,
            leavesOutSelf: joiner.areOfOneTask, tellsLossWindows: true,
            commandPath: try Plan.commandPath(of: arguments, as: account), summary: summary,
            commandAccount: account, notes: notes)
    }
}

/// Makes a line of each pair.
struct Pairs: Consumer, ~Copyable {
    private var joiner: PairJoiner
    private let report: PairReport

    init(joiner: consuming PairJoiner, report: PairReport) {
        self.joiner = joiner
        self.report = report
    }

    mutating func start(at time: UInt64, _ renderer: inout Renderer, into line: inout LineBuffer) {
        unsafe renderer.header.withUnsafeBytes { header in unsafe line.append(header) }
    }

    mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        joiner.take(batch, &renderer, room: room, into: &line)
    }

    func counts(_ renderer: borrowing Renderer) -> [UInt64] { joiner.counts.events }

    mutating func finish(
        _ observer: Observer?, _ losses: [Loss], at now: UInt64, into line: inout LineBuffer
    ) throws(Failure) {
        report.tell(joiner.counts)
    }
}

/// Shows how the latencies of pairs are distributed.
struct PairHistogram: Consumer, ~Copyable {
    private var joiner: PairJoiner
    private var histogram: HistogramConsumer
    private let report: PairReport

    init(joiner: consuming PairJoiner, histogram: consuming HistogramConsumer, report: PairReport) {
        self.joiner = joiner
        self.histogram = histogram
        self.report = report
    }

    mutating func start(at time: UInt64, _ renderer: inout Renderer, into line: inout LineBuffer) {
        histogram.start(at: time, &renderer, into: &line)
    }

    mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        histogram.take(batch, &renderer, pairedBy: &joiner)
        return 0
    }

    func counts(_ renderer: borrowing Renderer) -> [UInt64] { joiner.counts.events }

    var nextTick: UInt64 { histogram.nextTick }

    mutating func tick(at now: UInt64, _ observer: Observer?, into line: inout LineBuffer) throws(Failure) {
        try histogram.tick(at: now, observer, into: &line)
    }

    mutating func finish(
        _ observer: Observer?, _ losses: [Loss], at now: UInt64, into line: inout LineBuffer
    ) throws(Failure) {
        try histogram.finish(observer, losses, at: now, into: &line)
        report.tell(joiner.counts)
    }
}

/// Tells on stderr what became of starts and ends.
struct PairReport {
    let isQuiet: Bool
    let isVerbose: Bool

    func tell(_ counts: PairCounts) {
        if counts.doubtfulStarts > 0 {
            // Not left out by -q: it is a loss.
            say("\(counts.doubtfulStarts) starts were left without a pair, as events were lost meanwhile")
        }
        guard !isQuiet else { return }
        let remarks: [(UInt64, String)] = [
            (counts.waitingStarts, "starts still wait for their end"),
            (counts.repeatedStarts, "starts were followed by another one with the same key"),
            (counts.agedStarts, "starts got too old"),
            (counts.crowdedStarts, "starts gave way to newer ones: --max-waiting keeps more"),
            (counts.loneEnds, "ends had no start"),
            (counts.unusable, "events had no key, or were cut short"),
        ]
        let told = remarks.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if isVerbose || !told.isEmpty {
            say((["\(counts.pairs) pairs"] + told).joined(separator: "; "))
        }
    }

    private func say(_ message: String) { System.print("obstrace: \(message)\n", to: 2) }
}
