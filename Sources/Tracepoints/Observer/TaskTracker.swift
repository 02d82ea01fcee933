/// What is known of the tasks that samples come from, kept up to date by the records of tasks.
struct TaskTracker: ~Copyable {
    private let plan: Engine.Plan
    /// Whether a task that no record has told of is looked up in `/proc`: not so for what was recorded.
    private let looksAtProc: Bool
    /// The names of tasks; kept only where the plan tracks them.
    var names = TaskNames()
    /// What is known of processes; kept only where the plan wants it.
    private var processTable = ProcessTable()
    /// The processes that samples refer to.
    var processes: ContiguousArray<ProcessDetails> { processTable.processes }

    /// Knows nothing yet.
    init(_ plan: Engine.Plan, looksAtProc: Bool = true) {
        self.plan = plan
        self.looksAtProc = looksAtProc
    }

    /// Forgets what is too much to be kept; no sample of an earlier batch may be used after.
    mutating func trim() { processTable.trim() }

    /// The index of a sample's process among `processes`.
    @inline(__always)
    mutating func process(of sample: Sample) -> Int32 { processTable.index(of: sample) }

    /// Fills in what the sample itself does not tell of its task.
    @inline(__always)
    mutating func complete(_ sample: inout Sample) {
        if sample.tid == 0 {
            let isIdle =
                plan.hasGlobalIDs || sample.record.load(plan.commonPidOffset, as: Int32.self) == 0
            if isIdle {
                sample.comm = TaskTracker.idleName(sample.cpu)
                sample.pid = 0
            }
            return
        }
        guard let task = names.find(sample.tid) ?? learn(sample.tid) else { return }
        sample.comm = task.comm
        if sample.pid < 0 { sample.pid = task.pid }
    }

    /// Looks up a task that no record has told of.
    @inline(never)
    private mutating func learn(_ tid: Int32) -> TaskNames.Task? {
        guard tid > 0 else { return nil }
        let known = looksAtProc ? TaskDirectory.task(tid) : nil
        let task = known ?? TaskNames.Task(pid: -1, comm: .unknown)
        names.set(tid, pid: task.pid, comm: task.comm)
        return task
    }

    /// Reads what is to be known of processes before their first event.
    mutating func learnProcesses(_ pids: [Int32]) {
        let now = System.monotonicTime()
        for pid in pids { processTable.learn(pid, at: now) }
    }

    /// `swapper/N`, as the kernel names the idle task of each CPU.
    private static func idleName(_ cpu: Int32) -> Comm {
        // "swapper/" fills the first word.
        var name = Comm(low: 0x2f72_6570_7061_7773, high: 0)
        var digits: UInt64 = 0
        var rest = UInt64(max(0, cpu))
        repeat {
            digits = digits << 8 | (0x30 + rest % 10)
            rest /= 10
        } while rest > 0
        name.high = digits
        return name
    }

    /// Takes what a record about tasks or losses tells, at its time in nanoseconds.
    @inline(never)
    mutating func note(_ record: RingRecord, at time: UInt64) {
        let bytes = record.bytes
        switch record.type {
        case RecordType.lost:
            // A record of a process may be among what was lost.
            processTable.removeAll()
        case RecordType.comm where plan.tracksTasks:
            guard let pid = bytes.load(8, as: Int32.self), let tid = bytes.load(12, as: Int32.self),
                let low = bytes.load(16, as: UInt64.self)
            else { return }
            // The name is padded to eight bytes; a short one has one word only.
            let isShort = low & 0xff00_0000_0000_0000 == 0
            let high = isShort ? 0 : bytes.load(24, as: UInt64.self) ?? 0
            names.set(tid, pid: pid, comm: Comm(low: low, high: high & 0x00ff_ffff_ffff_ffff))
            if record.isExec { processTable.execute(pid) }
        case RecordType.fork where plan.tracksTasks:
            guard let pid = bytes.load(8, as: Int32.self), let tid = bytes.load(16, as: Int32.self),
                let parentPid = bytes.load(12, as: Int32.self), let parent = bytes.load(20, as: Int32.self)
            else { return }
            names.fork(tid, pid: pid, from: parent, of: parentPid)
            if plan.needs.contains(.process), tid == pid {
                processTable.fork(pid, from: parentPid, at: time)
            }
        case RecordType.exit where plan.tracksTasks:
            guard let pid = bytes.load(8, as: Int32.self), let tid = bytes.load(16, as: Int32.self) else {
                return
            }
            names.end(tid)
            if tid == pid { processTable.end(pid, at: time) }
        default: break
        }
    }
}
