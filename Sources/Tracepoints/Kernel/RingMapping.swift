internal import CLinux
internal import Synchronization

/// The shared memory of one perf ring buffer: a page with the cursors, then the data.
///
/// The kernel writes `data_head`, we write `data_tail`; both count bytes from the beginning of time and
/// wrap only as the data's offsets do.
@safe
struct RingMapping: ~Copyable {
    private let address: UnsafeMutableRawPointer
    private let length: Int
    /// The first byte of the data.
    let data: UnsafeRawPointer
    /// The size of the data in bytes, a power of two.
    let capacity: Int

    /// Maps the ring of a perf event (`mmap`).
    ///
    /// - Parameter pages: the size of the data in pages, a power of two.
    /// - Throws: `EPERM` where `perf_event_mlock_kb` and the limit of locked memory forbid it.
    init(event: Int32, pages: Int) throws(SystemError) {
        let page = System.pageSize
        length = (pages + 1) * page
        unsafe address = try System.map(event, count: length)
        unsafe data = UnsafeRawPointer(address + page)
        capacity = pages * page
    }

    /// The least number of pages, a power of two as the kernel wants it, that holds so many bytes.
    static func pages(holding bytes: Int) -> Int {
        var pages = 1
        while pages * System.pageSize < bytes { pages *= 2 }
        return pages
    }

    deinit { unsafe System.unmap(address, count: length) }

    private var head: UnsafePointer<Atomic<UInt64>> {
        unsafe UnsafePointer((address + 1024).assumingMemoryBound(to: Atomic<UInt64>.self))
    }

    private var tail: UnsafePointer<Atomic<UInt64>> {
        unsafe UnsafePointer((address + 1032).assumingMemoryBound(to: Atomic<UInt64>.self))
    }

    /// How far the kernel has written; what lies before it may be read once this has answered.
    func loadHead() -> UInt64 { unsafe head.pointee.load(ordering: .acquiring) }

    /// How far we have read; the kernel may overwrite what lies before it from now on.
    func storeTail(_ position: UInt64) { unsafe tail.pointee.store(position, ordering: .releasing) }
}
