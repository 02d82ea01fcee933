@testable import Tracepoints

/// A ring in memory of exactly its size, and what a plain reading of it, byte by byte, finds there.
@safe
private final class Ring {
    private let memory: UnsafeMutableRawBufferPointer
    private let scratch: UnsafeMutableRawPointer
    private(set) var head: UInt64
    private var position: UInt64
    /// The record that comes next.
    private var next: [UInt8]?
    /// Whether the head has never come further than a writer goes that minds what is not read yet.
    private(set) var isMindful = true

    init(_ input: inout Input) {
        let capacity = 1 << input.number(3...12)
        unsafe memory = .allocate(byteCount: capacity, alignment: 8)
        unsafe scratch = .allocate(byteCount: RingCursor.longestRecord, alignment: 8)
        head = input.integer()
        position = head
        let content = input.take(capacity)
        for index in 0..<capacity { unsafe memory[index] = index < content.count ? content[index] : 0 }
    }

    deinit {
        unsafe memory.deallocate()
        unsafe scratch.deallocate()
    }

    var cursor: RingCursor {
        unsafe RingCursor(
            data: UnsafeRawPointer(memory.baseAddress!), capacity: memory.count, scratch: scratch,
            position: head)
    }

    /// Moves the head; what lies before `taken` has been read.
    func extend(to newHead: UInt64, taken: UInt64) {
        head = newHead
        if unsafe head &- taken > UInt64(memory.count) { isMindful = false }
        if unsafe head &- position > UInt64(memory.count) { position = head }
        if next == nil { next = read() }
    }

    func take() -> [UInt8]? {
        defer { next = read() }
        return next
    }

    private func read() -> [UInt8]? {
        let available = head &- position
        guard available >= 8 else { return nil }
        let size = UInt64(byte(position &+ 6)) | UInt64(byte(position &+ 7)) << 8
        guard position % 8 == 0, size >= 8, size % 8 == 0, size <= available else {
            position = head
            return nil
        }
        defer { position &+= size }
        return (0..<size).map { byte(position &+ $0) }
    }

    private func byte(_ position: UInt64) -> UInt8 { unsafe memory[Int(position % UInt64(memory.count))] }
}

/// Rings of any content, whose heads move as they like, are walked as a plain reading of them says.
func fuzzRing(_ input: inout Input) {
    let format = SampleFormat(SampleWords(&input))
    let rings = (0..<input.number(1...4)).map { _ in Ring(&input) }
    var merger = Merger(rings.map(\.cursor), format: format)
    while !input.isEmpty {
        let moved = input.number(0...rings.count - 1)
        let head = rings[moved].head
        // Most steps are small ones.
        let step = input.flag() ? input.integer(UInt64.self) : UInt64(input.integer(UInt16.self)) & ~7
        rings[moved].extend(to: head &+ step, taken: merger.position(moved))
        merger.extend(moved, to: head &+ step)
        let limit = input.flag() ? UInt64.max : input.integer(UInt64.self)
        while let (record, time, lane) = merger.take(until: limit) {
            check(time <= limit, "a record of \(time) after \(limit)")
            let bytes = record.bytes.array
            let expected = rings[lane].take()
            check(bytes.count == expected?.count, "a record that the ring does not hold")
            // One that wraps is overwritten by the next, where a writer does not mind the reader.
            check(bytes == expected || !rings[lane].isMindful, "other bytes than the ring holds")
            if record.type == RecordType.sample { format.raw(of: record.bytes)?.touch() }
        }
        check(merger.nextTime ?? .max > limit || limit == .max, "a record up to \(limit) was left")
    }
}

extension SampleWords {
    /// Any combination of the words that there are.
    init(_ input: inout Input) { self.init(rawValue: UInt64(input.integer(UInt32.self)) & 0x1_07cf) }
}
