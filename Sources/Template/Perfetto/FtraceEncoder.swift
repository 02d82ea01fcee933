import Tracepoints

/// Writes events of the kernel as `FtraceEvent` messages of Perfetto: those that it knows in messages of their own,
/// others in one that names the event and its fields.
struct FtraceEncoder {
    /// How a value is written.
    private enum Form: UInt8 {
        case int32, uint32, whole, device, words, text, list, bits, hex

        /// The kind of value that a tag tells of.
        var wireType: UInt64 {
            switch self {
            case .int32, .uint32, .whole, .device, .words: 0
            case .text, .list, .bits, .hex: 2
            }
        }
    }

    /// One field: where it lies, and what is written of it.
    private struct Step {
        var token: FieldToken
        var form: Form
        /// Whether tag and name are a message around the value.
        var isNamed: Bool
        /// The width of an element of an array in bytes, and whether it is signed.
        var elementSize: Int
        var isSigned: Bool
        /// What stands before the value: its tag, after the name where it is named. Places in `heads`.
        var head: Range<Int>
    }

    /// One event: the number of its message, what stands first in it, and its steps.
    private struct Plan {
        var number: Int
        var head: Range<Int>
        var steps: Range<Int>
        var pid: FieldToken?
    }

    private var plans: [Plan] = []
    private var steps: [Step] = []
    private var heads: [UInt8] = []

    /// Makes ready for the events of those layouts; `Sample.event` is an index into them.
    init(_ layouts: [EventLayout]) {
        let hasRawCalls = layouts.contains { $0.fullName == "raw_syscalls:sys_enter" }
        for layout in layouts {
            let first = steps.count
            let pid = layout.commonFields.first { $0.name == "common_pid" }.map(FieldToken.init)
            // With the raw events each call would be there twice.
            let number = (hasRawCalls ? nil : addCall(layout)) ?? addKnown(layout)
            var head = 0..<0
            if number == nil {
                head = add { $0.append(field: Generic.name, layout.name) }
                for field in layout.fields { addNamed(field) }
            }
            plans.append(
                Plan(
                    number: number ?? FtraceMessage.generic, head: head, steps: first..<steps.count, pid: pid)
            )
        }
    }

    // MARK: Making ready

    /// The fields of the message that stands for any event.
    private enum Generic {
        static let name = 1
        static let field = 2
        static let fieldName = 1
        static let text = 3
        static let signed = 4
        static let unsigned = 5
    }

    /// Adds bytes that stand before a value.
    private mutating func add(_ fill: (inout LineBuffer) -> Void) -> Range<Int> {
        var line = LineBuffer(capacity: 64)
        fill(&line)
        let start = heads.count
        unsafe heads += Array(line.bytes)
        return start..<heads.count
    }

    private mutating func add(_ field: Field, _ form: Form, to number: Int) {
        steps.append(
            Step(
                token: FieldToken(field), form: form, isNamed: false, elementSize: field.elementSize,
                isSigned: field.isSigned,
                head: add { $0.append(varint: UInt64(number) << 3 | form.wireType) }))
    }

    /// Adds the steps of a system call, by itself or among all; answers the number of its message.
    private mutating func addCall(_ layout: EventLayout) -> Int? {
        guard layout.subsystem == "syscalls", let number = layout.fields.first,
            number.kind == .integer, number.name.hasSuffix("nr")
        else { return nil }
        let isExit = layout.name.hasPrefix("sys_exit_")
        guard isExit || layout.name.hasPrefix("sys_enter_"),
            let message = FtraceMessage.named(isExit ? "raw_syscalls:sys_exit" : "raw_syscalls:sys_enter"),
            let id = message.field("id"), let rest = message.field(isExit ? "ret" : "args")
        else { return nil }
        add(number, .whole, to: id.number)
        for field in layout.fields.dropFirst() where field.kind == .integer || field.kind == .pointer {
            // All of the register, as the raw event has it.
            let register = field.read(as: .integer, size: field.slotSize)
            add(register, .whole, to: rest.number)
        }
        return message.number
    }

    /// Adds the steps of an event that has a message of its own; answers the message's number, or `nil` where it has
    /// none, or none that has a place for all of its fields.
    private mutating func addKnown(_ layout: EventLayout) -> Int? {
        guard let message = FtraceMessage.named(layout.fullName) else { return nil }
        let known = layout.fields.compactMap { field in
            message.field(field.name).flatMap { place in
                FtraceEncoder.form(of: field, as: place.kind).map {
                    (field: field, form: $0, number: place.number)
                }
            }
        }
        guard message.isDrawn || known.count == layout.fields.count else { return nil }
        for (field, form, number) in known {
            let isPacked = field.kind == .array && form != .words
            add(isPacked ? field.read(as: .integer, size: field.size) : field, form, to: number)
        }
        return message.number
    }

    /// How a field is written into one of a kind; `nil` where it does not fit.
    private static func form(of field: Field, as kind: FtraceMessage.Kind) -> Form? {
        switch kind {
        case .text: return field.isText ? .text : nil
        case .words: return field.kind == .array && field.elementSize == 8 ? .words : nil
        case .int32, .uint32, .int64, .uint64:
            // An address of IP is an array of four bytes.
            let isNumber = field.kind == .integer || field.kind == .pointer
            guard isNumber || (field.kind == .array && [4, 8].contains(field.size)) else { return nil }
            if field.type == "dev_t" { return .device }
            return kind == .int32 ? .int32 : kind == .uint32 ? .uint32 : .whole
        }
    }

    /// Adds the step of a field that is written with its name.
    private mutating func addNamed(_ field: Field) {
        let form: Form
        switch field.kind {
        case .integer: form = field.type == "dev_t" ? .device : .whole
        case .pointer: form = .whole
        case .text, .dynamicText: form = .text
        case .array, .dynamicArray: form = .list
        case .dynamicBitmask: form = .bits
        case .opaque: form = .hex
        }
        let number = field.isSigned ? Generic.signed : Generic.unsigned
        let value = form.wireType == 0 ? number : Generic.text
        steps.append(
            Step(
                token: FieldToken(field), form: form, isNamed: true, elementSize: field.elementSize,
                isSigned: field.isSigned,
                head: add {
                    $0.append(field: Generic.fieldName, field.name)
                    $0.append(varint: UInt64(value) << 3 | form.wireType)
                }))
    }

    // MARK: Writing

    /// Whether a sample's thread id is the one that the events have: recorded in a PID namespace, it is another.
    func isNumbered(_ sample: Sample) -> Bool {
        guard let pid = plans[Int(sample.event)].pid?.integer(in: sample.record) else { return true }
        return pid == Int64(sample.tid)
    }

    /// Appends an event as a field of a bundle.
    func append(_ sample: Sample, field: Int, to line: inout LineBuffer) {
        let plan = plans[Int(sample.event)]
        let event = line.beginMessage(field)
        line.append(field: 1, sample.time)
        if let pid = plan.pid?.integer(in: sample.record) {
            line.append(field: 2, UInt64(UInt32(truncatingIfNeeded: pid)))
        }
        let message = line.beginMessage(plan.number)
        append(plan.head, to: &line)
        for index in plan.steps { append(steps[index], sample.record, to: &line) }
        line.endMessage(message)
        line.endMessage(event)
    }

    @inline(__always)
    private func append(_ head: Range<Int>, to line: inout LineBuffer) {
        unsafe heads.withUnsafeBytes { bytes in
            unsafe line.append(UnsafeRawBufferPointer(rebasing: bytes[head]))
        }
    }

    /// Appends a field, where the record has it.
    @inline(__always)
    private func append(_ step: Step, _ record: Bytes, to line: inout LineBuffer) {
        switch step.form {
        case .int32, .uint32, .whole, .device:
            guard let value = step.token.integer(in: record) else { return }
            let start = step.isNamed ? line.beginMessage(Generic.field) : -1
            append(step.head, to: &line)
            line.append(varint: FtraceEncoder.number(value, step.form))
            if start >= 0 { line.endMessage(start) }
        case .words:
            guard let content = step.token.content(in: record) else { return }
            var offset = 0
            while let word = content.load(offset, as: UInt64.self) {
                append(step.head, to: &line)
                line.append(varint: word)
                offset &+= 8
            }
        case .text, .list, .bits, .hex:
            guard let content = step.token.content(in: record) else { return }
            let start = step.isNamed ? line.beginMessage(Generic.field) : -1
            append(step.head, to: &line)
            let text = line.beginContent()
            switch step.form {
            case .text: line.append(utf8: content)
            case .bits: line.appendBitList(content)
            case .hex: line.appendHex(content)
            default: line.append(list: content, size: step.elementSize, isSigned: step.isSigned)
            }
            line.endMessage(text)
            if start >= 0 { line.endMessage(start) }
        }
    }

    /// The bits that stand for a number; those of 32 bits are extended by the sign of the message's field.
    @inline(__always)
    private static func number(_ value: Int64, _ form: Form) -> UInt64 {
        switch form {
        case .int32: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
        case .uint32: UInt64(UInt32(truncatingIfNeeded: value))
        case .device: device(UInt64(UInt32(truncatingIfNeeded: value)))
        default: UInt64(bitPattern: value)
        }
    }

    /// The number of a device as programs have it: the kernel keeps 20 bits for the minor one, programs put those
    /// above the lowest 8 over the major one's 12.
    private static func device(_ value: UInt64) -> UInt64 {
        let (major, minor) = (value >> 20, value & 0xfffff)
        return minor & 0xff | major << 8 | (minor & ~0xff) << 12
    }
}

extension LineBuffer {
    /// Appends the integers of an array as decimals with commas between them; an element of another width as bytes.
    fileprivate mutating func append(list: Bytes, size: Int, isSigned: Bool) {
        guard [1, 2, 4, 8].contains(size) else {
            appendHex(list)
            return
        }
        var offset = 0
        while let value = list.integer(at: offset, size: size, isSigned: isSigned) {
            if offset > 0 { append(UInt8(ascii: ",")) }
            if isSigned { appendDecimal(signed: value) } else { appendDecimal(UInt64(bitPattern: value)) }
            offset &+= size
        }
    }
}

extension Field {
    /// The field's bytes, read as something else.
    fileprivate func read(as kind: Kind, size: Int) -> Field {
        Field(
            name: name, type: type, offset: offset, size: size, kind: kind, isSigned: isSigned,
            elementSize: size, elementCount: 1, origin: origin)
    }
}
