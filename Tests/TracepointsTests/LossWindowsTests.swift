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
