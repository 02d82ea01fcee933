extension Flag {
    /// Every flag. Parser, helps, man page and completions derive from this table alone.
    static let all: [Flag] = [
        Flag(
            "format", "f", misnomers: ["--template", "--fmt", "--print", "-F"],
            value: Value(name: "TEMPLATE", completion: .template),
            of: .trace, topic: .printing,
            summary: "print events by TEMPLATE: '<pid> <filename>'",
            detail: [
                "Print each event by TEMPLATE, which is text with fields of the event between `<` and `>`.",
                "TEMPLATE applies to the EVENTs before it, back to the last `-f`.",
                "Before any EVENT it is the default for all events that get no TEMPLATE of their own.",
                "Without a TEMPLATE an event is printed with its time, thread, CPU, name and all that the "
                    + "kernel says of it.",
            ],
            set: { draft, template throws(UsageError) in try draft.placeTemplate(template) }),
        Flag(
            "where", misnomers: ["--filter", "-w"],
            value: Value(name: "EXPR", completion: .nothing),
            of: .trace, topic: .selection,
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
            "json", misnomers: ["--jsonl", "--ndjson", "-j"],
            value: Value(
                name: "OPTION,...", completion: .words(["strings", "numbers", "strings,numbers"]),
                isOptional: true),
            of: .trace, topic: .printing,
            summary: "print a JSON object per event",
            detail: [
                "Print each event as a JSON object on a line of its own.",
                "With `--json=strings` integers beyond 2^53, which many programs would round, are strings.",
                "With `--json=numbers` a field that is shown by name has a second member with its number: "
                    + "`prev_state` and `prev_state:n`.",
            ],
            set: { draft, options throws(UsageError) in try draft.setForm(.json, options) }),
        Flag(
            "csv",
            value: Value(name: "OPTION", completion: .words(["numbers"]), isOptional: true),
            of: .trace, topic: .printing, isCommon: false,
            summary: "print values with commas between them",
            detail: [
                "Print each event as values with commas between them, below a line with the names of the "
                    + "columns, which are the same for all events.",
                "`--csv=numbers` is as with `--json`.",
            ],
            set: { draft, options throws(UsageError) in try draft.setForm(.csv, options) }),
        Flag(
            "tsv",
            value: Value(name: "OPTION", completion: .words(["numbers"]), isOptional: true),
            of: .trace, topic: .printing, isCommon: false,
            summary: "print values with tabs between them",
            detail: ["Print as `--csv` does, with tabs in place of commas."],
            set: { draft, options throws(UsageError) in try draft.setForm(.tsv, options) }),
        Flag(
            "logfmt",
            value: Value(name: "OPTION", completion: .words(["numbers"]), isOptional: true),
            of: .trace, topic: .printing, isCommon: false,
            summary: "print values as name=value",
            detail: [
                "Print each event as `name=value` with blanks between.",
                "`--logfmt=numbers` is as with `--json`.",
            ],
            set: { draft, options throws(UsageError) in try draft.setForm(.logfmt, options) }),
        Flag(
            "no-pushdown",
            of: .trace, topic: .selection, isCommon: false,
            summary: "test filters in obstrace alone, not in the kernel",
            detail: [
                "Test all filters in obstrace, none in the kernel.",
                "The lines are the same, at a higher cost.",
            ],
            set: { draft, _ in draft.trace.usesKernelFilters = false }),
        Flag(
            "explain", misnomers: ["--dry-run", "--plan"],
            of: .trace, topic: .messages, isCommon: false,
            summary: "say what would be traced and how, trace nothing",
            detail: [
                "Print for each event which filter the kernel gets, what of it is left to obstrace and what a "
                    + "sample carries, then the numbers of descriptors and of bytes for buffers.",
                "Nothing is traced, and COMMAND is not run.",
            ],
            set: { draft, _ in draft.trace.explains = true }),
        Flag(
            "output", "o", misnomers: ["--out", "--file"],
            value: Value(name: "FILE", completion: .files),
            of: .trace, topic: .printing,
            summary: "write lines into FILE, - is stdout",
            detail: [
                "Write the lines into FILE in place of stdout, and empty it first.",
                "`-` is stdout.",
            ],
            set: { draft, file throws(UsageError) in draft.trace.output = try file.output() }),
        Flag(
            "count", "n", misnomers: ["-c", "--limit", "--lines", "--max-events"],
            value: Value(name: "N", completion: .nothing),
            of: .trace, topic: .limits,
            summary: "stop after N lines",
            detail: ["Stop after N events have been printed."],
            set: { draft, number throws(UsageError) in draft.trace.count = try number.lineCount() }),
        Flag(
            "duration", "d", misnomers: ["--time", "--timeout"],
            value: Value(name: "TIME", completion: .nothing),
            of: .trace, topic: .limits,
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
            of: .trace, topic: .limits, isCommon: false,
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
            of: .trace, topic: .limits, isCommon: false,
            summary: "exit with status 5 unless an event fulfils EXPR",
            detail: [
                "Exit with status 5 if no event that was printed has fulfilled EXPR.",
                "Given several times, each EXPR must be fulfilled.",
            ],
            set: { draft, expression in draft.trace.expectations.append(expression) }),
        Flag(
            "forbid", misnomers: ["--deny", "--never"],
            value: Value(name: "EXPR", completion: .nothing),
            of: .trace, topic: .limits, isCommon: false,
            summary: "stop with status 5 once an event fulfils EXPR",
            detail: [
                "Stop with status 5 once an event that is printed fulfils EXPR.",
                "Given several times, no EXPR may be fulfilled.",
            ],
            set: { draft, expression in draft.trace.prohibitions.append(expression) }),
        Flag(
            "pid", "p", misnomers: ["--process", "-P"],
            value: Value(name: "PID,...", completion: .processes),
            of: .trace, topic: .scope,
            summary: "only these processes and what they start",
            detail: [
                "Trace only these processes: all their threads, and the threads and processes that they "
                    + "start from now on.",
                "Given several times, the lists add up.",
            ],
            set: { draft, list throws(UsageError) in
                for pid in try list.pids() where !draft.trace.pids.contains(pid) {
                    draft.trace.pids.append(pid)
                }
            }),
        Flag(
            "tid", "t", misnomers: ["--thread", "-T"],
            value: Value(name: "TID,...", completion: .nothing),
            of: .trace, topic: .scope, isCommon: false,
            summary: "only these threads and what they start",
            detail: [
                "Trace only these threads, and the threads and processes that they start from now on.",
                "Given several times, the lists add up.",
            ],
            set: { draft, list throws(UsageError) in
                for tid in try list.pids() where !draft.trace.tids.contains(tid) {
                    draft.trace.tids.append(tid)
                }
            }),
        Flag(
            "cgroup", misnomers: ["--cgroups", "-G"],
            value: Value(name: "PATH", completion: .files),
            of: .trace, topic: .scope, isCommon: false,
            summary: "only what runs in the cgroup PATH or below it",
            detail: [
                "Trace only what runs in the cgroup PATH or below it.",
                "PATH is a folder below `/sys/fs/cgroup`, or a path as `/proc/PID/cgroup` has it; it may be a "
                    + "glob for several.",
                "Given several times, any of them will do.",
            ],
            set: { draft, path throws(UsageError) in draft.trace.cgroups.append(try path.nonEmpty("a PATH")) }
        ),
        Flag(
            "container", misnomers: ["--containers", "--docker"],
            value: Value(name: "ID", completion: .nothing),
            of: .trace, topic: .scope, isCommon: false,
            summary: "only what runs in the container whose id or name starts with ID",
            detail: [
                "Trace only what runs in the container whose id or name starts with ID.",
                "It is found by the name of its cgroup, as docker, podman, containerd, kubernetes, LXC and "
                    + "systemd give them.",
                "Given several times, any of them will do.",
            ],
            set: { draft, id throws(UsageError) in draft.trace.containers.append(try id.nonEmpty("an ID")) }),
        Flag(
            "comm", misnomers: ["--command", "--task"],
            value: Value(name: "GLOB", completion: .nothing),
            of: .trace, topic: .scope, isCommon: false,
            summary: "only tasks whose name matches GLOB: 'nginx*'",
            detail: [
                "Trace only tasks whose name matches GLOB, which has to match the whole of the name.",
                "Given several times, one of them has to match.",
            ],
            set: { draft, glob throws(UsageError) in draft.trace.taskNames.append(try glob.nonEmpty("a GLOB"))
            }),
        Flag(
            "user", "u", misnomers: ["--uid", "-U"],
            value: Value(name: "USER,...", completion: .users),
            of: .trace, topic: .scope,
            summary: "only processes of these users",
            detail: [
                "Trace only processes that run as one of these users, each given by its name or number.",
                "Given several times, the lists add up.",
            ],
            set: { draft, users throws(UsageError) in draft.trace.users.append(try users.nonEmpty("a USER")) }
        ),
        Flag(
            "cpu", "C", misnomers: ["--cpus", "--cpu-list"],
            value: Value(name: "CPUS", completion: .nothing),
            of: .trace, topic: .scope,
            summary: "only these CPUs: 0-3,5",
            detail: [
                "Trace only what happens on these CPUs.",
                "CPUS is a list of numbers and ranges, such as `0-3,5`.",
                "A range may have a stride: `0-6:2` is 0, 2, 4 and 6.",
            ],
            set: { draft, list throws(UsageError) in draft.trace.cpus = try list.cpus() }),
        Flag(
            "all-processes", misnomers: ["--all", "-A"],
            of: .trace, topic: .scope, isCommon: false,
            summary: "leave out nothing, not even obstrace itself",
            detail: [
                "Leave out nothing.",
                "Otherwise obstrace leaves out itself and the processes that read the pipe it writes into, "
                    + "so that tracing does not feed itself.",
            ],
            set: { draft, _ in draft.trace.allProcesses = true }),
        Flag(
            "buffer", "m", misnomers: ["--buffer-size", "--mmap-pages"],
            value: Value(name: "SIZE", completion: .nothing),
            of: .trace, topic: .buffers, isCommon: false,
            summary: "buffer SIZE for each CPU: 512K, 4M",
            detail: [
                "Keep up to SIZE bytes of events for each CPU between the kernel and obstrace.",
                "SIZE may end in `K`, `M` or `G`, and is rounded up to a power of two of memory pages.",
                "Make it larger when events are lost.",
            ],
            set: { draft, size throws(UsageError) in draft.trace.bufferSize = try size.size() }),
        Flag(
            "strict",
            of: .trace, topic: .buffers, isCommon: false,
            summary: "exit with status 4 if events were lost",
            detail: ["Exit with status 4 if events were lost."],
            set: { draft, _ in draft.trace.isStrict = true }),
        Flag(
            "quiet", "q", misnomers: ["--silent", "-s"],
            of: .trace, topic: .messages,
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
            of: .trace, topic: .messages,
            summary: "say more on stderr: events traced and lost",
            detail: [
                "Say more on stderr, such as how many events were traced and lost, also when none was lost."
            ],
            set: { draft, _ in
                draft.trace.isVerbose = true
                draft.trace.isQuiet = false
            }),
        Flag(
            "field", misnomers: ["--fields", "-f", "--name"],
            value: Value(name: "GLOB", completion: .nothing),
            of: .list, topic: .search,
            summary: "only events with a field named like GLOB",
            detail: [
                "List only events that have a field whose name matches GLOB, and show those fields with their "
                    + "types."
            ],
            set: { draft, glob in draft.list.fieldGlob = glob }),
        Flag(
            "type", misnomers: ["--types"],
            value: Value(name: "GLOB", completion: .nothing),
            of: .list, topic: .search,
            summary: "only events with a field of a type like GLOB",
            detail: [
                "List only events that have a field whose C type matches GLOB, such as `pid_t` or `*char*`, "
                    + "and show those fields.",
                "With `--field` it must be the same field.",
            ],
            set: { draft, glob in draft.list.typeGlob = glob }),
        Flag(
            "verbose", "v", misnomers: ["--long", "-l"],
            of: .list, topic: .printing,
            summary: "show fields and types, and a template to start from",
            detail: [
                "Show below each event its fields with their types and sizes, the format the kernel prints it "
                    + "by, and a template to start from."
            ],
            set: { draft, _ in draft.list.isVerbose = true }),
        Flag(
            "json",
            of: .list, topic: .printing,
            summary: "print JSON: an object per event and line",
            detail: [
                "Print a JSON object per event and line, which tells its fields with their types, places and "
                    + "sizes, and the format the kernel prints it by."
            ],
            set: { draft, _ in draft.list.isJSON = true }),
        Flag(
            "color", aliases: ["colour"],
            value: Value(name: "WHEN", completion: .words(Colour.allCases.map(\.rawValue))),
            of: .trace, .list, topic: .messages, isCommon: false,
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
            of: .trace, .list, .help, topic: .messages,
            summary: "this help; --help explains everything",
            detail: ["Print a short help with `-h`, or all there is to know with `--help`."],
            set: { draft, flag in
                let request = HelpRequest(subcommand: draft.subcommand, isLong: flag.prefix != "-h")
                draft.ending = .help(request)
            }),
        Flag(
            "version", misnomers: ["-V"],
            of: .trace, .list, .help, topic: .messages, isCommon: false,
            summary: "print the version",
            detail: ["Print the version of obstrace."],
            set: { draft, _ in draft.ending = .version }),
    ]

    /// What other tracers have a flag for and obstrace needs none for.
    static let needless: [String: String] = [
        "-e": "an EVENT is typed without a flag",
        "--event": "an EVENT is typed without a flag",
        "-a": "all CPUs are traced unless -C says otherwise",
        "--all-cpus": "all CPUs are traced unless -C says otherwise",
    ]
}
