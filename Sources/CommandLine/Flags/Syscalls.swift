extension Flag {
    /// Which system calls are shown, and how.
    static let syscalls: [Flag] = [
        Flag(
            "summary", "c", misnomers: ["--summary-only"],
            of: [.syscalls], topic: .calls,
            summary: "a table of calls, errors and times at the end",
            detail: [
                "Count the calls in place of printing them, and print a table at the end: their time, how many "
                    + "they were, how many failed, and the times that 99 of 100 and all of them did not exceed.",
                "The time of a call is from its begin to its end, with what it waited.",
            ],
            set: { draft, _ in draft.syscalls.isSummary = true }),
        Flag(
            // `-c` is meant for it elsewhere, and is a flag here.
            "count", "n", misnomers: ["--limit", "--lines", "--max-events"],
            value: Value(name: "N", completion: .nothing),
            of: [.syscalls], topic: .limits,
            summary: "stop after N lines",
            detail: ["Stop after N calls have been printed."],
            set: { draft, number throws(UsageError) in draft.trace.count = try number.lineCount() }),
        Flag(
            "failed", misnomers: ["-Z", "--failed-only", "--failure", "--errors"],
            of: [.syscalls], topic: .calls,
            summary: "only calls that failed",
            detail: ["Show only calls that failed, which is those whose result is an error number."],
            set: { draft, _ in draft.syscalls.isFailedOnly = true }),
        Flag(
            "slower", misnomers: ["--min-duration", "--slow"],
            value: Value(name: "TIME", completion: .nothing),
            of: [.syscalls], topic: .calls,
            summary: "only calls that took TIME or more: 1ms",
            detail: ["Show only calls that took TIME or more, which is written as for `-d`."],
            set: { draft, time throws(UsageError) in draft.syscalls.slowest = try time.duration() }),
        Flag(
            "json", misnomers: ["--jsonl", "--ndjson", "-j"],
            of: [.syscalls], topic: .calls,
            summary: "print a JSON object per call, or per row of the table",
            detail: [
                "Print each call as a JSON object with `time`, `duration`, `cpu`, `pid`, `tid`, `comm`, `name`, "
                    + "`args`, `result` and `error`.",
                "With `-c`, an object for each call with `name`, `calls`, `errors`, `seconds`, `p50`, `p99` and "
                    + "`max`.",
            ],
            set: { draft, _ in draft.trace.form = .json }),
    ]
}
