/// What a recording tells of the machine and the run that it comes from.
package struct RecordingInfo: Sendable {
    package var hostname: String?
    /// The release of the kernel.
    package var release: String?
    /// The version of the tool that recorded.
    package var version: String?
    package var architecture: String?
    package var cpusOnline: UInt32?
    package var cpusAvailable: UInt32?
    package var cpuDescription: String?
    /// The memory in bytes.
    package var memory: UInt64?
    /// The command line that recorded.
    package var commandLine: [String] = []
    /// The times of the first and the last sample, in nanoseconds of the event clock.
    package var sampleTime: (first: UInt64, last: UInt64)?
    /// Add this to an event's time for the wall clock, in nanoseconds; `nil` where the recording does not tell.
    package var wallOffset: Int64?
    /// The event clock (`clockid_t`); `nil` where the recording does not tell.
    package var clock: Int32?

    init() {}

    /// Takes up what a feature tells.
    mutating func take(_ feature: Int, _ bytes: ArraySlice<UInt8>, origin: UInt64) throws(RecordingError) {
        var scanner = ByteScanner(bytes, origin: origin)
        switch PerfData.Feature(rawValue: feature) {
        case .hostname: hostname = try scanner.string("the name of the machine")
        case .release: release = try scanner.string("the release of the kernel")
        case .version: version = try scanner.string("the version of the tool")
        case .architecture: architecture = try scanner.string("the architecture")
        case .cpuDescription: cpuDescription = try scanner.string("the description of the CPU")
        case .memory: memory = try scanner.number(UInt64.self, "the size of the memory") << 10
        case .cpuCounts:
            cpusAvailable = try scanner.number(UInt32.self, "the number of CPUs")
            cpusOnline = try scanner.number(UInt32.self, "the number of CPUs")
        case .commandLine:
            commandLine = []
            for _ in 0..<(try scanner.number(UInt32.self, "the length of the command line")) {
                commandLine.append(try scanner.string("a word of the command line"))
            }
        case .sampleTime:
            let first = try scanner.number(UInt64.self, "the time of the first sample")
            let last = try scanner.number(UInt64.self, "the time of the last sample")
            if first > 0, first <= last { sampleTime = (first, last) }
        case .clockData:
            _ = try scanner.number(UInt32.self, "the version of the clock's data")
            clock = Int32(bitPattern: try scanner.number(UInt32.self, "the clock"))
            let wall = try scanner.number(UInt64.self, "the wall clock's time")
            let time = try scanner.number(UInt64.self, "the event clock's time")
            wallOffset = Int64(truncatingIfNeeded: wall &- time)
        case .tracingData, .events, .clock, .compressed, nil: break
        }
    }

    /// The features of this machine and run, by their numbers.
    func features(_ events: [RecordedEvent], clock: Int32, wallTime: UInt64, eventTime: UInt64) -> [(
        PerfData.Feature, [UInt8]
    )] {
        var features: [(PerfData.Feature, [UInt8])] = []
        func add(_ feature: PerfData.Feature, _ fill: (inout [UInt8]) -> Void) {
            var bytes: [UInt8] = []
            fill(&bytes)
            features.append((feature, bytes))
        }
        func add(_ feature: PerfData.Feature, _ text: String?) {
            if let text { add(feature) { $0.append(string: Array(text.utf8)) } }
        }
        add(.hostname, hostname)
        add(.release, release)
        add(.version, version)
        add(.architecture, architecture)
        if let cpusOnline, let cpusAvailable {
            add(.cpuCounts) {
                $0.append(number: cpusAvailable)
                $0.append(number: cpusOnline)
            }
        }
        add(.cpuDescription, cpuDescription)
        if let memory { add(.memory) { $0.append(number: memory >> 10) } }
        add(.commandLine) {
            $0.append(number: UInt32(commandLine.count))
            for word in commandLine { $0.append(string: Array(word.utf8)) }
        }
        add(.events) {
            $0.append(number: UInt32(events.count))
            $0.append(number: UInt32(events.first?.attributes.count ?? 0))
            for event in events {
                $0 += event.attributes
                $0.append(number: UInt32(event.ids.count))
                $0.append(string: Array(event.name.utf8))
                for id in event.ids { $0.append(number: id) }
            }
        }
        if let sampleTime {
            add(.sampleTime) {
                $0.append(number: sampleTime.first)
                $0.append(number: sampleTime.last)
            }
        }
        // The clock's resolution: a nanosecond.
        add(.clock) { $0.append(number: UInt64(1)) }
        add(.clockData) {
            $0.append(number: UInt32(1))
            $0.append(number: UInt32(bitPattern: clock))
            $0.append(number: wallTime)
            $0.append(number: eventTime)
        }
        return features
    }
}
