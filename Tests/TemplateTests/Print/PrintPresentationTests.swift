import Testing

@testable import Template
@testable import Tracepoints

@Suite("How a print format shows one field")
struct PrintPresentationTests {
    private let event = MadeEvent().integer("state", Int32(2)).integer("flags", UInt32(5)).integer(
        "n", UInt8(2)
    )
    .array("addr", [UInt8(10), 0, 0, 1]).array("hw", [UInt8(1), 2, 3, 4, 5, 6]).integer("on", UInt8(1))
    .string("name", "x").integer("root", UInt64(300))

    private let names = "{ 1, \"one\" }, { 2, \"two\" }"

    @Test("By name, with the table of names")
    func named() throws {
        let symbolic = try #require(
            event.presentation("state", in: "\"%d %-8s\", REC->n, __print_symbolic(REC->state, \(names))"))
        #expect(symbolic.text == "two")
        #expect(!symbolic.view.isFlags)
        #expect(symbolic.view.symbols.map(\.value) == [1, 2])
        #expect(symbolic.view.symbols.map(\.name) == ["one", "two"])

        let flags = try #require(
            event.presentation(
                "flags",
                in:
                    "\"%s\", (REC->flags & 0xff) ? __print_flags(REC->flags & 0xff, \"|\", \(names)) : \"none\""
            ))
        #expect(flags.text == "one|0x4")
        #expect(flags.view.isFlags)
        #expect(flags.view.symbols.map(\.name) == ["one", "two", "none"])

        let word = try #require(event.presentation("on", in: "\"%s\", REC->on ? \"yes\" : \"no\""))
        #expect(word.text == "yes")
        #expect(word.view.symbols.map(\.name) == ["yes", "no"])
    }

    @Test("By the kernel's conversions")
    func conversions() throws {
        #expect(event.presentation("addr", in: "\"%20pI4\", REC->addr")?.text == "10.0.0.1")
        #expect(event.presentation("hw", in: "\"%pM\", REC->hw")?.text == "01:02:03:04:05:06")
        #expect(event.presentation("hw", in: "\"%*phC\", REC->n, REC->hw")?.text == "01:02")
        #expect(event.presentation("hw", in: "\"%s\", __print_hex_str(REC->hw, REC->n)")?.text == "0102")
        #expect(event.presentation("hw", in: "\"%s\", __print_array(REC->hw, 2, 1)")?.text == "{0x1,0x2}")
    }

    @Test(
        "Not as a number or text only, nor by a part of what it says",
        arguments: [
            ("state", "\"%d\", REC->state"), ("state", "\"%#x\", REC->state"),
            ("name", "\"%s\", __get_str(name)"),
            ("state", "\"%s\", __print_symbolic(REC->state + REC->n, { 1, \"one\" })"),
            ("n", "\"%s\", __print_hex_str(REC->hw, REC->n)"),
            ("state", "\"%d%s\", REC->state, REC->state > 1 ? \"s\" : \"\""),
            ("on", "\"a%s\", REC->on ? \" [TRUNCATED]\" : \"\""),
            ("flags", "\"%s\", REC->flags & 1 ? \"a\" : \"b\""),
            (
                "root",
                "\"%llu(%s)\", REC->root, REC->root > 256 ? \"-\" : __print_symbolic(REC->root, { 1, \"one\" })"
            ),
            ("state", "\"%s %d\", __print_symbolic(REC->state >> 13, { 1, \"one\" }), REC->state & 7"),
            ("flags", "\"%p\", REC->flags"), ("on", "\"%d %s\", REC->on, REC->on ? \"yes\" : \"no\""),
        ])
    func none(_ field: String, _ format: String) {
        #expect(event.presentation(field, in: format) == nil)
    }

    @Test("Also where another argument cannot be compiled")
    func partial() {
        let text = event.presentation(
            "state", in: "\"%p %s\", vmemmap_base + 1, __print_symbolic(REC->state, \(names))")
        #expect(text?.text == "two")
    }

    @Test("A number that is also shown by name is shown by name")
    func both() {
        let text = event.presentation(
            "state", in: "\"%d (%s)\", REC->state, __print_symbolic((int)REC->state, \(names))")
        #expect(text?.text == "two")
    }
}
