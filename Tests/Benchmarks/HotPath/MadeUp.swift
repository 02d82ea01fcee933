import Tracepoints

/// A tracepoint's event, made up: its layout and one record.
struct MadeUpEvent {
    let layout: EventLayout
    let record: [UInt8]

    /// A system call without arguments.
    static var systemCall: MadeUpEvent {
        MadeUpEvent(
            "syscalls", "sys_enter_getppid", fields: [integer("__syscall_nr", at: 8)],
            printFormat: #"" ""#, content: bytes(Int32(110)) + [0, 0, 0, 0])
    }

    /// A context switch, which has text, numbers and flags.
    static var contextSwitch: MadeUpEvent {
        let fields = [
            text("prev_comm", at: 8), integer("prev_pid", at: 24), integer("prev_prio", at: 28),
            integer("prev_state", at: 32, size: 8), text("next_comm", at: 40), integer("next_pid", at: 56),
            integer("next_prio", at: 60),
        ]
        let states =
            #"{ 1, "S" }, { 2, "D" }, { 4, "T" }, { 8, "t" }, { 0x10, "X" }, { 0x20, "Z" }, { 0x80, "I" }"#
        return MadeUpEvent(
            "sched", "sched_switch", fields: fields,
            printFormat: #"""
                "prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%s%s ==> next_comm=%s next_pid=%d next_prio=%d", \#
                REC->prev_comm, REC->prev_pid, REC->prev_prio, (REC->prev_state & 0xff) ? \#
                __print_flags(REC->prev_state & 0xff, "|", \#(states)) : "R", \#
                REC->prev_state & 0x100 ? "+" : "", REC->next_comm, REC->next_pid, REC->next_prio
                """#,
            content: name("pingpong") + bytes(Int32(4321)) + bytes(Int32(120)) + bytes(Int64(1))
                + name("kworker/1:2") + bytes(Int32(76)) + bytes(Int32(120)))
    }

    private init(
        _ subsystem: String, _ name: String, fields: [Field], printFormat: String, content: [UInt8]
    ) {
        layout = EventLayout(
            id: 7, subsystem: subsystem, name: name, fields: fields,
            commonFields: [
                Self.integer("common_type", at: 0, size: 2), Self.integer("common_flags", at: 2, size: 1),
                Self.integer("common_preempt_count", at: 3, size: 1), Self.integer("common_pid", at: 4),
            ], printFormat: printFormat)
        record = bytes(UInt16(7)) + [0, 0] + bytes(MadeUpRing.tid) + content
    }

    private static func integer(_ name: String, at offset: Int, size: Int = 4) -> Field {
        Field(
            name: name, type: size == 8 ? "long" : "int", offset: offset, size: size, kind: .integer,
            isSigned: true, elementSize: size, elementCount: 1)
    }

    private static func text(_ name: String, at offset: Int) -> Field {
        Field(
            name: name, type: "char[16]", offset: offset, size: 16, kind: .text, isSigned: false,
            elementSize: 1, elementCount: 16)
    }
}

/// A ring buffer in made-up memory, filled with one record of a name and then with events.
@safe
final class MadeUpRing {
    static let tid: Int32 = 4321
    let cpu: Int32
    /// The number of bytes that have been written.
    let size: Int
    private let capacity: Int
    private let memory: UnsafeMutableRawPointer
    private let scratch: UnsafeMutableRawPointer
    private let nameSize: Int
    private let eventSize: Int

    /// Writes that many events, a microsecond apart and half of one off those of the other CPU.
    init(_ event: MadeUpEvent, cpu: Int32, count: Int) {
        self.cpu = cpu
        let comm = record(
            type: 3, bytes(Self.tid) + bytes(Self.tid) + name("pingpong") + bytes(UInt64(cpu)))
        // The length of the raw part is such that the record ends at a multiple of eight bytes.
        let raw = event.record + Array(repeating: 0, count: (12 - event.record.count % 8) % 8)
        let events = (0..<count).map { index in
            let time = UInt64(6_851_528_272_123 + 1000 * index + 500 * Int(cpu))
            return record(type: 9, bytes(time) + bytes(UInt32(raw.count)) + raw)
        }
        nameSize = comm.count
        eventSize = events[0].count
        size = nameSize + eventSize * count
        var capacity = 4096
        while capacity < size { capacity *= 2 }
        self.capacity = capacity
        unsafe memory = .allocate(byteCount: capacity, alignment: 4096)
        unsafe scratch = .allocate(byteCount: RingCursor.longestRecord, alignment: 8)
        var offset = 0
        for record in [comm] + events {
            unsafe (memory + offset).copyMemory(from: record, byteCount: record.count)
            offset += record.count
        }
    }

    deinit {
        unsafe memory.deallocate()
        unsafe scratch.deallocate()
    }

    /// A walk over the ring from its beginning.
    var cursor: RingCursor {
        unsafe RingCursor(data: UnsafeRawPointer(memory), capacity: capacity, scratch: scratch)
    }

    /// Where the last record ends that is whole within the first `bytes` bytes.
    func recordEnd(at bytes: Int) -> UInt64 {
        UInt64(bytes < nameSize ? 0 : nameSize + (bytes - nameSize) / eventSize * eventSize)
    }
}

/// A record with its header.
private func record(type: UInt32, _ body: [UInt8]) -> [UInt8] {
    bytes(type) + bytes(UInt16(0)) + bytes(UInt16(8 + body.count)) + body
}

/// The name of a task, with zeros up to its sixteen bytes.
private func name(_ text: String) -> [UInt8] {
    Array((Array(text.utf8) + Array(repeating: 0, count: 16)).prefix(16))
}

/// The bytes of a value as they lie in memory.
private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    unsafe withUnsafeBytes(of: value) { bytes in unsafe Array(bytes) }
}
