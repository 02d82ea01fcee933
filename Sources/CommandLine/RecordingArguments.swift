/// Where and how events are recorded.
public struct RecordingArguments: Sendable, Equatable {
    /// The file to record into, `-` for stdout; nil for none.
    public internal(set) var file: Argument?
    /// The size in bytes at which a file is full; nil for none.
    public internal(set) var limit: UInt64?
    /// How many files to keep, as it was typed.
    var rotation: Argument?
    /// How many files are kept; 1 where there is no other.
    public internal(set) var keptFiles = 1

    /// Whether a recording goes to stdout.
    public var isStandardOutput: Bool { file?.text == "-" }
}

/// What `obstrace info` was asked to do.
public struct InfoArguments: Sendable, Equatable {
    /// The recording; `-` for stdin.
    public internal(set) var file: Argument
}

/// What `obstrace convert` was asked to do.
public struct ConvertArguments: Sendable, Equatable {
    /// What a file is turned into.
    public enum Kind: String, Sendable, CaseIterable {
        /// A recording into trace events of Chrome, as JSON.
        case chrome
        /// Folded stacks into a flame graph.
        case svg
        /// A recording into a file of trace-cmd.
        case traceDat = "trace-cmd"
        /// A recording into a trace of Perfetto.
        case perfetto

        /// How the names of its files end.
        var suffix: String {
            switch self {
            case .chrome: ".json"
            case .svg: ".svg"
            case .traceDat: ".dat"
            case .perfetto: ".pftrace"
            }
        }
    }

    /// What is read; `-` for stdin.
    public let input: Argument
    /// Where it is written.
    public let output: Output
    public let kind: Kind

    /// Takes the words, of which there must be two, and the kind where it was typed.
    init(_ words: [Argument], _ kind: Argument?) throws(UsageError) {
        guard words.count >= 2 else {
            throw UsageError(
                words.isEmpty ? "no IN and OUT to convert" : "no OUT to convert into",
                notes: ["try: obstrace convert sched.data sched.json"])
        }
        if words.count > 2 {
            throw words[2].error("IN and OUT are enough: '\(words[2].text)' is a third FILE")
        }
        input = words[0]
        output = try words[1].output()
        if let kind {
            guard let known = Kind(rawValue: kind.text) else {
                throw kind.error(
                    "\(kind.prefix) does not know '\(kind.text)'",
                    hint: kind.choice(Kind.allCases.map(\.rawValue)))
            }
            self.kind = known
        } else {
            guard let known = Kind.allCases.first(where: { words[1].text.hasSuffix($0.suffix) }) else {
                let kinds = Kind.allCases.map { "\($0.suffix) is \($0.rawValue)" }.joined(separator: ", ")
                throw words[1].error(
                    "the name of OUT does not say what to convert into", hint: "add --to KIND, or its ending",
                    notes: [kinds])
            }
            self.kind = known
        }
    }
}

extension TraceArguments {
    /// Whether events are only recorded, and no lines are printed.
    public var printsNothing: Bool {
        recording.file != nil && templates.isEmpty && form == .lines && !hasOutput
    }

    private var hasOutput: Bool { if case .file = output { true } else { false } }

    /// Checks what belongs together, once all flags are known.
    mutating func checkRecording() throws(UsageError) {
        if let rotation = recording.rotation {
            recording.keptFiles = try rotation.fileCount()
            guard recording.limit != nil else {
                throw rotation.error(
                    "\(rotation.prefix) needs a size at which to begin another file",
                    hint: "add --max-size 1G")
            }
        }
        if let file = recording.file {
            if let replayed {
                throw file.error(
                    "\(file.prefix) and \(replayed.prefix) cannot go together", hint: "cp copies a recording")
            }
            if recording.isStandardOutput, !printsNothing, !hasOutput {
                throw file.error(
                    "\(file.prefix) - needs stdout, where lines would go too", hint: "add -o FILE")
            }
            if recording.isStandardOutput, recording.keptFiles > 1 {
                throw file.error("\(file.prefix) - cannot be rotated", hint: "give a FILE to \(file.prefix)")
            }
        } else if recording.limit != nil {
            throw UsageError(
                "--max-size needs a recording", notes: ["try: obstrace -w FILE --max-size 1G EVENT..."])
        }
        guard let replayed else { return }
        func refuse(_ what: String, _ hint: String) -> UsageError {
            replayed.error("\(replayed.prefix) cannot go together with \(what)", hint: hint)
        }
        if !command.isEmpty { throw refuse("a COMMAND", "what is read has happened already") }
        if !cgroups.isEmpty || !containers.isEmpty {
            throw refuse("--cgroup and --container", "recordings do not tell the cgroups of tasks")
        }
        if !users.isEmpty { throw refuse("-u", "recordings do not tell the users of tasks") }
        if stacks.dwarf != nil { throw refuse("--dwarf", "what was recorded with it is shown so") }
        if explains { throw refuse("--explain", "try: obstrace info \(replayed.text)") }
    }
}

extension Argument {
    /// Reads the size of a file as bytes.
    func fileSize() throws(UsageError) -> UInt64 {
        let shifts: [Character: UInt64] = ["K": 10, "M": 20, "G": 30, "T": 40]
        let shift = text.last.flatMap { shifts[Character($0.uppercased())] }
        let digits = shift == nil ? text[...] : text.dropLast()
        guard let number = UInt64(digits), digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw error("\(prefix) takes a size such as 100M or 1G", hint: "such as \(prefix) 1G")
        }
        let (size, overflow) = number.multipliedReportingOverflow(by: 1 << (shift ?? 0))
        guard !overflow else {
            throw error("\(prefix) is given a size that is too large", hint: "such as 1G")
        }
        guard size >= 1 << 20 else {
            throw error("\(prefix) needs a size of 1M or more", hint: "such as 100M")
        }
        return size
    }

    /// Reads how many files to keep.
    fileprivate func fileCount() throws(UsageError) -> Int {
        guard let count = Int(text), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw error("\(prefix) takes a number of files", hint: "such as \(prefix) 5")
        }
        guard count >= 2, count <= 1000 else {
            throw error("\(prefix) keeps from 2 to 1000 files", hint: "such as \(prefix) 5")
        }
        return count
    }
}
