import Testing

@testable import Tracepoints

@Suite struct LossWindowsTests {
    /// Takes records, each by its type, its CPU and its time.
    private func take(_ records: [(type: UInt32, cpu: Int32, time: UInt64)], _ windows: inout LossWindows) {
        for record in records {
            let none = unsafe Bytes(UnsafeRawBufferPointer(start: nil, count: 0))
            windows.note(RingRecord(bytes: none, type: record.type), cpu: record.cpu, at: record.time)
        }
    }

    @Test("Events were lost between what the same ring had before and the record that tells of it")
    func ofARing() {
        var windows = LossWindows()
        take([(RecordType.sample, 0, 10), (RecordType.sample, 1, 20), (RecordType.lost, 0, 30)], &windows)
        #expect(windows.take(until: 0) == 10..<30)
        #expect(windows.take(until: .max) == nil)
        take([(RecordType.lost, 1, 50), (RecordType.sample, 0, 60)], &windows)
        #expect(windows.take(until: 0) == 20..<50)
        // Of a CPU that is not known nothing stands before it.
        take([(RecordType.lost, -1, 70), (RecordType.lost, 1 << 20, 80)], &windows)
        #expect(windows.take(until: 0) == 0..<80)
    }

    @Test("What no record tells of in its place was lost after the last record of a CPU")
    func atTheEnd() {
        for (summed, tail) in [(UInt64(7), nil), (8, 60..<UInt64.max)] as [(UInt64, Range<UInt64>?)] {
            var windows = LossWindows()
            take([(RecordType.sample, 0, 10), (RecordType.sample, 1, 100)], &windows)
            let placed: [UInt64] = [0, 0, 7]
            let sums: [UInt64] = [0, summed]
            unsafe placed.withUnsafeBytes { bytes in
                windows.note(unsafe RingRecord(bytes: Bytes(bytes), type: RecordType.lost), cpu: 0, at: 60)
            }
            unsafe sums.withUnsafeBytes { bytes in
                windows.note(
                    unsafe RingRecord(bytes: Bytes(bytes), type: RecordType.lostSamples), cpu: 0, at: 0)
            }
            windows.complete()
            #expect(windows.take(until: 30) == 10..<60)
            #expect(windows.take(until: .max) == tail)
        }
    }

    @Test("Those of a whole file are told in the order of time, each once it has begun")
    func ofAFile() {
        var windows = LossWindows()
        take(
            [
                (RecordType.sample, 0, 100), (RecordType.sample, 1, 40), (RecordType.lost, 0, 200),
                (RecordType.lost, 1, 50), (RecordType.sample, 1, 300), (RecordType.lost, 1, 250),
            ], &windows)
        windows.complete()
        // What is read again adds nothing.
        take([(RecordType.lost, 0, 900)], &windows)
        #expect(windows.take(until: 39) == nil)
        #expect(windows.take(until: 45) == 40..<50)
        #expect(windows.take(until: 99) == nil)
        // A time that goes back is a window all the same.
        #expect(windows.take(until: 1000) == 100..<300)
        #expect(windows.take(until: .max) == nil)
    }
}
