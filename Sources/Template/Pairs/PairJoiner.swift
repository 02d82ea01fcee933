public import Tracepoints

/// What became of starts and ends.
public struct PairCounts: Sendable, Equatable {
    /// The events that came, by their index.
    public var events: [UInt64]
    /// Starts that were matched with their end.
    public var pairs: UInt64 = 0
    /// Starts that were followed by another one of the same key.
    public var repeatedStarts: UInt64 = 0
    /// Starts whose end did not come within the greatest age.
    public var agedStarts: UInt64 = 0
    /// Starts that gave way to newer ones.
    public var crowdedStarts: UInt64 = 0
    /// Starts that still wait.
    public var waitingStarts: UInt64 = 0
    /// Ends for which no start waited.
    public var loneEnds: UInt64 = 0
    /// Starts whose end, or whose successor, may be among the events that were lost.
    public var doubtfulStarts: UInt64 = 0
    /// Events without a value of the key, or shorter than their format says.
    public var unusable: UInt64 = 0
}

/// The events of which pairs are made, and how.
public struct PairRules {
    /// Every event, once.
    public var events: [EventLayout]
    /// The events that begin and that end a pair, as indexes. An event may do both.
    public var starts: [Int]
    public var ends: [Int]
    /// The name of the pair.
    public var name: String
    /// What a start and its end have in common.
    public var keys: PairKeys
    /// What an end and a start have in common that is to be forgotten; `nil` for none.
    public var cancels: PairKeys?
    /// How many starts may wait.
    public var capacity = 65_536
    /// How long a start may wait, in nanoseconds.
    public var maxAge: UInt64 = .max
    /// The thread of which no pairs are made where both events happened in it; `nil` for none.
    public var ownTid: Int32?

    /// Puts rules together.
    public init(events: [EventLayout], starts: [Int], ends: [Int], name: String, keys: PairKeys) {
        self.events = events
        self.starts = starts
        self.ends = ends
        self.name = name
        self.keys = keys
    }
}

/// A name of a key that does not fit.
public struct PairKeyError: Error {
    /// Whether it is one of those to be forgotten.
    public let isOfCancels: Bool
    /// What is wrong.
    public let error: TemplateError
}

/// Makes pairs of the events of batches: each end with the start that has the same key, as one event of a joined
/// record.
public struct PairJoiner: ~Copyable {
    /// The layouts of pairs: for each start, those with each end.
    public let layouts: [EventLayout]
    /// What must be known of each event's moment for the keys.
    public let needs: ContextNeeds
    /// Whether both events of a pair always happen in the same task. Where they need not, such as a switch from one
    /// task to another, the events of no task can be left out without tearing the pairs of others apart.
    public let areOfOneTask: Bool
    /// What has come of the events up to now.
    public private(set) var counts: PairCounts

    /// What an event does: for each event of the rules.
    private struct Role {
        var start: Int32 = -1
        var end: Int32 = -1
    }

    private let roles: [Role]
    private let joined: [JoinedLayout]
    private let endCount: Int32
    private let startKeys: [PairKeyReader]
    private let endKeys: [PairKeyReader]
    private let cancelKeys: [PairKeyReader]
    private let maxAge: UInt64
    private let ownTid: Int32?
    private var table: PairTable
    private var key: LineBuffer
    private var record: JoinedRecord
    /// The time within which events were lost, and starts before it still wait.
    private var lossWindow: Range<UInt64>?

    /// Prepares to make pairs.
    ///
    /// - Throws: a key that does not fit the events.
    public init(_ rules: PairRules) throws(PairKeyError) {
        let readers = try Readers(rules)
        let starts = rules.starts.map { rules.events[$0] }
        let ends = rules.ends.map { rules.events[$0] }
        joined = starts.flatMap { start in ends.map { JoinedLayout(start, $0, name: rules.name) } }
        layouts = joined.map(\.layout)
        endCount = Int32(ends.count)
        startKeys = readers.starts
        endKeys = readers.ends
        cancelKeys = readers.cancels
        let keyNeeds = (startKeys + endKeys + cancelKeys).map(\.needs)
        needs = (keyNeeds + [rules.ownTid == nil ? [] : .tid]).reduce([]) { $0.union($1) }
        var roles = rules.events.map { _ in Role() }
        for (index, event) in rules.starts.enumerated() { roles[event].start = Int32(index) }
        for (index, event) in rules.ends.enumerated() { roles[event].end = Int32(index) }
        self.roles = roles
        areOfOneTask = rules.keys.keys.contains { $0.start.isThread && $0.end.isThread }
        ownTid = areOfOneTask ? nil : rules.ownTid
        maxAge = rules.maxAge
        key = LineBuffer(capacity: 256)
        table = PairTable(capacity: rules.capacity)
        record = JoinedRecord(room: joined.map(\.room).max() ?? 0)
        counts = PairCounts(events: rules.events.map { _ in 0 })
    }

    /// Takes the events of a batch and appends a line for each pair that passes its filter, until `room` lines are
    /// made or there is a verdict; answers how many lines it made. The renderer is one for `layouts`.
    public mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        if let window = batch.lossWindow { noteLoss(window) }
        var lines = 0
        for index in unsafe 0..<batch.samples.count where lines < room {
            guard let pair = unsafe pair(batch.samples[index], batch, &renderer),
                renderer.render(pair, batch, into: &line)
            else { continue }
            lines &+= 1
            if renderer.verdict != nil { break }
        }
        counts.waitingStarts = UInt64(table.count)
        return lines
    }

    /// Takes the events of a batch and counts the pairs that pass their filter.
    public mutating func take(_ batch: Batch, _ renderer: inout Renderer, into tally: inout Tally) {
        if let window = batch.lossWindow { noteLoss(window) }
        for index in unsafe 0..<batch.samples.count where renderer.verdict == nil {
            guard let pair = unsafe pair(batch.samples[index], batch, &renderer) else { continue }
            tally.add(pair, batch, &renderer)
        }
        counts.waitingStarts = UInt64(table.count)
    }

    /// Takes an event; answers the pair that it ends, which is valid until the next one.
    @inline(__always)
    private mutating func pair(_ sample: Sample, _ batch: Batch, _ renderer: inout Renderer) -> Sample? {
        let event = Int(sample.event)
        guard event >= 0, event < roles.count else { return nil }
        counts.events[event] &+= 1
        if let window = lossWindow, sample.time >= window.upperBound { forgetDoubtful(window.upperBound) }
        forgetAged(at: sample.time)
        let role = roles[event]
        // An event that does both ends what was before it.
        let pair = role.end >= 0 ? end(role.end, sample, batch, &renderer) : nil
        if role.start >= 0 { start(role.start, sample, batch, &renderer) }
        return pair
    }

    @inline(__always)
    private mutating func start(_ index: Int32, _ sample: Sample, _ batch: Batch, _ renderer: inout Renderer)
    {
        let place = Int(index &* endCount)
        guard startKeys[Int(index)].read(sample, batch, &renderer, into: &key),
            sample.record.count >= joined[place].startSize, sample.record.count <= joined[place].room
        else {
            counts.unusable &+= 1
            return
        }
        let bytes = unsafe Bytes(key.bytes)
        let hash = table.hash(of: bytes)
        if let old = table.find(bytes, hash: hash) {
            table.remove(old)
            counts.repeatedStarts &+= 1
        }
        var entry = PairTable.Entry()
        entry.time = sample.time
        entry.comm = sample.comm
        entry.event = index
        entry.cpu = sample.cpu
        entry.pid = sample.pid
        entry.tid = sample.tid
        counts.crowdedStarts &+= UInt64(table.add(entry, bytes, hash: hash, sample.record))
    }

    /// Takes an end; answers the pair that it makes.
    @inline(__always)
    private mutating func end(
        _ index: Int32, _ sample: Sample, _ batch: Batch, _ renderer: inout Renderer
    ) -> Sample? {
        if !cancelKeys.isEmpty { cancel(index, sample, batch, &renderer) }
        guard endKeys[Int(index)].read(sample, batch, &renderer, into: &key),
            sample.record.count >= joined[Int(index)].endSize, sample.record.count <= JoinedRecord.longestEnd
        else {
            counts.unusable &+= 1
            return nil
        }
        let bytes = unsafe Bytes(key.bytes)
        // A late start may be younger than its end, which is then another one's.
        guard let found = table.find(bytes, hash: table.hash(of: bytes)),
            table.entry(found).time <= sample.time
        else {
            counts.loneEnds &+= 1
            return nil
        }
        defer { table.remove(found) }
        if let lossWindow, sample.time > lossWindow.lowerBound {
            counts.doubtfulStarts &+= 1
            return nil
        }
        let entry = table.entry(found)
        if let ownTid, entry.tid == ownTid, sample.tid == ownTid { return nil }
        counts.pairs &+= 1
        let place = entry.event &* endCount &+ index
        var pair = sample
        pair.event = place
        pair.record = record.join(entry, table.record(found), sample, joined[Int(place)])
        return pair
    }

    /// Forgets the start that the end of another one proves to be over.
    private mutating func cancel(_ index: Int32, _ sample: Sample, _ batch: Batch, _ renderer: inout Renderer)
    {
        guard cancelKeys[Int(index)].read(sample, batch, &renderer, into: &key) else { return }
        let bytes = unsafe Bytes(key.bytes)
        if let found = table.find(bytes, hash: table.hash(of: bytes)) { table.remove(found) }
    }

    @inline(__always)
    private mutating func forgetAged(at time: UInt64) {
        guard maxAge != .max else { return }
        while let oldest = table.oldestIndex {
            let start = table.entry(oldest).time
            guard time > start, time - start > maxAge else { return }
            table.remove(oldest)
            counts.agedStarts &+= 1
        }
    }

    // MARK: Loss

    /// Notes when events were lost. A start before the end of that time may have lost its end, and an end after its
    /// beginning may be that of a start which was lost.
    private mutating func noteLoss(_ window: Range<UInt64>) {
        guard let known = lossWindow else {
            lossWindow = window
            return
        }
        lossWindow =
            min(known.lowerBound, window.lowerBound)..<max(known.upperBound, window.upperBound)
    }

    /// Forgets all starts before a time.
    @inline(never)
    private mutating func forgetDoubtful(_ time: UInt64) {
        lossWindow = nil
        while let oldest = table.oldestIndex, table.entry(oldest).time < time {
            table.remove(oldest)
            counts.doubtfulStarts &+= 1
        }
    }
}

extension Alternative {
    /// Whether it is the thread that an event happened in.
    fileprivate var isThread: Bool { name == "tid" && scope != .own }
}

extension PairJoiner {
    /// What reads the keys of each start and of each end.
    fileprivate struct Readers {
        let starts: [PairKeyReader]
        let ends: [PairKeyReader]
        let cancels: [PairKeyReader]

        init(_ rules: PairRules) throws(PairKeyError) {
            let ends = rules.ends.map { rules.events[$0] }
            let count = rules.keys.keys.count
            var kinds: [Bool?] = Array(repeating: nil, count: count)
            do throws(TemplateError) {
                let starts = rules.starts.map { rules.events[$0] }
                self.starts = try Readers.readers(rules.keys.starts, starts, &kinds)
                self.ends = try Readers.readers(rules.keys.ends, ends, &kinds)
            } catch {
                throw PairKeyError(isOfCancels: false, error: error)
            }
            guard let cancels = rules.cancels else {
                self.cancels = []
                return
            }
            do throws(TemplateError) {
                guard cancels.keys.count == count else {
                    throw TemplateError(
                        "the key has \(count) value\(count == 1 ? "" : "s"), and so must this", at: 0..<1)
                }
                self.cancels = try Readers.readers(cancels.ends, ends, &kinds)
            } catch {
                throw PairKeyError(isOfCancels: true, error: error)
            }
        }

        private static func readers(
            _ names: [Alternative], _ layouts: [EventLayout], _ kinds: inout [Bool?]
        ) throws(TemplateError) -> [PairKeyReader] {
            var readers: [PairKeyReader] = []
            for layout in layouts { readers.append(try PairKeyReader(names, of: layout, kinds: &kinds)) }
            return readers
        }
    }
}
