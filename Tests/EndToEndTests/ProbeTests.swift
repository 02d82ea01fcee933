import Foundation
import Testing

extension EndToEnd {
    /// Events at functions and marks of programs, on a program that prints what it does.
    @Suite struct Probes {
        /// What the program says of one round, and which of its lines it is.
        private struct Round {
            let columns: [String]

            init(_ line: String) { columns = line.split(separator: "|").map(String.init) }
            var counter: String { columns[7] }
        }

        private func rounds(_ finished: Finished) -> [Round] { finished.lines.map(Round.init) }

        /// The probes in the kernel that a process has made.
        private func probes(of pid: pid_t) throws -> [String] {
            try run(["cat", "/sys/kernel/tracing/uprobe_events"]).lines.filter { $0.contains("_\(pid)_") }
        }

        private func awaitNone(of pid: pid_t) throws {
            try waitUntil("the removal of the probes of \(pid)") { try probes(of: pid).isEmpty }
        }

        @Test(
            "Numbers, texts, arguments on the stack, and what is returned are those that the program prints")
        func values() throws {
            try withDirectory { directory in
                let file = directory + "/lines"
                let program = try Workload.probes.path
                let traced = try obstrace(
                    "uprobe:\(program):combine(int round, char *name, big:s64, _, _, _, short seventh, eighth:string)",
                    "-f", "<round>|<.name>|<big>|<seventh>|<eighth>", "uretprobe:\(program):combine(-> int)",
                    "uretprobe:\(program):tail(char *)", "-f", "<ret>", "-o", file, "--", program, "9")
                #expect(traced.status == 0, "\(traced.summary)")
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(
                    String.init)
                let expected = rounds(traced).flatMap { round in
                    let columns = round.columns
                    return [
                        columns[0...3].joined(separator: "|") + "|\(columns[4])\\n", columns[5], columns[6],
                    ]
                }
                #expect(expected.count == 27)
                #expect(lines == expected)
            }
        }

        @Test("A probe is an event like others: names, filters in the kernel, records, addresses, offsets")
        func isAnEvent() throws {
            let program = try Workload.probes.path
            let listed = try obstrace("list", "--json", "uprobe:\(program):combine")
            let object = try JSONSerialization.jsonObject(with: Data(listed.output)) as? [String: Any]
            let address = try #require(object?["address"] as? Int, "\(listed.summary)")
            for place in ["combine", "0x" + String(address, radix: 16)] {
                let event = "uprobe:\(program):\(place)(n=%di:s32, _)"
                let traced = try obstrace(
                    event, "--where", "n >= 3 && n < 5", "--json", "-f", "<event> <@name> <n>", "-q", "--",
                    program, "9")
                let records = traced.lines.filter { $0.hasPrefix("{") }
                #expect(
                    records
                        == [3, 4].map { "{\"event\":\"uprobe:\(place)\",\"@name\":\"\(place)\",\"n\":\($0)}" },
                    "\(traced.summary)")
            }
        }

        @Test("Every type is laid out as the kernel does it, and printed as it does")
        func layouts() throws {
            let program = try Workload.probes.path
            let types = [
                "s8", "u8", "x8", "s16", "u16", "x16", "s32", "u32", "x32", "s64", "u64", "x64", "char",
                "b3@2/32",
            ]
            let scalars = types.map { "\($0.prefix { $0 != "@" })_=%di:\($0)" }
            let arrays = ["u8", "x16", "s32", "u64", "char"].map { "\($0)_a=%si:\($0)[3]" }
            let texts = ["t=+0(%si):string", "c=$comm", "s=$stack2", "b=+0(%si):char[5]"]
            // obstrace compares the layout that it has computed with the kernel's, and fails if they differ.
            let traced = try obstrace(
                "uprobe:\(program):combine(\((scalars + arrays.map { $0.replacing("%si", with: "+0(%si)") } + texts).joined(separator: ", ")))",
                "uretprobe:\(program):combine(x64)", "--", program, "2")
            #expect(traced.status == 0, "\(traced.summary)")
            #expect(
                traced.text.contains(#"s32_=1 u32_=1 x32_=0x1 s64_="#), "\(traced.summary)")
            #expect(traced.text.contains(#"u8_a={102,105,114}"#), "\(traced.summary)")
            #expect(traced.text.contains(#"t="first name" c="probes""#), "\(traced.summary)")
            #expect(traced.text.contains(#"b={'f','i','r','s','t'}"#), "\(traced.summary)")
        }

        @Test("Marks give their arguments; one with a counter is counted as long as it is traced")
        func marks() throws {
            let program = try Workload.probes.path
            #expect(rounds(try Workload.probes.run("2")).map(\.counter) == ["0", "0"])
            let traced = try obstrace(
                "usdt:\(program):workload:round(n, text:string, seventh)", "-f", "@<n>|<text>|<seventh>",
                "usdt:\(program):watch*", "-f", "@<event> <arg1>", "--", program, "4")
            let printed = traced.lines.filter { !$0.hasPrefix("@") }.map(Round.init)
            #expect(printed.map(\.counter) == ["1", "1", "1", "1"], "\(traced.summary)")
            #expect(
                traced.lines.filter { $0.hasPrefix("@") }
                    == printed.flatMap {
                        [
                            "@\($0.columns[0])|\($0.columns[6])|\($0.columns[3])",
                            "@usdt:workload:watched \($0.columns[5])",
                        ]
                    }, "\(traced.summary)")
            #expect(rounds(try Workload.probes.run("1")).map(\.counter) == ["0"])
        }

        @Test("A mark that stands in several places is one event")
        func places() throws {
            let program = try Workload.probes.path
            let traced = try obstrace("usdt:\(program):twice(n)", "-f", "@<n>", "--", program, "3")
            let expected = traced.lines.filter { !$0.hasPrefix("@") }.map(Round.init)
                .flatMap { ["@\($0.columns[0])", "@\($0.columns[5])"] }
            #expect(expected.count == 6)
            #expect(traced.lines.filter { $0.hasPrefix("@") } == expected, "\(traced.summary)")
        }

        @Test("A process that runs already is traced with -p, and its marks are armed")
        func runningProcess() throws {
            let traced = try script(
                """
                mkfifo gate; $WORKLOADS/probes 3 wait <gate >printed & pid=$!
                exec 3>gate
                $OBSTRACE -v -p $pid "usdt:$WORKLOADS/probes:workload:watched(result)" -f '<result> <@pid>' >traced 2>errors 3>&- & tracer=$!
                until grep -q tracing errors || ! kill -0 $tracer; do sleep 0.01; done
                $WORKLOADS/probes 2 >/dev/null
                exec 3>&-
                wait $tracer; echo $?
                cut -d'|' -f6,8 printed | sed "s/|1$/ $pid/" | diff - traced && echo same
                """)
            #expect(traced.text == "0\nsame\n", "\(traced.summary)")
        }

        @Test("Nothing is left in the kernel: after a limit, a signal, a gone reader, an error")
        func ends() throws {
            let program = try Workload.probes.path
            let event = "uprobe:\(program):tail(_, count:u64)"
            for signal in [SIGINT, SIGTERM] {
                let child = try tracing([event])
                #expect(try probes(of: child.pid).count == 1)
                child.signal(signal)
                #expect(try child.finish().status == 0)
                try awaitNone(of: child.pid)
            }
            let limited = try Child([binary(), event, "-n", "1", "--", program, "3"])
            #expect(try limited.finish().status == 0)
            try awaitNone(of: limited.pid)

            let pipe = try makePipe()
            let piped = try tracing([event], output: pipe.write)
            close(pipe.write)
            close(pipe.read)
            try Workload.probes.run("1")
            #expect(try piped.finish().status == 141)
            try awaitNone(of: piped.pid)

            // The kernel takes the first and not the second.
            let refused = try Child([binary(), event, "uprobe:\(program):combine(a=@nothing:u8)"])
            let result = try refused.finish()
            #expect(result.status == 2, "\(result.summary)")
            #expect(result.errors.contains("the kernel does not take this probe: "), "\(result.summary)")
            #expect(
                result.errors.contains("\n" + String(repeating: " ", count: 19 + program.utf8.count) + "^~"),
                "\(result.summary)")
            try awaitNone(of: refused.pid)
        }

        @Test("What a killed run leaves, the next one removes")
        func killed() throws {
            let program = try Workload.probes.path
            let child = try tracing(["uprobe:\(program):tail", "uretprobe:\(program):combine"])
            child.signal(SIGKILL)
            #expect(try child.finish().status == 128 + SIGKILL)
            #expect(try probes(of: child.pid).count == 2)
            let other = try tracing(["uprobe:\(program):combine"])
            #expect(try probes(of: child.pid).isEmpty)
            // What another run uses stays.
            #expect(try obstrace("uprobe:\(program):tail", "--", program).status == 0)
            #expect(try probes(of: other.pid).count == 1)
            other.signal(SIGTERM)
            #expect(try other.finish().status == 0)
            try awaitNone(of: other.pid)
        }

        @Test(
            "So does one that has no probes itself, and one that lists",
            arguments: [
                ["list", "sched:*"],
                [
                    "sched:sched_process_exec", "--", "true",
                ],
            ])
        func killedBefore(arguments: [String]) throws {
            let child = try tracing(["uprobe:\(Workload.probes.path):tail"])
            child.signal(SIGKILL)
            _ = try child.finish()
            #expect(try probes(of: child.pid).count == 1)
            #expect(try obstrace(arguments).status == 0)
            try awaitNone(of: child.pid)
        }

        @Test("A glob means each function that matches; an exclusion and a later EVENT count as ever")
        func globs() throws {
            let program = try Workload.probes.path
            let explained = try obstrace("uprobe:\(program):*a*", "!uprobe:\(program):*_*", "--explain")
            let events = explained.lines.filter { $0.hasPrefix("uprobe:") }
            #expect(events == ["uprobe:main", "uprobe:tail"], "\(explained.summary)")
            let many = try obstrace("uprobe:libc.so.6:*", "--explain")
            #expect(many.status == 2 && many.errors.contains("more than 200"), "\(many.summary)")
        }

        @Test("A probe lies where perf puts it")
        func likePerf() throws {
            let program = try Workload.probes.path
            let theirs = try run(["perf", "probe", "-x", program, "-D", "combine"])
            let place = try #require(theirs.text.firstMatch(of: /:0x([0-9a-f]+)/)?.1, "\(theirs.summary)")
            let ours = try obstrace("uprobe:\(program):combine", "--explain")
            let own = try #require(ours.text.firstMatch(of: /:0x([0-9a-f]+)/)?.1, "\(ours.summary)")
            #expect(UInt64(place, radix: 16) == UInt64(own, radix: 16))
        }

        @Test("A file is found by its name, among commands and libraries")
        func files() throws {
            for (event, path) in [("uprobe:libc.so.6:getenv", "/libc.so.6"), ("uprobe:bash:main", "/bash")] {
                let explained = try obstrace(event, "--explain")
                let place = try Regex("p:GROUP/EVENT /.*\(path):0x[0-9a-f]+")
                #expect(explained.text.firstMatch(of: place) != nil, "\(explained.summary)")
            }
        }

        @Test(
            "What is wrong with a probe is told before anything is made",
            arguments: [
                ("uprobe:PROGRAM:combin", "has no function 'combin'", "did you mean combine?"),
                ("uprobe:PROGRAM:combine(intt a)", "there is no type 'intt'", "did you mean int?"),
                ("uprobe:PROGRAMM:combine", "there is no file", "did you mean PROGRAM?"),
                ("uprobe:/usr/bin/ldd:main", "cannot be probed: it is a script", ""),
                ("uprobe:libc:malloc", "no command and no shared library 'libc'", "did you mean libc.so.6?"),
                ("uprobe:PROGRAM:0x1", "there is no code at 0x1", "as nm"),
                ("usdt:PROGRAM:workload:rund", "has no mark 'rund'", "did you mean round?"),
                ("usdt:PROGRAM:worklod:round", "has no provider 'worklod'", "it has workload"),
                ("usdt:PROGRAM:round(a, b, c, d)", "workload:round has 3 arguments", ""),
                ("usdt:/usr/bin/cat:round", "has no marks", ""),
                ("uprobe:PROGRAM:combine -f <filename>", "uprobe:combine has no field 'filename'", "(fd:s32"),
            ])
        func mistakes(_ line: String, message: String, hint: String) throws {
            let program = try Workload.probes.path
            let words = line.replacing("PROGRAM", with: program).split(separator: " -f ").map(String.init)
            let result = try run([binary(), words[0]] + (words.count > 1 ? ["-f", words[1]] : []))
            #expect(result.status == 2, "\(result.summary)")
            #expect(result.errors.contains(message), "\(result.summary)")
            #expect(
                hint.isEmpty || result.errors.contains(hint.replacing("PROGRAM", with: program)),
                "\(result.summary)")
            #expect(result.errors.contains("^"), "\(result.summary)")
        }

        @Test("Where the kernel has no kprobes, the option that it lacks is named")
        func noKprobes() throws {
            let isThere = FileManager.default.fileExists(atPath: "/sys/kernel/tracing/kprobe_events")
            let result = try obstrace("kprobe:do_unlinkat(int dfd)", "--explain")
            #expect(result.status == (isThere ? 0 : 2), "\(result.summary)")
            let text = isThere ? "p:GROUP/EVENT do_unlinkat dfd=%" : "CONFIG_KPROBE_EVENTS"
            #expect((result.text + result.errors).contains(text), "\(result.summary)")
            #expect(try obstrace("list", "kprobe:do_unlinka*").lines == ["kprobe:do_unlinkat"])
        }

        @Test("list shows what a program offers")
        func lists() throws {
            let program = try Workload.probes.path
            #expect(
                try obstrace("list", "uprobe:\(program):*ai*").lines
                    == ["uprobe:\(program):main", "uprobe:\(program):tail"])
            #expect(
                try obstrace("list", "usdt:\(program)").lines
                    == ["round", "twice", "watched"].map { "usdt:\(program):workload:\($0)" })
            let verbose = try obstrace("list", "-v", "usdt:\(program)")
            #expect(verbose.text.contains("arg1  s32  -4@"), "\(verbose.summary)")
            let json = try obstrace("list", "--json", "usdt:\(program):watched")
            let mark = try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any]
            let site = (mark?["sites"] as? [[String: Any]])?.first
            #expect(
                site?["semaphore"] is Int && (site?["arguments"] as? [Any])?.count == 1, "\(json.summary)")
            let none = try obstrace("list", "uprobe:\(program):combin")
            #expect(none.status == 1 && none.errors.contains("did you mean combine?"), "\(none.summary)")
        }
    }
}
