import Template
import Testing
import Tracepoints

/// What is wrong with a template for these events.
func misfit(_ template: String, _ events: MadeEvent...) throws -> TemplateError {
    let error = try #require(throws: BindError.self) {
        _ = try Renderer(
            events.map { ($0.layout, 1) }, templates: [Template.parse(""), Template.parse(template)],
            symbols: KernelSymbols(), options: RenderOptions())
    }
    #expect(error.template == 1)
    return error.error
}

/// What the user is told at start, and what must be known of the events.
func plan(
    _ template: String?, _ events: MadeEvent..., options: RenderOptions = RenderOptions()
) throws -> (notes: [String], needs: ContextNeeds, fallbacks: [Int]) {
    let renderer = try Renderer(
        events.map { ($0.layout, template.map { _ in 0 }) },
        templates: template.map { [try Template.parse($0)] } ?? [],
        symbols: KernelSymbols(), options: options)
    return (renderer.notes, renderer.needs, renderer.printFallbacks.map(\.event))
}

@Suite struct BindTests {
    let exec = MadeEvent("exec")
        .string("filename", "/bin/true").integer("pid", Int32(1)).array("args", [UInt64(1), 2, 3])
    let other = MadeEvent("other").integer("pid", Int32(1)).string("args", "x")

    @Test func findsUnknownNames() throws {
        let template = "<pid> <filenme>"
        let error = try misfit(template, exec)
        #expect(error.message == "test:exec has no field 'filenme'")
        #expect(marked(template, error) == "filenme")
        #expect(error.hint == "did you mean <filename>?")
        #expect(
            error.notes == [
                "fields: filename pid args     context: time wall delta elapsed cpu pid tid comm ppid uid user "
                    + "exe cmdline cgroup container event name subsystem late n fields print stack ustack",
                "try: obstrace list -v test:exec",
            ])
        #expect(try misfit("<filenme>", exec, other).message == "none of the 2 events has a field 'filenme'")
        #expect(try misfit("<tme>", exec).hint == "did you mean <time>?")
        #expect(try misfit("<file>", exec).hint == "did you mean <filename>?")
        #expect(try misfit("<zzz>", exec).hint == nil)
        #expect(try misfit("<@filename>", exec).message == "there is no context value 'filename'")
        #expect(try misfit("<@filename>", exec).hint == "did you mean <filename>?")
        #expect(try misfit("<.comm>", exec).hint == "did you mean <@comm>?")
        #expect(try misfit("<.filenme>", exec).hint == "did you mean <.filename>?")
        #expect(try misfit("<nope|neither>", exec).message == "test:exec has no field 'nope'")
    }

    @Test func findsWrongIndexes() throws {
        #expect(try misfit("<args[3]>", exec).message == "'args' of test:exec has 3 elements, no [3]")
        #expect(try misfit("<args[3]>", exec).hint == "count from 0 to 2")
        #expect(try misfit("<pid[0]>", exec).hint == "write <pid>")
        #expect(try misfit("<@pid[0]>", exec).hint == "write <@pid>")
        #expect(try misfit("<argz[0]>", exec).hint == "did you mean <args>?")
    }

    @Test(arguments: [
        ("<filename:d>", "d", "types that fit: x s q j raw xx"), ("<pid:mac>", "mac", ""),
        ("<pid:S>", "S", ""), ("<@comm:ip>", "ip", "types that fit: x s q j raw xx"),
        ("<pid:%H>", "%H", ""), ("<time:x>", "x", "types that fit: d u s n t j"), ("<fields:x>", "x", ""),
        ("<wall:x>", "x", "types that fit: d u s n j a strftime pattern"), ("<args:q>", "q", ""),
        (
            "<pid:.3>", ".3",
            ".max is the greatest number of columns of text, or the decimals of a time or size"
        ),
        ("<filename:.3j>", ".3", ""), ("<wall:.3%H>", ".3", ""),
    ])
    func findsTypesThatDoNotFit(template: String, mark: String, note: String) throws {
        let error = try misfit(template, exec)
        #expect(marked(template, error) == mark)
        if !note.isEmpty { #expect(error.notes == [note]) }
    }

    @Test func notesWhatIsAbsentFromSome() throws {
        let third = MadeEvent("third").integer("x", UInt8(1))
        #expect(
            try plan("<filename>", exec, other).notes == [
                "test:other has no field 'filename'; it prints '-' there"
            ])
        #expect(
            try plan("<filename> <filename:5>", exec, other, third).notes == [
                "test:other, test:third have no field 'filename'; it prints '-' there"
            ])
        #expect(try plan("<filename?none> <filename|pid>", exec, other).notes.isEmpty)
        #expect(
            try plan("<args[0]:x> <args:x>", exec, MadeEvent("third").array("args", [Int8(1)])).notes.isEmpty)
        #expect(try plan("<args:d>", exec, other).notes.count == 1)
        #expect(try render("<nope?none>|<nope|pid>", exec.integer("nope", UInt8(3))) == "3|3")
    }

    @Test func needsNoMoreThanIsRead() throws {
        #expect(try plan("<time> <cpu> <pid> <event> <n>", exec).needs == [])
        #expect(try plan("<@pid>", exec).needs == [.pid])
        #expect(try plan("<tid>", exec).needs == [.tid])
        #expect(try plan("<comm> <filename|exe>", exec).needs == [.comm])
        #expect(try plan("<exe|comm>", exec).needs == [.process, .comm])
        for name in ["ppid", "uid", "user", "exe", "cmdline", "cgroup", "container"] {
            #expect(try plan("<\(name)>", exec).needs == [.process])
        }
        #expect(try plan(nil, exec).needs == [.comm, .tid])
    }

    @Test func anUnusedTemplateIsNotChecked() throws {
        #expect(throws: Never.self) {
            _ = try Renderer(
                [], templates: [Template.parse("<nope>")], symbols: KernelSymbols(), options: RenderOptions())
        }
    }
}
