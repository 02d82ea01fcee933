extension Flag {
    /// How events are counted, and how the counts are shown.
    static let summing: [Flag] = [
        Flag(
            "by", misnomers: ["--group-by", "--key", "-k", "--per"],
            value: Value(name: "FIELD,...", completion: .nothing),
            of: Subcommand.summing + [.pair], topic: .summing,
            summary: "count apart by values: comm,prev_state",
            detail: [
                "Count events apart that differ in these values.",
                "A FIELD is what stands between `<` and `>` in a template, such as `comm`, `args[2]`, "
                    + "`sig:sig` or `filename:.20`.",
                "Without it events are counted apart by their name.",
            ],
            set: { draft, fields throws(UsageError) in
                if let first = draft.summary.keys { throw fields.listedTwice(first) }
                draft.summary.keys = try fields.nonEmpty("fields such as comm,pid")
            }),
        Flag(
            "interval", "i", misnomers: ["-I", "--every", "--refresh", "--interval-print"],
            value: Value(name: "TIME", completion: .nothing),
            of: Subcommand.summing + [.pair], topic: .summing,
            summary: "show what came in each TIME: 1s",
            detail: [
                "Show after each TIME what came in it, and begin anew.",
                "`obstrace top` counts on and shows the rates of the last TIME, which is 1s without this.",
            ],
            set: { draft, time throws(UsageError) in draft.summary.interval = try time.duration() }),
        Flag(
            "rows", "n", misnomers: ["--count", "--top", "--limit"],
            value: Value(name: "N", completion: .nothing),
            of: Subcommand.summing, topic: .summing,
            summary: "show the N most frequent only",
            detail: [
                "Show the N keys that came most often, and count the rest together as `other`.",
                "Tracing does not stop after them: that is what `-d` is for.",
            ],
            set: { draft, number throws(UsageError) in draft.summary.rows = try number.lineCount() }),
        Flag(
            "keys", misnomers: ["--max-keys"],
            value: Value(name: "N", completion: .nothing),
            of: Subcommand.summing + [.pair], topic: .summing, isCommon: false,
            summary: "keep at most N keys apart",
            detail: [
                "Keep at most N keys apart and count those that come later as `other`.",
                "N is 65536 without it; a histogram has at most 1024.",
            ],
            set: { draft, number throws(UsageError) in draft.summary.keyLimit = try number.lineCount() }),
        Flag(
            "per-cpu", misnomers: ["--no-aggr"],
            of: [.count], topic: .summing, isCommon: false,
            summary: "count each CPU apart",
            detail: ["Count what each CPU has apart."],
            set: { draft, _ in draft.summary.isPerCPU = true }),
        Flag(
            "folded", misnomers: ["--flamegraph", "--collapse"],
            of: [.count], topic: .summing, isCommon: false,
            summary: "print a;b;c COUNT for flame graphs",
            detail: [
                "Print the values of `--by` with semicolons between them, a blank and the count, as programs "
                    + "that draw flame graphs read it."
            ],
            set: { draft, _ in draft.summary.isFolded = true }),
        Flag(
            "linear", misnomers: ["--step", "--lhist"],
            value: Value(name: "STEP", completion: .nothing),
            of: [.hist, .pair], topic: .summing,
            summary: "buckets of STEP each",
            detail: [
                "Show buckets that are STEP wide each, in the value's own unit, in place of powers of two.",
                "What is beyond a thousand of them is one bucket.",
            ],
            set: { draft, step throws(UsageError) in
                draft.summary.buckets = .linear(try step.lineCount("a width in the value's own unit"))
            }),
        Flag(
            "log10", misnomers: ["--decimal"],
            of: [.hist, .pair], topic: .summing, isCommon: false,
            summary: "buckets by powers of ten",
            detail: ["Show buckets from one power of ten to the next in place of powers of two."],
            set: { draft, _ in draft.summary.buckets = .powersOfTen }),
    ]
}
