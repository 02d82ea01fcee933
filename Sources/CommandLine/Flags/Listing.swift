extension Flag {
    /// What is listed, and how.
    static let listing: [Flag] = [
        Flag(
            "field", misnomers: ["--fields", "-f", "--name"],
            value: Value(name: "GLOB", completion: .nothing),
            of: [.list], topic: .search,
            summary: "only events with a field named like GLOB",
            detail: [
                "List only events that have a field whose name matches GLOB, and show those fields with their "
                    + "types."
            ],
            set: { draft, glob in draft.list.fieldGlob = glob }),
        Flag(
            "type", misnomers: ["--types"],
            value: Value(name: "GLOB", completion: .nothing),
            of: [.list], topic: .search,
            summary: "only events with a field of a type like GLOB",
            detail: [
                "List only events that have a field whose C type matches GLOB, such as `pid_t` or `*char*`, "
                    + "and show those fields.",
                "With `--field` it must be the same field.",
            ],
            set: { draft, glob in draft.list.typeGlob = glob }),
        Flag(
            "rate", misnomers: ["--rates", "--busy"],
            value: Value(name: "TIME", completion: .nothing),
            of: [.list], topic: .search, isCommon: false,
            summary: "count for TIME, and list the busiest: 2s",
            detail: [
                "Count the events that match for TIME, and list those that happened with their rates, the "
                    + "busiest first.",
                "Counting makes each event slower by some 100 ns, and takes a descriptor for each event and CPU.",
            ],
            set: { draft, time throws(UsageError) in draft.list.rateTime = try time.duration() }),
        Flag(
            "verbose", "v", misnomers: ["--long", "-l"],
            of: [.list], topic: .printing,
            summary: "show fields and types, and a template to start from",
            detail: [
                "Show below each event its fields with their types and sizes, the format the kernel prints it "
                    + "by, and a template to start from."
            ],
            set: { draft, _ in draft.list.isVerbose = true }),
        Flag(
            "json",
            of: [.list], topic: .printing,
            summary: "print JSON: an object per event and line",
            detail: [
                "Print a JSON object per event and line, which tells its fields with their types, places and "
                    + "sizes, and the format the kernel prints it by."
            ],
            set: { draft, _ in draft.list.isJSON = true }),
    ]
}
