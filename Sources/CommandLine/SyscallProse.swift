extension Prose {
    static let syscalls = Prose(
        """
        `obstrace syscalls` prints a line for each system call when it ends: the time it began, the thread, the CPU, \
        its name, its arguments, its result, and how long it took.
        Lines come in the order in which calls end.

        CALL is the name of a call, a glob such as `'*stat*'`, or a class of calls: `%file`, `%desc`, `%net`, \
        `%process`, `%signal`, `%memory`, `%ipc`, `%time` or `%creds`.
        A CALL with `!` in front leaves out: `%file '!*stat*'`.
        Without CALL all are shown.

        Arguments have the kernel's names, and flags and the like are shown by name.
        Paths are read by a program in the kernel when the call begins, before the call sees them.
        Where that cannot be, they are read when it ends, or by obstrace itself a little later; they may have \
        changed by then, and are marked by a `~` behind them.
        The path of a program that was executed comes from the kernel in any case.
        Where nothing can be read any more, as with a process that has ended, the address is shown.

        A failed call ends in `= -1 ENOENT (No such file or directory)`, one that the kernel interrupts to start it \
        again in `= ? ERESTARTSYS (...)`, and one that never returns in `= ?`.
        A call that has not ended when tracing does, or whose end was lost, is `<unfinished>`.
        One that had begun before tracing did, or whose begin was lost, is `... read(?) = 3`.

        Calls of the 32-bit interface are named by its own numbers, whatever program makes them.

        `--where` looks at the end of a call: `id`, `ret` and what is known of the thread.
        `-w` records all calls, and `-r` shows those of a recording of `raw_syscalls:sys_enter` and `raw_syscalls:sys_exit`; \
        paths are not in it, and their addresses are shown.
        The names of arguments are those of the kernel that runs, and left out for who cannot read them.

        With COMMAND, the first call that is shown is the exec of COMMAND.
        `obstrace 'syscalls:*'` is the same as `obstrace syscalls`.
        """)
}

extension Example {
    static let syscalls = [
        Example(
            purpose: "What a command asks of the kernel:", command: ["sudo obstrace syscalls -- ls /tmp"]),
        Example(
            purpose: "A table of the calls that a process makes in ten seconds:",
            command: ["sudo obstrace syscalls -c -p 1234 -d 10s"]),
        Example(
            purpose: "Files that are not found, anywhere:", command: ["sudo obstrace syscalls %file --failed"]
        ),
        Example(
            purpose: "Calls that take long:",
            command: ["sudo obstrace syscalls --slower 100ms '!futex' '!*poll*'"]),
        Example(
            purpose: "All calls of a minute, looked at in two ways:",
            command: [
                "sudo obstrace syscalls -w calls.data -d 1m", "obstrace syscalls -r calls.data -c",
                "obstrace syscalls -r calls.data --failed %file",
            ]),
    ]
}
