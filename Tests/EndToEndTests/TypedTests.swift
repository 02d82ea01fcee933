import Foundation
import Testing

extension EndToEnd {
    /// Records for other programs.
    @Suite struct Typed {
        private let hostile = ["a\nb", "c\"d\\", "e\u{1b}[31m", "f,\tg", "h\u{202e}i", "日本", " k=l"]

        /// Traces the start of programs with hostile names in a folder; answers what was printed, and their
        /// paths.
        private func traceHostile(_ arguments: String...) throws -> (traced: Finished, paths: [String]) {
            try withDirectory { directory in
                let paths = hostile.map { "\(directory)/\($0)" }
                for path in paths {
                    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/bin/true")
                }
                let event = ["sched:sched_process_exec", "--where", "filename ~ \"\(directory)/*\""]
                let traced = try trace(event + arguments) {
                    _ = try run([Workload.spawn.path] + paths)
                }
                return (traced, paths)
            }
        }

        private func object(_ line: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }

        @Test("A JSON object tells of the event what happened, whatever the names")
        func json() throws {
            let (traced, paths) = try traceHostile("--json")
            let objects = try traced.lines.map(object)
            #expect(objects.count == paths.count, "\(traced.summary)")
            for (object, path) in zip(objects, paths) {
                #expect(Set(object.keys) == ["time", "event", "cpu", "pid", "tid", "comm", "args"])
                #expect(object["event"] as? String == "sched:sched_process_exec")
                #expect(
                    (object["comm"] as? String)?.utf8.first == path.split(separator: "/").last?.utf8.first)
                let fields = try #require(object["args"] as? [String: Any])
                #expect(fields["filename"] as? String == path, "\(traced.summary)")
                #expect(fields["pid"] as? Int == object["pid"] as? Int)
            }
        }

        @Test("A path that is no UTF-8 is told byte by byte")
        func invalidUTF8() throws {
            let traced = try script(
                """
                ln -s /bin/true $'bad\\xff'
                $OBSTRACE sched:sched_process_exec --json -f '<filename> <@comm>' -- ./$'bad\\xff'
                """)
            #expect(traced.text == #"{"filename":"./bad\udbff\udeff","@comm":"bad\udbff\udeff"}"# + "\n")
        }

        @Test("A table has one header and one set of columns", arguments: [("--csv", ","), ("--tsv", "\t")])
        func tables(flag: String, separator: String) throws {
            let (traced, paths) = try traceHostile(flag, "sched:sched_process_hang")
            let head = ["time", "event", "cpu", "pid", "tid", "comm"].joined(separator: separator)
            let fields = ["filename", "pid", "old_pid", "comm"].map { separator + "args." + $0 }.joined()
            #expect(traced.lines.first == head + fields, "\(traced.summary)")
            #expect(traced.lines.count == paths.count + 1, "\(traced.summary)")
            let value = #"(?:"(?:[^"]|"")*"|[^"\#(separator)]*)"#
            let row = try Regex("\(value)(?:\(separator)\(value)){9}").matchingSemantics(.unicodeScalar)
            for line in traced.lines { #expect(line.wholeMatch(of: row) != nil, "\(line)") }
        }

        @Test("A table without rows has its header")
        func emptyTable() throws {
            let traced = try obstrace("sched:sched_process_hang", "--csv", "-f", "<pid> <comm>", "-d", "10ms")
            #expect(traced.text == "pid,comm\n", "\(traced.summary)")
        }

        @Test("logfmt has the values of the template in its order")
        func logfmt() throws {
            let traced = try obstrace(
                "sched:sched_process_exec", "--logfmt", "-f", "ran <filename> as <@comm:10>", "--",
                "/bin/true")
            #expect(traced.text == "filename=/bin/true @comm=true\n", "\(traced.summary)")
        }

        @Test("States are names, and numbers on request")
        func numbers() throws {
            let traced = try obstrace("sched:sched_switch", "--json=numbers", "-n", "1")
            let fields = try #require(try object(traced.lines.first ?? "")["args"] as? [String: Any])
            #expect(fields["prev_state"] is String, "\(traced.summary)")
            #expect(fields["prev_state:n"] is Int, "\(traced.summary)")
        }
    }
}
