internal import CLinux
internal import Glibc

/// Makes a `trace.dat` file of version 6, as trace-cmd reads it, of the events of a recording.
///
/// The file has the events of one CPU after those of another, while a recording has them by their time. So they
/// are laid out for each CPU by itself, and what is complete waits in a file without a name until all have come.
@safe
package struct TraceDatWriter: ~Copyable {
    /// How many events are left out because they are of CPUs that no kernel has.
    package private(set) var misplacedCount: UInt64 = 0
    /// How many events are left out because they are longer than a kernel makes them.
    package private(set) var oversizedCount: UInt64 = 0
    /// How many events the recording does not tell the CPU of; they are with those of CPU 0.
    package private(set) var placelessCount: UInt64 = 0
    /// How many events there are.
    package private(set) var eventCount: UInt64 = 0
    /// How many events are earlier than the one before them on their CPU.
    package var lateCount: UInt64 {
        (0..<cpuCount).reduce(0) { unsafe $0 + cpus[$1].pages.lateCount }
    }

    /// One more than the greatest number that a CPU has in any kernel.
    private static let mostCPUs = 8192
    /// The greatest id of a task in any kernel.
    private static let greatestPid: Int32 = 1 << 22

    /// What is there of one CPU.
    private struct Lane: ~Copyable {
        var pages = FtracePages()
        /// Where in the spool its pages lie that were complete, in bytes; each place has all that are held at once.
        var places: [UInt64] = []
        var count: UInt64 = 0
        /// The task of its last event.
        var pid: Int32 = -1
        var comm = Comm.unknown

        /// How much it has in the file, in bytes.
        var size: UInt64 { UInt64(places.count * Lane.pieceSize + pages.size) }
        static let pieceSize = FtracePages.capacity * FtracePages.pageSize
    }

    private var cpus: UnsafeMutablePointer<Lane>
    private var cpuCount = 0
    private var capacity = 64
    /// The names of tasks by the ids that are in the records, which are not those of the recorder where it ran in a
    /// container.
    private var names = TaskNames()
    private let folders: [RawPath]
    private var spool: Descriptor?
    private var spoolSize: UInt64 = 0

    /// Makes a writer that opens nothing yet.
    ///
    /// - Parameter folders: where pages may wait in a file, the first one that allows it.
    package init(folders: [RawPath]) {
        self.folders = folders
        unsafe cpus = .allocate(capacity: capacity)
    }

    deinit {
        unsafe cpus.deinitialize(count: cpuCount)
        unsafe cpus.deallocate()
    }

    // MARK: Events

    /// Notes that events were lost on a CPU before those that are added next.
    package mutating func addLoss(_ count: UInt64, on cpu: Int32) {
        // Where events have CPUs and a loss has none, its place is not known.
        guard cpu >= 0 || placelessCount > 0, let cpu = place(cpu) else { return }
        unsafe cpus[cpu].pages.noteLoss(count)
    }

    /// Adds events, which must have the names of their tasks.
    package mutating func add(_ batch: Batch) throws(SystemError) {
        for index in unsafe batch.samples.indices {
            let sample = unsafe batch.samples[index]
            if sample.cpu < 0 { placelessCount &+= 1 }
            guard let cpu = place(sample.cpu) else {
                misplacedCount &+= 1
                continue
            }
            guard sample.record.count <= FtracePages.longestRecord else {
                oversizedCount &+= 1
                unsafe cpus[cpu].pages.noteLoss(1)
                continue
            }
            if unsafe !cpus[cpu].pages.add(sample.record, at: sample.time) {
                try spoolPages(of: cpu)
                _ = unsafe cpus[cpu].pages.add(sample.record, at: sample.time)
            }
            unsafe cpus[cpu].count &+= 1
            eventCount &+= 1
            note(sample, on: cpu)
        }
    }

    /// The lane of a CPU; `nil` for one that no kernel has. One that is not known is the first.
    @inline(__always)
    private mutating func place(_ cpu: Int32) -> Int? {
        let cpu = Int(max(cpu, 0))
        return cpu < cpuCount || grow(to: cpu + 1) ? cpu : nil
    }

    @inline(never)
    private mutating func grow(to count: Int) -> Bool {
        guard count <= TraceDatWriter.mostCPUs else { return false }
        if count > capacity {
            let larger = UnsafeMutablePointer<Lane>.allocate(capacity: count * 2)
            unsafe larger.moveInitialize(from: cpus, count: cpuCount)
            unsafe cpus.deallocate()
            unsafe cpus = unsafe larger
            capacity = count * 2
        }
        while cpuCount < count {
            unsafe (cpus + cpuCount).initialize(to: Lane())
            cpuCount += 1
        }
        return true
    }

    /// Notes the name of an event's task, by the id that the record has.
    @inline(__always)
    private mutating func note(_ sample: Sample, on cpu: Int) {
        guard let pid = sample.record.load(4, as: Int32.self) else { return }
        if unsafe cpus[cpu].pid == pid, unsafe cpus[cpu].comm == sample.comm { return }
        unsafe cpus[cpu].pid = pid
        unsafe cpus[cpu].comm = sample.comm
        guard sample.comm != .unknown, pid <= TraceDatWriter.greatestPid else { return }
        names.set(pid, pid: -1, comm: sample.comm)
    }

    private mutating func spoolPages(of cpu: Int) throws(SystemError) {
        if spool == nil { spool = try System.openUnnamed(in: folders) }
        guard let file = spool?.number else { return }
        unsafe cpus[cpu].places.append(spoolSize)
        try unsafe cpus[cpu].pages.take { (pages) throws(SystemError) in
            try unsafe System.writeAll(file, pages)
        }
        spoolSize += UInt64(Lane.pieceSize)
    }

    // MARK: The file

    /// Makes the file, of which `body` gets one piece after another until it answers `false`.
    ///
    /// - Parameters:
    ///   - recording: where the events came from; it has been read to its end.
    ///   - symbols: what `/proc/kallsyms` had when it was recorded, where the recording does not have it itself.
    ///   - tool: the name and version of the program that makes the file.
    /// - Returns: whether it was all taken.
    package mutating func write(
        _ recording: borrowing Recording, symbols: [UInt8], tool: String,
        to body: (UnsafeRawBufferPointer) throws(SystemError) -> Bool
    ) throws(SystemError) -> Bool {
        // CPUs that had no event are there as well.
        _ = grow(to: min(max(Int(clamping: recording.info.cpusAvailable ?? 1), 1), TraceDatWriter.mostCPUs))
        let head = self.head(recording, symbols: symbols, tool: tool)
        let isTaken = try unsafe head.withUnsafeBufferPointer { (head) throws(SystemError) in
            try unsafe body(UnsafeRawBufferPointer(head))
        }
        guard isTaken else { return false }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: Lane.pieceSize, alignment: 8)
        defer { unsafe piece.deallocate() }
        for cpu in 0..<cpuCount {
            for place in unsafe cpus[cpu].places {
                guard let file = spool?.number else { return false }
                guard try unsafe System.readAll(file, into: piece, at: place) == piece.count else {
                    throw SystemError(call: "pread", subject: "", code: EIO)
                }
                guard try unsafe body(UnsafeRawBufferPointer(piece)) else { return false }
            }
            var isTaken = true
            try unsafe cpus[cpu].pages.take { (pages) throws(SystemError) in
                isTaken = try unsafe body(pages)
            }
            if !isTaken { return false }
        }
        return true
    }

    /// What stands before the events, with the places of those of each CPU.
    private func head(_ recording: borrowing Recording, symbols: [UInt8], tool: String) -> [UInt8] {
        var tracing = recording.tracing ?? TracingData()
        tracing.pageHeader = Array(TraceDat.pageHeader.utf8)
        if tracing.symbols.isEmpty { tracing.symbols = symbols }
        tracing.names = namesText()
        var bytes = tracing.encoded(version: TraceDat.version, pageSize: FtracePages.pageSize)
        bytes.append(number: UInt32(cpuCount))
        bytes += Array("options  ".utf8) + [0]
        let clock = TraceDat.clock(of: recording.events)
        let clocks = TraceDat.clocks.map { $0 == clock ? "[\($0)]" : $0 }
        bytes.append(option: .clock, clocks.joined(separator: " "))
        if let name = TraceDat.systemName(recording.info) { bytes.append(option: .systemName, name) }
        bytes.append(option: .version, tool)
        var lost: [Int32: UInt64] = [:]
        for loss in recording.losses { lost[loss.cpu, default: 0] &+= loss.count }
        for cpu in 0..<cpuCount {
            bytes.append(
                option: .statistics,
                """
                CPU: \(cpu)
                entries: 0
                overrun: 0
                dropped events: \(lost[Int32(cpu)] ?? 0)
                read events: \(unsafe cpus[cpu].count)

                """)
        }
        bytes.append(number: UInt16(0))
        bytes += Array("flyrecord".utf8) + [0]
        let pageSize = FtracePages.pageSize
        let clockText = Array("[\(clock)]".utf8)
        let contentSize = bytes.count + 16 * cpuCount + 8 + clockText.count
        let size = (contentSize + pageSize - 1) / pageSize * pageSize
        var place = UInt64(size)
        for cpu in 0..<cpuCount {
            let size = unsafe cpus[cpu].size
            bytes.append(number: place)
            bytes.append(number: size)
            place += size
        }
        // Readers take the clock from here where the option says that there is one.
        bytes.append(number: UInt64(clockText.count))
        bytes += clockText
        bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
        return bytes
    }

    /// The names of tasks as `saved_cmdlines` has them, a line for each.
    private func namesText() -> [UInt8] {
        var text: [UInt8] = []
        names.visit { pid, _, comm in
            let name = comm.bytes
            guard !name.isEmpty else { return }
            text += Array("\(pid) ".utf8)
            // A name may have anything in it, which must not end its line or do something to a terminal.
            for byte in name { text.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte) }
            text.append(0x0a)
        }
        return text
    }
}

/// What a `trace.dat` file says of itself.
private enum TraceDat {
    static let version = "6"

    /// What the file has to say, by the numbers of its options.
    enum Option: UInt16 {
        case statistics = 2
        case clock = 4
        case systemName = 5
        case version = 9
    }

    /// How a page is laid out, as the kernel describes it (`events/header_page`).
    static let pageHeader =
        "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
        + "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
        + "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
        + "\tfield: char data;\toffset:16;\tsize:\(FtracePages.pageSize - 16);\tsigned:0;\n"

    /// The names that the kernel has for the clocks of events (`trace_clock`).
    static let clocks = ["local", "global", "perf", "mono", "mono_raw", "boot", "tai"]

    /// The name of the clock of the events.
    static func clock(of events: [RecordedEvent]) -> String {
        switch events.first(where: \.isTracepoint)?.clock {
        case CLOCK_MONOTONIC: "mono"
        case CLOCK_MONOTONIC_RAW: "mono_raw"
        case CLOCK_BOOTTIME: "boot"
        case CLOCK_TAI: "tai"
        // Where none was chosen, perf takes its own.
        default: "perf"
        }
    }

    /// What the kernel calls itself and the machine, as `uname` prints it.
    static func systemName(_ info: RecordingInfo) -> String? {
        let parts = [info.hostname, info.release, info.architecture].compactMap(\.self)
        return parts.isEmpty ? nil : (["Linux"] + parts).joined(separator: " ")
    }
}

extension [UInt8] {
    /// Appends an option: its number, its size, and its text with a zero at its end.
    fileprivate mutating func append(option: TraceDat.Option, _ text: String) {
        let text = Array(text.utf8) + [0]
        append(number: option.rawValue)
        append(number: UInt32(text.count))
        self += text
    }
}
