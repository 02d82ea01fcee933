import Foundation
import Testing

extension EndToEnd {
    /// Recordings in the form of other viewers.
    @Suite struct Conversions {
        private struct Trace: Decodable {
            struct Event: Decodable {
                let ph: String
                let name: String?
                let ts: Double?
                let pid: Int
                let tid: Int?
            }
            let traceEvents: [Event]
        }

        @Test("A recording becomes trace events of Chrome: slices of CPUs and calls, marks for the rest")
        func chrome() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/events.data", directory + "/events.json")
                let recorded = try obstrace(
                    "-w", file, "raw_syscalls:*", "sched:sched_switch", "sched:sched_process_exit", "--",
                    Workload.getppid.path, "1000")
                #expect(recorded.status == 0, "\(recorded.summary)")
                let converted = try obstrace("convert", file, out)
                #expect(converted.status == 0, "\(converted.summary)")
                let data = try Data(contentsOf: URL(fileURLWithPath: out))
                let events = try JSONDecoder().decode(Trace.self, from: data).traceEvents
                #expect(events.count { $0.ph == "B" && $0.name == "getppid" } == 1000)
                #expect(events.count { $0.ph == "i" && $0.name == "sched_process_exit" } == 1)
                #expect(events.contains { $0.ph == "M" && $0.name == "thread_name" && $0.pid == 0 })
                let lines = try obstrace("-r", file, "-f", "<time:d>").lines.compactMap { Double($0) }
                let times = events.compactMap(\.ts)
                #expect(abs((times.min() ?? 0) * 1000 - (lines.min() ?? 1)) < 1000)
            }
        }

        @Test("Folded stacks become a flame graph; what is none is refused with its line")
        func flameGraph() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/stacks", directory + "/stacks.svg")
                try "main;work;read 30\nmain;idle 10\n".write(
                    toFile: file, atomically: false, encoding: .utf8)
                #expect(try obstrace("convert", file, out).status == 0)
                let svg = try String(contentsOfFile: out, encoding: .utf8)
                #expect(svg.hasPrefix("<svg") || svg.hasPrefix("<?xml"))
                #expect(svg.contains("work") && svg.contains("75"))
                try "main;work;read\n".write(toFile: file, atomically: false, encoding: .utf8)
                let refused = try obstrace("convert", file, out)
                #expect(refused.status == 1)
                #expect(refused.errors.contains("line 1 is no folded stack"), "\(refused.errors)")
            }
        }

        @Test("A file is not written over that is read, by whatever name")
        func sameFile() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w run.data syscalls:sys_enter_getppid -- $WORKLOADS/getppid 10 >/dev/null
                echo 'main;work 3' > stacks
                cp run.data kept.data; cp stacks kept.stacks; ln -s run.data soft; ln run.data hard
                try() { "$OBSTRACE" "$@" > out 2> error; echo "$? $(cat out error)"; }
                for name in run.data soft hard; do try -r run.data -o $name; done
                for kind in chrome perfetto trace-cmd; do try convert run.data soft --to $kind; done
                try convert stacks stacks --to svg
                try -r - -o run.data < run.data
                "$OBSTRACE" -r run.data >> run.data 2> error; echo "$? $(cat error)"
                cmp run.data kept.data && cmp stacks kept.stacks && "$OBSTRACE" -r run.data -o other && wc -l < other
                """)
            func refusal(_ name: String, of file: String = "run.data") -> String {
                "2 obstrace: cannot write \(name): it is the same file as '\(file)', which is read"
            }
            #expect(
                finished.lines == [
                    refusal("'run.data'"), refusal("'soft'"), refusal("'hard'"), refusal("'soft'"),
                    refusal("'soft'"), refusal("'soft'"), refusal("'stacks'", of: "stacks"),
                    refusal("'run.data'", of: "-"), refusal("stdout"), "10",
                ], "\(finished.summary)")
        }

        @Test("A number of CPUs that no machine has is not believed")
        func numberOfCPUs() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/run.data", directory + "/run.json")
                let recorded = try run([
                    "bash", "-c", "\"$1\" -q -w - sched:sched_process_exec -- true > \"$2\"", "sh", binary(),
                    file,
                ])
                #expect(recorded.status == 0, "\(recorded.summary)")
                var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
                // The record of the feature 7, which is two numbers of CPUs.
                let head: [UInt8] = [80, 0, 0, 0, 0, 0, 24, 0, 7, 0, 0, 0, 0, 0, 0, 0]
                let place = try #require(
                    bytes.indices.first { bytes[$0...].starts(with: head) })
                bytes.replaceSubrange(place + 16..<place + 24, with: repeatElement(0xff, count: 8))
                try Data(bytes).write(to: URL(fileURLWithPath: file))
                let converted = try obstrace("convert", file, out)
                #expect(converted.status == 0, "\(converted.summary)")
                let events = try JSONDecoder().decode(
                    Trace.self, from: Data(contentsOf: URL(fileURLWithPath: out))
                ).traceEvents
                #expect(events.count { $0.ph == "M" && $0.name == "thread_name" } == 8192)
            }
        }

        @Test("What to convert into is told by the name, or by --to")
        func kinds() throws {
            let unknown = try obstrace("convert", "in", "out.txt")
            #expect(unknown.status == 2)
            #expect(unknown.errors.contains("  out.txt\n  ^~~~~~~"), "\(unknown.errors)")
            #expect(
                try obstrace("convert", "in", "out", "--to", "chrom").errors.contains("did you mean chrome?"))
        }
    }
}
