/// What a recording says of the tracepoints of its machine: their formats, as tracefs has them.
struct TracingData {
    private static let magic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)
    /// The greatest size of any of the texts, in bytes: a kernel's symbols take some ten million.
    private static let greatest: UInt64 = 64 << 20

    /// The `format` files, each with its subsystem.
    var formats: [(subsystem: String, text: [UInt8])] = []
    /// What is in `/proc/kallsyms`; most recordings leave it out.
    var symbols: [UInt8] = []
    /// What is in `printk_formats`.
    var texts: [UInt8] = []
    /// What is in `saved_cmdlines`: a line for each task, its id and its name.
    var names: [UInt8] = []
    /// What is in the files that describe a page of the kernel's own buffer, and the head of its events.
    var pageHeader: [UInt8] = []
    var eventHeader: [UInt8] = []

    /// The bytes for a file.
    ///
    /// - Parameters:
    ///   - version: that of the form, which is `0.6` in a recording of perf.
    ///   - pageSize: the size in bytes of a page of the kernel's own buffer.
    func encoded(version: String = "0.6", pageSize: Int) -> [UInt8] {
        var bytes = TracingData.magic + Array(version.utf8) + [0]
        // Little endian, numbers of eight bytes.
        bytes += [0, UInt8(MemoryLayout<Int>.size)]
        bytes.append(number: UInt32(pageSize))
        for (name, text) in [("header_page", pageHeader), ("header_event", eventHeader)] {
            bytes += Array(name.utf8) + [0]
            bytes.append(number: UInt64(text.count))
            bytes += text
        }
        var bySubsystem = Dictionary(grouping: formats, by: \.subsystem).mapValues { $0.map(\.text) }
        // Those of ftrace itself come first and without a name.
        bytes.append(texts: bySubsystem.removeValue(forKey: "ftrace") ?? [])
        bytes.append(number: UInt32(bySubsystem.count))
        for (subsystem, texts) in bySubsystem.sorted(by: { $0.key < $1.key }) {
            bytes += Array(subsystem.utf8) + [0]
            bytes.append(texts: texts)
        }
        bytes.append(number: UInt32(symbols.count))
        bytes += symbols
        bytes.append(number: UInt32(texts.count))
        bytes += texts
        bytes.append(number: UInt64(names.count))
        bytes += names
        return bytes
    }

    init() {}

    /// Reads the bytes of a file that start at `origin` there.
    init(_ bytes: ArraySlice<UInt8>, origin: UInt64) throws(RecordingError) {
        var scanner = ByteScanner(bytes, origin: origin)
        guard
            try scanner.take(UInt64(TracingData.magic.count), "the tracing data").elementsEqual(
                TracingData.magic)
        else { throw RecordingError("the tracing data does not begin as such", at: origin) }
        _ = try scanner.untilZero("the version of the tracing data")
        let place = scanner.offset
        guard try scanner.number(UInt8.self, "the byte order") == 0 else {
            throw RecordingError("the traced machine had the other byte order", at: place)
        }
        guard try scanner.number(UInt8.self, "the size of a long") == 8 else {
            throw RecordingError("the traced machine did not have 64 bits", at: place + 1)
        }
        _ = try scanner.number(UInt32.self, "the size of a page")
        pageHeader = try TracingData.section(named: "header_page", &scanner)
        eventHeader = try TracingData.section(named: "header_event", &scanner)
        for _ in 0..<(try scanner.number(UInt32.self, "the number of formats of ftrace")) {
            formats.append(("ftrace", try TracingData.text("a format of ftrace", &scanner)))
        }
        for _ in 0..<(try scanner.number(UInt32.self, "the number of subsystems")) {
            let name = try scanner.untilZero("the name of a subsystem")
            let subsystem = String(decoding: name, as: UTF8.self)
            for _ in 0..<(try scanner.number(UInt32.self, "the number of formats")) {
                formats.append((subsystem, try TracingData.text("a format of \(subsystem)", &scanner)))
            }
        }
        let symbolsSize = try scanner.number(UInt32.self, "the size of the symbols")
        symbols = Array(try scanner.take(UInt64(symbolsSize), "the table of symbols"))
        let size = try scanner.number(UInt32.self, "the size of the printk formats")
        texts = Array(try scanner.take(UInt64(size), "the table of printk formats"))
        // Names that the machine had saved may follow; the records of tasks tell more.
    }

    private static func section(named name: String, _ scanner: inout ByteScanner) throws(RecordingError)
        -> [UInt8]
    {
        let place = scanner.offset
        guard try scanner.untilZero(name).elementsEqual(name.utf8) else {
            throw RecordingError("\(name) is missing in the tracing data", at: place)
        }
        return try text(name, &scanner)
    }

    private static func text(_ what: String, _ scanner: inout ByteScanner) throws(RecordingError) -> [UInt8] {
        let place = scanner.offset
        let size = try scanner.number(UInt64.self, "the size of \(what)")
        guard size <= greatest else { throw RecordingError("\(what) is \(size) bytes long", at: place) }
        return Array(try scanner.take(size, what))
    }
}

extension [UInt8] {
    /// Appends the number of texts, and each with its size before it.
    fileprivate mutating func append(texts: [[UInt8]]) {
        append(number: UInt32(texts.count))
        for text in texts {
            append(number: UInt64(text.count))
            self += text
        }
    }
}
