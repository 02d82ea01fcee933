import Testing

@testable import Template
@testable import Tracepoints

@Suite("Expressions of print formats")
struct PrintExpressionTests {
    private let event = MadeEvent()
        .integer("i", Int32(-5)).integer("u", UInt32(0xffff_fffe)).integer("l", Int64(-7))
        .integer("q", UInt64(0xffff_ffff_ffff_fff0)).integer("b", UInt8(200)).integer("s", Int16(-300))
        .integer("zero", Int32(0)).pointer("p", 0xffff_8880_1234_5678)

    @Test(
        "C's operators, their order and their types",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 4 - 3", "3"), ("100 / 7 % 5", "4"),
            ("1 << 4 | 3", "19"), ("0xff & ~0xf", "240"), ("6 ^ 3", "5"), ("1 | 2 == 2", "1"),
            ("-7 / 2", "-3"), ("-7 % 4", "-3"), ("!5", "0"), ("!!5", "1"), ("- -3", "3"), ("~0", "-1"),
            ("1 ? 2 : 3", "2"), ("0 ? 2 : 0 ? 3 : 4", "4"), ("3 ?: 4", "3"), ("1 && 2", "1"),
            ("0 || 0", "0"), ("2 > 1", "1"), ("2 <= 1", "0"), ("'A'", "65"), ("'\\n'", "10"), ("017", "15"),
            ("0x7fffffff + 1", "-2147483648"), ("0xffffffff + 1", "0"), ("0xffffffffUL + 1", "4294967296"),
            ("1U - 2", "4294967295"), ("1UL << 40", "1099511627776"), ("1 << 33", "2"), ("-1 >> 1", "-1"),
            ("(unsigned)-1 >> 28", "15"), ("-1 < 1U", "0"), ("-1L < 1U", "1"), ("-1L < 1UL", "0"),
            ("4294967296", "4294967296"), ("sizeof(int)", "4"), ("sizeof(u64)", "8"),
            ("sizeof(unsigned long) * 2", "16"), ("sizeof(struct page *)", "8"),
            ("(u8)300", "44"), ("(s8)200", "-56"), ("(unsigned short)-1", "65535"), ("(bool)7", "1"),
            ("(int)4294967295UL", "-1"), ("(u64)-1 == ~0ULL", "1"), ("(gfp_t)5 | 2", "7"),
            ("((unsigned int) ((0x800003) >> 20))", "8"), ("ntohs(0x1234)", "13330"),
            ("__builtin_expect(!!(3), 0) ? 4 : 5", "4"), ("__builtin_constant_p(what + ever(1)) + 1", "1"),
            ("({ int x = (9); int y = (4); ((x) < (y) ? (x) : (y)); })", "4"),
            ("__print_ns_to_secs(3000000001ULL)", "3"), ("__print_ns_without_secs(3000000001ULL)", "1"),
        ])
    func constants(_ expression: String, _ expected: String) throws {
        #expect(try event.value(expression) == expected, "\(expression)")
    }

    @Test(
        "Fields have the width and the sign that the layout gives them",
        arguments: [
            ("REC->i", "-5"), ("REC->u", "4294967294"), ("REC->l", "-7"), ("REC->b", "200"),
            ("REC->s", "-300"), ("REC->i + REC->u", "4294967289"), ("REC->i < REC->u", "1"),
            ("REC->i < REC->b", "1"), ("REC->s * REC->b", "-60000"), ("REC->l / 2", "-3"),
            ("REC->q >> 60", "15"), ("REC->q > 1", "1"), ("REC->u + 2", "0"), ("-REC->b", "-200"),
            ("~REC->b", "-201"), ("(u32)REC->i >> 31", "1"), ("REC->i >> 1", "-3"),
            ("REC->zero ? 1 : REC->b", "200"), ("REC->zero && REC->i / REC->zero", "0"),
            ("REC->b || REC->i / REC->zero", "1"), ("(REC)->b", "200"), ("REC -> b", "200"),
            ("(unsigned long)REC->p & 0xff", "120"),
            ("((unsigned int) ((REC->u) & ((1U << 20) - 1)))", "1048574"),
            ("REC->common_pid", "12345"), ("be32_to_cpu(REC->u)", "4278190079"), ("sizeof(REC->s)", "2"),
            ("*(&REC->b)", "200"), ("REC->b == 200 ? REC->i : REC->u", "4294967291"),
        ])
    func fields(_ expression: String, _ expected: String) throws {
        #expect(try event.value(expression) == expected, "\(expression)")
    }

    @Test("What C does not define prints nothing")
    func undefined() throws {
        for expression in ["REC->i / REC->zero", "REC->i % REC->zero", "1 / 0", "1 % 0"] {
            #expect(try event.value(expression) == nil, "\(expression)")
        }
        #expect(try event.value("REC->zero - 2147483647 - 1") == "-2147483648")
        #expect(try event.value("(REC->zero - 2147483647 - 1) / -1") == "-2147483648")
    }

    @Test("Arrays, parts of them, and what lies at the end of the record")
    func places() throws {
        let event = MadeEvent().array("args", [UInt64(1), 2, 300]).array("bytes", [UInt8(0xa), 0xb0, 0xff])
            .integer("n", UInt8(2)).string("name", "hello").string("none", "")
            .dynamic("words", .dynamicArray, memory(of: UInt64(7)) + memory(of: UInt64(8)), elementSize: 8)
            .dynamic("late", .dynamicText, Array("rel\0".utf8), isRelative: true)
        let cases: [(String, String?)] = [
            ("\"%llu\", REC->args[2]", "300"), ("\"%llu\", REC->args[REC->n - 1]", "2"),
            ("\"%llu\", REC->args[3]", nil), ("\"%d\", REC->bytes[-1]", nil),
            ("\"%s\", __get_str(name)", "hello"), ("\"%s\", __get_rel_str(late)", "rel"),
            ("\"[%s]\", __get_str(none)", "[]"), ("\"%s\", (char *)__get_dynamic_array(name) + 1", "ello"),
            ("\"%d\", __get_str(name)[1]", "101"), ("\"%d\", __get_dynamic_array_len(words)", "16"),
            ("\"%s\", __get_str(none)[0] ? \"some\" : \"empty\"", "empty"),
            (
                "\"%s\", __print_array(__get_dynamic_array(words), __get_dynamic_array_len(words) / sizeof(u64), sizeof(u64))",
                "{0x7,0x8}"
            ),
            ("\"%s\", __print_array(REC->bytes, REC->n, 1)", "{0xa,0xb0}"),
            ("\"%s\", __print_array(REC->bytes, 0, 1)", "{}"),
            ("\"%s\", __print_array(REC->bytes, 4, 1)", nil),
            ("\"%s\", __print_dynamic_array(words, 8)", "{0x7,0x8}"),
            ("\"%s\", __print_hex(REC->bytes, 3)", "0a b0 ff"),
            ("\"%s\", __print_hex_str(REC->bytes, REC->n)", "0ab0"),
            ("\"%s\", __print_hex(REC->bytes, 4)", nil),
            ("\"%d\", *(u16 *)REC->bytes", "45066"),
            ("\"%d\", __le16_to_cpup((__le16 *)&REC->bytes[1])", "65456"),
            ("\"%s\", REC->n ? __get_str(name) : \"no\"", "hello"),
        ]
        for (format, expected) in cases {
            #expect(try event.printed(format) == expected, "\(format)")
        }
    }

    @Test("Names of values and of bits, as the kernel's own functions give them")
    func names() throws {
        func symbolic(_ value: Int32) throws -> String? {
            try MadeEvent().integer("v", value).printed(
                "\"%s\", __print_symbolic(REC->v, { 0, \"zero\" }, { 2, \"two\" }, { 2, \"again\" }, { 3, \"\" }, { -1, \"minus\" })"
            )
        }
        #expect(try symbolic(0) == "zero")
        #expect(try symbolic(2) == "two")
        #expect(try symbolic(3) == "0x3")
        #expect(try symbolic(-1) == "minus")
        #expect(try symbolic(1) == "0x1")
        #expect(try symbolic(-2) == "0xfffffffffffffffe")

        func flags(_ value: UInt32, _ delimiter: String = "\"|\"") throws -> String? {
            try MadeEvent().integer("v", value).printed(
                "\"<%s>\", __print_flags(REC->v, \(delimiter), { 3, \"AB\" }, { 1, \"A\" }, { 2, \"B\" }, { 8, \"D\" }, { 0, \"NONE\" })"
            )
        }
        #expect(try flags(0) == "<>")
        #expect(try flags(1) == "<A>")
        #expect(try flags(3) == "<AB>")
        #expect(try flags(11) == "<AB|D>")
        #expect(try flags(0x1a) == "<B|D|NONE|0x10>")
        #expect(try flags(0x10) == "<NONE|0x10>")
        #expect(try flags(11, "\"\"") == "<ABD>")
        #expect(try flags(11, "NULL") == "<ABD>")
        #expect(try flags(11, "\", \"") == "<AB, D>")

        let closed = try MadeEvent().integer("v", UInt32(4)).printed(
            "\"%s\", __print_flags(REC->v, \"|\", { 1, \"A\" }, { 0, ((void *)0) }, { 4, \"C\" })")
        #expect(closed == "0x4")
    }

    @Test("Every way of searching finds the same names")
    func searches() throws {
        for values in [[1, 2, 3], Array(0..<40), (0..<40).map { $0 * $0 * 1000 }, [5, 5, 5, 5, 900, 5]]
            as [[Int]]
        {
            let list = values.enumerated().map { "{ \($0.element), \"n\($0.offset)\" }" }
                .joined(separator: ", ")
            for value in Set(values + [4, 7, 1_000_001]).sorted() {
                let first = values.firstIndex(of: value).map { "n\($0)" }
                let text = try MadeEvent().integer("v", Int32(value)).printed(
                    "\"%s\", __print_symbolic(REC->v, \(list))")
                #expect(text == first ?? "0x" + String(value, radix: 16))
            }
        }
    }

    @Test("Whole formats as kernels have them")
    func whole() throws {
        let switched = MadeEvent().text("prev_comm", "bash").integer("prev_pid", Int32(12))
            .integer("prev_state", Int64(0x101)).text("next_comm", "a b")
        let state =
            "(REC->prev_state & ((((0x0 | 0x1 | 0x2 | 0x40) + 1) << 1) - 1)) ? __print_flags(REC->prev_state & ((((0x0 | 0x1 | 0x2 | 0x40) + 1) << 1) - 1), \"|\", { 0x1, \"S\" }, { 0x2, \"D\" }) : \"R\", REC->prev_state & 0x100 ? \"+\" : \"\""
        let text = try switched.printed(
            "\"prev_comm=%s prev_pid=%d prev_state=%s%s ==> next_comm=%s\", REC->prev_comm, REC->prev_pid, \(state), REC->next_comm"
        )
        #expect(text == "prev_comm=bash prev_pid=12 prev_state=S+ ==> next_comm=a b")

        let memory = MadeEvent().integer("error_type", UInt32(1)).integer("other", UInt32(9))
        #expect(try memory.printed("\"%s\", mc_event_error_type(REC->error_type)") == "Uncorrected")
        #expect(try memory.printed("\"%s\", mc_event_error_type(REC->other)") == "Info")
        #expect(try MadeEvent().printed("\"no argument, 100%%\\n\"") == "no argument, 100%\n")
        #expect(try MadeEvent().printed("\"two \" \"parts %s\", \"a\" \"b\"") == "two parts ab")
    }

    @Test(
        "What cannot be compiled is refused with a reason",
        arguments: [
            ("", "text"), ("REC->i", "text"), ("\"%d\"", "more arguments"),
            ("\"%d\", REC->nothing", "nothing"),
            ("\"%p\", vmemmap_base + REC->l", "vmemmap_base"), ("\"%s\", unheard_of(REC->i)", "unheard_of"),
            ("\"%d\", (1 + 2", "')' is missing"), ("\"%s\", REC->i", "number"), ("\"%d\", \"text\"", "text"),
            ("\"%q\", 1", "%q"), ("\"%d\", 1 2", "left over"), ("\"open", "no end"),
            ("\"%d\", REC->p->x", "member"),
            ("\"%d\", *REC->p", "memory"), ("\"%d\", sizeof(struct page)", "size"),
            ("\"%pd\", REC->p", "memory"),
            ("\"%s\", __print_symbolic(REC->i, { REC->u, \"a\" })", "constant"), ("\"%d\", 08", "number"),
            ("\"%d\", ({ })", "no value"), ("\"%d\", @", "character"), ("\"%\"", "ends"),
        ])
    func refusals(_ format: String, _ word: String) throws {
        let failure = try #require(refusal(format, event), "\(format)")
        #expect(failure.message.contains(word), "\(failure.message)")
        #expect(failure.offset >= 0 && failure.offset <= format.utf8.count)
    }

    @Test("Nesting has a bound, not the stack")
    func nesting() {
        for text in [
            String(repeating: "(", count: 50_000) + "1" + String(repeating: ")", count: 50_000),
            String(repeating: "!", count: 50_000) + "1", String(repeating: "1 ? 1 : ", count: 50_000) + "1",
            "REC->i" + String(repeating: " + REC->i", count: 50_000),
            String(repeating: "__builtin_expect(", count: 50_000), String(repeating: "({", count: 50_000),
            String(repeating: "(int)", count: 50_000) + "1", String(repeating: "-~", count: 50_000) + "1",
        ] {
            #expect(refusal("\"%d\", " + text, event)?.message.contains("nested too deeply") == true)
        }
    }
}
