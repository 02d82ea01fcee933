/// What is known of an event beside its own fields.
enum ContextValue: String, Sendable, CaseIterable {
    case time, wall, delta, elapsed, cpu, pid, tid, comm, ppid, uid, user, exe, cmdline, cgroup, container
    case event, name, subsystem, late, n, fields, print, stack, ustack
}
