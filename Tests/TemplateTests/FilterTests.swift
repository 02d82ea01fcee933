import Template
import Testing
import Tracepoints

/// What becomes of filters for made-up events.
func filterPlan(
    _ filters: String..., events: [MadeEvent], kernel: FilterPlan.KernelAbilities = .init()
) throws -> FilterPlan {
    try FilterPlan(
        events.map(\.layout), try filters.map { FilterPlan.Condition(try Filter.parse($0), .keep) },
        symbols: KernelSymbols(), kernel: kernel)
}

/// Renders the numbers of the samples that pass.
func passing(
    _ plan: FilterPlan, _ events: [MadeEvent], _ samples: [(event: Int, moment: Moment)],
    records: [[UInt8]]? = nil
) throws -> [Int] {
    var renderer = try Renderer(
        events.map { ($0.layout, 0) }, templates: [Template.parse("")], filters: plan,
        symbols: KernelSymbols(), options: RenderOptions(startTime: 6_850_000_000_000))
    var line = LineBuffer(capacity: 64)
    var passed: [Int] = []
    for (index, (event, moment)) in samples.enumerated() {
        unsafe (records?[index] ?? events[event].bytes).withUnsafeBytes { bytes in
            let sample = unsafe moment.sample(Bytes(bytes), event: event)
            unsafe withUnsafePointer(to: sample) { sample in
                let batch = unsafe Batch(
                    samples: UnsafeBufferPointer(start: sample, count: 1), wallOffset: 0,
                    processes: moment.process.map { [$0] } ?? [])
                if renderer.render(batch, from: 0, limit: .max, into: &line).lines > 0 {
                    passed.append(index)
                }
            }
        }
    }
    return passed
}

/// Whether one made-up event passes a filter, whatever the kernel could test of it.
func passes(_ filter: String, _ event: MadeEvent, _ moment: Moment = Moment()) throws -> Bool {
    let plan = try filterPlan(filter, events: [event], kernel: .init(filters: false))
    return try passing(plan, [event], [(0, moment)]) == [0]
}

@Suite struct FilterTests {
    static let event = MadeEvent("first")
        .integer("u8", UInt8(200)).integer("i16", Int16(-2)).integer("u32", UInt32(0xffff_fff0))
        .integer("i32", Int32(-100)).integer("i64", Int64.min).integer("u64", UInt64.max)
        .integer("flags", UInt32(6)).integer("dev", UInt32(8 << 20 | 1), type: "dev_t")
        .integer("yes", UInt8(1), type: "bool").pointer("address", 0xffff_8880_0000_1000)
        .text("fixed", "bash", size: 16).string("path", "/etc/hosts").string("empty", "")
        .array("args", [Int32(-1), 2, 3]).integer("ret", Int64(-2)).integer("sig", Int32(9))
        .integer("same", Int32(-100))

    @Test(arguments: [
        ("u8 == 200", true), ("u8 != 200", false), ("u8 < 201", true), ("u8 <= 199", false),
        ("u8 in (1, 200..210)", true), ("u8 in (1, 201..210)", false), ("u8", true), ("!u8", false),
        ("i16 == -2", true), ("i16 < 0", true), ("i16 > -3", true), ("i16 == 0xfffe", true), ("i16", true),
        ("u32 == 0xfffffff0", true), ("u32 == -16", true), ("u32 > 3G", true), ("u32 >= 4294967280", true),
        ("i32 == -100", true), ("i32 == 0xffffff9c", true), ("i32 in (-200..-50)", true),
        ("i64 == -9223372036854775808", true), ("i64 < -9223372036854775807", true), ("i64 & 1", false),
        ("u64 == 18446744073709551615", true), ("u64 == -1", true), ("u64 & 0x8000000000000000", true),
        ("flags & 4", true), ("flags & 1", false), ("(flags & 6) == 6", true), ("(flags & 6) == 2", false),
        ("(flags & 3) != 2", false), ("(flags & 7) > 5", true), ("(flags & 0b110) in (2, 6)", true),
        ("flags & (1|4)", true), ("dev == 8:1", true), ("dev == 8:2", false), ("yes == true", true),
        ("yes", true),
        ("address == 0xffff888000001000", true), ("address > 1T", true), ("address == NULL", false),
        ("fixed == bash", true), ("fixed == \"bash\"", true), ("fixed != bash", false),
        ("fixed in (sh, bash)", true),
        ("fixed ~ b*", true), ("fixed ~ *sh", true), ("fixed !~ [a-c]ash", false), ("fixed ~ bas", false),
        ("path ~ /etc/*", true), ("path == /etc/hosts", true), ("path ~ \"*o?ts\"", true),
        ("empty == \"\"", true),
        ("path != \"\"", true), ("args[0] == -1", true), ("args[2] >= 3", true), ("args[1] & 2", true),
        ("ret == -ENOENT", true), ("ret == -EPERM", false), ("ret in (-EPERM, -ENOENT)", true),
        ("ret == ENOENT", false),
        ("sig == SIGKILL", true), ("sig in (SIGHUP..SIGTERM)", true), ("sig == SIGTERM", false),
        ("i32 == same", true), ("i32 != same", false), ("i32 < u8", true), ("u64 > i64", true),
        ("i64 < u64", true),
        ("i16 > i32", true), ("fixed == path", false), ("fixed != path", true), ("fixed == .fixed", true),
        ("comm == bash", true), ("fixed == @comm", true), ("comm ~ ba?h", true), ("cpu == 3", true),
        ("pid == 731", true), ("tid == 732", true), ("tid > pid", true), ("uid == 1000", true),
        ("user == alice", true), ("exe ~ */bash", true), ("cmdline == 'bash -c'", true),
        ("cgroup ~ /user*", true),
        ("ppid == 1", true), ("late", false), ("elapsed > 1.5s", true), ("elapsed < 1s", false),
        ("delta > 1ms", true),
        ("time > 6851s", true), ("event == test:first", true), ("name ~ f*", true),
        ("subsystem != test", false),
        ("true", true), ("false", false), ("common_pid == 12345", true),
        ("u8 == 200 && fixed == bash", true), ("u8 == 1 || fixed == bash", true),
        ("u8 == 1 && fixed == bash", false),
        ("!(u8 == 1 && fixed == bash)", true), ("!(u8 == 1 || fixed == bash)", false),
        ("u8 == 1 || u8 == 2 && u8 == 3 || fixed ~ b*", true), ("u8 == 'x'", false),
        ("flags == '\\x06'", true),
        ("path == '/etc/hosts' && (i32 < 0 || u8 < 3) && !(late)", true),
    ])
    func evaluates(filter: String, expected: Bool) throws {
        var moment = Moment()
        moment.process = ProcessDetails(
            parent: 1, uid: 1000, user: Array("alice".utf8), exe: Array("/usr/bin/bash".utf8),
            cmdline: Array("bash\0-c\0".utf8), cgroup: Array("/user.slice".utf8), container: nil)
        #expect(try passes(filter, Self.event, moment) == expected)
        #expect(try passes("!(\(filter))", Self.event, moment) == !expected)
    }

    @Test func whatIsNotKnownFulfilsNothing() throws {
        var moment = Moment()
        moment.pid = -1
        moment.comm = .unknown
        for test in [
            "pid == 1", "pid != 1", "pid", "pid < 5", "comm == a", "comm != a", "comm ~ *", "comm !~ *",
            "user != x",
        ] {
            #expect(try !passes(test, Self.event, moment), "\(test)")
            #expect(try passes("!(\(test))", Self.event, moment), "\(test)")
        }
    }

    @Test func aRecordThatIsTooShortFulfilsNothing() throws {
        for filter in ["sig != 0", "path != x", "args[2] < 9", "sig & 1", "sig == same", "path ~ *"] {
            let plan = try filterPlan(filter, events: [Self.event], kernel: .init(filters: false))
            let record = Array(Self.event.bytes.prefix(12))
            #expect(try passing(plan, [Self.event], [(0, Moment())], records: [record]) == [], "\(filter)")
        }
    }

    @Test func aFieldThatOneEventLacksIsFalseThere() throws {
        let other = MadeEvent("second").integer("x", Int32(5)).text("fixed", "bash")
        let events = [Self.event, other]
        let plan = try filterPlan("x == 5 || u8 == 200", "!(x == 5)", events: events)
        #expect(
            plan.notes == [
                "test:first has no field 'x'; the condition on it is false there",
                "test:second has no field 'u8'; the condition on it is false there",
            ])
        #expect(plan.kernelFilters == ["u8 == 200", "x == 5 && x != 5"])
        #expect(plan.restFilters == [nil, nil])
        #expect(try filterPlan("fixed == bash", events: events).notes == [])
        let watch = try FilterPlan(
            events.map(\.layout), [.init(Filter.parse("x == 5"), .forbid)], symbols: KernelSymbols())
        #expect(watch.notes == [])
    }

    @Test func numbersThatFitOneEventOnly() throws {
        let events = [
            MadeEvent("small").integer("x", UInt8(3)), MadeEvent("large").integer("x", UInt32(300)),
        ]
        let plan = try filterPlan("x < 300", events: events, kernel: .init(filters: false))
        #expect(try passing(plan, events, [(0, Moment()), (1, Moment())]) == [0])
        #expect(plan.notes.count == 1)
        let other = try filterPlan("x != 300", events: events, kernel: .init(filters: false))
        #expect(try passing(other, events, [(0, Moment()), (1, Moment())]) == [0])
    }

    @Test(arguments: [
        WrongFilter("u9 == 1", "^^", "test:first has no field 'u9'", "did you mean u8?"),
        WrongFilter(".comm == a", "^^^^^", "test:first has no field 'comm'", "did you mean @comm?"),
        WrongFilter("@u8 == 1", "^^^", "there is no context value 'u8'", "did you mean u8?"),
        WrongFilter(
            "args[3] == 1", "^^^^^^^", "'args' of test:first has 3 elements, no [3]", "count from 0 to 2"),
        WrongFilter("u8[0] == 1", "^^^^^", "'u8' of test:first is no array: its type is int", "write u8"),
        WrongFilter("args == 1", "^^^^", "'args' is an array", "compare an element: args[0]"),
        WrongFilter(
            "u8 == 300", "      ^^^", "'u8' is an unsigned number of 8 bits, which cannot be 300",
            "from 0 to 255"),
        WrongFilter(
            "u8 < -1", "     ^^", "'u8' is an unsigned number of 8 bits, which cannot be -1", "from 0 to 255"),
        WrongFilter(
            "i32 == 3000000000", "       ^^^^^^^^^^",
            "'i32' is a signed number of 32 bits, which cannot be 3000000000",
            "from -2147483648 to 2147483647"),
        WrongFilter("u8 == foo", "      ^^^", "'u8' is a number, and 'foo' is none"),
        WrongFilter(
            "ret == -ENOENTT", "       ^^^^^^^^", "'ret' is a number, and '-ENOENTT' is none",
            "did you mean -ENOENT?"),
        WrongFilter(
            "sig == SIGKIL", "       ^^^^^^", "'sig' is a number, and 'SIGKIL' is none",
            "did you mean SIGKILL?"),
        WrongFilter("u8 ~ 2*", "     ^^", "a glob fits text only, and 'u8' is a number", "== or in"),
        WrongFilter("fixed < b", "        ^", "'fixed' is text, which has no order", "== != ~ !~ in"),
        WrongFilter(
            "fixed == b*", "         ^^", "a glob needs '~'", "fixed ~ b*, or quotes for the text as it is"),
        WrongFilter("fixed", "^^^^^", "'fixed' is text, neither true nor false", "fixed != \"\""),
        WrongFilter(
            "fixed == a|b", "         ^^^", "'fixed' is text, which cannot be two things at once",
            "fixed in (a, b)"),
        WrongFilter("(fixed & 1) == 1", "         ^", "'fixed' is text, which has no bits"),
        WrongFilter(
            "u8 == 5x", "      ^^", "there is no unit 'x'", "a size has K M G T, a time ns us ms s m h"),
        WrongFilter(
            "u64 > 99999999999999999999", "      ^^^^^^^^^^^^^^^^^^^^", "99999999999999999999 is too large"),
        WrongFilter("u64 > 1.5", "      ^^^", "1.5 is no whole number"),
        WrongFilter("u64 > 08", "      ^^", "'08' is no number"),
        WrongFilter("u64 > 0x", "      ^^", "'0x' is no number"),
        WrongFilter("u8 in (9..3)", "       ^^^^", "the range runs backwards", "3..9"),
        WrongFilter("(flags & 4) == 8", "               ^", "'flags & 4' is never 8"),
        WrongFilter(
            "elapsed > 5", "          ^", "'elapsed' is a time, which needs a unit", "5s, 5ms or 5us?"),
        WrongFilter("elapsed > 5K", "          ^^", "'elapsed' is a time, no size"),
        WrongFilter("cpu == 5ms", "       ^^^", "'cpu' is a plain number, without a unit"),
        WrongFilter("uid == root", "       ^^^^", "'uid' is a number", "user == root"),
        WrongFilter("n > 5", "^", "'n' counts the lines that pass the filter", "-n stops after some lines"),
        WrongFilter("print ~ x", "^^^^^", "a filter cannot look at 'print'"),
        WrongFilter("wall > 5s", "^^^^", "a filter cannot look at 'wall'"),
        WrongFilter("event", "^^^^^", "'event' is text: compare it with == != ~ !~ in"),
    ])
    func doesNotFit(wrong: WrongFilter) throws {
        let filter = try Filter.parse(wrong.text)
        let error = #expect(throws: FilterBindError.self) {
            try FilterPlan([Self.event.layout], [.init(filter, .keep)], symbols: KernelSymbols())
        }
        if let error { wrong.check(error.error) }
    }

    @Test(
        arguments: [
            ("u8 == 200", "u8 == 200", nil),
            ("u8 > 5 && pid == 1", "u8 >= 6", "pid == 1"),
            ("u8 > 5 || pid == 1", nil, "u8 > 5 || pid == 1"),
            ("u8 in (1, 3..5)", "(u8 == 1 || (u8 >= 3 && u8 <= 5))", nil),
            ("!(u8 in (1, 3..5))", "!(u8 == 1 || (u8 >= 3 && u8 <= 5))", nil),
            ("u8 != 7", "u8 != 7", nil),
            ("!(u8 == 7)", "u8 != 7", nil),
            ("u8", "u8 != 0", nil),
            ("i32 == 0xffffff9c", "i32 == -100", nil),
            ("u32 == -16", "u32 == 4294967280", nil),
            ("i64 < 0", "i64 <= -1", nil),
            ("u64 > 9223372036854775807", "u64 >= 9223372036854775808", nil),
            ("flags & 4", "flags & 0x4", nil),
            ("(flags & 4) == 4", "flags & 0x4", nil),
            ("(flags & 4) == 0", "!(flags & 0x4)", nil),
            ("(flags & 6) == 2", "(flags & 0x2 && !(flags & 0x4))", nil),
            ("(flags & 6) != 2", "!(flags & 0x2 && !(flags & 0x4))", nil),
            ("(flags & 6) > 2", nil, "(flags & 6) > 2"),
            ("i64 & 0x8000000000000000", "i64 & -9223372036854775808", nil),
            ("fixed == bash", "fixed == \"bash\"", nil),
            ("fixed != 'a\"b'", "fixed != 'a\"b'", nil),
            ("fixed == 'a\"b\\'c'", nil, "fixed == \"a\\\"b'c\""),
            ("fixed == 'a\\n'", nil, "fixed == \"a\\x0a\""),
            ("fixed in (a, b)", "(fixed == \"a\" || fixed == \"b\")", nil),
            ("fixed == 12345678901234567", nil, "fixed == 12345678901234567"),
            ("path ~ /etc/*", "path ~ \"/etc/*\"", nil),
            ("path ~ *.conf", "path ~ \"*\\.conf\"", nil),
            ("path !~ /etc/*", "!(path ~ \"/etc/*\")", nil),
            ("comm ~ b* && cpu < 2 && tid == 9", "COMM ~ \"b*\" && CPU <= 1 && common_pid == 9", nil),
            ("args[0] == 1", nil, "args[0] == 1"),
            ("i32 == same", nil, "i32 == same"),
            ("user == root && (u8 == 1 || u8 == 2)", "(u8 == 1 || u8 == 2)", "user == root"),
            ("(u8 == 1 && pid == 2) || u8 == 3", "(u8 == 1 || u8 == 3)", "u8 == 1 && pid == 2 || u8 == 3"),
            ("!(u8 == 1 || pid == 2)", "u8 != 1", "!(pid == 2)"),
            ("u8 == 1 && (fixed == a || cpu == 1)", "u8 == 1 && (fixed == \"a\" || CPU == 1)", nil),
            ("event == test:first && u8 == 1", "u8 == 1", nil),
            ("event == test:second || u8 == 1", "u8 == 1", nil),
            ("event == test:second", nil, "false"),
            ("true", nil, nil),
            ("address == 16", "address == 16", nil),
            ("yes == true", "yes == 1", nil),
        ] as [(String, String?, String?)])
    func splits(filter: String, kernel: String?, rest: String?) throws {
        let plan = try filterPlan(filter, events: [Self.event])
        #expect(plan.kernelFilters == [kernel])
        #expect(plan.restFilters == [rest])
        let whole = try filterPlan(filter, events: [Self.event], kernel: .init(filters: false))
        #expect(whole.kernelFilters == [nil])
    }

    @Test func threadIDsOfAnotherNamespaceAreNotTheKernels() throws {
        let plan = try filterPlan(
            "tid == 9 && u8 == 1", events: [Self.event], kernel: .init(hasGlobalIDs: false))
        #expect(plan.kernelFilters == ["u8 == 1"])
        #expect(plan.restFilters == ["tid == 9"])
    }

    @Test func whatTheKernelHasRefusedIsTestedHere() throws {
        var kernel = FilterPlan.KernelAbilities()
        kernel.refusals = [0]
        let plan = try filterPlan("u8 == 1", events: [Self.event, Self.event], kernel: kernel)
        #expect(plan.kernelFilters == [nil, "u8 == 1"])
        #expect(plan.restFilters == ["u8 == 1", nil])
    }

    @Test func aFilterLongerThanAPageIsCutAtItsConjunctions() throws {
        let parts = (0..<400).map { "u32 != \($0 * 1000)" }
        let plan = try filterPlan(parts.joined(separator: " && "), events: [Self.event])
        let kernel = try #require(plan.kernelFilters[0])
        #expect(kernel.utf8.count <= 3900 && kernel.utf8.count > 3800)
        let rest = try #require(plan.restFilters[0])
        #expect(kernel.split(separator: " && ").count + rest.split(separator: " && ").count == 400)
        let whole = parts.map { $0.replacing("!=", with: "==") }.joined(separator: " || ")
        #expect(try filterPlan(whole, events: [Self.event]).kernelFilters == [nil])
    }

    @Test func registersAreComparedByTheirLowHalf() throws {
        let layout = EventLayout(
            id: 1, subsystem: "syscalls", name: "sys_enter_openat",
            fields: [
                Field(
                    name: "dfd", type: "int", offset: 16, size: 4, kind: .integer, isSigned: true,
                    elementSize: 4, elementCount: 1, slotSize: 8),
                Field(
                    name: "filename", type: "const char *", offset: 24, size: 8, kind: .pointer,
                    isSigned: false, elementSize: 8, elementCount: 1),
            ], commonFields: Self.event.layout.commonFields, printFormat: "\"\"")
        func split(_ text: String, _ kernel: FilterPlan.KernelAbilities = .init()) throws -> (
            String?, String?
        ) {
            let plan = try FilterPlan(
                [layout], [.init(Filter.parse(text), .keep)], symbols: KernelSymbols(), kernel: kernel)
            return (plan.kernelFilters[0], plan.restFilters[0])
        }
        #expect(
            try split("dfd == -100") == (
                "(dfd == 4294967196 || dfd & 0xffffffff00000000)", "dfd == -100"
            ))
        #expect(
            try split("dfd in (-2..1)") == (
                "((dfd <= 1 || (dfd >= 4294967294 && dfd <= 4294967295)) || dfd & 0xffffffff00000000)",
                "dfd in (-2..1)"
            ))
        #expect(try split("dfd & 3") == ("dfd & 0x3", nil))
        #expect(try split("filename ~ /etc/*") == ("filename.ustring ~ \"/etc/*\"", nil))
        #expect(try split("filename !~ 1*") == ("filename.ustring ~ \"!\\1*\"", nil))
        #expect(try split("filename == /x") == ("filename.ustring == \"/x\"", nil))
        #expect(try split("filename == 0") == (nil, "filename == 0"))
        #expect(try split("filename != NULL") == (nil, "filename != NULL"))
        #expect(throws: FilterBindError.self) { try split("filename ~ x || pid == 1") }
        #expect(throws: FilterBindError.self) { try split("filename ~ x", .init(filters: false)) }
        for role in [FilterPlan.Role.until, .expect, .forbid] {
            #expect(throws: FilterBindError.self) {
                try FilterPlan(
                    [layout], [.init(Filter.parse("filename ~ x"), role)], symbols: KernelSymbols())
            }
        }
    }

    @Test func needsWhatItLooksAt() throws {
        func needs(_ text: String) throws -> ContextNeeds {
            try filterPlan(text, events: [Self.event], kernel: .init(filters: false)).needs
        }
        #expect(try needs("u8 == 1") == [])
        #expect(try needs("pid == 1 && comm == x") == [.pid, .comm])
        #expect(try needs("user == x || tid == 1") == [.process, .tid])
        #expect(try needs("fixed == @comm") == .comm)
        #expect(try filterPlan("comm == x", events: [Self.event]).needs == [])
    }

    @Test func watchesWhatPasses() throws {
        let events = [MadeEvent("a").integer("x", Int32(1)), MadeEvent("b").integer("y", Int32(2))]
        func run(_ conditions: [(String, FilterPlan.Role)], _ samples: [Int]) throws -> (
            lines: Int, Verdict?, [Int], [UInt64]
        ) {
            let plan = try FilterPlan(
                events.map(\.layout), try conditions.map { .init(try Filter.parse($0.0), $0.1) },
                symbols: KernelSymbols())
            var renderer = try Renderer(
                events.map { ($0.layout, 0) }, templates: [Template.parse("<name>")], filters: plan,
                symbols: KernelSymbols(), options: RenderOptions())
            var line = LineBuffer(capacity: 64)
            for event in samples where renderer.verdict == nil {
                unsafe events[event].bytes.withUnsafeBytes { bytes in
                    let sample = unsafe Moment().sample(Bytes(bytes), event: event)
                    unsafe withUnsafePointer(to: sample) { sample in
                        let batch = unsafe Batch(
                            samples: UnsafeBufferPointer(start: sample, count: 1), wallOffset: 0,
                            processes: [])
                        _ = renderer.render(batch, from: 0, limit: .max, into: &line)
                    }
                }
            }
            return (
                line.string.split(separator: "\n").count, renderer.verdict, renderer.unmetConditions,
                renderer.counts
            )
        }
        #expect(try run([("x == 1", .until)], [1, 0, 1]) == (2, .done, [], [1, 1]))
        #expect(try run([("y == 2", .keep), ("x == 1", .until)], [1, 0, 1]) == (2, nil, [], [0, 2]))
        #expect(try run([("x == 1", .expect), ("x == 2", .expect)], [1, 0, 1]) == (3, nil, [1], [1, 2]))
        #expect(
            try run([("x == 5", .forbid), ("y == 2", .forbid)], [0, 1, 0]) == (2, .broken(1), [], [1, 1]))
        #expect(try run([("y == 2", .until), ("y == 2", .forbid)], [0, 1, 0]).1 == .broken(1))
    }
}
