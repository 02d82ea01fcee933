import Foundation
import Testing

extension EndToEnd {
    /// Recordings in the form of trace-cmd, as trace-cmd reads them.
    @Suite struct TraceDat {
        /// What is compared of all events, and of these also the fields, as trace-cmd prints them plainly.
        private static let head = "<@time> <@cpu> <@tid> <@name>:"
        private static let fields = [
            "sched:sched_switch": "prev_comm=<prev_comm> prev_pid=<prev_pid> prev_prio=<prev_prio> "
                + "prev_state=<prev_state:n> next_comm=<next_comm> next_pid=<next_pid> next_prio=<next_prio>",
            "sched:sched_waking": "comm=<comm> pid=<pid> prio=<prio> target_cpu=<target_cpu:03>",
            "sched:sched_process_exec": "filename=<filename> pid=<pid> old_pid=<old_pid>",
            "raw_syscalls:sys_enter": "id=<id:n> args=ARRAY[<args:xx>]",
            "raw_syscalls:sys_exit": "id=<id:n> ret=<ret>",
            "task:task_rename":
                "pid=<pid> oldcomm=<oldcomm> newcomm=<newcomm> oom_score_adj=<oom_score_adj>",
        ]

        /// The events of a recording, and of its tasks the last names.
        private func replay(_ file: String) throws -> (lines: [String], names: [String: String]) {
            let templates = Self.fields.filter { event, _ in
                (try? obstrace("info", file).text.contains("\n\(event) ")) ?? false
            }
            let replayed = try run(
                [binary(), "-q", "-r", file, "*:*", "-f", Self.head]
                    + templates.flatMap { [$0.key, "-f", Self.head + " " + $0.value] })
            #expect(replayed.status == 0, "\(replayed.summary)")
            var names = ["0": "<idle>"]
            for line in try obstrace("-q", "-r", file, "-f", "<@tid> <@comm>").lines {
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                if words[0] != "0" { names[words[0]] = words.last }
            }
            return (replayed.lines, names)
        }

        /// The events that trace-cmd finds, as those of `replay`; what it says besides, such as of lost ones.
        private func report(_ file: String) throws -> (
            lines: [String], names: [String: String], others: [String]
        ) {
            let report = try run(["trace-cmd", "report", "-t", "-R", file])
            #expect(report.status == 0, "\(report.summary)")
            var (lines, names, others): ([String], [String: String], [String]) = ([], [:], [])
            let compared = Set(Self.fields.keys.compactMap { $0.split(separator: ":").last })
            let pattern = #/ *(.*)-(\d+) +\[0*(\d+)\] +([\d.]+): +(\w+): *(.*)/#
            for line in report.lines {
                guard let (_, comm, tid, cpu, time, event, fields) = try pattern.wholeMatch(in: line)?.output
                else {
                    others.append(line)
                    continue
                }
                names[String(tid)] = String(comm)
                let isArray = fields.contains("ARRAY[")
                let values = isArray ? fields.filter { $0 != "," } : String(fields)
                let rest = compared.contains(event) ? " \(values)" : ""
                lines.append("\(time) \(cpu) \(tid) \(event):\(rest)")
            }
            return (lines, names, others)
        }

        /// Converts a recording and answers what is said on stderr.
        @discardableResult
        private func convert(_ file: String, _ out: String) throws -> String {
            let converted = try obstrace("convert", file, out)
            #expect(converted.status == 0 && converted.text.isEmpty, "\(converted.summary)")
            return converted.errors
        }

        /// Events of one time, on two CPUs, may come in either order.
        private func expectSame(
            _ ours: [String], _ theirs: [String], sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(ours.count == theirs.count, sourceLocation: sourceLocation)
            let difference = zip(ours.sorted(), theirs.sorted()).first { $0 != $1 }
            #expect(difference == nil, "\(String(describing: difference))", sourceLocation: sourceLocation)
        }

        @Test(
            "trace-cmd reports the events that the replay prints, of recordings of both kinds",
            arguments: ["obstrace", "perf", "perf -g"])
        func reading(_ recorder: String) throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/run.data", directory + "/run.dat")
                let events = ["sched:*", "raw_syscalls:*", "signal:*", "task:*", "timer:*", "irq:*"]
                let command = [
                    "--", "sh", "-c", "\"$1/mix\" \"$2\"; \"$1/getppid\" 5000", "sh",
                    try Workload.directory(), directory,
                ]
                let recorded =
                    switch recorder {
                    case "obstrace":
                        try run([binary(), "-w", file, "-m", "16M"] + events + command)
                    default:
                        try run(
                            recorder.split(separator: " ").enumerated().flatMap {
                                $0 == 0 ? ["perf", "record", "-q", "-a", "-m", "16M"] : [String($1)]
                            } + events.flatMap { ["-e", $0] } + ["-o", file] + command)
                    }
                #expect(recorded.status == 0, "\(recorded.summary)")
                try convert(file, out)
                let (ours, theirs) = (try replay(file), try report(out))
                // More than what is kept in memory of the CPUs.
                #expect(ours.lines.count > 10_000)
                expectSame(ours.lines, theirs.lines)
                #expect(theirs.others == ["cpus=\(sysconf(Int32(_SC_NPROCESSORS_CONF)))"])
                for (tid, name) in theirs.names { #expect(name == ours.names[tid] ?? "<...>") }

                let printed = try run(["trace-cmd", "report", out]).lines.filter { $0.contains(" function=") }
                #expect(!printed.isEmpty && printed.allSatisfy { !$0.contains(" function=0x") })
                #expect(try run(["trace-cmd", "dump", "-v", "-i", out]).text.contains("valid"))
                let told = try run(["trace-cmd", "dump", "--options", "--clock", "-i", out]).text
                let system = try run(["uname", "-snrm"]).lines[0]
                #expect(told.contains("\n" + system + "\n") && told.contains("read events: "), "\(told)")
                #expect(told.contains("\t[\(recorder == "obstrace" ? "mono" : "perf")]"), "\(told)")
                let half = directory + "/half"
                let middle = theirs.lines[theirs.lines.count / 2].prefix { $0 != " " }
                #expect(try run(["trace-cmd", "split", "-i", out, "-o", half, String(middle)]).status == 0)
                expectSame(
                    ours.lines.filter { $0.prefix { $0 != " " } >= middle }, try report(half + ".1").lines)
            }
        }

        @Test("Where events were lost, trace-cmd says how many, as perf does")
        func losses() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/run.data", directory + "/run.dat")
                let recorded = try obstrace(
                    "-w", file, "-m", "8K", "raw_syscalls:*", "--", Workload.getppid.path, "20000", "0", "1")
                #expect(recorded.status == 0, "\(recorded.summary)")
                let said = try convert(file, out)
                let theirs = try report(out)
                let dropped = theirs.others.compactMap {
                    try? #/CPU:(\d+) \[(\d+) EVENTS DROPPED\]/#.wholeMatch(in: $0)
                }.map { "\($0.output.1) \($0.output.2)" }
                let perf = try run(["perf", "script", "-i", file, "--show-lost-events", "-F", "cpu,event"])
                let lost = perf.lines.filter { $0.contains("LOST") }.compactMap {
                    try? #/.*\[0*(\d+)\].*PERF_RECORD_LOST lost (\d+)/#.wholeMatch(in: $0)
                }.map { "\($0.output.1) \($0.output.2)" }
                #expect(!lost.isEmpty)
                expectSame(dropped, lost)
                let ours = try replay(file).lines
                expectSame(ours, theirs.lines)
                #expect(
                    try #/obstrace: (\d+) events, (\d+) lost while they were recorded\n/#.wholeMatch(
                        in: said)?
                        .output.1 == "\(ours.count)", "\(said)")
            }
        }

        @Test("Long events and long times between events are whole; a CPU need not have any")
        func extremes() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/run.data", directory + "/run.dat")
                // As long as a path can be, which is more than a page of the kernel's own has room for.
                let path = String(repeating: "/", count: 4086) + "bin/true"
                let recorded = try run([
                    binary(), "-w", file, "-C", "0", "sched:sched_process_exec", "--", "taskset", "-c", "0",
                    "sh", "-c", "/bin/true; sleep 0.4; \(path); exec \(path)",
                ])
                #expect(recorded.status == 0, "\(recorded.summary)")
                try convert(file, out)
                let theirs = try report(out).lines
                expectSame(try replay(file).lines, theirs)
                #expect(theirs.count { $0.contains("filename=\(path) ") } == 2)
                let times = theirs.compactMap { Double($0.prefix { $0 != " " }) }
                #expect(zip(times, times.dropFirst()).contains { $1 - $0 > 0.4 })
                let statistics = try run(["trace-cmd", "report", "--stat", out]).text
                for cpu in 0..<sysconf(Int32(_SC_NPROCESSORS_CONF)) {
                    let size = cpu == 0 ? 16384 : 0
                    let pattern = try Regex("CPU\(cpu) data recorded at .*\n +\(size) bytes in size\n")
                    #expect(statistics.contains(pattern), "\(statistics)")
                }
            }
        }

        @Test("What a recording has that no kernel would write is told")
        func oddities() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/run.data", directory + "/run.dat")
                var recording = try MadeUpRecording(hasCPU: true)
                recording.addSample(at: 1_000_000_000, cpu: 0, pid: 11)
                recording.addSample(at: 2_000_000_000, cpu: 1, pid: 12)
                recording.addRound()
                recording.addSample(at: 3_000_000_000, cpu: 0, pid: 13)
                recording.addSample(at: 3_000_000_001, cpu: 0, pid: 14, size: 20_000)
                recording.addSample(at: 3_000_000_002, cpu: 8192, pid: 15)
                recording.addRound()
                recording.addRound()
                // Those before have been given out.
                recording.addSample(at: 500_000_000, cpu: 0, pid: 16)
                recording.addSample(at: 500_000_007, cpu: 0, pid: 17)
                // More than half a century later.
                recording.addSample(at: 2_000_000_000_000_000_000, cpu: 0, pid: 18)
                try recording.bytes.write(to: URL(fileURLWithPath: file))
                let said = try convert(file, out)
                for part in [
                    "1 events are longer than any of the kernel's and were skipped",
                    "1 events are of CPUs that no machine has and were skipped",
                    "1 events are earlier than the one before them on their CPU, and stay behind it",
                ] {
                    #expect(said.contains("obstrace: \(part)\n"), "\(said)")
                }
                let theirs = try report(out)
                #expect(
                    theirs.lines == [
                        "1.000000000 0 11 sched_waking: comm=made pid=11 prio=120 target_cpu=000",
                        "2.000000000 1 12 sched_waking: comm=made pid=12 prio=120 target_cpu=000",
                        "3.000000000 0 13 sched_waking: comm=made pid=13 prio=120 target_cpu=000",
                        "0.500000000 0 16 sched_waking: comm=made pid=16 prio=120 target_cpu=000",
                        "0.500000007 0 17 sched_waking: comm=made pid=17 prio=120 target_cpu=000",
                        "2000000000.000000000 0 18 sched_waking: comm=made pid=18 prio=120 target_cpu=000",
                    ])
                #expect(theirs.others.contains("CPU:0 [1 EVENTS DROPPED]"))

                recording = try MadeUpRecording(hasCPU: false)
                for pid in Int32(1)...3 { recording.addSample(at: UInt64(pid), cpu: nil, pid: pid) }
                try recording.bytes.write(to: URL(fileURLWithPath: file))
                #expect(
                    try convert(file, out)
                        == "obstrace: 3 events do not tell their CPU and are shown on CPU 0\n")
                #expect(
                    try report(out).lines.map { $0.prefix(15) } == [
                        "0.000000001 0 1", "0.000000002 0 2", "0.000000003 0 3",
                    ])
            }
        }

        @Test("Pipes on either side make the same file; what cannot be read or written is told")
        func files() throws {
            let finished = try script(
                """
                "$OBSTRACE" -q -w - -m 4M 'raw_syscalls:*' -- sh -c '"$WORKLOADS/getppid" 20000 >&2' >run.data 2>workload
                "$OBSTRACE" convert run.data run.dat; echo $?
                cat run.data | "$OBSTRACE" convert - - --to trace-cmd | cmp - run.dat && echo same
                "$OBSTRACE" convert run.data /dev/stdout --to trace-cmd | cmp - run.dat && echo same
                [ $(trace-cmd report run.dat | wc -l) = $("$OBSTRACE" -r run.data | sed 1icpus | wc -l) ] && echo all
                ls -A
                "$OBSTRACE" convert run.data /dev/full --to trace-cmd; echo $?
                mkdir small; mount -t tmpfs -o size=100k none small
                "$OBSTRACE" convert run.data small/run.dat; echo $?
                umount small
                TMPDIR=/dev/null/nowhere "$OBSTRACE" convert run.data - --to trace-cmd | wc -c
                "$OBSTRACE" convert run.data - --to trace-cmd | head -c 3 >/dev/null; echo ${PIPESTATUS[0]}
                script -qec '"$OBSTRACE" convert run.data - --to trace-cmd' /dev/null >terminal; echo $?
                cat terminal >&2
                cp run.dat kept.dat
                "$OBSTRACE" convert /bin/true kept.dat; echo $?
                cmp run.dat kept.dat && echo kept
                head -c 1500000 run.data >part.data
                "$OBSTRACE" convert part.data part.dat; echo $?
                [ $(trace-cmd report part.dat | wc -l) = $("$OBSTRACE" -q -r part.data 2>/dev/null | sed 1icpus | wc -l) ] && echo all
                """)
            #expect(
                finished.lines == [
                    "0", "same", "same", "all", "run.dat", "run.data", "workload", "1", "1", "0", "141", "2",
                    "1",
                    "kept", "1", "all",
                ], "\(finished.summary)")
            for part in [
                "obstrace: cannot write: No space left on device\n",
                "obstrace: cannot write a temporary file: write: No space left on device\n",
                "obstrace: cannot write a temporary file: open /dev/null/nowhere: Not a directory\n",
                "obstrace: trace.dat is no text for a terminal: give OUT the name of a file",
                "obstrace: /bin/true: at byte 0: it is no recording",
                "obstrace: part.data: at byte 1499",
            ] {
                #expect(finished.errors.contains(part), "\(part): \(finished.errors)")
            }
        }

        @Test("No byte of a recording can end the conversion in any other way than by a message")
        func hostile() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/run.data", directory + "/run.dat")
                // As if on another machine, whose symbols are not in the file: that takes less time.
                let made = try run([
                    "unshare", "--uts", "sh", "-c", "hostname elsewhere; exec \"$0\" \"$@\"", binary(), "-q",
                    "-w",
                    file, "sched:sched_process_exec", "--", "/bin/true",
                ])
                #expect(made.status == 0, "\(made.summary)")
                try convert(file, out)
                #expect(
                    try run(["trace-cmd", "dump", "--kallsyms", "-i", out]).text.contains(
                        "[Kallsyms, 0 bytes]"))
                #expect(try report(out).lines.count == 1)
                let whole = try Data(contentsOf: URL(fileURLWithPath: file))
                for offset in stride(from: 0, to: whole.count, by: max(1, whole.count / 300)) {
                    var data = whole
                    data[offset] ^= 0xff
                    try data.write(to: URL(fileURLWithPath: file))
                    let converted = try obstrace("convert", file, out)
                    #expect([0, 1].contains(converted.status), "byte \(offset): \(converted.summary)")
                    if converted.status == 1 { #expect(converted.errors.contains("obstrace: \(file): ")) }
                }
            }
        }
    }
}

/// A recording of `sched_waking` as it comes through a pipe, with whatever is put into it.
private struct MadeUpRecording {
    private(set) var bytes = Data()
    private let id: UInt16

    init(hasCPU: Bool) throws {
        let format = try String(
            contentsOfFile: "/sys/kernel/tracing/events/sched/sched_waking/format", encoding: .utf8)
        let line = try #require(format.split(separator: "\n").first { $0.hasPrefix("ID: ") })
        id = try #require(UInt16(line.dropFirst(4)))
        bytes += Data("PERFILE2".utf8)
        bytes.append(number: UInt64(16))
        // Ids, time, CPU, and the tracepoint's record.
        let words: UInt64 = 1 << 1 | 1 << 2 | (hasCPU ? 1 << 7 : 0) | 1 << 10
        var attributes = Data()
        attributes.append(number: UInt32(2))
        attributes.append(number: UInt32(64))
        for number in [UInt64(id), 1, words, 0, 0, 0, 0] { attributes.append(number: number) }
        add(type: 64, attributes)
        var tracing = Data([0x17, 0x08, 0x44] + Array("tracing0.6".utf8) + [0, 0, 8, 0, 0x10, 0, 0])
        for name in ["header_page", "header_event"] {
            tracing += Data(name.utf8) + [0]
            tracing.append(number: UInt64(0))
        }
        tracing.append(number: UInt32(0))
        tracing.append(number: UInt32(1))
        tracing += Data("sched".utf8) + [0]
        tracing.append(number: UInt32(1))
        tracing.append(number: UInt64(format.utf8.count))
        tracing += Data(format.utf8)
        for _ in 0..<4 { tracing.append(number: UInt32(0)) }
        var size = Data()
        size.append(number: UInt32(tracing.count))
        size.append(number: UInt32(0))
        add(type: 66, size)
        bytes += tracing
    }

    private mutating func add(type: UInt32, _ content: Data) {
        bytes.append(number: type)
        bytes.append(number: UInt16(0))
        bytes.append(number: UInt16(8 + content.count))
        bytes += content
    }

    /// Ends a round: what comes up to the end of the next one may be given out.
    mutating func addRound() { add(type: 68, Data()) }

    mutating func addSample(at time: UInt64, cpu: UInt32?, pid: Int32, size: Int = 36) {
        var record = Data()
        record.append(number: id)
        record.append(number: UInt16(0))
        record.append(number: pid)
        record += Data("made".utf8) + Data(count: 12)
        for number in [pid, 120, 0] { record.append(number: number) }
        record += Data(count: size - record.count)
        var sample = Data()
        sample.append(number: pid)
        sample.append(number: pid)
        sample.append(number: time)
        if let cpu { sample.append(number: UInt64(cpu)) }
        sample.append(number: UInt32(record.count))
        sample += record + Data(count: (8 - (4 + record.count) % 8) % 8)
        add(type: 9, sample)
    }
}

extension Data {
    fileprivate mutating func append<T: FixedWidthInteger>(number: T) {
        for byte in 0..<MemoryLayout<T>.size { append(UInt8(truncatingIfNeeded: number >> (byte * 8))) }
    }
}
