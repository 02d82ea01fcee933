internal import CLinux
internal import Glibc

/// What stands at the head of a recording, and in a file also behind its events.
struct RecordingHead {
    private(set) var isStream = false
    /// Whether it is a file that can be read anywhere.
    private(set) var isRegular = false
    private(set) var fileSize: UInt64 = 0
    private(set) var events: [RecordedEvent] = []
    private(set) var info = RecordingInfo()
    private(set) var tracing: TracingData?
    /// Where the records begin and end.
    private(set) var dataOffset: UInt64 = 0
    private(set) var dataEnd: UInt64 = .max
    private(set) var notes: [String] = []
    /// What keeps it from being read at all.
    private(set) var problem: RecordingError?
    /// What is wrong, although events can be read.
    private(set) var laterProblem: RecordingError?

    /// The most events, and bytes of one part of the head, that are taken.
    static let mostEvents: UInt64 = 1 << 16
    private static let longestPart: UInt64 = 256 << 20
    /// The most bytes that the numbers of all events have together, which are eight for each event and CPU.
    private static let longestNumbers: UInt64 = 32 << 20

    /// Reads the head of a file that is open at its beginning.
    mutating func read(_ file: Int32) throws(SystemError) {
        let status = try System.status(of: file)
        // Of a file that stdin is some may have been read.
        isRegular = status.st_mode & S_IFMT == S_IFREG
        if isRegular { try System.seek(file, to: 0) }
        let start = try RecordingHead.readAll(file, PerfData.pipeHeaderSize)
        do throws(RecordingError) {
            var scanner = ByteScanner(start[...], origin: 0)
            let magic = try scanner.number(UInt64.self, "the head of the file")
            if magic == PerfData.magic.byteSwapped {
                throw RecordingError("it was recorded on a machine of the other byte order", at: 0)
            }
            guard magic == PerfData.magic else {
                throw RecordingError("it is no recording: it does not begin with PERFILE2", at: 0)
            }
            let size = try scanner.number(UInt64.self, "the head of the file")
            guard size != UInt64(PerfData.pipeHeaderSize) else {
                isStream = true
                dataOffset = size
                return
            }
            guard size == UInt64(PerfData.headerSize) else {
                throw RecordingError("its head is \(size) bytes long, not \(PerfData.headerSize)", at: 8)
            }
            guard isRegular else {
                throw RecordingError("it is of the kind that must be read from a file, not through a pipe")
            }
            fileSize = UInt64(max(0, status.st_size))
        } catch {
            problem = error
            return
        }
        let head = try part(file, 0, UInt64(PerfData.headerSize))
        do throws(RecordingError) {
            try take(file, head)
            try seek(file)
        } catch {
            problem = error
        }
    }

    private func seek(_ file: Int32) throws(RecordingError) {
        do throws(SystemError) {
            try System.seek(file, to: dataOffset)
        } catch {
            throw RecordingError(error.reason, at: dataOffset)
        }
    }

    private mutating func take(_ file: Int32, _ head: [UInt8]) throws(RecordingError) {
        var scanner = ByteScanner(head[...], origin: 0)
        _ = try scanner.take(16, "the head of the file")
        let attributeSize = try scanner.number(UInt64.self, "the head of the file")
        var sections: [(offset: UInt64, size: UInt64)] = []
        for _ in 0..<3 {
            let offset = try scanner.number(UInt64.self, "the head of the file")
            sections.append((offset, try scanner.number(UInt64.self, "the head of the file")))
        }
        let bits = try scanner.number(UInt64.self, "the features in the head of the file")
        try readEvents(file, sections[0], attributeSize)
        dataOffset = sections[1].offset
        guard dataOffset <= fileSize else {
            throw RecordingError(
                "its events begin at byte \(dataOffset), behind its end at \(fileSize)", at: 40)
        }
        let (end, overflow) = dataOffset.addingReportingOverflow(sections[1].size)
        if overflow || end > fileSize {
            dataEnd = fileSize
            laterProblem = RecordingError(
                "it should hold \(sections[1].size) bytes of events, \(fileSize - dataOffset) of which are there",
                at: 48)
            findTracing(file, from: sections[0], to: dataOffset)
            return
        }
        dataEnd = end
        // Whoever recorded was ended before it could say what there is: perf does so at its end alone.
        let isUnfinished = bits & ~(1 << UInt64(PerfData.Feature.tracingData.rawValue)) == 0
        if isUnfinished {
            if sections[1].size == 0 { dataEnd = fileSize }
            let rest = fileSize - dataEnd
            notes.append(
                "the recording was broken off" + (rest > 16 ? "; its last \(rest) bytes are cut off" : ""))
            findTracing(file, from: sections[0], to: dataOffset)
            return
        }
        do throws(RecordingError) {
            try readFeatures(file, bits)
        } catch {
            laterProblem = error
        }
    }

    /// Looks for the tracing data between the attributes and the data, where this program writes it.
    private mutating func findTracing(
        _ file: Int32, from attributes: (offset: UInt64, size: UInt64), to end: UInt64
    ) {
        let start = attributes.offset &+ attributes.size
        guard start <= end, end - start > 16, end - start <= RecordingHead.longestPart,
            let bytes = try? part(file, start, end - start), bytes.count == Int(end - start)
        else { return }
        var scanner = ByteScanner(bytes[...], origin: start)
        guard (try? scanner.number(UInt32.self, "")) == PerfData.Record.tracingData else { return }
        tracing = try? TracingData(bytes[16...], origin: start + 16)
    }

    private mutating func readEvents(
        _ file: Int32, _ section: (offset: UInt64, size: UInt64), _ size: UInt64
    ) throws(RecordingError) {
        guard size >= UInt64(RecordedEvent.leastSize + 16), size <= 4096 else {
            throw RecordingError("the attributes of an event are \(size) bytes long", at: 16)
        }
        let count = section.size / size
        guard count > 0, count <= RecordingHead.mostEvents else {
            throw RecordingError("it has \(count) events", at: 32)
        }
        let bytes = try self.section(file, section.offset, section.size, "the events' attributes")
        var room = min(fileSize, RecordingHead.longestNumbers)
        for index in 0..<Int(count) {
            let start = index * Int(size)
            var scanner = ByteScanner(
                bytes[start..<start + Int(size)], origin: section.offset + UInt64(start))
            let attributes = Array(try scanner.take(size - 16, "the attributes"))
            let offset = try scanner.number(UInt64.self, "the place of the numbers")
            let idsSize = try scanner.number(UInt64.self, "the number of the numbers")
            guard idsSize <= room else {
                throw RecordingError("the numbers of its events are more than it can hold", at: offset)
            }
            room -= idsSize
            let ids = try self.section(file, offset, idsSize, "the numbers of an event")
            var numbers = ByteScanner(ids[...], origin: offset)
            var event = RecordedEvent(name: "", attributes: attributes, ids: [])
            while numbers.rest >= 8 { event.ids.append(try numbers.number(UInt64.self, "a number")) }
            events.append(event)
        }
    }

    private mutating func readFeatures(_ file: Int32, _ bits: UInt64) throws(RecordingError) {
        var place = dataEnd
        for feature in 0..<64 where bits & (1 << UInt64(feature)) != 0 {
            let entry = try section(file, place, 16, "the table of features")
            var scanner = ByteScanner(entry[...], origin: place)
            place += 16
            guard PerfData.Feature(rawValue: feature) != nil else { continue }
            let offset = try scanner.number(UInt64.self, "a feature's place")
            let size = try scanner.number(UInt64.self, "a feature's size")
            let content = try section(file, offset, size, "feature \(feature)")
            switch PerfData.Feature(rawValue: feature) {
            case .tracingData: tracing = try TracingData(content[...], origin: offset)
            case .events: RecordingHead.name(&events, by: content[...])
            default: try info.take(feature, content[...], origin: offset)
            }
        }
    }

    /// Gives events the names that the description of events has for them.
    static func name(_ events: inout [RecordedEvent], by description: ArraySlice<UInt8>) {
        var scanner = ByteScanner(description, origin: 0)
        do throws(RecordingError) {
            let count = try scanner.number(UInt32.self, "")
            let size = try scanner.number(UInt32.self, "")
            for index in 0..<min(Int(count), events.count) {
                _ = try scanner.take(UInt64(size), "")
                let ids = try scanner.number(UInt32.self, "")
                events[index].name = try scanner.string("")
                _ = try scanner.take(UInt64(ids) * 8, "")
            }
        } catch {
            // Names that are missing are told by the formats.
        }
    }

    /// A part of the file that the head points at.
    private func section(_ file: Int32, _ offset: UInt64, _ size: UInt64, _ what: String)
        throws(RecordingError) -> [UInt8]
    {
        let (end, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, end <= fileSize, size <= RecordingHead.longestPart else {
            throw RecordingError(
                "\(what) should be \(size) bytes long, but the file ends at byte \(fileSize)", at: offset)
        }
        guard let bytes = try? part(file, offset, size), bytes.count == Int(size) else {
            throw RecordingError("\(what) cannot be read", at: offset)
        }
        return bytes
    }

    private func part(_ file: Int32, _ offset: UInt64, _ size: UInt64) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(size))
        let count = try unsafe bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
            try unsafe System.readAll(file, into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
        return Array(bytes[..<count])
    }

    /// The first bytes of a file or pipe, fewer where there are fewer.
    private static func readAll(_ file: Int32, _ count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = try unsafe bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
                try unsafe System.read(
                    file,
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[done...]))
            }
            if got == 0 { break }
            done += got
        }
        return Array(bytes[..<done])
    }
}
