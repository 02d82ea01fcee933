/// Where in a file the records lie that wait, so that a round of any length comes into order without being held.
///
/// Records that follow each other are put together to blocks, of each of which only the place and the earliest time
/// are kept. A block is read again once its time has come.
struct RecordBlocks {
    struct Block {
        /// The place in the file.
        var place: UInt64
        /// The size in bytes.
        var size: Int
        /// The time of its earliest record.
        var earliest: UInt64
    }

    /// The size in bytes from which on a block takes no more records.
    private static let fullSize = 1 << 16

    private var blocks: [Block] = []

    /// The number of blocks that wait.
    var count: Int { blocks.count }
    /// The time of the earliest record; all must be in order.
    var earliest: UInt64? { blocks.last?.earliest }

    /// Adds a record.
    @inline(__always)
    mutating func add(_ time: UInt64, at place: UInt64, size: Int) {
        let last = blocks.count - 1
        if last >= 0, blocks[last].place &+ UInt64(blocks[last].size) == place,
            blocks[last].size < RecordBlocks.fullSize
        {
            blocks[last].size &+= size
            blocks[last].earliest = min(blocks[last].earliest, time)
        } else {
            blocks.append(Block(place: place, size: size, earliest: time))
        }
    }

    /// Brings all into order, the earliest last.
    mutating func sort() { blocks.sort { ($0.earliest, $0.place) > ($1.earliest, $1.place) } }

    /// Takes out the earliest blocks that begin up to a time, about `size` bytes of them, in the order of the file.
    mutating func take(until limit: UInt64, size: Int) -> [Block] {
        var taken: [Block] = []
        var sum = 0
        while let block = blocks.last, block.earliest <= limit, sum < size {
            sum += block.size
            taken.append(block)
            blocks.removeLast()
        }
        return taken.sorted { $0.place < $1.place }
    }

    /// Forgets all that waits.
    mutating func removeAll() { blocks = [] }
}

/// The records of blocks that have been read again, one behind another; what is given out is borrowed until the
/// next change.
@safe
struct ReadRecords: ~Copyable {
    private var base = UnsafeMutableRawPointer.allocate(byteCount: 0, alignment: 8)
    private var capacity = 0
    /// The number of bytes that are held.
    private(set) var count = 0

    deinit { unsafe base.deallocate() }

    /// The bytes from a place on, or `nil` where they are not all held.
    @inline(__always)
    func bytes(at place: UInt64, count: Int) -> Bytes? {
        unsafe Bytes(base: base, count: self.count).slice(at: place, from: 0, count)
    }

    /// Drops all but the records in `order` whose places have the mark, which get others, and makes room.
    mutating func keep(those order: inout RecordOrder, marked mark: UInt64, room: Int) {
        let old = unsafe Bytes(base: base, count: count)
        let size = order.waiting == 0 ? room : count + room
        guard order.waiting > 0 || size > capacity else {
            count = 0
            return
        }
        let new = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
        var end = 0
        order.move { place in
            guard place & mark != 0,
                let size = old.slice(at: place & ~mark, from: 0, 8)?.load(6, as: UInt16.self),
                let bytes = old.slice(at: place & ~mark, from: 0, Int(size))
            else { return place }
            unsafe (new + end).copyMemory(from: bytes.base, byteCount: bytes.count)
            defer { end += bytes.count }
            return UInt64(end) | mark
        }
        unsafe base.deallocate()
        unsafe base = unsafe new
        capacity = size
        count = end
    }

    /// Reads a block of a file, for which there must be room; answers the place that it has here.
    mutating func read(_ block: RecordBlocks.Block, of file: Int32) throws(SystemError) -> UInt64 {
        precondition(block.size <= capacity - count)
        let room = unsafe UnsafeMutableRawBufferPointer(start: base + count, count: block.size)
        let place = UInt64(count)
        count += try unsafe System.readAll(file, into: room, at: block.place)
        return place
    }
}
