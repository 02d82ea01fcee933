import Foundation
import Testing

extension EndToEnd {
    /// Counts, histograms and the live table.
    @Suite struct Summaries {
        static let event = "syscalls:sys_enter_getppid"

        @Test(
            "counts are exact, and those of perf stat",
            arguments: [[], ["--where", "common_pid > 0"], ["--no-pushdown", "--where", "common_pid > 0"]])
        func counts(_ filter: [String]) throws {
            let workload = try Workload.getppid.path
            let perf = try run(["perf", "stat", "-x,", "-e", Self.event, workload, "12345"])
            let counted = try #require(perf.errors.split(separator: "\n").last { $0.contains(Self.event) })
            #expect(counted.split(separator: ",")[0] == "12345")
            let finished = try run(
                [binary(), "count", Self.event, "--json", "-v"] + filter + ["--", workload, "12345"])
            #expect(finished.status == 0)
            #expect(finished.text.contains("{\"event\":\"\(Self.event)\",\"count\":12345,"))
            let how = filter.contains("--no-pushdown") ? "counting from samples" : "counting in the kernel"
            #expect(finished.errors.contains(how))
            #expect(finished.errors.contains("12345 events, 0 lost"))
        }

        @Test("counts by values add up, and the rest is told apart")
        func keys() throws {
            let finished = try obstrace(
                "count", "raw_syscalls:sys_enter", "--by", "comm,id:sys", "-n", "1", "--csv", "--where",
                "id in (1, 39, 110)", "--", "bash", "-c",
                "for i in 1 2 3; do \(Workload.getppid.path) 500; done")
            #expect(finished.status == 0, "\(finished.summary)")
            let rows = finished.lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
                .filter { $0.count == 4 }
            #expect(rows.first?.joined(separator: ",") == "comm,id,count,rate")
            #expect(rows.dropFirst().first?.prefix(3).joined(separator: ",") == "getppid,getppid,1500")
            #expect(rows.last?.prefix(2).joined(separator: ",") == "other,")
        }

        @Test("intervals add up to the whole")
        func intervals() throws {
            let finished = try obstrace(
                "count", Self.event, "-i", "50ms", "--tsv", "--where", "comm == getppid", "--", "bash", "-c",
                "for i in 1 2 3; do \(Workload.getppid.path) 1000; sleep 0.1; done")
            let rows = finished.lines.map { $0.split(separator: "\t") }
            #expect(rows.contains(["time", "event", "count", "rate"]))
            let counts = rows.filter { $0.count == 4 }.compactMap { Int($0[2]) }
            #expect(counts.reduce(0, +) == 3000, "\(finished.summary)")
            #expect(counts.count > 3)
        }

        @Test("folded keys are stacks of one line")
        func folded() throws {
            let finished = try obstrace(
                "count", Self.event, "--by", "comm,name", "--folded", "--", Workload.getppid.path, "70")
            #expect(finished.lines.contains("getppid;sys_enter_getppid 70"))
        }

        @Test("a histogram tells a known distribution")
        func histogram() throws {
            let command = """
                dd if=/dev/zero of=/dev/null bs=100 count=60 status=none
                dd if=/dev/zero of=/dev/null bs=5000 count=40 status=none
                """
            let finished = try obstrace(
                "hist", "syscalls:sys_enter_write", "count", "--json", "--by", "comm", "--", "bash", "-c",
                command)
            #expect(finished.status == 0)
            #expect(
                finished.text == """
                    {"comm":"dd","count":100,"min":100,"p50":100,"p90":5000,"p99":5000,"max":5000,"mean":2060,\
                    "total":206000,"buckets":[{"from":64,"to":128,"count":60},{"from":4096,"to":8192,"count":40}]}

                    """)
            let linear = try obstrace(
                "hist", "syscalls:sys_enter_write", "count:h", "--linear", "1000", "--", "bash", "-c", command
            )
            #expect(
                linear.lines.contains { $0.hasPrefix("  [      0,   1000) 60 |█") || $0.contains("60 |█") })
            #expect(linear.lines.last { $0.contains("count 100") } != nil, "\(linear.summary)")
        }

        @Test("a live table takes keys and leaves the terminal as it was", arguments: ["q", "TERM", "INT"])
        func live(_ end: String) throws {
            let finished = try script(
                """
                shown() { for i in {1..600}; do grep -aq "$1" out && return; sleep 0.1; done; exit 9; }
                { shown 'sorted by rate'; printf s; shown 'sorted by count'
                  if [ \(end) = q ]; then printf q; else kill -\(end) "$(cat pid)"; fi
                  shown 'status 0'; } |
                script -qefc 'stty -a >before; sh -c "echo \\$\\$ >pid; exec $OBSTRACE top sched:sched_switch \
                --by prev_comm"; echo status $?; stty -a >after' out >/dev/null
                cmp before after && cat out
                """)
            #expect(finished.status == 0, "\(finished.summary)")
            #expect(finished.text.contains("\u{1b}[?1049h"))
            let rest = try #require(finished.text.components(separatedBy: "\u{1b}[?1049l\u{1b}[?25h").last)
            #expect(rest.contains("PREV_COMM") && rest.contains("status 0") && !rest.contains("\u{1b}"))
        }

        @Test("buffers that get full are told of with the rate and the way out")
        func fullBuffers() throws {
            let finished = try obstrace(
                Self.event, "-m", "4K", "-o", "/dev/null", "--", Workload.getppid.path, "200000")
            #expect(
                finished.errors.contains("obstrace: buffers of 4K are nearly full, at "),
                "\(finished.summary)")
            #expect(finished.errors.contains(" events a second: if some are lost, try -m 1M, or --where"))
            #expect(!finished.errors.contains(" at 0 events"))
        }

        @Test("the busiest events are listed with their rates")
        func rates() throws {
            let finished = try obstrace("list", "--rate", "1s", "sched:sched_*", "--json")
            #expect(finished.status == 0)
            let rates = try finished.lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return try #require(object?["rate"] as? Int)
            }
            #expect(!rates.isEmpty && rates == rates.sorted(by: >))
            #expect(finished.text.contains("\"event\":\"sched:sched_switch\""))
        }

        @Test("mistakes are shown where they are typed")
        func mistakes() throws {
            let field = try obstrace("count", Self.event, "--by", "comm,cpuu")
            #expect(field.status == 2)
            #expect(field.errors.contains("--by comm,cpuu\n            ^~~~  did you mean cpu?"))
            let text = try obstrace("hist", Self.event, "comm")
            #expect(text.status == 2 && text.errors.contains("'comm' is text, and a number is wanted"))
            let missing = try obstrace("hist", Self.event)
            #expect(missing.status == 2 && missing.errors.contains("a histogram needs a VALUE"))
            let twice = try obstrace("hist", Self.event, "cpu", "pid")
            #expect(twice.status == 2 && twice.errors.contains("a histogram has one VALUE, and 'cpu' is one"))
        }
    }
}
