/// A perf event as a recording has it: what was opened, and the numbers that its samples carry.
package struct RecordedEvent: Sendable {
    /// The name: `subsystem:name` for a tracepoint.
    package var name: String
    /// Its place among the tracepoints of the observer; -1 for what is none.
    let index: Int
    /// The attributes, as `perf_event_open` took them.
    package let attributes: [UInt8]
    /// The numbers of the events that were opened with them.
    package internal(set) var ids: [UInt64]

    init(name: String, index: Int = -1, attributes: [UInt8], ids: [UInt64]) {
        self.name = name
        self.index = index
        self.attributes = attributes
        self.ids = ids
    }

    /// The least size of the attributes that there has been, in bytes.
    static let leastSize = 64

    private func number<T: FixedWidthInteger & UnsignedInteger>(_ offset: Int, as type: T.Type) -> T {
        guard offset + MemoryLayout<T>.size <= attributes.count else { return 0 }
        return attributes[offset..<offset + MemoryLayout<T>.size].reversed().reduce(0) { $0 << 8 | T($1) }
    }

    /// What kind of event it is (`PERF_TYPE_*`).
    var type: UInt32 { number(0, as: UInt32.self) }
    /// Which one of its kind.
    var config: UInt64 { number(8, as: UInt64.self) }
    /// What its samples carry.
    var words: SampleWords { SampleWords(rawValue: number(24, as: UInt64.self)) }
    /// How the values of counters are laid out in them.
    var readFormat: ReadFormat { ReadFormat(rawValue: number(32, as: UInt64.self)) }
    /// Whether other records end in the words that tell of the moment.
    var marksOthers: Bool { number(40, as: UInt64.self) & (1 << 18) != 0 }
    /// Which registers of the program they carry.
    private var registers: UInt64 { number(80, as: UInt64.self) }
    /// The clock of its times (`clockid_t`), where one was chosen.
    var clock: Int32? {
        number(40, as: UInt64.self) & (1 << 25) != 0
            ? Int32(bitPattern: number(92, as: UInt32.self)) : nil
    }

    /// Whether it is a tracepoint (`PERF_TYPE_TRACEPOINT`).
    package var isTracepoint: Bool { type == 2 }
    /// The tracepoint's number, as in its format.
    package var tracepoint: UInt16? { isTracepoint ? UInt16(exactly: config) : nil }
    /// Whether it makes no samples (`PERF_COUNT_SW_DUMMY`).
    var isDummy: Bool { type == 1 && config == 9 }
    /// Where the words of its samples lie.
    var format: SampleFormat { SampleFormat(words, readFormat: readFormat, registers: registers) }
}
