/// One record of a ring buffer, contiguous in memory.
@safe
package struct RingRecord {
    /// The whole record with its eight-byte header.
    package let bytes: Bytes
    /// What kind of record it is (`PERF_RECORD_*`).
    package let type: UInt32

    /// Whether a record of a new name comes from an exec (`PERF_RECORD_MISC_COMM_EXEC`).
    package var isExec: Bool { (bytes.load(4, as: UInt16.self) ?? 0) & (1 << 13) != 0 }
}

/// A walk over the records between two positions of a ring buffer.
///
/// It knows nothing of descriptors or mappings: any memory of a power-of-two size will do. A record that
/// wraps around the end of the ring is put together in a scratch area; all others are borrowed in place.
/// A size that cannot be right ends the walk at the head: what lies behind it cannot be told apart.
@safe
package struct RingCursor {
    /// The longest record there can be: its size is a 16-bit number.
    package static let longestRecord = 1 << 16

    private let data: UnsafeRawPointer
    private let capacity: Int
    private let scratch: UnsafeMutableRawPointer
    /// The position of the next record, in bytes from the beginning of time.
    package private(set) var position: UInt64
    /// Where the records end.
    package private(set) var end: UInt64
    /// How many times a broken record made the walk skip to the end.
    package private(set) var breaks = 0

    /// Walks a ring from `position` on; nothing can be read before `extend`.
    ///
    /// - Parameters:
    ///   - data: the ring's memory, borrowed for the cursor's lifetime.
    ///   - capacity: its size in bytes, a power of two.
    ///   - scratch: room for `longestRecord` bytes, borrowed; only one record that wraps is there at a time,
    ///     which is enough because a ring has one place where it wraps.
    package init(
        data: UnsafeRawPointer, capacity: Int, scratch: UnsafeMutableRawPointer, position: UInt64 = 0
    ) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0)
        unsafe self.data = unsafe data
        self.capacity = capacity
        unsafe self.scratch = unsafe scratch
        self.position = position
        self.end = position
    }

    /// Begins the walk at another position.
    package mutating func skip(to position: UInt64) {
        self.position = position
        end = position
    }

    /// Lets the walk go on to `head`, which the writer has published.
    package mutating func extend(to head: UInt64) {
        if head &- position > UInt64(capacity) {
            // The writer lapped us, which a ring that is mapped for writing rules out; start afresh.
            breaks &+= 1
            position = head
        }
        end = head
    }

    /// The next record, or `nil` at the end.
    @inline(__always)
    package mutating func next() -> RingRecord? {
        let available = end &- position
        guard available >= 8 else { return nil }
        let start = Int(truncatingIfNeeded: position) & (capacity &- 1)
        // Records start at multiples of eight and so never split their header: the ring's size is one too.
        let header = unsafe (data + start).loadUnaligned(as: UInt64.self)
        let size = Int(header >> 48)
        guard size >= 8, size & 7 == 0, size <= available, start & 7 == 0 else { return breakOff() }
        position &+= UInt64(size)
        let type = UInt32(truncatingIfNeeded: header)
        if start &+ size <= capacity {
            return unsafe RingRecord(bytes: Bytes(base: data + start, count: size), type: type)
        }
        return unwrap(start, size, type)
    }

    @inline(never)
    private func unwrap(_ start: Int, _ size: Int, _ type: UInt32) -> RingRecord {
        let first = capacity - start
        unsafe scratch.copyMemory(from: data + start, byteCount: first)
        unsafe (scratch + first).copyMemory(from: data, byteCount: size - first)
        return unsafe RingRecord(bytes: Bytes(base: UnsafeRawPointer(scratch), count: size), type: type)
    }

    @inline(never)
    private mutating func breakOff() -> RingRecord? {
        breaks &+= 1
        position = end
        return nil
    }
}
