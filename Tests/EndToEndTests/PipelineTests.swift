import Foundation
import Testing

extension EndToEnd {
    /// What is left out: obstrace itself and those that read what it writes, and nothing else.
    @Suite struct Pipelines {
        /// Traces write calls in a pipeline of three, beside a workload of the same process group that makes 50.
        private func pipeline(options: String, inNamespace namespace: String = "") throws -> Finished {
            try script(
                """
                cat >pipeline.sh <<'END'
                $OBSTRACE -v syscalls:sys_enter_write -f '<@comm> x' -d 1500ms \(options) 2>errors |
                    grep --line-buffered x | cat >lines &
                until grep -q tracing errors; do sleep 0.01; done
                sleep 0.2
                dd if=/dev/zero of=/dev/null bs=1 count=50 2>/dev/null
                wait
                END
                \(namespace) bash pipeline.sh
                cut -d' ' -f1 lines | sort | uniq -c | awk '{ print $2, $1 }'
                """)
        }

        /// The number of writes seen of a program of this name.
        private func count(_ name: String, in finished: Finished) -> Int {
            finished.lines.compactMap { $0.hasPrefix(name + " ") ? Int($0.dropFirst(name.count + 1)) : nil }
                .reduce(0, +)
        }

        @Test("A pipeline does not feed itself, a workload of the same process group is traced")
        func exclusion() throws {
            let finished = try pipeline(options: "")
            #expect(count("dd", in: finished) >= 50, "\(finished.summary)")
            for reader in ["obstrace", "grep", "cat"] {
                #expect(count(reader, in: finished) == 0, "\(finished.summary)")
            }
        }

        @Test("--all-processes leaves out nothing")
        func allProcesses() throws {
            let finished = try pipeline(options: "--all-processes")
            #expect(count("dd", in: finished) >= 50, "\(finished.summary)")
            #expect(count("obstrace", in: finished) > 0, "\(finished.summary)")
            #expect(count("grep", in: finished) > 0, "\(finished.summary)")
        }

        @Test("The same holds in a PID namespace")
        func exclusionInNamespace() throws {
            let finished = try pipeline(options: "", inNamespace: "unshare -p -f --mount-proc")
            #expect(count("dd", in: finished) >= 50, "\(finished.summary)")
            for reader in ["obstrace", "grep"] {
                #expect(count(reader, in: finished) == 0, "\(finished.summary)")
            }
        }
    }

    /// Inside a PID namespace, process ids are those of the namespace.
    @Suite struct Namespaces {
        @Test("<@pid> and -- COMMAND are of the namespace")
        func command() throws {
            let finished = try script(
                """
                unshare -p -f --mount-proc $OBSTRACE sched:sched_process_exec -f '<@pid> <filename>' -- \\
                    sh -c 'echo $$; /bin/true; exit 0'
                """)
            let shell = try #require(finished.lines.first { !$0.contains(" ") }, "\(finished.summary)")
            let events = finished.lines.filter { $0.contains(" ") }
            #expect(Int(shell).map { $0 < 100 } == true, "\(finished.summary)")
            #expect(events.first?.hasPrefix("\(shell) ") == true, "\(finished.summary)")
            #expect(events.count == 2 && events.last?.hasSuffix(" /bin/true") == true, "\(finished.summary)")
        }

        @Test("-p takes ids of the namespace")
        func processes() throws {
            let finished = try script(
                """
                cat >inside.sh <<'END'
                $WORKLOADS/family >ids & family=$!
                until [ -s ids ]; do sleep 0.01; done
                $OBSTRACE -v syscalls:sys_enter_getppid -f '<@tid>' -p $family >lines 2>errors & tracer=$!
                until grep -q tracing errors; do sleep 0.01; done
                kill -USR1 $family; wait $family
                kill -TERM $tracer; wait $tracer
                END
                unshare -p -f --mount-proc bash inside.sh
                tail -n +2 ids | cut -d' ' -f1 | diff - lines && wc -l <lines
                """)
            #expect(finished.text == "5\n", "\(finished.summary)")
        }
    }
}
