import Foundation
import Testing

extension EndToEnd {
    /// Names are chosen by whoever runs a program: none of them may break a line or reach the terminal as a command.
    @Suite struct SafeText {
        /// Newline, escape, a bell, a C1 control, a right-to-left override, a zero-width space, DEL.
        private let hostile = [
            "a\nb", "c\u{1b}[31md", "e\u{7}f", "g\u{9b}h", "i\u{202e}j", "k\u{200b}l", "m\u{7f}n",
        ]

        private func expectSafe(_ finished: Finished) {
            #expect(String(validating: finished.output, as: UTF8.self) != nil, "\(finished.summary)")
            for scalar in finished.text.unicodeScalars where scalar != "\n" {
                let category = scalar.properties.generalCategory
                #expect(category != .control && category != .format, "\(scalar.value) in \(finished.summary)")
            }
        }

        @Test(
            "A path with control characters gives one line without them",
            arguments: [["-f", "<filename>"], []])
        func paths(format: [String]) throws {
            try withDirectory { directory in
                let paths = hostile.map { "\(directory)/\($0)" }
                for path in paths {
                    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/bin/true")
                }
                let traced = try trace(["sched:sched_process_exec"] + format) {
                    _ = try run([Workload.spawn.path] + paths)
                }
                // The workload's own exec, and whatever else the machine starts, is seen too.
                #expect(traced.lines.count { $0.contains(directory) } == hostile.count, "\(traced.summary)")
                expectSafe(traced)
            }
        }

        @Test("A process name with control characters gives one line without them")
        func processNames() throws {
            let traced = try run(
                [binary(), "syscalls:sys_enter_getppid", "-f", "<@comm>", "--", Workload.rename.path]
                    + hostile)
            #expect(traced.lines.count == hostile.count, "\(traced.summary)")
            expectSafe(traced)
        }

        @Test("A path that is no UTF-8 comes out as UTF-8")
        func invalidUTF8() throws {
            let traced = try script(
                """
                ln -s /bin/true $'bad\\xff\\xc3name'
                $OBSTRACE sched:sched_process_exec -f '<filename>' -- ./$'bad\\xff\\xc3name'
                """)
            expectSafe(traced)
            #expect(traced.lines.count == 1)
            #expect(traced.text.contains("bad") && traced.text.contains("name"), "\(traced.summary)")
        }
    }
}
