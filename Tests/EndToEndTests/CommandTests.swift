import Foundation
import Testing

extension EndToEnd {
    /// `-- COMMAND` and `-p`.
    @Suite struct Scope {
        @Test("A command's children are traced too, and nothing else")
        func children() throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "-f", "<@pid> <filename>", "--", "/bin/sh", "-c",
                "echo $$; /bin/true; (/bin/true); /bin/true & wait")
            let shell = try #require(traced.lines.first { !$0.contains(" ") })
            let events = traced.lines.filter { $0.contains(" ") }
            #expect(events.first == "\(shell) /bin/sh", "\(traced.summary)")
            #expect(
                events.dropFirst().map { $0.split(separator: " ")[1] } == [
                    "/bin/true", "/bin/true", "/bin/true",
                ])
        }

        @Test("The last event of a command is never missed: 50 of 50")
        func lastEvent() throws {
            for _ in 1...50 {
                let traced = try obstrace(
                    "sched:sched_process_exit", "-f", "<.comm> <.pid>", "--", "/bin/true")
                #expect(traced.lines.count == 1 && traced.text.hasPrefix("true "), "\(traced.summary)")
            }
        }

        @Test(
            "A command's status is ours, as a shell has it",
            arguments: [("exit 7", 7), ("kill -TERM $$", 143)])
        func status(of command: String, is status: Int32) throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "-q", "-o", "/dev/null", "--", "sh", "-c", command)
            #expect(traced.status == status, "\(traced.summary)")
            #expect(traced.errors == "")
        }

        @Test("A command that is not found is 127, one that is not executable 126")
        func commandNotRun() throws {
            let missing = try obstrace("sched:sched_process_exec", "--", "/no/such/command")
            #expect(missing.status == 127)
            #expect(missing.errors.contains("/no/such/command"), "\(missing.summary)")
            let notExecutable = try obstrace("sched:sched_process_exec", "--", "/etc/passwd")
            #expect(notExecutable.status == 126)
            #expect(notExecutable.errors.contains("/etc/passwd"), "\(notExecutable.summary)")
        }

        @Test("A command's input, output and errors are its own")
        func standardStreams() throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "-o", "/dev/null", "--", "sh", "-c", "cat; echo err >&2",
                input: "in\n")
            #expect(traced.text == "in\n")
            #expect(traced.errors == "err\n")
            #expect(traced.status == 0)
        }

        @Test("A terminal's SIGINT reaches the command, which decides")
        func interruptedCommand() throws {
            let child = try Child([
                binary(), "sched:sched_process_exit", "-f", "<.comm>", "--", "sh", "-c",
                "trap 'exit 7' INT; echo ready; while :; do sleep 0.05; done",
            ])
            try waitUntil("the command's word") { child.output.starts(with: "ready\n".utf8) }
            child.signalGroup(SIGINT)
            let traced = try child.finish()
            #expect(traced.status == 7, "\(traced.summary)")
            #expect(traced.lines.last == "sh")
        }

        @Test("-p follows all threads, and threads and children made later")
        func processes() throws {
            let family = try Child([Workload.family.path])
            try waitUntil("its pid") { !family.output.isEmpty }
            var ids: [String] = []
            let traced = try trace("syscalls:sys_enter_getppid", "-f", "<@tid>", "-p", "\(family.pid)") {
                try Workload.getppid.run("10")
                family.signal(SIGUSR1)
                ids = try family.finish().lines.dropFirst().map { String($0.prefix { $0 != " " }) }
            }
            #expect(ids.count == 5)
            #expect(traced.lines == ids, "\(traced.summary)")
        }

        @Test("-p with a process that is not there is an error")
        func noSuchProcess() throws {
            let traced = try obstrace("sched:sched_process_exec", "-p", "4194305")
            #expect(traced.status != 0)
            #expect(traced.errors.contains("4194305"), "\(traced.summary)")
        }
    }
}
