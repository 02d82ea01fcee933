import Foundation
import Testing

extension EndToEnd {
    /// Recordings read by the subcommands that count, match and show calls, beside what perf tells of the same files.
    @Suite struct Replays {
        /// What perf tells of the samples of a recording, in a form that awk reads: thread, CPU, time and event.
        private static let events = "perf script -i run.data --ns -F tid,cpu,time,event 2>/dev/null"

        @Test("Counts are those of perf's lines, by event and by value, and those that are printed live")
        func counting() throws {
            let finished = try script(
                """
                perf record -q -a -o run.data -e 'sched:sched_process_*,raw_syscalls:sys_enter' -- $WORKLOADS/mix . >&2 || exit 1
                "$OBSTRACE" count -r run.data --csv | tail -n +2 | cut -d, -f1,2 | grep -v ',0$' | sort > ours
                \(Self.events) | awk '{ sub(/:$/, "", $4); n[$4]++ } END { for (e in n) print e "," n[e] }' | sort > theirs
                diff ours theirs && wc -l < ours
                "$OBSTRACE" count -r run.data --by tid,cpu --csv raw_syscalls:sys_enter | tail -n +2 | cut -d, -f1-3 | sort > ours
                \(Self.events) | awk '/sys_enter/ { gsub(/[][]/, "", $2); n[$1 "," $2 + 0]++ } END { for (e in n) print e "," n[e] }' |
                    sort > theirs
                diff ours theirs && test $(wc -l < ours) -gt 3 && echo same
                "$OBSTRACE" -q -w loop.data syscalls:sys_enter_getppid syscalls:sys_enter_acct -- $WORKLOADS/getppid 3000 >/dev/null
                "$OBSTRACE" count syscalls:sys_enter_getppid syscalls:sys_enter_acct -o live -- $WORKLOADS/getppid 3000 >/dev/null
                "$OBSTRACE" count -r loop.data syscalls:sys_enter_getppid syscalls:sys_enter_acct > again
                awk '{ print $1, $3 }' live | diff - <(awk '{ print $1, $3 }' again) && cut -c 1-5 again
                """)
            #expect(finished.status == 0, "\(finished.summary)")
            let lines = finished.lines
            #expect(Int(lines.first ?? "").map { $0 >= 4 } == true, "\(finished.summary)")
            #expect(lines.dropFirst() == ["same", "COUNT", " 3000", "    0"], "\(finished.summary)")
        }

        @Test("Intervals go by the time of the recording, and so do limits and rates")
        func intervals() throws {
            let finished = try script(
                """
                perf record -q -o run.data -e sched:sched_process_exec,raw_syscalls:sys_enter -- \
                    sh -c 'for i in 1 2 3; do /bin/true; sleep 0.03; done' >&2 || exit 1
                "$OBSTRACE" count -r run.data -i 10ms raw_syscalls:sys_enter --csv | awk -F, 'NR > 1 { print $3 }' > ours
                \(Self.events) | awk '{ sub(/:$/, "", $3); split($3, t, "."); now = t[1] * 1e9 + t[2]; if (!start) start = now }
                    /sys_enter/ { n[int((now - start) / 1e7)]++; last = int((now - start) / 1e7) }
                    END { for (i = 0; i <= last; i++) print n[i] + 0 }' > theirs
                diff ours theirs && wc -l < ours
                "$OBSTRACE" count -r run.data -d 10ms raw_syscalls:sys_enter --csv | awk -F, 'NR > 1 { print $2, $3 }' > ours
                head -n 1 theirs | awk '{ printf "%d %.1f\\n", $1, $1 / 0.01 }' | diff ours - && echo limited
                "$OBSTRACE" count -r run.data --until 'event == "sched:sched_process_exec"' --json
                "$OBSTRACE" count -r run.data sched:sched_process_exec --where 'filename ~ */true' --json | cut -d, -f2
                "$OBSTRACE" count -r run.data sched:sched_process_exec --comm sh --by filename --csv | wc -l
                """)
            #expect(finished.status == 0, "\(finished.summary)")
            let lines = finished.lines
            try #require(lines.count == 6, "\(finished.summary)")
            #expect(Int(lines[0]).map { $0 >= 9 && $0 < 100 } == true, "\(finished.summary)")
            #expect(lines[1] == "limited")
            #expect(
                lines[2].hasPrefix(#"{"event":"sched:sched_process_exec","count":1,"#), "\(finished.summary)")
            #expect(lines[3].hasPrefix(#"{"event":"raw_syscalls:sys_enter","count":"#), "\(finished.summary)")
            #expect(lines[4...] == [#""count":3"#, "2"], "\(finished.summary)")
        }

        @Test("A histogram has the numbers of perf's lines")
        func histogram() throws {
            let finished = try script(
                """
                perf record -q -a -o run.data -e raw_syscalls:sys_exit -- $WORKLOADS/mix . >&2 || exit 1
                "$OBSTRACE" hist -r run.data raw_syscalls:sys_exit ret --where 'ret < 100000 && ret > 0' --json |
                    sed 's/.*"count":\\([0-9]*\\),"min":\\([0-9]*\\).*"max":\\([0-9]*\\).*"total":\\([0-9]*\\),.*/\\1 \\2 \\3 \\4/' > ours
                perf script -i run.data -F trace 2>/dev/null | awk '{ v = $NF } v > 0 && v < 100000 {
                    n++; sum += v; if (!low || v < low) low = v; if (v > high) high = v } END { print n, low, high, sum }' |
                    diff ours - && cat ours
                """)
            #expect(finished.status == 0, "\(finished.summary)")
            let numbers = finished.text.split(separator: " ").compactMap {
                Int($0.trimmingCharacters(in: .newlines))
            }
            #expect(numbers.count == 4 && numbers[0] > 50, "\(finished.summary)")
        }

        @Test("Pairs have the times that perf tells, and a histogram of them the same sum")
        func pairs() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run.data raw_syscalls:sys_enter raw_syscalls:sys_exit -- $WORKLOADS/mix . >&2
                "$OBSTRACE" pair syscall -r run.data -f '<tid> <start.time:d> <latency:d>' 2>/dev/null | sort > ours
                \(Self.events) | awk '{ sub(/:$/, "", $3); sub(/[.]/, "", $3) }
                    /sys_enter/ { start[$1] = $3 } /sys_exit/ && start[$1] { print $1, start[$1], $3 - start[$1]; delete start[$1] }' |
                    sort | diff ours - && wc -l < ours
                sum=$(awk '{ sum += $3 } END { printf "%d", sum }' ours)
                "$OBSTRACE" pair syscall -r run.data --hist --json 2>/dev/null | grep -o '"total":[0-9]*' | grep -c ":$sum\\$"
                "$OBSTRACE" pair syscall -r run.data -n 3 2>/dev/null | wc -l
                "$OBSTRACE" pair runqueue -r run.data; echo "status $?"
                """)
            #expect(Int(finished.lines.first ?? "").map { $0 > 200 } == true, "\(finished.summary)")
            #expect(finished.lines.dropFirst() == ["1", "3", "status 2"], "\(finished.summary)")
            #expect(
                finished.errors.contains("the recording has no tracepoint sched:sched_wakeup"),
                "\(finished.summary)")
        }

        @Test("Where events were lost, no pair is made of a start and another one's end")
        func losses() throws {
            let finished = try script(
                """
                run() { for i in $(seq 100); do /bin/true; done; find /usr/share -maxdepth 3 >/dev/null; }
                perf record -q -a -m 1 -o run.data -e raw_syscalls:sys_enter,raw_syscalls:sys_exit >&2 & recorder=$!
                for wait in $(seq 100); do [ -s run.data ] && break; sleep 0.1; done
                run; kill -STOP $recorder; run; kill -CONT $recorder; run
                kill -INT $recorder; wait $recorder
                "$OBSTRACE" pair syscall -r run.data -f '<start.id:n> <end.id:n>' > pairs 2> notes
                grep -c 'as events were lost meanwhile' notes
                test $(wc -l < pairs) -gt 5000 && echo many
                awk '$1 != $2 && $2 != -1' pairs | head -n 3
                "$OBSTRACE" pair syscall -q --strict -r run.data >/dev/null 2>&1; echo "status $?"
                """)
            #expect(finished.lines == ["1", "many", "status 4"], "\(finished.summary)")
        }

        @Test("The table of calls has the numbers of perf trace -s, and a line stands for each call")
        func calls() throws {
            let finished = try script(
                """
                mkdir folder; touch folder/1 folder/2
                "$OBSTRACE" syscalls -q -w run.data -- find folder /usr/share/doc /nothing -maxdepth 1 >/dev/null 2>&1
                echo "status $?"
                "$OBSTRACE" syscalls -r run.data -c --json |
                    sed 's/.*"name":"\\([^"]*\\)".*"calls":\\([0-9]*\\),"errors":\\([0-9]*\\).*/\\1 \\2 \\3/' | sort > ours
                perf trace -i run.data -s 2>&1 | awk 'NF == 8 && $2 ~ /^[0-9]+$/ { print $1, $2, $3 }' | sort |
                    diff ours - && test $(wc -l < ours) -gt 15 && echo same
                awk '{ calls += $2 } END { print calls }' ours > count
                "$OBSTRACE" syscalls -r run.data > lines
                grep -c . lines | awk -v calls=$(cat count) '{ print $1 - calls }'
                tail -n 1 lines | grep -o 'exit_group(.*'
                grep -o 'execve(filename: "[^"]*find"' lines | head -n 1 | cut -d'(' -f1
                grep -c 'openat(dfd: AT_FDCWD, filename: 0x' lines | awk '{ print ($1 > 1) }'
                "$OBSTRACE" syscalls -r run.data --failed newfstatat -n 1 | grep -o 'ENOENT'
                "$OBSTRACE" -q -w none.data sched:sched_switch -- true
                "$OBSTRACE" syscalls -r none.data; echo "status $?"
                """)
            #expect(
                finished.lines == [
                    "status 1", "same", "1", "exit_group(error_code: 1) = ?", "execve", "1", "ENOENT",
                    "status 1",
                ], "\(finished.summary)")
            #expect(
                finished.errors.contains(
                    "none.data: it holds no raw_syscalls:sys_enter and no raw_syscalls:sys_exit,")
                    && finished.errors.contains("obstrace syscalls -w FILE"), "\(finished.summary)")
        }

        @Test("A pipe is counted as a file is, and a broken one up to where it breaks")
        func streams() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run.data raw_syscalls:sys_enter raw_syscalls:sys_exit -- $WORKLOADS/getppid 20000 >/dev/null
                for read in 'count --by id' 'hist raw_syscalls:sys_enter id' 'syscalls -c' 'pair syscall --hist'; do
                    "$OBSTRACE" $read -r run.data > whole 2>/dev/null
                    "$OBSTRACE" $read -r - < run.data > piped 2>/dev/null
                    cmp whole piped && test -s whole && echo same
                done
                cp run.data part.data
                head -c 200 /dev/zero | dd of=part.data bs=1 seek=2000000 conv=notrunc status=none
                "$OBSTRACE" count -r part.data --json > counts 2> error; echo "status $?"
                grep -c 'at byte' error
                grep -o '"count":[0-9]*' counts | cut -d: -f2 | awk '{ sum += $1 } END { print (sum > 10000 && sum < 40000) }'
                "$OBSTRACE" syscalls -r run.data | head -n 1 >/dev/null; echo "status ${PIPESTATUS[0]}"
                """)
            #expect(
                finished.lines == ["same", "same", "same", "same", "status 1", "1", "1", "status 141"],
                "\(finished.summary)")
        }

        @Test("Intervals without events are shown one by one up to a number in all")
        func emptyIntervals() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run.data syscalls:sys_enter_getppid -- \\
                    sh -c 'for i in 1 2 3; do $WORKLOADS/getppid 1; sleep 0.01; done' >/dev/null
                "$OBSTRACE" count -r run.data -i 100ns --csv > counts
                awk -F, 'NR > 1 && !$3' counts | wc -l | awk '{ print ($1 >= 100000 && $1 < 100005) }'
                awk -F, 'NR > 1 { sum += $3 } END { print (sum >= 3) }' counts
                """)
            #expect(finished.lines == ["1", "1"], "\(finished.summary)")
            #expect(
                finished.errors
                    == "obstrace: intervals without events were more than 100000: one line stands for many\n",
                "\(finished.summary)")
        }

        @Test("What stdin has open is read, whoever may open it: a file, a pipe, a socket")
        func stdin() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run.data syscalls:sys_enter_getppid -- $WORKLOADS/getppid 10 >/dev/null
                "$OBSTRACE" -q -w - syscalls:sys_enter_getppid -- sh -c '$WORKLOADS/getppid 10 >/dev/null' > run.pipe
                "$OBSTRACE" -r run.data > expected
                cp "$OBSTRACE" tool; chmod 755 . tool
                as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups ./tool "$@"; }
                as_nobody -r - < run.data | diff - expected && wc -l < expected
                { dd bs=16 count=1 of=/dev/null status=none; as_nobody -r -; } < run.data | diff - expected && echo same
                "$OBSTRACE" -r run.pipe > expected && test $(wc -l < expected) -ge 10
                cat run.pipe | as_nobody -r - | diff - expected && echo same
                python3 -c '
                import socket, subprocess
                ours, theirs = socket.socketpair()
                ours.sendall(open("run.pipe", "rb").read())
                ours.close()
                subprocess.run(["./tool", "-r", "-"], stdin=theirs)' | diff - expected && echo same
                echo 'main;work 3' | as_nobody convert - - --to svg | grep -c work | awk '{ print ($1 > 0) }'
                """)
            #expect(finished.lines == ["10", "same", "same", "same", "1"], "\(finished.summary)")
        }

        @Test("A terminal on stderr sees how far a long recording is read, and nothing of it stays")
        func progress() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run.data raw_syscalls:sys_enter -- $WORKLOADS/getppid 300000 >/dev/null
                # A terminal for stderr alone; reading takes as long as its reader of lines does.
                cat > lines.sh <<'END'
                "$OBSTRACE" -r run.data | { sleep 1; cat; } > lines
                END
                script -q -e -c 'bash lines.sh' terminal </dev/null >/dev/null
                grep -o 'obstrace: [0-9]* %, [0-9]* MiB read' terminal | head -n 1 | sed 's/[0-9][0-9]*/N/g'
                wc -l < lines | awk '{ print ($1 > 200000) }'
                """)
            #expect(finished.lines.first == "obstrace: N %, N MiB read", "\(finished.summary)")
            #expect(finished.lines.last == "1", "\(finished.summary)")
        }
    }
}
