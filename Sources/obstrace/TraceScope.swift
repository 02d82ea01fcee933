import CommandLine
import Tracepoints

/// Which tasks a command line means: what the kernel sees to, and what is left to test.
struct TraceScope {
    /// The processes of `-p`.
    let pids: [Int32]
    /// The threads of `-t`; of those of `-p` only, where both are given.
    let tids: [Int32]
    /// The folders of `--cgroup` and `--container`.
    let folders: [String]
    /// The paths of these cgroups that events are tested for, where the scope is made of tasks already.
    let testedCgroups: [String]

    /// Whether some tasks only are traced; a command's are not counted.
    var isPartial: Bool { !pids.isEmpty || !tids.isEmpty || !folders.isEmpty }

    /// The tasks of a recording, of which nothing can be looked up.
    init(recorded arguments: TraceArguments) {
        pids = arguments.pids
        tids = arguments.tids
        folders = []
        testedCgroups = []
    }

    /// Looks up what the arguments name.
    ///
    /// - Throws: a cgroup or a container that there is not, or that is not the only one.
    init(_ arguments: TraceArguments) throws(Failure) {
        pids = arguments.tids.isEmpty ? arguments.pids : []
        tids = arguments.tids.filter { tid in
            arguments.pids.isEmpty || arguments.pids.contains { TaskDirectory.threads(of: $0).contains(tid) }
        }
        if tids.isEmpty, !arguments.tids.isEmpty {
            throw Failure("none of the threads of -t belongs to a process of -p", status: Status.usage)
        }
        guard !arguments.cgroups.isEmpty || !arguments.containers.isEmpty else {
            folders = []
            testedCgroups = []
            return
        }
        guard let cgroups = Cgroups() else {
            throw Failure("no cgroup hierarchy is mounted that tasks can be traced by", status: Status.usage)
        }
        var folders: [String] = []
        for argument in arguments.cgroups { folders += try TraceScope.folders(of: argument, in: cgroups) }
        for argument in arguments.containers {
            folders.append(try TraceScope.container(argument, in: cgroups))
        }
        let isOfTasks = !arguments.pids.isEmpty || !arguments.tids.isEmpty || !arguments.command.isEmpty
        // What lies below another one is traced with it, and would be seen twice.
        let outer = Set(folders).filter { folder in !folders.contains { folder.hasPrefix($0 + "/") } }
            .sorted()
        self.folders = outer
        testedCgroups = isOfTasks ? outer.map(cgroups.path(of:)) : []
    }

    /// The scope, with the command's process where there is one.
    func scope(command: Int32?) -> Scope {
        if !tids.isEmpty { return .threads(tids + (command.map { [$0] } ?? [])) }
        let processes = pids + (command.map { [$0] } ?? [])
        if !processes.isEmpty { return .processes(processes) }
        return folders.isEmpty ? .system : .cgroups(folders)
    }

    private static func folders(of argument: Argument, in cgroups: Cgroups) throws(Failure) -> [String] {
        let folders = cgroups.folders(matching: argument.text)
        guard folders.isEmpty else { return folders }
        throw Failure(
            UsageError(
                "there is no cgroup '\(argument.text)'", at: argument,
                notes: ["paths start below \(cgroups.root), such as /user.slice; try: cat /proc/PID/cgroup"]))
    }

    private static func container(_ argument: Argument, in cgroups: Cgroups) throws(Failure) -> String {
        let containers = cgroups.containers(withPrefix: argument.text)
        if containers.count == 1 { return containers[0].folder }
        let all = containers.isEmpty ? cgroups.containers(withPrefix: "") : containers
        throw Failure(
            UsageError(
                containers.isEmpty
                    ? "no container's id or name starts with '\(argument.text)'"
                    : "several containers start with '\(argument.text)'",
                at: argument,
                notes: all.isEmpty
                    ? ["no container runs here"] : ["containers:"] + all.map { "  \($0.name)  \($0.folder)" })
        )
    }
}
