import Testing

@testable import Tracepoints

@Suite("Merge by time")
struct MergerTests {
    let format = SampleFormat([.time, .raw])

    /// All times that a merge gives out up to a limit, with the ring that each came from.
    private func take(_ merger: inout Merger, until limit: UInt64 = .max) -> [[UInt64]] {
        var taken: [[UInt64]] = []
        while let (_, time, lane) = merger.take(until: limit) { taken.append([time, UInt64(lane)]) }
        return taken
    }

    @Test("Records of several rings come in the order of time")
    func order() {
        let rings = (0..<5).map { _ in MadeUpRing(capacity: 4096) }
        defer { withExtendedLifetime(rings) {} }
        var random = SystemRandomNumberGenerator()
        var all: [UInt64] = []
        for ring in rings {
            var time: UInt64 = 0
            for _ in 0..<50 {
                time += UInt64.random(in: 0...100, using: &random)
                ring.write(sample: [1, 2, 3, 4], time: time)
                all.append(time)
            }
        }
        var merger = Merger(rings.map { $0.cursor(at: 0) }, format: format)
        for (lane, ring) in rings.enumerated() { merger.extend(lane, to: ring.head) }
        #expect(take(&merger).map { $0[0] } == all.sorted())
        for (lane, ring) in rings.enumerated() { #expect(merger.position(lane) == ring.head) }
    }

    @Test("What is younger than the limit stays in its ring")
    func limit() {
        let rings = [MadeUpRing(capacity: 1024), MadeUpRing(capacity: 1024)]
        defer { withExtendedLifetime(rings) {} }
        rings[0].write(sample: [0, 0, 0, 0], time: 10)
        let kept = rings[0].head
        rings[0].write(sample: [0, 0, 0, 0], time: 30)
        rings[1].write(sample: [0, 0, 0, 0], time: 20)
        var merger = Merger(rings.map { $0.cursor(at: 0) }, format: format)
        merger.extend(0, to: rings[0].head)
        merger.extend(1, to: rings[1].head)
        #expect(take(&merger, until: 25) == [[10, 0], [20, 1]])
        #expect(merger.position(0) == kept)
        #expect(merger.nextTime == 30)
        // A record that came in meanwhile, with an earlier time, goes first.
        rings[1].write(sample: [0, 0, 0, 0], time: 28)
        merger.extend(1, to: rings[1].head)
        #expect(take(&merger) == [[28, 1], [30, 0]])
        #expect(merger.nextTime == nil)
    }

    @Test("A ring is read through its wrap again and again")
    func wrapping() {
        let ring = MadeUpRing(capacity: 256)
        defer { withExtendedLifetime(ring) {} }
        var merger = Merger([ring.cursor(at: 0)], format: format)
        var expected: [UInt64] = []
        var got: [UInt64] = []
        for time in UInt64(1)...500 {
            // Sizes that differ move the wrap through every place of a record.
            ring.write(sample: Array(repeating: 1, count: Int(time % 7) * 8 + 4), time: time)
            expected.append(time)
            merger.extend(0, to: ring.head)
            got += take(&merger).map { $0[0] }
        }
        #expect(got == expected)
        #expect(merger.breaks == 0)
    }

    @Test("The raw part of a sample is what its length says, and nothing when that lies")
    func raw() {
        let ring = MadeUpRing(capacity: 256)
        defer { withExtendedLifetime(ring) {} }
        ring.write(sample: [1, 2, 3, 4], time: 5)
        ring.write(type: RecordType.sample, body: littleEndian(UInt64(6)) + littleEndian(UInt32(999)))
        ring.write(type: RecordType.sample, body: [])
        var cursor = ring.cursor(at: 0)
        cursor.extend(to: ring.head)
        let good = cursor.next()
        #expect(good.flatMap { format.raw(of: $0.bytes)?.array } == [1, 2, 3, 4])
        let lying = cursor.next()
        #expect(lying != nil && format.raw(of: lying!.bytes) == nil)
        let short = cursor.next()
        #expect(short.map { format.time(of: $0) } == 0)
        #expect(short != nil && format.raw(of: short!.bytes) == nil)
    }

    @Test("The time of a record that is no sample lies at its end")
    func trailingTime() {
        let ring = MadeUpRing(capacity: 256)
        defer { withExtendedLifetime(ring) {} }
        ring.write(type: RecordType.lost, body: Array(repeating: 0, count: 16) + littleEndian(UInt64(77)))
        var cursor = ring.cursor(at: 0)
        cursor.extend(to: ring.head)
        #expect(cursor.next().map { format.time(of: $0) } == 77)
        #expect(SampleFormat([.ids, .time, .raw]).trailingTime == 8)
        #expect(SampleFormat([.ids, .time, .cpu, .identifier, .raw]).trailingTime == 24)
    }

    @Test("The raw record is found behind words of a variable size, which are skipped")
    func variableWords() {
        let ring = MadeUpRing(capacity: 1024)
        defer { withExtendedLifetime(ring) {} }
        func words(_ values: UInt64...) -> [UInt8] { values.flatMap(littleEndian) }
        let raw = littleEndian(UInt32(4)) + [9, 8, 7, 6]
        let time = words(5)
        let group = words(2, 70, 1, 11, 0, 2, 12, 0)
        ring.write(type: RecordType.sample, body: time + group + words(3, 100, 200, 300) + raw)
        ring.write(type: RecordType.sample, body: time + words(1, 70, 3, 4) + words(0) + raw)
        ring.write(type: RecordType.sample, body: time + words(1 << 60) + raw)
        var cursor = ring.cursor(at: 0)
        cursor.extend(to: ring.head)
        let grouped = SampleFormat(
            [.time, .read, .callChain, .raw], readFormat: [.group, .enabledTime, .id, .lost])
        let first = cursor.next()!.bytes
        #expect(grouped.raw(of: first)?.array == [9, 8, 7, 6])
        #expect(grouped.callChain(of: first)?.array == words(100, 200, 300))
        let single = SampleFormat(
            [.time, .read, .callChain, .raw], readFormat: [.enabledTime, .id, .lost])
        let second = cursor.next()!.bytes
        #expect(single.raw(of: second)?.array == [9, 8, 7, 6])
        let lying = cursor.next()!.bytes
        #expect(SampleFormat([.time, .callChain, .raw]).raw(of: lying) == nil)
        #expect(grouped.raw(of: lying) == nil)
    }
}
