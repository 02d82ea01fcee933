/// The events of one CPU, laid out in pages as the kernel's own trace buffer has them (`struct buffer_data_page`).
///
/// A page begins with the time of its first event and the size of what follows; then come the events, each with
/// the time since the one before. Only at the beginning of a page can it be said that events were lost.
@safe
struct FtracePages: ~Copyable {
    /// The size of a page in bytes. Kernels have 4096 and let other sizes be chosen; in this one there is room for
    /// the longest record that the kernel makes for perf, which has 8192 bytes.
    static let pageSize = 16 << 10
    /// How many pages are held at most.
    static let capacity = 4
    /// The greatest size of a record that fits into a page, in bytes.
    static let longestRecord = pageSize - headSize - longHeadSize - lossSize

    /// The size of what stands at the beginning of a page.
    private static let headSize = 16
    /// The sizes of what stands before a record that has at most `longestShort` bytes, and before others.
    private static let shortHeadSize = 4
    private static let longHeadSize = 8
    private static let longestShort = 28 * 4
    /// The size of a time by itself, which comes before an event that is too long after the one before, or earlier.
    private static let timeSize = 8
    /// The size of the number of lost events, behind the last event.
    private static let lossSize = 8
    /// How many bits of a time fit into the head of an event, and how many into a time by itself.
    private static let shortTimeBits: UInt64 = 27
    private static let longTimeBits: UInt64 = 59
    /// What an event's head says in place of its size: that the size follows; that this is no event, but a time
    /// since the last event, or a time of which only the topmost bits are the last event's.
    private static let longKind: UInt32 = 0
    private static let timeExtendKind: UInt32 = 30
    private static let timeStampKind: UInt32 = 31
    private static let kindBits: UInt32 = 5
    /// Marks the size of a page's content where events were lost before it, and where their number is behind it.
    private static let lossMark: UInt64 = 1 << 31
    private static let lossCountMark: UInt64 = 1 << 30

    /// How many events are earlier than the one before them.
    private(set) var lateCount: UInt64 = 0
    /// The size in bytes of the pages that are held.
    var size: Int { count * FtracePages.pageSize }

    private var memory: UnsafeMutableRawPointer?
    /// How many pages are begun; the last one is written to.
    private var count = 0
    /// Where the next event goes, and where its page is full, in bytes from the first page on.
    private var end = 0
    private var limit = 0
    private var lastTime: UInt64 = 0
    /// How many events were lost before the next one, and before the page that is written to.
    private var pendingLoss: UInt64 = 0
    private var pageLoss: UInt64 = 0

    init() {}

    deinit { unsafe memory?.deallocate() }

    /// Notes that events were lost after the last one.
    mutating func noteLoss(_ number: UInt64) {
        let (sum, overflow) = pendingLoss.addingReportingOverflow(number)
        // Readers take it for a signed number.
        pendingLoss = min(overflow ? .max : sum, UInt64(Int64.max))
    }

    /// Adds an event; answers `false` where no page has room for it, so that they must be taken first.
    ///
    /// - Parameters:
    ///   - record: of at most `longestRecord` bytes; zeros make their number a multiple of four.
    ///   - time: the time of the event, in nanoseconds.
    @inline(__always)
    mutating func add(_ record: Bytes, at time: UInt64) -> Bool {
        precondition(record.count <= FtracePages.longestRecord)
        let size = max(4, (record.count &+ 3) & ~3)
        let isShort = size <= FtracePages.longestShort
        let headSize = isShort ? FtracePages.shortHeadSize : FtracePages.longHeadSize
        var delta = time &- lastTime
        if delta >> FtracePages.shortTimeBits != 0 || pendingLoss != 0 || end &+ headSize &+ size > limit {
            guard makeRoom(headSize + size, at: time) else { return false }
            delta = 0
        }
        guard let place = unsafe memory.map({ unsafe $0 + end }) else { return false }
        put(isShort ? UInt32(size / 4) : FtracePages.longKind, delta, at: end)
        if !isShort { unsafe place.storeBytes(of: UInt32(size &+ 4), toByteOffset: 4, as: UInt32.self) }
        if record.count < size {
            unsafe place.storeBytes(of: 0, toByteOffset: headSize &+ size &- 4, as: UInt32.self)
        }
        unsafe (place + headSize).copyMemory(from: record.base, byteCount: record.count)
        end &+= headSize &+ size
        lastTime = time
        return true
    }

    /// Hands the pages out, which are borrowed for the time of the call, and holds none then.
    mutating func take<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard count > 0 else { return }
        seal()
        defer {
            count = 0
            end = 0
            limit = 0
        }
        try unsafe body(UnsafeRawBufferPointer(start: memory, count: size))
    }

    /// Writes the head of an event, or of a time by itself.
    @inline(__always)
    private func put(_ kind: UInt32, _ time: UInt64, at offset: Int) {
        let time = UInt32(truncatingIfNeeded: time)
        unsafe memory?.storeBytes(
            of: kind | time << FtracePages.kindBits, toByteOffset: offset, as: UInt32.self)
    }

    /// Makes room for an event that does not simply follow the last one: a time by itself, or another page.
    @inline(never)
    private mutating func makeRoom(_ size: Int, at time: UInt64) -> Bool {
        let isLate = time < lastTime
        let distance = isLate ? time ^ lastTime : time - lastTime
        if pendingLoss == 0, end + FtracePages.timeSize + size <= limit,
            distance >> FtracePages.longTimeBits == 0
        {
            let value = isLate ? time : distance
            put(isLate ? FtracePages.timeStampKind : FtracePages.timeExtendKind, value, at: end)
            unsafe memory?.storeBytes(
                of: UInt32(truncatingIfNeeded: value >> FtracePages.shortTimeBits), toByteOffset: end + 4,
                as: UInt32.self)
            end += FtracePages.timeSize
        } else {
            guard beginPage(at: time) else { return false }
        }
        if isLate { lateCount += 1 }
        return true
    }

    private mutating func beginPage(at time: UInt64) -> Bool {
        guard count < FtracePages.capacity else { return false }
        seal()
        let memory =
            unsafe self.memory
            ?? .allocate(byteCount: FtracePages.capacity * FtracePages.pageSize, alignment: 8)
        unsafe self.memory = unsafe memory
        let start = count * FtracePages.pageSize
        unsafe memory.storeBytes(of: time, toByteOffset: start, as: UInt64.self)
        count += 1
        pageLoss = pendingLoss
        pendingLoss = 0
        end = start + FtracePages.headSize
        limit = start + FtracePages.pageSize - (pageLoss > 0 ? FtracePages.lossSize : 0)
        return true
    }

    /// Completes the page that is written to.
    private func seal() {
        guard count > 0, let memory = unsafe memory else { return }
        let start = (count - 1) * FtracePages.pageSize
        var content = UInt64(end - start - FtracePages.headSize)
        var rest = end
        if pageLoss > 0 {
            content |= FtracePages.lossMark | FtracePages.lossCountMark
            unsafe memory.storeBytes(of: pageLoss, toByteOffset: rest, as: UInt64.self)
            rest += FtracePages.lossSize
        }
        unsafe memory.storeBytes(of: content, toByteOffset: start + 8, as: UInt64.self)
        unsafe (memory + rest).initializeMemory(
            as: UInt8.self, repeating: 0, count: start + FtracePages.pageSize - rest)
    }
}
