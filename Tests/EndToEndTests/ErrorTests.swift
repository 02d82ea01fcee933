import Foundation
import Testing

extension EndToEnd {
    /// What is said when something is wrong.
    @Suite struct Errors {
        @Test("A field that no event has: a caret below it, a suggestion, what there is, status 2")
        func unknownField() throws {
            let result = try obstrace("sched:sched_process_exec", "-f", "<pid> <filenme>")
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            let lines = result.errors.split(separator: "\n").map(String.init)
            #expect(
                lines.first == "obstrace: sched:sched_process_exec has no field 'filenme'",
                "\(result.summary)")
            #expect(caret(in: lines) == "filenme", "\(result.summary)")
            #expect(result.errors.contains("did you mean <filename>?"))
            #expect(result.errors.contains("filename pid old_pid"))
            #expect(result.errors.contains("obstrace list -v sched:sched_process_exec"))
        }

        @Test("An event that is not there: a suggestion, status 2")
        func unknownEvent() throws {
            let result = try obstrace("sched:sched_proces_exec", "-f", "<pid>")
            #expect(result.status == 2)
            #expect(result.errors.contains("sched:sched_proces_exec"), "\(result.summary)")
            #expect(result.errors.contains("did you mean sched:sched_process_exec"), "\(result.summary)")
        }

        @Test("A glob that matches nothing: status 2")
        func emptyGlob() throws {
            let result = try obstrace("nothing:*")
            #expect(result.status == 2)
            #expect(result.errors.contains("nothing:*"), "\(result.summary)")
        }

        @Test("A flag that is not there: a suggestion, status 2")
        func unknownFlag() throws {
            let result = try obstrace("sched:sched_process_exec", "--formt", "<pid>")
            #expect(result.status == 2)
            #expect(result.errors.contains("--formt"), "\(result.summary)")
            #expect(result.errors.contains("did you mean --format?"), "\(result.summary)")
        }

        @Test("No argument: the usage on stderr, status 2")
        func noArguments() throws {
            let result = try obstrace()
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            #expect(result.errors.lowercased().contains("usage"), "\(result.summary)")
        }

        @Test("A broken template: a caret, status 2", arguments: ["<pid", "<pid:5>>\\q", "<>", "\\xZZ"])
        func brokenTemplate(_ template: String) throws {
            let result = try obstrace("sched:sched_process_exec", "-f", template)
            #expect(result.status == 2, "\(result.summary)")
            #expect(result.errors.contains("^"), "\(result.summary)")
        }

        @Test(
            "A template of another tool: the converted one is shown",
            arguments: [
                ("%d %d", "<"), ("{pid}", "-f '<pid>'"), ("$pid", "-f '<pid>'"), ("args->pid", "-f '<pid>'"),
            ])
        func foreignTemplate(_ template: String, converted: String) throws {
            let result = try obstrace("sched:sched_process_exec", "-f", template)
            #expect(result.status == 2, "\(result.summary)")
            #expect(result.errors.contains("try: ") && result.errors.contains(converted), "\(result.summary)")
        }

        @Test("A filter with a field that no event has: a caret below it, a suggestion, status 2")
        func badFilter() throws {
            let result = try obstrace("sched:sched_process_exec", "--where", "filenme == 1", "-f", "<pid>")
            #expect(result.status == 2)
            let lines = result.errors.split(separator: "\n").map(String.init)
            #expect(caret(in: lines) == "filenme", "\(result.summary)")
            #expect(result.errors.contains("did you mean filename?"), "\(result.summary)")
        }

        @Test("A user that is not there: a caret below it, a suggestion, status 2")
        func badUser() throws {
            let result = try obstrace("sched:sched_process_exec", "-u", "0,roott")
            #expect(result.status == 2)
            let lines = result.errors.split(separator: "\n").map(String.init)
            #expect(caret(in: lines) == "roott", "\(result.summary)")
            #expect(result.errors.contains("did you mean root?"), "\(result.summary)")
        }

        @Test(
            "A bad number, duration or size: which, status 2",
            arguments: [["-n", "x"], ["-d", "5y"], ["-m", "1Q"]])
        func badValue(_ flag: [String]) throws {
            let result = try run([binary(), "sched:sched_process_exec"] + flag)
            #expect(result.status == 2, "\(result.summary)")
            #expect(result.errors.contains(flag[1]), "\(result.summary)")
        }

        @Test("An output file that cannot be written: which and why, status 1")
        func badOutput() throws {
            let result = try obstrace(
                "sched:sched_process_exec", "-o", "/no/such/folder/file", "--", "/bin/true")
            #expect(result.status == 1, "\(result.summary)")
            #expect(
                result.errors.contains("'/no/such/folder/file': No such file or directory"),
                "\(result.summary)"
            )
        }

        @Test("A full device and a closed stdout: why, status 1", arguments: [">/dev/full", ">&-"])
        func unwritableOutput(_ redirection: String) throws {
            let result = try script(
                "$OBSTRACE sched:sched_process_exec -f '<pid>' -- /bin/true \(redirection)")
            #expect(result.status == 1, "\(result.summary)")
            let reason = redirection == ">&-" ? "Bad file descriptor" : "No space left on device"
            #expect(result.errors == "obstrace: cannot write: \(reason)\n", "\(result.summary)")
        }

        @Test(
            "A buffer larger than any machine is an error or a note, never a crash",
            arguments: ["16G", "8388608G"])
        func hugeBuffer(_ size: String) throws {
            let result = try obstrace(
                "sched:sched_process_exec", "-m", size, "-o", "/dev/null", "--", "/bin/true")
            #expect(result.status <= 2, "\(result.summary)")
            #expect(result.errors.hasPrefix("obstrace: "), "\(result.summary)")
        }

        /// What stands above the carets: from the column of the first to the column of the last.
        private func caret(in lines: [String]) -> String? {
            guard let below = lines.firstIndex(where: { $0.contains("^") }), below > 0 else { return nil }
            let marks = lines[below].prefix { " ^~".contains($0) }
            let start = marks.prefix { $0 == " " }.count
            let length = marks.dropFirst(start).prefix { $0 != " " }.count
            return String(lines[below - 1].dropFirst(start).prefix(length))
        }
    }

    /// What is said when something is not permitted, and what is done so that it is.
    @Suite struct Permissions {
        /// The binary where everybody may run it, and the prefix that gives up root.
        private func unprivileged(_ command: String) throws -> Finished {
            try script(
                """
                cp $OBSTRACE obstrace; chmod 755 . obstrace
                exec setpriv --reuid 65534 --regid 65534 --clear-groups \(command)
                """)
        }

        @Test("Without root: status 3, what is missing, and the commands that mend it")
        func unprivilegedRun() throws {
            let result = try unprivileged("./obstrace sched:sched_process_exec -f '<pid>'")
            #expect(result.status == 3, "\(result.summary)")
            #expect(result.output.isEmpty)
            for word in ["sudo ", "/sys/kernel/tracing", "CAP_PERFMON"] {
                #expect(
                    result.errors.lowercased().contains(word.lowercased()), "\(word) in \(result.summary)")
            }
        }

        @Test("Help and version need no permission")
        func help() throws {
            let help = try unprivileged("./obstrace --help")
            #expect(help.status == 0)
            #expect(help.text.contains("--format"), "\(help.summary)")
            let version = try unprivileged("./obstrace --version")
            #expect(version.status == 0)
            #expect(version.text.hasPrefix("obstrace "), "\(version.summary)")
        }

        @Test("Too few descriptors: the soft limit is raised, the hard one is named with numbers")
        func descriptors() throws {
            let events = "'irq:*' 'sched:*' -f '<event>' -o /dev/null -- /bin/true"
            let soft = try script("ulimit -S -n 16; exec $OBSTRACE \(events)")
            #expect(soft.status == 0, "\(soft.summary)")
            let hard = try script("ulimit -n 16; exec $OBSTRACE \(events)")
            #expect(hard.status == 1, "\(hard.summary)")
            #expect(hard.errors.contains("16"), "\(hard.summary)")
            #expect(hard.errors.contains("ulimit -Hn"), "\(hard.summary)")
        }

        @Test("Where tracefs is not mounted, it is mounted")
        func mounts() throws {
            let result = try script(
                """
                unshare -m bash -c '
                    while umount /sys/kernel/debug/tracing || umount /sys/kernel/tracing; do :; done 2>/dev/null
                    umount /sys/kernel/debug 2>/dev/null
                    [ -e /sys/kernel/tracing/events ] && exit 9
                    exec $OBSTRACE sched:sched_process_exec -f "<filename>" -- /bin/true'
                """)
            #expect(result.text == "/bin/true\n", "\(result.summary)")
            #expect(result.status == 0)
        }

        @Test("Where tracefs is not mounted and we may not, the command that mounts it is told")
        func mayNotMount() throws {
            let result = try script(
                """
                cp $OBSTRACE obstrace; chmod 755 . obstrace
                unshare -m bash -c '
                    while umount /sys/kernel/debug/tracing || umount /sys/kernel/tracing; do :; done 2>/dev/null
                    umount /sys/kernel/debug 2>/dev/null
                    exec setpriv --reuid 65534 --regid 65534 --clear-groups ./obstrace sched:sched_process_exec'
                """)
            #expect(result.status == 3, "\(result.summary)")
            #expect(result.errors.contains("mount -t tracefs"), "\(result.summary)")
        }
    }
}
