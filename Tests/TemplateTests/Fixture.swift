import Template
import Tracepoints

/// An event made up for tests: fields are added one by one, each with the bytes of its value.
struct MadeEvent {
    var subsystem = "test"
    var name = "made"
    /// What the kernel would print; this one cannot be compiled.
    var printFormat = "REC->"
    private(set) var fields: [Field] = []
    /// The record: the common fields, then those that were added.
    private(set) var record: [UInt8] = [7, 0, 0, 0, 0x39, 0x30, 0, 0]
    /// What lies behind the fixed fields, and which location words lead there.
    private var dynamic: [(word: Int, isRelative: Bool, bytes: [UInt8])] = []

    init(_ name: String = "made") { self.name = name }

    func printed(as format: String) -> MadeEvent {
        var event = self
        event.printFormat = format
        return event
    }

    private func adding(_ field: Field, _ bytes: [UInt8]) -> MadeEvent {
        var event = self
        event.fields.append(field)
        event.record += bytes
        return event
    }

    func integer<T: FixedWidthInteger>(_ name: String, _ value: T, type: String = "int") -> MadeEvent {
        let bytes = memory(of: value)
        let field = Field(
            name: name, type: type, offset: record.count, size: bytes.count, kind: .integer,
            isSigned: T.isSigned, elementSize: bytes.count, elementCount: 1)
        return adding(field, bytes)
    }

    func pointer(_ name: String, _ value: UInt64) -> MadeEvent {
        let field = Field(
            name: name, type: "void *", offset: record.count, size: 8, kind: .pointer, isSigned: false,
            elementSize: 8, elementCount: 1)
        return adding(field, memory(of: value))
    }

    func text(_ name: String, _ bytes: [UInt8], size: Int) -> MadeEvent {
        let field = Field(
            name: name, type: "char[\(size)]", offset: record.count, size: size, kind: .text, isSigned: true,
            elementSize: 1, elementCount: size)
        return adding(field, Array((bytes + Array(repeating: 0, count: size)).prefix(size)))
    }

    func text(_ name: String, _ text: String, size: Int = 16) -> MadeEvent {
        self.text(name, Array(text.utf8), size: size)
    }

    func dynamic(
        _ name: String, _ kind: Field.Kind, _ bytes: [UInt8], elementSize: Int = 1, isSigned: Bool = false,
        isRelative: Bool = false
    ) -> MadeEvent {
        let type = kind == .dynamicText ? "char" : "T"
        let field = Field(
            name: name, type: "__data_loc \(type)[]", offset: record.count, size: 4, kind: kind,
            isSigned: isSigned,
            elementSize: elementSize, elementCount: 0, isRelative: isRelative)
        var event = adding(field, [0, 0, 0, 0])
        event.dynamic.append((field.offset, isRelative, bytes))
        return event
    }

    func string(_ name: String, _ text: String) -> MadeEvent {
        dynamic(name, .dynamicText, Array(text.utf8) + [0])
    }

    func array<T: FixedWidthInteger>(_ name: String, _ values: [T]) -> MadeEvent {
        let bytes = values.flatMap { value in memory(of: value) }
        let field = Field(
            name: name, type: "int[\(values.count)]", offset: record.count, size: bytes.count, kind: .array,
            isSigned: T.isSigned, elementSize: MemoryLayout<T>.size, elementCount: values.count)
        return adding(field, bytes)
    }

    func opaque(_ name: String, _ bytes: [UInt8]) -> MadeEvent {
        let field = Field(
            name: name, type: "struct thing", offset: record.count, size: bytes.count, kind: .opaque,
            isSigned: false, elementSize: bytes.count, elementCount: 1)
        return adding(field, bytes)
    }

    var layout: EventLayout {
        func common(_ name: String, _ offset: Int, _ size: Int) -> Field {
            Field(
                name: name, type: "int", offset: offset, size: size, kind: .integer, isSigned: true,
                elementSize: size, elementCount: 1)
        }
        return EventLayout(
            id: 7, subsystem: subsystem, name: name, fields: fields,
            commonFields: [
                common("common_type", 0, 2), common("common_flags", 2, 1),
                common("common_preempt_count", 3, 1), common("common_pid", 4, 4),
            ], printFormat: printFormat)
    }

    /// The record with what its location words lead to.
    var bytes: [UInt8] {
        var bytes = record
        for (word, isRelative, content) in dynamic {
            let start = bytes.count - (isRelative ? word + 4 : 0)
            let value = UInt32(start) | UInt32(content.count) << 16
            bytes.replaceSubrange(word..<word + 4, with: memory(of: value))
            bytes += content
        }
        return bytes
    }
}

/// The bytes of a value as they lie in memory.
func memory(of value: some FixedWidthInteger) -> [UInt8] {
    unsafe withUnsafeBytes(of: value) { bytes in unsafe Array(bytes) }
}

extension LineBuffer {
    /// A copy of what has been rendered.
    var copy: [UInt8] { unsafe Array(bytes) }

    /// What has been rendered, as text.
    var string: String { String(decoding: copy, as: UTF8.self) }
}

/// What an event is rendered with beside its record.
struct Moment {
    var time: UInt64 = 6_851_528_272_123
    var cpu: Int32 = 3
    var pid: Int32 = 731
    var tid: Int32 = 732
    var comm = Comm("bash".utf8)
    var process: ProcessDetails?
    var isLate = false
}

extension Moment {
    /// The sample of an event at this moment.
    func sample(_ record: Bytes, event: Int) -> Sample {
        Sample(
            record: record, time: time, event: Int32(event), cpu: cpu, pid: pid, tid: tid, comm: comm,
            process: process == nil ? -1 : 0, isLate: isLate)
    }
}

/// The bytes of a line for one event.
func renderBytes(
    _ template: String, _ event: MadeEvent = MadeEvent(), _ moment: Moment = Moment(),
    options: RenderOptions = RenderOptions(startTime: 6_850_000_000_000), wallOffset: Int64 = 0,
    record: [UInt8]? = nil
) throws -> [UInt8] {
    var renderer = try Renderer(
        [(event.layout, 0)], templates: [Template.parse(template)], symbols: KernelSymbols(),
        options: options)
    var line = LineBuffer(capacity: 64)
    render(&renderer, [(event: 0, bytes: record ?? event.bytes, moment: moment)], wallOffset, into: &line)
    return line.copy
}

/// The line for one event, without its newline.
func render(
    _ template: String, _ event: MadeEvent = MadeEvent(), _ moment: Moment = Moment(),
    options: RenderOptions = RenderOptions(startTime: 6_850_000_000_000), wallOffset: Int64 = 0
) throws -> String {
    let bytes = try renderBytes(template + "\\c", event, moment, options: options, wallOffset: wallOffset)
    return String(decoding: bytes, as: UTF8.self)
}

/// Renders events one after the other.
func render(
    _ renderer: inout Renderer, _ events: [(event: Int, bytes: [UInt8], moment: Moment)],
    _ wallOffset: Int64 = 0, into line: inout LineBuffer
) {
    for (event, bytes, moment) in events {
        unsafe bytes.withUnsafeBytes { bytes in
            let sample = unsafe moment.sample(Bytes(bytes), event: event)
            unsafe withUnsafePointer(to: sample) { sample in
                let batch = unsafe Batch(
                    samples: UnsafeBufferPointer(start: sample, count: 1), wallOffset: wallOffset,
                    processes: moment.process.map { [$0] } ?? [])
                let result = renderer.render(batch, from: 0, limit: .max, into: &line)
                precondition(result.consumed == 1 && result.lines == 1)
            }
        }
    }
}
