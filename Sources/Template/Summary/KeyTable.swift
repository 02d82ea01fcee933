/// How often each key came: a hash table of bounded size.
///
/// Keys are bytes, kept in one run of memory; their index stays the same as long as they are there. What finds
/// no room any more is not entered, and it is up to the caller to count it.
@safe
public struct KeyTable: ~Copyable {
    /// How many keys are kept unless said otherwise.
    public static let usualLimit = 65_536
    /// How many bytes all keys together may have.
    private static let mostBytes = 64 << 20

    private struct Entry {
        var hash: UInt64
        var offset: Int
        var length: Int
    }

    /// The most keys.
    public let limit: Int
    /// How many keys there are.
    public private(set) var count = 0
    private var entries: ContiguousArray<Entry> = []
    /// The indices of entries by their hash; -1 is a free place.
    private var places: ContiguousArray<Int32>
    private var bytes = LineBuffer(capacity: 4096)
    /// Drawn anew in each run, so that no one can make up keys that all get the same place.
    private let seed = UInt64.random(in: 0...UInt64.max) | 1
    private var last = -1

    /// Makes an empty table.
    public init(limit: Int = KeyTable.usualLimit) {
        self.limit = limit
        places = ContiguousArray(repeating: -1, count: 256)
    }

    /// The bytes of a key, valid until the table is changed.
    public func key(_ index: Int) -> UnsafeRawBufferPointer {
        let entry = entries[index]
        return unsafe UnsafeRawBufferPointer(
            rebasing: bytes.bytes[entry.offset..<entry.offset + entry.length])
    }

    /// The index of a key, which is entered where it is new and there is room; -1 where there is none.
    public mutating func index(of key: UnsafeRawBufferPointer) -> Int {
        // Events of one kind often come in a row.
        if last >= 0, unsafe isEqual(last, key) { return last }
        let hash = unsafe hash(key)
        var place = Int(truncatingIfNeeded: hash >> 20) & (places.count &- 1)
        while true {
            let index = Int(places[place])
            if index < 0 { break }
            if entries[index].hash == hash, unsafe isEqual(index, key) {
                last = index
                return index
            }
            place = (place &+ 1) & (places.count &- 1)
        }
        guard count < limit, bytes.count + key.count <= KeyTable.mostBytes else { return -1 }
        places[place] = Int32(count)
        entries.append(Entry(hash: hash, offset: bytes.count, length: key.count))
        unsafe bytes.append(key)
        count += 1
        if count * 2 > places.count { grow() }
        last = count - 1
        return last
    }

    private mutating func grow() {
        places = ContiguousArray(repeating: -1, count: places.count * 2)
        for (index, entry) in entries.enumerated() {
            var place = Int(truncatingIfNeeded: entry.hash >> 20) & (places.count - 1)
            while places[place] >= 0 { place = (place + 1) & (places.count - 1) }
            places[place] = Int32(index)
        }
    }

    @inline(__always)
    private func isEqual(_ index: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        let entry = entries[index]
        guard entry.length == key.count else { return false }
        let own = unsafe bytes.bytes
        var at = 0
        while at &+ 8 <= key.count {
            let left = unsafe own.loadUnaligned(fromByteOffset: entry.offset &+ at, as: UInt64.self)
            guard unsafe left == key.loadUnaligned(fromByteOffset: at, as: UInt64.self) else { return false }
            at &+= 8
        }
        while at < key.count {
            guard unsafe own[entry.offset &+ at] == key[at] else { return false }
            at &+= 1
        }
        return true
    }

    @inline(__always)
    private func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var hash = seed ^ UInt64(key.count)
        var at = 0
        while at &+ 8 <= key.count {
            hash = unsafe mixed(hash ^ key.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at &+= 8
        }
        var rest: UInt64 = 0
        while at < key.count {
            rest = unsafe rest << 8 | UInt64(key[at])
            at &+= 1
        }
        return mixed(mixed(hash ^ rest))
    }

    @inline(__always)
    private func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15 ^ (seed << 1))
        return product.high ^ product.low
    }
}
