/// Turns the records of the rings into batches of samples in the order of their time.
///
/// This is the hot path: it works on memory that it owns or borrows and allocates nothing per event.
@safe
package struct Engine: ~Copyable {
    /// The most samples in one batch: their heads fit into the second-level cache.
    static let batchSize = 2048

    /// What is to be known of each event, and how it is learned.
    package struct Plan {
        /// The words that every sample has.
        let words: SampleWords
        let needs: ContextNeeds
        /// Whether `common_pid` is the thread id that we and `/proc` use: not so in a PID namespace.
        let hasGlobalIDs: Bool
        /// The offset of `common_pid` in each record.
        let commonPidOffset: Int
        /// Whether some samples end in the program's registers and stack.
        let copiesStacks: Bool

        /// What the records of tasks tell.
        static let needsOfTasks: ContextNeeds = [.pid, .comm, .process, .userStack]

        /// The words that samples can have.
        var allWords: SampleWords { copiesStacks ? words.union(.userState) : words }

        var tracksTasks: Bool { !needs.isDisjoint(with: Plan.needsOfTasks) }

        /// Puts a plan together.
        package init(
            words: SampleWords, needs: ContextNeeds, hasGlobalIDs: Bool, commonPidOffset: Int,
            copiesStacks: Bool = false
        ) {
            self.words = words
            self.needs = needs
            self.hasGlobalIDs = hasGlobalIDs
            self.commonPidOffset = commonPidOffset
            self.copiesStacks = copiesStacks
        }
    }

    private let plan: Plan
    private let format: SampleFormat
    private var merger: Merger
    private let samples: UnsafeMutablePointer<Sample>
    private let eventOfID: [Int32]
    private let cpuOfLane: [Int32]
    /// What is known of tasks; kept only where the plan tracks them.
    var tasks: TaskTracker
    /// The processes that the samples of the last batch refer to.
    var processes: ContiguousArray<ProcessDetails> { tasks.processes }
    /// The processes whose events are dropped.
    var excluded: [Int32] = []
    /// Events before this time are dropped; nanoseconds of the event clock.
    var start: UInt64 = 0
    /// Who learns what processes have mapped, where that is wanted.
    var symbolizer: Symbolizer?

    /// The latest time that has been given out.
    private(set) var latest: UInt64 = 0
    /// How many events came after one of a later time had been given out.
    private(set) var lateCount: UInt64 = 0
    /// The greatest distance of a late event, in nanoseconds.
    private(set) var worstLateness: UInt64 = 0
    /// How many samples did not fit their own sizes.
    private(set) var malformedCount: UInt64 = 0
    /// What records of loss have told, for each ring.
    private var lostByLane: [UInt64]

    /// Reads rings whose memory must outlive it; a tracepoint's place in `ids` is what samples say of it.
    package init(plan: Plan, ids: [UInt16], rings: [(cursor: RingCursor, cpu: Int32)]) {
        self.plan = plan
        format = SampleFormat(plan.allWords)
        tasks = TaskTracker(plan)
        var table = [Int32](repeating: -1, count: Int(ids.max() ?? 0) + 1)
        for (index, id) in ids.enumerated() { table[Int(id)] = Int32(index) }
        eventOfID = table
        unsafe samples = UnsafeMutablePointer<Sample>.allocate(capacity: Engine.batchSize)
        merger = Merger(rings.map(\.cursor), format: format)
        cpuOfLane = rings.map(\.cpu)
        lostByLane = Array(repeating: 0, count: rings.count)
    }

    deinit { unsafe samples.deallocate() }

    /// The losses that records have told of, which do not say of what event.
    var lossesByRecord: [Loss] {
        zip(cpuOfLane, lostByLane).filter { $0.1 > 0 }.map { Loss(event: -1, cpu: $0.0, count: $0.1) }
    }

    /// Whether all that a ring held has been given out.
    func isDrained(_ lane: Int) -> Bool { merger.isDrained(lane) }

    /// Reads another ring in the place of one that is drained.
    mutating func replace(_ lane: Int, _ cursor: RingCursor) { merger.replace(lane, cursor) }

    /// Whether records wait that are too young to be given out.
    var holdsBack: Bool { merger.nextTime != nil }

    /// The number of broken records that made us skip part of a ring.
    var breaks: Int { merger.breaks }

    /// How full the fullest ring was when they were last looked into, from 0 to 1.
    private(set) var fullest = 0.0

    /// Takes up what the kernel has written into the rings.
    mutating func load(_ attachment: borrowing Attachment) {
        fullest = 0
        for lane in 0..<cpuOfLane.count {
            let head = unsafe attachment.rings[lane].mapping.loadHead()
            let capacity = unsafe attachment.rings[lane].mapping.capacity
            fullest = max(fullest, Double(head &- merger.position(lane)) / Double(capacity))
            extend(lane, to: head)
        }
    }

    /// Where each ring has been read to, where what was taken up of it ends, and its size.
    func levels(_ attachment: borrowing Attachment) -> [(position: UInt64, head: UInt64, capacity: Int)] {
        (0..<cpuOfLane.count).map { lane in
            unsafe (merger.position(lane), merger.end(lane), attachment.rings[lane].mapping.capacity)
        }
    }

    /// Takes up what has been written into a ring up to `head`.
    package mutating func extend(_ lane: Int, to head: UInt64) { merger.extend(lane, to: head) }

    /// Gives what has been taken back to the kernel.
    func release(_ attachment: borrowing Attachment) {
        for lane in 0..<cpuOfLane.count {
            unsafe attachment.rings[lane].mapping.storeTail(merger.position(lane))
        }
    }

    /// Fills a batch with events up to `limit`, in nanoseconds of the event clock.
    package mutating func fill(until limit: UInt64) -> UnsafeBufferPointer<Sample> {
        var count = 0
        let before = latest
        tasks.trim()
        while count < Engine.batchSize, let (record, time, lane) = merger.take(until: limit) {
            guard record.type == RecordType.sample else {
                note(record, lane)
                continue
            }
            guard unsafe decode(record.bytes, time, lane, into: samples + count) else { continue }
            if time < before {
                unsafe samples[count].isLate = true
                lateCount &+= 1
                worstLateness = max(worstLateness, before &- time)
            } else if time > latest {
                latest = time
            }
            // An event that interrupted another may stand before it in its ring.
            if count > 0, unsafe samples[count &- 1].time > time { moveToItsPlace(count) }
            count &+= 1
        }
        return unsafe UnsafeBufferPointer(start: samples, count: count)
    }

    /// Moves the last sample before those of a later time.
    @inline(never)
    private func moveToItsPlace(_ last: Int) {
        let sample = unsafe samples[last]
        var place = last
        while place > 0, unsafe samples[place &- 1].time > sample.time {
            unsafe samples[place] = unsafe samples[place &- 1]
            place &-= 1
        }
        unsafe samples[place] = sample
    }

    /// Makes a sample of a record where it is to lie; `false` where it is none that is given out.
    @inline(__always)
    private mutating func decode(
        _ bytes: Bytes, _ time: UInt64, _ lane: Int, into sample: UnsafeMutablePointer<Sample>
    ) -> Bool {
        guard let record = format.raw(of: bytes), let id = record.load(0, as: UInt16.self),
            Int(id) < eventOfID.count, eventOfID[Int(id)] >= 0
        else {
            malformedCount &+= 1
            return false
        }
        unsafe sample.initialize(
            to: Sample(record: record, time: time, event: eventOfID[Int(id)], cpu: cpuOfLane[lane]))
        if plan.words.contains(.callChain), let chain = format.callChain(of: bytes) {
            unsafe sample.pointee.chainLength = UInt16(clamping: chain.count / 8)
        }
        if plan.copiesStacks {
            unsafe sample.pointee.hasUserState = format.hasUserState(bytes, behind: record)
        }
        if plan.words.contains(.ids) {
            unsafe sample.pointee.pid = bytes.load(format.idsOffset, as: Int32.self) ?? -1
            unsafe sample.pointee.tid = bytes.load(format.idsOffset &+ 4, as: Int32.self) ?? -1
        }
        if plan.hasGlobalIDs, unsafe sample.pointee.tid < 0 {
            // Also for a task that is no more in the tables: its ids in the sample are -1.
            unsafe sample.pointee.tid = record.load(plan.commonPidOffset, as: Int32.self) ?? -1
        }
        if plan.tracksTasks { unsafe tasks.complete(&sample.pointee) }
        if plan.needs.contains(.process) {
            unsafe sample.pointee.process = tasks.process(of: sample.pointee)
        }
        if !excluded.isEmpty, unsafe excluded.contains(sample.pointee.pid) { return false }
        return time >= start
    }

    /// Reads what is to be known of processes before their first event.
    mutating func learnProcesses(_ pids: [Int32]) { tasks.learnProcesses(pids) }

    /// Takes what the records about tasks and losses tell.
    @inline(never)
    private mutating func note(_ record: RingRecord, _ lane: Int) {
        symbolizer?.note(record, at: format.time(of: record))
        if record.type == RecordType.lost {
            lostByLane[lane] &+= record.bytes.load(16, as: UInt64.self) ?? 0
        }
        tasks.note(record, at: format.time(of: record))
    }
}
