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

/// Mappings by address: a balanced tree whose nodes never change, so that processes share what they have in common.
private final class MappingTree {
    /// How many nodes there are.
    final class Count {
        fileprivate(set) var value = 0
    }

    let mapping: Mapping
    let left: MappingTree?
    let right: MappingTree?
    /// No node has one of a greater weight below it. It is drawn by lot, so that no order makes the tree deep.
    private let weight: Int
    private let count: Count

    convenience init(_ mapping: Mapping, _ count: Count) {
        self.init(mapping, mapping.start.hashValue, nil, nil, count)
    }

    private init(
        _ mapping: Mapping, _ weight: Int, _ left: MappingTree?, _ right: MappingTree?, _ count: Count
    ) {
        self.mapping = mapping
        self.weight = weight
        self.left = left
        self.right = right
        self.count = count
        count.value += 1
    }

    deinit { count.value -= 1 }

    private func with(left new: MappingTree?) -> MappingTree {
        new === left ? self : MappingTree(mapping, weight, new, right, count)
    }

    private func with(right new: MappingTree?) -> MappingTree {
        new === right ? self : MappingTree(mapping, weight, left, new, count)
    }

    /// Joins trees of which all of the first lies before the second.
    static func join(_ first: MappingTree?, _ second: MappingTree?) -> MappingTree? {
        guard let first, let second else { return first ?? second }
        return first.weight > second.weight
            ? first.with(right: join(first.right, second)) : second.with(left: join(first, second.left))
    }

    /// Parts a tree into what lies before an address and what does not.
    static func split(_ tree: MappingTree?, at address: UInt64) -> (MappingTree?, MappingTree?) {
        guard let tree else { return (nil, nil) }
        var mapping = tree.mapping
        if mapping.end <= address {
            let (before, after) = split(tree.right, at: address)
            return (tree.with(right: before), after)
        }
        if mapping.start >= address {
            let (before, after) = split(tree.left, at: address)
            return (before, tree.with(left: after))
        }
        mapping.end = address
        let before = MappingTree(mapping, tree.count)
        mapping = tree.mapping
        mapping.start = address
        mapping.fileOffset &+= address - tree.mapping.start
        return (join(tree.left, before), join(MappingTree(mapping, tree.count), tree.right))
    }
}

/// What a process has mapped to execute, from one exec to the next.
final class AddressSpace {
    /// The process that it was first of; a child that has mapped nothing itself shares it.
    let pid: Int32
    /// Where the process finds its files.
    let root: ProcessRoot
    /// The frames that have been looked up.
    let frames = FrameTable()
    private var tree: MappingTree?
    private let count: MappingTree.Count

    fileprivate init(pid: Int32, root: ProcessRoot, tree: MappingTree?, _ count: MappingTree.Count) {
        self.pid = pid
        self.root = root
        self.tree = tree
        self.count = count
    }

    /// Has nothing mapped.
    convenience init(pid: Int32) {
        self.init(pid: pid, root: .unseen, tree: nil, MappingTree.Count())
    }

    /// What another process has that begins with the same mappings.
    fileprivate func copy(for pid: Int32) -> AddressSpace {
        AddressSpace(pid: pid, root: root, tree: tree, count)
    }

    /// The mappings, sorted by address; none overlaps another.
    var mappings: [Mapping] {
        func list(_ tree: MappingTree?) -> [Mapping] {
            tree.map { list($0.left) + [$0.mapping] + list($0.right) } ?? []
        }
        return list(tree)
    }

    /// The mapping that holds an address.
    func mapping(at address: UInt64) -> Mapping? {
        var next = tree
        while let tree = next {
            if address < tree.mapping.start {
                next = tree.left
            } else if address >= tree.mapping.end {
                next = tree.right
            } else {
                return tree.mapping
            }
        }
        return nil
    }

    /// Adds a mapping, which takes the place of what was there.
    func add(_ mapping: Mapping) {
        guard mapping.start < mapping.end else { return }
        let (before, rest) = MappingTree.split(tree, at: mapping.start)
        let (gone, after) = MappingTree.split(rest, at: mapping.end)
        // What was looked up there may have another name now.
        if gone != nil { frames.removeAll() }
        tree = MappingTree.join(MappingTree.join(before, MappingTree(mapping, count)), after)
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

    /// How many mappings are kept at most; the kernel does not tell what is unmapped.
    private let limit: Int
    private let count = MappingTree.Count()
    private var periods: [Int32: [Period]] = [:]
    private var ended: [Int32] = []
    /// How many mappings are kept of all processes; those that several have count once.
    var mappingCount: Int { count.value }

    /// Knows of no process.
    init(limit: Int = 1 << 21) { self.limit = limit }

    /// What a process had mapped at a moment; `nil` where nothing is known of it.
    func space(of pid: Int32, at time: UInt64) -> AddressSpace? {
        guard let own = periods[pid] else { return nil }
        return (own.last { $0.since <= time } ?? own.first)?.space
    }

    /// Notes a mapping.
    mutating func map(_ mapping: Mapping, in pid: Int32, at time: UInt64) {
        var own = periods.removeValue(forKey: pid) ?? []
        if own.isEmpty { own.append(Period(since: time, space: empty(pid))) }
        let last = own.count - 1
        if !isKnownUniquelyReferenced(&own[last].space) {
            // It is shared with the parent or a child.
            own[last].space = own[last].space.copy(for: pid)
        }
        own[last].space.add(mapping)
        periods[pid] = own
        while count.value > limit, !ended.isEmpty { forget((ended.count + 1) / 2) }
        if count.value > limit { periods.removeAll() }
    }

    /// Notes that a process starts another program, of which mappings follow.
    mutating func execute(_ pid: Int32, root: ProcessRoot = .unseen, at time: UInt64) {
        begin(empty(pid, root), of: pid, at: time)
    }

    /// Notes a new process.
    mutating func fork(_ pid: Int32, from parent: Int32, at time: UInt64) {
        guard pid != parent else { return }
        begin(space(of: parent, at: time) ?? empty(pid), of: pid, at: time)
    }

    /// Notes that a process has ended; its last events may come later.
    mutating func end(_ pid: Int32) {
        guard periods[pid] != nil else { return }
        ended.append(pid)
        if ended.count > 2 * AddressSpaces.mostEnded { forget(AddressSpaces.mostEnded) }
    }

    /// Forgets so many of the ended processes, the oldest first.
    private mutating func forget(_ count: Int) {
        for pid in ended.prefix(count) { periods[pid] = nil }
        ended.removeFirst(count)
    }

    /// Enters what a process had mapped before the first record of it.
    mutating func enter(_ mappings: [Mapping], root: ProcessRoot, of pid: Int32) {
        let space = empty(pid, root)
        for mapping in mappings { space.add(mapping) }
        periods[pid, default: []].insert(Period(since: 0, space: space), at: 0)
    }

    private func empty(_ pid: Int32, _ root: ProcessRoot = .unseen) -> AddressSpace {
        AddressSpace(pid: pid, root: root, tree: nil, count)
    }

    private mutating func begin(_ space: AddressSpace, of pid: Int32, at time: UInt64) {
        // Few moments are asked for that lie long ago.
        if periods[pid, default: []].count >= 8 { periods[pid]?.removeFirst() }
        periods[pid, default: []].append(Period(since: time, space: space))
    }
}
