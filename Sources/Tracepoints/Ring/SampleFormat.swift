/// The words that the kernel puts into each sample (`PERF_SAMPLE_*`).
package struct SampleWords: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The instruction pointer.
    package static let instructionPointer = SampleWords(rawValue: 1 << 0)
    /// The process and thread ids, in the PID namespace of the one who opened the event.
    package static let ids = SampleWords(rawValue: 1 << 1)
    /// The event clock.
    package static let time = SampleWords(rawValue: 1 << 2)
    /// An address.
    package static let address = SampleWords(rawValue: 1 << 3)
    /// The event's number.
    package static let id = SampleWords(rawValue: 1 << 6)
    /// The CPU.
    package static let cpu = SampleWords(rawValue: 1 << 7)
    /// The sample period.
    package static let period = SampleWords(rawValue: 1 << 8)
    /// The number of the stream.
    package static let stream = SampleWords(rawValue: 1 << 9)
    /// The tracepoint's record.
    package static let raw = SampleWords(rawValue: 1 << 10)
    /// The event's number, at a fixed place.
    package static let identifier = SampleWords(rawValue: 1 << 16)
}

/// The kinds of records that the reader looks at (`PERF_RECORD_*`).
package enum RecordType {
    package static let lost: UInt32 = 2
    package static let comm: UInt32 = 3
    package static let exit: UInt32 = 4
    package static let fork: UInt32 = 7
    package static let sample: UInt32 = 9
}

/// Where the words of a sample lie, computed once from its `sample_type`.
///
/// It covers the words of a fixed size; those that come before the raw record in the kernel's order and
/// vary (read values, call chains) are not asked for.
package struct SampleFormat: Sendable, Hashable {
    /// The offset of the process id; the thread id follows. Negative when it is not there.
    let idsOffset: Int
    /// The offset of the time. Negative when it is not there.
    let timeOffset: Int
    /// The offset of the raw record's length. Negative when it is not there.
    let rawOffset: Int
    /// How far before a side-band record's end its time lies. Zero when it is not there.
    let trailingTime: Int

    /// Lays out samples of those words.
    package init(_ words: SampleWords) {
        var offset = 8
        func place(_ word: SampleWords) -> Int {
            guard words.contains(word) else { return -1 }
            defer { offset += 8 }
            return offset
        }
        _ = place(.identifier)
        _ = place(.instructionPointer)
        idsOffset = place(.ids)
        timeOffset = place(.time)
        for word: SampleWords in [.address, .id, .stream, .cpu, .period] { _ = place(word) }
        rawOffset = words.contains(.raw) ? offset : -1
        // Other records end in those of: ids, time, id, stream, cpu, identifier.
        let after = [SampleWords.id, .stream, .cpu, .identifier].filter(words.contains).count
        trailingTime = words.contains(.time) ? 8 * (after + 1) : 0
    }

    /// The time of a record of any type, in nanoseconds; 0 where it has none.
    @inline(__always)
    func time(of record: RingRecord) -> UInt64 {
        let offset =
            record.type == RecordType.sample
            ? timeOffset : (trailingTime == 0 ? -1 : record.bytes.count &- trailingTime)
        return offset < 8 ? 0 : record.bytes.load(offset, as: UInt64.self) ?? 0
    }

    /// The tracepoint's record within a sample, or `nil` where its length does not fit.
    @inline(__always)
    func raw(of sample: Bytes) -> Bytes? {
        guard let length = sample.load(rawOffset, as: UInt32.self) else { return nil }
        return sample.slice(rawOffset &+ 4, Int(length))
    }
}
