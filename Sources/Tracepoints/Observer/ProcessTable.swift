/// What `/proc` tells of processes, read once for each and kept up to date by the kernel's records.
struct ProcessTable {
    /// What a process is known by between two of its records.
    private struct Entry {
        var index: Int32
        /// Whether it is to be read anew, since it executes another program now.
        var isStale: Bool
    }

    /// The most processes that are known at a time; then all are forgotten and read anew.
    private static let limit = 8192

    private var entries: [Int32: Entry] = [:]
    private var lastPid: Int32 = -1
    private var lastIndex: Int32 = -1
    /// The processes that the indices refer to.
    private(set) var processes: ContiguousArray<ProcessDetails> = []

    /// Makes an empty table.
    init() {}

    /// The index of a process into `processes`; `time` is that of its event, in nanoseconds.
    @inline(__always)
    mutating func index(of pid: Int32, at time: UInt64) -> Int32 {
        pid == lastPid ? lastIndex : find(pid, time)
    }

    @inline(never)
    private mutating func find(_ pid: Int32, _ time: UInt64) -> Int32 {
        guard pid > 0 else { return -1 }
        let entry = entries[pid]
        if let entry, !entry.isStale {
            remember(pid, entry.index)
            return entry.index
        }
        let known = entry.map { processes[Int($0.index)] }
        let read = ProcessDirectory.read(pid, startedBefore: time)
        let index = add(ProcessDetails(read, insteadOf: known))
        entries[pid] = Entry(index: index, isStale: false)
        remember(pid, index)
        return index
    }

    /// Notes that a process has made another, which is the same but for its parent.
    mutating func fork(_ pid: Int32, from parent: Int32, at time: UInt64) {
        let index = find(parent, time)
        let info = ProcessDetails(index < 0 ? nil : processes[Int(index)], parent: parent)
        entries[pid] = Entry(index: add(info), isStale: false)
        remember(-1, -1)
    }

    /// Notes that a process executes another program.
    mutating func execute(_ pid: Int32) {
        entries[pid]?.isStale = true
        remember(-1, -1)
    }

    /// Forgets everything, as after a loss of records.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        remember(-1, -1)
    }

    /// Makes room between two batches, when no index is in use.
    mutating func trim() {
        guard processes.count > ProcessTable.limit else { return }
        processes.removeAll()
        removeAll()
    }

    private mutating func remember(_ pid: Int32, _ index: Int32) {
        lastPid = pid
        lastIndex = index
    }

    private mutating func add(_ info: ProcessDetails) -> Int32 {
        processes.append(info)
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

    /// A process that may have executed another program since it was last read: what cannot be read any
    /// more stays as it was, but for the program.
    fileprivate convenience init(_ read: ProcessDetails?, insteadOf known: ProcessDetails?) {
        self.init(
            parent: read?.parent ?? known?.parent, uid: read?.uid ?? known?.uid,
            user: read?.user ?? known?.user, exe: read?.exe, cmdline: read?.cmdline,
            cgroup: read?.cgroup ?? known?.cgroup, container: read?.container ?? known?.container)
    }
}
