extension Flag {
    /// What is recorded, and what is read again.
    static let recordings: [Flag] = [
        Flag(
            "write", "w", misnomers: ["--record", "--save"],
            value: Value(name: "FILE", completion: .files),
            of: [.trace, .syscalls], topic: .recordings,
            summary: "record into FILE for -r or perf",
            detail: [
                "Record events into FILE, for `-r` and for all that reads `perf.data` files.",
                "No lines are printed, unless there is a TEMPLATE, a form such as `--json`, or `-o`.",
                "`-` is stdout, where the form that perf reads from a pipe is written.",
            ],
            set: { draft, file throws(UsageError) in
                draft.trace.recording.file = try file.nonEmpty("a file's name")
            }),
        Flag(
            "max-size", misnomers: ["--size", "--file-size"],
            value: Value(name: "SIZE", completion: .nothing),
            of: [.trace, .syscalls], topic: .recordings, isCommon: false,
            summary: "stop when FILE has SIZE: 100M, 1G",
            detail: [
                "Stop recording when FILE has reached SIZE, which may end in `K`, `M`, `G` or `T`.",
                "With `--rotate` go on in another file.",
            ],
            set: { draft, size throws(UsageError) in draft.trace.recording.limit = try size.fileSize() }),
        Flag(
            "rotate", misnomers: ["--files", "--switch-max-files"],
            value: Value(name: "N", completion: .nothing),
            of: [.trace, .syscalls], topic: .recordings, isCommon: false,
            summary: "keep the newest N files of --max-size",
            detail: [
                "When FILE has reached the size of `--max-size`, call it FILE.1 and begin FILE anew; what was "
                    + "FILE.1 is FILE.2 then, and so on.",
                "N files are kept in all, each of them complete.",
            ],
            set: { draft, number throws(UsageError) in draft.trace.recording.rotation = number }),
        Flag(
            "to", misnomers: ["--format", "-t", "--kind"],
            value: Value(name: "KIND", completion: .words(ConvertArguments.Kind.allCases.map(\.rawValue))),
            of: [.convert], topic: .recordings,
            summary: "chrome, svg, trace-cmd or perfetto, where OUT does not tell",
            detail: [
                "Convert into KIND, which is `chrome`, `svg`, `trace-cmd` or `perfetto`, whatever the name of OUT ends in."
            ],
            set: { draft, kind in draft.convertKind = kind }),
        Flag(
            "read", "r", misnomers: ["--input", "--replay"],
            value: Value(name: "FILE", completion: .files),
            of: [.trace, .count, .hist, .pair, .syscalls], topic: .recordings,
            summary: "read events from the recording FILE",
            detail: [
                "Read events from FILE, which `-w` or `perf record` has recorded, also on another machine, "
                    + "as if they happened now.",
                "Without an EVENT all events of tracepoints in it are read.",
                "Limits and intervals go by the time of the recording.",
                "`-` is stdin.",
            ],
            set: { draft, file throws(UsageError) in
                draft.trace.replayed = try file.nonEmpty("a file's name")
            }),
    ]
}
