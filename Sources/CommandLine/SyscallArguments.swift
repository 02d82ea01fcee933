/// What `obstrace syscalls` was asked to do, besides what is asked of every run.
public struct SyscallArguments: Sendable, Equatable {
    /// Names of calls, globs of them, and classes as `%file`; those with a `!` in front are left out.
    public internal(set) var patterns: [Argument] = []
    /// Whether a table at the end takes the place of lines.
    public internal(set) var isSummary = false
    /// Whether only calls are shown that have failed.
    public internal(set) var isFailedOnly = false
    /// The least duration of a call that is shown, in nanoseconds.
    public internal(set) var slowest: UInt64 = 0
    /// Whether the tracepoints of all calls were typed, in place of the subcommand.
    public internal(set) var isFromEvents = false
}

extension TraceArguments {
    /// The tracepoints of all system calls.
    private static let allCalls = "syscalls:*"

    /// Whether the tracepoints of all system calls are to be traced, and nothing is said of their fields: the
    /// two tracepoints that all calls pass do for that.
    var isOfAllCalls: Bool {
        selections.count == 1 && selections[0].glob == TraceArguments.allCalls && templates.isEmpty
            && filters.isEmpty && (form == .lines || form == .json) && !hasConditions && !addsNumbers
            && !quotesWideIntegers
    }

    /// The tracepoints that tell of system calls: where they begin, where they end, and where a program begins.
    private static let eventsOfCalls = [
        "raw_syscalls:sys_enter", "raw_syscalls:sys_exit", "sched:sched_process_exec",
    ]

    /// Selects what is to be recorded of system calls, which is all of them.
    ///
    /// - Throws: what could only be asked for when they are read.
    mutating func recordCalls(_ calls: SyscallArguments, _ file: Argument) throws(UsageError) {
        guard calls == SyscallArguments(), filters.isEmpty, count == nil, printsNothing, !hasConditions else {
            throw file.error(
                "\(file.prefix) records all system calls and prints none",
                hint: "choose when they are read: obstrace syscalls -r \(file.text) ...")
        }
        selections = TraceArguments.eventsOfCalls.map { Selection(pattern: Argument(text: $0, index: 0)) }
    }

    /// Selects what tells of system calls. The line's head is its template, and the filter is for the ends.
    mutating func selectCalls(failedOnly: Bool) {
        let head = "<!dim><@time:12.6><!> <@comm:15>/<@tid:-7> <!dim>[<@cpu:03>]<!> \\c"
        templates = [Argument(text: head, index: 0)]
        selections = TraceArguments.eventsOfCalls.map { name in
            var selection = Selection(pattern: Argument(text: name, index: 0))
            selection.template = 0
            selection.filter = name.hasSuffix("exit") && !filters.isEmpty ? 0 : nil
            return selection
        }
    }
}
