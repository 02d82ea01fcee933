import CLinux
import CommandLine
import Glibc
import Template
import Tracepoints

extension Recording {
    /// Opens the recording that an argument names, `-` for stdin.
    static func open(_ file: Argument) throws(Failure) -> Recording {
        let descriptor = try file.openedFile()
        Privileges.reduceToReading()
        do throws(RecordingError) {
            return try Recording.open(descriptor)
        } catch {
            throw Failure(error, in: file)
        }
    }

    /// Opens the recording that a command line wants to be read; `nil` where it wants to trace.
    static func open(_ arguments: TraceArguments) throws(Failure) -> Recording? {
        guard let file = arguments.replayed else { return nil }
        return try open(file)
    }

    /// Whether the kernel that runs is the one that was recorded, as far as has been read.
    var isOfThisKernel: Bool {
        let identity = System.identity()
        guard info.release == identity.release, info.hostname == identity.hostname else { return false }
        guard let kernel, let start = KernelText.runningStart() else { return true }
        return kernel.start == start
    }
}

extension Recording {
    /// Tells on stderr how many samples were left out; with `isQuiet` only those that ought to have been none.
    func tellSkipped(isQuiet: Bool = false) {
        if otherCount > 0, !isQuiet {
            System.print("obstrace: \(otherCount) samples are of no tracepoint and were skipped\n", to: 2)
        }
        if malformedCount > 0 {
            System.print(
                "obstrace: \(malformedCount) samples do not fit their own sizes and were skipped\n", to: 2)
        }
    }
}

extension Failure {
    /// A recording that cannot be read, or not to its end.
    init(_ error: RecordingError, in file: Argument) { self.init("\(file.text): \(error)") }
}

extension Argument {
    /// The name of a file as it was typed.
    ///
    /// A word by itself is taken as its bytes are; a name that is attached to its flag, as text.
    var rawPath: RawPath {
        let word = RawArguments.bytes(of: index)
        return String(decoding: word, as: UTF8.self) == text ? RawPath(word) : RawPath(text)
    }
}

extension Argument {
    /// The file of that name, open for reading; `-` is stdin.
    func openedFile() throws(Failure) -> Descriptor {
        do throws(SystemError) {
            return text == "-" ? try System.duplicate(0) : try System.open(rawPath, O_RDONLY)
        } catch {
            throw Failure("cannot read '\(text)': \(error.reason)")
        }
    }
}

extension Sink {
    /// Opens what the command line asks for, which must not be the file that is read: that would be emptied, or
    /// grow as it is read.
    ///
    /// - Parameter input: the open file that is read, which `file` names.
    static func open(_ output: Output, reading input: Int32, _ file: Argument) throws(Failure) -> Sink {
        let sink = try open(output)
        if let read = try? System.status(of: input), let written = try? System.status(of: sink.number),
            System.isSameFile(read, written)
        {
            let name = if case .file(let output) = output { "'\(output.text)'" } else { "stdout" }
            throw Failure(
                "cannot write \(name): it is the same file as '\(file.text)', which is read",
                status: Status.usage)
        }
        return sink
    }
}

extension Plan {
    /// Makes what records as the command line asks; `nil` where nothing is recorded.
    func makeWriter(besides sink: borrowing Sink) throws(Failure) -> RecordingWriter? {
        guard let file = arguments.recording.file else { return nil }
        let words = Swift.CommandLine.arguments
        let writer = RecordingWriter(
            arguments.recording.isStandardOutput ? .standardOutput : .file(file.rawPath),
            tool: "obstrace \(version)", commandLine: words, limit: arguments.recording.limit ?? .max,
            keptFiles: arguments.recording.keptFiles)
        if writer.writes(to: sink.number) {
            throw Failure("'\(file.text)' is where the lines go too", status: Status.usage)
        }
        do throws(SystemError) {
            try writer.openStream()
        } catch {
            throw Failure("cannot write '\(file.text)': \(error.reason)")
        }
        return writer
    }

    /// Whether something that chooses events is not left to the kernel, so that they must be looked at.
    var choosesEvents: Bool {
        arguments.count != nil || arguments.hasConditions || filters.restFilters.contains { $0 != nil }
    }
}
