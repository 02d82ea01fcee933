import Template
import Testing
import Tracepoints

/// Events of system calls, made up, and what the view makes of them.
private struct Calls: ~Copyable {
    private var records: [(event: Int32, time: UInt64, bytes: [UInt8])] = []
    private var options = SyscallViewOptions()

    init(_ change: (inout SyscallViewOptions) -> Void = { _ in }) { change(&options) }

    private static func bytes<T>(_ value: T) -> [UInt8] {
        unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
    }

    private mutating func add(
        _ event: Int32, _ time: UInt64, _ thread: Int32, mark: UInt8 = 0, _ rest: [UInt8]
    ) {
        records.append((event, time, [0, 0, mark, 0] + Self.bytes(thread) + rest))
    }

    mutating func enter(_ time: UInt64, _ thread: Int32, _ number: Int64, _ arguments: UInt64...) {
        let all = (arguments + Array(repeating: 0, count: 6)).prefix(6)
        add(0, time, thread, Self.bytes(number) + all.flatMap { Self.bytes($0) })
    }

    mutating func exit(_ time: UInt64, _ thread: Int32, _ number: Int64, _ result: Int64) {
        add(1, time, thread, Self.bytes(number) + Self.bytes(result))
    }

    mutating func path(_ time: UInt64, _ thread: Int32, _ address: UInt64, _ text: String, mark: UInt8 = 0) {
        add(3, time, thread, mark: mark, Self.bytes(address) + Array(text.utf8) + [0])
    }

    /// A layout that reads the fields of an event, as `raw_syscalls` has them.
    private static func layout(_ fields: [(name: String, offset: Int, size: Int)]) -> EventLayout {
        EventLayout(
            id: 1, subsystem: "raw_syscalls", name: "made",
            fields: fields.map {
                Field(
                    name: $0.name, type: "long", offset: $0.offset, size: $0.size,
                    kind: $0.size == 8 ? .integer : .array, isSigned: true, elementSize: 8,
                    elementCount: $0.size / 8)
            }, commonFields: [], printFormat: "")
    }

    /// What the kernel would tell of the arguments of the calls that the tests make.
    private static func arguments(of name: String) -> EventLayout? {
        let arguments: [String: [(String, String)]] = [
            "sys_enter_openat": [
                ("int", "dfd"), ("const char *", "filename"), ("int", "flags"), ("umode_t", "mode"),
            ],
            "sys_enter_rename": [("const char *", "oldname"), ("const char *", "newname")],
            "sys_enter_kill": [("pid_t", "pid"), ("int", "sig")],
            "sys_enter_mmap": [
                ("unsigned long", "addr"), ("unsigned long", "len"), ("unsigned long", "prot"),
                ("unsigned long", "flags"),
            ],
            "sys_enter_futex": [("u32 *", "uaddr"), ("int", "op")],
            "sys_enter_socket": [("int", "family"), ("int", "type"), ("int", "protocol")],
            "sys_enter_getppid": [], "sys_enter_clone": [("unsigned long", "clone_flags")],
            "sys_enter_exit_group": [("int", "error_code")], "sys_enter_rt_sigreturn": [],
        ]
        guard let own = arguments[name] else { return nil }
        let all = [("int", "__syscall_nr")] + own
        return EventLayout(
            id: 2, subsystem: "syscalls", name: name,
            fields: all.enumerated().map { index, argument in
                Field(
                    name: argument.1, type: argument.0, offset: 8 + 8 * index, size: 8,
                    kind: argument.0.contains("*") ? .pointer : .integer, isSigned: false, elementSize: 8,
                    elementCount: 1)
            }, commonFields: [], printFormat: "")
    }

    /// The lines that the view writes.
    func lines(limit: Int = Int.max, hasMarks: Bool = true) throws -> [String] {
        let layouts = [
            Self.layout([("id", 8, 8), ("args", 16, 48)]), Self.layout([("id", 8, 8), ("ret", 16, 8)]),
            Self.layout([]), Self.layout([]),
        ]
        let head = try Template.parse("<@tid> \\c")
        var renderer = try Renderer(
            layouts.map { ($0, 0) }, templates: [head], symbols: KernelSymbols(), options: RenderOptions())
        let host = unsafe SyscallHost(
            layout: Self.arguments, readMemory: { _, _, _ in 0 }, isCompat: { $0 == 32 },
            describeError: { "error \($0)" })
        let made = SyscallView(
            enter: (0, layouts[0]), exit: (1, layouts[1]), exec: (2, layouts[2]), paths: 3, options: options,
            host: host)
        guard var view = made else { return [] }
        view.hasMarks = hasMarks
        var line = LineBuffer()
        let all = records.flatMap(\.bytes)
        unsafe all.withUnsafeBytes { memory in
            var samples: [Sample] = []
            var offset = 0
            for record in records {
                let bytes = unsafe Bytes(
                    UnsafeRawBufferPointer(rebasing: memory[offset..<offset + record.bytes.count]))
                offset += record.bytes.count
                let thread = bytes.load(4, as: Int32.self) ?? 0
                samples.append(
                    Sample(
                        record: bytes, time: record.time, event: record.event, cpu: 0, pid: thread,
                        tid: thread))
            }
            unsafe samples.withUnsafeBufferPointer { samples in
                let batch = unsafe Batch(samples: samples, wallOffset: 0, processes: [])
                let count = view.take(batch, &renderer, room: limit, into: &line)
                view.finish(&renderer, room: limit - count, into: &line)
            }
        }
        return unsafe String(decoding: line.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

#if arch(x86_64)
    /// The numbers are those of x86-64.
    @Suite struct SyscallViewTests {
        private let openat: Int64 = 257
        private let getppid: Int64 = 110
        private let folder = UInt64(bitPattern: -100)

        @Test("Arguments are decoded by their names and types")
        func arguments() throws {
            var calls = Calls()
            calls.path(90, 7, 0x1000, "/a \"b\"\n")
            calls.enter(100, 7, openat, folder, 0x1000, 0x241, 0o644)
            calls.exit(1600, 7, openat, 3)
            calls.enter(2000, 7, openat, folder, 0x2000, 0x80000, 0o644)
            calls.exit(2100, 7, openat, -2)
            calls.enter(3000, 7, 62, UInt64(UInt32(bitPattern: -1)), 9)
            calls.exit(3100, 7, 62, 0)
            calls.enter(4000, 7, 9, 0, 4096, 3, 0x22)
            calls.exit(4100, 7, 9, 0x7f00_0000_0000)
            calls.enter(5000, 7, 9, 0, 4096, 0, 0x100_0000_0022)
            calls.exit(5100, 7, 9, -4095)
            calls.enter(6000, 7, 202, 0, 0x181)
            calls.exit(6100, 7, 202, -512)
            calls.enter(7000, 7, 41, 2, 0x80002, 17)
            calls.exit(7100, 7, 41, 4)
            calls.enter(8000, 7, 41, 99, 0xf000000, 0)
            calls.exit(8100, 7, 41, -22)
            #expect(
                try calls.lines() == [
                    #"7 openat(dfd: AT_FDCWD, filename: "/a \"b\"\n", flags: O_WRONLY|O_CREAT|O_TRUNC, mode: 0644) = 3  1.5us"#,
                    "7 openat(dfd: AT_FDCWD, filename: 0x2000, flags: O_RDONLY|O_CLOEXEC) = -1 ENOENT (error 2)  100ns",
                    "7 kill(pid: -1, sig: SIGKILL) = 0  100ns",
                    "7 mmap(addr: 0, len: 4096, prot: PROT_READ|PROT_WRITE, flags: MAP_PRIVATE|MAP_ANONYMOUS) "
                        + "= 0x7f0000000000  100ns",
                    "7 mmap(addr: 0, len: 4096, prot: PROT_NONE, flags: MAP_PRIVATE|MAP_ANONYMOUS|0x10000000000) "
                        + "= -1 errno 4095 (error 4095)  100ns",
                    "7 futex(uaddr: NULL, op: FUTEX_WAKE|FUTEX_PRIVATE_FLAG|FUTEX_CLOCK_REALTIME) "
                        + "= ? ERESTARTSYS (to be restarted if SA_RESTART is set)  100ns",
                    "7 socket(family: AF_INET, type: SOCK_DGRAM|SOCK_CLOEXEC, protocol: 17) = 4  100ns",
                    "7 socket(family: 99, type: 0xf000000, protocol: 0) = -1 EINVAL (error 22)  100ns",
                ])
        }

        @Test("Calls of several threads are told apart, and a lost begin or end joins no others")
        func pairing() throws {
            var calls = Calls()
            calls.enter(100, 7, getppid)
            calls.enter(110, 8, getppid)
            calls.exit(120, 7, getppid, 1)
            calls.exit(130, 8, getppid, 2)
            // The end of the first is lost.
            calls.enter(200, 7, 62, 1, 15)
            calls.enter(300, 7, getppid)
            calls.exit(310, 7, getppid, 1)
            // The begin is lost, and the end of another call with it.
            calls.exit(400, 8, getppid, 5)
            calls.enter(500, 7, 62, 1, 2)
            calls.exit(600, 7, getppid, 6)
            // A child comes back from its parent's call.
            calls.exit(650, 9, 56, 0)
            // The kernel has forgotten the number at the end.
            calls.enter(700, 7, 15)
            calls.exit(710, 7, -1, 0)
            calls.enter(800, 7, 231, 3)
            calls.enter(900, 8, 62, 2, 1)
            #expect(
                try calls.lines() == [
                    "7 getppid() = 1  20ns", "8 getppid() = 2  20ns",
                    "7 kill(pid: 1, sig: SIGTERM) = ? <unfinished>", "7 getppid() = 1  10ns",
                    "8 ... getppid(?) = 5", "7 kill(pid: 1, sig: SIGINT) = ? <unfinished>",
                    "7 ... getppid(?) = 6", "7 rt_sigreturn() = 0  10ns", "7 exit_group(error_code: 3) = ?",
                    "8 kill(pid: 2, sig: SIGHUP) = ? <unfinished>",
                ])
            #expect(try calls.lines(limit: 3).count == 3)
        }

        @Test("Many threads that are in a call at once are kept apart")
        func manyThreads() throws {
            var calls = Calls()
            for thread in 1...5000 as ClosedRange<Int32> { calls.enter(UInt64(thread), thread, getppid) }
            for thread in 1...5000 as ClosedRange<Int32> {
                calls.exit(UInt64(thread) + 10_000, thread, getppid, Int64(thread))
            }
            #expect(try calls.lines() == (1...5000).map { "\($0) getppid() = \($0)  10.0us" })
        }

        @Test("Paths of the kernel are certain, those that were read later are marked")
        func paths() throws {
            var calls = Calls()
            calls.path(90, 8, 0x1000, "of another thread")
            calls.path(90, 7, 0x2000, "new")
            calls.enter(100, 7, 82, 0x1000, 0x2000)
            calls.path(150, 7, 0x1000, "late", mark: 2)
            calls.exit(200, 7, 82, 0)
            calls.path(290, 7, 0x1000, "")
            calls.enter(300, 7, 82, 0x1000, 0)
            calls.exit(400, 7, 82, -14)
            #expect(
                try calls.lines() == [
                    "7 rename(oldname: \"late\"~, newname: \"new\") = 0  100ns",
                    "7 rename(oldname: \"\", newname: NULL) = -1 EFAULT (error 14)  100ns",
                ])
        }

        @Test("Calls of the 32-bit interface have its names: by the mark of each, or else by the program")
        func compat() throws {
            var calls = Calls()
            calls.path(90, 7, 0, "", mark: 1)
            calls.enter(100, 7, 64)
            calls.exit(110, 7, 64, 5)
            calls.enter(200, 7, getppid)
            calls.exit(210, 7, getppid, 5)
            #expect(try calls.lines() == ["7 getppid() = 5  10ns", "7 getppid() = 5  10ns"])
            var unmarked = Calls()
            unmarked.enter(100, 32, 64)
            unmarked.exit(110, 32, 64, 5)
            #expect(try unmarked.lines(hasMarks: false) == ["32 getppid() = 5  10ns"])
        }

        @Test("Failed and slow calls only; JSON; a table")
        func choices() throws {
            func calls(_ change: (inout SyscallViewOptions) -> Void) throws -> [String] {
                var calls = Calls(change)
                calls.enter(1_000_000, 7, getppid)
                calls.exit(1_002_000, 7, getppid, 1)
                calls.enter(2_000_000, 7, openat, folder, 0x1000, 0)
                calls.exit(2_001_000, 7, openat, -13)
                calls.enter(3_000_000, 7, getppid)
                calls.exit(3_004_000, 7, getppid, 1)
                return try calls.lines()
            }
            #expect(
                try calls { $0.isFailedOnly = true } == [
                    "7 openat(dfd: AT_FDCWD, filename: 0x1000, flags: O_RDONLY) = -1 EACCES (error 13)  1.0us"
                ])
            #expect(try calls { $0.slowest = 4000 } == ["7 getppid() = 1  4.0us"])
            #expect(
                try calls { $0.selection = SyscallSelection(names: ["openat"], excluded: []) }.count == 1)
            #expect(
                try calls { $0.isJSON = true }[1]
                    == #"{"time":0.002000000,"duration":0.000001000,"cpu":0,"pid":7,"tid":7,"comm":null,"name":"openat","#
                    + #""args":{"dfd":"AT_FDCWD","filename":"0x1000","flags":"O_RDONLY"},"result":-1,"error":"EACCES"}"#
            )
            let table = try calls { $0.isSummary = true }
            #expect(
                table[2...] == [
                    " 85.71    0.000006           3         2                     4           4 getppid",
                    " 14.29    0.000001           1         1         1           1           1 openat",
                    "------ ----------- ----------- --------- --------- ----------- ----------- ----------------",
                    "100.00    0.000007           2         3         1           4           4 total",
                ])
        }

        @Test("Times that are more than can be counted stay the longest there is")
        func longTimes() throws {
            var calls = Calls { $0.isSummary = true }
            for (thread, number) in [(7, getppid), (8, getppid), (9, openat)] as [(Int32, Int64)] {
                calls.enter(1, thread, number)
            }
            for (thread, number) in [(7, getppid), (8, getppid), (9, openat)] as [(Int32, Int64)] {
                calls.exit(UInt64.max, thread, number, 0)
            }
            let table = try calls.lines()
            #expect(table[2].hasPrefix("100.0018446744073.709551"), "\(table)")
            #expect(table[5].hasPrefix("100.0018446744073.709551"), "\(table)")
        }

        @Test("Broken records make no line and no harm")
        func broken() throws {
            var calls = Calls()
            calls.enter(100, 0, getppid)
            calls.exit(100, 7, Int64.max, Int64.min)
            calls.enter(200, 7, Int64.min, 1, 2)
            calls.exit(300, 7, Int64.min, 1)
            calls.enter(400, 7, 511)
            calls.exit(500, 7, 511, 0)
            let lines = try calls.lines()
            #expect(lines.count == 3 && lines[1].hasPrefix("7 syscall_-9223372036854775808(0x1, 0x2, 0x0"))
            #expect(lines[2].hasPrefix("7 syscall_511(0x0"))
        }
    }
#endif

@Suite struct SyscallSelectionTests {
    @Test("Every class has calls of this machine, and no name is misspelt")
    func classes() throws {
        for kind in SyscallSelection.classes {
            let names = try #require(SyscallSelection.names(ofClass: kind.name))
            #expect(names.count > 8, "\(kind.name)")
        }
        #expect(SyscallSelection.names(ofClass: "none") == nil)
        #expect(SyscallSelection.names(ofClass: "network") == SyscallSelection.names(ofClass: "net"))
    }
}
