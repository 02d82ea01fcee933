import Foundation
import Testing

extension EndToEnd {
    /// What is left out: obstrace itself and those that read what it writes, and nothing else.
    @Suite struct Pipelines {
        /// The numbers of write calls that were seen of each part of a pipeline, and of a workload beside it in the
        /// same process group, which makes 50.
        private func pipeline(options: String = "", namespace: String = "") throws -> [String: Int] {
            let finished = try script(
                """
                cat >pipeline.sh <<'END'
                # The readers leave their ids before obstrace starts, as that is a write too.
                sh -c 'until [ -s cat ]; do sleep 0.01; done; echo $$ >obstrace
                    exec $OBSTRACE -v syscalls:sys_enter_write -f "<@pid> x" -d 1500ms \(options)' 2>errors |
                    sh -c 'echo $$ >grep; exec grep --line-buffered x' |
                    sh -c 'until [ -s grep ]; do sleep 0.01; done; echo $$ >cat; exec cat >lines' &
                until grep -q tracing errors; do sleep 0.01; done
                sleep 0.2
                sh -c 'echo $$ >dd; exec dd if=/dev/zero of=/dev/null bs=1 count=50' 2>/dev/null
                wait
                END
                touch errors
                \(namespace) bash pipeline.sh
                for part in obstrace grep cat dd; do echo "$part $(grep -c "^$(cat $part) " lines)"; done
                """)
            var counts: [String: Int] = [:]
            for line in finished.lines {
                let words = line.split(separator: " ")
                let count: Int = try #require(Int(words.last ?? ""), "\(finished.summary)")
                counts[String(words[0])] = count
            }
            return counts
        }

        @Test("A pipeline does not feed itself, a workload of the same process group is traced")
        func exclusion() throws {
            let seen = try pipeline()
            #expect(seen["dd"] ?? 0 >= 50, "\(seen)")
            for reader in ["obstrace", "grep", "cat"] { #expect(seen[reader] == 0, "\(seen)") }
        }

        @Test("What a reader starts is traced, though it holds the pipe for a moment")
        func children() throws {
            let finished = try script(
                """
                touch errors
                $OBSTRACE -v sched:sched_process_exec -f '<filename>' -d 1s 2>errors |
                    { until grep -q tracing errors; do sleep 0.001; done; exec $WORKLOADS/reader 150; } >lines
                grep -c started lines
                """)
            #expect(finished.text == "150\n", "\(finished.summary)")
        }

        @Test("A reader that starts late is left out, and so is the reader of a recording")
        func lateReaders() throws {
            let finished = try script(
                """
                cp $(command -v cat) reader
                $OBSTRACE syscalls:sys_enter_write -f '<comm>' -d 1500ms |
                    { sleep 0.3; for i in 1 2 3; do echo; sleep 0.01; done >&2; exec ./reader; } >lines
                $OBSTRACE -w - syscalls:sys_enter_write -d 600ms | ./reader >run
                $OBSTRACE -r run -f '<comm>' >recorded
                echo "$(grep -c reader recorded) $(tail -n 20 lines | grep -c reader)"
                """)
            #expect(finished.text == "0 0\n", "\(finished.summary)")
        }

        @Test("--all-processes leaves out nothing")
        func allProcesses() throws {
            let seen = try pipeline(options: "--all-processes")
            for part in ["obstrace", "grep", "cat"] { #expect(seen[part] ?? 0 > 0, "\(seen)") }
            #expect(seen["dd"] ?? 0 >= 50, "\(seen)")
        }

        @Test("The same holds in a PID namespace")
        func exclusionInNamespace() throws {
            let seen = try pipeline(namespace: "unshare -p -f --mount-proc")
            #expect(seen["dd"] ?? 0 >= 50, "\(seen)")
            for reader in ["obstrace", "grep", "cat"] { #expect(seen[reader] == 0, "\(seen)") }
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
