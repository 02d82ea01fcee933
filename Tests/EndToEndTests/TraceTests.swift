import Foundation
import Testing

extension EndToEnd {
    /// What is printed for which events.
    @Suite struct Tracing {
        @Test("Each of 200 short commands is seen once, with the right process and path")
        func execExample() throws {
            try withDirectory { directory in
                let paths = (0..<200).map { "\(directory)/command-\($0)" }
                for path in paths {
                    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/bin/true")
                }
                var commands: [String] = []
                let traced = try trace("sched:sched_process_exec", "-f", "<pid> <filename>") {
                    commands = try run([Workload.spawn.path] + paths).lines
                }
                #expect(commands.count == 200)
                #expect(traced.lines.filter { $0.contains(directory) } == commands)
                #expect(traced.status == 0)
            }
        }

        @Test("Each template is for the events before it")
        func twoTemplates() throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "-f", "exec <filename>", "sched:sched_process_exit", "-f",
                "exit <.comm>",
                "--", "/bin/true")
            #expect(traced.lines == ["exec /bin/true", "exit true"], "\(traced.summary)")
        }

        @Test("A template before all events is for those that have no own one")
        func defaultTemplate() throws {
            let traced = try obstrace(
                "-f", "<event>", "sched:sched_process_exec", "-f", "<filename>", "sched:sched_process_exit",
                "--",
                "/bin/true")
            #expect(traced.lines == ["/bin/true", "sched:sched_process_exit"], "\(traced.summary)")
        }

        @Test("A glob matches many events, an excluding glob takes some away")
        func globs() throws {
            let traced = try obstrace(
                "sched:sched_process_*", "!sched:*_w[a]it", "!*:sched_process_hang", "-f", "<@name>", "--",
                "/bin/sh",
                "-c", "/bin/true; exit 0")
            #expect(
                Set(traced.lines).isSuperset(of: [
                    "sched_process_exec", "sched_process_exit", "sched_process_fork",
                ]),
                "\(traced.summary)")
            #expect(!traced.lines.contains("sched_process_wait"))
        }

        @Test("The default line has the process, the event and the kernel's own text")
        func defaultLine() throws {
            let traced = try obstrace("sched:sched_process_exec", "--", "/bin/true")
            #expect(traced.lines.count == 1, "\(traced.summary)")
            let line = try #require(traced.lines.first)
            #expect(line.contains("sched:sched_process_exec"))
            #expect(line.contains("filename=/bin/true pid="))
            #expect(line.contains("true"))
        }

        @Test("The kernel takes a filter")
        func filter() throws {
            try withDirectory { directory in
                let one = directory + "/one"
                let two = directory + "/two"
                for path in [one, two] {
                    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/bin/true")
                }
                let traced = try trace(
                    "sched:sched_process_exec", "-f", "<filename>", "--where", "filename == \"\(two)\""
                ) {
                    try Workload.spawn.run(one, two, one)
                }
                #expect(traced.lines == [two], "\(traced.summary)")
            }
        }

        @Test("-n ends after so many lines")
        func count() throws {
            let traced = try obstrace(
                "syscalls:sys_enter_getppid", "-f", "<n>", "-n", "5", "--", Workload.rename.path, "a", "b",
                "c", "d", "e",
                "f", "g")
            #expect(traced.lines == ["1", "2", "3", "4", "5"], "\(traced.summary)")
            #expect(traced.status == 0)
        }

        @Test("-d ends after so long, and not before")
        func duration() throws {
            let start = monotonic()
            let traced = try obstrace("signal:signal_deliver", "--where", "sig == 64", "-d", "300ms")
            #expect(traced.status == 0, "\(traced.summary)")
            #expect(traced.output.isEmpty)
            #expect(monotonic() - start >= 0.3)
        }

        @Test("-C keeps to the processors given")
        func processors() throws {
            let traced = try trace("syscalls:sys_enter_getppid", "-C", "1", "-f", "<cpu> <pid>") {
                _ = try script("taskset -c 0 $WORKLOADS/getppid 100; taskset -c 1 $WORKLOADS/getppid 100")
            }
            #expect(Set(traced.lines.map { $0.prefix(2) }) == ["1 "], "\(traced.summary)")
            #expect(traced.lines.count >= 100)
        }

        @Test("-o writes the lines into a file, and the command's output stays on stdout")
        func outputFile() throws {
            try withDirectory { directory in
                let file = directory + "/lines"
                let traced = try obstrace(
                    "sched:sched_process_exec", "-f", "<filename>", "-o", file, "--", "/bin/cat",
                    input: "its own\n")
                #expect(traced.text == "its own\n")
                #expect(traced.errors == "")
                #expect(try String(contentsOfFile: file, encoding: .utf8) == "/bin/cat\n")
            }
        }

        @Test(
            "Context values are sane: clock, wall time, time since start and since the last line, processor, line"
        )
        func contextValues() throws {
            let before = (clock: monotonic(), wall: Date().timeIntervalSince1970)
            let traced = try obstrace(
                "syscalls:sys_enter_getppid", "-f",
                "<time> <wall:%s.%6f> <elapsed> <delta> <cpu> <n> <pid> <tid> <subsystem> <@name> <@comm>",
                "--",
                Workload.rename.path, "a", "b", "c")
            let after = (clock: monotonic(), wall: Date().timeIntervalSince1970)
            let rows = traced.lines.map { $0.split(separator: " ").map(String.init) }
            try #require(rows.count == 3 && rows.allSatisfy { $0.count == 11 }, "\(traced.summary)")
            var last: (time: Double, elapsed: Double)?
            for (index, row) in rows.enumerated() {
                let (time, wall) = (try #require(Double(row[0])), try #require(Double(row[1])))
                let (elapsed, delta) = (try #require(Double(row[2])), try #require(Double(row[3])))
                #expect((before.clock...after.clock).contains(time))
                #expect((before.wall - 0.001...after.wall + 0.001).contains(wall))
                #expect(abs((wall - before.wall) - (time - before.clock)) < 0.01)
                #expect((0...(after.clock - before.clock)).contains(elapsed))
                if let last {
                    #expect(abs(delta - (time - last.time)) < 1e-6)
                    #expect(abs((elapsed - last.elapsed) - delta) < 1e-6)
                }
                last = (time, elapsed)
                #expect(row[0].split(separator: ".").last?.count == 9)
                #expect(Int(row[4]) != nil)
                #expect(row[5] == "\(index + 1)")
                #expect(row[6] == row[7])
                #expect(row[8...] == ["syscalls", "sys_enter_getppid", ["a", "b", "c"][index]])
            }
        }

        @Test("A name is right for the exec itself, for a short-lived process, and after a change of name")
        func names() throws {
            let traced = try obstrace(
                "-f", "<@comm> <@name>", "sched:sched_process_exec", "sched:sched_process_exit",
                "syscalls:sys_enter_getppid", "--", Workload.rename.path, "first name", "second")
            #expect(
                traced.lines == [
                    "rename sched_process_exec", "first name sys_enter_getppid", "second sys_enter_getppid",
                    "second sched_process_exit",
                ], "\(traced.summary)")

            let children = try obstrace(
                "-f", "<@comm>", "sched:sched_process_exit", "--", Workload.spawn.path, "/bin/true",
                "/bin/true")
            #expect(
                children.lines.filter { !$0.contains("/") } == ["true", "true", "spawn"],
                "\(children.summary)")
        }

        @Test("A process that ran before the start is known by name")
        func nameOfEarlierProcess() throws {
            let family = try Child([Workload.family.path])
            try waitUntil("its pid") { !family.output.isEmpty }
            let traced = try trace("syscalls:sys_enter_getppid", "-f", "<@comm>", "-p", "\(family.pid)") {
                family.signal(SIGUSR1)
                _ = try family.finish()
            }
            #expect(traced.lines == Array(repeating: "family", count: 5), "\(traced.summary)")
        }

        @Test("An absent field is printed as its default, and an event is never dropped for it")
        func absentFields() throws {
            let traced = try obstrace(
                "-f", "<filename> <filename?none> <filename|.comm>", "sched:sched_process_exec",
                "sched:sched_process_exit", "--", "/bin/true")
            #expect(traced.lines == ["/bin/true /bin/true /bin/true", "- none true"], "\(traced.summary)")
            #expect(traced.errors.contains("filename"))
        }
    }
}
