/// The names and process ids of tasks, by thread id, kept up to date by the kernel's own records.
///
/// A hash table with open addressing. A task that has ended keeps its entry until the table grows, because
/// its last events come after the record of its end.
@safe
struct TaskNames: ~Copyable {
    private struct Slot {
        var tid: Int32
        var pid: Int32
        var comm: Comm
        var isDead: Bool
        var parent: Int32 = -1
    }

    /// What is known of a task.
    struct Task {
        /// The process id; -1 where it is not known.
        var pid: Int32
        /// The name.
        var comm: Comm
        /// The process id of the parent; -1 where it is not known.
        var parent: Int32 = -1
    }

    private var slots: UnsafeMutablePointer<Slot>
    private(set) var capacity: Int
    private var count = 0

    /// Makes an empty table.
    init() {
        capacity = 1024
        unsafe slots = TaskNames.allocate(capacity)
    }

    deinit { unsafe slots.deallocate() }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Slot> {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
        // Thread id 0 is the idle task's, which has a name for each CPU and no entry here.
        unsafe slots.initialize(
            repeating: Slot(tid: 0, pid: -1, comm: .unknown, isDead: false), count: capacity)
        return unsafe slots
    }

    /// What is known of a task, or `nil`.
    @inline(__always)
    func find(_ tid: Int32) -> Task? {
        let index = place(of: tid)
        guard unsafe slots[index].tid == tid, tid != 0 else { return nil }
        return unsafe Task(pid: slots[index].pid, comm: slots[index].comm, parent: slots[index].parent)
    }

    /// Notes a task's name; `pid` -1 leaves the process id as it was.
    mutating func set(_ tid: Int32, pid: Int32, comm: Comm) {
        guard tid > 0 else { return }
        var index = place(of: tid)
        if unsafe slots[index].tid != tid {
            if count * 2 >= capacity {
                rebuild()
                index = place(of: tid)
            }
            count += 1
            unsafe slots[index].pid = -1
            unsafe slots[index].parent = -1
        }
        unsafe slots[index].tid = tid
        unsafe slots[index].comm = comm
        unsafe slots[index].isDead = false
        if pid > 0 { unsafe slots[index].pid = pid }
    }

    /// Notes that a task, of a process, has made another, which starts with its name.
    mutating func fork(_ tid: Int32, pid: Int32, from parent: Int32, of parentPid: Int32 = -1) {
        set(tid, pid: pid, comm: find(parent)?.comm ?? .unknown)
        if tid > 0 { unsafe slots[place(of: tid)].parent = parentPid }
    }

    /// Notes that a task has ended.
    mutating func end(_ tid: Int32) {
        let index = place(of: tid)
        if unsafe slots[index].tid == tid { unsafe slots[index].isDead = true }
    }

    /// Calls `body` with each task that has not ended: thread id, process id, name.
    func visit(_ body: (Int32, Int32, Comm) -> Void) {
        for index in 0..<capacity where unsafe slots[index].tid != 0 && !slots[index].isDead {
            unsafe body(slots[index].tid, slots[index].pid, slots[index].comm)
        }
    }

    @inline(__always)
    private func place(of tid: Int32) -> Int {
        // Thread ids are handed out in turn: a multiplication spreads them well enough.
        let hash = UInt32(bitPattern: tid) &* 0x9e37_79b1
        var index = Int(hash >> 7) & (capacity &- 1)
        while unsafe slots[index].tid != tid, unsafe slots[index].tid != 0 {
            index = (index &+ 1) & (capacity &- 1)
        }
        return index
    }

    /// Forgets the dead, and grows if the living need it.
    private mutating func rebuild() {
        let old = unsafe slots
        let oldCapacity = capacity
        let living = (0..<oldCapacity).count { unsafe old[$0].tid != 0 && !old[$0].isDead }
        while living * 4 >= capacity { capacity *= 2 }
        unsafe slots = TaskNames.allocate(capacity)
        count = living
        for index in 0..<oldCapacity where unsafe old[index].tid != 0 && !old[index].isDead {
            unsafe slots[place(of: old[index].tid)] = unsafe old[index]
        }
        unsafe old.deallocate()
    }
}
