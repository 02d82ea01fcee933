extension Flag {
    /// What is traced, and which of its events.
    static let selection: [Flag] = [
        Flag(
            "where", misnomers: ["--filter"],
            value: Value(name: "EXPR", completion: .nothing),
            of: [.trace, .syscalls] + Subcommand.summing, topic: .selection,
            summary: "only events that fulfil EXPR: 'pid == 1'",
            detail: [
                "Print only events that fulfil EXPR, such as `prev_prio < 100 && prev_comm ~ \"b*\"`; see below "
                    + "for how it is written.",
                "The kernel tests all of it that it can, so that events left out cost next to nothing.",
                "EXPR applies to the EVENTs before it, back to the last `--where`.",
                "Before any EVENT it is the default for all events that get no EXPR of their own.",
            ],
            set: { draft, expression throws(UsageError) in try draft.placeFilter(expression) }),
        Flag(
            "no-pushdown",
            of: [.trace, .syscalls] + Subcommand.summing, topic: .selection, isCommon: false,
            summary: "test filters in obstrace alone, not in the kernel",
            detail: [
                "Test all filters in obstrace, none in the kernel.",
                "The lines are the same, at a higher cost.",
            ],
            set: { draft, _ in draft.trace.usesKernelFilters = false }),
    ]
}
