import CLinux
import CommandLine
import Glibc
import Tracepoints

/// A recording in the form of trace-cmd.
enum TraceDat {
    /// Converts as the command line asks, and answers the exit status.
    static func run(_ arguments: ConvertArguments) throws(Failure) -> Int32 {
        System.ignore(SIGPIPE)
        var recording = try Recording.open(arguments.input)
        recording.select(recording.layouts, needs: [.tid, .comm])
        recording.tellsLosses = true
        let sink = try Sink.open(arguments.output, reading: recording.descriptor, arguments.input)
        guard !System.isTerminal(sink.number) else {
            throw Failure(
                "trace.dat is no text for a terminal: give OUT the name of a file", status: Status.usage)
        }
        var writer = TraceDatWriter(folders: folders(for: arguments.output, sink))
        var progress = Progress(isShown: true)
        do throws(SystemError) {
            while let batch = recording.nextBatch() {
                for (cpu, count) in recording.newLosses { writer.addLoss(count, on: cpu) }
                try writer.add(batch)
                progress.show(recording)
            }
        } catch {
            throw Failure("cannot write a temporary file: \(error)")
        }
        progress.clear()
        let symbols = recording.isOfThisKernel ? KernelSymbols.text : []
        let isWhole: Bool
        do throws(SystemError) {
            try sink.begin()
            isWhole = try unsafe writer.write(recording, symbols: symbols, tool: "obstrace \(version)") {
                (bytes) throws(SystemError) in
                if case .done = try unsafe sink.write(bytes, isInterrupted: { false }) { true } else { false }
            }
        } catch {
            throw Failure("cannot write: \(error.reason)")
        }
        guard isWhole else { return Status.readerGone }
        tell(recording, writer)
        if let problem = recording.problem { throw Failure(problem, in: arguments.input) }
        return Status.done
    }

    /// Where what is complete may wait: beside a file, as there is room for it, or where other temporary files are.
    private static func folders(for output: Output, _ sink: borrowing Sink) -> [RawPath] {
        let temporary = RawPath(environment("TMPDIR") ?? "/var/tmp")
        guard case .file(let file) = output,
            (try? System.status(of: sink.number)).map({ $0.st_mode & S_IFMT }) == S_IFREG
        else { return [temporary] }
        return [file.rawPath.folder, temporary]
    }

    /// Tells what of the recording is not in the file, or not as one might think.
    private static func tell(_ recording: borrowing Recording, _ writer: borrowing TraceDatWriter) {
        var notes = recording.notes
        func note(_ count: UInt64, _ what: String) { if count > 0 { notes.append("\(count) \(what)") } }
        note(writer.misplacedCount, "events are of CPUs that no machine has and were skipped")
        note(writer.oversizedCount, "events are longer than any of the kernel's and were skipped")
        note(writer.placelessCount, "events do not tell their CPU and are shown on CPU 0")
        note(writer.lateCount, "events are earlier than the one before them on their CPU, and stay behind it")
        let lost = recording.lostCount
        if lost > 0 { notes.append("\(writer.eventCount) events, \(lost) lost while they were recorded") }
        recording.tellSkipped()
        for note in notes { System.print("obstrace: \(note)\n", to: 2) }
    }
}
