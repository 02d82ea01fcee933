public import Tracepoints

/// A growing run of bytes that lines are rendered into and written from with one system call.
///
/// It owns its memory, never shrinks, and allocates only when a line outgrows it, so that rendering is free
/// of allocation once the buffer has reached its working size.
@safe
public struct LineBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    /// The number of bytes rendered so far.
    public private(set) var count: Int
    /// The number of bytes that fit before the buffer grows.
    public private(set) var capacity: Int

    /// Makes an empty buffer of that many bytes.
    public init(capacity: Int = 256 << 10) {
        unsafe self.base = UnsafeMutablePointer<UInt8>.allocate(capacity: max(capacity, 64))
        self.count = 0
        self.capacity = max(capacity, 64)
    }

    deinit { unsafe base.deallocate() }

    /// The bytes rendered so far, valid until the buffer is changed.
    public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// Forgets all bytes and keeps the memory.
    public mutating func removeAll() { count = 0 }

    /// Forgets all bytes after the first `length`.
    mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count)
        count = length
    }

    /// Makes room for `extra` more bytes.
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if capacity &- count < extra { grow(extra) }
    }

    /// Where the next byte goes: what has been reserved may be written there, and `setEnd` tells how much was.
    var end: UnsafeMutablePointer<UInt8> {
        @inline(__always) get { unsafe base + count }
    }

    /// How far from the first byte a place lies.
    @inline(__always)
    func offset(of place: UnsafeMutablePointer<UInt8>) -> Int { unsafe place - base }

    /// Takes what has been written from `end` on, up to a place within what was reserved.
    @inline(__always)
    mutating func setEnd(_ place: UnsafeMutablePointer<UInt8>) {
        count = unsafe offset(of: place)
        precondition(count <= capacity)
    }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        let larger = max(capacity * 2, count + extra)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe moved.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = unsafe moved
        capacity = larger
    }

    /// Appends one byte.
    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base[count] = byte
        count &+= 1
    }

    /// Appends `byte`, `times` times; a count below one appends nothing.
    mutating func append(_ byte: UInt8, times: Int) {
        guard times > 0 else { return }
        reserve(times)
        unsafe (base + count).update(repeating: byte, count: times)
        count &+= times
    }

    /// Appends bytes as they are.
    @inline(__always)
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        unsafe UnsafeMutableRawPointer(base + count).copyMemory(from: source, byteCount: bytes.count)
        count &+= bytes.count
    }

    /// Appends bytes as they are.
    @inline(__always)
    public mutating func append(_ bytes: Bytes) {
        unsafe append(UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
    }

    /// Appends text as it is.
    mutating func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Lets `fill` write up to `room` bytes at the end; it answers how many it wrote.
    @inline(__always)
    mutating func append(room: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Int) {
        reserve(room)
        let written = unsafe fill(base + count)
        precondition(written >= 0 && written <= room)
        count &+= written
    }

    /// Puts a byte in the place of each that is another, from a position on.
    mutating func replace(_ byte: UInt8, by other: UInt8, from start: Int) {
        precondition(start >= 0 && start <= count)
        for index in start..<count where unsafe base[index] == byte { unsafe base[index] = other }
    }

    /// Inserts `times` copies of `byte` before position `index`, moving what follows.
    mutating func insert(_ byte: UInt8, times: Int, at index: Int) {
        precondition(index >= 0 && index <= count)
        guard times > 0 else { return }
        reserve(times)
        unsafe (base + index + times).update(from: base + index, count: count &- index)
        unsafe (base + index).update(repeating: byte, count: times)
        count &+= times
    }
}
