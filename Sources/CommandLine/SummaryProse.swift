extension Prose {
    /// What a subcommand that counts does.
    static func summing(_ subcommand: Subcommand) -> Prose {
        switch subcommand {
        case .hist: hist
        case .top: top
        default: count
        }
    }

    static let count = Prose(
        """
        `obstrace count` counts events until it is stopped by Ctrl-C, by `-d` or by the end of COMMAND, and \
        then prints the counts, and how many that is in a second.

        Without `--by` the kernel counts, and nothing is copied out of it: that costs the traced program a \
        fraction of what tracing does, and no event is lost.
        With `--by`, or where a filter or a scope cannot be tested in the kernel, events are read and \
        counted one by one; `-v` tells which it is.
        Events that were lost then are missing in the counts, and stderr says how many.

        obstrace does not count what it does itself, unless `--all-processes` is given.
        """)

    static let hist = Prose(
        """
        `obstrace hist` counts how often the VALUE of the EVENTs had each size, and draws it as bars.

        VALUE is what stands between `<` and `>` in a template, of any number: a field, an element of an \
        array as in `args[2]`, or a context value such as `delta`.
        It may have a type for its unit: `delta:t` or `lat:t/us` for times, `bytes_req:h` for sizes.

        Each bucket holds the values from its first number up to the one before its second.
        Below the bars stand the count, the least value, the percentiles, the greatest value, the mean and \
        the total.
        Percentiles are within 1.6 % of the true ones; all else is exact.
        """)

    static let top = Prose(
        """
        `obstrace top` shows a table of what came most often, refreshed once a second on a terminal, and as \
        one block after another elsewhere and with COMMAND.
        RATE is that of the last interval, COUNT is what came since the start.

        The keys: `q` ends, `s` sorts by rate or by count, `p` holds the table still while counting goes on.
        """)
}

extension Example {
    /// Examples of a subcommand that counts.
    static func summing(_ subcommand: Subcommand) -> [Example] {
        switch subcommand {
        case .hist: hist
        case .top: top
        default: count
        }
    }

    static let count = [
        Example(
            purpose: "How many system calls make needs:",
            command: ["sudo obstrace count raw_syscalls:sys_enter -- make"]),
        Example(
            purpose: "Which programs and which calls, the ten most frequent:",
            command: ["sudo obstrace count raw_syscalls:sys_enter --by comm,id:sys -n 10 -d 5s"]),
        Example(
            purpose: "Switches and wakeups in each second:",
            command: ["sudo obstrace count sched:sched_switch sched:sched_wakeup -i 1s"]),
    ]

    static let hist = [
        Example(
            purpose: "How much each program reads at once:",
            command: ["sudo obstrace hist syscalls:sys_enter_read count:h --by comm -d 5s"]),
        Example(
            purpose: "The times between two switches:",
            command: ["sudo obstrace hist sched:sched_switch delta:t -d 5s"]),
    ]

    static let top = [
        Example(
            purpose: "The programs with the most system calls:",
            command: ["sudo obstrace top raw_syscalls:sys_enter --by comm"]),
        Example(
            purpose: "Who wakes whom:",
            command: ["sudo obstrace top sched:sched_wakeup --by @comm,comm"]),
    ]
}
