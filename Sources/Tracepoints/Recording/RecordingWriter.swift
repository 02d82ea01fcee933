internal import CLinux
internal import Glibc

/// Writes a recording: a `perf.data` file, or the form of it that goes through a pipe.
///
/// What the rings hold is written as it is. The head of a file says after each round how far it is whole, and
/// the formats of the tracepoints lie before the events, so that what is written can be read whatever happens.
@safe
package final class RecordingWriter {
    /// Where a recording goes.
    package enum Target {
        /// A file, made where there is none and emptied where there is.
        case file(RawPath)
        /// Stdout, which need not be a file; it stays open.
        case standardOutput
    }

    /// How long a reader may take nothing after the interruption, in nanoseconds.
    private static let patience: UInt64 = 150_000_000
    /// The longest record, in bytes: its size is a 16-bit number, and a multiple of eight.
    private static let longestRecord = (1 << 16) - 8

    /// What is recorded, and of what.
    struct Content {
        var events: [RecordedEvent]
        var tracing: TracingData
        /// What the samples carry.
        var words: SampleWords
        /// What is told of the mappings of processes that run when it begins.
        var mappings: MappingRecords
        /// Where the kernel lies, so that its symbols are taken for what they are.
        var kernel: KernelText?
        /// The process that has not executed its program yet: perf would take what it has mapped until then for
        /// the program's too.
        var heldProcess: Int32?
    }

    private let target: Target
    private var file: Descriptor?
    private var descriptor: Int32 = -1
    /// Whether what is written goes to a reader and not into a file, so that nothing can be amended.
    private var isStream = false
    private var isSocket = false
    /// A descriptor that can be read when a reader that takes nothing is to be waited for no longer.
    package var interruption: Int32 = -1
    /// Whether the reader was given up: nothing more is written then.
    package private(set) var isCut = false
    /// What files that were put aside have told of losses, by event and CPU.
    private var toldLosses: [Int: [Int32: UInt64]] = [:]
    private var content: Content?
    private var info: RecordingInfo
    /// Where the records begin in the file, and the tracing data.
    private var dataOffset: UInt64 = 0
    private var tracingOffset: UInt64 = 0
    private var tracingSize: UInt64 = 0
    /// Where the last whole round ends, in bytes.
    package private(set) var size: UInt64 = 0
    private var position: UInt64 = 0
    /// When the recording began, in nanoseconds since 1970 and of the event clock.
    private var wallTime: UInt64 = 0
    private var eventTime: UInt64 = 0
    /// The time of the first and the last sample that was looked at.
    private var times: (first: UInt64, last: UInt64)?
    /// The size after which a file is full, in bytes.
    private let limit: UInt64
    /// How many files are kept, where those that are full are put aside.
    private let keptFiles: Int
    /// Whether the file is full, and none that is put aside makes room.
    package var isFull: Bool { keptFiles < 2 && size >= limit }

    /// Makes a writer; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - tool: the name and version of the program, which the recording tells.
    ///   - commandLine: the words of the command line.
    ///   - limit: the size in bytes after which a file is full.
    ///   - keptFiles: how many files to keep, the newest ones; those before are called `FILE.1`, `FILE.2`.
    package init(
        _ target: Target, tool: String, commandLine: [String], limit: UInt64 = .max, keptFiles: Int = 1
    ) {
        self.target = target
        self.limit = limit
        self.keptFiles = keptFiles
        info = RecordingInfo()
        let identity = System.identity()
        info.hostname = identity.hostname
        info.release = identity.release
        info.architecture = identity.architecture
        info.version = tool
        info.commandLine = commandLine
        info.memory = System.memorySize
        let cpus = System.cpuCounts()
        info.cpusOnline = UInt32(clamping: cpus.online)
        info.cpusAvailable = UInt32(clamping: cpus.available)
        info.cpuDescription = RecordingWriter.cpuDescription()
    }

    private static func cpuDescription() -> String? {
        guard let text = try? System.contents(of: "/proc/cpuinfo") else { return nil }
        let line = text.split(separator: 0x0a).first { $0.starts(with: "model name".utf8) }
        return line.flatMap { $0.firstIndex(of: UInt8(ascii: ":")).map(line!.suffix(from:)) }
            .map { String(decoding: $0.dropFirst().drop { $0 == 0x20 }, as: UTF8.self) }
    }

    /// Opens what there is and is no regular file: a FIFO without a reader blocks here.
    package func openStream() throws(SystemError) {
        switch target {
        case .standardOutput:
            descriptor = 1
            let kind = try System.status(of: 1).st_mode & S_IFMT
            isSocket = kind == S_IFSOCK
            // Opened once more, it does not block, and the description that we share with others stays as it is.
            if kind == S_IFIFO {
                file = try? System.open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY)
            }
        case .file(let path):
            guard let status = try? System.status(of: path), status.st_mode & S_IFMT != S_IFREG else {
                return
            }
            file = try System.open(path, O_WRONLY | O_NOCTTY)
        }
        if let number = file?.number {
            System.makeNonBlocking(number)
            descriptor = number
        }
        isStream = true
    }

    /// Opens the file; what is recorded is for its owner alone.
    private func openFile() throws(SystemError) {
        guard descriptor < 0, case .file(let path) = target else { return }
        let file = try System.open(path, O_RDWR | O_CREAT | O_TRUNC, mode: 0o600)
        descriptor = file.number
        self.file = consume file
    }

    /// Whether the file is the one that a descriptor leads to.
    package func writes(to descriptor: Int32) -> Bool {
        guard case .file(let path) = target, let own = try? System.status(of: path),
            let other = try? System.status(of: descriptor)
        else { return false }
        return System.isSameFile(own, other)
    }

    /// How many numbers of an event there may be at most.
    var mostIDs: Int { isStream ? (Self.longestRecord - 256) / 8 : Int.max }

    /// Writes what stands before the events, and what tasks there are: `append(_:)` goes on with those, and
    /// `endRound` ends it.
    func begin(_ content: Content) throws(SystemError) {
        try openFile()
        self.content = content
        eventTime = System.monotonicTime()
        wallTime = UInt64(bitPattern: System.wallOffset() &+ Int64(eventTime))
        var tracing = content.tracing.encoded(pageSize: System.pageSize)
        while tracing.count % 8 != 0 { tracing.append(0) }
        var bytes: [UInt8] = []
        if isStream {
            bytes.append(number: PerfData.magic)
            bytes.append(number: UInt64(PerfData.pipeHeaderSize))
            for event in content.events {
                bytes.append(type: PerfData.Record.attributes) {
                    $0 += event.attributes
                    for id in event.ids { $0.append(number: id) }
                }
            }
            for (feature, content) in features() where content.count <= Self.longestRecord - 16 {
                bytes.append(type: PerfData.Record.feature) {
                    $0.append(number: UInt64(feature.rawValue))
                    $0 += content
                }
            }
        } else {
            bytes = fileHead(content.events)
        }
        bytes.append(type: PerfData.Record.tracingData) {
            $0.append(number: UInt32(tracing.count))
            $0.append(number: UInt32(0))
        }
        tracingOffset = UInt64(bytes.count)
        tracingSize = UInt64(tracing.count)
        bytes += tracing
        dataOffset = UInt64(bytes.count)
        if !isStream {
            bytes.replace(at: PerfData.dataSizeOffset - 8, with: dataOffset)
            bytes.replace(at: PerfData.featuresOffset, with: RecordingWriter.bit(.tracingData))
        }
        append(content.kernel, to: &bytes, content)
        position = 0
        try write(bytes)
    }

    /// The head of a file with the events' attributes; nothing of the data is there yet.
    private func fileHead(_ events: [RecordedEvent]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number: PerfData.magic)
        bytes.append(number: UInt64(PerfData.headerSize))
        let attributeSize = events.first?.attributes.count ?? 0
        bytes.append(number: UInt64(attributeSize + 16))
        let idsSize = events.reduce(0) { $0 + $1.ids.count * 8 }
        bytes.append(number: UInt64(PerfData.headerSize + idsSize))
        bytes.append(number: UInt64(events.count * (attributeSize + 16)))
        bytes += [UInt8](repeating: 0, count: PerfData.headerSize - bytes.count)
        for event in events { for id in event.ids { bytes.append(number: id) } }
        var offset = PerfData.headerSize
        for event in events {
            bytes += event.attributes
            bytes.append(number: UInt64(offset))
            bytes.append(number: UInt64(event.ids.count * 8))
            offset += event.ids.count * 8
        }
        return bytes
    }

    private func features() -> [(PerfData.Feature, [UInt8])] {
        info.sampleTime = times
        return info.features(
            content?.events ?? [], clock: CLOCK_MONOTONIC, wallTime: wallTime, eventTime: eventTime)
    }

    /// Appends the mapping of the kernel, which perf looks for: it belongs to no process.
    private func append(_ kernel: KernelText?, to bytes: inout [UInt8], _ content: Content) {
        guard let kernel else { return }
        bytes.append(type: RecordType.map, flags: PerfData.kernelMode) {
            $0.append(number: Int32(-1))
            $0.append(number: Int32(0))
            $0.append(number: kernel.start)
            $0.append(number: kernel.size)
            $0.append(number: kernel.start)
            $0.appendPadded(PerfData.kernelMapping.utf8)
            $0.appendMoment(content.words)
        }
    }

    /// Appends a record for the name of each task, and for what each process has mapped, as the kernel writes
    /// them at a new one.
    func append(_ names: borrowing TaskNames) throws(SystemError) {
        guard let content else { return }
        var bytes: [UInt8] = []
        names.visit { tid, pid, comm in
            guard pid > 0 else { return }
            let name = comm.bytes
            bytes.append(type: RecordType.comm) {
                $0.append(number: pid)
                $0.append(number: tid)
                $0.appendPadded(name)
                $0.appendMoment(content.words)
            }
            guard tid == pid, pid != content.heldProcess, content.mappings != .none else { return }
            for mapping in ProcessMapping.all(of: pid) where mapping.isCode || content.mappings == .all {
                bytes.append(type: RecordType.map2, flags: mapping.recordFlags) {
                    $0.append(mapping, of: pid)
                    $0.appendMoment(content.words)
                }
            }
        }
        try write(bytes)
    }

    /// Writes a piece of a ring, which holds whole records, or the beginning and the end of one with the next.
    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        do throws(SystemError) {
            if isStream {
                try unsafe send(bytes)
            } else {
                try unsafe System.writeAll(descriptor, bytes)
            }
        } catch {
            // What has been written of this round is cut off again: it may end within a record, and what else
            // is to be written finds room.
            if !isStream {
                try? System.truncate(descriptor, to: size)
                try? System.seek(descriptor, to: size)
                position = size
            }
            throw error
        }
        position += UInt64(bytes.count)
    }

    /// Writes to a reader, and waits while that takes nothing.
    private func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = unsafe bytes
        var givesUpAt = UInt64.max
        while unsafe !rest.isEmpty, !isCut {
            do throws(SystemError) {
                let written = try unsafe System.write(descriptor, rest, isSocket: isSocket)
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            } catch {
                guard error.code == EAGAIN else { throw error }
                let now = System.monotonicTime()
                isCut = now >= givesUpAt
                let isInterrupted = givesUpAt != .max
                var waiting = [
                    pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
                    pollfd(fd: isInterrupted ? -1 : interruption, events: Int16(POLLIN), revents: 0),
                ]
                _ = try System.poll(&waiting, timeout: isInterrupted ? 10 : -1)
                if waiting[1].revents != 0 { givesUpAt = System.monotonicTime() &+ Self.patience }
            }
        }
    }

    private func write(_ bytes: [UInt8]) throws(SystemError) {
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(SystemError) in
            try unsafe write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Ends a round: what was written of all rings since the last one is in order with what follows.
    func endRound() throws(SystemError) {
        guard position > size else { return }
        var bytes: [UInt8] = []
        bytes.append(type: PerfData.Record.finishedRound) { _ in }
        try write(bytes)
        size = position
        guard !isStream else { return }
        // Behind the data stands the table of features, which is that of the formats alone until the end.
        bytes = []
        bytes.append(number: tracingOffset)
        bytes.append(number: tracingSize)
        try System.write(descriptor, bytes, at: size)
        bytes = []
        bytes.append(number: size - dataOffset)
        try System.write(descriptor, bytes, at: UInt64(PerfData.dataSizeOffset))
    }

    /// Notes the times of samples that have been written.
    func note(first: UInt64, last: UInt64) {
        times = (min(times?.first ?? first, first), max(times?.last ?? last, last))
    }

    /// Whether the times of the samples that come next should be noted.
    var wantsTimes: Bool { times == nil }

    /// Whether the file is full and is to be put aside.
    var isDue: Bool { keptFiles > 1 && size >= limit && !isStream }

    /// Ends the file, puts it aside, and begins another one, as `begin` does.
    func rotate(_ losses: [Loss]) throws(SystemError) {
        guard case .file(let path) = target, var content else { return }
        try finish(losses)
        for loss in losses { toldLosses[loss.event, default: [:]][loss.cpu] = loss.count }
        content.heldProcess = nil
        for number in stride(from: keptFiles - 1, to: 0, by: -1) {
            let from = number == 1 ? path : path.appending(".\(number - 1)")
            guard (try? System.status(of: from)) != nil else { continue }
            try System.rename(from, to: path.appending(".\(number)"))
        }
        size = 0
        times = nil
        try begin(content)
    }

    /// Writes what stands behind the events, and closes the file.
    func finish(_ losses: [Loss]) throws(SystemError) {
        guard let content, descriptor >= 0, !isCut else { return }
        defer {
            file = nil
            descriptor = -1
        }
        var bytes: [UInt8] = []
        let ids = Dictionary(content.events.map { ($0.index, $0.ids.first ?? 0) }) { first, _ in first }
        for loss in losses {
            let told = toldLosses[loss.event]?[loss.cpu] ?? 0
            guard loss.count > told, let id = ids[loss.event] else { continue }
            bytes.append(type: RecordType.lostSamples) {
                $0.append(number: loss.count - told)
                $0.appendMoment(content.words, id: id, cpu: loss.cpu)
            }
        }
        if !bytes.isEmpty {
            try write(bytes)
            try endRound()
        }
        guard !isStream else { return }
        let features = [(PerfData.Feature.tracingData, [UInt8]())] + features()
        var table: [UInt8] = []
        var contents: [UInt8] = []
        let start = size + UInt64(features.count * 16)
        var bits: UInt64 = 0
        for (feature, content) in features {
            bits |= RecordingWriter.bit(feature)
            if feature == .tracingData {
                table.append(number: tracingOffset)
                table.append(number: tracingSize)
            } else {
                table.append(number: start + UInt64(contents.count))
                table.append(number: UInt64(content.count))
                contents += content
            }
        }
        try write(table + contents)
        bytes = []
        bytes.append(number: bits)
        try System.write(descriptor, bytes, at: UInt64(PerfData.featuresOffset))
    }

    private static func bit(_ feature: PerfData.Feature) -> UInt64 { 1 << UInt64(feature.rawValue) }
}

extension [UInt8] {
    /// Appends a record of that type, whose body `fill` appends; zeros make its size a multiple of eight.
    fileprivate mutating func append(
        type: UInt32, flags: UInt16 = 0, _ fill: (inout [UInt8]) -> Void
    ) {
        let start = count
        append(number: type)
        append(number: UInt32(flags))
        fill(&self)
        while (count - start) % 8 != 0 { append(0) }
        precondition(count - start < 1 << 16)
        replace(at: start + 6, with: UInt16(count - start))
    }

    /// Appends a name and zeros, one at least, up to a multiple of eight bytes.
    fileprivate mutating func appendPadded(_ name: some Collection<UInt8>) {
        append(contentsOf: name)
        append(contentsOf: repeatElement(0, count: 8 - name.count % 8))
    }

    /// Appends what a record of a mapping has (`PERF_RECORD_MMAP2`), before its moment.
    fileprivate mutating func append(_ mapping: ProcessMapping, of pid: Int32) {
        append(number: pid)
        append(number: pid)
        append(number: mapping.start)
        append(number: mapping.end &- mapping.start)
        append(number: mapping.fileOffset)
        append(number: mapping.file.major)
        append(number: mapping.file.minor)
        append(number: mapping.file.inode)
        append(number: UInt64(0))
        append(number: mapping.protection)
        append(number: mapping.isShared ? MAP_SHARED : MAP_PRIVATE)
        let path = mapping.file.path.isEmpty ? "//anon" : mapping.file.path
        appendPadded(path.utf8.prefix(Int(PATH_MAX)))
    }

    /// Appends what other records than samples end in where they tell of no moment: zeros.
    fileprivate mutating func appendMoment(_ words: SampleWords) {
        append(contentsOf: repeatElement(UInt8(0), count: words.trailingSize))
    }

    /// Appends what other records than samples end in.
    fileprivate mutating func appendMoment(_ words: SampleWords, id: UInt64, cpu: Int32) {
        if words.contains(.ids) { append(number: UInt64(0)) }
        if words.contains(.time) { append(number: System.monotonicTime()) }
        if words.contains(.id) { append(number: id) }
        if words.contains(.cpu) { append(number: UInt64(UInt32(bitPattern: cpu))) }
        if words.contains(.identifier) { append(number: id) }
    }
}

extension ProcessMapping {
    /// What the head of its record says: it is a program's (`PERF_RECORD_MISC_USER`), of data where it is.
    fileprivate var recordFlags: UInt16 { isCode ? 2 : 2 | 1 << 13 }
}

extension SampleWords {
    /// The size of what other records than samples end in, in bytes.
    fileprivate var trailingSize: Int {
        8 * [SampleWords.ids, .time, .id, .stream, .cpu, .identifier].filter(contains).count
    }
}
