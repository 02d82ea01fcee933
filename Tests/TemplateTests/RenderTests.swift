import Foundation
import Template
import Testing
import Tracepoints

@Suite struct RenderTests {
    let exec = MadeEvent("sched_process_exec")
        .string("filename", "/bin/true").integer("pid", Int32(731)).integer("old_pid", Int32(-5))

    @Test func printsFieldsAndText() throws {
        #expect(try render("exec\\t<pid>\\t<filename>", exec) == "exec\t731\t/bin/true")
        #expect(try render("<old_pid> <common_pid> <.common_type>", exec) == "-5 12345 7")
        #expect(try render("a << b \\\\ \\x41\\u{2192}", exec) == "a < b \\ A→")
        #expect(try renderBytes("<pid>", exec) == Array("731\n".utf8))
    }

    @Test func printsContext() throws {
        #expect(try render("<time> <@comm> <@pid>/<@tid> <cpu>") == "6851.528272123 bash 731/732 3")
        #expect(try render("<elapsed> <elapsed:.3> <delta> <n>") == "1.528272123 1.528 0.000000000 1")
        #expect(try render("<event> <@name> <subsystem>") == "test:made made test")
        #expect(try render("<fields>", exec) == "filename=/bin/true pid=731 old_pid=-5")
    }

    @Test func printsTheDefaultLine() throws {
        let other = MadeEvent("sched_wakeup").text("comm", "a b").integer("prio", UInt8(120))
        var renderer = try Renderer(
            [(exec.layout, nil), (other.layout, nil)], templates: [], symbols: KernelSymbols(),
            options: RenderOptions())
        var line = LineBuffer(capacity: 64)
        var late = Moment()
        late.isLate = true
        render(&renderer, [(0, exec.bytes, Moment()), (1, other.bytes, late)], into: &line)
        #expect(
            line.string == """
                 6851.528272            bash/732     [003] test:sched_process_exec filename=/bin/true pid=731 old_pid=-5
                 6851.528272            bash/732     [003] test:sched_wakeup       comm="a b" prio=120 (late)

                """)
    }
}

@Suite(.serialized) struct TimeTests {
    func at(_ time: UInt64) -> Moment {
        var moment = Moment()
        moment.time = time
        return moment
    }

    @Test(
        arguments: [
            (0, "0.000000000"), (1, "0.000000001"), (999_999_999, "0.999999999"),
            (1_000_000_000, "1.000000000"),
            (12_345_678_901_234_567_890, "12345678901.234567890"), (UInt64.max, "18446744073.709551615"),
        ] as [(UInt64, String)])
    func writesSeconds(time: UInt64, text: String) throws {
        #expect(try render("<time>", MadeEvent(), at(time)) == text)
        #expect(try render("<time:j>", MadeEvent(), at(time)) == text)
        #expect(try render("<time:n>", MadeEvent(), at(time)) == String(time))
    }

    @Test func cutsDecimals() throws {
        #expect(
            try render("<time:.6> <time:.0> <time:.1> <time:.12>") == "6851.528272 6851 6851.5 6851.528272123"
        )
        #expect(
            try render("<time:16.6>|<time:-16.6>|<time:016.6>")
                == "     6851.528272|6851.528272     |000006851.528272")
        #expect(try render("<time:t> <elapsed:.1t> <elapsed:d>") == "1h54m11.528s 1.5s 1528272123")
    }

    @Test func countsLinesAndGaps() throws {
        let event = MadeEvent()
        var renderer = try Renderer(
            [(event.layout, 0)], templates: [Template.parse("<n> <delta> <delta:t> <elapsed:+.3>")],
            symbols: KernelSymbols(), options: RenderOptions(startTime: 1_000_000_000))
        var line = LineBuffer(capacity: 64)
        render(
            &renderer,
            [1_000_000_000, 1_000_001_500, 3_500_000_000, 3_499_999_999, 999_000_000].map {
                (0, event.bytes, at($0))
            },
            into: &line)
        #expect(
            line.string == """
                1 0.000000000 0ns +0.000
                2 0.000001500 1.500us +0.000
                3 2.499998500 2.499s +2.500
                4 -0.000000001 -1ns +2.499
                5 -2.500999999 -2.500s -0.001

                """)
    }

    @Test func writesTheTimeOfDay() throws {
        func wall(_ template: String, _ zone: String, _ nanoseconds: Int64) throws -> String {
            unsafe setenv("TZ", zone, 1)
            tzset()
            return try render(template, MadeEvent(), at(0), wallOffset: nanoseconds)
        }
        let moment: Int64 = 1_795_653_334_123_456_789
        #expect(try wall("<wall>", "UTC", moment) == "2026-11-26T00:35:34.123456789+00:00")
        #expect(try wall("<wall:.3>", "IST-5:30", moment) == "2026-11-26T06:05:34.123+05:30")
        #expect(try wall("<wall:.0>", "XXX3:30", moment) == "2026-11-25T21:05:34-03:30")
        #expect(try wall("<wall:%H:%M:%S.%6f>", "UTC", moment) == "00:35:34.123456")
        #expect(try wall("<wall:%3f%%3f %f %9f %Y>", "UTC", moment) == "123%3f 123456789 123456789 2026")
        #expect(try wall("<wall:12%H:%M>|<wall:-8%H:%M>|", "UTC", moment) == "       00:35|00:35   |")
        #expect(
            try wall("<wall:n> <wall:j>", "UTC", moment)
                == "\(moment) \"2026-11-26T00:35:34.123456789+00:00\"")
        #expect(try wall("<wall>", "UTC", -1) == "1969-12-31T23:59:59.999999999+00:00")
        unsafe unsetenv("TZ")
        tzset()
    }

    @Test func theTimeOfDayFollowsTheEvents() throws {
        unsafe setenv("TZ", "UTC", 1)
        let event = MadeEvent()
        var renderer = try Renderer(
            [(event.layout, 0)], templates: [Template.parse("<wall:%S.%3f> <time:.3>")],
            symbols: KernelSymbols(), options: RenderOptions())
        var line = LineBuffer(capacity: 64)
        render(
            &renderer,
            [1_001_000_000, 1_999_000_000, 2_000_000_000, 1_500_000_000].map { (0, event.bytes, at($0)) },
            into: &line)
        #expect(line.string == "01.001 1.001\n01.999 1.999\n02.000 2.000\n01.500 1.500\n")
        unsafe unsetenv("TZ")
    }
}

@Suite struct ContextTests {
    @Test func printsTheProcess() throws {
        var moment = Moment()
        moment.process = ProcessDetails(
            parent: 1, uid: 1000, user: Array("ann".utf8), exe: Array("/bin/a\n".utf8),
            cmdline: Array("sh\0-c\0a b\0\0".utf8), cgroup: Array("/user.slice".utf8), container: nil)
        let event = MadeEvent()
        #expect(
            try render("<ppid> <uid> <user> <exe> <cgroup>", event, moment)
                == "1 1000 ann /bin/a\\n /user.slice")
        #expect(
            try render("<cmdline>|<cmdline:q>|<cmdline:j>", event, moment)
                == #"sh -c a b|sh -c 'a b' '' ''|"sh -c a b""#)
        #expect(try render("<container> <container?none> <container|user>", event, moment) == "- none ann")
        #expect(try render("<ppid> <exe:5>|<cmdline:q>", event) == "-     -|-")
    }

    @Test func printsWhatIsNotKnown() throws {
        var moment = Moment()
        moment.pid = -1
        moment.tid = -1
        moment.comm = .unknown
        #expect(try render("<pid> <tid?x> <comm:-4>|<comm|cpu>", MadeEvent(), moment) == "- x -   |3")
    }

    @Test func printsNames() throws {
        let event = MadeEvent("switch").integer("name", UInt8(1))
        #expect(
            try render("<event:-13>|<@name:.4>|<name>|<subsystem:q>", event) == "test:switch  |swi…|1|test")
        #expect(try render("<event:j> <nope|event>", event.integer("nope", UInt8(2))) == "\"test:switch\" 2")
    }

    @Test func marksLateLines() throws {
        var moment = Moment()
        #expect(try render("<late> <late?> <late:d> <late:j>", MadeEvent(), moment) == "-  0 false")
        moment.isLate = true
        #expect(try render("<late> <late?> <late:d> <late:j>", MadeEvent(), moment) == "late late 1 true")
    }

    @Test(arguments: [
        ("", ""), ("a", "a"), ("1234567", "1234567"), ("12345678", "12345678"), ("123456789", "123456789"),
        ("123456789012345", "123456789012345"), ("a\u{1b}b", "a\\eb"), ("12345678\n", "12345678\\n"),
        ("日本", "日本"), ("a\\b", "a\\\\b"),
    ])
    func printsComm(comm: String, text: String) throws {
        var moment = Moment()
        moment.comm = Comm(comm.utf8)
        #expect(try render("<comm>|<comm:.3>", MadeEvent(), moment).hasPrefix(text + "|"))
        #expect(try render("<comm:raw>", MadeEvent(), moment) == comm)
    }

    @Test func printsAllFields() throws {
        let event = MadeEvent()
            .string("a", "plain").string("b", "two words").string("c", "x=\"y\"").string("d", "")
            .array("e", [UInt8(1)]).integer("f", Int8(-1)).string("g", "back\\slash")
        #expect(
            try render("<fields>", event)
                == #"a=plain b="two words" c="x=\"y\"" d="" e=[1] f=-1 g=back\\slash"#)
        #expect(try render("<fields:.10>|<print:.9>|", event) == "a=plain b…|a=plain …|")
        #expect(try render("<fields:q>", MadeEvent().string("a", "b c")) == #"'a="b c"'"#)
        #expect(try render("[<fields>]", MadeEvent()) == "[]")
        #expect(
            try render("<fields:raw>", MadeEvent().string("a", "b\\ c").integer("d", UInt8(1)))
                == "a=b\\ c d=1")
    }

    @Test func colours() throws {
        let options = RenderOptions(colour: true)
        #expect(try render("<!red>x<!>y", options: options) == "\u{1b}[31mx\u{1b}[0my")
        #expect(try render("<!bold,red><cpu>", options: options) == "\u{1b}[1;31m3\u{1b}[0m")
        #expect(try render("<!bold,red><cpu><!>") == "3")
    }

    @Test func theCallerPrintsWhatCannotBeCompiled() throws {
        let event = MadeEvent().integer("x", UInt8(1))
        var events: [Int] = []
        let options = RenderOptions { index, record, line in
            events.append(index)
            guard record.count > 8 else { return false }
            line.append(UInt8(ascii: "h"))
            line.append(UInt8(ascii: "\n"))
            return true
        }
        #expect(
            try render("<print>|<print:raw>|<print:q>|<print:4>", event, options: options)
                == #"h\n|h\#n|$'h\n'| h\n"#)
        #expect(events == [0, 0, 0, 0])
        let short = try renderBytes("<print>", event, options: options, record: [0])
        #expect(String(decoding: short, as: UTF8.self) == "x=-\n")
    }

    @Test func printsAsTheKernelDoes() throws {
        let format =
            #""x=%d name=%s state=%s", REC->x, __get_str(name), "#
            + #"__print_symbolic(REC->state, { 1, "R\te" }, { 2, "S" })"#
        let event = MadeEvent()
            .integer("x", Int8(-3)).string("name", "a\n\\").integer("state", UInt32(1)).printed(as: format)
        #expect(try render("<print>", event) == #"x=-3 name=a\n\\ state=R\te"#)
        #expect(try render("<print:.8>|<print:30>|", event) == #"x=-3 na…|    x=-3 name=a\n\\ state=R\te|"#)
        #expect(try render("<print:j>", event) == #""x=-3 name=a\n\\ state=R\te""#)
        #expect(try render("<print:raw>", event) == "x=-3 name=a\n\\ state=R\te")
        #expect(try render("<state> <state:S> <state:n> <state:x>", event) == #"R\te R\te 1 1"#)
        #expect(try render("<state:6>|<state:-6>|<state:.2>|<state:j>", event) == #"  R\te|R\te  |R…|"R\te""#)
        #expect(try render("<fields>", event) == #"x=-3 name=a\n\\ state=R\te"#)
        #expect(try plan("<print> <state>", event).fallbacks.isEmpty)
        let short = try renderBytes("<state?none> <print>", event, record: Array(event.bytes.prefix(9)))
        #expect(String(decoding: short, as: UTF8.self) == "none x=-3 name=- state=-\n")
    }

    @Test func absurdLayoutsReadNothing() throws {
        let kinds: [(Field.Kind, Int)] = [
            (.integer, 4), (.integer, 3), (.text, Int.max), (.array, Int.max), (.dynamicText, 4),
            (.opaque, 1 << 40),
        ]
        let fields = kinds.enumerated().map { index, kind in
            Field(
                name: "f\(index)\u{1b}", type: "?", offset: index % 2 == 0 ? Int.max : Int(Int32.max) - 2,
                size: kind.1,
                kind: kind.0, isSigned: false, elementSize: kind.1, elementCount: 1)
        }
        let layout = EventLayout(
            id: 1, subsystem: "a\n", name: "b", fields: fields, commonFields: [], printFormat: "")
        var renderer = try Renderer(
            [(layout, 0)], templates: [Template.parse("<fields> <event>")], symbols: KernelSymbols(),
            options: RenderOptions())
        var line = LineBuffer(capacity: 64)
        render(&renderer, [(0, Array(repeating: 1, count: 64), Moment())], into: &line)
        #expect(line.string == (0..<6).map { "f\($0)\\e=- " }.joined() + "a\\n:b\n")
    }

    @Test func tellsWhatCannotBeCompiled() throws {
        #expect(try plan("<print>", MadeEvent(), MadeEvent().printed(as: "\"x\"")).fallbacks == [0])
        #expect(try plan("<fields>", MadeEvent()).fallbacks.isEmpty)
    }

    @Test func stopsAtTheLimit() throws {
        let event = MadeEvent().integer("x", UInt8(7))
        var renderer = try Renderer(
            [(event.layout, 0)], templates: [Template.parse("<n>:<x>")], symbols: KernelSymbols(),
            options: RenderOptions())
        var line = LineBuffer(capacity: 64)
        let results = unsafe event.bytes.withUnsafeBytes { bytes in
            let sample = unsafe Sample(record: Bytes(bytes), time: 1, event: 0, cpu: 0)
            var stray = sample
            stray.event = 1
            return unsafe [sample, stray, sample, sample].withUnsafeBufferPointer { samples in
                let batch = unsafe Batch(samples: samples, wallOffset: 0, processes: [])
                return [
                    renderer.render(batch, from: 0, limit: 2, into: &line),
                    renderer.render(batch, from: 3, limit: 2, into: &line),
                    renderer.render(batch, from: 4, limit: 2, into: &line),
                ].map { [$0.consumed, $0.lines] }
            }
        }
        #expect(results == [[3, 2], [1, 1], [0, 0]])
        #expect(line.string == "1:7\n2:7\n3:7\n")
    }
}
