import CLinux
import CommandLine
import Glibc
import Template
import Tracepoints

/// `obstrace convert`: a recording in the form of another viewer.
enum Convert {
    /// Converts as the command line asks, and answers the exit status.
    static func run(_ arguments: ConvertArguments) throws(Failure) -> Int32 {
        switch arguments.kind {
        case .chrome: try chrome(arguments)
        case .svg: try flameGraph(arguments)
        case .traceDat: try TraceDat.run(arguments)
        case .perfetto: try PerfettoConversion.run(arguments)
        }
    }

    // MARK: Trace events of Chrome

    /// Replays the recording by templates that make an object of each event.
    private static func chrome(_ arguments: ConvertArguments) throws(Failure) -> Int32 {
        let recording = try Recording.open(arguments.input)
        let names = recording.layouts.map(\.fullName)
        guard !names.isEmpty else { throw Failure("\(arguments.input.text): no tracepoint is in it") }
        var words = ["*:*", "-f", instant]
        for (name, template) in slices where names.contains(name) { words += [name, "-f", template] }
        let replay: TraceArguments
        do throws(UsageError) {
            guard case .trace(let parsed) = try parse(words) else { preconditionFailure("the words trace") }
            replay = parsed
        } catch {
            preconditionFailure("the words are right")
        }
        let cpus = Array(0..<min(Int(recording.info.cpusAvailable ?? 1), mostCPUs))
        return try Replay.run(
            replay, arguments.input, recording: recording, output: arguments.output,
            frame: (chromeHead(cpus), "]}\n"))
    }

    /// One more than the greatest number that a CPU has in any kernel.
    private static let mostCPUs = 8192

    /// An event without a length, on the line of its thread. Times are microseconds.
    private static let instant =
        #",{"ph":"i","s":"t","name":<@name:j>,"cat":<@subsystem:j>,"ts":<@time:d>e-3,"pid":<@pid?0>,"#
        + #""tid":<@tid?0>,"args":{"cpu":<@cpu>,"comm":<@comm:j?null>,"text":<@print:j>}}"#

    /// Events that begin or end something that takes time: what a CPU runs, on the lines of process 0, and system
    /// calls, on the lines of their threads.
    private static let slices = [
        (
            "sched:sched_switch",
            #",{"ph":"E","ts":<@time:d>e-3,"pid":0,"tid":<@cpu>}"# + "\\n"
                + #",{"ph":"B","name":<next_comm:j>,"cat":"sched","ts":<@time:d>e-3,"pid":0,"tid":<@cpu>,"#
                + #""args":{"tid":<next_pid>,"priority":<next_prio>}}"#
        ),
        (
            "raw_syscalls:sys_enter",
            #",{"ph":"B","name":"<id:sys>","cat":"syscall","ts":<@time:d>e-3,"pid":<@pid?0>,"tid":<@tid?0>,"#
                + #""args":{"args":<args:j>}}"#
        ),
        (
            "raw_syscalls:sys_exit",
            #",{"ph":"E","ts":<@time:d>e-3,"pid":<@pid?0>,"tid":<@tid?0>,"args":{"ret":<ret>}}"#
        ),
    ]

    /// What stands before the events: the names of the lines that CPUs have.
    private static func chromeHead(_ cpus: [Int]) -> String {
        let names = cpus.map { cpu in
            #",{"ph":"M","name":"thread_name","pid":0,"tid":\#(cpu),"args":{"name":"CPU \#(cpu)"}}"# + "\n"
        }
        return #"{"displayTimeUnit":"ns","traceEvents":["# + "\n"
            + #"{"ph":"M","name":"process_name","pid":0,"args":{"name":"CPUs"}}"# + "\n" + names.joined()
    }

    // MARK: Flame graphs

    /// Draws the folded stacks of `obstrace count --folded`.
    private static func flameGraph(_ arguments: ConvertArguments) throws(Failure) -> Int32 {
        let file = try arguments.input.openedFile()
        let text: String
        do throws(SystemError) {
            text = String(
                decoding: try System.contents(of: file, called: arguments.input.text), as: UTF8.self)
        } catch {
            throw Failure("cannot read '\(arguments.input.text)': \(error.reason)")
        }
        var graph = FlameGraph(title: arguments.input.text)
        for (index, line) in text.split(separator: "\n").enumerated() where !graph.add(line) {
            throw Failure(
                "\(arguments.input.text): line \(index + 1) is no folded stack, such as 'a;b;c 12'; "
                    + "obstrace count EVENT --by stack --folded writes them")
        }
        guard graph.count > 0 else { throw Failure("\(arguments.input.text): no stack is in it") }
        let sink = try Sink.open(arguments.output, reading: file.number, arguments.input)
        try checked { () throws(SystemError) in try sink.begin() }
        var line = LineBuffer()
        line.append(string: graph.svg())
        return try sink.flush(&line) ? Status.done : Status.readerGone
    }
}
