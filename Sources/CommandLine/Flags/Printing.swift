extension Flag {
    /// How events are printed.
    static let printing: [Flag] = [
        Flag(
            "format", "f", misnomers: ["--template", "--fmt", "--print", "-F"],
            value: Value(name: "TEMPLATE", completion: .template),
            of: [.trace], topic: .printing,
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
            "json", misnomers: ["--jsonl", "--ndjson", "-j"],
            value: Value(
                name: "OPTION,...", completion: .words(["strings", "numbers", "strings,numbers"]),
                isOptional: true),
            of: [.trace, .pair] + Subcommand.summing, topic: .printing,
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
            of: [.trace, .pair, .count, .top], topic: .printing, isCommon: false,
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
            of: [.trace, .pair, .count, .top], topic: .printing, isCommon: false,
            summary: "print values with tabs between them",
            detail: ["Print as `--csv` does, with tabs in place of commas."],
            set: { draft, options throws(UsageError) in try draft.setForm(.tsv, options) }),
        Flag(
            "logfmt",
            value: Value(name: "OPTION", completion: .words(["numbers"]), isOptional: true),
            of: [.trace, .pair, .count, .top], topic: .printing, isCommon: false,
            summary: "print values as name=value",
            detail: [
                "Print each event as `name=value` with blanks between.",
                "`--logfmt=numbers` is as with `--json`.",
            ],
            set: { draft, options throws(UsageError) in try draft.setForm(.logfmt, options) }),
        Flag(
            "stacks", misnomers: ["--stack", "--call-graph", "--callgraph", "--backtrace", "-g", "-k"],
            value: Value(
                name: "OPTION,...", completion: .words(["kernel", "user", "kernel,user"]), isOptional: true),
            of: [.trace], topic: .printing, isCommon: false,
            summary: "print the functions that led to each event",
            detail: [
                "Print below each event's line the functions that led to it, the innermost first: those of the "
                    + "kernel, then those of the program.",
                "With `--stacks=kernel` or `--stacks=user` these alone are printed, and a number such as in "
                    + "`--stacks=user,8` is the most functions of each.",
                "A JSON object has them as arrays `stack` and `ustack`.",
                "The kernel finds the functions of a program by frame pointers: those of a program that was "
                    + "compiled without them, as with `-fomit-frame-pointer`, are missing or wrong unless "
                    + "there is `--dwarf`.",
                "Functions that the compiler has put into others, and those that have ended by calling "
                    + "another in their place, do not show.",
            ],
            set: { draft, options throws(UsageError) in try draft.setStacks(options) }),
        Flag(
            "dwarf", misnomers: ["--unwind", "--cfi", "--user-stack-size"],
            value: Value(name: "SIZE", completion: .words(["4K", "8K", "16K", "32K"]), isOptional: true),
            of: [.trace] + Subcommand.summing, topic: .printing, isCommon: false,
            summary: "find a program's functions without frame pointers",
            detail: [
                "Find the functions of programs by the call frame information that compilers write for "
                    + "exceptions and debuggers, from a copy of the registers and of SIZE bytes of the stack "
                    + "with each event, in place of frame pointers.",
                "SIZE is 8192 without a value and 65528 at most, and may end in `K`.",
                "It is for `--stacks`, `<ustack>` and `--by ustack`; other events are not copied from.",
                "Where the copy ends, or a program or library has no such information, the functions further "
                    + "out are missing, and `…` stands for them; in JSON it is an entry of nulls.",
                "A program in Swift that was optimized has it with `-g` alone; programs of 32 bits have no "
                    + "functions then.",
            ],
            set: { draft, size throws(UsageError) in
                draft.trace.stacks.copiedBytes = try size.stackCopy()
                draft.trace.stacks.dwarf = size
            }),
        Flag(
            "output", "o", misnomers: ["--out", "--file"],
            value: Value(name: "FILE", completion: .files),
            of: Subcommand.tracing, topic: .printing,
            summary: "write lines into FILE, - is stdout",
            detail: [
                "Write the lines into FILE in place of stdout, and empty it first.",
                "`-` is stdout.",
            ],
            set: { draft, file throws(UsageError) in draft.trace.output = try file.output() }),
    ]
}
