import Foundation
import Testing

extension EndToEnd {
    /// The functions of programs that keep no frame pointers, beside what perf finds.
    @Suite struct Unwinding {
        private static let call = "syscalls:sys_enter_getppid"
        private static let chain = ["main", "first", "second", "third", "getppid"]
        private static let withoutPointers = ["-O2", "-fomit-frame-pointer"]

        private func compile(_ flags: [String] = Self.withoutPointers, into path: String) throws {
            let source = "\(packageDirectory)/Tests/Workloads/unwind.c"
            let compiler = try run(["cc", "-Wall", "-Wextra", "-Werror", "-o", path, source] + flags)
            guard compiler.status == 0 else { throw Failure(compiler.errors) }
        }

        /// The functions of one line, without those of the C library that call `main`.
        private func functions(_ line: String) -> [String] {
            line.split(separator: ";").map(String.init).filter {
                !$0.hasPrefix("__libc_start") && $0 != "_start"
            }
        }

        /// An entry of a call chain, as far as two readers can agree on it.
        private struct Entry: CustomStringConvertible {
            /// The address within its page: where a file lies in memory is shown by one of them alone.
            let place: UInt64
            let module: String

            var description: String { "\(String(place, radix: 16)) \(module)" }
        }

        /// The entries below a line with its address first and its module last, in parentheses.
        private func entries(_ finished: Finished) -> [Entry] {
            finished.lines.compactMap { line in
                let words = line.split(whereSeparator: \.isWhitespace)
                guard line.hasPrefix(" ") || line.hasPrefix("\t"), words.count > 1,
                    let address = UInt64(words[0], radix: 16), let module = words.last, module.hasPrefix("(")
                else { return nil }
                return Entry(place: address & 0xfff, module: String(module.dropFirst().dropLast()))
            }
        }

        /// Expects that both readers find the same in a recording. Of a return perf shows the byte before.
        private func expectSameAsPerf(
            _ file: String, atLeast: Int, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let ours = try obstrace("-r", file, "-f", "<pid>", "--stacks=user")
            let theirs = try run([
                "perf", "script", "--no-inline", "-F", "ip,sym,symoff,dso", "-i", file,
            ])
            let (own, other) = (entries(ours), entries(theirs))
            let isSame =
                own.count == other.count
                && zip(own, other).allSatisfy {
                    $0.module == $1.module && ($0.place == $1.place || $0.place == ($1.place + 1) & 0xfff)
                }
            #expect(
                isSame && own.count >= atLeast, "\(ours.summary)\n\(theirs.summary)",
                sourceLocation: sourceLocation)
        }

        @Test(
            "The calls of a program without frame pointers show wherever it lies, also of a static one",
            arguments: [
                ["-pie", "-fpie"], ["-no-pie"], ["-pie", "-fpie", "-rdynamic", "-s"], ["-static"],
                ["-Wl,-z,noseparate-code"], ["-g", "-fno-asynchronous-unwind-tables"],
            ])
        func chain(flags: [String]) throws {
            try withDirectory { directory in
                let program = directory + "/unwind"
                try compile(Self.withoutPointers + flags, into: program)
                let traced = try obstrace(Self.call, "-f", "<ustack>", "--dwarf", "--", program)
                #expect(traced.status == 0, "\(traced.summary)")
                #expect(traced.lines.map(functions) == [Self.chain], "\(traced.summary)")
                // It is whole: nothing stands for functions that could not be found.
                #expect(traced.lines.allSatisfy { $0.hasPrefix("_start;") }, "\(traced.summary)")
                let leafFirst = try obstrace(Self.call, "-f", "<ustack:.2leaf>", "--dwarf", "--", program)
                #expect(leafFirst.lines == ["getppid;third"], "\(leafFirst.summary)")
                let counted = try obstrace(
                    "count", Self.call, "--by", "comm,ustack", "--folded", "--dwarf=4K", "--", program,
                    "loop", "5")
                #expect(
                    counted.lines.contains {
                        $0.hasPrefix("unwind;_start;") && $0.hasSuffix("first;second;third;getppid 5")
                    },
                    "\(counted.summary)")
            }
        }

        @Test(
            "What perf and obstrace record is found alike by both",
            arguments: [
                ("chain", "sys_enter_getppid", 5), ("signal", "sys_enter_getppid", 8),
                ("clock", "sys_enter_clock_gettime", 4), ("deep", "sys_enter_getppid", 60),
                ("chain", "sys_exit_getppid", 5),
            ])
        func sameAsPerf(mode: String, event: String, least: Int) throws {
            try withDirectory { directory in
                let program = directory + "/unwind"
                try compile(into: program)
                let theirs = directory + "/perf.data"
                let command = [program, mode, "60"]
                _ = try run(
                    [
                        "perf", "record", "-q", "--call-graph", "dwarf", "-e", "syscalls:\(event)", "-o",
                        theirs,
                    ]
                        + command)
                try expectSameAsPerf(theirs, atLeast: least)
                let own = directory + "/own.data"
                let recorded = try obstrace(
                    ["syscalls:\(event)", "-w", own, "--stacks=user", "--dwarf", "--"] + command)
                #expect(recorded.status == 0, "\(recorded.summary)")
                try expectSameAsPerf(own, atLeast: least)
            }
        }

        @Test("So it is with programs in Swift", arguments: [["-Onone"], ["-O", "-g"]])
        func swift(flags: [String]) throws {
            try withDirectory { directory in
                let (source, program) = (directory + "/calls.swift", directory + "/calls")
                let text = """
                    import Glibc
                    @inline(never) func inner(_ n: Int) -> Int { let r = Int(getppid()); return r &+ n }
                    @inline(never) func middle(_ s: String) -> Int { s.utf8.reduce(0) { $0 &+ inner(Int($1)) } }
                    final class Box {
                        var n = 0
                        @inline(never) func outer(_ s: String) -> Int { n = middle(s); return n }
                    }
                    exit(Box().outer(CommandLine.arguments.count > 1 ? "" : "x") == 0 ? 1 : 0)
                    """
                try Data(text.utf8).write(to: URL(fileURLWithPath: source))
                let compiled = try run(["swiftc"] + flags + ["-o", program, source])
                #expect(compiled.status == 0, "\(compiled.errors)")
                let traced = try obstrace(Self.call, "-f", "<ustack>", "--dwarf", "--", program)
                let found = traced.lines.first.map(functions) ?? []
                #expect(found.first == "main" && found.last == "getppid", "\(traced.summary)")
                #expect(found.contains("calls.Box.outer(Swift.String) -> Swift.Int"), "\(traced.summary)")
                let data = directory + "/perf.data"
                _ = try run(
                    ["perf", "record", "-q", "--call-graph", "dwarf", "-e", Self.call, "-o", data, program])
                try expectSameAsPerf(data, atLeast: 7)
            }
        }

        @Test("Functions that cannot be found are marked: no information, or the copy ends")
        func cut() throws {
            try withDirectory { directory in
                let program = directory + "/unwind"
                try compile(
                    Self.withoutPointers + ["-fno-asynchronous-unwind-tables", "-fno-unwind-tables"],
                    into: program)
                let without = try obstrace(Self.call, "-f", "<ustack>", "--dwarf", "--", program)
                #expect(without.lines == ["…;third;getppid"], "\(without.summary)")
                try compile(into: program)
                let short = try obstrace(Self.call, "--json", "--stacks=user", "--dwarf=80", "--", program)
                let record = try #require(
                    JSONSerialization.jsonObject(with: Data(short.output)) as? [String: Any])
                let frames = try #require(record["ustack"] as? [[String: Any]])
                let symbols = frames.map { $0["symbol"] as? String }
                #expect(symbols.contains("third") && !symbols.contains("main"), "\(short.summary)")
                #expect(frames.last?.values.allSatisfy { $0 is NSNull } == true, "\(short.summary)")
                // As many as the kernel gives at most.
                let most = try run(["cat", "/proc/sys/kernel/perf_event_max_stack"]).lines[0]
                let deep = try obstrace(
                    Self.call, "-f", "<ustack>", "--dwarf=64000", "--", program, "deep", "600")
                let line = deep.lines.first ?? ""
                #expect(line.hasPrefix("…;deep;"), "\(deep.summary)")
                #expect(line.split(separator: ";").count == (Int(most) ?? 0) + 1, "\(deep.summary)")
            }
        }

        @Test("A stack that is full of addresses at random ends the walk")
        func chaos() throws {
            try withDirectory { directory in
                let program = directory + "/unwind"
                try compile(into: program)
                let begin = monotonic()
                for number in 1...20 {
                    let traced = try obstrace(
                        Self.call, "-f", "<ustack>", "--dwarf=32K", "--", program, "chaos", "\(number)")
                    #expect(traced.status == 0 && traced.lines.count == 1, "\(traced.summary)")
                    #expect(traced.lines.first?.hasSuffix(";spoil;getppid") == true, "\(traced.summary)")
                }
                #expect(monotonic() - begin < 60)
            }
        }

        @Test("Only events whose stack is wanted are copied from")
        func perEvent() throws {
            try withDirectory { directory in
                let program = directory + "/unwind"
                try compile(into: program)
                let data = directory + "/own.data"
                let traced = try obstrace(
                    Self.call, "-f", "<ustack>", "syscalls:sys_exit_getppid", "-f", "<name> <ret>",
                    "sched:sched_process_exit", "-f", "<stack:.1> <ustack:.1>", "-w", data, "--dwarf=1K",
                    "--", program)
                #expect(traced.lines.count == 3, "\(traced.summary)")
                #expect(functions(traced.lines.first ?? "") == Self.chain, "\(traced.summary)")
                let events = try run(["perf", "evlist", "-v", "-i", data])
                let copies = events.lines.map { line in
                    line.contains("STACK_USER") && line.contains("sample_stack_user: 1024")
                }
                #expect(copies.prefix(4) == [true, false, true, false], "\(events.summary)")
                let replayed = try obstrace(
                    "-r", data, Self.call, "-f", "<ustack>", "syscalls:sys_exit_getppid", "-f",
                    "<name> <ret>", "sched:sched_process_exit", "-f", "<stack:.1> <ustack:.1>")
                #expect(
                    replayed.lines.first == traced.lines.first && replayed.lines.count == 3,
                    "\(replayed.summary)")
            }
        }

        @Test("A recording knows what ran before it began", arguments: [["--dwarf"], []])
        func before(flags: [String]) throws {
            try withDirectory { directory in
                let program = directory + "/unwind"
                try compile(
                    flags.isEmpty ? ["-O2", "-fno-omit-frame-pointer"] : Self.withoutPointers, into: program)
                let child = try Child([program, "loop", "100000"])
                try waitUntil("the program") {
                    try run(["cat", "/proc/\(child.pid)/comm"]).lines == ["unwind"]
                }
                let data = directory + "/own.data"
                let recorded = try obstrace(
                    [Self.call, "-p", "\(child.pid)", "-d", "300ms", "-w", data, "--stacks=user"] + flags)
                #expect(recorded.status == 0, "\(recorded.summary)")
                child.signal(SIGKILL)
                _ = try child.finish()
                let replayed = try obstrace("-r", data, "-f", "<comm> <ustack>")
                // By frame pointers the function is left out that calls one without.
                let expected = Self.chain.filter { !flags.isEmpty || $0 != "third" }
                #expect(replayed.lines.count > 10, "\(replayed.summary)")
                #expect(
                    replayed.lines.allSatisfy { line in
                        line.hasPrefix("unwind ") && functions(String(line.dropFirst(7))) == expected
                    }, "\(replayed.summary)")
                try expectSameAsPerf(data, atLeast: 10)
            }
        }

        @Test("The files of a process are found in its own root, also by those that follow when it has gone")
        func root() throws {
            try withDirectory { directory in
                let root = directory + "/root"
                let name = "obstrace-\(UUID().uuidString)"
                // The same path leads to another program here.
                let outside = "/tmp/\(name)"
                for folder in ["/bin", "/tmp"] {
                    try FileManager.default.createDirectory(
                        atPath: root + folder, withIntermediateDirectories: true)
                }
                try compile(["-O2", "-static"], into: root + outside)
                try compile(["-O2", "-static", "-Dfirst=wrong"], into: outside)
                defer { try? FileManager.default.removeItem(atPath: outside) }
                try Data(
                    """
                    #include <sys/wait.h>
                    #include <unistd.h>
                    int main(int count, char **arguments) {
                        usleep(300000);
                        for (int number = 0; number < 5; number++) {
                            if (!fork()) { execv(arguments[count - 1], arguments + count - 1); _exit(1); }
                            wait(0);
                        }
                    }
                    """.utf8
                ).write(to: URL(fileURLWithPath: directory + "/run.c"))
                let compiled = try run(
                    ["cc", "-O2", "-static", "-o", root + "/bin/run", directory + "/run.c"])
                #expect(compiled.status == 0, "\(compiled.errors)")
                for flags in [["--dwarf"], []] {
                    // One that runs for a while, and five short ones of a process that is seen in time.
                    for (command, count) in [([outside, "loop", "50"], 50), (["/bin/run", outside], 5)] {
                        let traced = try obstrace(
                            [Self.call, "-f", "<ustack>"] + flags + [
                                "--", "unshare", "-m", "chroot", root,
                            ] + command)
                        let expected = flags.isEmpty ? ["getppid"] : Self.chain
                        #expect(traced.lines.count == count, "\(traced.summary)")
                        #expect(
                            traced.lines.allSatisfy {
                                functions($0).last == "getppid"
                                    && (flags.isEmpty || functions($0) == expected)
                            }, "\(traced.summary)")
                    }
                }
            }
        }

        @Test("A program and a library that were removed while they run are read as they lie in memory")
        func removed() throws {
            try withDirectory { directory in
                let (program, library) = (directory + "/unwind", directory + "/libunwind.so")
                try compile(Self.withoutPointers + ["-shared", "-fPIC", "-Dmain=begin"], into: library)
                let text =
                    "int begin(int, char **); int main(int n, char **a) { return begin(n, a) + 1; }"
                try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/main.c"))
                let compiled = try run([
                    "cc", "-O2", "-o", program, directory + "/main.c", library, "-Wl,-rpath,\(directory)",
                ])
                #expect(compiled.status == 0, "\(compiled.errors)")
                let child = try Child([program, "loop", "100000"])
                try waitUntil("the program's calls") {
                    try run(["cat", "/proc/\(child.pid)/wchan"]).text.contains("nanosleep")
                }
                try FileManager.default.removeItem(atPath: program)
                try FileManager.default.removeItem(atPath: library)
                let traced = try obstrace(
                    Self.call, "-p", "\(child.pid)", "-n", "1", "-f", "<ustack>", "--dwarf")
                #expect(
                    traced.lines.map(functions) == [["main", "begin"] + Self.chain.dropFirst()],
                    "\(traced.summary)")
            }
        }

        @Test("A library that is cut off while it is traced takes nobody along")
        func truncated() throws {
            try withDirectory { directory in
                // Its names lie behind what is cut off, which the program does not need.
                let library = """
                    #include <unistd.h>
                    #define CALLS(name) static __attribute__((noinline)) long name(long n) { \\
                        volatile long frame[4]; frame[0] = n; return getppid() + frame[0]; }
                    CALLS(early) CALLS(late)
                    long before(long n) { volatile long frame[6]; frame[0] = n; return early(n) + frame[0]; }
                    long after(long n) { volatile long frame[6]; frame[0] = n; return late(n) + frame[0]; }
                    __asm__(".section .pad,\\"\\",@progbits\\n.zero 65536\\n.previous");
                    """
                let program = """
                    #include <dlfcn.h>
                    #include <unistd.h>
                    int main(int count, char **arguments) {
                        void *library = dlopen(arguments[count - 1], RTLD_NOW);
                        long (*before)(long) = dlsym(library, "before"), (*after)(long) = dlsym(library, "after");
                        for (int i = 0; i < 200; i++) { before(i); usleep(1000); }
                        if (truncate(arguments[count - 1], 8192)) return 1;
                        for (int i = 0; i < 200; i++) { after(i); usleep(1000); }
                    }
                    """
                for (name, text, flags) in [
                    ("library", library, ["-shared", "-fPIC", "-Wl,-z,noseparate-code"]),
                    ("program", program, []),
                ] {
                    let source = "\(directory)/\(name).c"
                    try Data(text.utf8).write(to: URL(fileURLWithPath: source))
                    let compiled = try run(
                        ["cc", "-O2", "-D_GNU_SOURCE", "-o", "\(directory)/\(name)", source] + flags)
                    #expect(compiled.status == 0, "\(compiled.errors)")
                }
                let traced = try obstrace(
                    Self.call, "-f", "<ustack:.3leaf>", "--dwarf", "--", directory + "/program",
                    directory + "/library")
                #expect(traced.status == 0, "\(traced.summary)")
                #expect(
                    traced.lines.filter { $0 == "getppid;early;before" }.count == 200, "\(traced.summary)")
                #expect(traced.lines.count == 400, "\(traced.summary)")
            }
        }

        @Test(
            "What cannot be is refused",
            arguments: [
                (["--dwarf", call, "-f", "<pid>"], "--dwarf is for the stacks of programs"),
                (["--dwarf", call, "-f", "<stack>"], "--dwarf is for the stacks of programs"),
                (["--dwarf=64K", call, "-f", "<ustack>"], "--dwarf copies 65528 bytes at most"),
                (["--dwarf=8X", call, "-f", "<ustack>"], "--dwarf does not know the unit 'X'"),
                (["--dwarf", "-r", "x", "-f", "<ustack>"], "-r cannot go together with --dwarf"),
            ])
        func refused(arguments: [String], message: String) throws {
            let refused = try obstrace(arguments)
            #expect(refused.status == 2 && refused.errors.contains(message), "\(refused.summary)")
        }
    }
}
