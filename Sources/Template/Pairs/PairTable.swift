import Glibc
import Tracepoints

/// The starts that wait for their end, found by their key, oldest first.
///
/// Each has a copy of its record, in memory that is used again for later ones. The number of starts and the bytes of
/// their copies are bounded; the oldest ones give way.
@safe
struct PairTable: ~Copyable {
    /// A start as it is kept; its memory belongs to the table.
    @safe
    struct Entry: BitwiseCopyable {
        var time: UInt64 = 0
        var comm = Comm.unknown
        /// The index of its event among the starts.
        var event: Int32 = 0
        var cpu: Int32 = -1
        var pid: Int32 = -1
        var tid: Int32 = -1
        var keyLength: Int32 = 0
        var recordLength: Int32 = 0

        fileprivate var hash: UInt64 = 0
        /// The next one whose hash leads to the same place, or the next one that is free.
        fileprivate var next: Int32 = -1
        fileprivate var older: Int32 = -1
        fileprivate var newer: Int32 = -1
        /// The size of its memory, which holds the key and then the record.
        fileprivate var room: Int32 = 0
        fileprivate var memory: UnsafeMutableRawPointer?

        init() {}
    }

    private let capacity: Int
    private let byteLimit: Int
    private let mask: UInt64
    private let heads: UnsafeMutablePointer<Int32>
    private let entries: UnsafeMutablePointer<Entry>
    /// How many entries have been in use.
    private var used = 0
    /// The first of those that are free again.
    private var free: Int32 = -1
    private var oldest: Int32 = -1
    private var newest: Int32 = -1
    private var bytes = 0
    /// How many starts wait.
    private(set) var count = 0
    /// Drawn anew in each run, so that no one can make up keys that all get the same place.
    private let seed = UInt64.random(in: 0...UInt64.max)

    /// Makes a table of at most that many starts and bytes.
    init(capacity: Int, byteLimit: Int = 64 << 20) {
        precondition(capacity > 0 && capacity < Int32.max)
        self.capacity = capacity
        self.byteLimit = byteLimit
        var places = 16
        while places < capacity { places *= 2 }
        mask = UInt64(places - 1)
        unsafe heads = .allocate(capacity: places)
        unsafe heads.initialize(repeating: -1, count: places)
        // Not touched before they are used.
        unsafe entries = .allocate(capacity: capacity)
    }

    deinit {
        for index in 0..<used { unsafe entries[index].memory?.deallocate() }
        unsafe entries.deallocate()
        unsafe heads.deallocate()
    }

    /// A number that spreads over all its bits, and is equal for equal keys of one table.
    @inline(__always)
    func hash(of key: Bytes) -> UInt64 {
        var hash = seed
        var offset = 0
        while offset < key.count {
            var word: UInt64 = 0
            if let whole = key.load(offset, as: UInt64.self) {
                word = whole
            } else {
                for index in offset..<key.count { word = word << 8 | UInt64(key[index]) }
            }
            let product = (hash ^ word).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93 ^ seed << 1)
            hash = product.high ^ product.low
            offset += 8
        }
        return hash ^ hash >> 29
    }

    /// Where a start lies, for `entry` and `record`, until the table is changed; `nil` where there is none.
    @inline(__always)
    func find(_ key: Bytes, hash: UInt64) -> Int32? {
        var index = unsafe heads[Int(hash & mask)]
        while index >= 0 {
            let entry = unsafe entries + Int(index)
            if unsafe entry.pointee.hash == hash, unsafe Int(entry.pointee.keyLength) == key.count,
                unsafe memcmp(entry.pointee.memory!, key.base, key.count) == 0
            {
                return index
            }
            index = unsafe entry.pointee.next
        }
        return nil
    }

    /// A start that waits.
    @inline(__always)
    func entry(_ index: Int32) -> Entry {
        precondition(index >= 0 && Int(index) < used)
        return unsafe entries[Int(index)]
    }

    /// The copy of its record, valid until the table is changed.
    @inline(__always)
    func record(_ index: Int32) -> Bytes {
        let entry = entry(index)
        return unsafe Bytes(base: entry.memory! + Int(entry.keyLength), count: Int(entry.recordLength))
    }

    /// The oldest start, or `nil`.
    var oldestIndex: Int32? { oldest >= 0 ? oldest : nil }

    /// Adds a start, whose key must not be there; answers how many others gave way to it.
    mutating func add(_ start: Entry, _ key: Bytes, hash: UInt64, _ record: Bytes) -> Int {
        var dropped = 0
        let need = key.count + record.count
        if count == capacity {
            remove(oldest)
            dropped += 1
        }
        let index: Int32
        if free >= 0 {
            index = free
            free = unsafe entries[Int(index)].next
        } else {
            index = Int32(used)
            unsafe (entries + used).initialize(to: Entry())
            used += 1
        }
        dropped += reserve(need, for: index)
        var entry = start
        unsafe entry.memory = unsafe entries[Int(index)].memory
        entry.room = unsafe entries[Int(index)].room
        entry.hash = hash
        entry.keyLength = Int32(key.count)
        entry.recordLength = Int32(record.count)
        unsafe entry.memory!.copyMemory(from: key.base, byteCount: key.count)
        unsafe (entry.memory! + key.count).copyMemory(from: record.base, byteCount: record.count)
        let place = Int(hash & mask)
        entry.next = unsafe heads[place]
        unsafe heads[place] = index
        entry.older = newest
        entry.newer = -1
        if newest >= 0 { unsafe entries[Int(newest)].newer = index } else { oldest = index }
        newest = index
        unsafe entries[Int(index)] = entry
        count += 1
        return dropped
    }

    /// Takes a start out; its memory is for another one.
    mutating func remove(_ index: Int32) {
        let entry = entry(index)
        let place = Int(entry.hash & mask)
        if unsafe heads[place] == index {
            unsafe heads[place] = entry.next
        } else {
            var before = unsafe heads[place]
            while unsafe entries[Int(before)].next != index { before = unsafe entries[Int(before)].next }
            unsafe entries[Int(before)].next = entry.next
        }
        if entry.older >= 0 {
            unsafe entries[Int(entry.older)].newer = entry.newer
        } else {
            oldest = entry.newer
        }
        if entry.newer >= 0 {
            unsafe entries[Int(entry.newer)].older = entry.older
        } else {
            newest = entry.older
        }
        unsafe entries[Int(index)].next = free
        free = index
        count -= 1
    }

    /// Gives a place at least that many bytes; answers how many starts gave way.
    private mutating func reserve(_ need: Int, for index: Int32) -> Int {
        let room = unsafe Int(entries[Int(index)].room)
        guard room < need else { return 0 }
        release(index)
        let size = (need + 63) & ~63
        var dropped = 0
        while bytes + size > byteLimit {
            if free >= 0, releaseFree() { continue }
            guard oldest >= 0 else { break }
            remove(oldest)
            dropped += 1
        }
        unsafe entries[Int(index)].memory = .allocate(byteCount: size, alignment: 8)
        unsafe entries[Int(index)].room = Int32(size)
        bytes += size
        return dropped
    }

    private mutating func release(_ index: Int32) {
        unsafe entries[Int(index)].memory?.deallocate()
        unsafe entries[Int(index)].memory = nil
        bytes -= unsafe Int(entries[Int(index)].room)
        unsafe entries[Int(index)].room = 0
    }

    /// Frees the memory of all places that are free; answers whether there was any.
    private mutating func releaseFree() -> Bool {
        let before = bytes
        var index = free
        while index >= 0 {
            release(index)
            index = unsafe entries[Int(index)].next
        }
        return bytes < before
    }
}
