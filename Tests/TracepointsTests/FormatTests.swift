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
