import Foundation
import Testing

extension EndToEnd {
    /// Recordings: what obstrace writes and perf reads, what perf writes and obstrace reads, and broken files.
    @Suite struct Recordings {
        /// Events of many kinds: fixed and dynamic text, every width of integer, arrays, flags, symbols.
        static var events: [String] {
            get throws {
                let available = Set(try obstrace("list").lines)
                return
                    (PerfComparison.cases.map(\.event) + [
                        "sched:sched_process_exit", "sched:sched_stat_runtime", "syscalls:sys_exit_openat",
                        "raw_syscalls:sys_exit", "timer:timer_start", "skb:consume_skb", "net:netif_rx",
                    ]).filter(available.contains)
            }
        }

        /// The events that perf finds in a recording, as `CPU time event` and behind that `thread name`.
        private func perfLines(_ file: String) throws -> [String] {
            let script = try run(["perf", "script", "-i", file, "--ns", "-F", "comm,tid,cpu,time,event"])
            #expect(script.status == 0, "\(script.errors)")
            // The thread's name comes first, and may have blanks.
            return script.lines.compactMap { line in
                let words = line.split(separator: " ")
                guard words.count > 4 else { return nil }
                let (tid, cpu) = (words[words.count - 4], words[words.count - 3].dropFirst().dropLast())
                var name = words.dropLast(4).joined(separator: " ")
                // The idle task of each CPU has the CPU's number in its name.
                // Of a task whose name it does not know perf shows the id.
                if tid != "-1", name == ":" + tid { name = "-" }
                if tid == "0", name == "swapper", let number = Int(cpu) { name += "/\(number)" }
                return
                    "\(cpu) \(words[words.count - 2].dropLast()) \(words[words.count - 1].dropLast()) \(tid) \(name)"
            }
        }

        private func ourLines(_ file: String) throws -> [String] {
            let replayed = try obstrace("-r", file, "-f", Self.likePerf)
            #expect(replayed.status == 0, "\(replayed.errors)")
            return replayed.lines
        }

        private static let likePerf = "<@cpu:03> <@time> <event> <@tid> <@comm>"

        /// Events of one time, on two CPUs, may come in either order. Of a task that is no more in the kernel's tables
        /// perf shows the thread -1, and obstrace the thread that the event tells of itself.
        private func expectSame(
            _ ours: [String], _ theirs: [String], sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(ours.count == theirs.count, sourceLocation: sourceLocation)
            let pairs = zip(ours.sorted(), theirs.sorted())
            let difference = pairs.first { ours, theirs in
                guard let gone = theirs.range(of: " -1 :-1") else { return ours != theirs }
                return !ours.hasPrefix(theirs[..<gone.lowerBound])
            }
            #expect(difference == nil, "\(String(describing: difference))", sourceLocation: sourceLocation)
        }

        @Test("perf reads a recording as obstrace printed it in the same run, and so does the replay")
        func writing() throws {
            try withDirectory { directory in
                let file = directory + "/run.data"
                let events = try Self.events
                #expect(events.count >= 20)
                let live = try obstraceRun(
                    ["-w", file, "-m", "4M", "-f", Self.likePerf + " <fields>"] + events
                        + ["--", Workload.mix.path, directory])
                #expect(live.status == 0 && live.lines.count > 200, "\(live.errors)")
                let again = try obstrace("-r", file, "-f", Self.likePerf + " <fields>")
                // The last line on stdout is the workload's own, its process id.
                expectSame(again.lines, live.lines.filter { $0.contains(":") })
                expectSame(try ourLines(file), try perfLines(file))
                let header = try run(["perf", "report", "--header-only", "-i", file])
                for part in [
                    "hostname", "os release", "arch", "nrcpus online : ", "cmdline : ", "clockid: monotonic",
                    "time of last sample",
                ] {
                    #expect(header.text.contains(part), "\(part)")
                }
                let list = try run(["perf", "evlist", "-v", "-i", file])
                for event in events { #expect(list.text.contains(event + ": type: 2")) }
                let json = try run(
                    ["perf", "data", "convert", "--force", "--to-json", directory + "/run.json", "-i", file])
                #expect(json.errors.contains("(\(again.lines.count) samples)"), "\(json.errors)")
            }
        }

        @Test(
            "The text that the kernel's format gives is perf's, for a recording of perf's",
            arguments: [
                ["-a"], ["-a", "-g"], [], ["-a", "-m", "16"],
            ])
        func reading(_ flags: [String]) throws {
            try withDirectory { directory in
                let file = directory + "/perf.data"
                let events = try Self.events.joined(separator: ",")
                let perf = try run(
                    ["perf", "record", "-q", "-o", file, "-e", events] + flags + [
                        "--", Workload.mix.path, directory,
                    ])
                #expect(perf.status == 0, "\(perf.errors)")
                let ours = try ourLines(file)
                expectSame(ours, try perfLines(file))
                #expect(ours.count > 200)
                // What is printed of each event, where perf does not add something of its own.
                for event in ["sched:sched_switch", "sched:sched_process_fork", "irq:softirq_entry"] {
                    let script = try run(["perf", "script", "-i", file, "-F", "event,trace"])
                    let theirs = script.lines.compactMap { line -> String? in
                        let text = line.trimmingCharacters(in: .whitespaces)
                        return text.hasPrefix(event + ": ") ? String(text.dropFirst(event.count + 2)) : nil
                    }
                    let printed = try obstrace("-r", file, event, "-f", "<print>")
                    expectSame(printed.lines, theirs)
                }
            }
        }

        @Test("A pipe is read as it comes, and written as perf reads it")
        func pipes() throws {
            let finished = try script(
                """
                perf record -q -a -o - -e sched:sched_process_exec,sched:sched_process_exit -- sh -c 'for i in $(seq 20); do /bin/true; done' \
                    > perf.pipe || exit 1
                "$OBSTRACE" -r - -f '<event> <@tid> <@time:.6>' < perf.pipe | sort > ours
                perf script -i perf.pipe -F tid,time,event |
                    awk '{ sub(/:$/, "", $2); sub(/:$/, "", $3); print $3, $1, $2 }' | sort > theirs
                diff ours theirs && wc -l < ours
                "$OBSTRACE" -q -w - sched:sched_process_exec -- sh -c 'for i in $(seq 20); do /bin/true; done' > own.pipe
                perf script -i own.pipe | wc -l
                "$OBSTRACE" -r own.pipe | wc -l
                """)
            #expect(finished.status == 0, "\(finished.summary)")
            let counts = finished.lines.compactMap { Int($0) }
            #expect(
                counts.count == 3 && counts[0] >= 40 && counts[1] == counts[2] && counts[1] > 20,
                "\(finished.summary)")
        }

        @Test("Filters, forms, limits, scopes and conditions work on a recording as live")
        func replaying() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run 'sched:sched_process_*' -- sh -c '/bin/true; /bin/false; exit 3'
                echo "status $?"
                "$OBSTRACE" -r run sched:sched_process_exec --where 'filename ~ */true' -f '<filename>'
                "$OBSTRACE" -r run sched:sched_process_exec --json -n 1 | grep -o '"filename":"[^"]*"' | cut -d'"' -f4
                "$OBSTRACE" -r run sched:sched_process_exec --csv -n 1 | wc -l
                "$OBSTRACE" -r run --comm true sched:sched_process_exit -f '<comm>'
                first=$("$OBSTRACE" -r run sched:sched_process_exec -n 1 -f '<@pid>')
                "$OBSTRACE" -r run -p $first sched:sched_process_exec -f . | wc -l
                "$OBSTRACE" -r run -C 4000 | wc -l
                "$OBSTRACE" -q -r run --expect 'event == "sched:sched_process_hang"' >/dev/null 2>&1; echo "expect $?"
                "$OBSTRACE" -r run sched:sched_process_exec -f '<wall:%F>' -n 1 | grep -c "$(date +%F)"
                """)
            #expect(
                finished.lines
                    == [
                        "status 3", "/bin/true", "/bin/sh", "2", "true", "3", "0", "expect 5", "1",
                    ].map { $0 == "/bin/sh" ? finished.lines[2] : $0 } && finished.lines[2].hasSuffix("sh"),
                "\(finished.summary)")
        }

        @Test("A recorder that is killed, or whose disk is full, leaves a file that reads")
        func brokenOff() throws {
            let finished = try script(
                """
                "$OBSTRACE" -w killed sched:sched_switch & recorder=$!
                sleep 1; for i in $(seq 50); do /bin/true; done; sleep 0.3; kill -9 $recorder; wait $recorder 2>/dev/null
                "$OBSTRACE" -r killed 2>note | wc -l > ours; cat note
                perf script -i killed 2>/dev/null | wc -l | diff - ours && echo same
                test $(cat ours) -gt 50 && echo many
                mkdir small; mount -t tmpfs -o size=2m none small
                "$OBSTRACE" -q -w small/full raw_syscalls:sys_enter -- $WORKLOADS/getppid 100000 2>error >/dev/null; echo "status $?"
                grep -c 'No space left on device' error
                "$OBSTRACE" -r small/full 2>/dev/null | wc -l > ours
                perf script -i small/full 2>/dev/null | wc -l | diff - ours && echo same
                test $(cat ours) -gt 1000 && echo many
                umount small
                """)
            #expect(
                finished.lines == [
                    "obstrace: the recording was broken off", "same", "many", "status 1", "1", "same", "many",
                ], "\(finished.summary)")
        }

        @Test("What was lost is no part of what is told to be in the recording")
        func losses() throws {
            let finished = try script(
                """
                "$OBSTRACE" -w run -m 8K raw_syscalls:sys_enter -- $WORKLOADS/getppid 200000 >/dev/null
                "$OBSTRACE" -r run -f x 2>/dev/null | wc -l
                "$OBSTRACE" -v -w run 'sched:sched_stat_*' 'sched:sched_process_exec' -- /bin/true
                """)
            let told = finished.errors.split(separator: "\n")
            let first = try #require(
                told.first?.wholeMatch(of: #/obstrace: (\d+) events, (\d+) lost/#)?.output)
            let (seen, lost) = (try #require(Int(first.1)), try #require(Int(first.2)))
            #expect(lost > 0 && seen > 0)
            // What the command did before its exec is counted, and no part of the recording.
            let recorded = try #require(Int(finished.lines[0]))
            #expect((recorded...recorded + 20).contains(seen), "\(finished.summary)")
            #expect(told[1] == "  raw_syscalls:sys_enter: \(seen) events, \(lost) lost")
            #expect(
                told.suffix(2) == [
                    "obstrace: 1 events, 0 lost",
                    "  sched:sched_stat_*: not counted, as the kernel counts their time",
                ])
        }

        @Test("A stream is read by perf too, however many events and arguments there are")
        func longHeads() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w - 'syscalls:*' -- sh -c 'ls / >&2' $(seq 15000) 2>errors | cat >run
                "$OBSTRACE" -r run -f x | wc -l >ours
                perf script -i run 2>/dev/null | wc -l >perfs
                cat ours; diff ours perfs && echo equal
                """)
            #expect(finished.lines.count == 2 && finished.lines.last == "equal", "\(finished.summary)")
            #expect(try #require(Int(finished.lines[0])) > 100)
        }

        @Test("A FIFO is written as a stream is")
        func fifo() throws {
            let finished = try script(
                """
                mkfifo fifo
                "$OBSTRACE" -r fifo -f '<filename>' >lines & reader=$!
                "$OBSTRACE" -w fifo sched:sched_process_exec -- /bin/true; echo "status $?"
                wait $reader; cat lines
                """)
            #expect(finished.lines == ["status 0", "/bin/true"], "\(finished.summary)")
        }

        @Test("What is recorded is for its owner alone, and never goes where the lines go")
        func file() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run sched:sched_process_exec -- /bin/true; stat -c %a run
                ln run link; ln -s run symbolic; cp run before
                for file in run link ./symbolic; do
                    "$OBSTRACE" -w run -o $file -f x sched:sched_process_exec -- /bin/true; echo "status $?"
                done
                "$OBSTRACE" -w run -f x sched:sched_process_exec -- /bin/true >>run; echo "status $?"
                cmp run before && echo untouched
                """)
            #expect(
                finished.lines == ["600", "status 2", "status 2", "status 2", "status 2", "untouched"],
                "\(finished.summary)")
            #expect(
                finished.errors.contains("obstrace: 'run' is where the lines go too\n"), "\(finished.errors)")
        }

        @Test("Each file that is kept tells of its own losses, and of what the command has mapped")
        func rotationHeads() throws {
            let finished = try script(
                """
                "$OBSTRACE" -v -m 16K -w run --max-size 1M --rotate 100 --stacks=user raw_syscalls:sys_enter \
                    -- $WORKLOADS/getppid 60000 2>errors >/dev/null
                sed -n 's/.* events, \\([0-9]*\\) lost$/\\1/p' errors | head -n 1
                for file in run*; do
                    "$OBSTRACE" info $file
                    # In the last one it may have ended before that begins.
                    "$OBSTRACE" -r $file -f '<ustack>' 2>/dev/null | grep -q syscall || [ $file = run ] ||
                        echo "$file has no names" >&2
                done | awk '$1 == "raw_syscalls:sys_enter" { sum += $3 } END { print sum }'
                ls | grep -c run
                """)
            let numbers = finished.lines.compactMap { Int($0) }
            try #require(numbers.count == 3, "\(finished.summary)")
            #expect(numbers[0] == numbers[1] && numbers[2] > 3, "\(finished.summary)")
            #expect(!finished.errors.contains("no names"), "\(finished.errors)")
        }

        @Test("The newest files are kept, and each can be read by itself")
        func rotation() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run --max-size 1M --rotate 3 raw_syscalls:sys_enter -- $WORKLOADS/getppid 100000 >/dev/null
                ls
                for file in run run.1 run.2; do
                    "$OBSTRACE" -r $file -f '<time>' > lines || echo "broken $file"
                    perf script -i $file 2>/dev/null | wc -l | diff - <(wc -l < lines) || echo "perf $file"
                    head -n 1 lines > first.$file; tail -n 1 lines > last.$file
                done
                cat first.run.2 last.run.2 first.run.1 last.run.1 first.run last.run | grep . | sort -c -n && echo ordered
                """)
            #expect(finished.lines == ["run", "run.1", "run.2", "ordered"], "\(finished.summary)")
        }

        @Test("A broken file is read up to where it is broken, and the place is told")
        func broken() throws {
            try withDirectory { directory in
                let file = directory + "/run.data"
                let made = try obstrace(
                    "-q", "-w", file, "sched:sched_process_exec", "--", "sh", "-c", "/bin/true")
                #expect(made.status == 0)
                let whole = try Data(contentsOf: URL(fileURLWithPath: file))
                let lines = try obstrace("-r", file).lines
                #expect(lines.count == 2)
                func read(_ change: (inout Data) -> Void) throws -> Finished {
                    var data = whole
                    change(&data)
                    try data.write(to: URL(fileURLWithPath: file))
                    return try obstrace("-r", file)
                }
                let data = Int(whole.littleEndian(40))
                let size = Int(whole.littleEndian(48))
                let shorter = try read { $0 = $0.prefix(data + size - 12) }
                #expect(shorter.status == 1 && shorter.lines == lines, "\(shorter.summary)")
                let noSize = try read { $0.replaceSubrange(data + 6..<data + 8, with: [3, 0]) }
                #expect(
                    noSize.status == 1 && noSize.errors.contains("at byte \(data): a record's size is 3"),
                    "\(noSize.summary)")
                let noMagic = try read { $0[0] = 0 }
                #expect(noMagic.status == 1 && noMagic.errors.contains("at byte 0: it is no recording"))
                let farAway = try read { $0.replaceSubrange(40..<48, with: Array(repeating: 0x7f, count: 8)) }
                #expect(farAway.status == 1 && farAway.errors.contains("at byte 40"), "\(farAway.summary)")
                // Nothing that one byte can do ends it in any other way.
                for offset in stride(from: 0, to: whole.count, by: max(1, whole.count / 150)) {
                    let changed = try read { $0[offset] ^= 0xff }
                    #expect([0, 1].contains(changed.status), "byte \(offset): \(changed.summary)")
                }
            }
        }

        @Test("What is in a recording is told, with a command that prints it")
        func telling() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run sched:sched_process_exec sched:sched_process_exit -- sh -c '/bin/true'
                "$OBSTRACE" info run > info; cat info
                uname -n; uname -r
                $(sed -n 's/^to print it: obstrace \\(.*\\)   or.*/"$OBSTRACE" \\1/p' info | sed "s:\\"\\$OBSTRACE\\":$OBSTRACE:") | wc -l
                """)
            let text = finished.text
            #expect(text.contains("as ") && text.contains("time span"), "\(finished.summary)")
            for name in finished.lines.suffix(3).prefix(2) {
                #expect(finished.lines.filter { $0.contains(name) }.count >= 2, "\(name): \(text)")
            }
            let exec = finished.lines.first { $0.hasPrefix("sched:sched_process_exec") }
            #expect(exec?.split(separator: " ")[1] == "2", "\(text)")
            #expect(finished.lines.last == "4", "\(finished.summary)")
        }
    }
}

/// Runs obstrace to its end.
private func obstraceRun(_ arguments: [String]) throws -> Finished { try run([binary()] + arguments) }

extension Data {
    /// The number of eight bytes at an offset.
    fileprivate func littleEndian(_ offset: Int) -> UInt64 {
        self[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
