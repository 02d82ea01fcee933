/// A borrowed, bounds-checked view of memory that somebody else wrote.
///
/// Everything that comes out of a ring buffer is read through this type, so that no offset or length that
/// the kernel (or a file) supplied can lead outside the record it came with. A read that does not fit
/// answers `nil`. Loads need no alignment.
///
/// Ownership: the view does not own its memory. It is valid for as long as its source says; for a sample
/// that is until the next call that reads from the same ring.
@safe @frozen
public struct Bytes: @unchecked Sendable {
    /// The first byte. For reading what `count` covers only.
    public let base: UnsafeRawPointer
    /// The length in bytes, never negative.
    public let count: Int

    /// Views `count` bytes from `base` on; both must describe readable memory.
    @inlinable
    public init(base: UnsafeRawPointer, count: Int) {
        unsafe self.base = unsafe base
        self.count = count
    }

    /// Views a buffer. An empty one is fine.
    @inlinable
    public init(_ buffer: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; any non-null one will do for a length of zero.
        unsafe self.base = unsafe buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 8)!
        self.count = buffer.count
    }

    /// The value of type `T` that starts `offset` bytes in, or `nil` if it does not fit.
    @inlinable @inline(__always)
    public func load<T: BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T? {
        guard offset >= 0, offset <= count &- MemoryLayout<T>.size else { return nil }
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// The byte at `offset`, which must lie inside.
    @inlinable
    public subscript(offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < count)
        return unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// The part of `length` bytes from `offset` on, or `nil` if it does not fit.
    @inlinable @inline(__always)
    public func slice(_ offset: Int, _ length: Int) -> Bytes? {
        guard offset >= 0, length >= 0, offset <= count, length <= count &- offset else { return nil }
        return unsafe Bytes(base: base + offset, count: length)
    }

    /// The part before the first zero byte; all of it when there is none.
    @inlinable
    public func untilNul() -> Bytes {
        var length = 0
        while length < count, unsafe base.load(fromByteOffset: length, as: UInt8.self) != 0 { length &+= 1 }
        return unsafe Bytes(base: base, count: length)
    }
}
