/// A text in paragraphs of sentences, for help and man page alike.
///
/// What is typed as it stands is between backticks.
struct Prose: Sendable {
    let paragraphs: [[String]]

    /// Reads a text that has a sentence a line and an empty line between paragraphs.
    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        paragraphs = lines.split(separator: "").map { $0.map(String.init) }
    }

    static let trace = Prose(
        """
        obstrace prints a line for each event at the tracepoints that EVENT names, until it is stopped by \
        Ctrl-C, by a limit, or by the end of COMMAND.

        EVENT is `subsystem:name`, such as `sched:sched_process_exec`.
        Both parts may be globs with `*`, `?` and `[...]`, to be quoted from the shell: \
        `'sched:sched_process_*'`.
        An EVENT with `!` in front leaves out: `'irq:*' '!irq:softirq_*'`.
        `obstrace list` shows which there are.
        `uprobe:FILE:FUNCTION` and its like are events at functions of programs and of the kernel; see below.
        What several EVENTs match is traced once, with the template and the filter of the last of them.

        With COMMAND, only it and the processes that it starts are traced, from its exec to its end, and its \
        exit status becomes that of obstrace.
        If a limit is reached first, or an event that `--until` or `--forbid` waits for, COMMAND is ended by a termination signal, and the status is 0, or 5 after `--forbid`.

        Options may stand before, between and after EVENTs.
        `-f` and `--where` apply to the EVENTs before them, back to the last flag of the same kind.
        Before any EVENT they are the default for all EVENTs that get none of their own.
        EVENTs after the last `-f` get the default too, and the default line if there is none.
        """)

    static let list = Prose(
        """
        `obstrace list` prints the names of the tracepoints that match a GLOB, sorted, one a line; without \
        GLOB, all of them.

        GLOB has to match the whole of `subsystem:name`, as `'sched:*'` and `'*exec*'` do.
        One without a colon may also match the subsystem or the name alone: `sched`, `'sys_enter_open*'`.
        A GLOB with `!` in front leaves out.

        `uprobe:FILE` lists the functions of a program or library, `usdt:FILE` the marks in it, and \
        `'kprobe:GLOB'` functions of the kernel; `'uprobe:FILE:GLOB'` those that match.
        """)

    static let pair = Prose(
        """
        `obstrace pair` matches each event of END with the last one of START that has the same values of the \
        fields after `--on`, and prints a line for the two.

        START and END are events as for `obstrace trace`, without patterns; several have commas between them, \
        and both may be the same.
        NAME stands for two events that belong together by what the kernel does; `obstrace pair list` shows \
        those that this kernel offers, with the words that they stand for.

        In a template, a filter and a record of a pair `start.x` and `end.x` are the fields of the two events.
        `start.time`, `start.cpu`, `start.pid`, `start.tid` and `start.comm` tell of the start what no field \
        does, and `latency` is the time from the start to the end.

        A start whose end does not come is kept until there are too many, or until it is too old.
        At the end it is said on stderr how many starts and ends found no match.
        When events were lost, no pair is made across that time, as its end may be that of another start; how \
        many that concerns is said too.
        """)

    static let records = Prose(
        """
        With `--json`, `--csv`, `--tsv` or `--logfmt` an event is a record of named values, for other \
        programs to read.
        Without a TEMPLATE a record has `time`, `event`, `cpu`, `pid`, `tid` and `comm`, and then the \
        event's own fields: in JSON in the member `args`, else as `args.filename` and so on.
        With a TEMPLATE it has the values of its placeholders in their order, and no text between them.
        They are named as they are written, without spec and default: `<@comm:-16>` is `@comm`.
        A name that is taken gets its spec too: `<pid> <pid:x>` are `pid` and `pid:x`.
        `<fields>` is all of the event's fields.

        Values are those that lines show, without blanks to fill a width.
        In JSON numbers are numbers, times are seconds, lists of numbers are arrays, and what is `bool` in C \
        is `true` or `false`.
        All else is a string, such as the names of states and flags, addresses, and CPUs as `0,2-3`.
        A value that an event does not have is `null` in JSON and nothing in the other forms, where empty \
        text is `""`.

        Text in JSON and logfmt reads back as it was.
        A byte 0xNN in it that is no UTF-8 is the character U+10FENN there, and so are the bytes of such a \
        character.
        In CSV and TSV text has the escapes that it has in lines, so that a record is always one line; \
        quotes are as RFC 4180 has them.
        """)

    static let order = Prose(
        """
        Lines come in the order of time, across all CPUs.
        An event that arrives after a later one was printed is printed nevertheless, and how many did so is \
        said on stderr.
        When few events happen, a line appears about 20 ms after its event; when many do, they are read \
        in batches.

        Events wait for obstrace in a buffer for each CPU.
        When a buffer is full, because the reader of the output is slow or events come too fast, the kernel \
        drops events and counts them.
        obstrace never hides that: at the end it says on stderr how many events were lost, by event.
        `-m` makes the buffers larger, `--where` and `-p` keep events from getting there at all, and \
        `--strict` makes a loss a failure.

        obstrace leaves out its own events, and those of the processes that read the pipe that it writes \
        into, such as `grep` in `obstrace ... | grep x`, as each line would make further ones.
        `--all-processes` leaves out nothing.
        """)

    static let permissions = Prose(
        """
        Tracing is up to root, as events tell about all processes.
        Others need two things: to read the tracing file system at `/sys/kernel/tracing`, and to open events, \
        by the capability `CAP_PERFMON` or a `kernel.perf_event_paranoid` of -1.
        When one of them is missing, obstrace says which, and the command that mends it, and exits with 3.
        """)

    static let environment = Prose("If `NO_COLOR` is set and not empty, `auto` does not colour.")
}

/// A command line to show, with what it is good for.
struct Example: Sendable {
    let purpose: String
    let command: [String]

    static let trace = [
        Example(
            purpose: "Every program that is started, with its process id:",
            command: ["sudo obstrace sched:sched_process_exec -f '<pid> <filename>'"]),
        Example(
            purpose: "What make and its children write, and whereto:",
            command: ["sudo obstrace syscalls:sys_enter_write -f '<comm> <fd> <count>' -- make"]),
        Example(
            purpose: "Two kinds of events, each with a template of its own, for ten seconds:",
            command: [
                "sudo obstrace sched:sched_process_fork -f '<parent_pid> to <child_pid>' \\",
                "    sched:sched_process_exit -f '<pid> ended' -d 10s",
            ]),
        Example(
            purpose: "All block events but one, in the kernel's own words:",
            command: ["sudo obstrace 'block:*' '!block:block_touch_buffer'"]),
        Example(
            purpose: "Files below /etc that are opened for writing:",
            command: [
                "sudo obstrace syscalls:sys_enter_openat \\",
                "    --where 'filename ~ /etc/* && (flags & 3) in (1, 2)'",
            ]),
        Example(
            purpose: "A test suite that must not execute curl, as a check in a script:",
            command: [
                "sudo obstrace sched:sched_process_exec -o execs \\",
                "    --forbid 'filename ~ */curl' -- make check",
            ]),
        Example(
            purpose: "What is typed into every bash:",
            command: ["sudo obstrace 'uretprobe:bash:readline(-> string)' -f '<pid> <ret>'"]),
        Example(
            purpose: "Writes of more than a page by one process, into a file:",
            command: ["sudo obstrace syscalls:sys_enter_write --where 'count > 4K' -p 1 -o big"]),
    ]

    static let list = [
        Example(purpose: "All that has to do with exec:", command: ["obstrace list '*exec*'"]),
        Example(
            purpose: "What an event carries, and a template to start from:",
            command: ["obstrace list -v sched:sched_process_exec"]),
        Example(
            purpose: "The events that tell of a file's name:", command: ["obstrace list --field '*filename*'"]
        ),
        Example(
            purpose: "The functions of the C library for sockets:",
            command: ["obstrace list 'uprobe:libc.so.6:*socket*'"]),
    ]
}

extension Example {
    static let pair = [
        Example(
            purpose: "Requests to disks that took more than 5 ms:",
            command: ["sudo obstrace pair block --where 'latency > 5ms'"]),
        Example(
            purpose: "How long the tasks of a build wait for a CPU once they were woken:",
            command: ["sudo obstrace pair runqueue --where 'latency > 1ms' -d 10s"]),
        Example(
            purpose: "How long each program ran, from two events of your own:",
            command: [
                "sudo obstrace pair sched:sched_process_exec sched:sched_process_exit \\",
                "    --on pid -f '<start.filename> ran for <latency:t>'",
            ]),
    ]
}

/// What the status with which obstrace ends means.
struct ExitStatus: Sendable {
    let status: String
    let meaning: String

    static let ofTrace = [
        ExitStatus(status: "0", meaning: "done, also after Ctrl-C, a termination signal or a limit"),
        ExitStatus(status: "1", meaning: "failed while running"),
        ExitStatus(status: "2", meaning: "the command line is wrong; nothing was traced"),
        ExitStatus(status: "3", meaning: "not permitted"),
        ExitStatus(status: "4", meaning: "events were lost, with `--strict`"),
        ExitStatus(status: "5", meaning: "an `--expect` was not met, or a `--forbid` was broken"),
        ExitStatus(status: "126  127", meaning: "COMMAND cannot be executed, was not found"),
        ExitStatus(status: "141", meaning: "the reader of the output has gone"),
    ]

    static let ofList = [
        ExitStatus(status: "0", meaning: "something was listed"),
        ExitStatus(status: "1", meaning: "nothing matches"),
        ExitStatus(status: "2", meaning: "the command line is wrong"),
        ExitStatus(status: "3", meaning: "not permitted"),
    ]

    static let ofCommand =
        "With COMMAND its own exit status is passed on, and 128 plus the signal's number if a signal "
        + "ended it, unless one of 1 to 5 is to be told."
}
