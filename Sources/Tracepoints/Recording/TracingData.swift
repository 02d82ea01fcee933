/// What a recording says of the tracepoints of its machine: their formats, as tracefs has them.
struct TracingData {
    private static let magic: [UInt8] = [0x17, 0x08, 0x44] + Array("tracing".utf8)
    /// The greatest size of any of the texts, in bytes: a kernel's symbols take some ten million.
    private static let greatest: UInt64 = 64 << 20

    /// The `format` files, each with its subsystem.
    var formats: [(subsystem: String, text: [UInt8])] = []
    /// What is in `printk_formats`.
    var texts: [UInt8] = []
    /// What is in the files that describe a page of the kernel's own buffer, and the head of its events.
    var pageHeader: [UInt8] = []
    var eventHeader: [UInt8] = []

    /// The bytes for a file; their number is a multiple of eight.
    func encoded(pageSize: Int) -> [UInt8] {
        var bytes = TracingData.magic + Array("0.6".utf8) + [0]
        // Little endian, numbers of eight bytes.
        bytes += [0, UInt8(MemoryLayout<Int>.size)]
        bytes.append(number: UInt32(pageSize))
        for (name, text) in [("header_page", pageHeader), ("header_event", eventHeader)] {
            bytes += Array(name.utf8) + [0]
            bytes.append(number: UInt64(text.count))
            bytes += text
        }
        // No events of the function tracer.
        bytes.append(number: UInt32(0))
        let subsystems = Set(formats.map(\.subsystem)).sorted()
        bytes.append(number: UInt32(subsystems.count))
        for subsystem in subsystems {
            let own = formats.filter { $0.subsystem == subsystem }
            bytes += Array(subsystem.utf8) + [0]
            bytes.append(number: UInt32(own.count))
            for format in own {
                bytes.append(number: UInt64(format.text.count))
                bytes += format.text
            }
        }
        // No symbols.
        bytes.append(number: UInt32(0))
        bytes.append(number: UInt32(texts.count))
        bytes += texts
        // No saved names.
        bytes.append(number: UInt64(0))
        while bytes.count % 8 != 0 { bytes.append(0) }
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
        let symbols = try scanner.number(UInt32.self, "the size of the symbols")
        _ = try scanner.take(UInt64(symbols), "the table of symbols")
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
