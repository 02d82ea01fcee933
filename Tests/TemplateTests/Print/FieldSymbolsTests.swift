import Testing

@testable import Template
@testable import Tracepoints

@Suite("The type that shows a field best")
struct FieldSymbolsTests {
    private func best(_ event: MadeEvent, _ field: String) throws -> String? {
        let layout = event.layout
        return FieldSymbols(
            of: try #require(layout.field(field)), in: layout, Presentations(KernelSymbols())
        ).bestType
    }

    @Test("A mode is one of a file only where its C type says so")
    func mode() throws {
        #expect(try best(MadeEvent().integer("mode", UInt16(0), type: "umode_t"), "mode") == "mode")
        #expect(try best(MadeEvent().integer("mode", UInt16(0), type: "__u16"), "mode") == "mode")
        #expect(try best(MadeEvent().integer("mode", Int32(0)), "mode") == nil)
        #expect(try best(MadeEvent().integer("mode", UInt64(0), type: "unsigned long"), "mode") == nil)
    }

    @Test(
        "Errors and signals have a sign",
        arguments: [("err", "e"), ("error", "e"), ("ret", "e"), ("sig", "sig")])
    func signs(_ field: String, _ type: String) throws {
        #expect(try best(MadeEvent().integer(field, Int32(0)), field) == type)
        #expect(try best(MadeEvent().integer(field, UInt32(0), type: "u32"), field) == nil)
    }

    @Test("A narrow size may be one of pages")
    func size() throws {
        #expect(try best(MadeEvent().integer("size", UInt64(0), type: "size_t"), "size") == "h")
        #expect(try best(MadeEvent().integer("size", UInt32(0), type: "unsigned int"), "size") == nil)
        #expect(try best(MadeEvent().integer("bytes", UInt32(0), type: "unsigned int"), "bytes") == "h")
    }

    @Test("Numbers of system calls")
    func systemCalls() throws {
        #expect(try best(MadeEvent().integer("__syscall_nr", Int32(0)), "__syscall_nr") == "sys")
        var event = MadeEvent().integer("id", Int64(0), type: "long")
        #expect(try best(event, "id") == nil)
        event.subsystem = "raw_syscalls"
        #expect(try best(event, "id") == "sys")
    }

    @Test("A number that the print format calls nanoseconds is a duration")
    func nanoseconds() throws {
        let event = MadeEvent().integer("runtime", UInt64(0), type: "u64").integer("n", UInt32(0))
            .printed(as: "\"runtime=%Lu [ns] n=%u\", (unsigned long long)REC->runtime, REC->n")
        #expect(try best(event, "runtime") == "t")
        #expect(try best(event, "n") == nil)
    }

    @Test("What the print format names needs no type")
    func named() throws {
        let event = MadeEvent().integer("ret", Int32(0)).printed(
            as: "\"%s\", __print_symbolic(REC->ret, { 1, \"one\" })")
        #expect(try best(event, "ret") == nil)
    }
}
