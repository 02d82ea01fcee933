import Tracepoints

/// The record of a pair, put together in memory that is used again for the next one.
@safe
struct JoinedRecord: ~Copyable {
    /// The longest record of an end that fits: a sample holds no longer one.
    static let longestEnd = 1 << 16

    private let base: UnsafeMutableRawPointer
    /// The start that was put in last, and the length of its record.
    private var last: (event: Int32, length: Int) = (-1, 0)

    /// Makes room for starts of at most `room` bytes.
    init(room: Int) {
        let size = JoinedLayout.Moment.end + room + JoinedRecord.longestEnd
        unsafe base = .allocate(byteCount: size, alignment: 8)
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    }

    deinit { unsafe base.deallocate() }

    /// Joins a start and an end, both of lengths that fit the layout; the record is valid until the next call.
    mutating func join(_ start: PairTable.Entry, _ record: Bytes, _ end: Sample, _ layout: JoinedLayout)
        -> Bytes
    {
        typealias Moment = JoinedLayout.Moment
        precondition(record.count <= layout.room && end.record.count <= JoinedRecord.longestEnd)
        let latency = end.time &- start.time
        unsafe base.storeBytes(of: latency, toByteOffset: Moment.latency, as: UInt64.self)
        unsafe base.storeBytes(of: start.time, toByteOffset: Moment.startTime, as: UInt64.self)
        unsafe base.storeBytes(of: start.cpu, toByteOffset: Moment.startCPU, as: Int32.self)
        unsafe base.storeBytes(of: start.pid, toByteOffset: Moment.startPid, as: Int32.self)
        unsafe base.storeBytes(of: start.tid, toByteOffset: Moment.startTid, as: Int32.self)
        // A word that leads nowhere for a name that is not known.
        let word = start.comm.isUnknown ? UInt32.max : UInt32(Moment.startCommText) | 16 << 16
        unsafe base.storeBytes(of: word, toByteOffset: Moment.startComm, as: UInt32.self)
        unsafe base.storeBytes(of: start.comm, toByteOffset: Moment.startCommText, as: Comm.self)
        unsafe (base + Moment.end).copyMemory(from: record.base, byteCount: record.count)
        // What other pairs have left behind the start must not show in this one.
        let dirty = last.event == start.event ? last.length : layout.room
        if dirty > record.count {
            unsafe (base + Moment.end + record.count).initializeMemory(
                as: UInt8.self, repeating: 0, count: dirty - record.count)
        }
        last = (start.event, record.count)
        unsafe (base + layout.endOrigin).copyMemory(from: end.record.base, byteCount: end.record.count)
        return unsafe Bytes(base: UnsafeRawPointer(base), count: layout.endOrigin + end.record.count)
    }
}
