extension Flag {
    /// When tracing stops.
    static let limits: [Flag] = [
        Flag(
            "count", "n", misnomers: ["-c", "--limit", "--lines", "--max-events"],
            value: Value(name: "N", completion: .nothing),
            of: [.trace, .pair], topic: .limits,
            summary: "stop after N lines",
            detail: ["Stop after N events have been printed."],
            set: { draft, number throws(UsageError) in draft.trace.count = try number.lineCount() }),
        Flag(
            "duration", "d", misnomers: ["--time", "--timeout"],
            value: Value(name: "TIME", completion: .nothing),
            of: Subcommand.tracing, topic: .limits,
            summary: "stop after TIME: 5s, 500ms, 1.5m",
            detail: [
                "Stop after TIME, which is a number with a unit: `ns`, `us`, `ms`, `s`, `m` or `h`.",
                "It may have a fraction, as in `1.5s`.",
                "Without a unit it is seconds.",
            ],
            set: { draft, time throws(UsageError) in draft.trace.duration = try time.duration() }),
        Flag(
            "until",
            value: Value(name: "EXPR", completion: .nothing),
            of: Subcommand.tracing, topic: .limits, isCommon: false,
            summary: "stop after the first event that fulfils EXPR",
            detail: [
                "Stop once an event that is printed fulfils EXPR.",
                "EXPR looks at all events, after their `--where`.",
            ],
            set: { draft, expression throws(UsageError) in
                if let first = draft.trace.until { throw expression.repeated(first) }
                draft.trace.until = expression
            }),
        Flag(
            "expect", misnomers: ["--assert", "--require"],
            value: Value(name: "EXPR", completion: .nothing),
            of: Subcommand.tracing, topic: .limits, isCommon: false,
            summary: "exit with status 5 unless an event fulfils EXPR",
            detail: [
                "Exit with status 5 if no event that was printed has fulfilled EXPR.",
                "Given several times, each EXPR must be fulfilled.",
            ],
            set: { draft, expression in draft.trace.expectations.append(expression) }),
        Flag(
            "forbid", misnomers: ["--deny", "--never"],
            value: Value(name: "EXPR", completion: .nothing),
            of: Subcommand.tracing, topic: .limits, isCommon: false,
            summary: "stop with status 5 once an event fulfils EXPR",
            detail: [
                "Stop with status 5 once an event that is printed fulfils EXPR.",
                "Given several times, no EXPR may be fulfilled.",
            ],
            set: { draft, expression in draft.trace.prohibitions.append(expression) }),
    ]
}
