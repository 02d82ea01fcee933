import Foundation
import Testing

extension EndToEnd {
    /// How a run ends.
    @Suite struct Endings {
        @Test("SIGINT and SIGTERM drain, print, summarize, and end with 0", arguments: [SIGINT, SIGTERM])
        func signals(signal: Int32) throws {
            let child = try tracing(["syscalls:sys_enter_getppid", "-f", "<pid>"])
            let pid = try Workload.getppid.run("1000").text.prefix { $0 != " " }
            child.signal(signal)
            let traced = try child.finish()
            #expect(traced.status == 0, "\(traced.summary)")
            #expect(traced.lines.count { $0 == pid } == 1000)
            #expect(
                traced.errors.hasSuffix("obstrace: \(traced.lines.count) events, 0 lost\n"),
                "\(traced.errors)")
        }

        @Test("An inherited ignored SIGINT stays ignored, SIGTERM always ends the run")
        func ignoredInterrupt() throws {
            // A shell without job control starts what is in the background with SIGINT ignored.
            let finished = try script(
                """
                $OBSTRACE -v signal:signal_deliver --where 'sig == 64' 2>errors & pid=$!
                until grep -q tracing errors; do sleep 0.01; done
                kill -INT $pid; sleep 0.2; kill -0 $pid && echo alive
                kill -TERM $pid; wait $pid; echo $?
                """)
            #expect(finished.text == "alive\n0\n", "\(finished.summary)")
        }

        @Test("head -1 ends the run with status 141, and no word about it")
        func brokenPipe() throws {
            let finished = try script(
                """
                until [ -e done ]; do $WORKLOADS/getppid 100; done >/dev/null &
                $OBSTRACE syscalls:sys_enter_getppid -f '<n>' | head -1
                echo ${PIPESTATUS[0]}
                touch done; wait
                """)
            #expect(finished.text == "1\n141\n", "\(finished.summary)")
            #expect(finished.errors == "")
        }

        @Test("When the reader goes while no event comes, the run ends with 141 too")
        func goneReader() throws {
            let ends = try makePipe()
            let child = try tracing(
                ["signal:signal_deliver", "--where", "sig == 64", "-f", "<sig>"], output: ends.write)
            close(ends.write)
            close(ends.read)
            let traced = try child.finish(seconds: 10)
            #expect(traced.status == 141, "\(traced.summary)")
            #expect(traced.errors.split(separator: "\n").count == 1)
        }

        @Test("A run of 80 tracepoints ends at once, alone and in a command substitution")
        func manyTracepoints() throws {
            let events = try Array(
                availableEvents().filter { $0.hasPrefix("syscalls:sys_enter_s") }.prefix(80))
            try #require(events.count >= 60)
            let child = try tracing(events)
            let start = monotonic()
            child.signal(SIGINT)
            #expect(try child.finish().status == 0)
            // Closing each on its own would take about 37 ms each, 3 s in all.
            #expect(monotonic() - start < 1)

            let finished = try script(
                """
                start=${EPOCHREALTIME/./}
                lines=$($OBSTRACE -f '<event>' -d 100ms "$@" -- sleep 0.01)
                echo $(( ${EPOCHREALTIME/./} - start ))
                """, arguments: events)
            #expect(try #require(Int(finished.lines.last ?? "")) < 1_500_000, "\(finished.summary)")
        }
    }
}
