import Foundation
import Testing

extension EndToEnd {
    /// The functions that led to an event, on programs whose calls are known.
    @Suite struct Stacks {
        private static let call = "syscalls:sys_enter_getppid"
        private static let chain = ["main", "first", "second", "third"]

        /// Compiles the program of a chain of calls.
        private func compile(_ flags: String..., into path: String) throws {
            let source = "\(packageDirectory)/Tests/Workloads/stacks.c"
            let compiler = try run(
                ["cc", "-O1", "-fno-omit-frame-pointer", "-Wall", "-Werror", "-o", path, source] + flags)
            guard compiler.status == 0 else { throw Failure(compiler.errors) }
        }

        /// The functions of one line, without those of the C library that call `main`.
        private func functions(_ line: String) -> [String] {
            line.split(separator: ";").map(String.init).filter {
                !$0.hasPrefix("__libc_start") && $0 != "_start"
            }
        }

        @Test(
            "The calls of a program show wherever it lies in memory",
            arguments: [["-pie", "-fpie"], ["-no-pie"], ["-pie", "-fpie", "-rdynamic", "-s"]])
        func chain(flags: [String]) throws {
            try withDirectory { directory in
                let program = directory + "/stacks"
                let source = "\(packageDirectory)/Tests/Workloads/stacks.c"
                let compiler = try run(
                    ["cc", "-O1", "-fno-omit-frame-pointer", "-o", program, source] + flags)
                #expect(compiler.status == 0, "\(compiler.errors)")
                let traced = try obstrace(Self.call, "-f", "<ustack>", "--", program)
                #expect(traced.status == 0, "\(traced.summary)")
                #expect(traced.lines.map(functions) == [Self.chain], "\(traced.summary)")
                let leafFirst = try obstrace(Self.call, "-f", "<ustack:.2leaf>", "--", program)
                #expect(leafFirst.lines == ["third;second"], "\(leafFirst.summary)")
            }
        }

        @Test("The calls of a library show, also of one whose file is replaced")
        func library() throws {
            try withDirectory { directory in
                let library = directory + "/libstacks.so"
                try compile("-shared", "-fpic", "-Dmain=start", into: library)
                try Data("int start(int, char **); int main(void) { return start(1, 0); }".utf8)
                    .write(to: URL(fileURLWithPath: directory + "/main.c"))
                let program = directory + "/program"
                let compiler = try run([
                    "cc", "-fno-omit-frame-pointer", "-o", program, directory + "/main.c", library,
                    "-Wl,-rpath,\(directory)",
                ])
                #expect(compiler.status == 0, "\(compiler.errors)")
                let traced = try obstrace(Self.call, "-f", "<ustack>", "--", program)
                #expect(
                    traced.lines.map(functions) == [["main", "start", "first", "second", "third"]],
                    "\(traced.summary)")
                let gone = try obstrace(
                    Self.call, "-f", "<ustack:.1>", "--", "sh", "-c",
                    "mv \(library) \(library).old; cp \(library).old \(library); exec \(program)")
                #expect(gone.lines.last == "third", "\(gone.summary)")
            }
        }

        @Test("The functions are those that perf script shows, with their offsets")
        func sameAsPerf() throws {
            try withDirectory { directory in
                let program = directory + "/stacks"
                try compile(into: program)
                for event in [Self.call, "sched:sched_process_exit"] {
                    let ours = try obstrace(event, "-f", "<pid>", "--stacks", "--", program)
                    let data = directory + "/perf.data"
                    _ = try run(["perf", "record", "-q", "-g", "-e", event, "-o", data, program])
                    let theirs = try run(["perf", "script", "-F", "ip,sym,symoff", "-i", data])
                    /// `function+0xoffset` of each line, without the address before it.
                    func frames(_ finished: Finished) -> [String] {
                        finished.lines.compactMap { line in
                            line.split(separator: " ").first { $0.contains("+0x") }.map(String.init)
                        }
                    }
                    #expect(frames(ours).count >= 4, "\(ours.summary)")
                    #expect(frames(ours) == frames(theirs), "\(ours.summary)\n\(theirs.summary)")
                }
            }
        }

        @Test("Recordings keep stacks: ours and perf's are printed alike by both")
        func recorded() throws {
            try withDirectory { directory in
                let program = directory + "/stacks"
                try compile(into: program)
                let own = directory + "/own.data"
                let recorded = try obstrace(Self.call, "-f", "<ustack>", "-w", own, "--", program)
                #expect(recorded.status == 0, "\(recorded.summary)")
                let theirs = directory + "/perf.data"
                _ = try run(["perf", "record", "-q", "-g", "-e", Self.call, "-o", theirs, program])
                for file in [own, theirs] {
                    let replayed = try obstrace("-r", file, "-f", "<ustack>")
                    #expect(replayed.lines.map(functions) == [Self.chain], "\(replayed.summary)")
                    let printed = try run(["perf", "script", "-F", "ip,sym", "-i", file])
                    let frames = printed.lines.compactMap { $0.split(separator: " ").last.map(String.init) }
                    #expect(Array(frames.prefix(4)) == Self.chain.reversed(), "\(printed.summary)")
                }
            }
        }

        @Test("The kernel's functions have the same names by perf, and none where its start was another one")
        func recordedKernel() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run sched:sched_process_exit -f '<stack>' -- /bin/true | tr ';' '\\n' | tac >live
                "$OBSTRACE" -r run -f '<stack>' | tr ';' '\\n' | tac | cmp - live && echo same
                perf script -F ip,sym -i run | awk 'NF { print $2 }' | cmp - live && echo perf
                grep -x do_exit live
                # The last byte but one of the address before the name becomes another one.
                at=$(grep -abo 'kernel.kallsyms]_text' run | cut -d: -f1)
                printf '\\x7e' | dd of=run bs=1 seek=$((at - 1 - 6)) conv=notrunc status=none
                "$OBSTRACE" -r run -f '<stack>' | tr ';' '\\n' | sort -u
                """)
            #expect(finished.lines == ["same", "perf", "do_exit", "[unknown]"], "\(finished.summary)")
            #expect(finished.errors.contains("another kernel was recorded, or another start of this one"))
        }

        @Test("Code that a program makes has the name that the program gives it")
        func generated() throws {
            try withDirectory { directory in
                let program = directory + "/stacks"
                try compile(into: program)
                let traced = try obstrace(Self.call, "-f", "<ustack>", "--", program, "generate")
                #expect(traced.lines.map(functions) == [Self.chain + ["generated"]], "\(traced.summary)")
            }
        }

        @Test("Names of Swift and C++ are readable")
        func demangled() throws {
            try withDirectory { directory in
                let programs = [
                    (
                        "outer.swift", ["swiftc", "-Onone"],
                        """
                        import Glibc
                        @inline(never) func inner() -> Int { let r = Int(getppid()); return r + 1 }
                        @inline(never) func outermost(_ n: Int) -> Int { inner() + n }
                        exit(outermost(3) > 0 ? 0 : 1)
                        """, "outer.outermost(Swift.Int) -> Swift.Int"
                    ),
                    (
                        "outer.cc", ["c++", "-fno-omit-frame-pointer"],
                        """
                        #include <unistd.h>
                        int inner() { return getppid() + 1; }
                        namespace outer { template <class T> int most(T n) { return inner() + n; } }
                        int main() { return outer::most<long>(3) < 0; }
                        """, "int outer::most<long>(long)"
                    ),
                ]
                for (name, compiler, text, function) in programs {
                    let source = "\(directory)/\(name)"
                    let program = "\(directory)/outer"
                    try Data(text.utf8).write(to: URL(fileURLWithPath: source))
                    let compiled = try run(compiler + ["-o", program, source])
                    #expect(compiled.status == 0, "\(compiled.errors)")
                    let traced = try obstrace(Self.call, "--stacks=user", "--", program)
                    #expect(traced.lines.contains { $0.contains(" \(function)+0x") }, "\(traced.summary)")
                }
            }
        }

        @Test("A JSON object has an array of functions; what an event has none of is null")
        func json() throws {
            try withDirectory { directory in
                let program = directory + "/stacks"
                try compile(into: program)
                let traced = try obstrace(Self.call, "--json", "--stacks", "--", program)
                let record = try #require(
                    JSONSerialization.jsonObject(with: Data(traced.output)) as? [String: Any])
                let frames = try #require(record["ustack"] as? [[String: Any]])
                #expect(frames.prefix(4).map { $0["symbol"] as? String } == Self.chain.reversed())
                #expect(frames.prefix(4).allSatisfy { $0["module"] as? String == program })
                #expect((frames[0]["address"] as? String)?.hasPrefix("0x") == true)
                #expect(frames[0]["offset"] is Int)
                // The kernel has none of its own functions at the entry of a system call.
                #expect(record["stack"] is NSNull)
            }
        }

        @Test("Each event asks for its own stacks, and events are counted by them")
        func perEvent() throws {
            try withDirectory { directory in
                let program = directory + "/stacks"
                try compile(into: program)
                let traced = try obstrace(
                    Self.call, "-f", "<ustack:.1>", "sched:sched_process_exit", "-f", "<name> <stack:.1>",
                    "--", program)
                #expect(traced.lines.count == 2)
                #expect(traced.lines[0] == "third")
                #expect(traced.lines[1].contains("sched_process_exit"), "\(traced.summary)")
                let counted = try obstrace(
                    "count", Self.call, "--by", "comm,ustack", "--folded", "--", program)
                #expect(
                    counted.lines.contains {
                        $0.hasPrefix("stacks;") && $0.hasSuffix("first;second;third 1")
                    },
                    "\(counted.summary)")
            }
        }
    }
}
