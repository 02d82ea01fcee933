import Foundation
import Testing

extension EndToEnd {
    /// What goes wrong around a run: nothing crashes, what was lost is told, the machine is left as it was found.
    @Suite struct Faults {
        @Test("A full disk under -o: why, status 1, and the lines that found room are whole")
        func fullDisk() throws {
            let traced = try script(
                """
                mkdir disk
                unshare -m bash -c '
                    mount -t tmpfs -o size=64k none disk
                    $OBSTRACE syscalls:sys_enter_getppid -f "<pid> line" -o disk/lines -- $WORKLOADS/getppid 20000 >&2
                    echo "status $?"
                    cat disk/lines'
                """)
            #expect(traced.lines.first == "status 1", "\(traced.summary)")
            #expect(traced.errors.contains("obstrace: cannot write: No space left on device\n"))
            #expect(traced.output.count >= 64 << 10)
            #expect(traced.lines.dropFirst().dropLast().allSatisfy { $0.hasSuffix(" line") })
        }

        @Test("A command that is killed: all its events, and the status that a shell has for it")
        func killedCommand() throws {
            let traced = try obstrace(
                "sched:sched_process_exit", "-f", "<@comm>", "--", "sh", "-c", "/bin/true; kill -9 $$")
            #expect(traced.status == 137, "\(traced.summary)")
            #expect(traced.lines == ["true", "sh"], "\(traced.summary)")
        }

        @Test(
            "Killed with -9 itself, it leaves nothing in tracefs and no process but the command, which goes on"
        )
        func killed() throws {
            let traced = try script(
                """
                tracefs=/sys/kernel/tracing
                state() {
                    ls $tracefs/instances; cat $tracefs/*probe_events $tracefs/set_event $tracefs/tracing_on
                    cat $tracefs/events/sched/sched_switch/{enable,filter}
                }
                state >before
                $OBSTRACE -v 'sched:*' raw_syscalls:sys_enter --where 'common_pid != 1' -o lines -- \
                    sh -c 'until [ -e go ]; do sleep 0.05; done; echo went on >after' 2>errors & tracer=$!
                until grep -q tracing errors; do sleep 0.01; done
                kill -9 $tracer; wait $tracer 2>/dev/null; echo "status $?"
                state | diff before - && echo clean
                touch go
                for wait in $(seq 100); do [ -s after ] && break; sleep 0.05; done
                cat after; sleep 0.2
                pgrep -f "^$OBSTRACE .*-o lines" || echo alone
                """)
            #expect(traced.text == "status 137\nclean\nwent on\nalone\n", "\(traced.summary)")
        }

        @Test("Killed with -9 before the command starts, the command never runs")
        func killedBeforeCommand() throws {
            let traced = try script(
                """
                mkfifo output
                $OBSTRACE sched:sched_switch -o output -- touch ran & tracer=$!
                sleep 0.3
                kill -9 $tracer; wait $tracer 2>/dev/null; sleep 0.3
                ls; pgrep -P $tracer || echo alone
                """)
            #expect(traced.text == "output\nalone\n", "\(traced.summary)")
        }

        @Test(
            "Where io_uring is refused, a run of many tracepoints ends at once, and what holds them soon after"
        )
        func withoutUring() throws {
            let events = try Array(
                availableEvents().filter { $0.hasPrefix("syscalls:sys_enter_s") }.prefix(60))
            // The first number is that of io_uring_register, the second EPERM.
            let traced = try script(
                """
                start=${EPOCHREALTIME/./}
                lines=$($WORKLOADS/refuse 427 1 $OBSTRACE -f '<event>' -d 100ms "$@" -o lines)
                echo "status $? $(( ${EPOCHREALTIME/./} - start ))"
                for wait in $(seq 80); do pgrep -f "^$OBSTRACE .*-o lines" >/dev/null || break; sleep 0.1; done
                pgrep -f "^$OBSTRACE .*-o lines" || echo alone
                """, arguments: events)
            let words = (traced.lines.first ?? "").split(separator: " ")
            try #require(words.count == 3 && words[1] == "0", "\(traced.summary)")
            #expect(try #require(Int(words[2])) < 1_500_000)
            #expect(traced.lines.last == "alone", "\(traced.summary)")
        }

        @Test("A sandbox that refuses perf_event_open: status 3, and what may be in the way")
        func sandbox() throws {
            // The first number is that of perf_event_open, the second EPERM.
            let traced = try script(
                "$WORKLOADS/refuse 298 1 $OBSTRACE sched:sched_process_exec -- touch ran; ls >&2")
            #expect(traced.errors.contains("not permitted to trace"), "\(traced.summary)")
            #expect(traced.errors.contains("seccomp"), "\(traced.summary)")
            #expect(!traced.errors.contains("\nran\n"))
            let status = try script("$WORKLOADS/refuse 298 1 $OBSTRACE sched:sched_process_exec 2>/dev/null")
            #expect(status.status == 3)
        }

        @Test("Too little memory that may be locked: smaller buffers, and a note")
        func lockedMemory() throws {
            let traced = try script(
                """
                ulimit -l 0
                setpriv --bounding-set -ipc_lock \
                    $OBSTRACE sched:sched_process_exec -f '<filename>' -m 256M -- /bin/true
                """)
            #expect(traced.status == 0 && traced.lines == ["/bin/true"], "\(traced.summary)")
            #expect(traced.errors.contains("KiB each, not 262144: perf_event_mlock_kb"), "\(traced.errors)")
        }

        @Test("perf_event_paranoid 3: root traces, others are told")
        func paranoid() throws {
            let traced = try script(
                """
                cp $OBSTRACE obstrace; chmod 755 . obstrace
                before=$(cat /proc/sys/kernel/perf_event_paranoid)
                trap "echo $before >/proc/sys/kernel/perf_event_paranoid" EXIT
                echo 3 >/proc/sys/kernel/perf_event_paranoid
                ./obstrace sched:sched_process_exec -f '<filename>' -- /bin/true
                setpriv --reuid 65534 --regid 65534 --clear-groups ./obstrace sched:sched_process_exec
                echo "status $?"
                """)
            #expect(traced.text == "/bin/true\nstatus 3\n", "\(traced.summary)")
            #expect(traced.errors.contains("perf_event_paranoid is 3"), "\(traced.errors)")
        }

        @Test("With tracefs and /proc read-only all works, without /proc it is told")
        func readOnly() throws {
            let traced = try script(
                """
                unshare -m bash -c '
                    mount -o remount,bind,ro /sys/kernel/tracing; mount -o remount,bind,ro /proc
                    $OBSTRACE sched:sched_process_exec --where "pid > 1" -f "<filename> <@comm> <ppid>" -- /bin/true'
                unshare -m bash -c 'umount -l /proc; $OBSTRACE sched:sched_process_exec -f x -- /bin/true; echo $?'
                """)
            #expect(
                traced.lines.count == 2 && traced.lines[0].hasPrefix("/bin/true true "), "\(traced.summary)")
            #expect(traced.lines.last == "1")
            // A sanitizer warns before and after.
            #expect(
                traced.errors.contains(
                    "obstrace: /proc is not mounted\n  try: sudo mount -t proc proc /proc\n"))
        }

        @Test("Too few open files, whatever the limit: one error that names it, and nothing runs")
        func openFiles() throws {
            let traced = try script(
                """
                for limit in 4 5 6 7 8 9 10 11 12 14 16 18; do
                    (ulimit -n $limit; exec $OBSTRACE sched:sched_process_exec -- touch ran) 2>errors
                    echo "$? $(head -1 errors)"
                done
                [ -e ran ] && echo ran
                """)
            #expect(traced.lines.count == 12, "\(traced.summary)")
            for line in traced.lines {
                #expect(line.hasPrefix("1 obstrace: ") && line.contains("open files"), "\(line)")
            }
        }

        @Test("A wide filter that is left to obstrace prints and ends, as does one that the kernel takes")
        func busyFilter() throws {
            for options in ["", "--no-pushdown", "-m 8K"] {
                let traced = try script(
                    """
                    dd if=/dev/zero of=/dev/null bs=1 2>/dev/null & reader=$!
                    timeout 30 $OBSTRACE raw_syscalls:sys_enter --where 'id in (0, 1, 39..41) && args[0] < 1000' \
                        -f '<id:sys> <args[0]>' -n 3 \(options)
                    echo "status $?"; kill $reader
                    """)
                #expect(
                    traced.lines.count == 4 && traced.lines.last == "status 0",
                    "\(options): \(traced.summary)")
            }
        }

        @Test(
            "A signal ends a run whose reader takes nothing, and what was not written is told",
            arguments: [["-w", "-"], ["-f", "<comm>\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n"]])
        func stalledReader(flags: [String]) throws {
            let pipe = try makePipe()
            defer { for end in [pipe.read, pipe.write] { close(end) } }
            let child = try tracing(["raw_syscalls:sys_enter"] + flags, output: pipe.write)
            try Workload.getppid.run("20000")
            child.signal(SIGINT)
            let finished = try child.finish()
            #expect(finished.status == 0, "\(finished.summary)")
            let told =
                flags[0] == "-w" ? "the recording ends where its reader took no more" : "were not written"
            #expect(finished.errors.contains(told), "\(finished.errors)")
        }

        @Test("Stopped and continued: every call is seen or counted as lost")
        func stopped() throws {
            let child = try tracing(
                [
                    "syscalls:sys_enter_getppid", "-f", "<n>", "-m", "64K", "--", Workload.getppid.path,
                    "2000000",
                ])
            child.signal(SIGSTOP)
            usleep(300_000)
            child.signal(SIGCONT)
            let traced = try child.finish()
            #expect(traced.status == 0)
            let summary = try #require(
                traced.errors.firstMatch(of: /obstrace: (\d+) events, (\d+) lost/), "\(traced.errors)")
            let counts = try (#require(Int(summary.1)), #require(Int(summary.2)))
            // The command prints a line with a space.
            #expect(counts.0 == traced.lines.count { !$0.contains(" ") })
            #expect(counts.1 > 0)
            #expect(counts.0 + counts.1 == 2_000_000, "\(traced.errors)")
        }

        @Test("When the clock is changed, the wall time follows, and the event clock does not")
        func clock() throws {
            try withDirectory { directory in
                let getppid = try Workload.getppid.path
                let child = try tracing([
                    "syscalls:sys_enter_getppid", "--comm", "getppid", "-f", "<time:d> <wall:%s.%9f>", "-o",
                    directory + "/lines", "--", "sh", "-c",
                    "\(getppid) 1; until [ -e \(directory)/go ]; do sleep 0.01; done; \(getppid) 1",
                ])
                let lines = { try String(contentsOfFile: directory + "/lines", encoding: .utf8) }
                try waitUntil("the first line") { try lines().contains("\n") }
                setClock(forward: 5)
                defer { setClock(forward: -5) }
                try Data().write(to: URL(fileURLWithPath: directory + "/go"))
                _ = try child.finish()
                let rows = try lines().split(separator: "\n").map {
                    $0.split(separator: " ").compactMap { Double($0) }
                }
                try #require(rows.count == 2 && rows.allSatisfy { $0.count == 2 }, "\(rows)")
                let passed = (rows[1][0] - rows[0][0]) / 1e9
                #expect(abs(rows[1][1] - rows[0][1] - passed - 5) < 0.1, "\(rows)")
            }
        }

        private func setClock(forward seconds: Int) {
            var now = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &now)
            now.tv_sec += seconds
            unsafe clock_settime(CLOCK_REALTIME, &now)
        }

        @Test("A terminal that changes its size and hangs up ends the run without a word")
        func terminal() throws {
            let traced = try script(
                "$WORKLOADS/terminal 300 $OBSTRACE --all-processes -q sched:sched_switch -f '<cpu>'")
            #expect(traced.lines.count == 301, "\(traced.summary)")
            // The signal and the failing write come at the same time.
            #expect(["status 0", "status 141"].contains(traced.lines.last), "\(traced.summary)")
            #expect(traced.errors == "")
        }

        @Test("10,000 processes that are forked and end: each is seen under its own id and name")
        func manyProcesses() throws {
            let traced = try trace(
                "syscalls:sys_enter_getppid", "--comm", "forks", "-f", "<@pid> <@tid> <@comm>"
            ) {
                try Workload.forks.run("10000")
            }
            #expect(traced.lines.count == 10_000, "\(traced.summary)")
            #expect(Set(traced.lines).count == 10_000)
            #expect(traced.errors.contains("obstrace: 10000 events, 0 lost\n"), "\(traced.errors)")
        }

        @Test("A thousand names, one after the other: each call is made under the right one")
        func manyNames() throws {
            let names = (1...1000).map { "name \($0)" }
            let traced = try run(
                [binary(), "syscalls:sys_enter_getppid", "-f", "<@comm>", "--", Workload.rename.path] + names)
            #expect(traced.lines == names, "\(traced.summary)")
        }

        @Test("A process id that is used again: each process has its own name")
        func reusedID() throws {
            let names = (1...20).map { "process-\($0)" }
            let traced = try script(
                """
                unshare -p -f --mount-proc $OBSTRACE syscalls:sys_enter_getppid -f '<@pid> <@comm>' -o lines -- \
                    $WORKLOADS/reuse "$@" >expected
                diff expected lines && cat lines
                """, arguments: names)
            #expect(traced.lines == names.map { "5000 \($0)" }, "\(traced.summary)")
        }
    }
}
