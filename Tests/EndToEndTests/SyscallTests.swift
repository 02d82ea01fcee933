import Foundation
import Testing

extension EndToEnd {
    /// `obstrace syscalls`, beside strace on the same program.
    @Suite struct Syscalls {
        /// A call as both tools tell of it: its name, its first path, and the error or how it ended.
        private typealias Calls = [String: Int]

        /// Runs a tool on the program, in a new folder.
        private func run(_ tool: [String], _ more: String...) throws -> Finished {
            try withDirectory { directory in
                let finished = try EndToEndTests.run(tool + [Workload.calls.path, directory] + more)
                try #require(finished.status == 0, "\(finished.summary)")
                return finished
            }
        }

        private func objects(_ finished: Finished) throws -> [[String: Any]] {
            try finished.lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }

        /// The number of calls of each kind, by what obstrace wrote.
        private func kinds(_ objects: [[String: Any]]) -> Calls {
            objects.reduce(into: [:]) { kinds, call in
                let ending = call["error"] as? String ?? (call["result"] is NSNull ? "?" : "")
                kinds["\(call["name"] ?? "") \(ending)", default: 0] += 1
            }
        }

        /// The number of calls of each kind, by what `strace -f` wrote.
        private func kinds(strace file: String) throws -> Calls {
            let whole = /^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed>).* = (\S+)(?: (E\w+))?.*$/
            return try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").reduce(into: [:])
            {
                kinds, line in
                guard let call = line.wholeMatch(of: whole) else { return }
                let ending = call.3.map(String.init) ?? (call.2 == "?" ? "?" : "")
                kinds["\(call.1) \(ending)", default: 0] += 1
            }
        }

        @Test("The calls, their results and errors are those that strace sees")
        func sameCalls() throws {
            let file = temporaryPath()
            defer { try? FileManager.default.removeItem(atPath: file) }
            _ = try run(["strace", "-f", "-o", file])
            let ours = kinds(try objects(run([binary(), "syscalls", "--json", "--"])))
            let theirs = try kinds(strace: file)
            // How often the threads of a process wait for each other is chance.
            let isCertain = { (kind: Calls.Element) in !kind.key.hasPrefix("futex") }
            #expect(theirs.values.reduce(0, +) > 50)
            #expect(ours.filter(isCertain) == theirs.filter(isCertain))
        }

        @Test("The table counts what that of strace counts")
        func sameCounts() throws {
            func counts(_ text: String, errors: Int, width: Int) -> [String: [Int]] {
                text.split(separator: "\n").reduce(into: [:]) { counts, line in
                    let words = line.split(separator: " ")
                    guard words.count > 4, let calls = Int(words[3]), let name = words.last, name != "total"
                    else {
                        return
                    }
                    counts[String(name)] = [calls, words.count == width ? Int(words[errors]) ?? -1 : 0]
                }
            }
            let file = temporaryPath()
            defer { try? FileManager.default.removeItem(atPath: file) }
            _ = try run(["strace", "-f", "-c", "-o", file])
            let theirs = counts(try String(contentsOfFile: file, encoding: .utf8), errors: 4, width: 6)
            let ours = counts(try run([binary(), "syscalls", "-c", "--"]).text, errors: 4, width: 8)
            #expect(theirs["execve"] == [2, 0] && theirs["mkdir"] == [2, 1])
            #expect(ours.filter { $0.key != "futex" } == theirs.filter { $0.key != "futex" })
        }

        @Test("Lines tell names, flags and paths as they were when the call began")
        func lines() throws {
            let lines = try run([binary(), "syscalls", "--"]).lines.map {
                $0.replacing(#/^.*?\] /#, with: "").replacing(#/  [\d.]+[mun]?s$/#, with: "")
            }
            #expect(
                lines.first?.hasPrefix("execve(filename: \"\(try Workload.calls.path)\", argv: 0x") == true)
            for line in [
                "openat(dfd: AT_FDCWD, filename: \"missing\", flags: O_RDONLY|O_CLOEXEC) = -1 ENOENT "
                    + "(No such file or directory)",
                #"rename(oldname: "file \"quoted\"", newname: "renamed") = 0"#,
                "mkdir(pathname: \"folder\", mode: 0750) = -1 EEXIST (File exists)",
                "access(filename: \"in a thread\", mode: R_OK) = -1 ENOENT (No such file or directory)",
                "unlink(pathname: \"renamed\") = 0",
                "exit_group(error_code: 0) = ?",
            ] {
                // A path on a page that was not there at the begin is marked.
                #expect(lines.contains { $0.replacing("\"~", with: "\"") == line }, "\(line)")
            }
            #expect(
                lines.contains {
                    $0.hasPrefix(
                        #"openat(dfd: AT_FDCWD, filename: "file \"quoted\"", flags: O_RDWR|O_CREAT|O_TRUNC, mode: 0640) = "#
                    )
                })
            #expect(
                lines.contains {
                    $0.contains("prot: PROT_READ|PROT_WRITE, flags: MAP_PRIVATE|MAP_ANONYMOUS, fd: -1")
                })
            #expect(
                lines.contains { $0.hasPrefix("socketpair(family: AF_UNIX, type: SOCK_STREAM|SOCK_CLOEXEC") })
            #expect(lines.filter { $0.hasPrefix("execve(") }.count == 2)
        }

        @Test("Names, classes, failures and durations choose")
        func choice() throws {
            let failed = try objects(
                run([binary(), "syscalls", "%file", "!access", "--failed", "--json", "--"]))
            #expect(
                !failed.isEmpty
                    && failed.allSatisfy { $0["error"] is String && $0["name"] as? String != "access" })
            #expect(failed.contains { $0["name"] as? String == "mkdir" })
            let slow = try objects(
                run([binary(), "syscalls", "--slower", "60ms", "*nanosleep", "--json", "--"]))
            #expect(slow.count == 1 && slow.first?["name"] as? String == "clock_nanosleep")
            let filtered = try objects(run([binary(), "syscalls", "--where", "ret == -17", "--json", "--"]))
            #expect(filtered.compactMap { $0["name"] as? String } == ["mkdir"])
        }

        #if arch(x86_64)
            @Test("Calls of the 32-bit interface have its names, in a 64-bit program too")
            func compat() throws {
                let calls = kinds(try objects(run([binary(), "syscalls", "--json", "--"], "32")))
                #expect(calls["getppid "] == 3)
                #expect(calls["semget "] == nil)
            }
        #endif

        @Test("The tracepoints of all calls are shown as calls")
        func tracepoints() throws {
            let traced = try obstrace("syscalls:*", "--", "/bin/true")
            #expect(
                traced.lines.first?.contains("execve(filename: \"/bin/true\"") == true, "\(traced.summary)")
            #expect(traced.lines.last?.contains("exit_group(error_code: 0) = ?") == true)
        }

        @Test("The text of an argument is its register, as the kernel has it; its value is one of its type")
        func registers() throws {
            let traced = try obstrace(
                "syscalls:sys_enter_openat", "-f", "<dfd> <print>", "-n", "1", "--", "cat", "/dev/null")
            #expect(traced.text.hasPrefix("-100 dfd: 0xffffff9c, filename: 0x"), "\(traced.summary)")
        }

        @Test("A name that is none is shown with what it may be")
        func mistakes() throws {
            let named = try obstrace("syscalls", "opnat")
            #expect(
                named.status == 2 && named.errors.contains("^~~~~  did you mean openat?"), "\(named.summary)")
            let classed = try obstrace("syscalls", "!%netwrk")
            #expect(
                classed.status == 2 && classed.errors.contains("there is no class '%netwrk'"),
                "\(classed.summary)")
        }
    }
}
