/// What `obstrace pair` was asked to do.
public struct PairArguments: Sendable, Equatable {
    /// Nothing that could be traced.
    public init() {}

    /// Whom to trace, when to stop, what to print; without EVENTs. It has one template and any number of filters.
    public internal(set) var trace = TraceArguments()
    /// The pair that was named; nil where its EVENTs were typed.
    public internal(set) var known: KnownPair?
    /// The EVENTs that begin and that end a pair, each `subsystem:name`, as parts of the words typed.
    public internal(set) var starts: [Selection] = []
    public internal(set) var ends: [Selection] = []
    /// The names of the values that both have.
    public internal(set) var key = Argument(text: "", index: 0)
    /// The names of an end's values by which a start is forgotten.
    public internal(set) var cancel: Argument?
    /// How many starts may wait for their end.
    public internal(set) var capacity: Int?
    /// How long a start may wait, in nanoseconds.
    public internal(set) var maxAge: UInt64?
    /// The histogram to show; nil for a line for each pair.
    public internal(set) var histogram: SummaryArguments?
}

/// The words of `obstrace pair` as far as they have been read.
struct PairDraft {
    var operands: [Argument] = []
    var key: Argument?
    var cancel: Argument?
    var capacity: Int?
    var maxAge: UInt64?
    /// What a histogram measures.
    var measured: Argument?

    /// Makes the invocation when all words have been read.
    func invocation(_ trace: TraceArguments, _ summary: SummaryArguments) throws(UsageError) -> Invocation {
        guard let first = operands.first else {
            throw UsageError(
                "no pair to trace",
                notes: ["try: obstrace pair syscall", "to see those that have a name: obstrace pair list"])
        }
        if operands.count > 2 {
            throw operands[2].error(
                "a pair has one START and one END", hint: "several of a kind have commas between them")
        }
        if operands.count == 1, first.text == "list" { return .listPairs }
        var pair = PairArguments()
        pair.trace = trace
        pair.capacity = capacity
        pair.maxAge = maxAge
        pair.histogram = try histogram(trace, summary)
        if operands.count == 1, !first.text.contains(":") {
            let known = try PairDraft.known(first)
            pair.known = known
            pair.starts = PairDraft.selections(Argument(text: known.start, index: first.index))
            pair.ends = PairDraft.selections(Argument(text: known.end, index: first.index))
            pair.key = key ?? Argument(text: known.key, index: first.index, prefix: "--on")
            let cancel = known.cancel.map { Argument(text: $0, index: first.index, prefix: "--cancel") }
            pair.cancel = self.cancel ?? (key == nil ? cancel : nil)
            if let filter = known.filter {
                pair.trace.filters.append(Argument(text: filter, index: first.index, prefix: "--where"))
            }
            return .pair(pair)
        }
        guard operands.count == 2 else {
            throw first.error(
                "the END of the pair is missing", notes: ["try: obstrace pair START END --on FIELD"])
        }
        pair.starts = PairDraft.selections(first)
        pair.ends = PairDraft.selections(operands[1])
        for selection in pair.starts + pair.ends { try PairDraft.check(selection.pattern) }
        guard let key else {
            throw UsageError(
                "a pair needs --on, the fields that START and END have in common",
                notes: ["such as --on dev,sector, --on pid=prev_pid where their names differ, or --on tid"])
        }
        pair.key = key
        pair.cancel = cancel
        return .pair(pair)
    }

    /// What the flags of a histogram say, which have no meaning without one.
    private func histogram(_ trace: TraceArguments, _ summary: SummaryArguments) throws(UsageError)
        -> SummaryArguments?
    {
        guard let measured else {
            if summary != SummaryArguments() {
                throw UsageError("--by, -i, --keys, --linear and --log10 are for a histogram: add --hist")
            }
            return nil
        }
        if let template = trace.templates.first {
            throw template.error("\(template.prefix) and --hist cannot go together")
        }
        var histogram = summary
        histogram.kind = .histogram
        histogram.value = measured
        return histogram
    }

    private static func known(_ word: Argument) throws(UsageError) -> KnownPair {
        if let known = KnownPair.all.first(where: { $0.name == word.text }) { return known }
        let names = KnownPair.all.map(\.name)
        let longer = word.text.isEmpty ? nil : names.first { $0.hasPrefix(word.text) }
        let meant = longer ?? nearest(to: word.text, among: names + ["list"])
        throw word.error(
            "no pair is named '\(word.text)'", hint: meant.map { "did you mean \($0)?" },
            notes: ["to see those that this kernel offers: obstrace pair list"])
    }

    /// The parts of a word between commas.
    private static func selections(_ word: Argument) -> [Selection] {
        // The commas of a probe part its arguments.
        if isProbe(word) { return [Selection(pattern: word, template: nil, filter: nil)] }
        return word.text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            Selection(
                pattern: Argument(text: String(part), index: word.index, prefix: word.prefix), template: nil,
                filter: nil)
        }
    }

    private static func isProbe(_ word: Argument) -> Bool {
        probeKinds.contains { word.text.hasPrefix($0 + ":") }
    }

    private static func check(_ word: Argument) throws(UsageError) {
        try checkEvent(word)
        if !isProbe(word), word.text.contains(where: { "!*?[".contains($0) }) {
            throw word.error(
                "START and END are names, not patterns", notes: ["try: obstrace list '\(word.text)'"])
        }
    }
}
