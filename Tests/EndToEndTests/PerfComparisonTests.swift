import Foundation
import Testing

extension EndToEnd {
    /// The same events with the same values as `perf record` and `perf script` give, of the same run.
    @Suite struct PerfComparison {
        /// One event: how perf prints it, with a group for each value that is compared, and our template for the same
        /// values, separated by `|`.
        struct Case {
            let event: String
            let perf: String
            let template: String

            init(_ event: String, _ perf: String, _ template: String) {
                self.event = event
                self.perf = perf
                self.template = template
            }
        }

        /// What was printed of an event, and when that was, in seconds.
        struct Seen: Equatable {
            let values: String
            let time: String
        }

        /// Fixed and dynamic strings, every width and sign of integer, arrays, pointers, flags, symbols, devices.
        static let cases = [
            Case(
                "sched:sched_process_exec", #"filename=(.*) pid=(\d+) old_pid=(\d+)"#,
                "<filename>|<.pid>|<old_pid>"),
            Case(
                "sched:sched_process_fork", #"comm=(.*) pid=(\d+) child_comm=(.*) child_pid=(\d+)"#,
                "<parent_comm>|<parent_pid>|<child_comm>|<child_pid>"),
            Case(
                "sched:sched_wakeup", #"comm=(.*) pid=(\d+) prio=(\d+) target_cpu=(\d+)"#,
                "<.comm>|<.pid>|<prio>|<target_cpu:03>"),
            Case(
                "sched:sched_switch",
                #"prev_comm=(.*) prev_pid=(\d+) .* next_comm=(.*) next_pid=(\d+) next_prio=(\d+)"#,
                "<prev_comm>|<prev_pid>|<next_comm>|<next_pid>|<next_prio>"),
            Case(
                "task:task_rename", #"oldcomm=(.*) newcomm=(.*) oom_score_adj=(-?\d+)"#,
                "<oldcomm>|<newcomm>|<oom_score_adj>"),
            Case(
                "signal:signal_generate",
                #"sig=(\d+) errno=(-?\d+) code=(-?\d+) comm=(.*) pid=(\d+) grp=(\d) res=(\d)"#,
                "<sig:d>|<errno:d>|<code:d>|<.comm>|<.pid>|<group:d>|<result:d>"),
            Case(
                "raw_syscalls:sys_enter", #"NR (-?\d+) \((\w+), (\w+), (\w+), (\w+), (\w+), (\w+)\)"#,
                "<id:d>|<args[0]:x>|<args[1]:x>|<args[2]:x>|<args[3]:x>|<args[4]:x>|<args[5]:x>"),
            Case(
                "syscalls:sys_enter_openat",
                #"dfd: (\w+), filename: (\w+), flags: 0x(\w+), mode: 0x(\w+)"#,
                "<dfd:#x>|<filename:#x>|<flags:08x>|<mode:08x>"),
            Case("syscalls:sys_exit_pread64", #"0x(\w+)"#, "<ret:x>"),
            Case(
                "timer:hrtimer_start", #"hrtimer=(\w+) .* expires=(\d+) softexpires=(\d+) .* was_armed=(\d)"#,
                "<hrtimer:#x>|<expires:u>|<softexpires:u>|<was_armed:d>"),
            Case("net:net_dev_queue", #"dev=(.*) skbaddr=(\w+) len=(\d+)"#, "<.name>|<skbaddr:#x>|<len>"),
            Case(
                "sock:inet_sock_set_state",
                #"sport=(\d+) dport=(\d+) saddr=(\d+)\.(\d+)\.(\d+)\.(\d+) .*newstate=(\w+)"#,
                "<sport>|<dport>|<saddr[0]>|<saddr[1]>|<saddr[2]>|<saddr[3]>|<newstate:S>"),
            Case(
                "kmem:kmem_cache_alloc",
                #"ptr=(\w+) name=(.*) bytes_req=(\d+) bytes_alloc=(\d+) .*node=(-?\d+)"#,
                "<ptr:#x>|<.name>|<bytes_req>|<bytes_alloc>|<node:d>"),
            Case(
                "kmem:mm_page_alloc", #"pfn=(\w+) order=(\d+) migratetype=(\d+)"#,
                "<pfn:#x>|<order:d>|<migratetype:d>"),
            Case("irq:softirq_entry", #"vec=(\d+) \[action=(\w+)\]"#, "<vec:n>|<vec:S>"),
            Case("exceptions:page_fault_user", #"error_code=(\w+)"#, "<error_code:#x>"),
            Case("writeback:writeback_mark_inode_dirty", #"bdi (.*): ino=(\d+) "#, "<.name>|<ino>"),
            Case(
                "ext4:ext4_da_write_begin", #"dev (\d+,\d+) ino (\d+) pos (\d+) len (\d+)"#,
                "<dev:dev>|<ino>|<pos>|<len>"),
            Case(
                "block:block_rq_issue", #"(\d+,\d+) (\w+) (\d+) \(.*\) (\d+) \+ (\d+) "#,
                "<dev:dev>|<rwbs>|<bytes>|<sector>|<nr_sector>"),
            Case(
                "workqueue:workqueue_queue_work",
                #"struct=(\w+) .* workqueue=(.*) req_cpu=(\d+) cpu=(-?\d+)"#,
                "<work:#x>|<.workqueue>|<req_cpu>|<.cpu>"),
        ]

        @Test("perf record and perf script agree on every event and value of one workload")
        func agreement() throws {
            let available = Set(try obstrace("list").lines)
            let cases = Self.cases.filter { available.contains($0.event) }
            try withDirectory { directory in
                let data = directory + "/perf.data"
                let perf = try Child([
                    "perf", "record", "-q", "-a", "-m", "4M", "-o", data, "-e",
                    cases.map(\.event).joined(separator: ","), "--exclude-perf",
                    "--", "sh", "-c", "echo armed >&2; sleep 1000",
                ])
                try perf.awaitErrors("armed")
                var pid = ""
                let traced = try trace(
                    cases.flatMap { [$0.event, "-f", "<@tid> <event> <time:.6> \($0.template)"] }
                ) {
                    pid = try Workload.mix.run(directory).text.trimmingCharacters(in: .newlines)
                }
                perf.signalGroup(SIGINT)
                _ = try perf.finish()
                #expect(traced.errors.contains(" 0 lost\n"), "\(traced.errors)")
                let script = try run([
                    "perf", "script", "-i", data, "--show-lost-events", "--ns", "-F", "tid,time,event,trace",
                ])
                #expect(script.status == 0 && !script.text.contains("PERF_RECORD_LOST"), "\(script.errors)")

                // Each of the two sees all that the other does to tell of it, so first of all that is left aside.
                let (own, perfs) = (traced.lines(of: pid), script.lines(of: pid))
                var compared = 0
                for item in cases {
                    let theirs = try values(ofPerf: perfs, thread: pid, as: item)
                    let ours = own.compactMap { line -> Seen? in
                        let prefix = "\(pid) \(item.event) "
                        guard line.hasPrefix(prefix) else { return nil }
                        let words = line.dropFirst(prefix.count).split(
                            separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                        return Seen(values: String(words[1]), time: String(words[0]))
                    }
                    compared += theirs.isEmpty ? 0 : 1
                    let place = zip(ours, theirs).enumerated().first { $1.0.values != $1.1.values }?.offset
                    let around = max(0, (place ?? min(ours.count, theirs.count)) - 2)
                    #expect(
                        ours.count == theirs.count && place == nil,
                        """
                        \(item.event), from event \(around) on:
                        ours: \(ours.count), \(ours.dropFirst(around).prefix(5))
                        perf's: \(theirs.count), \(theirs.dropFirst(around).prefix(5))
                        ours begin at \(own.first ?? "-")
                        perf's begin at \(perfs.first ?? "-")
                        """)
                }
                #expect(compared >= 12)
            }
        }

        /// The values that perf printed for this event in this thread, separated by `|`.
        private func values(ofPerf lines: [String], thread: String, as item: Case) throws -> [Seen] {
            let pattern = try Regex("^ *\(thread) +([0-9.]+): +\(item.event): .*?\(item.perf)")
            return lines.compactMap { line in
                line.contains(item.event) ? line.firstMatch(of: pattern) : nil
            }.reduce(into: []) { seen, match in
                // perf writes a device as "8,0", we write "8:0".
                let values = match.output.dropFirst(2).map { $0.substring ?? "" }.joined(separator: "|")
                let one = Seen(
                    values: values.replacing(",", with: ":"), time: String(match.output[1].substring ?? ""))
                // Now and then perf has the events of some microseconds twice, to the nanosecond.
                if seen.last != one { seen.append(one) }
            }
        }
    }
}

extension Finished {
    /// The lines whose first word this is, from the exec of its program on.
    fileprivate func lines(of thread: String) -> [String] {
        let all = lines.filter { $0.utf8.drop { $0 == 0x20 }.starts(with: "\(thread) ".utf8) }
        return Array(all.drop { !$0.contains("sched:sched_process_exec") })
    }
}
