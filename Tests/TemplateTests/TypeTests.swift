import Foundation
import Template
import Testing
import Tracepoints

@Suite struct TypeTests {
    static let numbers = MadeEvent()
        .integer("i8", Int8(-1)).integer("u8", UInt8(255)).integer("i16", Int16.min)
        .integer("u16", UInt16.max).integer("i32", Int32.min).integer("u32", UInt32.max)
        .integer("i64", Int64.min).integer("u64", UInt64.max).integer("zero", Int32(0))
        .integer("one", Int32(1)).integer("yes", true ? UInt8(1) : 0, type: "bool")
        .integer("dev", UInt32(8 << 20 | 3), type: "dev_t").pointer("ptr", 0xffff_8880_0000_1000)
        .pointer("null", 0).integer("k", UInt64(1536)).integer("big", Int64(12_345_678_901))
        .integer("ip4", UInt32(bigEndian: 0x7f00_0001))

    @Test(arguments: [
        ("<i8> <u8> <i16> <u16>", "-1 255 -32768 65535"), ("<i32> <u32>", "-2147483648 4294967295"),
        ("<i64> <u64>", "-9223372036854775808 18446744073709551615"), ("<zero> <yes>", "0 1"),
        ("<ptr> <null> <ptr:x>", "0xffff888000001000 0x0 ffff888000001000"),
        ("<dev> <dev:n> <k:dev>", "8:3 8388611 0:1536"),
        ("<i8:u> <i16:u> <i32:u> <i64:u>", "255 32768 2147483648 9223372036854775808"),
        ("<u8:d> <u16:d> <u32:d> <u64:d>", "-1 -1 -1 -1"), ("<u8:n> <i8:n> <i8:s>", "255 -1 -1"),
        ("<i8:x> <u16:X> <i32:x> <u64:x> <zero:x>", "ff FFFF 80000000 ffffffffffffffff 0"),
        ("<u8:#x> <u8:#X> <zero:#x>", "0xff 0XFF 0x0"), ("<u8:o> <u8:#o> <i8:o>", "377 0377 377"),
        ("<one:b> <u8:#b> <zero:b>", "1 0b11111111 0"), ("<big> <big:x>", "12345678901 2dfdc1c35"),
        ("<one:5>|<one:-5>|<one:^5>|<one:05>", "    1|1    |  1  |00001"),
        ("<i8:05>|<i8:-05>|<i8:+5>|<one:+>|<one:+05>", "-0001|-1   |   -1|+1|+0001"),
        ("<u8:#06x>|<u8:06x>|<u8:#6x>", "0x00ff|0000ff|  0xff"), ("<u64:3>", "18446744073709551615"),
        ("<i32:04> <u64:024>", "-2147483648 000018446744073709551615"),
        ("<one:j> <i64:j> <ptr:j> <dev:j>", "1 -9223372036854775808 \"0xffff888000001000\" \"8:3\""),
        ("<ip4:ip>", "127.0.0.1"), ("<one:+05j> <null:018>", "    1 0x0000000000000000"),
    ])
    func writesNumbers(template: String, line: String) throws {
        #expect(try render(template, Self.numbers) == line)
    }

    @Test(arguments: [
        (0, "0ns"), (999, "999ns"), (1000, "1.000us"), (1_234_567, "1.234ms"), (999_999_999, "999.999ms"),
        (1_500_000_000, "1.500s"), (59_999_999_999, "59.999s"), (60_000_000_000, "1m00.000s"),
        (3_599_999_999_999, "59m59.999s"), (3_661_001_000_000, "1h01m01.001s"), (-1_234_567, "-1.234ms"),
        (Int64.min, "-2562047h47m16.854s"), (Int64.max, "2562047h47m16.854s"),
    ])
    func writesDurations(nanoseconds: Int64, text: String) throws {
        #expect(try render("<x:t>", MadeEvent().integer("x", nanoseconds)) == text)
    }

    @Test func scalesDurations() throws {
        let event = MadeEvent().integer("x", UInt32(1500)).integer("huge", UInt64.max)
        #expect(try render("<x:t/us> <x:t/ms> <x:t/s>", event) == "1.500ms 1.500s 25m00.000s")
        #expect(
            try render("<x:.0t> <x:.1t> <x:.9t> <x:12.2t>|", event) == "1us 1.5us 1.500000000us       1.50us|"
        )
        #expect(try render("<huge:.0t/s>", event) == "5124095576030431h00m15s")
    }

    @Test(arguments: [
        (0, "0", "0"), (1023, "1023", "1.0k"), (1024, "1.0K", "1.0k"), (1536, "1.5K", "1.5k"),
        (1_048_575, "1.0M", "1.0M"), (1_048_524, "1023.9K", "1.0M"), (999_999, "976.6K", "1.0M"),
        (-2048, "-2.0K", "-2.0k"), (Int64.max, "8.0E", "9.2E"), (1_073_741_824, "1.0G", "1.1G"),
    ])
    func writesSizes(bytes: Int64, by1024: String, by1000: String) throws {
        #expect(try render("<x:h> <x:H>", MadeEvent().integer("x", bytes)) == "\(by1024) \(by1000)")
    }

    @Test func roundsSizes() throws {
        let event = MadeEvent().integer("x", Int32(1_600_000))
        #expect(try render("<x:.0h> <x:.3h> <x:8.2H>", event) == "2M 1.526M    1.60M")
    }

    @Test(arguments: [
        (0, "0", "0"), (2, "2", "SIGINT"), (-2, "ENOENT", "-2"), (9, "9", "SIGKILL"),
        (-512, "ERESTARTSYS", "-512"), (133, "133", "133"), (41, "41", "SIGRTMIN+7"),
        (99999, "99999", "99999"), (-99999, "-99999", "-99999"), (31, "31", "SIGSYS"),
        (32, "32", "32"),
        (34, "34", "SIGRTMIN"), (35, "35", "SIGRTMIN+1"), (64, "64", "SIGRTMAX"),
    ])
    func namesErrorsAndSignals(number: Int64, errno: String, signal: String) throws {
        #expect(try render("<x:e> <x:sig>", MadeEvent().integer("x", number)) == "\(errno) \(signal)")
    }

    @Test func namesTheRest() throws {
        let event = MadeEvent()
            .integer("nr", Int64(0)).integer("no", Int64(-1)).integer("least", Int64.min)
            .integer("err", UInt32(bitPattern: -2)).integer("file", UInt16(0o100644))
            .integer("dir", UInt16(0o041777)).integer("suid", UInt32(0o104755)).integer(
                "bare", UInt32(0o4600)
            )
            .integer("odd", UInt32(0o150000)).pointer("ip", 0x1000)
            .integer("a", UInt8(0x41)).integer("nl", UInt8(10)).integer("high", Int8(-1))
            .integer("scalar", UInt32(0x2192)).integer("bidi", UInt32(0x202e)).integer("none", UInt32(0xd800))
        #expect(try render("<no:sys> <least:sys> <least:e>", event) == "-1 \(Int64.min) \(Int64.min)")
        #if arch(x86_64)
            #expect(try render("<nr:sys>", event) == "read")
        #else
            #expect(try render("<nr:sys>", event) == "io_setup")
        #endif
        #expect(try render("<err:e>", event) == "ENOENT")
        #expect(try render("<a:e>", MadeEvent().integer("a", UInt64(133))) == "EHWPOISON")
        #expect(try render("<file:mode> <dir:mode>", event) == "-rw-r--r-- drwxrwxrwt")
        #expect(try render("<suid:mode> <bare:mode> <odd:mode>", event) == "-rwsr-xr-x -rwS------ ?---------")
        #expect(try render("<ip:sym>", event) == "0x1000")
        var device = MadeEvent().integer("dev", UInt32(259)).integer("large", UInt32(0x1230_4567))
        #expect(try render("<dev:dev>", device) == "0:259")
        device.subsystem = "syscalls"
        #expect(try render("<dev:dev> <large:dev>", device) == "1:3 69:74599")
        #expect(
            try render("<a:c><nl:c><high:c><scalar:c><bidi:c> <none:c>", event) == "A\\n\\xff→\\u{202E} 55296"
        )
    }

    @Test func writesText() throws {
        let event = MadeEvent()
            .text("fixed", "it's ok").string("dynamic", "/a b\n").string("empty", "")
            .dynamic("relative", .dynamicText, Array("rel\0".utf8), isRelative: true)
            .text("full", "0123456789abcdef", size: 16).dynamic("open", .dynamicText, Array("open".utf8))
        #expect(try render("<fixed>|<dynamic>|<empty>|<relative>", event) == "it's ok|/a b\\n||rel")
        #expect(try render("<full> <open>", event) == "0123456789abcdef… open…")
        #expect(
            try render("<fixed:q> <dynamic:q> <empty:q> <relative:q>", event)
                == #"'it'\''s ok' $'/a b\n' '' rel"#)
        #expect(try render("<dynamic:j> <fixed:j> <open:j>", event) == #""/a b\n" "it's ok" "open…""#)
        #expect(try render("<relative:xx> <relative:x>", event) == "72 65 6c 72656c")
        #expect(try renderBytes("<dynamic:raw><open:raw>", event) == Array("/a b\nopen\n".utf8))
        #expect(
            try render("<fixed:10>|<fixed:-10>|<fixed:^10>|", event) == "   it's ok|it's ok   | it's ok  |")
        #expect(
            try render("<fixed:.4>|<fixed:7.4>|<fixed:.7>|<fixed:.1>|<fixed:.0>|", event)
                == "it'…|   it'…|it's ok|…||")
        #expect(try render("<dynamic:.5> <dynamic:.6> <dynamic:.4>", event) == "/a b… /a b\\n /a …")
    }

    @Test func countsScreenColumns() throws {
        let event = MadeEvent()
            .string("wide", "日本語").string("combining", "e\u{301}x").string("mixed", "a日b")
            .string("emoji", "🙂!")
        #expect(try render("<wide:8>|<wide:-8>|<wide:^8>|", event) == "  日本語|日本語  | 日本語 |")
        #expect(try render("<combining:4>|<emoji:4>|", event) == "  e\u{301}x| 🙂!|")
        #expect(try render("<wide:.6> <wide:.5> <wide:.4> <wide:.3> <wide:.2>", event) == "日本語 日本… 日… 日… …")
        #expect(
            try render("<mixed:.3> <mixed:.2>|<combining:.2>|<combining:.1>", event) == "a… a…|e\u{301}x|…")
    }

    @Test func writesArrays() throws {
        let event = MadeEvent()
            .array("args", [Int32(1), -2, 3]).array("bytes", [UInt8(0x61), 0x62, 0, 0x63])
            .dynamic(
                "longs", .dynamicArray, [1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
                elementSize: 8
            )
            .dynamic("none", .dynamicArray, [], elementSize: 4)
            .dynamic("shorts", .dynamicArray, [1, 0, 2, 0], elementSize: 2, isSigned: true, isRelative: true)
        #expect(
            try render("<args> <bytes> <longs> <none> <shorts>", event)
                == "[1,-2,3] [97,98,0,99] [1,18446744073709551615] [] [1,2]")
        #expect(
            try render("<args[0]> <args[1]> <args[1]:x> <longs[1]:d> <shorts[1]>", event)
                == "1 -2 fffffffe -1 2")
        #expect(try render("<longs[2]> <none[0]?none>", event) == "- none")
        #expect(try render("<args:x> <bytes:02x> <args:j>", event) == "[1,fffffffe,3] [61,62,00,63] [1,-2,3]")
        #expect(
            try render("<bytes:s> <bytes:q> <bytes:xx> <bytes:ip> <bytes:mac>", event)
                == "ab ab 61 62 00 63 97.98.0.99 61:62:00:63")
        let address = MadeEvent().array("hw", Array(UInt8(1)...32))
        #expect(try render("<hw:mac>", address) == "01:02:03:04:05:06")
        #expect(try render("<args:10>|<args:-10>|<args:.5>|", event) == "  [1,-2,3]|[1,-2,3]  |[1,-…|")
    }

    @Test(
        arguments: [
            ([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "2001:db8::1"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "::"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "::1"),
            ([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "fe80::"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1], "::ffff:192.0.2.1"),
            ([0x20, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], "2001:0:1::1:0:1"),
            ([0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7], "1:0:2:3:4:5:6:7"),
            ([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 0], "1:2:3:4:5:6::"),
            ([0x20, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1], "2001::1:0:0:1:1"),
            ([10, 0, 2, 15], "10.0.2.15"),
            ([2, 0, 0x1f, 0x90, 127, 0, 0, 1] + Array(repeating: 0, count: 20), "127.0.0.1:8080"),
            ([10, 0, 0, 80, 0, 0, 0, 0] + Array(repeating: 0, count: 15) + [1, 0, 0, 0, 0], "[::1]:80"),
            ([1, 0, 0x41] + Array(repeating: 0, count: 25), "010041" + String(repeating: "00", count: 25)),
            ([1, 2, 3], "010203"), ([], ""),
        ] as [([UInt8], String)])
    func writesAddresses(bytes: [UInt8], text: String) throws {
        #expect(try render("<x:ip>", MadeEvent().dynamic("x", .dynamicArray, bytes)) == text)
        #expect(try render("<x:ip>", MadeEvent().opaque("x", bytes)) == text)
    }

    @Test func writesBitMasksAndOpaqueBytes() throws {
        func mask(_ bytes: [UInt8]) -> MadeEvent {
            MadeEvent().dynamic("m", .dynamicBitmask, bytes, elementSize: 8).opaque("o", [0xfe, 0xad, 0x0a])
        }
        #expect(try render("<m> <o>", mask([0b1101, 0, 0, 0, 0, 0, 0, 0x80])) == "0,2-3,63 fead0a")
        #expect(try render("<m:x> <m:#x> <m:j>", mask([0xff, 1, 0])) == "1ff 0x1ff \"0-8\"")
        #expect(try render("<m>|<m:x>|<m:xx>", mask([])) == "|0|")
        #expect(
            try render("<o:xx> <o:j> <o:mac> <o:s>", mask([]))
                == "fe ad 0a \"fead0a\" fe:ad:0a \\xfe\\xad\\n…")
    }

    @Test func quotesForShellsAndJSON() throws {
        func both(_ bytes: [UInt8]) throws -> String {
            try render("<x:q> <x:j>", MadeEvent().dynamic("x", .dynamicText, bytes + [0]))
        }
        #expect(try both(Array("/usr/bin/a-b_c.1".utf8)) == #"/usr/bin/a-b_c.1 "/usr/bin/a-b_c.1""#)
        #expect(try both(Array(#"a"b\c$d"#.utf8)) == #"'a"b\c$d' "a\"b\\c$d""#)
        #expect(try both([0x1b, 0x5b, 0x27, 0x5c, 0x07, 0x61]) == #"$'\e[\'\\\x07'$'a' "\u001b['\\\u0007a""#)
        #expect(
            try both(Array("é\u{202e}\u{e0001}".utf8))
                == #"$'é\xe2\x80\xae\xf3\xa0\x80\x81' "é\u202e\udb40\udc01""#)
        #expect(try both([0x63, 0xe9, 0x78]) == #"$'c\xe9x' "c\udbff\udee9x""#)
        #expect(
            try both(Array("\u{10fee9}".utf8))
                == #"$'x' "\udbff\udef4\udbff\ude8f\udbff\udebb\udbff\udea9""#.replacing(
                    "$'x'", with: "'\u{10fee9}'"))
    }
}
