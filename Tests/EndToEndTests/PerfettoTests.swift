import Foundation
import Testing

extension EndToEnd {
    /// Traces of Perfetto, read by protobuf's own compiler with the numbers of Perfetto's public schema.
    @Suite struct PerfettoTraces {
        /// The part of the schema that the tests look at; what is not in it is decoded by its numbers.
        private static let schema = """
            syntax = "proto2";
            message Trace { repeated TracePacket packet = 1; }
            message TracePacket {
              optional FtraceEventBundle ftrace_events = 1;
              optional ProcessTree process_tree = 2;
              optional ClockSnapshot clock_snapshot = 6;
              optional uint64 timestamp = 8;
              optional uint32 trusted_packet_sequence_id = 10;
              optional SystemInfo system_info = 45;
            }
            message FtraceEventBundle {
              optional uint32 cpu = 1;
              repeated FtraceEvent event = 2;
              optional bool lost_events = 3;
            }
            message FtraceEvent {
              optional uint64 timestamp = 1;
              optional uint32 pid = 2;
              optional SchedSwitch sched_switch = 4;
              optional SchedWaking sched_waking = 20;
              optional SchedProcessExec sched_process_exec = 237;
              optional SchedProcessExit sched_process_exit = 238;
              optional GenericFtraceEvent generic = 327;
              optional SysEnter sys_enter = 329;
              optional SysExit sys_exit = 330;
            }
            message SchedSwitch {
              optional string prev_comm = 1;
              optional int32 prev_pid = 2;
              optional int32 prev_prio = 3;
              optional int64 prev_state = 4;
              optional string next_comm = 5;
              optional int32 next_pid = 6;
              optional int32 next_prio = 7;
            }
            message SchedWaking {
              optional string comm = 1;
              optional int32 pid = 2;
              optional int32 prio = 3;
              optional int32 target_cpu = 5;
            }
            message SchedProcessExec {
              optional string filename = 1;
              optional int32 pid = 2;
              optional int32 old_pid = 3;
            }
            message SchedProcessExit {
              optional string comm = 1;
              optional int32 pid = 2;
              optional int32 prio = 4;
            }
            message SysEnter { optional int64 id = 1; repeated uint64 args = 2; }
            message SysExit { optional int64 id = 1; optional int64 ret = 2; }
            message GenericFtraceEvent {
              message Field {
                optional string name = 1;
                optional string str_value = 3;
                optional int64 int_value = 4;
                optional uint64 uint_value = 5;
              }
              optional string event_name = 1;
              repeated Field field = 2;
            }
            message ProcessTree {
              message Thread { optional int32 tid = 1; optional string name = 2; optional int32 tgid = 3; }
              message Process { optional int32 pid = 1; optional int32 ppid = 2; repeated string cmdline = 3; }
              repeated Process processes = 1;
              repeated Thread threads = 2;
            }
            message ClockSnapshot {
              message Clock { optional uint32 clock_id = 1; optional uint64 timestamp = 2; }
              repeated Clock clocks = 1;
              optional uint32 primary_trace_clock = 2;
            }
            message SystemInfo {
              message Utsname {
                optional string sysname = 1;
                optional string release = 3;
                optional string machine = 4;
              }
              optional Utsname utsname = 1;
              optional uint32 num_cpus = 8;
            }

            """

        /// A message as protoc prints it.
        private final class Message {
            var values: [(name: String, value: String)] = []
            var messages: [(name: String, message: Message)] = []

            func all(_ path: String...) -> [Message] {
                path.reduce([self]) { found, name in
                    found.flatMap { $0.messages.filter { $0.name == name }.map(\.message) }
                }
            }

            func value(_ name: String) -> String? { values.first { $0.name == name }?.value }

            /// The values of all fields, separated by blanks.
            var text: String { values.map(\.value).joined(separator: " ") }
        }

        /// Decodes a trace.
        private func decoded(_ trace: String, in directory: String) throws -> Message {
            try Self.schema.write(
                toFile: directory + "/trace.proto", atomically: false, encoding: .utf8)
            let finished = try run([
                "sh", "-c", "exec protoc --decode=Trace -I \(directory) trace.proto <\(trace)",
            ])
            guard finished.status == 0 else { throw Failure("protoc: \(finished.errors)") }
            var open = [Message()]
            for line in finished.lines {
                let words = line.drop { $0 == " " }
                if words == "}" {
                    open.removeLast()
                } else if words.hasSuffix(" {") {
                    let message = Message()
                    open[open.count - 1].messages.append((String(words.dropLast(2)), message))
                    open.append(message)
                } else if let colon = words.firstIndex(of: ":") {
                    let value = words[words.index(colon, offsetBy: 2)...]
                    let isText = value.hasPrefix("\"") && value.hasSuffix("\"")
                    open[open.count - 1].values.append(
                        (String(words[..<colon]), String(isText ? value.dropFirst().dropLast() : value)))
                }
            }
            return open[0]
        }

        /// The events of a trace: `CPU TIME PID`, and the message.
        private func events(_ trace: Message) -> [(place: String, event: Message)] {
            trace.all("packet", "ftrace_events").flatMap { bundle in
                bundle.all("event").map { event in
                    let place = [bundle.value("cpu"), event.value("timestamp"), event.value("pid")]
                    return (place.map { $0 ?? "?" }.joined(separator: " "), event)
                }
            }
        }

        /// The lines of a replay, without order.
        private func replayed(_ file: String, _ words: String...) throws -> [String] {
            let replayed = try run([binary(), "-r", file] + words)
            guard replayed.status == 0 else { throw Failure(replayed.summary) }
            return replayed.lines.sorted()
        }

        private static let place = "<@cpu> <@time:d> <common_pid>"

        @Test("Every event is there as the replay and perf have it, and tasks have their names")
        func everything() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/events.data", directory + "/events.pftrace")
                let recorded = try run([
                    binary(), "-w", file, "-m", "4M", "--all-processes", "sched:*", "raw_syscalls:*", "--",
                    "sh", "-c",
                    "\(Workload.getppid.path) 3000; \(Workload.rename.path) alpha beta",
                ])
                #expect(recorded.status == 0, "\(recorded.summary)")
                let converted = try obstrace("convert", file, out)
                #expect(converted.status == 0, "\(converted.summary)")
                let trace = try decoded(out, in: directory)
                let events = events(trace)

                // All events, by CPU, time and thread.
                #expect(try events.map(\.place).sorted() == replayed(file, "-f", Self.place))
                let script = try run(["perf", "script", "-i", file, "--ns", "-F", "cpu,time,event"])
                #expect(script.status == 0, "\(script.errors)")
                let perf = script.lines.filter { !$0.isEmpty }.reduce(into: [Int: Int]()) { counts, line in
                    let cpu = line.split(separator: " ").first?.dropFirst().dropLast()
                    counts[cpu.flatMap { Int($0) } ?? -1, default: 0] += 1
                }
                let ours = events.reduce(into: [Int: Int]()) { counts, event in
                    counts[event.place.split(separator: " ").first.flatMap { Int($0) } ?? -1, default: 0] += 1
                }
                #expect(ours == perf)

                // The values of those that have messages of their own, and of one that has none.
                func values(_ name: String) -> [String] {
                    events.flatMap { event in event.event.all(name).map { "\(event.place) \($0.text)" } }
                        .sorted()
                }
                let cases = [
                    (
                        "sched_switch", "sched:sched_switch",
                        "<prev_comm> <prev_pid> <prev_prio> <prev_state:n> <next_comm> <next_pid> <next_prio>"
                    ),
                    ("sched_waking", "sched:sched_waking", "<comm> <pid> <prio> <target_cpu:d>"),
                    ("sched_process_exec", "sched:sched_process_exec", "<filename> <pid> <old_pid>"),
                    ("sched_process_exit", "sched:sched_process_exit", "<comm> <pid> <prio>"),
                    (
                        "sys_enter", "raw_syscalls:sys_enter",
                        "<id:n> " + (0..<6).map { "<args[\($0)]:u>" }.joined(separator: " ")
                    ),
                    ("sys_exit", "raw_syscalls:sys_exit", "<id:n> <ret:d>"),
                ]
                for (message, event, template) in cases {
                    let lines = try replayed(file, event, "-f", Self.place + " " + template)
                    let seen = values(message)
                    #expect(seen.count > 0 && seen.count == lines.count, "\(message)")
                    let difference = zip(seen, lines).first { $0 != $1 }
                    #expect(difference == nil, "\(String(describing: difference))")
                }
                #expect(values("sys_enter").count { $0.contains(" 110 ") } >= 3000)
                let runtimes = events.flatMap { event in
                    event.event.all("generic").filter { $0.value("event_name") == "sched_stat_runtime" }.map {
                        "\(event.place) " + $0.all("field").map(\.text).joined(separator: " ")
                    }
                }
                #expect(runtimes.count > 0)
                #expect(
                    try runtimes.sorted()
                        == replayed(
                            file, "sched:sched_stat_runtime", "-f",
                            Self.place + " comm <comm> pid <pid> runtime <runtime:d>"))

                // Threads have the names and processes that events were recorded with.
                let threads = Set(
                    trace.all("packet", "process_tree", "threads").map {
                        [$0.value("tid"), $0.value("tgid"), $0.value("name")].map { $0 ?? "?" }
                            .joined(separator: " ")
                    })
                let tasks = try replayed(file, "-f", "<@tid> <@pid> <@comm>").filter { !$0.hasPrefix("0 ") }
                #expect(Set(tasks).isSubset(of: threads), "\(Set(tasks).subtracting(threads))")
                for name in [" getppid", " alpha", " beta"] {
                    #expect(threads.contains { $0.hasSuffix(name) })
                }
                let getppid = trace.all("packet", "process_tree", "processes")
                    .first { $0.value("cmdline") == "getppid" }
                let pid = try #require(getppid?.value("pid"))
                #expect(
                    try [getppid?.value("ppid")]
                        == replayed(
                            file, "sched:sched_process_fork", "--where", "child_pid == \(pid)", "-f",
                            "<parent_pid>"))

                // The clocks stand as the wall times of events say, and the machine is this one.
                let clocks = trace.all("packet", "clock_snapshot", "clocks").map(\.text)
                let first = try replayed(file, "-n", "1", "-f", "6 <@time:d>\n1 <wall:%s%9f>")
                #expect(first.allSatisfy { clocks.contains($0) }, "\(clocks) \(first)")
                let name = try #require(trace.all("packet", "system_info", "utsname").first)
                #expect(try name.text == "Linux " + run(["uname", "-rm"]).lines.joined())
            }
        }

        @Test("System calls by their own names are calls too")
        func calls() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/calls.data", directory + "/calls.pftrace")
                let recorded = try obstrace(
                    "-w", file, "syscalls:sys_enter_kill", "syscalls:sys_exit_kill", "--", "sh", "-c",
                    "kill -0 $$")
                #expect(recorded.status == 0, "\(recorded.summary)")
                #expect(try obstrace("convert", file, out).status == 0)
                let events = events(try decoded(out, in: directory))
                #expect(
                    try events.flatMap { event in
                        event.event.all("sys_enter").map { "\(event.place) \($0.text)" }
                    }
                        == replayed(
                            file, "syscalls:sys_enter_kill", "-f",
                            Self.place + " <__syscall_nr:n> <pid:d> <sig:d>"))
                #expect(events.flatMap { $0.event.all("sys_exit").map(\.text) } == ["62 0"])
            }
        }

        @Test("A CPU that lost events says so in its bundles, and no other")
        func losses() throws {
            try withDirectory { directory in
                let (file, out) = (directory + "/lost.data", directory + "/lost.pftrace")
                let child = try tracing(["-m", "8K", "-w", file, "raw_syscalls:*"])
                child.signal(SIGSTOP)
                try Workload.getppid.run("20000")
                child.signal(SIGCONT)
                child.signal(SIGINT)
                #expect(try child.finish().status == 0)
                let converted = try obstrace("convert", file, out)
                #expect(converted.status == 0)
                #expect(converted.errors.contains(" events were lost while they were recorded"))
                let bundles = try decoded(out, in: directory).all("packet", "ftrace_events")
                let lossy = Set(
                    bundles.filter { $0.value("lost_events") == "true" }.compactMap { $0.value("cpu") })
                // perf tells of a loss as `CPU TIME PLACE: PERF_RECORD_LOST`, with or without `_SAMPLES`.
                let dump = try run(["perf", "script", "-D", "-i", file]).lines.filter {
                    $0.contains(": PERF_RECORD_LOST")
                }
                #expect(!lossy.isEmpty)
                #expect(lossy == Set(dump.compactMap { $0.split(separator: " ").first.map(String.init) }))
            }
        }

        @Test("Through pipes on both sides, and of what is left of a recording that is cut off")
        func pipesAndParts() throws {
            let finished = try script(
                """
                $OBSTRACE -w events.data raw_syscalls:sys_enter -- $WORKLOADS/getppid 5000 >/dev/null
                $OBSTRACE convert events.data whole.pftrace || exit 10
                $OBSTRACE convert --to perfetto events.data - | cmp - whole.pftrace || exit 11
                $OBSTRACE -w - raw_syscalls:sys_enter -- sh -c "$WORKLOADS/getppid 5000 >/dev/null" |
                    tee stream | $OBSTRACE convert --to perfetto - piped.pftrace || exit 12
                head -c 300000 stream | $OBSTRACE convert - part.pftrace 2>errors
                echo "status $?"
                grep -c 'it ends within a record' errors
                for file in whole piped part; do
                    protoc --decode_raw <$file.pftrace | grep -c '^        1: 110$'
                done
                $OBSTRACE convert --to perfetto events.data - | head -c 100 >/dev/null
                echo "${PIPESTATUS[0]}"
                """)
            let lines = finished.lines
            #expect(lines.count == 6, "\(finished.summary)")
            guard lines.count == 6 else { return }
            #expect(lines[0] == "status 1" && lines[1] == "1", "\(finished.summary)")
            // The shell makes such calls of its own.
            #expect(lines[2] == "5000" && (5000..<5010).contains(Int(lines[3]) ?? 0), "\(finished.summary)")
            #expect((1..<5000).contains(Int(lines[4]) ?? 0), "\(finished.summary)")
            #expect(lines[5] == "141", "\(finished.summary)")
        }
    }
}
