extension Prose {
    /// What recordings are good for.
    static let recordings = Prose(
        """
        `-w` writes the events into a file as the kernel gives them, which costs less than printing; `-r` reads \
        them again, on any machine, with the templates, filters, forms, limits and scopes of tracing.
        The file is one of perf's: `perf script -i FILE` and its like read it, and `-r` reads what `perf record` \
        has recorded of tracepoints.
        Events of other kinds in it are skipped, and their number is said.

        A filter that the kernel tests keeps events out of the file.
        What obstrace tests itself, and `-n`, choose only what is printed: the file may hold more, and `-r` with \
        the same filter chooses again.

        A recording that was broken off, as by a full disk, can be read up to there.
        One that is damaged is read as far as that goes; then stderr says at what byte it is wrong, and the \
        status is 1.

        Where the stacks of programs are recorded, as with `--stacks`, a recording tells what processes have mapped, \
        those too that ran before it began, so that `-r` and perf name their functions when they have gone.
        With `--dwarf` it holds their registers and the tops of their stacks.

        `<wall>` needs a recording that tells the time of day, as those of obstrace and of `perf record -k \
        CLOCK_MONOTONIC` do.
        What only `/proc` knows of a process, such as `<exe>`, is not recorded, nor are users, cgroups and the symbols of \
        `<stack>`; probes are not recorded.
        """)

    static let info = Prose(
        """
        `obstrace info` tells of a recording where and when it was made, how many events of which kind it holds \
        on each CPU, what was lost, and the command that prints it.
        `-` reads it from stdin.
        """)

    static let convert = Prose(
        """
        `obstrace convert` turns a recording into the trace events of Chrome, for chrome://tracing and \
        ui.perfetto.dev: what each CPU runs and system calls are drawn by their length, where `sched:sched_switch`, \
        `raw_syscalls:sys_enter` and `raw_syscalls:sys_exit` were recorded; other events are marks on the line of \
        their thread.
        Folded stacks, as `obstrace count --by stack --folded` writes them, are turned into a flame graph.
        The ending of OUT tells which: `.json` or `.svg`.
        """)
}

extension Example {
    static let conversions = [
        Example(
            purpose: "See what the CPUs ran:", command: ["obstrace convert sched.data sched.json"]),
        Example(
            purpose: "Draw where tasks wait:",
            command: [
                "sudo obstrace count sched:sched_switch --by stack --folded >stacks.txt",
                "obstrace convert stacks.txt stacks.svg",
            ]),
    ]

    static let recordings = [
        Example(
            purpose: "Record a minute of scheduling, and look at it later:",
            command: [
                "sudo obstrace -w sched.data -d 1m 'sched:*'",
                "obstrace -r sched.data sched:sched_switch -f '<time> <cpu> <next_comm>'",
            ]),
        Example(
            purpose: "What the recording holds:", command: ["obstrace info sched.data"]),
        Example(
            purpose: "Record for days, and keep the last 5 GiB:",
            command: ["sudo obstrace -w disk.data --max-size 1G --rotate 5 'block:*'"]),
    ]
}
