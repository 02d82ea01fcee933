// Texts that help and man page share. What is typed as it stands is between backticks.

/// What the helps say besides the flags.
enum Prose {
    static let trace = [
        "obstrace prints a line for each event at the tracepoints that EVENT names, until it is stopped by "
            + "Ctrl-C, by a limit, or by the end of COMMAND.",
        "EVENT is `subsystem:name`, such as `sched:sched_process_exec`. Both parts may be globs with "
            + "`*`, `?` and `[...]`, to be quoted from the shell: `'sched:sched_process_*'`. An EVENT with `!` "
            + "in front leaves out: `'irq:*' '!irq:softirq_*'`. `obstrace list` shows which there are.",
        "With COMMAND, only it and the processes that it starts are traced, from its exec to its end, and its "
            + "exit status becomes that of obstrace.",
        "Options may stand before, between and after EVENTs. `-f` and `--where` apply to the EVENTs before "
            + "them, back to the last flag of the same kind; before any EVENT they are the default for all "
            + "EVENTs that get none of their own. EVENTs after the last `-f` get the default too, and the "
            + "default line if there is none.",
    ]

    static let list = [
        "Prints the names of the tracepoints that match a GLOB, sorted, one a line; without GLOB, all of them.",
        "GLOB is matched against the whole of `subsystem:name`: `'sched:*'`, `'*exec*'`. A GLOB with `!` in "
            + "front leaves out.",
    ]
}

/// A command line to show, with what it is good for.
struct Example: Sendable {
    let purpose: String
    let command: String

    static let trace = [
        Example(
            purpose: "Every program that is started, with its process id:",
            command: "sudo obstrace sched:sched_process_exec -f '<pid> <filename>'"),
        Example(
            purpose: "The files that make and its children try to open:",
            command: "sudo obstrace syscalls:sys_enter_openat -f '<comm> <filename>' -- make"),
        Example(
            purpose: "Two kinds of events, each with a template of its own, for ten seconds:",
            command: "sudo obstrace -d 10s sched:sched_process_fork -f '<pid> made <child_pid>' \\\n"
                + "          sched:sched_process_exit -f '<pid> ended'"),
        Example(
            purpose: "All block events but one, in the kernel's own words:",
            command: "sudo obstrace 'block:*' '!block:block_touch_buffer'"),
        Example(
            purpose: "Writes of more than a page by one process, into a file:",
            command: "sudo obstrace syscalls:sys_enter_write --where 'count > 4096' -p 1234 -o big"),
    ]

    static let list = [
        Example(purpose: "All that has to do with exec:", command: "obstrace list '*exec*'"),
        Example(
            purpose: "What an event carries, and a template to start from:",
            command: "obstrace list -v sched:sched_process_exec"),
        Example(
            purpose: "The events that tell of a file's name:", command: "obstrace list --field '*filename*'"),
    ]
}

/// What the status with which obstrace ends means.
struct ExitStatus: Sendable {
    let status: String
    let meaning: String

    static let all = [
        ExitStatus(status: "0", meaning: "done, also after Ctrl-C, a termination signal or a limit"),
        ExitStatus(status: "1", meaning: "failed while running, or nothing to list"),
        ExitStatus(status: "2", meaning: "the command line is wrong; nothing was traced"),
        ExitStatus(status: "3", meaning: "not permitted"),
        ExitStatus(status: "4", meaning: "events were lost, with `--strict`"),
        ExitStatus(status: "126, 127", meaning: "COMMAND cannot be executed, was not found"),
        ExitStatus(status: "141", meaning: "the reader of the output has gone"),
    ]

    static let ofCommand =
        "With COMMAND its own exit status is passed on, and 128 plus the signal's number if a signal "
        + "ended it, unless one of 1 to 4 is to be told."
}

/// The template language in tables.
enum TemplateReference {
    /// A table with a sentence before it.
    struct Part: Sendable {
        let introduction: String
        let rows: [(String, String)]
    }

    static let introduction = [
        "A template is text with placeholders: `'<comm:-16> opens <filename>'`. One event is one line. "
            + "Control bytes in values come out as escapes. "
            + "A field that an event does not have never drops the event: `-` is printed in its place."
    ]

    static let parts = [
        Part(
            introduction: "Placeholders:",
            rows: [
                ("<name>", "the event's field of that name, or else the context value"),
                ("<.name>", "only the event's field"),
                ("<@name>", "only the context value"),
                ("<a|b>", "the first of them that the event has"),
                ("<name[2]>", "an element of an array, the first is 0"),
                ("<name?text>", "text if the event has no such field"),
                ("<name:spec>", "the value formatted by spec"),
            ]),
        Part(
            introduction:
                "A spec is [#][+][0][-|^][width][.max][type] as in printf, where - is left and ^ is "
                + "centre, and type is one of:",
            rows: [
                ("d  u", "signed, unsigned decimal"),
                ("x  X  o  b", "hexadecimal in small letters and capitals, octal, binary; # adds 0x, 0, 0b"),
                ("c  s", "a character, a string"),
            ]),
        Part(
            introduction: "Context values, which every event has:",
            rows: [
                ("time", "the kernel's clock in seconds; .6 keeps six decimals, type d gives nanoseconds"),
                ("elapsed", "time since tracing began"),
                ("delta", "time since the line before"),
                ("wall", "date and time of day"),
                ("cpu", "the CPU it happened on"),
                ("pid  tid", "the process, the thread it happened in"),
                ("comm", "the thread's name"),
                ("event", "subsystem:name"),
                ("subsystem", "the part of it before the colon"),
                ("n", "the line's number"),
                ("fields", "all fields as name=value"),
                ("print", "the kernel's own text for the event"),
            ]),
        Part(
            introduction: "Elsewhere in a template:",
            rows: [
                ("\\t \\n \\e \\0 \\\\", "tab, newline, escape, NUL, backslash"),
                ("\\xNN \\u{N...}", "a byte, a Unicode character by its number"),
                ("<<", "the character <"),
                ("\\c", "at the template's end: no newline"),
            ]),
    ]
}
