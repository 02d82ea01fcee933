extension Flag {
    /// Messages, colours and helps.
    static let messages: [Flag] = [
        Flag(
            "explain", misnomers: ["--dry-run", "--plan"],
            of: [.trace, .syscalls] + Subcommand.summing, topic: .messages, isCommon: false,
            summary: "say what would be traced and how, trace nothing",
            detail: [
                "Print for each event which filter the kernel gets, what of it is left to obstrace and what a "
                    + "sample carries, then the numbers of descriptors and of bytes for buffers.",
                "Nothing is traced, and COMMAND is not run.",
            ],
            set: { draft, _ in draft.trace.explains = true }),
        Flag(
            "quiet", "q", misnomers: ["--silent", "-s"],
            of: Subcommand.tracing, topic: .messages,
            summary: "no notes on stderr, only errors and losses",
            detail: [
                "Say nothing on stderr but errors and losses.", "Of `-q` and `-v` the last one counts.",
            ],
            set: { draft, _ in
                draft.trace.isQuiet = true
                draft.trace.isVerbose = false
            }),
        Flag(
            "verbose", "v",
            of: Subcommand.tracing, topic: .messages,
            summary: "say more on stderr: events traced and lost",
            detail: [
                "Say more on stderr, such as how many events were traced and lost, also when none was lost."
            ],
            set: { draft, _ in
                draft.trace.isVerbose = true
                draft.trace.isQuiet = false
            }),
        Flag(
            "color", aliases: ["colour"],
            value: Value(name: "WHEN", completion: .words(Colour.allCases.map(\.rawValue))),
            of: Subcommand.tracing + [.list], topic: .messages, isCommon: false,
            summary: "colour the output: auto, always or never",
            detail: [
                "Colour the output: `always`, `never`, or `auto`, which is the default.",
                "`auto` colours on a terminal unless the environment variable NO_COLOR is set.",
            ],
            set: { draft, word throws(UsageError) in
                let colour = try word.colour()
                draft.trace.colour = colour
                draft.list.colour = colour
            }),
        Flag(
            "help", "h", misnomers: ["-?", "-H", "--usage"],
            of: Subcommand.allCases, topic: .messages,
            summary: "this help; --help explains everything",
            detail: ["Print a short help with `-h`, or all there is to know with `--help`."],
            set: { draft, flag in
                let request = HelpRequest(subcommand: draft.subcommand, isLong: flag.prefix != "-h")
                draft.ending = .help(request)
            }),
        Flag(
            "version", misnomers: ["-V"],
            of: Subcommand.allCases, topic: .messages, isCommon: false,
            summary: "print the version",
            detail: ["Print the version of obstrace."],
            set: { draft, _ in draft.ending = .version }),
    ]
}
