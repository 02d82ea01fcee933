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
            ("flags", "\"%p\", REC->flags"),
            ("n", "\"%s\", REC->n ? __print_symbolic(REC->state, { 1, \"one\" }) : \"-\""),
            (
                "state",
                "\"%d %s\", REC->state, __print_symbolic(REC->state - 1, { 1, \"one\" })"
            ),
        ])
    func none(_ field: String, _ format: String) {
        #expect(event.presentation(field, in: format) == nil)
    }

    @Test("A number of a bit is no set of bits")
    func bitNumber() throws {
        let format = "\"%s\", __print_flags((1 << REC->state), \"|\", { 1 << 0, \"a\" }, { 1 << 2, \"c\" })"
        let shown = try #require(event.presentation("state", in: format))
        #expect(!shown.view.isFlags)
        #expect(shown.view.symbols.map { "\($0.name)=\($0.value)" } == ["a=0", "c=2"])
        #expect(shown.text == "c")
    }

    @Test("Where it tests other fields")
    func othersTested() throws {
        let flags = try #require(
            event.presentation(
                "flags", in: "\"%d %s\", REC->n, __print_flags(REC->n ? REC->flags : 0, \"|\", \(names))"))
        #expect(flags.view.isDefault)
        #expect(flags.view.symbols.map(\.name) == ["one", "two"])
        #expect(flags.text == "one|0x4")

        let choice = try #require(
            event.presentation(
                "state",
                in: "\"%s\", REC->n == 1 ? __print_symbolic(REC->state & 0xff, { 1, \"a\" }, { 2, \"b\" }) : "
                    + "__print_symbolic(REC->state, \(names))"))
        #expect(choice.view.isDefault)
        #expect(choice.view.symbols.map(\.name) == ["a", "b", "one", "two"])
        #expect(choice.text == "two")

        let nested = try #require(
            event.presentation(
                "state",
                in:
                    "\"%s\", REC->n < 1 ? (REC->n == 0 ? \"x\" : \"y\") : __print_symbolic(REC->state, \(names))"
            ))
        #expect(nested.text == "two")
    }

    @Test(
        "By name on demand only, where it is a number too and the names tell a part",
        arguments: [
            (
                "root",
                "\"%llu(%s)\", REC->root, REC->root > 256 ? \"-\" : __print_symbolic(REC->root, { 1, \"one\" })",
                ["one=1"], "-"
            ),
            (
                "state",
                "\"%s %d\", __print_symbolic((REC->state >> 1) & 7, { 1, \"one\" }), REC->state & 1",
                ["one=2"],
                "one"
            ),
            ("on", "\"%d %s\", REC->on, REC->on ? \"yes\" : \"no\"", ["yes=1", "no=0"], "yes"),
            (
                "flags", "\"%u %s\", REC->flags & 1, __print_flags(REC->flags & 4, \"|\", { 4, \"four\" })",
                ["four=4"], "four"
            ),
        ])
    func onDemand(_ field: String, _ format: String, _ symbols: [String], _ text: String) throws {
        let shown = try #require(event.presentation(field, in: format))
        #expect(!shown.view.isDefault)
        #expect(shown.view.symbols.map { "\($0.name)=\($0.value)" } == symbols)
        #expect(shown.text == text)
        let layout = event.layout(printing: format)
        let value = try #require(layout.field(field).map(Value.field))
        let presentations = Presentations(KernelSymbols())
        for (type, isShown) in [(nil, false), (TypeName.symbolic, true), (.text, false), (.plain, false)] {
            let manner = value.manner(type.map(ValueType.named), decimals: nil, in: layout, presentations)
            if case .presentation? = manner?.writer { #expect(isShown) } else { #expect(!isShown) }
        }
    }

    @Test("No flag at all is 0")
    func noFlag() throws {
        let made = MadeEvent().integer("flags", UInt32(0)).integer("n", UInt8(2))
        let format = "\"%s\", __print_flags(REC->flags, \"|\", \(names))"
        #expect(made.presentation("flags", in: format)?.text == "0")
        #expect(try made.printed(format) == "")
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
