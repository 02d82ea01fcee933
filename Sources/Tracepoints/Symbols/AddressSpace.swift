/// A file, or a piece of memory with a name, that processes execute code from.
final class MappedFile {
    /// What tells files apart.
    struct Identity: Hashable {
        /// The path as the process that mapped it saw it, or a name in brackets; empty for anonymous memory.
        let path: String
        let major: UInt32
        let minor: UInt32
        /// The number of the inode; 0 where it is not known.
        let inode: UInt64
    }

    /// What tells it apart.
    let identity: Identity
    /// The path, in memory that stays.
    let path: Bytes
    /// Its symbols once it has been looked for; `nil` within where there are none.
    var symbols: ObjectSymbols??
    /// The process that was asked for it last.
    var asked: Int32 = -1

    init(_ identity: Identity, path: Bytes) {
        self.identity = identity
        self.path = path
    }

    /// Whether it can be opened by its path.
    var isOnDisk: Bool {
        let path = identity.path
        return path.hasPrefix("/") && !path.hasPrefix("//") && !path.hasPrefix("/memfd:")
            && !path.hasPrefix("/dev/") && !path.hasPrefix("/SYSV")
    }
}

/// A range of addresses that a process executes code from.
struct Mapping {
    /// The first address.
    var start: UInt64
    /// The address after the last.
    var end: UInt64
    /// Where in the file the first byte lies.
    var fileOffset: UInt64
    let file: MappedFile
}

/// What a process has mapped to execute, from one exec to the next.
final class AddressSpace {
    /// The process that it was first of; a child that has mapped nothing itself shares it.
    let pid: Int32
    /// Sorted by address; none overlaps another.
    private(set) var mappings: [Mapping]
    /// Where the process finds its files.
    let root: ProcessRoot
    /// The frames that have been looked up.
    let frames = FrameTable()

    init(pid: Int32, root: ProcessRoot = .unseen, mappings: [Mapping] = []) {
        self.pid = pid
        self.root = root
        self.mappings = mappings
    }

    /// The mapping that holds an address.
    func mapping(at address: UInt64) -> Mapping? {
        let index = firstIndex(endingAfter: address)
        guard index < mappings.count, mappings[index].start <= address else { return nil }
        return mappings[index]
    }

    /// Adds a mapping, which takes the place of what was there.
    func add(_ mapping: Mapping) {
        guard mapping.start < mapping.end else { return }
        let first = firstIndex(endingAfter: mapping.start)
        var last = first
        var kept = [mapping]
        while last < mappings.count, mappings[last].start < mapping.end {
            let old = mappings[last]
            if old.start < mapping.start {
                var before = old
                before.end = mapping.start
                kept.insert(before, at: 0)
            }
            if old.end > mapping.end {
                var after = old
                after.start = mapping.end
                after.fileOffset &+= mapping.end - old.start
                kept.append(after)
            }
            last += 1
        }
        // What was looked up there may have another name now.
        if last > first { frames.removeAll() }
        mappings.replaceSubrange(first..<last, with: kept)
    }

    private func firstIndex(endingAfter address: UInt64) -> Int {
        var low = 0
        var high = mappings.count
        while low < high {
            let middle = (low + high) / 2
            if mappings[middle].end <= address { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The address spaces of all processes over time, from records of mappings, forks, execs and exits.
///
/// Events are printed a little after their time, when a process may have gone on to another program or be gone:
/// what it was at a moment is looked up by that moment.
struct AddressSpaces {
    private struct Period {
        /// From when on, in nanoseconds of the event clock.
        var since: UInt64
        var space: AddressSpace
    }

    /// How many ended processes are remembered for their last events.
    private static let mostEnded = 4096

    private var periods: [Int32: [Period]] = [:]
    private var ended: [Int32] = []

    /// What a process had mapped at a moment; `nil` where nothing is known of it.
    func space(of pid: Int32, at time: UInt64) -> AddressSpace? {
        guard let own = periods[pid] else { return nil }
        return (own.last { $0.since <= time } ?? own.first)?.space
    }

    /// Notes a mapping.
    mutating func map(_ mapping: Mapping, in pid: Int32, at time: UInt64) {
        guard var own = periods.removeValue(forKey: pid), !own.isEmpty else {
            let space = AddressSpace(pid: pid)
            space.add(mapping)
            periods[pid] = [Period(since: time, space: space)]
            return
        }
        let last = own.count - 1
        if !isKnownUniquelyReferenced(&own[last].space) {
            // It is shared with the parent or a child.
            own[last].space = AddressSpace(
                pid: pid, root: own[last].space.root, mappings: own[last].space.mappings)
        }
        own[last].space.add(mapping)
        periods[pid] = own
    }

    /// Notes that a process starts another program, of which mappings follow.
    mutating func execute(_ pid: Int32, root: ProcessRoot = .unseen, at time: UInt64) {
        begin(AddressSpace(pid: pid, root: root), of: pid, at: time)
    }

    /// Notes a new process.
    mutating func fork(_ pid: Int32, from parent: Int32, at time: UInt64) {
        guard pid != parent else { return }
        begin(space(of: parent, at: time) ?? AddressSpace(pid: pid), of: pid, at: time)
    }

    /// Notes that a process has ended; its last events may come later.
    mutating func end(_ pid: Int32) {
        guard periods[pid] != nil else { return }
        ended.append(pid)
        guard ended.count > 2 * AddressSpaces.mostEnded else { return }
        for pid in ended.prefix(AddressSpaces.mostEnded) { periods[pid] = nil }
        ended.removeFirst(AddressSpaces.mostEnded)
    }

    /// Enters what a process had mapped before the first record of it.
    mutating func enter(_ space: AddressSpace, of pid: Int32) {
        periods[pid, default: []].insert(Period(since: 0, space: space), at: 0)
    }

    private mutating func begin(_ space: AddressSpace, of pid: Int32, at time: UInt64) {
        // Few moments are asked for that lie long ago.
        if periods[pid, default: []].count >= 8 { periods[pid]?.removeFirst() }
        periods[pid, default: []].append(Period(since: time, space: space))
    }
}
