import Foundation
import Testing

@testable import Tracepoints

@Suite("Probes as they are typed, and as the kernel takes them")
struct ProbeTests {
    /// The definition of a probe in the kernel, of one at `do_work`.
    private func command(_ text: String) throws -> String {
        let probes = try ProbeDescription.parse(text).kernelProbes { ["do_work", "do_worse", "undo"] }
        return probes.flatMap { $0.commands(as: "group/event") }.joined(separator: "\n")
    }

    #if arch(x86_64)
        @Test(
            "Arguments become the kernel's",
            arguments: [
                ("kprobe:do_work", "p:group/event do_work"),
                ("kprobe:do_work()", "p:group/event do_work"),
                ("kprobe:do_work+0x10", "p:group/event do_work+16"),
                ("kprobe:0xffffffff81000000", "p:group/event 0xffffffff81000000"),
                ("kprobe:do_work(s32, string)", "p:group/event do_work arg1=%di:s32 arg2=+0(%si):string"),
                (
                    "kprobe:do_work(int fd, const char *path, size_t n, void *p, struct x *y)",
                    "p:group/event do_work fd=%di:s32 path=+0(%si):string n=%dx:u64 p=%cx:x64 y=%r8:x64"
                ),
                (
                    "kprobe:do_work(unsigned long long, int *)",
                    "p:group/event do_work arg1=%di:u64 arg2=%si:x64"
                ),
                ("kprobe:do_work(_, _, n:u8)", "p:group/event do_work n=%dx:u8"),
                (
                    "kprobe:do_work(_,_,_,_,_,_, s16, string)",
                    "p:group/event do_work arg7=$stack1:s16 arg8=+0($stack2):string"
                ),
                ("kprobe:do_work(key:u8[16])", "p:group/event do_work key=+0(%di):u8[16]"),
                ("kprobe:do_work(b3@2/32)", "p:group/event do_work arg1=%di:b3@2/32"),
                (
                    "kprobe:do_work(a=%rdi:s32, %esi, c=$comm)",
                    "p:group/event do_work a=%di:s32 arg2=%si:u64 c=$comm:string"
                ),
                ("kprobe:do_work(a=+0(+8(%r9d)):string)", "p:group/event do_work a=+0(+8(%r9)):string"),
                ("kprobe:do_work(a=@jiffies:u64)", "p:group/event do_work a=@jiffies:u64"),
                (
                    "kprobe:do_wor*(int n)",
                    "p:group/event do_work n=%di:s32\np:group/event do_worse n=%di:s32"
                ),
                ("kretprobe:do_work(-> int)", "r:group/event do_work ret=$retval:s32"),
                ("kretprobe:do_work(string)", "r:group/event do_work ret=+0($retval):string"),
                ("kretprobe:do_work(n=$retval:s64)", "r:group/event do_work n=$retval:s64"),
            ])
        func commands(_ text: String, expected: String) throws {
            #expect(try command(text) == expected)
        }
    #endif

    @Test("On ARM the arguments are in x0 to x7, then on the stack")
    func arm() {
        let registers = Registers.aarch64
        #expect((0..<10).map(registers.argument) == (0...7).map { "%x\($0)" } + ["$stack0", "$stack1"])
        #expect(registers.name("w3") == "x3")
        #expect(registers.name("x31") == nil)
    }

    @Test(
        "A mistake is told with its place",
        arguments: [
            ("uprobe:bash", "bash", "a uprobe is"), ("uprobe::f", "", "the file is missing"),
            ("uprobe:f:", "", "the function is missing"), ("uprobe:f:g(int", "(", "not closed"),
            ("uprobe:f:g(intt a)", "intt", "no type 'intt'"), ("uprobe:f:g(a:s33)", "s33", "no type 's33'"),
            ("uprobe:f:g(a=%foo)", "%foo", "no register %foo"), ("uprobe:f:g(a, b)", "a", "no type 'a'"),
            ("uprobe:f:g(a:s32, a:s32)", "a:s32", "two arguments 'a'"),
            ("uprobe:f:g(double x)", "double", "floating-point"), ("uprobe:f:g(int,,int)", "", "is missing"),
            ("uprobe:f:g(1a:s32)", "1a", "no name"),
            ("uprobe:f:g(common_pid:s32)", "common_pid", "own field"),
            ("uprobe:f:g+4(int n)", "int n", "no longer"), ("uprobe:f:g+x", "x", "no offset"),
            ("uprobe:f:g(-> int)", "-> int", "before it returns"),
            ("uprobe:f:g($retval:s32)", "$retval", "returns"),
            ("uretprobe:f:g(int, int)", "int", "one value"), ("uretprobe:f:g+4", "+4", "as a whole"),
            ("uprobe:f:ns::g", "::", "the linker knows"), ("uprobe:f:0xyz", "0xyz", "no address"),
            (
                "kprobe:f(b9223372036854775807@9223372036854775807/64)",
                "b9223372036854775807@9223372036854775807/64", "no type"
            ),
            ("kprobe:do_wrk", "do_wrk", "no function 'do_wrk'"), ("kprobe:x*", "x*", "matches 'x*'"),
        ])
    func mistakes(_ text: String, place: String, message: String) throws {
        do throws(ProbeError) {
            _ = try ProbeDescription.parse(text).kernelProbes { ["do_work"] }
            Issue.record("\(text) is taken")
        } catch {
            #expect(error.message.contains(message), "\(error.message)")
            let bytes = Array(text.utf8)
            try #require(error.range.upperBound <= bytes.count)
            #expect(String(decoding: bytes[error.range], as: UTF8.self) == place)
        }
    }

    @Test("What lies behind the last address is told with its place")
    func farOffset() throws {
        let path = NSTemporaryDirectory() + "obstrace-program-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(MadeUpProgram([("main", 0x1000, 0)]).bytes).write(to: URL(fileURLWithPath: path))
        #expect(try ProbeDescription.parse("uprobe:\(path):main+0x8").probes()[0].sites[0].address == 0x1008)
        for offset in ["0xffffffffffffffff", "0xfffffffffffff000", "0x1000"] {
            let text = "uprobe:\(path):main+\(offset)(n=%ax:s32)"
            do throws(ProbeError) {
                _ = try ProbeDescription.parse(text).probes()
                Issue.record("\(text) is taken")
            } catch {
                #expect(error.message.contains("there is no code"), "\(error.message)")
                let place = String(decoding: Array(text.utf8)[error.range], as: UTF8.self)
                #expect(offset == "0x1000" || place == "main+\(offset)")
            }
        }
    }

    @Test("What the kernel says of a place in a definition is shown in the text")
    func places() throws {
        let text = "kprobe:do_work(a=%di:s32, b=+q(%si):u64)"
        let probe = try #require(try ProbeDescription.parse(text).kernelProbes { [] }.first)
        let command = probe.commands(as: "g/e")[0]
        let bytes = Array(text.utf8)
        func shown(_ part: String) throws -> String {
            let start = try #require(command.firstRange(of: part)).lowerBound
            let place = probe.range(
                inCommand: command, at: command.utf8.distance(from: command.startIndex, to: start))
            return String(decoding: bytes[place], as: UTF8.self)
        }
        #expect(try shown("+q") == "b=+q(%si):u64")
        #expect(try shown("do_work") == "do_work")
    }

    @Test("A mark's note is read; one that is cut short is none")
    func notes() throws {
        func words(_ values: UInt64...) -> [UInt8] {
            values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        }
        let note = words(0x1100, 0x2000, 0x4028) + Array("app\0start\0-4@%edi 8@-8(%rbp) 8@[sp, 16]\0".utf8)
        let (provider, name, site) = try #require(ProgramMark.read(note, is64Bit: true, base: 0x2010))
        #expect(provider == "app" && name == "start")
        // The file was laid out anew by 16 bytes.
        #expect(site.address == 0x1110 && site.semaphore == 0x4038)
        #expect(site.arguments.map(\.text) == ["-4@%edi", "8@-8(%rbp)", "8@[sp, 16]"])
        for count in [0, 3, 23, 24, 27, 28] {
            #expect(ProgramMark.read(Array(note[..<count]), is64Bit: true, base: nil) == nil, "\(count)")
        }
    }

    @Test(
        "A mark's operands become the kernel's, or are told to be unreadable",
        arguments: [
            ("-4@%edi", "s32", "%di"), ("8@%rax", "u64", "%ax"), ("1@%al", "u8", "%ax"),
            ("-2@%r15w", "s16", "%r15"),
            ("-4@$-5", "s32", "\\-5"), ("8@-8(%rbp)", "u64", "-8(%bp)"), ("4@(%rsp)", "u32", "+0(%sp)"),
            ("8@16(%rax,%rbx,8)", "u64", nil), ("8@name(%rip)", "u64", nil), ("8f@%xmm0", "u64", nil),
            ("-9223372036854775808@%edi", "s64", nil), ("9223372036854775807@%edi", "u64", nil),
        ])
    func operands(_ text: String, type: String, fetch: String?) {
        let argument = ProgramMark.Argument(text: text, registers: .x86)
        #expect(argument.type.name == type && argument.fetch == fetch, "\(argument)")
    }

    @Test(
        "ARM's operands",
        arguments: [("-4@w0", "%x0"), ("8@[sp, 16]", "+16(%sp)"), ("8@[x19]", "+0(%x19)"), ("4@7", "\\7")])
    func operandsOfARM(_ text: String, fetch: String) {
        #expect(ProgramMark.Argument(text: text, registers: .aarch64).fetch == fetch)
    }

    @Test("The names of files tell apart what several have")
    func names() throws {
        func probe(_ path: String) throws -> Probe {
            let description = try ProbeDescription.parse("uprobe:\(path):main")
            return Probe(description, path: path, name: "main", sites: [], values: [])
        }
        let bash = try probe("/bin/bash")
        var probes = [try probe("/bin/sh"), bash]
        Probe.distinguish(&probes)
        #expect(probes.map(\.name) == ["sh:main", "bash:main"])
        var one = [bash]
        Probe.distinguish(&one)
        #expect(one[0].name == "main")
    }
}
