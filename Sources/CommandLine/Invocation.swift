/// What a command line asks for.
public enum Invocation: Sendable, Equatable {
    /// Print a help text on stdout.
    case help(HelpRequest)
    /// Print the version on stdout.
    case version
    /// Print one of the files that derive from the table of flags.
    case generate(GeneratedFile)
    /// Print the field names of the events that these patterns match, one a line; the completions ask for it.
    case completeFields([String])
    /// Trace events.
    case trace(TraceArguments)
    /// Count events, and show what came of it.
    case summarize(TraceArguments, SummaryArguments)
    /// Tell what is in a recording.
    case info(InfoArguments)
    /// Turn a recording into a file of another viewer.
    case convert(ConvertArguments)
    /// Show system calls.
    case syscalls(TraceArguments, SyscallArguments)
    /// List tracepoints.
    case list(ListArguments)
    /// Match events.
    case pair(PairArguments)
    /// List the pairs that have a name.
    case listPairs
}

/// A word of the command line, or the part of it that is a flag's value, with where it stood.
public struct Argument: Sendable, Equatable {
    /// The word or the value, without the flag it may be attached to.
    public let text: String
    /// The index of the word in the arguments that were parsed, which do not hold the program's name.
    public let index: Int
    /// What to show before the text in a message: the flag as it was typed (`-f`), or nothing.
    public let prefix: String

    public init(text: String, index: Int, prefix: String = "") {
        self.text = text
        self.index = index
        self.prefix = prefix
    }
}

/// When output is coloured.
public enum Colour: String, Sendable, CaseIterable {
    /// On a terminal, and unless `NO_COLOR` is set.
    case auto
    case always
    case never
}

/// How events are written.
public enum OutputForm: String, Sendable, CaseIterable {
    /// As templates say, or in lines of the usual look.
    case lines
    case json
    case csv
    case tsv
    case logfmt
}

/// A pattern of event names, with what is to be done with the events that it matches.
public struct Selection: Sendable, Equatable {
    /// The word as it was typed, with the `!` of an exclusion.
    public let pattern: Argument
    /// The index of its template in `TraceArguments.templates`; nil for the default line and for exclusions.
    public internal(set) var template: Int?
    /// The index of its filter in `TraceArguments.filters`; nil for every event and for exclusions.
    public internal(set) var filter: Int?

    /// Whether events that match are taken out of all those selected.
    public var isExclusion: Bool { pattern.text.hasPrefix("!") }
    /// The glob over `subsystem:name`, without the `!` of an exclusion.
    public var glob: String { isExclusion ? String(pattern.text.dropFirst()) : pattern.text }
}

/// Where lines are written.
public enum Output: Sendable, Equatable {
    case standardOutput
    case file(Argument)
}

/// The functions that led to an event, as far as they are to be shown with each.
public struct StackArguments: Sendable, Equatable {
    /// Whether the functions of the kernel are shown.
    public internal(set) var kernel = false
    /// Whether the functions of the program are shown.
    public internal(set) var user = false
    /// How many of the innermost are shown; nil for all.
    public internal(set) var depth: Int?
    /// How many bytes of a program's stack are copied with each event to find its functions by call frame
    /// information, a multiple of 8; nil for none, which leaves that to the kernel.
    public internal(set) var copiedBytes: Int?
    /// The flag that says so.
    public internal(set) var dwarf: Argument?
}

/// What `obstrace trace` was asked to do.
public struct TraceArguments: Sendable, Equatable {
    /// The patterns in the order they were typed; at least one is no exclusion.
    public internal(set) var selections: [Selection] = []
    /// The templates that were typed; `Selection.template` is an index into them.
    public internal(set) var templates: [Argument] = []
    /// The filters that were typed; `Selection.filter` is an index into them.
    public internal(set) var filters: [Argument] = []
    /// The command to run and its arguments; empty when there is none.
    public internal(set) var command: [String] = []
    /// The index of the command's first word in the arguments that were parsed, from where its bytes can be
    /// taken as they are when they are not UTF-8; nil when there is no command.
    public internal(set) var commandIndex: Int?
    /// The user that the command runs as; nil for the one who runs obstrace.
    public internal(set) var commandUser: Argument?
    public internal(set) var form = OutputForm.lines
    /// Whether JSON has integers that a double does not hold as strings.
    public internal(set) var quotesWideIntegers = false
    /// Whether records without a template have the numbers of fields that are shown by name too.
    public internal(set) var addsNumbers = false
    /// The stacks that are shown with each event.
    public internal(set) var stacks = StackArguments()
    /// Where lines are written.
    public internal(set) var output = Output.standardOutput
    /// The number of lines after which to stop, at least 1.
    public internal(set) var count: UInt64?
    /// The time after which to stop, in nanoseconds, from 1 to `Int64.max`.
    public internal(set) var duration: UInt64?
    /// The filter whose first match ends the run.
    public internal(set) var until: Argument?
    /// The filters of which each must match an event.
    public internal(set) var expectations: [Argument] = []
    /// The filters of which none may match an event.
    public internal(set) var prohibitions: [Argument] = []
    /// The globs of which one must match a task's name; empty for every task.
    public internal(set) var taskNames: [Argument] = []
    /// The users to trace, in lists of names and numbers with commas; empty for all.
    public internal(set) var users: [Argument] = []
    /// Whether the kernel tests what it can of the filters.
    public internal(set) var usesKernelFilters = true
    /// Whether to say what would be traced, and trace nothing.
    public internal(set) var explains = false
    /// The processes to trace, without repetitions; empty for all.
    public internal(set) var pids: [Int32] = []
    /// The threads to trace, without repetitions; empty for all.
    public internal(set) var tids: [Int32] = []
    /// The cgroups to trace, each a path or a glob; empty for all.
    public internal(set) var cgroups: [Argument] = []
    /// The containers to trace, each the start of an id or a name; empty for all.
    public internal(set) var containers: [Argument] = []
    /// The CPUs to trace; nil for all.
    public internal(set) var cpus: CPUList?
    /// The size of each CPU's buffer in bytes, at least 1.
    public internal(set) var bufferSize: Int?
    /// Where and how events are recorded.
    public internal(set) var recording = RecordingArguments()
    /// The recording that events are read from, `-` for stdin; nil for this machine's kernel.
    public internal(set) var replayed: Argument?
    public internal(set) var isQuiet = false
    public internal(set) var isVerbose = false
    /// Whether lost events are a failure.
    public internal(set) var isStrict = false
    /// Whether obstrace itself and the readers of its output are traced too.
    public internal(set) var allProcesses = false
    public internal(set) var colour = Colour.auto

    /// Whether there are conditions that every event is looked at for.
    public var hasConditions: Bool { until != nil || !expectations.isEmpty || !prohibitions.isEmpty }
}

/// What `obstrace list` was asked to do.
public struct ListArguments: Sendable, Equatable {
    /// Everything, as plain names.
    public init() {}

    /// Globs over `subsystem:name`, those with a `!` in front take out; empty for every event.
    public internal(set) var patterns: [Selection] = []
    /// A glob that the name of at least one field must match.
    public internal(set) var fieldGlob: Argument?
    /// A glob that the C type of at least one field must match.
    public internal(set) var typeGlob: Argument?
    /// How long to count the events, in nanoseconds; nil for not at all.
    public internal(set) var rateTime: UInt64?
    public internal(set) var isVerbose = false
    public internal(set) var isJSON = false
    public internal(set) var colour = Colour.auto
}
