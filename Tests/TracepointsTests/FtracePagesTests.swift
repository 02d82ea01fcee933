import Testing

@testable import Tracepoints

@Suite("Pages of the kernel's trace buffer")
struct FtracePagesTests {
    @Test("A page has the time of its first event, its size, and events with the time since the one before")
    func layout() {
        var pages = FtracePages()
        #expect(pages.size == 0)
        pages.expectAdded([1, 2, 3, 4, 5, 6, 7, 8], at: 0x1122_3344_5566)
        pages.expectAdded([9, 10, 11, 12, 13, 14], at: 0x1122_3344_5566 + 3)
        pages.expectAdded([21, 22, 23, 24], at: 0x1122_3344_5566 + 3 + (5 << 27) + 7)
        pages.expectAdded([31, 32, 33, 34], at: 0x1122_3344_5566)
        pages.expectAdded(Array(repeating: 7, count: 116), at: 0x1122_3344_5566)
        #expect(pages.size == FtracePages.pageSize)
        let expected: [[UInt8]] = [
            littleEndian(UInt64(0x1122_3344_5566)), littleEndian(UInt64(12 + 12 + 16 + 16 + 124)),
            littleEndian(UInt32(2)), [1, 2, 3, 4, 5, 6, 7, 8],
            littleEndian(UInt32(2 | 3 << 5)), [9, 10, 11, 12, 13, 14, 0, 0],
            // A time since the last event that is too long for its head.
            littleEndian(UInt32(30 | 7 << 5)), littleEndian(UInt32(5)),
            littleEndian(UInt32(1)), [21, 22, 23, 24],
            // An earlier time.
            littleEndian(UInt32(31 | 0x344_5566 << 5)), littleEndian(UInt32(0x1122_3344_5566 >> 27)),
            littleEndian(UInt32(1)), [31, 32, 33, 34],
            // A size that is too large for its head.
            littleEndian(UInt32(0)), littleEndian(UInt32(120)), Array(repeating: 7, count: 116),
        ]
        let bytes = expected.flatMap(\.self)
        let taken = pages.taken()
        #expect(taken == bytes + Array(repeating: 0, count: FtracePages.pageSize - bytes.count))
        let rest = pages.taken()
        #expect(pages.size == 0 && rest.isEmpty)
        #expect(pages.lateCount == 1)
    }

    @Test("Lost events end a page; the next one tells how many")
    func losses() throws {
        var pages = FtracePages()
        pages.noteLoss(2)
        pages.noteLoss(3)
        pages.expectAdded([1, 1, 1, 1], at: 100)
        pages.expectAdded([2, 2, 2, 2], at: 101)
        pages.noteLoss(.max)
        pages.noteLoss(1)
        pages.expectAdded([3, 3, 3, 3], at: 102)
        // Of what is lost at the end nothing can be said.
        pages.noteLoss(9)
        let decoded = try DecodedPages(pages.taken())
        #expect(decoded.losses == [0: 5, 2: UInt64(Int64.max)])
        #expect(decoded.events.map(\.time) == [100, 101, 102])
    }

    @Test("The number of lost events has room behind the fullest page", arguments: [0, 4, 8, 12, 16])
    func fullPageWithLoss(rest: Int) throws {
        var pages = FtracePages()
        pages.noteLoss(7)
        pages.expectAdded(Array(repeating: 1, count: FtracePages.longestRecord - rest), at: 1)
        pages.expectAdded([2, 2, 2, 2], at: 2)
        #expect(pages.size == (rest < 8 ? 2 : 1) * FtracePages.pageSize)
        let decoded = try DecodedPages(pages.taken())
        #expect(decoded.losses == [0: 7])
        #expect(decoded.events.map(\.record.count) == [FtracePages.longestRecord - rest, 4])
    }

    @Test("Where all pages are full, an event is refused, and goes into the first page once they are taken")
    func refusal() throws {
        var pages = FtracePages()
        let record = [UInt8](repeating: 1, count: 8192)
        for number in 0..<FtracePages.capacity { pages.expectAdded(record, at: UInt64(number)) }
        var isAdded = pages.adds(record, at: 10)
        #expect(!isAdded)
        pages.noteLoss(1)
        isAdded = pages.adds([1, 2, 3, 4], at: 9)
        #expect(!isAdded)
        var decoded = try DecodedPages(pages.taken())
        #expect(decoded.events.map(\.time) == Array(0..<UInt64(FtracePages.capacity)))
        pages.expectAdded([1, 2, 3, 4], at: 0)
        decoded = try DecodedPages(pages.taken())
        #expect(decoded.events == [DecodedPages.Event(time: 0, record: [1, 2, 3, 4])])
        #expect(decoded.losses == [0: 1])
        // Refused ones are not counted; the one that was added is earlier than those that were taken.
        #expect(pages.lateCount == 1)
    }

    @Test("What is put in comes out: records of any size, at any times, with losses", arguments: 0..<20)
    func roundTrip(_ round: Int) throws {
        var pages = FtracePages()
        var events: [DecodedPages.Event] = []
        var decoded = DecodedPages()
        var losses: [Int: UInt64] = [:]
        var (time, late): (UInt64, UInt64) = (.random(in: 0...1 << 50), 0)
        let sizes = [1, 2, 3, 4, 24, 64, 111, 112, 113, 116, 500, 4080, 8192, FtracePages.longestRecord]
        for _ in 0..<400 {
            let size = Bool.random() ? sizes.randomElement() ?? 0 : .random(in: 1...200)
            let record = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ events.count) }
            let before = time
            switch Int.random(in: 0..<20) {
            case 0: time = time &+ (1 << 27) - .random(in: 0...2)
            case 1: time = time &+ .random(in: 0...1 << 40)
            case 2: time = time &- .random(in: 0...1 << 30)
            case 3 where round % 4 == 0: time = .random(in: 0...UInt64.max)
            case 4:
                let loss = UInt64.random(in: 1...1000)
                pages.noteLoss(loss)
                losses[events.count, default: 0] += loss
            default: time = time &+ .random(in: 0...5000)
            }
            if !events.isEmpty, time < before { late += 1 }
            if !pages.adds(record, at: time) {
                try decoded.append(pages.taken())
                pages.expectAdded(record, at: time)
            }
            let padded = record + Array(repeating: 0, count: (4 - size % 4) % 4)
            events.append(DecodedPages.Event(time: time, record: padded))
        }
        try decoded.append(pages.taken())
        #expect(decoded.events == events)
        #expect(decoded.losses == losses)
        #expect(pages.lateCount == late)
    }
}

extension FtracePages {
    fileprivate mutating func adds(_ record: [UInt8], at time: UInt64) -> Bool {
        unsafe record.withUnsafeBytes { unsafe add(Bytes($0), at: time) }
    }

    fileprivate mutating func expectAdded(
        _ record: [UInt8], at time: UInt64, _ location: SourceLocation = #_sourceLocation
    ) {
        let isAdded = adds(record, at: time)
        #expect(isAdded, sourceLocation: location)
    }

    fileprivate mutating func taken() -> [UInt8] {
        var bytes: [UInt8] = []
        unsafe take { (pages) throws(Never) in bytes = unsafe Array(pages) }
        return bytes
    }
}

/// What a reader makes of pages.
private struct DecodedPages {
    struct Event: Equatable {
        var time: UInt64
        /// With the zeros that make its size a multiple of four.
        var record: [UInt8]
    }

    struct Malformed: Error {}

    var events: [Event] = []
    /// How many were lost before the event of an index.
    var losses: [Int: UInt64] = [:]

    init() {}
    init(_ bytes: [UInt8]) throws { try append(bytes) }

    mutating func append(_ bytes: [UInt8]) throws {
        for start in stride(from: 0, to: bytes.count, by: FtracePages.pageSize) {
            try append(page: Array(bytes[start..<start + FtracePages.pageSize]))
        }
    }

    private mutating func append(page: [UInt8]) throws {
        func number(_ offset: Int, _ size: Int) -> UInt64 {
            page[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        var time = number(0, 8)
        let content = number(8, 8)
        let end = 16 + Int(content & 0xfffff)
        guard end <= page.count, content >> 32 == 0 else { throw Malformed() }
        if content & 1 << 31 != 0 {
            guard content & 1 << 30 != 0 else { throw Malformed() }
            losses[events.count] = number(end, 8)
        }
        var offset = 16
        while offset < end {
            let head = number(offset, 4)
            let (kind, short) = (head & 31, head >> 5)
            offset += 4
            switch kind {
            case 30:
                time &+= short + number(offset, 4) << 27
                offset += 4
            case 31:
                // The topmost five bits are those of the time so far.
                time = (time >> 59) << 59 | (short + number(offset, 4) << 27)
                offset += 4
            case 29: throw Malformed()
            default:
                var size = Int(kind) * 4
                if kind == 0 {
                    size = Int(number(offset, 4)) - 4
                    offset += 4
                }
                guard size > 0, size % 4 == 0, offset + size <= end else { throw Malformed() }
                time &+= short
                events.append(Event(time: time, record: Array(page[offset..<offset + size])))
                offset += size
            }
        }
    }
}
