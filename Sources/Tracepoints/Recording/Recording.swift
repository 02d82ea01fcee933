internal import CLinux
internal import Glibc

/// A recording that is read: a `perf.data` file, or what comes through a pipe in that format.
///
/// All that it holds was written by somebody else: what does not fit ends the reading with a `problem`, after
/// what came before has been given out. Events come in batches in the order of their time, as from an observer.
@safe
package struct Recording: ~Copyable {
    /// The tracepoints that were recorded, without those whose formats are missing.
    package private(set) var layouts: [EventLayout] = []
    /// What was opened when it was recorded.
    package private(set) var events: [RecordedEvent] = []
    /// What the recording tells of its machine.
    package private(set) var info = RecordingInfo()
    /// The texts that print formats lead to by address (`printk_formats`).
    package var texts: [UInt8] { tracing?.texts ?? [] }
    /// What was wrong, and ended the reading.
    package private(set) var problem: RecordingError?
    /// What else is to be known, a sentence each.
    package private(set) var notes: [String] = []
    /// How many samples there were that are of no tracepoint.
    package private(set) var otherCount: UInt64 = 0
    /// How many events came after one of a later time had been given out.
    package private(set) var lateCount: UInt64 = 0
    /// How many events were lost on CPUs before the events of the batch that was given out last, and after those of
    /// the one before.
    package private(set) var newLosses: [Int32: UInt64] = [:]
    /// Where the recorded kernel lay, once that has been read.
    package private(set) var kernel: KernelText?
    /// Whether `newLosses` is told, for which a batch ends where events were lost.
    package var tellsLosses = false
    /// Who learns what processes had mapped, where that is wanted; it must not look at the processes of now.
    package var symbolizer: Symbolizer?
    /// How many samples did not fit their own sizes.
    package private(set) var malformedCount: UInt64 = 0
    /// Whether it came through a pipe.
    package let isStream: Bool
    /// The size of the file in bytes; 0 for a pipe.
    package private(set) var size: UInt64 = 0
    /// How far the file has been read, in bytes.
    package var position: UInt64 { place }
    /// How many bytes are held of what was read again.
    var readAgainBytes: Int { again.count }
    /// The file that is read.
    package var descriptor: Int32 { window.descriptor }

    /// Whose events are given out.
    package struct Scope {
        /// The processes, and those that they start; empty for all.
        package var pids: Set<Int32> = []
        /// The threads, and those that they start; empty for all. They must be those of `pids`, where both are given.
        package var tids: Set<Int32> = []
        /// The CPUs; `nil` for all.
        package var cpus: Set<Int32>?
        /// Those of the processes and threads that have ended. What they still do belongs to them, and other threads
        /// of a process may go on: only where its number comes anew is it another one's.
        fileprivate var ended: Set<Int32> = []
        /// Whether there were processes, or threads, in the beginning.
        fileprivate var hasPids = false
        fileprivate var hasTids = false

        package init() {}

        var isEverything: Bool { !hasPids && !hasTids && cpus == nil }

        fileprivate func contains(_ sample: Sample) -> Bool {
            if let cpus, !cpus.contains(sample.cpu) { return false }
            return (!hasPids || pids.contains(sample.pid)) && (!hasTids || tids.contains(sample.tid))
        }
    }

    /// How much is held at once.
    struct Bounds {
        /// How many bytes of what comes through a pipe may wait, and how many that were compressed.
        var streamed: UInt64 = 192 << 20
        var expanded: UInt64 = 128 << 20
        /// How many records may wait that are held.
        var records = 1 << 22
        /// How many bytes are expanded at once.
        var expansion = 1 << 20
        /// How many blocks of a file may wait, how many bytes of them are read again at once, and how many of those
        /// may wait.
        var blocks = 1 << 20
        var readAgain = 32 << 20
        var waiting = 128 << 20
    }

    private let bounds: Bounds
    private var window: RecordingWindow
    /// The place of the next record.
    private var place: UInt64
    private var order = RecordOrder()
    /// Whether records can be read again, so that they are not held before their time has come.
    private let isRegular: Bool
    private var blocks = RecordBlocks()
    private var again = ReadRecords()
    /// What expands the records, where they are compressed; the place of the next one in what it holds.
    private var expander: Expander?
    private var expandedPlace: UInt64 = 0
    /// Marks the places that are the expander's, and those of what was read again; others are the window's.
    private static let expanded: UInt64 = 1 << 63
    private static let readAgain: UInt64 = 1 << 62
    private(set) var tracing: TracingData?
    private var formats = RecordFormats()
    private var hasEnded = false
    /// The greatest time so far, and at the end of the round before.
    private var greatest: UInt64 = 0
    private var roundLimit: UInt64 = 0
    /// Up to which time nothing earlier comes any more, and up to which all of that is in order.
    private var ready: UInt64 = 0
    private var limit: UInt64 = 0

    private let samples: UnsafeMutablePointer<Sample>
    /// The index that samples have, by the tracepoint's number; -1 for those not asked for, -2 for unknown ones.
    private var eventOfID = [Int32](repeating: -2, count: 1 << 16)
    private var tasks = TaskTracker(Recording.plan([]), looksAtProc: false)
    private var scope = Scope()
    private var needs: ContextNeeds = []
    private var latest: UInt64 = 0
    private var lostByEvent: [Int: [Int32: UInt64]] = [:]
    private var exactLosses: [Int: [Int32: UInt64]] = [:]
    /// When events were lost, where that is to be told.
    private var lossWindows: LossWindows?
    /// What was lost after the events of the batch that was given out last.
    private var laterLosses: [Int32: UInt64] = [:]

    private static func plan(_ needs: ContextNeeds) -> Engine.Plan {
        Engine.Plan(words: [], needs: needs, hasGlobalIDs: true, commonPidOffset: 4)
    }

    /// Opens a recording and reads what it tells of itself.
    ///
    /// - Parameter file: the open file; it is closed with the recording.
    /// - Throws: what keeps it from being read at all.
    package static func open(_ file: consuming Descriptor) throws(RecordingError) -> Recording {
        try open(file, Bounds())
    }

    static func open(_ file: consuming Descriptor, _ bounds: Bounds) throws(RecordingError) -> Recording {
        var head = RecordingHead()
        do throws(SystemError) {
            try head.read(file.number)
        } catch {
            throw RecordingError(error.reason)
        }
        if let problem = head.problem { throw problem }
        var recording = Recording(file, head, bounds)
        // The formats of tracepoints come as records where the head does not have them.
        while recording.tracing == nil, !recording.hasEnded, recording.isEmpty { recording.step() }
        try recording.readLayouts()
        return recording
    }

    private init(_ file: consuming Descriptor, _ head: RecordingHead, _ bounds: Bounds) {
        self.bounds = bounds
        isRegular = head.isRegular
        isStream = head.isStream
        size = head.fileSize
        events = head.events
        info = head.info
        notes = head.notes
        tracing = head.tracing
        place = head.dataOffset
        problem = head.laterProblem
        window = RecordingWindow(file, origin: head.dataOffset, limit: head.dataEnd)
        unsafe samples = UnsafeMutablePointer<Sample>.allocate(capacity: Engine.batchSize)
        formats = RecordFormats(head.events)
    }

    deinit { unsafe samples.deallocate() }

    private mutating func readLayouts() throws(RecordingError) {
        guard let tracing else {
            if let problem { throw problem }
            throw RecordingError(
                events.isEmpty
                    ? "it holds no events" : "it holds no formats of tracepoints: none was recorded")
        }
        var broken: [String] = []
        var byID: [UInt16: EventLayout] = [:]
        for (subsystem, text) in tracing.formats {
            do throws(TraceError) {
                let layout = try FormatParser.parse(text, subsystem: subsystem)
                byID[layout.id] = layout
            } catch {
                if subsystem != "ftrace" { broken.append("\(error)") }
            }
        }
        var seen: Set<UInt16> = []
        for event in events {
            guard event.isTracepoint, let id = event.tracepoint, seen.insert(id).inserted else { continue }
            if let layout = byID[id] {
                layouts.append(layout)
            } else {
                notes.append(
                    "the format of \(event.name.isEmpty ? "tracepoint \(id)" : event.name) is missing; "
                        + "its events are left out")
            }
        }
        if layouts.isEmpty {
            throw RecordingError(broken.first ?? "it holds no events of tracepoints")
        }
        notes += broken
        for layout in layouts { eventOfID[Int(layout.id)] = -1 }
    }

    /// Says which events are wanted; `Sample.event` is an index into `wanted`.
    ///
    /// - Parameter tellsLossWindows: whether batches tell within which time events were lost.
    package mutating func select(
        _ wanted: [EventLayout], needs: ContextNeeds, scope: Scope = Scope(), tellsLossWindows: Bool = false
    ) {
        if tellsLossWindows { lossWindows = lossesOfFile() ?? LossWindows() }
        for layout in layouts { eventOfID[Int(layout.id)] = -1 }
        for (index, layout) in wanted.enumerated() { eventOfID[Int(layout.id)] = Int32(index) }
        self.needs = scope.pids.isEmpty ? needs : needs.union(.pid)
        self.scope = scope
        self.scope.hasPids = !scope.pids.isEmpty
        self.scope.hasTids = !scope.tids.isEmpty
        tasks = TaskTracker(Recording.plan(self.needs.subtracting(.process)), looksAtProc: false)
    }

    /// When events were lost, which a file is looked through for; `nil` where it cannot be read twice.
    private func lossesOfFile() -> LossWindows? {
        guard !isStream, let file = try? System.duplicate(descriptor) else { return nil }
        // The place in the file is the same for both.
        defer { try? System.seek(descriptor, to: window.end) }
        guard var copy = try? Recording.open(file) else { return nil }
        copy.lossWindows = LossWindows()
        return copy.allLosses()
    }

    /// Reads to the end, only for when events were lost.
    private mutating func allLosses() -> LossWindows? {
        while !hasEnded {
            step()
            if order.count > 1 << 12 { order.removeAll() }
            if blocks.count > 1 << 12 { blocks.removeAll() }
        }
        lossWindows?.complete()
        return lossWindows
    }

    /// The next events in the order of time, borrowed until the next call; `nil` at the end, or where the
    /// recording is broken, which `problem` tells.
    package mutating func nextBatch() -> Batch? {
        newLosses = laterLosses
        laterLosses = [:]
        while true {
            var count = 0
            while count < Engine.batchSize, let entry = order.take(until: limit) {
                guard let header = held(entry.place, 8),
                    let bytes = held(entry.place, Int(header.load(6, as: UInt16.self) ?? 8))
                else { continue }
                let type = header.load(0, as: UInt32.self) ?? 0
                guard type == RecordType.sample else {
                    let record = RingRecord(bytes: bytes, type: type)
                    note(record, at: entry.time)
                    guard tellsLosses, type == RecordType.lost, let loss = loss(in: record, at: 16) else {
                        continue
                    }
                    guard count == 0 else {
                        laterLosses.add(loss)
                        break
                    }
                    newLosses.add(loss)
                    continue
                }
                guard unsafe decode(bytes, entry.time, into: samples + count) else { continue }
                if entry.time < latest {
                    unsafe samples[count].isLate = true
                    lateCount &+= 1
                } else {
                    latest = entry.time
                }
                count &+= 1
            }
            if count > 0 {
                return unsafe Batch(
                    samples: UnsafeBufferPointer(start: samples, count: count),
                    wallOffset: info.wallOffset ?? 0, processes: [],
                    lossWindow: lossWindows?.take(until: samples[count - 1].time))
            }
            if let earliest = blocks.earliest, earliest <= ready {
                readAgain()
            } else {
                if hasEnded { return nil }
                readRound()
            }
        }
    }

    /// The bytes of a record that waits.
    @inline(__always)
    private func held(_ place: UInt64, _ count: Int) -> Bytes? {
        if place < Recording.readAgain { return window.bytes(at: place, count: count) }
        if place < Recording.expanded { return again.bytes(at: place & ~Recording.readAgain, count: count) }
        return expander?.bytes(at: place & ~Recording.expanded, count: count)
    }

    /// Makes a sample of a record; `false` where it is none that is given out.
    @inline(__always)
    private mutating func decode(_ bytes: Bytes, _ time: UInt64, into sample: UnsafeMutablePointer<Sample>)
        -> Bool
    {
        guard let format = formats.format(of: bytes) else {
            otherCount &+= 1
            return false
        }
        guard let record = format.raw(of: bytes), let id = record.load(0, as: UInt16.self),
            eventOfID[Int(id)] > -2
        else {
            malformedCount &+= 1
            return false
        }
        guard eventOfID[Int(id)] >= 0 else { return false }
        let cpu = format.cpuOffset < 0 ? -1 : bytes.load(format.cpuOffset, as: Int32.self) ?? -1
        unsafe sample.initialize(to: Sample(record: record, time: time, event: eventOfID[Int(id)], cpu: cpu))
        if !needs.isDisjoint(with: [.kernelStack, .userStack]), let chain = format.callChain(of: bytes) {
            unsafe sample.pointee.chainLength = UInt16(clamping: chain.count / 8)
        }
        if needs.contains(.userStack) {
            unsafe sample.pointee.hasUserState = format.hasUserState(bytes, behind: record)
        }
        if format.idsOffset >= 0 {
            unsafe sample.pointee.pid = bytes.load(format.idsOffset, as: Int32.self) ?? -1
            unsafe sample.pointee.tid = bytes.load(format.idsOffset &+ 4, as: Int32.self) ?? -1
        }
        if unsafe sample.pointee.tid < 0 {
            unsafe sample.pointee.tid = record.load(4, as: Int32.self) ?? -1
        }
        if !needs.isDisjoint(with: Engine.Plan.needsOfTasks) { unsafe tasks.complete(&sample.pointee) }
        return unsafe scope.isEverything || scope.contains(sample.pointee)
    }

    /// Takes what a record that is no sample tells.
    private mutating func note(_ record: RingRecord, at time: UInt64) {
        let bytes = record.bytes
        symbolizer?.note(record, at: time)
        switch record.type {
        case RecordType.lost:
            let event = formats.event(bytes.load(8, as: UInt64.self) ?? 0) ?? 0
            if let loss = loss(in: record, at: 16) { lostByEvent[event, default: [:]].add(loss) }
        case RecordType.lostSamples:
            let event = formats.eventOfOther(bytes) ?? 0
            if let loss = loss(in: record, at: 8) { exactLosses[event, default: [:]].add(loss) }
        case RecordType.fork:
            if let pid = bytes.load(8, as: Int32.self), let parent = bytes.load(12, as: Int32.self),
                let tid = bytes.load(16, as: Int32.self), let parentThread = bytes.load(20, as: Int32.self)
            {
                // The number is that of another task now, which no one need have asked for.
                if scope.ended.remove(tid) != nil {
                    scope.pids.remove(tid)
                    scope.tids.remove(tid)
                }
                if scope.pids.contains(parent) { scope.pids.insert(pid) }
                if scope.tids.contains(parentThread) { scope.tids.insert(tid) }
            }
            tasks.note(record, at: time)
        case RecordType.exit:
            if let tid = bytes.load(16, as: Int32.self), scope.pids.contains(tid) || scope.tids.contains(tid)
            {
                scope.ended.insert(tid)
            }
            tasks.note(record, at: time)
        case RecordType.map:
            if let text = KernelText(record) { kernel = text }
        default: tasks.note(record, at: time)
        }
    }

    /// The number of lost events that a record has at an offset, and its CPU; `nil` where it is zero.
    private func loss(in record: RingRecord, at offset: Int) -> (count: UInt64, cpu: Int32)? {
        guard let count = record.bytes.load(offset, as: UInt64.self), count > 0 else { return nil }
        return (count, formats.cpu(of: record))
    }

    /// The name of a task by its thread id, and its parent's process id, as far as the recording has been read and
    /// tasks were asked for; `unknown` and -1 for what it does not tell.
    package func task(_ tid: Int32) -> (comm: Comm, parent: Int32) {
        tasks.names.find(tid).map { ($0.comm, $0.parent) } ?? (.unknown, -1)
    }

    /// How many events were lost.
    package var lostCount: UInt64 { losses.reduce(0) { $0 &+ $1.count } }

    /// What was lost, by the index in `events` and CPU; exact where the recording has counts of it.
    package var losses: [Loss] {
        let sums = exactLosses.isEmpty ? lostByEvent : exactLosses
        return sums.sorted { $0.key < $1.key }.flatMap { event, byCPU in
            byCPU.sorted { $0.key < $1.key }.map { Loss(event: event, cpu: $0.key, count: $0.value) }
        }
    }
}

// MARK: Reading records

extension Recording {
    /// Whether no record waits.
    private var isEmpty: Bool { order.count == 0 && blocks.count == 0 }

    /// Reads records up to the end of a round, and brings them into order.
    ///
    /// A round that is too long to wait for its end gives out first what the rounds before make likely to be
    /// complete, and then all: what is still to come may be late.
    private mutating func readRound() {
        let start = (kept, firstExpanded)
        var isRound = false
        repeat { isRound = step() } while !hasEnded && !isRound && !isFull(since: start)
        if hasEnded {
            ready = .max
        } else if isRound || ready >= roundLimit {
            ready = isRound ? roundLimit : greatest
            roundLimit = greatest
        } else {
            ready = roundLimit
        }
        blocks.sort()
        readAgain()
    }

    /// Whether as much waits as may be held.
    private func isFull(since start: (kept: UInt64, expanded: UInt64)) -> Bool {
        order.waiting >= bounds.records || blocks.count >= bounds.blocks
            || (!isRegular && place &- start.kept >= bounds.streamed)
            || expandedPlace &- start.expanded >= bounds.expanded
    }

    /// Reads blocks again whose time has come, and brings all that is held into order.
    private mutating func readAgain() {
        let due = blocks.take(until: ready, size: bounds.readAgain)
        if !due.isEmpty {
            again.keep(those: &order, marked: Recording.readAgain, room: due.reduce(0) { $0 + $1.size })
        }
        for block in due {
            do throws(SystemError) {
                var place = try again.read(block, of: descriptor)
                while let header = again.bytes(at: place, count: 8) {
                    let size = Int(header.load(6, as: UInt16.self) ?? 0)
                    guard size >= 8, let bytes = again.bytes(at: place, count: size) else { break }
                    let record = RingRecord(bytes: bytes, type: header.load(0, as: UInt32.self) ?? 0)
                    order.add(formats.time(of: record), at: place | Recording.readAgain)
                    place &+= UInt64(size)
                }
            } catch {
                end(RecordingError("it cannot be read: \(error.reason)", at: block.place))
            }
        }
        order.sort()
        limit = min(ready, blocks.earliest.map { $0 &- min($0, 1) } ?? .max)
        if again.count >= bounds.waiting || order.waiting >= bounds.records {
            limit = max(limit, order.lastTime)
        }
    }

    /// Reads one record; answers whether a round ends with it.
    @discardableResult
    private mutating func step() -> Bool {
        do throws(SystemError) {
            return try readRecord()
        } catch {
            end(RecordingError("it cannot be read: \(error.reason)", at: place))
            return true
        }
    }

    private mutating func end(_ problem: RecordingError?) {
        hasEnded = true
        if self.problem == nil { self.problem = problem }
    }

    /// The place from where on bytes are still needed.
    private var kept: UInt64 {
        isRegular ? place : order.firstPlace(in: 0...Recording.readAgain - 1) ?? place
    }

    /// The place of the first of the expanded bytes that are still needed.
    private var firstExpanded: UInt64 {
        expander == nil
            ? 0
            : order.firstPlace(in: Recording.expanded...UInt64.max).map { $0 & ~Recording.expanded }
                ?? expandedPlace
    }

    private mutating func hold(_ count: UInt64) throws(SystemError) -> Bool {
        let (needed, overflow) = place.addingReportingOverflow(count)
        if overflow { return false }
        if needed <= window.end { return true }
        return try window.fill(to: needed, keeping: kept)
    }

    private mutating func readRecord() throws(SystemError) -> Bool {
        if let expander, expander.hasMore {
            do throws(RecordingError) {
                try expand(expander)
            } catch {
                end(error)
            }
            return hasEnded
        }
        guard try hold(8), let header = window.bytes(at: place, count: 8) else {
            let rest = window.end &- place
            end(
                rest == 0
                    ? nil
                    : RecordingError("it ends within a record, \(rest) bytes of which are there", at: place))
            return true
        }
        let type = header.load(0, as: UInt32.self) ?? 0
        let size = Int(header.load(6, as: UInt16.self) ?? 0)
        guard size >= 8 else {
            end(RecordingError("a record's size is \(size), less than its head has", at: place))
            return true
        }
        guard try hold(UInt64(size)), let bytes = window.bytes(at: place, count: size) else {
            end(
                RecordingError(
                    "it ends within a record of \(size) bytes, \(window.end &- place) of which are there",
                    at: place))
            return true
        }
        guard type >= PerfData.Record.firstOfUser else {
            add(RingRecord(bytes: bytes, type: type), at: place)
            place &+= UInt64(size)
            return false
        }
        let next = place &+ UInt64(size)
        do throws(RecordingError) {
            return try take(type, bytes, next)
        } catch {
            end(error)
            return true
        }
    }

    /// Lets a record wait for its turn.
    @inline(__always)
    private mutating func add(_ record: RingRecord, at place: UInt64) {
        let time = formats.time(of: record)
        greatest = max(greatest, time)
        lossWindows?.note(record, cpu: formats.cpu(of: record), at: time)
        if isRegular, place < Recording.expanded {
            blocks.add(time, at: place, size: record.bytes.count)
        } else {
            order.add(time, at: place)
        }
    }

    /// Takes a compressed record, and lets the first of what is in it wait.
    private mutating func expand(_ piece: Bytes) throws(RecordingError) {
        let expander = self.expander ?? Expander(step: bounds.expansion)
        self.expander = expander
        expander.take(piece)
        try expand(expander)
    }

    /// Expands a part of what was taken, and lets the records in it wait.
    private mutating func expand(_ expander: Expander) throws(RecordingError) {
        if let reason = expander.expand(keeping: firstExpanded) {
            throw RecordingError("what is compressed cannot be expanded: \(reason)", at: place)
        }
        while let header = expander.bytes(at: expandedPlace, count: 8) {
            let size = Int(header.load(6, as: UInt16.self) ?? 0)
            guard size >= 8 else {
                throw RecordingError(
                    "a compressed record's size is \(size), less than its head has", at: place)
            }
            guard let bytes = expander.bytes(at: expandedPlace, count: size) else { return }
            let type = header.load(0, as: UInt32.self) ?? 0
            if type < PerfData.Record.firstOfUser {
                add(RingRecord(bytes: bytes, type: type), at: expandedPlace | Recording.expanded)
            }
            expandedPlace &+= UInt64(size)
        }
    }

    /// Takes a record that the kernel did not write; answers whether a round ends with it.
    private mutating func take(_ type: UInt32, _ bytes: Bytes, _ next: UInt64) throws(RecordingError) -> Bool
    {
        var next = next
        switch type {
        case PerfData.Record.finishedRound:
            place = next
            return true
        case PerfData.Record.attributes where isStream:
            let size = Int(bytes.load(12, as: UInt32.self) ?? 0)
            guard size >= RecordedEvent.leastSize, let attributes = bytes.slice(8, size) else {
                throw RecordingError("an event's attributes are \(size) bytes long", at: place)
            }
            var ids: [UInt64] = []
            var offset = 8 + size
            while let id = bytes.load(offset, as: UInt64.self) {
                ids.append(id)
                offset += 8
            }
            guard events.count < RecordingHead.mostEvents else {
                throw RecordingError("it has more than \(events.count) events", at: place)
            }
            let event = RecordedEvent(name: "", attributes: attributes.array, ids: ids)
            events.append(event)
            formats.add(event)
        case PerfData.Record.feature where isStream:
            let feature = Int(clamping: bytes.load(8, as: UInt64.self) ?? 0)
            if let content = bytes.slice(16, bytes.count - 16) {
                try info.take(feature, content.array[...], origin: place + 16)
                if feature == PerfData.Feature.events.rawValue {
                    RecordingHead.name(&events, by: content.array[...])
                }
            }
        case PerfData.Record.tracingData:
            let size = UInt64(bytes.load(8, as: UInt32.self) ?? 0)
            let start = next
            place = next
            guard (try? hold(size)) == true, let content = window.bytes(at: start, count: Int(size)) else {
                throw RecordingError("the tracing data of \(size) bytes is not all there", at: start)
            }
            if tracing == nil { tracing = try TracingData(content.array[...], origin: start) }
            next = start &+ size
        case PerfData.Record.auxiliaryTrace:
            var size = bytes.load(8, as: UInt64.self) ?? 0
            place = next
            while size > 0 {
                let part = min(size, 1 << 16)
                guard (try? hold(part)) == true else {
                    throw RecordingError("a trace of \(size) bytes is not all there", at: place)
                }
                place &+= part
                size -= part
            }
            next = place
        case PerfData.Record.compressed:
            if let piece = bytes.slice(8, bytes.count - 8) { try expand(piece) }
        case PerfData.Record.compressed2:
            guard let size = bytes.load(8, as: UInt64.self), let piece = bytes.slice(16, Int(clamping: size))
            else {
                throw RecordingError("a compressed record is longer than its size says", at: place)
            }
            try expand(piece)
        default: break
        }
        place = next
        return false
    }
}

extension Bytes {
    /// A copy of the bytes.
    var array: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: base, count: count)) }
}

extension [Int32: UInt64] {
    /// Adds a number of lost events to the sum of its CPU.
    fileprivate mutating func add(_ loss: (count: UInt64, cpu: Int32)) {
        let (sum, overflow) = self[loss.cpu, default: 0].addingReportingOverflow(loss.count)
        self[loss.cpu] = overflow ? .max : sum
    }
}
