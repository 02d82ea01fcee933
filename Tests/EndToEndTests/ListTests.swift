import Foundation
import Testing

extension EndToEnd {
    /// `obstrace list`.
    @Suite struct Lists {
        @Test("Every tracepoint is listed, sorted, one a line")
        func all() throws {
            let listed = try obstrace("list")
            #expect(listed.status == 0)
            #expect(try listed.lines == availableEvents().sorted())
        }

        @Test("Globs choose")
        func globs() throws {
            let listed = try obstrace("list", "sched:sched_process_e*", "signal:*")
            #expect(
                listed.lines == [
                    "sched:sched_process_exec", "sched:sched_process_exit", "signal:signal_deliver",
                    "signal:signal_generate",
                ], "\(listed.summary)")
        }

        @Test("-v shows fields with type and size, the print format, and a template that works")
        func verbose() throws {
            let listed = try obstrace("list", "-v", "sched:sched_process_exec")
            #expect(listed.text.contains("pid_t"), "\(listed.summary)")
            #expect(listed.text.contains("filename=%s pid=%d old_pid=%d"), "\(listed.summary)")
            let template = try #require(listed.text.firstMatch(of: /-f '([^']+)'/)?.1, "\(listed.summary)")
            let traced = try obstrace("sched:sched_process_exec", "-f", String(template), "--", "/bin/true")
            #expect(traced.status == 0 && traced.text.contains("/bin/true"), "\(traced.summary)")
        }

        @Test("-v shows the symbols of a field")
        func symbols() throws {
            let listed = try obstrace("list", "-v", "irq:softirq_entry")
            #expect(listed.text.contains("NET_RX"), "\(listed.summary)")
        }

        @Test("--field and --type find the events that carry such a field, and show it")
        func fields() throws {
            let byField = try obstrace("list", "--field", "child_comm")
            #expect(
                byField.lines == ["sched:sched_process_fork\t__data_loc char[] child_comm"],
                "\(byField.summary)")
            let byType = try obstrace("list", "sched:*", "--type", "pid_t")
            #expect(
                byType.lines.contains("sched:sched_process_exec\tpid_t pid, pid_t old_pid"),
                "\(byType.summary)")
            #expect(!byType.text.contains("sched:sched_wake_idle_without_ipi"), "\(byType.summary)")
        }

        @Test("No match: a suggestion, status 1")
        func noMatch() throws {
            let listed = try obstrace("list", "shced:sched_process_exec")
            #expect(listed.status == 1)
            #expect(listed.output.isEmpty)
            #expect(listed.errors.contains("did you mean sched:sched_process_exec"), "\(listed.summary)")
        }

        @Test("--json is one valid object a line")
        func json() throws {
            let listed = try obstrace("list", "--json", "sched:*")
            let names = try listed.lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return try #require(object?["event"] as? String, "\(line)")
            }
            #expect(try names == obstrace("list", "sched:*").lines)
        }
    }
}
