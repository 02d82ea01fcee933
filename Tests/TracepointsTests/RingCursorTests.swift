import Testing

@testable import Tracepoints

@Suite("Ring cursor")
struct RingCursorTests {
    @Test("An empty ring has no record")
    func empty() {
        let ring = MadeUpRing(capacity: 64)
        defer { withExtendedLifetime(ring) {} }
        var cursor = ring.cursor(at: 0)
        cursor.extend(to: 0)
        #expect(cursor.next() == nil)
        #expect(cursor.breaks == 0)
    }

    // The ring of 64 bytes, its end at |, a record of 32 bytes written as "rrrr" (8 bytes a letter):
    //
    //     position 40:   [ r r r . . . . . ]   bytes 40...63 hold the head of the record,
    //                      ^ wrapped here       bytes  0...7 its end
    //                    |. . . . . r r r|r
    @Test("A record that wraps comes out whole", arguments: [UInt64](stride(from: 0, through: 64, by: 8)))
    func wraps(from start: UInt64) {
        let ring = MadeUpRing(capacity: 64, position: start)
        defer { withExtendedLifetime(ring) {} }
        let body = Array(UInt8(1)...24)
        ring.write(type: 9, body: body)
        var cursor = ring.cursor(at: start)
        cursor.extend(to: ring.head)
        let record = cursor.next()
        #expect(record?.type == 9)
        #expect(record?.bytes.array == header(type: 9, size: 32) + body)
        #expect(cursor.position == ring.head)
        #expect(cursor.next() == nil)
        #expect(cursor.breaks == 0)
    }

    @Test("Positions may wrap around 64 bits")
    func wrapsNumbers() {
        let start = UInt64.max - 15
        let ring = MadeUpRing(capacity: 64, position: start)
        defer { withExtendedLifetime(ring) {} }
        let bytes = header(type: 3, size: 16) + Array(repeating: 7, count: 8)
        // The head of this ring cannot be counted past 64 bits by `write`; the kernel's can.
        ring.write(Array(bytes.prefix(15)))
        var cursor = ring.cursor(at: start)
        cursor.extend(to: start &+ 16)
        #expect(cursor.next()?.bytes.count == 16)
        #expect(cursor.position == 0)
    }

    @Test("What is not published yet is not read")
    func unpublished() {
        let ring = MadeUpRing(capacity: 128)
        defer { withExtendedLifetime(ring) {} }
        ring.write(type: 9, body: [1, 2, 3, 4, 5, 6, 7, 8])
        let published = ring.head
        ring.write(type: 9, body: [9])
        var cursor = ring.cursor(at: 0)
        cursor.extend(to: published)
        #expect(cursor.next() != nil)
        #expect(cursor.next() == nil)
        cursor.extend(to: ring.head)
        #expect(cursor.next() != nil)
        #expect(cursor.breaks == 0)
    }

    @Test("A torn or lying size ends the walk at the head", arguments: [0, 1, 4, 7, 9, 12, 40, 0xffff])
    func hostile(size: Int) {
        let ring = MadeUpRing(capacity: 64)
        defer { withExtendedLifetime(ring) {} }
        ring.write(type: 9, body: [1])
        ring.write(header(type: 9, size: size) + Array(repeating: 0, count: 8))
        var cursor = ring.cursor(at: 0)
        cursor.extend(to: ring.head)
        #expect(cursor.next() != nil)
        #expect(cursor.next() == nil)
        #expect(cursor.breaks == 1)
        #expect(cursor.position == ring.head)
        // What follows is read again.
        ring.write(type: 5, body: [1])
        cursor.extend(to: ring.head)
        #expect(cursor.next()?.type == 5)
    }

    @Test("A head that is further than the ring is long starts afresh")
    func lapped() {
        let ring = MadeUpRing(capacity: 64)
        defer { withExtendedLifetime(ring) {} }
        var cursor = ring.cursor(at: 0)
        cursor.extend(to: 72)
        #expect(cursor.next() == nil)
        #expect(cursor.breaks == 1)
        #expect(cursor.position == 72)
    }

    @Test("Random bytes never lead outside the ring")
    func randomBytes() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let start = UInt64.random(in: 0..<1024, using: &random) & ~7
            let ring = MadeUpRing(capacity: 256, position: start)
            defer { withExtendedLifetime(ring) {} }
            ring.write((0..<256).map { _ in UInt8.random(in: 0...255, using: &random) })
            var cursor = ring.cursor(at: start)
            cursor.extend(to: ring.head)
            var total = 0
            while let record = cursor.next() {
                total += record.bytes.count
                #expect(record.bytes.array.count == record.bytes.count)
            }
            #expect(total <= 256)
            #expect(cursor.position == ring.head)
        }
    }
}
