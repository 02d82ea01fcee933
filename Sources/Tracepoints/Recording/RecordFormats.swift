/// How the records of a recording are laid out, which depends on the event that each one is of.
struct RecordFormats {
    private var formats: [SampleFormat] = []
    private var isTracepoint: [Bool] = []
    /// The index of the event that has a number.
    private var eventOfID: [UInt64: Int] = [:]
    /// Whether all samples are of tracepoints and laid out alike, so that no event need be looked up.
    private var isUniform = false
    private var common = SampleFormat([])
    /// Whether any event makes samples.
    private var hasSampling = false
    /// Where the number of a sample's event lies.
    private var idOffset = -1

    init() {}

    init(_ events: [RecordedEvent]) {
        for event in events { add(event) }
    }

    /// Takes one event more.
    mutating func add(_ event: RecordedEvent) {
        let index = formats.count
        let format = event.format
        formats.append(format)
        isTracepoint.append(event.isTracepoint)
        for id in event.ids { eventOfID[id] = index }
        if index == 0 || (!event.isDummy && !hasSampling) { common = format }
        // The times of records that are no samples lie in one place where the words around them are the same.
        if index == 0 { isUniform = true }
        if !event.isDummy {
            hasSampling = true
            isUniform = isUniform && event.isTracepoint && format == common
        }
        if index == 0 { idOffset = format.idOffset } else if idOffset != format.idOffset { idOffset = -1 }
    }

    /// How a sample is laid out; `nil` where it is of no tracepoint.
    @inline(__always)
    func format(of sample: Bytes) -> SampleFormat? {
        isUniform ? common : lookUp(sample)
    }

    private func lookUp(_ sample: Bytes) -> SampleFormat? {
        guard idOffset >= 8, let id = sample.load(idOffset, as: UInt64.self), let index = eventOfID[id],
            isTracepoint[index]
        else { return nil }
        return formats[index]
    }

    /// The time of a record, in nanoseconds; 0 where it has none.
    @inline(__always)
    func time(of record: RingRecord) -> UInt64 {
        isUniform || record.type != RecordType.sample ? common.time(of: record) : timeByEvent(record)
    }

    private func timeByEvent(_ record: RingRecord) -> UInt64 {
        guard idOffset >= 8, let id = record.bytes.load(idOffset, as: UInt64.self),
            let index = eventOfID[id]
        else { return common.time(of: record) }
        return formats[index].time(of: record)
    }

    /// The index of the event with a number.
    func event(_ id: UInt64) -> Int? { eventOfID[id] }

    /// The index of the event that a record which is no sample is of.
    func eventOfOther(_ record: Bytes) -> Int? {
        guard common.trailingID > 0 else { return nil }
        return record.load(record.count - common.trailingID, as: UInt64.self).flatMap { eventOfID[$0] }
    }

    /// The CPU of a record; -1 where it is not known.
    @inline(__always)
    func cpu(of record: RingRecord) -> Int32 {
        guard isUniform || record.type != RecordType.sample else {
            return (lookUp(record.bytes) ?? common).cpu(of: record)
        }
        return common.cpu(of: record)
    }
}
