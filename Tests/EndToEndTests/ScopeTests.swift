import Foundation
import Testing

extension EndToEnd {
    /// Whose events are printed, and what is said of them.
    @Suite struct Scopes {
        @Test("A task that changes its name on a CPU that is not traced is named right on one that is")
        func nameFromAnotherCPU() throws {
            let traced = try script(
                """
                taskset -c 1 "$OBSTRACE" -C 0 syscalls:sys_enter_getppid -f '<cpu> <@comm> <exe> <cmdline>' \
                    -- "$WORKLOADS/migrate" 0
                """)
            let path = try Workload.directory() + "/migrate"
            #expect(traced.lines == ["0 migrate \(path) \(path) 0"], "\(traced.summary)")
        }

        @Test("A thread is traced with what it starts, and its process alone is not")
        func thread() throws {
            let traced = try script(
                """
                sh -c 'read go; /bin/true; /bin/true' < <(sleep 1) & shell=$!
                /bin/sleep 5 & other=$!
                "$OBSTRACE" sched:sched_process_exec -t $shell -f '<filename>'
                kill $other
                """)
            #expect(traced.lines == ["/bin/true", "/bin/true"], "\(traced.summary)")
        }

        @Test("A process whose first thread has ended is traced by its other ones")
        func headless() throws {
            let traced = try script(
                """
                $WORKLOADS/headless >pid & until [ -s pid ]; do sleep 0.01; done
                until grep -q zombie /proc/$(cat pid)/task/$(cat pid)/status; do sleep 0.01; done
                $OBSTRACE -v syscalls:sys_enter_getppid -f '<pid>' -p $(cat pid) >lines 2>errors & tracer=$!
                until grep -q tracing errors || ! kill -0 $tracer; do sleep 0.01; done
                kill -USR1 $(cat pid)
                wait
                uniq -c lines; echo "5 $(cat pid)"; cat errors
                """)
            let lines = traced.lines.map { $0.drop { $0 == " " } }
            #expect(lines.count > 2 && lines[0] == lines[1], "\(traced.summary)")
        }

        @Test("A cgroup is traced with those below it, and its end is told")
        func cgroup() throws {
            let traced = try script(
                """
                root=/sys/fs/cgroup; [ -e $root/cgroup.controllers ] || root=/sys/fs/cgroup/unified
                mkdir -p $root/obstrace-e2e/inner
                "$OBSTRACE" sched:sched_process_exec --cgroup '/obstrace-e*' -f '<filename> <cgroup>' > lines & tracer=$!
                sleep 0.5
                sh -c "echo \\$\\$ > $root/obstrace-e2e/inner/cgroup.procs; /bin/true; sleep 0.1"
                /bin/false
                rmdir $root/obstrace-e2e/inner $root/obstrace-e2e
                wait $tracer; echo "status $?"
                cat lines
                """)
            #expect(traced.lines.first == "status 0", "\(traced.summary)")
            #expect(
                traced.lines.dropFirst().map { String($0.prefix { $0 != " " }) } == [
                    "/bin/true", "/usr/bin/sleep",
                ])
            #expect(traced.errors.contains("is gone"))
        }

        @Test("A process that ends is told, and ends the run")
        func process() throws {
            let traced = try script(
                """
                sleep 0.7 & process=$!
                "$OBSTRACE" sched:sched_process_exec -p $process
                """)
            #expect(traced.status == 0)
            #expect(traced.errors.contains("has ended"), "\(traced.summary)")
        }

        @Test("A cgroup and a container that are not there are errors before anything is traced")
        func unknown() throws {
            for arguments in [["--cgroup", "/no/such/group"], ["--container", "nosuchcontainer"]] {
                let traced = try run([binary(), "sched:sched_process_exec"] + arguments)
                #expect(traced.status == 2)
                #expect(traced.errors.contains("^~~"), "\(traced.summary)")
            }
        }

        @Test("What /proc tells of a process is that process's")
        func details() throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "-f", "<comm> <ppid> <uid> <user> <exe> <cmdline>", "--",
                "/bin/sh", "-c",
                "sleep 0.1; /bin/true; exit 0")
            let lines = traced.lines
            try #require(lines.count == 3, "\(traced.summary)")
            #expect(lines[0].contains(" 0 root /"))
            #expect(lines[1].hasSuffix("/sleep sleep 0.1"))
            // It may be gone before it can be read; then nothing is said of its program, or what it was.
            #expect(
                lines[2].hasPrefix("true ")
                    && (lines[2].hasSuffix(" - -") || lines[2].hasSuffix("/true /bin/true")))
        }

        @Test("Symbols that the kernel hides are told once")
        func hiddenSymbols() throws {
            let traced = try script(
                """
                before=$(cat /proc/sys/kernel/kptr_restrict)
                echo 2 > /proc/sys/kernel/kptr_restrict
                "$OBSTRACE" kmem:kfree -f '<call_site:sym>' -n 3
                echo $before > /proc/sys/kernel/kptr_restrict
                """)
            #expect(
                traced.lines.count == 3 && traced.lines.allSatisfy { $0.hasPrefix("0x") }, "\(traced.summary)"
            )
            #expect(traced.errors.split(separator: "\n").filter { $0.contains("kptr_restrict") }.count == 1)
        }

        @Test(
            "A CPU that goes offline is told, and traced again once it is back",
            .enabled(
                if: FileManager.default.isWritableFile(atPath: "/sys/devices/system/cpu/cpu1/online"),
                "this machine keeps its CPUs"))
        func hotplug() throws {
            let traced = try script(
                """
                online=/sys/devices/system/cpu/cpu1/online
                "$OBSTRACE" -v sched:sched_switch -f '<cpu>' -o lines 2> errors & tracer=$!
                sleep 1.2
                echo 0 > $online
                for wait in $(seq 50); do grep -q 'went offline' errors && break; sleep 0.1; done
                echo 1 > $online
                for wait in $(seq 50); do grep -q 'online again' errors && break; sleep 0.1; done
                : > lines
                taskset -c 1 sh -c 'for turn in 1 2 3; do sleep 0.05; done'
                sleep 0.2
                kill -TERM $tracer; wait $tracer; echo "status $?"
                cat errors
                tr -d '\\0' < lines | grep -c '^1$'
                """)
            #expect(traced.lines.first == "status 0", "\(traced.summary)")
            #expect(traced.lines.contains { $0.contains("CPU 1 went offline") })
            #expect(traced.lines.contains { $0.contains("CPU 1 is online again") })
            #expect(Int(traced.lines.last ?? "") ?? 0 >= 3, "\(traced.summary)")
        }
    }
}
