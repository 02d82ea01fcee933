extension Flag {
    /// Whose events are traced.
    static let scope: [Flag] = [
        Flag(
            "pid", "p", misnomers: ["--process", "-P"],
            value: Value(name: "PID,...", completion: .processes),
            of: Subcommand.tracing, topic: .scope,
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
            of: Subcommand.tracing, topic: .scope, isCommon: false,
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
            of: Subcommand.tracing, topic: .scope, isCommon: false,
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
            of: Subcommand.tracing, topic: .scope, isCommon: false,
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
            of: Subcommand.tracing, topic: .scope, isCommon: false,
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
            of: Subcommand.tracing, topic: .scope, isCommon: false,
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
            of: Subcommand.tracing, topic: .scope, isCommon: false,
            summary: "only these CPUs: 0-3,5",
            detail: [
                "Trace only what happens on these CPUs.",
                "CPUS is a list of numbers and ranges, such as `0-3,5`.",
                "A range may have a stride: `0-6:2` is 0, 2, 4 and 6.",
            ],
            set: { draft, list throws(UsageError) in draft.trace.cpus = try list.cpus() }),
        Flag(
            "run-as", aliases: ["as"], misnomers: ["--runas", "--as-user", "--sudo-user", "--setuid"],
            value: Value(name: "USER", completion: .users),
            of: [.trace], topic: .scope, isCommon: false,
            summary: "run COMMAND as USER, in place of root",
            detail: [
                "Run COMMAND as USER, given by name or number, with the groups of that user.",
                "`HOME`, `SHELL`, `USER` and `LOGNAME` are set to what the user has; the working directory and "
                    + "all other variables stay as they are.",
                "Under sudo, `--run-as \"$SUDO_USER\"` runs it as the one who typed it.",
            ],
            set: { draft, user throws(UsageError) in draft.trace.commandUser = try user.nonEmpty("a USER") }),
        Flag(
            "all-processes", misnomers: ["--all", "-A"],
            of: Subcommand.tracing, topic: .scope, isCommon: false,
            summary: "leave out nothing, not even obstrace itself",
            detail: [
                "Leave out nothing.",
                "Otherwise obstrace leaves out itself and the processes that read the pipe it writes into, "
                    + "so that tracing does not feed itself.",
            ],
            set: { draft, _ in draft.trace.allProcesses = true }),
    ]
}
