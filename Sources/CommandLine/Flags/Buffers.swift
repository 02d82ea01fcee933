extension Flag {
    /// The ring buffers, and what happens when they overflow.
    static let buffers: [Flag] = [
        Flag(
            "buffer", "m", misnomers: ["--buffer-size", "--mmap-pages"],
            value: Value(name: "SIZE", completion: .nothing),
            of: Subcommand.tracing, topic: .buffers, isCommon: false,
            summary: "buffer SIZE for each CPU: 512K, 4M",
            detail: [
                "Keep up to SIZE bytes of events for each CPU between the kernel and obstrace.",
                "SIZE may end in `K`, `M` or `G`, and is rounded up to a power of two of memory pages.",
                "Make it larger when events are lost.",
            ],
            set: { draft, size throws(UsageError) in draft.trace.bufferSize = try size.size() }),
        Flag(
            "strict",
            of: Subcommand.tracing, topic: .buffers, isCommon: false,
            summary: "exit with status 4 if events were lost",
            detail: ["Exit with status 4 if events were lost."],
            set: { draft, _ in draft.trace.isStrict = true }),
    ]
}
