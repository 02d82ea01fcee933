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
    /// The values of counters, as the read format has them.
    package static let read = SampleWords(rawValue: 1 << 4)
    /// The call chain.
    package static let callChain = SampleWords(rawValue: 1 << 5)
    /// The tracepoint's record.
    package static let raw = SampleWords(rawValue: 1 << 10)
    /// The branches that were taken last.
    package static let branches = SampleWords(rawValue: 1 << 11)
    /// The registers of the program.
    package static let userRegisters = SampleWords(rawValue: 1 << 12)
    /// A copy of the top of the program's stack.
    package static let userStack = SampleWords(rawValue: 1 << 13)
    /// The event's number, at a fixed place.
    package static let identifier = SampleWords(rawValue: 1 << 16)

    /// What user stacks are unwound from.
    package static let userState: SampleWords = [.userRegisters, .userStack]
}

/// What the kernel tells of a counter that is read (`PERF_FORMAT_*`).
package struct ReadFormat: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// How long it was enabled.
    package static let enabledTime = ReadFormat(rawValue: 1 << 0)
    /// How long it counted.
    package static let runningTime = ReadFormat(rawValue: 1 << 1)
    /// The event's number.
    package static let id = ReadFormat(rawValue: 1 << 2)
    /// All counters of a group, preceded by their number.
    package static let group = ReadFormat(rawValue: 1 << 3)
    /// How many samples were lost.
    package static let lost = ReadFormat(rawValue: 1 << 4)
}

/// The kinds of records that the reader looks at (`PERF_RECORD_*`).
package enum RecordType {
    package static let map: UInt32 = 1
    package static let lost: UInt32 = 2
    package static let comm: UInt32 = 3
    package static let exit: UInt32 = 4
    package static let fork: UInt32 = 7
    package static let sample: UInt32 = 9
    package static let map2: UInt32 = 10
}

/// Where the words of a sample lie, computed once from its `sample_type`.
///
/// The words of a fixed size come first, so that they are found by their offsets. Before the raw record there
/// may be two of a variable size, the values of counters and the call chain, over which each sample is walked.
package struct SampleFormat: Sendable, Hashable {
    /// The offset of the process id; the thread id follows. Negative when it is not there.
    let idsOffset: Int
    /// The offset of the time. Negative when it is not there.
    let timeOffset: Int
    /// The offset of the event's number. Negative when it is not there.
    let idOffset: Int
    /// The offset of the CPU. Negative when it is not there.
    let cpuOffset: Int
    /// The offset of the raw record's length. Negative when it is not there, or not always at one place.
    let rawOffset: Int
    /// How far before a side-band record's end its time lies. Zero when it is not there.
    let trailingTime: Int
    /// How far before a side-band record's end its CPU lies. Zero when it is not there.
    let trailingCPU: Int
    /// How far before a side-band record's end its event's number lies. Zero when it is not there.
    let trailingID: Int
    /// Where the words of a variable size begin.
    private let variableOffset: Int
    private let words: SampleWords
    private let readFormat: ReadFormat
    /// Whether the program's registers and stack follow the raw record in samples that have them.
    let hasUserState: Bool

    /// Lays out samples of those words.
    ///
    /// - Parameters:
    ///   - readFormat: that of the values of counters.
    ///   - registers: which registers of the program there are (`sample_regs_user`).
    package init(
        _ words: SampleWords, readFormat: ReadFormat = [], registers: UInt64 = UserState.registers
    ) {
        var offset = 8
        func place(_ word: SampleWords) -> Int {
            guard words.contains(word) else { return -1 }
            defer { offset += 8 }
            return offset
        }
        let identifier = place(.identifier)
        _ = place(.instructionPointer)
        idsOffset = place(.ids)
        timeOffset = place(.time)
        _ = place(.address)
        let id = place(.id)
        idOffset = identifier >= 0 ? identifier : id
        _ = place(.stream)
        cpuOffset = place(.cpu)
        _ = place(.period)
        variableOffset = offset
        let isFixed = words.isDisjoint(with: [.read, .callChain])
        rawOffset = words.contains(.raw) && isFixed ? offset : -1
        // Other records end in those of: ids, time, id, stream, cpu, identifier.
        func trailing(_ word: SampleWords, before later: [SampleWords]) -> Int {
            words.contains(word) ? 8 * (later.filter(words.contains).count + 1) : 0
        }
        trailingTime = trailing(.time, before: [.id, .stream, .cpu, .identifier])
        trailingCPU = trailing(.cpu, before: [.identifier])
        trailingID =
            words.contains(.identifier) ? 8 : trailing(.id, before: [.stream, .cpu])
        self.words = words
        self.readFormat = readFormat
        // Other registers are those of another machine, or too few.
        hasUserState =
            words.isSuperset(of: [.raw, .userState]) && !words.contains(.branches)
            && registers == UserState.registers
    }

    /// The time of a record of any type, in nanoseconds; 0 where it has none.
    @inline(__always)
    func time(of record: RingRecord) -> UInt64 {
        let offset =
            record.type == RecordType.sample
            ? timeOffset : (trailingTime == 0 ? -1 : record.bytes.count &- trailingTime)
        return offset < 8 ? 0 : record.bytes.load(offset, as: UInt64.self) ?? 0
    }

    /// The CPU of a record of any type; -1 where it has none.
    @inline(__always)
    func cpu(of record: RingRecord) -> Int32 {
        let offset =
            record.type == RecordType.sample
            ? cpuOffset : (trailingCPU == 0 ? -1 : record.bytes.count &- trailingCPU)
        return offset < 8 ? -1 : record.bytes.load(offset, as: Int32.self) ?? -1
    }

    /// The tracepoint's record within a sample, or `nil` where there is none or its length does not fit.
    @inline(__always)
    func raw(of sample: Bytes) -> Bytes? {
        guard rawOffset >= 0 else { return rawBehindOthers(sample) }
        guard let length = sample.load(rawOffset, as: UInt32.self) else { return nil }
        return sample.slice(rawOffset &+ 4, Int(length))
    }

    @inline(never)
    private func rawBehindOthers(_ sample: Bytes) -> Bytes? {
        guard words.contains(.raw), let chain = chainOffset(in: sample) else { return nil }
        var offset = chain
        if words.contains(.callChain) {
            guard let frames = frames(of: sample, at: chain) else { return nil }
            offset += 8 + frames.count
        }
        guard let length = sample.load(offset, as: UInt32.self) else { return nil }
        return sample.slice(offset + 4, Int(length))
    }

    /// Whether the program's registers and stack follow a sample's raw record, and all that they tell of their
    /// sizes fits.
    func hasUserState(_ sample: Bytes, behind record: Bytes) -> Bool {
        guard hasUserState else { return false }
        let start = unsafe record.base - sample.base + record.count
        guard let rest = sample.slice(start, sample.count - start) else { return false }
        return UserState(rest) != nil
    }

    /// The addresses of a sample's call chain, 64 bits each, or `nil` where there are none or they do not fit.
    package func callChain(of sample: Bytes) -> Bytes? {
        guard words.contains(.callChain), let offset = chainOffset(in: sample) else { return nil }
        return frames(of: sample, at: offset)
    }

    private func frames(of sample: Bytes, at offset: Int) -> Bytes? {
        guard let count = sample.load(offset, as: UInt64.self), count <= UInt64(sample.count / 8) else {
            return nil
        }
        return sample.slice(offset + 8, Int(count) * 8)
    }

    /// Where the call chain's length lies, which is behind the values of counters.
    private func chainOffset(in sample: Bytes) -> Int? {
        guard words.contains(.read) else { return variableOffset }
        let times = (readFormat.contains(.enabledTime) ? 1 : 0) + (readFormat.contains(.runningTime) ? 1 : 0)
        let perEvent = 1 + (readFormat.contains(.id) ? 1 : 0) + (readFormat.contains(.lost) ? 1 : 0)
        guard readFormat.contains(.group) else { return variableOffset + 8 * (times + perEvent) }
        guard let count = sample.load(variableOffset, as: UInt64.self), count <= UInt64(sample.count / 8)
        else {
            return nil
        }
        return variableOffset + 8 * (1 + times + Int(count) * perEvent)
    }
}
