package import Tracepoints

/// A trace of Perfetto, written packet by packet into a line buffer: what the machine is and how its clocks stand,
/// then for each batch of events the names of tasks that have not been told yet, and the events in bundles, each of
/// one CPU.
///
/// A trace is what its packets are, one after the other: it may end after any of them.
package struct PerfettoTrace {
    /// What is told of the machine; `nil` for what is not known.
    package struct Machine {
        package var release: String?
        package var architecture: String?
        package var cpus: UInt32?
        package var memory: UInt64?
        /// The version of what recorded.
        package var recorder: String?

        package init() {}
    }

    /// The numbers of the fields of packets and of what is in them.
    private enum Packet {
        /// A packet, as a field of the trace.
        static let packet = 1
        static let bundle = 1
        static let processTree = 2
        static let clocks = 6
        static let time = 8
        static let sequence = 10
        static let system = 45
    }

    /// The clocks, as the trace numbers them. Events are read as being of the boot time, where they do not say else.
    private enum Clock: UInt64 {
        case realTime = 1
        case monotonic = 3
        case bootTime = 6
    }

    /// A task that has been told of.
    private struct Task {
        var tid: Int32 = 0
        var pid: Int32 = 0
        var comm = Comm.unknown
    }

    /// How many bytes of events a bundle has at most, but for its last event.
    private static let longestBundle = 64 << 10
    /// How many CPUs there can be; the kernel can be built for as many.
    private static let mostCPUs = 8192

    /// How many events had no CPU that can be; they stand among those of CPU 0.
    package private(set) var unplacedCount: UInt64 = 0

    private let encoder: FtraceEncoder
    /// Tasks by the low bits of their thread id: one that has taken another's place is told of again, which does
    /// no harm.
    private var tasks = [Task](repeating: Task(), count: 1 << 16)
    /// The CPUs of the batch that have events left; for each CPU its first and last event, for each event the next one
    /// of its CPU. -1 is none.
    private var cpus: [Int32] = []
    private var firsts = [Int32](repeating: -1, count: mostCPUs)
    private var lasts = [Int32](repeating: -1, count: mostCPUs)
    private var nexts: [Int32] = []
    /// The CPUs whose next bundle is to say that events before it were lost.
    private var lossy: Set<Int32> = []

    /// Makes ready for the events of those layouts; `Sample.event` is an index into them.
    package init(_ layouts: [EventLayout]) { encoder = FtraceEncoder(layouts) }

    /// Appends what stands before all events.
    ///
    /// - Parameters:
    ///   - time: the time of the first event, in nanoseconds.
    ///   - wallOffset: what is added to it for the wall clock; `nil` where that is not known.
    ///   - isMonotonic: whether the event clock is known to be `CLOCK_MONOTONIC`.
    package func appendHead(
        _ machine: Machine, time: UInt64, wallOffset: Int64?, isMonotonic: Bool, to line: inout LineBuffer
    ) {
        let clocks = beginPacket(&line)
        let snapshot = line.beginMessage(Packet.clocks)
        func append(_ clock: Clock, _ time: UInt64) {
            let entry = line.beginMessage(1)
            line.append(field: 1, clock.rawValue)
            line.append(field: 2, time)
            line.endMessage(entry)
        }
        // A recording does not tell how long the machine was suspended before: that time is left out of the boot time.
        append(.bootTime, time)
        if isMonotonic { append(.monotonic, time) }
        if let wallOffset { append(.realTime, time &+ UInt64(bitPattern: wallOffset)) }
        line.append(field: 2, Clock.bootTime.rawValue)
        line.endMessage(snapshot)
        line.endMessage(clocks)

        let packet = beginPacket(&line)
        let system = line.beginMessage(Packet.system)
        let name = line.beginMessage(1)
        line.append(field: 1, "Linux")
        if let release = machine.release { line.append(field: 3, release) }
        if let architecture = machine.architecture { line.append(field: 4, architecture) }
        line.endMessage(name)
        if let recorder = machine.recorder { line.append(field: 4, recorder) }
        if let cpus = machine.cpus { line.append(field: 8, UInt64(cpus)) }
        if let memory = machine.memory { line.append(field: 16, memory) }
        line.endMessage(system)
        line.endMessage(packet)
    }

    private func beginPacket(_ line: inout LineBuffer) -> Int {
        let packet = line.beginMessage(Packet.packet)
        line.append(field: Packet.sequence, 1)
        return packet
    }

    // MARK: Batches

    /// Takes a batch up, whose bundles are asked for next, and appends the names that it brings.
    ///
    /// - Parameters:
    ///   - lossy: the CPUs on which events were lost since the batch before; -1 for one that is not known.
    ///   - task: the name of a task by its thread id, and its parent's process id; -1 where that is not known.
    package mutating func begin(
        _ batch: Batch, lossy: Set<Int32>, to line: inout LineBuffer,
        task: (Int32) -> (comm: Comm, parent: Int32)
    ) {
        self.lossy.remove(-1)
        note(lossy)
        if unsafe nexts.count < batch.samples.count {
            nexts = unsafe Array(repeating: -1, count: batch.samples.count)
        }
        for index in unsafe batch.samples.indices {
            let sample = unsafe batch.samples[index]
            link(Int32(index), cpu: sample.cpu)
            guard sample.tid > 0, sample.pid > 0, !isKnown(sample.tid, sample.pid, sample.comm),
                encoder.isNumbered(sample)
            else { continue }
            if sample.tid != sample.pid, !isKnown(sample.pid, sample.pid, nil) {
                let (comm, parent) = task(sample.pid)
                tell(sample.pid, sample.pid, comm, parent, at: sample.time, &line)
            }
            tell(sample.tid, sample.pid, sample.comm, task(sample.tid).parent, at: sample.time, &line)
        }
    }

    /// Puts an event behind those of its CPU.
    @inline(__always)
    private mutating func link(_ index: Int32, cpu: Int32) {
        var place = Int(cpu)
        if place < 0 || place >= PerfettoTrace.mostCPUs {
            place = 0
            unplacedCount &+= 1
        }
        nexts[Int(index)] = -1
        if firsts[place] < 0 {
            firsts[place] = index
            cpus.append(Int32(place))
        } else {
            nexts[Int(lasts[place])] = index
        }
        lasts[place] = index
    }

    /// Whether a task has been told of, by its name of now where that is given.
    @inline(__always)
    private func isKnown(_ tid: Int32, _ pid: Int32, _ comm: Comm?) -> Bool {
        let task = tasks[Int(tid) & (tasks.count &- 1)]
        return task.tid == tid && task.pid == pid && (comm == nil || task.comm == comm)
    }

    /// Appends a task, and its process where it is the first thread of it.
    ///
    /// It has a packet of its own, at a time of which the task is known to be there: before it the number may have
    /// been another task's.
    private mutating func tell(
        _ tid: Int32, _ pid: Int32, _ comm: Comm, _ parent: Int32, at time: UInt64, _ line: inout LineBuffer
    ) {
        tasks[Int(tid) & (tasks.count &- 1)] = Task(tid: tid, pid: pid, comm: comm)
        let packet = beginPacket(&line)
        line.append(field: Packet.time, time)
        let tree = line.beginMessage(Packet.processTree)
        if tid == pid {
            let process = line.beginMessage(1)
            line.append(field: 1, UInt64(pid))
            // Without its parent, the process would be taken for another than the one that the parent started.
            if parent > 0 { line.append(field: 2, UInt64(parent)) }
            if !comm.isUnknown {
                append(field: 3, comm, &line)
                line.append(field: 9, 1)
            }
            line.endMessage(process)
        }
        let thread = line.beginMessage(2)
        line.append(field: 1, UInt64(tid))
        if !comm.isUnknown { append(field: 2, comm, &line) }
        line.append(field: 3, UInt64(pid))
        line.endMessage(thread)
        line.endMessage(tree)
        line.endMessage(packet)
    }

    private func append(field: Int, _ comm: Comm, _ line: inout LineBuffer) {
        let text = line.beginMessage(field)
        unsafe comm.bytes.withUnsafeBytes { bytes in unsafe line.append(utf8: Bytes(bytes)) }
        line.endMessage(text)
    }

    /// Appends the next bundle of the batch that was taken up; `false` where there is none left.
    package mutating func appendBundle(of batch: Batch, to line: inout LineBuffer) -> Bool {
        guard let cpu = cpus.last else { return false }
        let packet = beginPacket(&line)
        let bundle = beginBundle(cpu, &line)
        let start = line.count
        var index = firsts[Int(cpu)]
        while index >= 0, line.count &- start < PerfettoTrace.longestBundle {
            unsafe encoder.append(batch.samples[Int(index)], field: 2, to: &line)
            index = nexts[Int(index)]
        }
        firsts[Int(cpu)] = index
        if index < 0 { cpus.removeLast() }
        line.endMessage(bundle)
        line.endMessage(packet)
        return true
    }

    /// Appends what stands behind all events: the losses that no bundle has told of.
    package mutating func appendTail(lossy: Set<Int32>, to line: inout LineBuffer) {
        note(lossy)
        for cpu in self.lossy.sorted() {
            let packet = beginPacket(&line)
            line.endMessage(beginBundle(max(0, cpu), &line))
            line.endMessage(packet)
        }
    }

    private mutating func note(_ lossy: Set<Int32>) {
        for cpu in lossy { self.lossy.insert(cpu < PerfettoTrace.mostCPUs ? max(-1, cpu) : -1) }
    }

    private mutating func beginBundle(_ cpu: Int32, _ line: inout LineBuffer) -> Int {
        let bundle = line.beginMessage(Packet.bundle)
        line.append(field: 1, UInt64(cpu))
        if !lossy.isEmpty, lossy.remove(cpu) != nil || lossy.contains(-1) { line.append(field: 3, 1) }
        return bundle
    }
}
