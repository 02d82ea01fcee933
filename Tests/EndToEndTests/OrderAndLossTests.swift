import Foundation
import Testing

extension EndToEnd {
    /// What is promised about order, loss and latency.
    @Suite struct Promises {
        @Test("100,000 events of two processors come in order of time; late ones are counted")
        func order() throws {
            let traced = try obstrace(
                "syscalls:sys_enter_getppid", "-v", "-m", "4M", "-f", "<time:d> <cpu> <@comm>", "--", "sh",
                "-c",
                """
                taskset -c 0 \(Workload.getppid.path) 50000 >/dev/null &
                taskset -c 1 \(Workload.getppid.path) 50000 >/dev/null; wait
                """)
            // The shell makes such a call too.
            let rows = traced.lines.filter { $0.hasSuffix(" getppid") }
                .map { $0.split(separator: " ").map { Int($0) ?? -1 } }
            try #require(rows.count == 100_000, "\(traced.summary)")
            #expect(rows.count { $0[1] == 0 } == 50_000)
            var newest = 0
            var late = 0
            for row in rows {
                late += row[0] < newest ? 1 : 0
                newest = max(newest, row[0])
            }
            // Events of both processors alternate, or nothing was merged.
            #expect(zip(rows, rows.dropFirst()).count { $0[1] != $1[1] } > 1)
            #expect(
                late == 0 || traced.errors.contains("obstrace: \(late) events came after"),
                "\(late): \(traced.errors)")
        }

        @Test("A million calls lose nothing with the default buffer")
        func noLoss() throws {
            try withDirectory { directory in
                let file = directory + "/lines"
                let traced = try obstrace(
                    "syscalls:sys_enter_getppid", "-v", "-f", "<time> <pid> <@comm>", "-o", file, "--",
                    Workload.getppid.path, "1000000")
                let lines = try Data(contentsOf: URL(fileURLWithPath: file)).count {
                    $0 == UInt8(ascii: "\n")
                }
                #expect(lines == 1_000_000)
                #expect(traced.errors.contains("obstrace: 1000000 events, 0 lost\n"), "\(traced.errors)")
                #expect(traced.status == 0)
            }
        }

        @Test("An event that the kernel weighs by its time is printed once")
        func weighedEvents() throws {
            let traced = try obstrace(
                "sched:sched_stat_runtime", "-f", "<time:d> <cpu> <pid> <runtime>", "--",
                Workload.getppid.path, "300000")
            #expect(!traced.lines.isEmpty, "\(traced.summary)")
            #expect(Set(traced.lines).count == traced.lines.count)
        }

        @Test("What follows a quiet time is printed to the last event, one as well as many")
        func quietTimes() throws {
            // After 200 ms without an event the rings are looked into once a second, or when one comes.
            let traced = try script(
                """
                $OBSTRACE -v --comm getppid syscalls:sys_enter_getppid -f '<n>' >lines 2>errors & pid=$!
                until grep -q tracing errors; do sleep 0.01; done
                for calls in 1 20000 1 300; do
                    sleep 0.4
                    $WORKLOADS/getppid $calls >/dev/null
                    expected=$((expected + calls))
                    until [ $(wc -l <lines) -ge $expected ]; do sleep 0.01; done
                done
                sleep 0.4
                kill -TERM $pid; wait $pid; echo $? $(wc -l <lines)
                grep -c '20302 events, 0 lost' errors
                """)
            #expect(traced.text == "0 20302\n1\n", "\(traced.summary)")
        }

        @Test("Loss is exact, told on stderr, and status 4 with --strict")
        func exactLoss() throws {
            try withDirectory { directory in
                let file = directory + "/lines"
                let command = [try Workload.getppid.path, "300000"]
                let options = [
                    "syscalls:sys_enter_getppid", "-f", "<time> <pid>", "-m", "8K", "-o", file, "--",
                ]
                let traced = try run([binary(), "--strict"] + options + command)
                #expect(traced.status == 4, "\(traced.summary)")
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count
                let lost = 300_000 - lines
                #expect(lost > 0)
                #expect(
                    traced.errors.hasSuffix(
                        """
                        obstrace: \(lines) events, \(lost) lost
                          syscalls:sys_enter_getppid: \(lines) events, \(lost) lost

                        """), "\(traced.errors)")
                let lenient = try run([binary()] + options + command)
                #expect(lenient.status == 0, "\(lenient.summary)")
                #expect(lenient.errors.contains(" lost\n"))
            }
        }

        @Test("Loss is told for each event on its own")
        func lossPerEvent() throws {
            let traced = try obstrace(
                "syscalls:sys_enter_getppid", "syscalls:sys_exit_getppid", "sched:sched_process_exec", "-f",
                "<n>",
                "-m", "8K", "-o", "/dev/null", "--", Workload.getppid.path, "300000")
            let table = traced.errors.split(separator: "\n").filter { $0.hasPrefix("  ") }
            let totals = table.map {
                $0.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }.reduce(0, +)
            }
            #expect(table.count == 2, "\(traced.errors)")
            #expect(table.allSatisfy { $0.contains("_getppid: ") })
            #expect(totals == [300_000, 300_000], "\(traced.errors)")
        }

        @Test("Nothing is said when nothing is lost, unless -v")
        func quietWithoutLoss() throws {
            let quiet = try obstrace("sched:sched_process_exec", "-f", "x", "--", "/bin/true")
            #expect(quiet.errors == "")
            let verbose = try obstrace("sched:sched_process_exec", "-v", "-f", "x", "--", "/bin/true")
            #expect(verbose.errors.contains("obstrace: 1 events, 0 lost\n"), "\(verbose.errors)")
        }

        @Test("At a low rate a line is in the pipe soon after its event")
        func latency() throws {
            let ends = try makePipe()
            defer { close(ends.read) }
            // The reader of the pipe would be left out: it is this process, which also makes the calls.
            let child = try tracing(
                ["syscalls:sys_enter_getppid", "--all-processes", "-p", "\(getpid())", "-f", "<@pid>"],
                output: ends.write)
            close(ends.write)
            var delays: [Double] = []
            for _ in 1...11 {
                usleep(30_000)
                let start = monotonic()
                _ = getppid()
                #expect(readSome(ends.read) == Array("\(getpid())\n".utf8))
                delays.append(monotonic() - start)
            }
            child.signal(SIGINT)
            _ = try child.finish()
            // The promise is 20 ms; a loaded machine gets more, a line that waits for a buffer to fill would never come.
            #expect(delays.sorted()[5] < 0.1, "\(delays)")
        }

        @Test("While nobody reads stdout, memory stays bounded and what is lost is counted")
        func slowReader() throws {
            let ends = try makePipe()
            defer { close(ends.read) }
            let child = try tracing(
                ["syscalls:sys_enter_getppid", "-m", "256K", "-f", "<time> <pid> <@comm>"], output: ends.write
            )
            close(ends.write)
            let calls = 2_000_000
            let pid = try Workload.getppid.run("\(calls)").text.prefix { $0 != " " }
            let peak = try peakMemory(of: child.pid)
            #expect(peak < 64 << 20, "\(peak >> 20) MiB")
            child.signal(SIGINT)
            var text: [UInt8] = []
            while case let bytes = readSome(ends.read), !bytes.isEmpty { text += bytes }
            let traced = try child.finish()
            #expect(traced.status == 0, "\(traced.summary)")
            let seen = String(decoding: text, as: UTF8.self).split(separator: "\n")
            let lost = try #require(lossCount(in: traced.errors), "\(traced.errors)")
            // Other programs on the machine may make a call of this kind also.
            #expect(seen.count { $0.contains(" \(pid) ") } + lost.lost >= calls)
            #expect(seen.count == lost.events)
        }

        /// The most memory that the process has had in use, in bytes.
        private func peakMemory(of pid: pid_t) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1])) << 10
        }

        /// The numbers of the summary: `obstrace: 750000 events, 50000 lost`.
        private func lossCount(in errors: String) -> (events: Int, lost: Int)? {
            guard let match = errors.firstMatch(of: /obstrace: (\d+) events, (\d+) lost/) else { return nil }
            return Int(match.1).flatMap { events in Int(match.2).map { (events, $0) } }
        }
    }
}
