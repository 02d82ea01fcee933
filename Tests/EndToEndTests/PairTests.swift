import Foundation
import Testing

extension EndToEnd {
    /// `obstrace pair` on real events.
    @Suite struct Pairs {
        /// A program that sleeps that many times for 2 ms.
        // On the first CPU: once another one has been offline, this kernel traces nothing of its idle task.
        private let sleeper = ["taskset", "-c", "0", "sh", "-c", "for i in 1 2 3 4 5; do sleep 0.002; done"]

        @Test("A system call takes at least as long as it was asked to")
        func syscalls() throws {
            let traced = try run(
                [
                    binary(), "pair", "syscall", "--where", "start.id == clock_nanosleep", "-f",
                    "<start.id:sys> <end.id:n> <latency:d> <ret> <start.tid> <tid>", "--",
                ] + sleeper)
            #expect(traced.lines.count == 5, "\(traced.summary)")
            for line in traced.lines {
                let words = line.split(separator: " ")
                #expect(words.count == 6)
                #expect(words[0] == "clock_nanosleep" && words[1] == "230" && words[3] == "0")
                #expect(try #require(UInt64(words[2])) >= 2_000_000, "\(line)")
                #expect(words[4] == words[5])
            }
        }

        @Test("A latency is the time between the two events")
        func latency() throws {
            let traced = try obstrace(
                "pair", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit", "--on", "tid", "-f",
                "<start.time:d> <end.time:d> <latency:d> <start.id:n> <end.id:n>", "--", "/bin/true")
            #expect(traced.lines.count > 10, "\(traced.summary)")
            for line in traced.lines {
                let numbers = line.split(separator: " ").compactMap { UInt64($0) }
                #expect(
                    numbers.count == 5 && numbers[0] + numbers[2] == numbers[1] && numbers[3] == numbers[4])
            }
        }

        @Test("A wakeup and the switch to the task that was woken")
        func runqueue() throws {
            let traced = try trace(
                "pair", "runqueue", "-f", "<start.pid> <end.next_pid> <start.comm> <latency:d>", "--where",
                "next_comm == sleep"
            ) {
                _ = try run(sleeper)
            }
            #expect(traced.lines.count >= 5, "\(traced.summary)")
            for line in traced.lines {
                let words = line.split(separator: " ")
                #expect(words.count >= 4 && words[0] == words[1], "\(line)")
            }
            #expect(traced.errors.contains(" pairs"), "\(traced.summary)")
        }

        @Test("Histograms have every pair")
        func histogram() throws {
            let traced = try run(
                [binary(), "pair", "syscall", "--hist", "--json", "--by", "start.id:sys", "--"] + sleeper)
            let objects = try traced.lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            let sleeps = try #require(objects.first { $0["start.id"] as? String == "clock_nanosleep" })
            #expect(sleeps["count"] as? Int == 5)
            #expect(try #require(sleeps["min"] as? Int) >= 2_000_000)
            #expect(objects.contains { $0["start.id"] as? String == "execve" }, "\(traced.summary)")
        }

        @Test("Where events are lost no pair is made of calls that do not belong together")
        func loss() throws {
            let traced = try run(
                [
                    binary(), "pair", "syscall", "-m", "4K", "-f", "<start.id:n> <end.id:n>", "--where",
                    "start.id != rt_sigreturn", "--", "sh", "-c", "ls -lR /usr/lib > /dev/null",
                ])
            for line in traced.lines {
                let words = line.split(separator: " ")
                #expect(words.count == 2 && words[0] == words[1], "\(line)")
            }
        }

        @Test("Every pair that is listed can be traced")
        func listed() throws {
            let names = try obstrace("pair", "list").lines.filter { !$0.hasPrefix(" ") }
                .compactMap { $0.split(separator: " ").first.map(String.init) }
            #expect(Set(["block", "syscall", "runqueue", "irq", "softirq", "workqueue"]).isSubset(of: names))
            for name in names {
                let traced = try obstrace("pair", name, "-q", "-d", "1ms", "-o", "/dev/null")
                #expect(traced.status == 0, "\(name): \(traced.summary)")
            }
        }

        @Test func mistakes() throws {
            let key = try obstrace("pair", "sched:sched_wakeup", "sched:sched_switch", "--on", "pid=nextpid")
            #expect(key.status == 2)
            #expect(key.errors.contains("         ^~~~~~~  did you mean next_pid?"), "\(key.errors)")
            let name = try obstrace("pair", "runqueue", "-f", "<start.pdi>")
            #expect(name.status == 2)
            #expect(name.errors.contains("did you mean <start.pid>?"), "\(name.errors)")
            let unit = try obstrace("pair", "runqueue", "--where", "latency > 5")
            #expect(unit.status == 2)
            #expect(unit.errors.contains("needs a unit"), "\(unit.errors)")
        }
    }
}
