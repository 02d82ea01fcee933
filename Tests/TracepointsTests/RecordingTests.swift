import Glibc
import Testing

@testable import Tracepoints

/// A recording in the form that goes through pipes, made up of records of one tracepoint.
private struct MadeUpRecording {
    /// The words of its samples.
    static let words: SampleWords = [.ids, .time, .cpu, .raw]
    static let sampleSize = 48

    private static let format = """
        name: made
        ID: 7
        format:
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
        \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

        \tfield:int x;\toffset:8;\tsize:4;\tsigned:1;

        print fmt: "%d", REC->x

        """

    var bytes: [UInt8] = []

    /// Begins with the head, the attributes of an event, that many times, and the tracepoint's format.
    init(events: Int = 1) {
        bytes.append(number: PerfData.magic)
        bytes.append(number: UInt64(PerfData.pipeHeaderSize))
        for index in 0..<events {
            add(
                PerfData.Record.attributes,
                madeUpAttributes(type: 2) + [UInt8(index & 0xff), 0, 0, 0, 0, 0, 0, 0])
        }
        var tracing = TracingData()
        tracing.formats = [("made", Array(Self.format.utf8))]
        let encoded = tracing.encoded(pageSize: 4096)
        bytes.append(number: PerfData.Record.tracingData)
        bytes.append(number: UInt32(16 << 16))
        bytes.append(number: UInt32(encoded.count))
        bytes.append(number: UInt32(0))
        bytes += encoded
    }

    mutating func add(_ type: UInt32, _ body: [UInt8]) {
        bytes.append(number: type)
        bytes.append(number: UInt32(8 + body.count) << 16)
        bytes += body
    }

    static func sample(_ time: UInt64, cpu: UInt32 = 0, pid: Int32 = 1) -> [UInt8] {
        var body: [UInt8] = []
        body.append(number: RecordType.sample)
        body.append(number: UInt32(sampleSize) << 16)
        body.append(number: pid)
        body.append(number: pid)
        body.append(number: time)
        body.append(number: cpu)
        body.append(number: UInt32(0))
        body.append(number: UInt32(12))
        body.append(number: UInt32(7))
        body.append(number: pid)
        body.append(number: UInt32(0))
        return body
    }

    mutating func addSamples(_ times: [UInt64], cpu: UInt32 = 0) {
        for time in times { bytes += Self.sample(time, cpu: cpu) }
    }

    /// Adds that a task was made or has ended.
    mutating func addTask(_ type: UInt32, _ pid: Int32, parent: Int32, at time: UInt64) {
        var body: [UInt8] = []
        for number in [pid, parent, pid, parent] { body.append(number: number) }
        for number in [time, 0, time, 0] { body.append(number: number) }
        add(type, body)
    }

    mutating func endRound() { add(PerfData.Record.finishedRound, []) }

    /// What is read of it: as a file, or through a pipe, which has room for 64 KiB.
    func open(asPipe: Bool = false, _ bounds: Recording.Bounds = .init()) throws -> Recording {
        var recording = try Recording.open(asPipe ? piped(bytes) : file(of: bytes), bounds)
        let layouts = recording.layouts
        recording.select(layouts, needs: [])
        return recording
    }
}

/// The attributes of an event of a type, with the tracepoint 7.
private func madeUpAttributes(type: UInt32) -> [UInt8] {
    var attributes = [UInt8](repeating: 0, count: RecordedEvent.leastSize)
    attributes.replace(at: 0, with: type)
    attributes.replace(at: 4, with: UInt32(attributes.count))
    attributes.replace(at: 8, with: UInt64(7))
    attributes.replace(at: 24, with: MadeUpRecording.words.rawValue)
    attributes.replace(at: 40, with: UInt64(1 << 18))
    return attributes
}

/// A file of the bytes that has no name any more.
private func file(of bytes: [UInt8]) throws -> Descriptor {
    let path = "/dev/shm/obstrace-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    let file = try System.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    _ = unsafe unlink(path)
    try System.write(file.number, bytes, at: 0)
    return file
}

private func piped(_ bytes: [UInt8]) throws -> Descriptor {
    let ends = try System.pipe()
    let reader = Descriptor(ends.reader)
    let writer = Descriptor(ends.writer)
    try unsafe bytes.withUnsafeBytes { bytes in try unsafe System.writeAll(writer.number, bytes) }
    return reader
}

/// The times of all batches that are still to come.
private func times(_ recording: inout Recording) -> [[UInt64]] {
    var times: [[UInt64]] = []
    while let batch = recording.nextBatch() { times.append(unsafe batch.samples.map(\.time)) }
    return times
}

@Suite struct RecordingTests {
    /// Two CPUs, each with a round of its own events and the next, in which the second CPU begins earlier.
    private func twoCPUs(_ count: UInt64) -> MadeUpRecording {
        var made = MadeUpRecording()
        for round: UInt64 in 0..<2 {
            let start = round * 2 * count
            made.addSamples((0..<count).map { start + 2 * $0 + 10 })
            made.addSamples((0..<count).map { start + 2 * $0 + 1 }, cpu: 1)
            made.endRound()
        }
        return made
    }

    @Test("A round of any length comes in order of a file, of which little is held at once")
    func longRounds() throws {
        let count: UInt64 = 12_000
        var bounds = Recording.Bounds()
        bounds.readAgain = 1 << 16
        var recording = try twoCPUs(count).open(bounds)
        var all: [UInt64] = []
        var mostHeld = 0
        while let batch = recording.nextBatch() {
            all += unsafe batch.samples.map(\.time)
            mostHeld = max(mostHeld, recording.readAgainBytes)
        }
        #expect(recording.problem == nil && recording.lateCount == 0)
        #expect(all.count == 4 * Int(count) && zip(all, all.dropFirst()).allSatisfy { $0 <= $1 })
        // A block or two of each CPU, of a round of more than a million bytes.
        #expect(mostHeld > 0 && mostHeld < 6 << 16)
    }

    @Test("What is out of order in all of a file is given out late rather than held")
    func disorder() throws {
        var made = MadeUpRecording()
        // Each block has an early record, and so must be read at once.
        for block: UInt64 in 0..<20 {
            made.addSamples([block] + (0..<1400).map { 1_000_000 + block * 7 + $0 })
        }
        made.endRound()
        var bounds = Recording.Bounds()
        bounds.readAgain = 1 << 16
        bounds.waiting = 3 << 16
        var recording = try made.open(bounds)
        var count = 0
        while let batch = recording.nextBatch() {
            count += unsafe batch.samples.count
            #expect(recording.readAgainBytes <= 5 << 16)
        }
        #expect(count == 20 * 1401 && recording.lateCount > 0 && recording.problem == nil)
    }

    @Test("A pipe is held to the end of a round, and what cannot be held is given out all the same")
    func pipes() throws {
        let made = twoCPUs(300)
        var recording = try made.open(asPipe: true)
        var all = times(&recording).joined()
        #expect(recording.lateCount == 0 && Array(all) == all.sorted() && all.count == 1200)
        var bounds = Recording.Bounds()
        bounds.streamed = 4096
        recording = try made.open(asPipe: true, bounds)
        all = times(&recording).joined()
        #expect(recording.lateCount > 0 && recording.problem == nil && all.count == 1200)
    }

    @Test("What is compressed is expanded bit by bit, and not held as a whole")
    func expansion() throws {
        var content: [UInt8] = []
        for time: UInt64 in 1...1000 { content += MadeUpRecording.sample(time) }
        // A frame with one block, which is as it was (RFC 8878).
        var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]
        let head = 1 | content.count << 3
        frame += [UInt8(head & 0xff), UInt8(head >> 8 & 0xff), UInt8(head >> 16)] + content
        var made = MadeUpRecording()
        made.add(PerfData.Record.compressed, frame)
        made.endRound()
        var bounds = Recording.Bounds()
        bounds.expansion = 4096
        bounds.records = 100
        for asPipe in [false, true] {
            var recording = try made.open(asPipe: asPipe, bounds)
            let batches = times(&recording)
            #expect(recording.problem == nil && Array(batches.joined()) == Array(1...1000))
            #expect(batches.allSatisfy { $0.count <= 200 })
        }
    }

    @Test("A process that gets the number of one that has ended is another one")
    func numbersAnew() throws {
        var made = MadeUpRecording()
        func shown(_ pids: Set<Int32>) throws -> [UInt64] {
            var recording = try made.open()
            var scope = Recording.Scope()
            scope.pids = pids
            let layouts = recording.layouts
            recording.select(layouts, needs: [], scope: scope)
            return Array(times(&recording).joined())
        }
        made.addTask(RecordType.fork, 2000, parent: 1000, at: 1)
        made.bytes += MadeUpRecording.sample(2, pid: 2000)
        made.addTask(RecordType.exit, 2000, parent: 1000, at: 3)
        // The switch to another task is the last that it does.
        made.bytes += MadeUpRecording.sample(4, pid: 2000)
        made.addTask(RecordType.fork, 2000, parent: 3000, at: 5)
        made.bytes += MadeUpRecording.sample(6, pid: 2000)
        #expect(try shown([1000]) == [2, 4])
        #expect(try shown([3000]) == [6])
        // One that was asked for may be another one's child.
        #expect(try shown([2000]) == [2, 4])
        made.addTask(RecordType.exit, 2000, parent: 3000, at: 7)
        made.addTask(RecordType.fork, 2000, parent: 1000, at: 8)
        made.bytes += MadeUpRecording.sample(9, pid: 2000)
        #expect(try shown([1000]) == [2, 4, 9])
    }

    @Test(
        "Events beyond what any recording has are refused, and how samples lie is not found out anew for each"
    )
    func manyEvents() throws {
        let error = try #require(throws: RecordingError.self) {
            _ = try MadeUpRecording(events: 1 << 16 + 1).open()
        }
        #expect(error.reason == "it has more than 65536 events")
    }

    @Test("Samples are laid out alike if those of all events are, in whatever order these come")
    func formats() {
        let tracepoint = RecordedEvent(name: "", attributes: madeUpAttributes(type: 2), ids: [1])
        let counter = RecordedEvent(name: "", attributes: madeUpAttributes(type: 0), ids: [2])
        var dummy = madeUpAttributes(type: 1)
        dummy.replace(at: 8, with: UInt64(9))
        dummy.replace(at: 24, with: SampleWords.time.rawValue)
        let idle = RecordedEvent(name: "", attributes: dummy, ids: [3])
        let sample = MadeUpRecording.sample(5)
        func time(_ events: [RecordedEvent]) -> UInt64? {
            let formats = RecordFormats(events)
            return unsafe sample.withUnsafeBytes { sample in
                let record = unsafe RingRecord(bytes: Bytes(sample), type: RecordType.sample)
                return formats.format(of: record.bytes) == nil ? nil : formats.time(of: record)
            }
        }
        #expect(time([tracepoint, tracepoint]) == 5)
        #expect(time([idle, tracepoint, tracepoint]) == 5)
        #expect(time([tracepoint, idle]) == 5)
        // Which event it is of is not told, and may be the counter's.
        #expect(time([tracepoint, counter]) == nil)
        #expect(time([counter, tracepoint]) == nil)
        #expect(time([idle, counter]) == nil)
        #expect(time([]) == nil)
    }

    @Test("The numbers of all events have no more room than the file")
    func numbers() throws {
        let size = UInt64(RecordedEvent.leastSize + 16)
        let count: UInt64 = 3
        var bytes: [UInt8] = []
        let end = UInt64(PerfData.headerSize) + count * size
        for number in [
            PerfData.magic, UInt64(PerfData.headerSize), size, UInt64(PerfData.headerSize), count * size, end,
            0, 0,
            0, 0, 0, 0, 0,
        ] { bytes.append(number: number) }
        for _ in 0..<count {
            bytes += madeUpAttributes(type: 2)
            bytes.append(number: UInt64(0))
            bytes.append(number: end / 2)
        }
        let error = try #require(throws: RecordingError.self) { _ = try Recording.open(file(of: bytes)) }
        #expect(error.reason == "the numbers of its events are more than it can hold")
    }

    @Test("Names are looked for as far as there are events", .timeLimit(.minutes(1)))
    func names() {
        var events = [RecordedEvent(name: "", attributes: [], ids: [])]
        var description: [UInt8] = []
        description.append(number: UInt32.max)
        description.append(number: UInt32(0))
        description.append(number: UInt32(0))
        description.append(string: Array("made:up".utf8))
        RecordingHead.name(&events, by: description[...])
        #expect(events[0].name == "made:up")
    }
}
