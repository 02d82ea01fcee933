/// What `/proc` tells of processes, read once for each and kept up to date by the kernel's records.
///
/// `/proc` tells of now, an event of a moment ago. So what it tells is taken only where it fits that moment:
/// the process was there then, and has the name that it had then. Else what was known stays, but for the
/// program after an exec.
struct ProcessTable {
    private struct Entry {
        var index: Int32
        /// When it was read or noted, in nanoseconds of the event clock.
        var time: UInt64
        /// Whether it executes another program since.
        var hasExecuted = false
        /// Whether the process has ended.
        var hasEnded = false
    }

    /// The most processes that are known at a time; then all are forgotten and read anew.
    private static let limit = 8192
    /// After how long a process is read again, in nanoseconds: it may have changed its user or its cgroup,
    /// of which no record tells.
    private static let lifetime: UInt64 = 1_000_000_000

    private var entries: [Int32: Entry] = [:]
    private var lastPid: Int32 = -1
    private var lastIndex: Int32 = -1
    private var lastExpiry: UInt64 = 0
    /// The processes that the indices refer to.
    private(set) var processes: ContiguousArray<ProcessDetails> = []

    /// Makes an empty table.
    init() {}

    /// The index into `processes` of the process that a sample is of, or -1.
    @inline(__always)
    mutating func index(of sample: Sample) -> Int32 {
        if sample.pid == lastPid, sample.time < lastExpiry { return lastIndex }
        return find(sample.pid, sample.time, comm: sample.pid == sample.tid ? sample.comm : .unknown)
    }

    /// Reads a process that is there now.
    mutating func learn(_ pid: Int32, at time: UInt64) {
        guard let read = ProcessDirectory.read(pid, at: time, comm: .unknown, isKnown: true) else { return }
        entries[pid] = Entry(index: add(read), time: time)
    }

    @inline(never)
    private mutating func find(_ pid: Int32, _ time: UInt64, comm: Comm) -> Int32 {
        guard pid > 0 else { return -1 }
        let entry = entries[pid]
        if let known = entry, known.hasEnded || !isOutdated(known, at: time) {
            remember(pid, known)
            return known.index
        }
        let before = entry.map { processes[Int($0.index)] }
        let read = ProcessDirectory.read(pid, at: time, comm: comm, isKnown: entry != nil)
        let program = entry?.hasExecuted == true ? nil : before
        let index = add(ProcessDetails(read, insteadOf: before, program: program))
        let renewed = Entry(index: index, time: time)
        entries[pid] = renewed
        remember(pid, renewed)
        return index
    }

    private func isOutdated(_ entry: Entry, at time: UInt64) -> Bool {
        if entry.hasExecuted || time > entry.time &+ ProcessTable.lifetime { return true }
        guard let parent = processes[Int(entry.index)].parent else { return false }
        return entries[parent]?.hasEnded == true && entries[parent]?.time ?? 0 > entry.time
    }

    /// Notes that a process has made another, which is the same but for its parent.
    mutating func fork(_ pid: Int32, from parent: Int32, at time: UInt64) {
        let index = find(parent, time, comm: .unknown)
        let details = ProcessDetails(index < 0 ? nil : processes[Int(index)], parent: parent)
        entries[pid] = Entry(index: add(details), time: time)
        forgetLast()
    }

    /// Notes that a process executes another program.
    mutating func execute(_ pid: Int32) {
        entries[pid]?.hasExecuted = true
        forgetLast()
    }

    /// Notes that a process has ended; its last events come later.
    mutating func end(_ pid: Int32, at time: UInt64) {
        entries[pid]?.hasEnded = true
        entries[pid]?.time = time
        forgetLast()
    }

    /// Forgets everything, as after a loss of records.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        forgetLast()
    }

    /// Makes room between two batches, when no index is in use.
    mutating func trim() {
        guard processes.count > ProcessTable.limit else { return }
        processes.removeAll()
        removeAll()
    }

    private mutating func remember(_ pid: Int32, _ entry: Entry) {
        lastPid = pid
        lastIndex = entry.index
        lastExpiry = entry.hasEnded ? .max : entry.time &+ ProcessTable.lifetime
    }

    private mutating func forgetLast() { lastPid = -1 }

    private mutating func add(_ details: ProcessDetails) -> Int32 {
        processes.append(details)
        return Int32(processes.count - 1)
    }
}

extension ProcessDetails {
    /// A child of a process: the same user, program and cgroup.
    fileprivate convenience init(_ other: ProcessDetails?, parent: Int32) {
        self.init(
            parent: parent, uid: other?.uid, user: other?.user, exe: other?.exe, cmdline: other?.cmdline,
            cgroup: other?.cgroup, container: other?.container)
    }

    /// A process that has been read again: what cannot be read any more stays as it was.
    fileprivate convenience init(
        _ read: ProcessDetails?, insteadOf known: ProcessDetails?, program: ProcessDetails?
    ) {
        self.init(
            parent: read?.parent ?? known?.parent, uid: read?.uid ?? known?.uid,
            user: read?.user ?? known?.user, exe: read?.exe ?? program?.exe,
            cmdline: read?.cmdline ?? program?.cmdline, cgroup: read?.cgroup ?? known?.cgroup,
            container: read?.container ?? (read?.cgroup == nil ? known?.container : nil))
    }
}
