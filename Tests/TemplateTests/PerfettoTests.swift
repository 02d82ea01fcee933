import Testing

@testable import Template
@testable import Tracepoints

/// Traces of Perfetto, read again by a reader of protobuf's wire format that this file has.
@Suite struct PerfettoTests {
    /// A message as its bytes tell of it: the fields in their order.
    private struct Message: Equatable {
        enum Value: Equatable {
            case number(UInt64)
            case bytes([UInt8])
        }
        var fields: [(number: Int, value: Value)] = []

        static func == (one: Message, other: Message) -> Bool {
            one.fields.elementsEqual(other.fields) { $0.number == $1.number && $0.value == $1.value }
        }

        /// Reads a message, all bytes of which must be used up.
        init(_ bytes: some Collection<UInt8>) throws {
            var rest = Array(bytes)[...]
            func number() throws -> UInt64 {
                var value: UInt64 = 0
                for shift in stride(from: UInt64(0), to: 70, by: 7) {
                    guard let byte = rest.popFirst() else { throw Broken("a number is cut off") }
                    value |= UInt64(byte & 0x7f) << shift
                    if byte < 0x80 { return value }
                }
                throw Broken("a number of more than ten bytes")
            }
            while !rest.isEmpty {
                let tag = try number()
                switch tag & 7 {
                case 0: fields.append((Int(tag >> 3), .number(try number())))
                case 2:
                    let length = try number()
                    guard length <= rest.count else {
                        throw Broken("a length of \(length), \(rest.count) left")
                    }
                    fields.append((Int(tag >> 3), .bytes(Array(rest.prefix(Int(length))))))
                    rest = rest.dropFirst(Int(length))
                default: throw Broken("a value of kind \(tag & 7)")
                }
            }
        }

        func numbers(_ field: Int) -> [UInt64] {
            fields.compactMap {
                if $0.number == field, case .number(let value) = $0.value { value } else { nil }
            }
        }

        func texts(_ field: Int) -> [String] {
            fields.compactMap {
                if $0.number == field, case .bytes(let bytes) = $0.value {
                    String(validating: bytes, as: UTF8.self)
                } else {
                    nil
                }
            }
        }

        func messages(_ field: Int) throws -> [Message] {
            try fields.compactMap {
                if $0.number == field, case .bytes(let bytes) = $0.value { try Message(bytes) } else { nil }
            }
        }

        func message(_ field: Int) throws -> Message {
            let all = try messages(field)
            try #require(all.count == 1, "\(all.count) messages \(field)")
            return all[0]
        }
    }

    private struct Broken: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    // MARK: The wire format

    @Test(
        "Numbers have seven bits to a byte",
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7f]), (128, [0x80, 1]), (300, [0xac, 2]), (16384, [0x80, 0x80, 1]),
            (UInt64(1) << 63, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]),
            (.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        ] as [(UInt64, [UInt8])])
    func numbers(_ value: UInt64, _ bytes: [UInt8]) {
        var line = LineBuffer(capacity: 64)
        line.append(varint: value)
        #expect(line.copy == bytes)
    }

    @Test("Lengths take as many bytes as they need", arguments: [0, 1, 127, 128, 16383, 16384, 300_000])
    func lengths(_ length: Int) throws {
        var line = LineBuffer(capacity: 64)
        let outer = line.beginMessage(1)
        let inner = line.beginMessage(300)
        line.append(0x55, times: length)
        line.endMessage(inner)
        line.append(field: 2, 7)
        line.endMessage(outer)
        let message = try Message(line.copy).message(1)
        #expect(message.numbers(2) == [7])
        #expect(message.texts(300) == [String(repeating: "U", count: length)])
        func width(_ number: Int) -> Int { number < 1 << 7 ? 1 : number < 1 << 14 ? 2 : 3 }
        let held = 2 + width(length) + length + 2
        #expect(line.count == 1 + width(held) + held)
    }

    @Test("Text that is UTF-8 stays as it is; other bytes are escaped")
    func text() {
        func written(_ bytes: [UInt8]) -> String {
            var line = LineBuffer(capacity: 64)
            unsafe bytes.withUnsafeBytes { bytes in unsafe line.append(utf8: Bytes(bytes)) }
            return line.string
        }
        #expect(written(Array("a\\b\n\u{202e}é".utf8)) == "a\\b\n\u{202e}é")
        #expect(written([0x61, 0xff, 0xc3]) == "a\\xff\\xc3")
        #expect(written([]) == "")
    }

    // MARK: The messages

    @Test("The table of messages is well-formed, and no two events share a message")
    func table() throws {
        let rows = FtraceMessage.rows
        #expect(rows.count > 80)
        var numbers: Set<Int> = [FtraceMessage.generic]
        for row in rows {
            let message = try #require(FtraceMessage.named(String(row[0])), "\(row)")
            #expect(numbers.insert(message.number).inserted, "\(row)")
            let places = row.dropFirst(2).compactMap { word in
                word.split(separator: "=").first.flatMap { message.field(String($0))?.number }
            }
            #expect(places.count == row.count - 2 && Set(places).count == places.count, "\(row)")
        }
        #expect(FtraceMessage.named("sched:sched_switc") == nil)
    }

    /// The trace of one event, without its head.
    private func trace(
        _ event: MadeEvent, _ moment: Moment = Moment(), record: [UInt8]? = nil, others: [MadeEvent] = []
    ) throws -> [Message] {
        var trace = PerfettoTrace([event.layout] + others.map(\.layout))
        return try packets([(0, record ?? event.bytes, moment)], &trace)
    }

    private func packets(
        _ events: [(event: Int, bytes: [UInt8], moment: Moment)], _ trace: inout PerfettoTrace,
        lossy: Set<Int32> = []
    ) throws -> [Message] {
        var line = LineBuffer(capacity: 64)
        let memory = events.flatMap(\.bytes)
        unsafe memory.withUnsafeBytes { memory in
            var start = 0
            let samples = events.map { event, bytes, moment in
                defer { start += bytes.count }
                let record = unsafe UnsafeRawBufferPointer(rebasing: memory[start..<start + bytes.count])
                return unsafe moment.sample(Bytes(record), event: event)
            }
            unsafe samples.withUnsafeBufferPointer { samples in
                let batch = unsafe Batch(samples: samples, wallOffset: 0, processes: [])
                trace.begin(batch, lossy: lossy, to: &line) { tid in (Comm("leader\(tid)".utf8), 1) }
                while trace.appendBundle(of: batch, to: &line) {}
            }
        }
        return try Message(line.copy).messages(1)
    }

    /// The only event of a trace.
    private func event(in packets: [Message]) throws -> Message {
        try #require(packets.last).message(1).message(2)
    }

    private static func named(_ subsystem: String, _ name: String) -> MadeEvent {
        var event = MadeEvent(name)
        event.subsystem = subsystem
        return event
    }

    @Test("An event that Perfetto knows has its own message, whatever the order of the kernel's fields")
    func known() throws {
        let made = Self.named("sched", "sched_switch").integer("prev_pid", Int32(-1)).text(
            "next_comm", "b\u{fc}"
        )
        .integer("prev_state", Int64(-2)).integer("prev_prio", Int32(120)).text("prev_comm", "a")
        .integer("next_pid", Int32(7)).integer("next_prio", Int32(98))
        var moment = Moment()
        moment.tid = 12345
        let packets = try trace(made, moment)
        let event = try event(in: packets)
        #expect(event.numbers(1) == [6_851_528_272_123])
        #expect(event.numbers(2) == [12345])
        let message = try event.message(4)
        #expect(message.texts(1) == ["a"])
        #expect(message.numbers(2) == [.max])
        #expect(message.numbers(3) == [120])
        #expect(message.numbers(4) == [.max - 1])
        #expect(message.texts(5) == ["b\u{fc}"])
        #expect(message.numbers(6) == [7])
        #expect(message.numbers(7) == [98])
        #expect(try packets.last?.message(1).numbers(1) == [3])
        // The task is not told by numbers of another PID namespace.
        #expect(packets.count == 3)
        moment.tid = 12344
        #expect(try trace(made, moment).count == 1)
    }

    @Test("Widths and signs are those of the message; devices are numbered as programs do")
    func widths() throws {
        let made = Self.named("block", "block_rq_issue").integer(
            "dev", UInt32(8 << 20 | 0x1ff), type: "dev_t"
        )
        .integer("sector", UInt64.max).integer("nr_sector", Int32(-1)).string("rwbs", "WS")
        .integer("ioprio", UInt16(4))
        let message = try event(in: trace(made)).message(45)
        #expect(message.numbers(1) == [0xff | 8 << 8 | 0x100 << 12])
        #expect(message.numbers(2) == [.max])
        #expect(message.numbers(3) == [0xffff_ffff])
        #expect(message.texts(5) == ["WS"])
        #expect(message.fields.count == 4)
    }

    @Test("Fields that a message has no place for make the event a general one, where nothing is drawn of it")
    func extra() throws {
        let made = Self.named("workqueue", "workqueue_execute_end").pointer("work", 1).pointer(
            "function", .max)
        #expect(try event(in: trace(made)).message(57).numbers(2) == [.max])
        let wider = try event(in: trace(made.integer("more", Int8(-3)))).message(327)
        #expect(wider.texts(1) == ["workqueue_execute_end"])
        let fields = try wider.messages(2)
        #expect(fields.map { $0.texts(1) } == [["work"], ["function"], ["more"]])
        #expect(fields[2].numbers(4) == [UInt64(bitPattern: -3)])
    }

    @Test("Every kind of field is told of an event that Perfetto does not know")
    func general() throws {
        let made = MadeEvent().integer("int", Int16(-5)).integer("unsigned", UInt32.max).pointer(
            "at", 0xffff_8000
        )
        .text("text", Array("caf\u{e9}".utf8), size: 8).string("long", "x\ny").array("list", [Int32(-1), 2])
        .dynamic("words", .dynamicArray, memory(of: UInt64.max), elementSize: 8)
        .dynamic("cpus", .dynamicBitmask, [0b1101, 0, 0, 0, 0, 0, 0, 0], elementSize: 8)
        .opaque("odd", [1, 2, 0xab]).dynamic("none", .dynamicArray, [], elementSize: 4)
        let fields = try event(in: trace(made)).message(327).messages(2)
        let names = ["int", "unsigned", "at", "text", "long", "list", "words", "cpus", "odd", "none"]
        #expect(fields.map { $0.texts(1) } == names.map { [$0] })
        #expect(fields[0].numbers(4) == [UInt64(bitPattern: -5)])
        #expect(fields[1].numbers(5) == [0xffff_ffff])
        #expect(fields[2].numbers(5) == [0xffff_8000])
        let texts = ["café", "x\ny", "-1,2", "18446744073709551615", "0,2-3", "0102ab", ""]
        #expect(fields.dropFirst(3).map { $0.texts(3) } == texts.map { [$0] })
    }

    @Test("System calls have the messages of all calls, by themselves and by their names, but not twice")
    func calls() throws {
        let raw = Self.named("raw_syscalls", "sys_enter").integer("id", Int64(39))
            .array("args", [UInt64.max, 2, 3, 4, 5, 6])
        let message = try event(in: trace(raw)).message(329)
        #expect(message.numbers(1) == [39] && message.numbers(2) == [.max, 2, 3, 4, 5, 6])
        let enter = Self.named("syscalls", "sys_enter_read").integer("__syscall_nr", Int32(0))
            .integer("fd", UInt64(3)).pointer("buf", 0x7fff)
        let named = try event(in: trace(enter)).message(329)
        #expect(named.numbers(1) == [0] && named.numbers(2) == [3, 0x7fff])
        let exit = Self.named("syscalls", "sys_exit_read").integer("__syscall_nr", Int32(0))
            .integer("ret", Int64(-9))
        let left = try event(in: trace(exit)).message(330)
        #expect(left.numbers(1) == [0] && left.numbers(2) == [UInt64(bitPattern: -9)])
        #expect(try event(in: trace(exit, others: [raw])).message(327).texts(1) == ["sys_exit_read"])
    }

    // MARK: Packets

    @Test("Each CPU has bundles of its own, in which events keep their order; none is longer than it may be")
    func bundles() throws {
        let made = MadeEvent().text("text", Array(repeating: 0x61, count: 4000), size: 4000)
        var trace = PerfettoTrace([made.layout])
        let events = (0..<100).map { index in
            var moment = Moment()
            moment.cpu = Int32(index % 3)
            moment.time = UInt64(index)
            return (event: 0, bytes: made.bytes, moment: moment)
        }
        let bundles = try packets(events, &trace).flatMap { try $0.messages(1) }
        #expect(bundles.count == 6)
        for cpu in UInt64(0)..<3 {
            let times = try bundles.filter { $0.numbers(1) == [cpu] }.flatMap { try $0.messages(2) }
                .flatMap { $0.numbers(1) }
            #expect(times == Array(stride(from: cpu, to: 100, by: 3)))
        }
    }

    @Test("A CPU that cannot be is the first one's, and counted")
    func oddCPUs() throws {
        let made = MadeEvent().integer("x", Int32(1))
        var trace = PerfettoTrace([made.layout])
        let events = [Int32(-1), .min, .max, 8192, 8191].map { cpu in
            var moment = Moment()
            moment.cpu = cpu
            return (event: 0, bytes: made.bytes, moment: moment)
        }
        let bundles = try packets(events, &trace).flatMap { try $0.messages(1) }
        #expect(bundles.map { $0.numbers(1) } == [[8191], [0]])
        #expect(try bundles.map { try $0.messages(2).count } == [1, 4])
        #expect(trace.unplacedCount == 4)
    }

    @Test("A loss is told once, by the next bundle of its CPU, and at the end where there is none")
    func losses() throws {
        let made = MadeEvent().integer("x", Int32(1))
        var trace = PerfettoTrace([made.layout])
        func flags(_ lossy: Set<Int32>) throws -> [UInt64] {
            try packets([(0, made.bytes, Moment())], &trace, lossy: lossy).flatMap { try $0.messages(1) }
                .flatMap { $0.numbers(3) }
        }
        #expect(try flags([]).isEmpty)
        #expect(try flags([3, 5]) == [1])
        #expect(try flags([]).isEmpty)
        // Of a loss on no CPU that is told, each CPU may have been the one.
        #expect(try flags([-1]) == [1])
        #expect(try flags([]).isEmpty)
        var line = LineBuffer(capacity: 64)
        trace.appendTail(lossy: [], to: &line)
        let tail = try Message(line.copy).messages(1).map { try $0.message(1) }
        #expect(tail.map { $0.numbers(1) } == [[5]] && tail.map { $0.numbers(3) } == [[1]])
    }

    @Test("A task is told of once for each of its names, with the process that it is of")
    func tasks() throws {
        let made = MadeEvent().integer("x", Int32(1))
        var trace = PerfettoTrace([made.layout])
        func trees(_ tid: Int32, _ pid: Int32, _ comm: String) throws -> [Message] {
            var bytes = made.bytes
            bytes.replaceSubrange(4..<8, with: memory(of: tid))
            var moment = Moment()
            (moment.tid, moment.pid, moment.comm) = (tid, pid, Comm(comm.utf8))
            return try packets([(0, bytes, moment)], &trace).flatMap { try $0.messages(2) }
        }
        let first = try trees(12, 10, "worker")
        #expect(first.count == 2)
        let process = try first[0].message(1)
        #expect(process.numbers(1) == [10] && process.numbers(2) == [1] && process.texts(3) == ["leader10"])
        let threads = try first.map { try $0.message(2) }
        #expect(
            threads.map { $0.numbers(1) } == [[10], [12]] && threads.map { $0.numbers(3) } == [[10], [10]])
        #expect(threads.map { $0.texts(2) } == [["leader10"], ["worker"]])
        #expect(try trees(12, 10, "worker").isEmpty)
        #expect(try trees(12, 10, "renamed").map { try $0.message(2).texts(2) } == [["renamed"]])
        #expect(try trees(0, 0, "swapper/3").isEmpty)
    }

    @Test("The head tells the machine and what the clocks show at one moment")
    func head() throws {
        var machine = PerfettoTrace.Machine()
        (machine.release, machine.architecture, machine.cpus) = ("6.18.1", "x86_64", 2)
        var line = LineBuffer(capacity: 64)
        PerfettoTrace([]).appendHead(
            machine, time: 1000, wallOffset: 5, isMonotonic: true, to: &line)
        let packets = try Message(line.copy).messages(1)
        #expect(packets.map { $0.numbers(10) } == [[1], [1]])
        let snapshot = try packets[0].message(6)
        let clocks = try snapshot.messages(1)
        #expect(clocks.flatMap { $0.numbers(1) } == [6, 3, 1])
        #expect(clocks.flatMap { $0.numbers(2) } == [1000, 1000, 1005])
        #expect(snapshot.numbers(2) == [6])
        let system = try packets[1].message(45)
        #expect(system.numbers(8) == [2])
        let name = try system.message(1)
        #expect(name.texts(1) == ["Linux"] && name.texts(3) == ["6.18.1"] && name.texts(4) == ["x86_64"])
    }

    @Test("Records of any bytes and lengths make messages that can be read")
    func hostile() throws {
        let layouts = [
            Self.named("sched", "sched_switch").text("prev_comm", "a").integer("prev_pid", Int32(1))
                .integer("prev_state", Int64(1)),
            Self.named("raw_syscalls", "sys_enter").integer("id", Int64(1)).array("args", [UInt64](1...6)),
            MadeEvent().string("long", "x").dynamic("list", .dynamicArray, [1, 2], elementSize: 2)
                .dynamic("near", .dynamicBitmask, [1], isRelative: true).opaque("odd", [1, 2, 3]),
        ]
        var trace = PerfettoTrace(layouts.map(\.layout))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let index = Int.random(in: 0..<layouts.count, using: &random)
            var bytes = layouts[index].bytes
            for _ in 0..<Int.random(in: 0..<8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes = Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
            var moment = Moment()
            moment.cpu = .random(in: -2...9000, using: &random)
            moment.tid = bytes.count < 8 ? 1 : Int32(bytes[4])
            let packets = try packets([(index, bytes, moment)], &trace)
            let event = try event(in: packets)
            let messages = try event.messages([4, 329, 327][index])
            #expect(messages.count == 1)
            if index == 2 { for field in try messages[0].messages(2) { #expect(field.texts(1).count == 1) } }
        }
    }
}
