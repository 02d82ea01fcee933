import Foundation
import Testing

@testable import Tracepoints

@Suite("Formats")
struct FormatTests {
    private func parse(_ format: String) throws -> EventLayout {
        try FormatParser.parse(Array(format.utf8), subsystem: "made")
    }

    private static let head = """
        name: up
        ID: 77
        format:
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
        \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;


        """

    @Test("Every kind of field is told apart")
    func kinds() throws {
        let layout = try parse(
            Self.head + """
                \tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;
                \tfield:unsigned char mac[6];\toffset:24;\tsize:6;\tsigned:0;
                \tfield:u8 addr[16];\toffset:30;\tsize:16;\tsigned:0;
                \tfield:long ret;\toffset:48;\tsize:8;\tsigned:1;
                \tfield:const char * path;\toffset:56;\tsize:8;\tsigned:0;
                \tfield:__data_loc char[] name;\toffset:64;\tsize:4;\tsigned:0;
                \tfield:__rel_loc char[] late;\toffset:68;\tsize:4;\tsigned:0;
                \tfield:__data_loc u64[] words;\toffset:72;\tsize:4;\tsigned:0;
                \tfield:__data_loc unsigned long[] cpus;\toffset:76;\tsize:4;\tsigned:0;
                \tfield:bool on;\toffset:80;\tsize:1;\tsigned:0;
                \tfield:unsigned long args[6];\toffset:88;\tsize:48;\tsigned:0;

                print fmt: "ret=%ld", REC->ret

                """)
        #expect(layout.id == 77)
        #expect(layout.fullName == "made:up")
        #expect(layout.printFormat == "\"ret=%ld\", REC->ret")
        #expect(layout.commonFields.map(\.name) == ["common_type", "common_pid"])
        let kinds = layout.fields.map { "\($0.name):\($0.kind):\($0.elementSize)x\($0.elementCount)" }
        #expect(
            kinds == [
                "comm:text:1x16", "mac:array:1x6", "addr:array:1x16", "ret:integer:8x1", "path:pointer:8x1",
                "name:dynamicText:1x0", "late:dynamicText:1x0", "words:dynamicArray:8x0",
                "cpus:dynamicBitmask:8x0", "on:integer:1x1", "args:array:8x6",
            ])
        #expect(layout.field("late")?.isRelative == true)
        #expect(layout.field("name")?.isRelative == false)
        #expect(layout.field("ret")?.isSigned == true)
        #expect(layout.field("nothing") == nil)
    }

    @Test("The length of an array may be an expression, and types may have attributes")
    func expressions() throws {
        let layout = try parse(
            Self.head + """
                \tfield:char ssid[32 + 1];\toffset:8;\tsize:33;\tsigned:0;
                \tfield:__u8 addr[sizeof(struct sockaddr_in6)];\toffset:41;\tsize:28;\tsigned:0;
                \tfield:u8 odd[2 * 21];\toffset:69;\tsize:42;\tsigned:0;
                \tfield:unsigned long args[6];\toffset:112;\tsize:24;\tsigned:0;
                \tfield:struct pair pairs[COUNT];\toffset:136;\tsize:24;\tsigned:0;
                \tfield:const char __attribute__((btf_type_tag("user"))) * path;\toffset:160;\tsize:8;\tsigned:0;

                """)
        let kinds = layout.fields.map { "\($0.name):\($0.kind):\($0.elementSize)x\($0.elementCount)" }
        #expect(
            kinds == [
                "ssid:text:1x33", "addr:array:1x28", "odd:array:1x42", "args:array:4x6", "pairs:opaque:24x1",
                "path:pointer:8x1",
            ])
        #expect(layout.field("ssid")?.type == "char[32+1]")
        #expect(layout.field("path")?.type == "const char *")
    }

    @Test(
        "Text that no kernel writes is refused before libtraceevent follows a null pointer on it",
        arguments: [
            "\tfield:char comm[\u{1}\0\0\nset:8;\tsize:16;\tsigned:0;", "\tfield:char comm[16",
            "\tfield:char comm[16]", "\tfield:comm;\toffset:8;\tsize:4;\tsigned:0;",
            "\tfield:int a;\toffset:-8;\tsize:4;\tsigned:0;", "\tfield:int a;\toffset:8;\tsigned:0;",
            "\tfield:int a;\toffset:8;\tsize:65536;\tsigned:0;", "\tfield:int \"a\";\toffset:8;\tsize:4;",
            "\tfield:int (*a)(void);\toffset:8;\tsize:8;\tsigned:0;", "\tfield:[3] a b;\toffset:8;\tsize:8;",
            "\tfield:int a __attribute__((", "name: \u{e9}", "ID: 65536", "something else",
        ])
    func refused(line: String) {
        #expect(throws: TraceError.self) { try parse(Self.head + line + "\n\nprint fmt: \"\"\n") }
    }

    @Test("A print format that would make libtraceevent read freed memory costs nothing")
    func hostilePrintFormat() throws {
        let layout = try parse(
            Self.head
                + "\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: \"%d\", sizeof(int) / 0\n")
        #expect(layout.fields.map(\.name) == ["a"])
    }

    @Test("Every format of this kernel parses, with fields that lie one after the other")
    func thisKernel() throws {
        let catalog = try Catalog()
        let names = try catalog.names()
        #expect(names.count > 500)
        for name in names {
            let layout = try catalog.layout(of: name)
            #expect(layout.fullName == name)
            #expect(layout.commonFields.first?.name == "common_type")
            for field in layout.fields {
                #expect(field.offset >= 8, "\(name) \(field.name)")
                #expect(field.size > 0 || field.kind == .opaque, "\(name) \(field.name)")
            }
        }
    }

    @Test("A name that does not exist gets similar ones, and a path gets none")
    func unknownNames() throws {
        let catalog = try Catalog()
        for (typed, meant) in [
            ("sched:sched_swich", "sched:sched_switch"), ("scheduler:sched_switch", "sched:sched_switch"),
            ("shced:sched_switch", "sched:sched_switch"),
        ] {
            do {
                _ = try catalog.layout(of: typed)
                Issue.record("\(typed) exists")
            } catch {
                guard case .noSuchEvent(typed, let similar) = error else { throw error }
                #expect(similar.contains(meant))
            }
        }
        for typed in [
            "", "sched", "sched:", ":x", "../x:y", "sched:../sched_switch", "sched:sched_switch/..",
        ] {
            #expect(throws: TraceError.self) { try catalog.layout(of: typed) }
        }
    }

    @Test("Truncated and bit-flipped formats are survived")
    func broken() throws {
        let text = try System.contents(of: try Catalog().directory + "/events/sched/sched_switch/format")
        for length in 0..<text.count { _ = try? FormatParser.parse(Array(text[..<length]), subsystem: "s") }
        for index in 0..<text.count {
            var copy = text
            copy[index] ^= UInt8(1 << (index % 8))
            _ = try? FormatParser.parse(copy, subsystem: "s")
        }
    }

    @Test("The kernel's reason for a refused filter, with its place")
    func errorLog() {
        let log = """
            [   12.345678] event filter parse error: error: Field not found
              Command: nosuch == 1
                       ^

            """
        let parsed = Catalog.parseErrorLog(log)
        #expect(parsed?.reason == "Field not found")
        #expect(parsed?.position == 0)
        #expect(Catalog.parseErrorLog("nothing of the kind") == nil)
    }
}
