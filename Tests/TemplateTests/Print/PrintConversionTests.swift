import Testing

@testable import Template
@testable import Tracepoints

@Suite("Conversions of print formats")
struct PrintConversionTests {
    @Test(
        "Numbers, as the kernel's printf writes them",
        arguments: [
            ("%d", "-5", "-5"), ("%i", "7", "7"), ("%u", "-1", "4294967295"), ("%x", "255", "ff"),
            ("%X", "255", "FF"), ("%o", "8", "10"), ("%#x", "255", "0xff"), ("%#X", "255", "0XFF"),
            ("%#o", "8", "010"), ("%#o", "0", "0"), ("%#x", "0", "0x0"), ("%5d", "42", "   42"),
            ("%-5d|", "42", "42   |"), ("%05d", "-42", "-0042"), ("%+d", "42", "+42"), ("% d", "42", " 42"),
            ("%+d", "-42", "-42"), ("%.3d", "7", "007"), ("%6.3d", "7", "   007"), ("%06.3d", "7", "000007"),
            ("%-6.3d|", "-7", "-007  |"), ("%#08x", "0x1f", "0x00001f"), ("%#010x", "0x1f", "0x0000001f"),
            ("%08lx", "0xabcUL", "00000abc"), ("%016llx", "1ULL", "0000000000000001"),
            ("%d", "0x100000000UL + 3", "3"), ("%hhu", "300", "44"), ("%hhd", "200", "-56"),
            ("%hd", "40000", "-25536"), ("%hu", "70000", "4464"), ("%ld", "-1L", "-1"),
            ("%lu", "-1L", "18446744073709551615"), ("%zu", "sizeof(u64)", "8"), ("%zd", "-8L", "-8"),
            ("%Lu", "5ULL", "5"), ("%td", "3L", "3"), ("%lX", "0xdeadbeefUL", "DEADBEEF"),
            ("%d", "-2147483647 - 1", "-2147483648"), ("%lld", "1LL << 63", "-9223372036854775808"),
            ("%*d|", "4, 7", "   7|"), ("%-*d|", "4, 7", "7   |"), ("%*d|", "-4, 7", "7   |"),
            ("%.*d", "3, 7", "007"), ("%.*d", "-3, 7", "7"), ("%0x", "10", "a"), ("%-08d|", "5", "5       |"),
            ("%u", "1234567890", "1234567890"), ("%llu", "12345678901234567890ULL", "12345678901234567890"),
            ("%llo", "~0ULL", "1777777777777777777777"), ("%c", "'x'", "x"), ("%3c|", "'x'", "  x|"),
            ("%-3c|", "'x'", "x  |"), ("%p", "0xffff888012345678UL", "ffff888012345678"),
            ("%p", "((void *)0)", "0000000000000000"), ("%px", "0x1UL", "0000000000000001"),
            ("%20p", "1UL", "                   1"), ("%%%d%%", "5", "%5%"),
        ])
    func numbers(_ conversion: String, _ argument: String, _ expected: String) throws {
        #expect(try MadeEvent().printed("\"\(conversion)\", \(argument)") == expected, "\(conversion)")
        // The same from a field, so that nothing is folded.
        if !argument.contains(",") {
            let event = MadeEvent().integer("zero", UInt8(0))
            let text = try event.printed("\"\(conversion)\", \(argument) + REC->zero")
            if !argument.contains("void") { #expect(text == expected, "\(conversion) of a field") }
        }
    }

    @Test(
        "Texts, their width and precision",
        arguments: [
            ("%s", "hello"), ("%8s|", "   hello|"), ("%-8s|", "hello   |"), ("%.3s|", "hel|"),
            ("%6.2s|", "    he|"),
            ("%-6.2s|", "he    |"), ("%.0s|", "|"), ("%.s|", "|"), ("%3s|", "hello|"), ("%08s|", "   hello|"),
        ])
    func texts(_ conversion: String, _ expected: String) throws {
        let event = MadeEvent().text("t", "hello").string("d", "hello").integer("n", Int32(1))
        for argument in ["REC->t", "__get_str(d)", "\"hello\"", "REC->n ? \"hello\" : \"no\""] {
            #expect(
                try event.printed("\"\(conversion)\", \(argument)") == expected, "\(conversion) \(argument)")
        }
    }

    @Test("Texts that are not ended, null, or of a length that another field tells")
    func oddTexts() throws {
        let event = MadeEvent().text("full", Array("abcd".utf8), size: 4).integer("n", Int32(2))
            .pointer("null", 0).text("bytes", [0xff, 0x0a, 0x1b], size: 4)
        #expect(try event.printed("\"%s|\", REC->full") == "abcd|")
        #expect(try event.printed("\"%.*s|\", REC->n, REC->full") == "ab|")
        #expect(try event.printed("\"%.*s|\", (int)(100), REC->full") == "abcd|")
        #expect(try event.printed("\"%*s|\", REC->n + 4, REC->full") == "  abcd|")
        #expect(try event.printed("\"%s\", REC->null") == "(null)")
        #expect(try event.printed("\"%.3s\", ((void *)0)") == "(nu")
        let compiled = try PrintFormat(
            of: event.layout(printing: "\"%s\", REC->bytes"), symbols: KernelSymbols())
        var line = LineBuffer()
        let record = event.bytes
        let fits = unsafe record.withUnsafeBytes { unsafe compiled.render(Bytes($0), into: &line) }
        #expect(fits && line.copy == [0xff, 0x0a, 0x1b])
    }

    @Test("A text that goes on to the end of the record")
    func openEnd() throws {
        var event = MadeEvent()
        event = event.text("buf", [], size: 0)
        #expect(
            try event.printed("\"%s\", REC->buf", record: event.bytes + Array("to the end\0\0".utf8))
                == "to the end")
    }

    private static let ipv6: [UInt8] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0xab]

    @Test(
        "Addresses by the kernel's extensions of %p",
        arguments: [
            ("%pI4", [192, 168, 0, 7], "192.168.0.7"), ("%pi4", [192, 168, 0, 7], "192.168.000.007"),
            ("%pI4h", [192, 168, 0, 7], "7.0.168.192"), ("%pI4l", [1, 2, 3, 4], "4.3.2.1"),
            ("%pI4n", [1, 2, 3, 4], "1.2.3.4"), ("%18pI4|", [1, 2, 3, 4], "           1.2.3.4|"),
            ("%pI6", ipv6, "2001:0db8:0000:0000:0001:0000:0000:00ab"),
            ("%pi6", ipv6, "20010db8000000000001000000" + "0000ab"), ("%pI6c", ipv6, "2001:db8::1:0:0:ab"),
            ("%pI6c", [UInt8](repeating: 0, count: 16), "::"),
            ("%pI6c", [UInt8](repeating: 0, count: 15) + [1], "::1"),
            ("%pI6c", [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 10, 0, 0, 1], "::ffff:10.0.0.1"),
            ("%pI6c", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe, 1, 2, 3, 4], "fe80::5efe:1.2.3.4"),
            ("%pI6c", [0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7], "1:0:2:3:4:5:6:7"),
            ("%pI6c", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 0], "1:2:3:4:5:6::"),
            ("%pM", [0, 0x1b, 0x21, 0xab, 0xcd, 0xef], "00:1b:21:ab:cd:ef"),
            ("%pMF", [0, 0x1b, 0x21, 0xab, 0xcd, 0xef], "00-1b-21-ab-cd-ef"),
            ("%pMR", [0, 0x1b, 0x21, 0xab, 0xcd, 0xef], "ef:cd:ab:21:1b:00"),
            ("%pm", [0, 0x1b, 0x21, 0xab, 0xcd, 0xef], "001b21abcdef"),
            ("%pU", Array(0...15), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
            ("%pUb", Array(0...15), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
            ("%pUB", Array(0...15), "00010203-0405-0607-0809-0A0B0C0D0E0F"),
            ("%pUl", Array(0...15), "03020100-0504-0706-0809-0a0b0c0d0e0f"),
            ("%pUL", Array(0...15), "03020100-0504-0706-0809-0A0B0C0D0E0F"),
            ("%3ph", [1, 2, 255, 9], "01 02 ff"), ("%4phC", [1, 2, 255, 9], "01:02:ff:09"),
            ("%2phD", [1, 2, 255, 9], "01-02"), ("%4phN", [1, 2, 255, 9], "0102ff09"), ("%ph", [1, 2], "01"),
            ("%12pbl", [0b1010_1111, 0b1000], "0-3,5,7,11"), ("%16pbl", [0xff, 0xff], "0-15"),
            ("%16pbl", [0, 0], ""), ("%10pb", [0xff, 0xff], "3ff"),
            ("%40pb", [1, 2, 3, 4, 5], "05,04030201"),
            ("%pad", [0, 0x10, 0, 0, 0, 0, 0, 0], "0x0000000000001000"),
            ("%pISpc", [2, 0, 0x1f, 0x90, 10, 0, 0, 1] + [UInt8](repeating: 0, count: 20), "10.0.0.1:8080"),
            ("%pIS", [2, 0, 0x1f, 0x90, 10, 0, 0, 1], "10.0.0.1"),
            ("%pISpc", [10, 0, 0, 80, 0, 0, 0, 0] + ipv6 + [3, 0, 0, 0], "[2001:db8::1:0:0:ab]:80"),
            ("%pISc", [10, 0, 0, 80, 0, 0, 0, 0] + ipv6 + [3, 0, 0, 0], "2001:db8::1:0:0:ab"),
            ("%pISpfsc", [10, 0, 0, 80, 0, 0, 0, 9] + ipv6 + [3, 0, 0, 0], "[2001:db8::1:0:0:ab]:80/9%3"),
            ("%pISpc", [1, 0] + [UInt8](repeating: 0, count: 26), "(einval)"),
        ] as [(String, [UInt8], String)])
    func addresses(_ conversion: String, _ bytes: [UInt8], _ expected: String) throws {
        let event = MadeEvent().array("a", bytes)
        #expect(try event.printed("\"\(conversion)\", REC->a") == expected, "\(conversion)")
        let far = MadeEvent().dynamic("a", .dynamicArray, bytes)
        #expect(try far.printed("\"\(conversion)\", __get_dynamic_array(a)") == expected, "\(conversion)")
        // One byte less than is needed prints nothing.
        if expected != "(einval)", let last = bytes.indices.last, conversion != "%ph",
            !conversion.contains("b"),
            !conversion.hasPrefix("%pIS"), !(conversion.hasPrefix("%2") || conversion.hasPrefix("%3"))
        {
            let short = MadeEvent().array("a", Array(bytes[..<last]))
            #expect(try short.printed("\"\(conversion)\", REC->a") == nil, "\(conversion)")
        }
    }

    @Test("A width that another field tells counts bytes or bits")
    func counted() throws {
        let event = MadeEvent().array("a", [UInt8(1), 2, 3, 4]).integer("n", Int32(3)).integer("no", Int32(0))
            .integer("many", Int32(5))
        #expect(try event.printed("\"%*ph\", REC->n, REC->a") == "01 02 03")
        #expect(try event.printed("\"%*phN|\", REC->no, REC->a") == "|")
        #expect(try event.printed("\"%*ph\", REC->many, REC->a") == nil)
        #expect(try event.printed("\"%*pbl\", REC->n + 6, REC->a") == "0")
        #expect(try event.printed("\"%*pbl\", 33, REC->a") == nil)
        #expect(try event.printed("\"%*d\", 2000000000, REC->n")?.utf8.count == 8192)
    }

    @Test("Masks at the end of the record")
    func masks() throws {
        let event = MadeEvent().dynamic("cpus", .dynamicBitmask, [5, 0, 0, 0, 0, 0, 0, 0x80], elementSize: 8)
        #expect(try event.printed("\"%s\", __get_cpumask(cpus)") == "80000000,00000005")
        #expect(try event.printed("\"%s\", __get_bitmask(cpus)") == "80000000,00000005")
        #expect(try event.printed("\"%64pbl\", __get_dynamic_array(cpus)") == "0,2,63")
    }
}
