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
