import Foundation
import Testing

extension EndToEnd {
    /// Filters, in the kernel and here, and what is made to depend on them.
    @Suite struct Filters {
        /// Conditions on the fields of one event, in the words of our filters.
        struct Subject {
            let event: String
            let conditions: [String]
        }

        static let subjects = [
            Subject(
                event: "sched:sched_switch",
                conditions: [
                    "prev_comm ~ m*", "prev_comm ~ *x", "next_comm !~ *i*", "prev_prio < 120",
                    "prev_prio in (100..130)",
                    "prev_state == S", "prev_state & 1", "(prev_state & 3) == 1", "next_pid != 0",
                    "prev_pid > next_pid",
                    "prev_comm == mix", "prev_comm != 'mix of <all>'", "next_prio", "cpu == 0",
                    "comm ~ [l-n]*",
                    "tid > 1", "elapsed > 1us",
                ]),
            Subject(
                event: "task:task_rename",
                conditions: [
                    "newcomm ~ *>", "newcomm == mix", "oldcomm ~ '*of*'", "oldcomm in (mix, bash)",
                    "oom_score_adj == 0",
                    "oom_score_adj <= -1", "comm == mix", "newcomm ~ '???'", "oldcomm !~ [!m]*", "pid > 1",
                ]),
            Subject(
                event: "signal:signal_generate",
                conditions: [
                    "sig == SIGUSR2", "sig in (SIGHUP..SIGINT, 12)", "code < 0", "code == 0", ".comm == mix",
                    ".comm ~ m*",
                    ".pid == @tid", "group == 1", "result", "errno & 1", "!(sig == SIGCHLD)", "sig & 4",
                ]),
            Subject(
                event: "syscalls:sys_enter_write",
                conditions: [
                    "fd == 1", "fd > 2", "fd in (0..3)", "fd != 1", "count > 4K", "count == 10000",
                    "count & 0x10", "fd & 3",
                    "(fd & 3) == 3", "__syscall_nr == write", "buf != 0", "comm == mix", "!(fd < 2)",
                ]),
            Subject(
                event: "syscalls:sys_exit_openat",
                conditions: [
                    "ret == -ENOENT", "ret < 0", "ret >= 0", "ret in (3, 4)", "ret & 4", "comm ~ *mi*",
                    "cpu < 1",
                ]),
            Subject(
                event: "raw_syscalls:sys_enter",
                conditions: [
                    "id == openat", "id in (0..3)", "args[0] == 3", "args[2] > 100", "id != write", "id & 1",
                    "tid == @pid", "(id & 7) != 1",
                ]),
            Subject(
                event: "kmem:kmem_cache_alloc",
                conditions: [
                    "bytes_req > 512", "bytes_req < bytes_alloc", "node == -1", "gfp_flags & __GFP_ZERO",
                    ".name ~ *node*",
                    ".name == filp", "accounted", "bytes_alloc in (64..256)",
                    "gfp_flags & (__GFP_IO|__GFP_FS)",
                ]),
        ]

        /// A made-up filter of conditions.
        private func filter(of subject: Subject, depth: Int, _ dice: inout some RandomNumberGenerator)
            -> String
        {
            guard depth > 0, Int.random(in: 0..<4, using: &dice) > 0 else {
                return subject.conditions.randomElement(using: &dice)!
            }
            let parts = (0..<Int.random(in: 2...3, using: &dice)).map { _ in
                "(" + filter(of: subject, depth: depth - 1, &dice) + ")"
            }
            let sign = ["", "", "!"].randomElement(using: &dice)!
            return sign + "(" + parts.joined(separator: Bool.random(using: &dice) ? " && " : " || ") + ")"
        }

        /// What the workload is seen to do under each of some command lines, all at once.
        ///
        /// They trace that process alone, or they would see each other at work.
        private func seen(_ commandLines: [[String]]) throws -> [[String]] {
            try withDirectory { directory in
                let workload = try Child([
                    "sh", "-c", "kill -STOP $$; exec \(Workload.mix.path) \(directory)",
                ])
                try waitUntil("stopped") {
                    try String(contentsOfFile: "/proc/\(workload.pid)/stat", encoding: .utf8).contains(") T ")
                }
                let children = try commandLines.map { try tracing($0 + ["-p", String(workload.pid)]) }
                workload.signal(SIGCONT)
                #expect(try workload.finish().status == 0)
                return try children.map { child in
                    let finished = try child.finish()
                    #expect(finished.errors.contains(" 0 lost\n"), "\(finished.errors)")
                    return finished.lines.filter { $0.hasPrefix("\(workload.pid) ") }
                }
            }
        }

        @Test("The same lines with and without the kernel's part, for made-up filters")
        func pushdown() throws {
            var dice = SystemRandomNumberGenerator()
            var compared = 0
            for subject in Self.subjects {
                let filters =
                    (0..<4).map { _ in filter(of: subject, depth: 2, &dice) } + [subject.conditions[0]]
                let commandLines = filters.flatMap { filter -> [[String]] in
                    let line = [subject.event, "--where", filter, "-f", "<@tid> <@comm> <fields>"]
                    return [line, line + ["--no-pushdown"]]
                }
                let lines = try seen(commandLines)
                for (index, filter) in filters.enumerated() {
                    #expect(lines[2 * index] == lines[2 * index + 1], "\(subject.event): \(filter)")
                    compared += lines[2 * index].count
                }
            }
            #expect(compared > 100)
        }

        @Test("The same events as perf record has with the kernel's part of the filter")
        func perf() throws {
            let cases = [
                ("task:task_rename", "newcomm ~ m*x", "newcomm ~ \"m*x\""),
                ("signal:signal_generate", "sig == SIGUSR2 && code <= 0", "sig == 12 && code <= 0"),
                (
                    "syscalls:sys_enter_write", "count in (1..100, 10000)",
                    "(count >= 1 && count <= 100) || count == 10000"
                ),
                ("syscalls:sys_exit_openat", "ret == -ENOENT || ret > 2", "ret == -2 || ret > 2"),
            ]
            try withDirectory { directory in
                let data = directory + "/perf.data"
                let perf = try Child(
                    ["perf", "record", "-q", "-a", "-m", "4M", "-o", data]
                        + cases.flatMap { ["-e", $0.0, "--filter", $0.2] }
                        + ["--", "sh", "-c", "echo armed >&2; sleep 1000"])
                try perf.awaitErrors("armed")
                var pid = ""
                let traced = try trace(cases.flatMap { [$0.0, "--where", $0.1, "-f", "<@tid> <event>"] }) {
                    pid = try Workload.mix.run(directory).text.trimmingCharacters(in: .newlines)
                }
                perf.signalGroup(SIGINT)
                _ = try perf.finish()
                let script = try run(["perf", "script", "-i", data, "-F", "tid,event"])
                for (event, filter, _) in cases {
                    let theirs = script.lines.count { line in
                        let words = line.split(separator: " ")
                        return words.count == 2 && words[0] == pid && words[1] == event + ":"
                    }
                    #expect(theirs > 0, "\(event): \(script.summary)")
                    #expect(traced.lines.count { $0 == "\(pid) \(event)" } == theirs, "\(filter)")
                }
            }
        }

        @Test("The kernel follows the address of a system call's text")
        func pathOfSystemCall() throws {
            let traced = try obstrace(
                "syscalls:sys_enter_openat", "--where", "filename ~ /no/such/*", "-f", "<@comm>", "--",
                "sh", "-c", "cat /etc/hosts /no/such/file /no/such >/dev/null; exit 0")
            #expect(traced.lines == ["cat"], "\(traced.summary)")
            #expect(traced.status == 0)
        }

        @Test("A text that only the kernel can reach, where it cannot: status 2, and the way out")
        func pathOutOfReach() throws {
            let arguments = ["syscalls:sys_enter_openat", "-f", "<@comm>"]
            let either = try run([binary()] + arguments + ["--where", "filename ~ x || elapsed > 1s"])
            #expect(either.status == 2 && either.errors.contains("&& alone"), "\(either.summary)")
            let watched = try run([binary()] + arguments + ["--forbid", "filename ~ x"])
            #expect(watched.status == 2 && watched.errors.contains("--where"), "\(watched.summary)")
        }

        @Test("--until stops after the first event that fulfils it, ends the command, status 0")
        func until() throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "--until", "filename ~ */ls", "-f", "<filename>", "--",
                "sh", "-c", "/bin/true; ls /; sleep 1000")
            #expect(traced.status == 0, "\(traced.summary)")
            #expect(traced.lines.filter { $0.hasPrefix("/") }.last?.hasSuffix("/ls") == true)
            #expect(traced.lines.contains("/bin/true"))
        }

        @Test("--forbid stops at the event, prints it, tells which, status 5")
        func forbid() throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "--forbid", "pid == 0", "--forbid", "filename ~ *true", "-f",
                "<filename>",
                "--", "sh", "-c", "/bin/true; sleep 1000")
            #expect(traced.status == 5, "\(traced.summary)")
            #expect(traced.lines.last == "/bin/true")
            #expect(
                traced.errors == "obstrace: an event came that --forbid rules out: filename ~ *true\n")
            let kept = try obstrace(
                "sched:sched_process_exec", "--forbid", "filename ~ *curl", "-f", "<filename>", "--", "sh",
                "-c", "exit 3")
            #expect(kept.status == 3, "\(kept.summary)")
        }

        @Test("--expect: status 5 and which was not met; the command's status where all were")
        func expect() throws {
            let command = ["-f", "<filename>", "--", "sh", "-c", "/bin/true; exit 3"]
            let met = try run(
                [
                    binary(), "sched:sched_process_exec", "--expect", "filename ~ *true", "--expect",
                    "comm == sh",
                ] + command)
            #expect(met.status == 3 && met.errors.isEmpty, "\(met.summary)")
            let unmet = try run(
                [
                    binary(), "sched:sched_process_exec", "--expect", "filename ~ *true", "--expect",
                    "filename ~ *curl",
                ]
                    + command)
            #expect(unmet.status == 5, "\(unmet.summary)")
            #expect(unmet.lines.contains("/bin/true"))
            #expect(unmet.errors == "obstrace: no event came that --expect asks for: filename ~ *curl\n")
            let late = try obstrace(
                "sched:sched_process_exec", "--expect", "filename == /no/such", "-d", "50ms", "-f",
                "<filename>")
            #expect(late.status == 5, "\(late.summary)")
        }

        @Test("The summary counts what passed the filter")
        func count() throws {
            let traced = try obstrace(
                "-v", "--no-pushdown", "sched:sched_process_exec", "--where", "filename ~ */true", "-f",
                "<filename>", "--",
                "sh", "-c", "/bin/true; /bin/true; /bin/false")
            #expect(traced.lines == ["/bin/true", "/bin/true"], "\(traced.summary)")
            #expect(traced.errors.contains("obstrace: 2 events, 0 lost\n"), "\(traced.summary)")
        }

        @Test("--explain tells what goes to the kernel, runs nothing, attaches nothing")
        func explain() throws {
            try withDirectory { directory in
                let mark = directory + "/mark"
                let explained = try obstrace(
                    "--explain", "sched:sched_switch", "--where",
                    "prev_pid == 1 && delta > 5ms && next_comm ~ *sh",
                    "sched:sched_process_exec", "-f", "<name>", "-C", "0", "-m", "64K", "--", "touch", mark)
                #expect(explained.status == 0, "\(explained.summary)")
                #expect(!FileManager.default.fileExists(atPath: mark))
                #expect(
                    explained.lines == [
                        "sched:sched_switch",
                        #"  kernel:   prev_pid == 1 && next_comm ~ "*\sh""#,
                        "  obstrace: delta > 5ms",
                        "sched:sched_process_exec",
                        "  kernel:   all events",
                        "  obstrace: all that come",
                        "sample: time, record",
                        "descriptors: 3",
                        "buffers: 69632 bytes on 1 CPU",
                    ])
                let system = try obstrace(
                    "--explain", "sched:sched_switch", "--where", "prev_pid == 1", "-f", "<prev_pid>")
                #expect(
                    system.lines[1].hasPrefix("  kernel:   (prev_pid == 1) && common_pid != "),
                    "\(system.summary)")
            }
        }

        @Test("--comm and -u leave out other tasks")
        func taskAndUser() throws {
            let finished = try script(
                """
                cp /bin/true ./alpha; cp /bin/true ./beta; cp /bin/sleep ./gamma; chmod 755 . ./gamma
                $OBSTRACE -v sched:sched_process_exit --comm 'alp*' --comm 'bet?' -f '<comm>' >names 2>errors & one=$!
                $OBSTRACE -v syscalls:sys_enter_clock_nanosleep -u nobody,4711 -f '<@comm> <uid>' >users 2>more & two=$!
                until grep -q tracing errors && grep -q tracing more; do sleep 0.01; done
                ./alpha; ./beta; ./gamma 0.01
                setpriv --reuid nobody --clear-groups ./gamma 0.2; setpriv --reuid 4711 --clear-groups ./gamma 0.2
                kill -TERM $one $two; wait; cat names users
                """)
            let nobody = try run(["id", "-u", "nobody"]).lines[0]
            #expect(
                finished.lines == ["alpha", "beta", "gamma \(nobody)", "gamma 4711"], "\(finished.summary)")
        }
    }
}
