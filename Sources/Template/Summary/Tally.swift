public import Tracepoints

/// What came of each key: how many events, and of a measured value the histogram.
public struct Tally: ~Copyable {
    /// How many histograms are kept at most: one takes up to 31 KiB.
    public static let mostHistograms = 1024

    /// The keys.
    public private(set) var keys: KeyTable
    /// The number of events of each key.
    public private(set) var counts: ContiguousArray<UInt64> = []
    /// The histogram of each key's values, where values are measured.
    public private(set) var histograms: ContiguousArray<Histogram> = []
    /// What found no room among the keys.
    public private(set) var otherCount: UInt64 = 0
    public private(set) var other: Histogram
    /// The events that do not have the measured value.
    public private(set) var withoutValue: UInt64 = 0
    private let grouping: Buckets?
    private var line = LineBuffer(capacity: 4096)

    /// Makes an empty tally; with a grouping it measures values too.
    public init(limit: Int, grouping: Buckets? = nil) {
        keys = KeyTable(limit: grouping == nil ? limit : min(limit, Tally.mostHistograms))
        self.grouping = grouping
        other = Histogram(grouping ?? .powersOfTwo)
    }

    /// Counts the events of a batch that pass their filters, by what the renderer's templates make of them.
    public mutating func add(_ batch: Batch, _ renderer: inout Renderer) {
        for index in unsafe 0..<batch.samples.count where renderer.verdict == nil {
            unsafe add(batch.samples[index], batch, &renderer)
        }
    }

    /// Counts an event if it passes its filter.
    @inline(__always)
    mutating func add(_ sample: Sample, _ batch: Batch, _ renderer: inout Renderer) {
        line.removeAll()
        let measures = grouping != nil
        guard renderer.render(sample, batch, measures: measures, into: &line) else { return }
        if measures, renderer.measure == nil {
            if renderer.lineNumber > 1 { withoutValue &+= 1 }
            return
        }
        let index = unsafe keys.index(of: line.bytes)
        if index == counts.count {
            counts.append(0)
            if let grouping { histograms.append(Histogram(grouping)) }
        }
        if index >= 0 { counts[index] &+= 1 } else { otherCount &+= 1 }
        guard measures, let (value, isSigned) = renderer.measure else { return }
        if index >= 0 {
            histograms[index].add(value, isSigned: isSigned)
        } else {
            other.add(value, isSigned: isSigned)
        }
    }

    /// Sets the number of events of a key that were counted elsewhere.
    public mutating func set(_ key: [UInt8], _ count: UInt64) {
        let index = unsafe key.withUnsafeBytes { unsafe keys.index(of: $0) }
        if index == counts.count { counts.append(0) }
        if index >= 0 { counts[index] = count }
    }

    /// The indices of the keys, those with the most events first.
    public var order: [Int] {
        counts.indices.sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
    }

    /// The bytes of a key.
    public func key(_ index: Int) -> [UInt8] { unsafe Array(keys.key(index)) }

    /// Forgets all keys and counts.
    public mutating func removeAll() { self = Tally(limit: keys.limit, grouping: grouping) }
}

extension Histogram {
    @inline(__always)
    fileprivate mutating func add(_ value: Int64, isSigned: Bool) {
        if isSigned { add(signed: value) } else { add(UInt64(bitPattern: value)) }
    }
}
