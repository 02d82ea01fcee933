extension Prose {
    /// What recordings are good for.
    static let recordings = Prose(
        """
        `-w` writes the events into a file as the kernel gives them, which costs less than printing; `-r` reads \
        them again, on any machine, with the templates, filters, forms, limits and scopes of tracing.
        `obstrace count`, `hist`, `pair` and `syscalls` read recordings by `-r` as well; `obstrace syscalls -w FILE` records \
        what the last of them needs.
        The file is one of perf's: `perf script -i FILE` and its like read it, and `-r` reads what `perf record` \
        has recorded of tracepoints.
        Events of other kinds in it are skipped, and their number is said.

        The file is for its owner alone, as it tells what others do.
        A FIFO gets the form that goes through a pipe, as `-w -` does; whoever reads it is left out.

        A filter that the kernel tests keeps events out of the file.
        What obstrace tests itself, and `-n`, choose only what is printed: the file may hold more, and `-r` with \
        the same filter chooses again, but for a text that an event has only the address of.

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
        `obstrace convert` turns a recording into a file of another viewer; the ending of OUT tells which.

        With `.pftrace` it is a trace of Perfetto, for ui.perfetto.dev: what each CPU runs, system calls, interrupts \
        and what else Perfetto draws of tracepoints that it knows, such as wakeups, frequencies and the start and end \
        of processes; all other events with their fields.

        With `.json` it is the trace events of Chrome, for chrome://tracing: what each CPU runs and system calls \
        are drawn by their length, where `sched:sched_switch`, `raw_syscalls:sys_enter` and `raw_syscalls:sys_exit` \
        were recorded; other events are marks on the line of their thread.

        With `.dat` it is a `trace.dat` file, for `trace-cmd report` and KernelShark.
        It has every event with all its bytes and its time, says where on a CPU events were lost and how many, and \
        names the tasks, each by its last name; stacks are left out.
        Where this kernel was recorded its symbols are in the file as well.
        While IN is read, a file without a name beside OUT grows as large as OUT will be; it is in `TMPDIR` or \
        `/var/tmp` where OUT is `-` or a pipe.

        With `.svg` it is a flame graph of folded stacks, as `obstrace count --by stack --folded` writes them.
        """)
}

extension Example {
    static let conversions = [
        Example(
            purpose: "See what the CPUs ran:", command: ["obstrace convert sched.data sched.pftrace"]),
        Example(
            purpose: "Draw where tasks wait:",
            command: [
                "sudo obstrace count sched:sched_switch --by stack --folded >stacks.txt",
                "obstrace convert stacks.txt stacks.svg",
            ]),
        Example(
            purpose: "Look at it with trace-cmd:",
            command: ["obstrace convert sched.data sched.dat", "trace-cmd report -t sched.dat"]),
    ]

    static let recordings = [
        Example(
            purpose: "Record a minute of scheduling, and look at it later:",
            command: [
                "sudo obstrace -w sched.data -d 1m 'sched:*'",
                "obstrace -r sched.data sched:sched_switch -f '<time> <cpu> <next_comm>'",
            ]),
        Example(
            purpose: "What came in each second of it, and how long woken tasks waited:",
            command: [
                "obstrace count -r sched.data -i 1s", "obstrace pair runqueue -r sched.data --hist --by comm",
            ]),
        Example(
            purpose: "What the recording holds:", command: ["obstrace info sched.data"]),
        Example(
            purpose: "Record for days, and keep the last 5 GiB:",
            command: ["sudo obstrace -w disk.data --max-size 1G --rotate 5 'block:*'"]),
    ]
}
