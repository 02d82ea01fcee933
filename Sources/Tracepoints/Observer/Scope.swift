/// Which tasks are traced.
public enum Scope: Sendable, Hashable {
    /// Every task of the machine.
    case system
    /// Those processes with all their threads, and what these make from now on.
    case processes([Int32])
    /// Those threads, and what they make from now on.
    case threads([Int32])
    /// What runs in the cgroups of those folders and below them: of version 2, or of version 1 where the
    /// perf_event controller is mounted.
    case cgroups([String])

    /// Whether it is made of tasks, which end.
    var isOfTasks: Bool {
        switch self {
        case .processes, .threads: true
        case .system, .cgroups: false
        }
    }
}

/// How an observer reads.
public struct ObserverOptions: Sendable {
    /// What of an event's moment is wanted besides its record and its time.
    public var needs: ContextNeeds = []
    /// The CPUs to trace on; `nil` for all that are online.
    public var cpus: CPUSet?
    /// The size of each CPU's ring buffer in bytes; rounded up to a power of two of pages. `nil` is 4 MiB
    /// each, less where there are so many CPUs that all would come to more than 64 MiB, at least 512 KiB.
    public var bufferSize: Int?
    /// The most that each CPU's ring buffer has in bytes where its size is not given.
    public var largestBuffer = 4 << 20
    /// Whether our own process is left out where every task is traced.
    public var excludesSelf = true
    /// The descriptor of a pipe whose readers are left out too where every task is traced, and the readers
    /// of what these write; `nil` for none.
    public var excludedPipe: Int32?
    /// Whether batches tell within which time events were lost (`Batch.lossWindow`).
    public var tellsLossWindows = false

    /// The size of a ring buffer in bytes with that many CPUs.
    func bufferSize(cpuCount: Int) -> Int {
        // Measured with two loops of system calls that take both of two CPUs from the reader: of 2,000,000 events
        // 256 KiB lost 1 to 3 %, 512 KiB none to half of them, 1 MiB some in one round of three, 2 and 4 MiB
        // none; the loops were slowed alike by all. Twice what was enough there bridges a busier machine.
        bufferSize ?? max(512 << 10, min(largestBuffer, 16 * largestBuffer / max(1, cpuCount)))
    }

    /// Whether events are counted in the kernel only: there is nothing to read but `Observer.counts`.
    public var countsOnly = false
    /// The process that has not executed its program yet, and is counted from then on.
    package var heldProcess: Int32?

    /// Which arguments of system calls are paths that are wanted as `EventLayout.syscallPaths`, as bits, by the
    /// call's number: as many of the machine's own interface as of the 32-bit one, which follow.
    public var pathArguments: [UInt8] = []

    /// The defaults.
    public init() {}
}

/// A tracepoint that an observer traces.
public struct Tracepoint: Sendable, Hashable {
    /// The event's fields and print format.
    public internal(set) var layout: EventLayout
    /// The kernel's filter, in its own syntax; `nil` for none.
    public let filter: String?
    /// Whether it is left out with a note where the kernel does not let it be traced.
    public let isOptional: Bool

    /// The probe that it is, if the kernel has the event from us.
    public let probe: Probe?
    /// `subsystem:name` as tracefs has it, which for a probe is another name than its own.
    var kernelName: String
    /// What of the call chain is wanted with each event.
    var stacks = StackRequest()

    init(layout: EventLayout, filter: String?, isOptional: Bool, probe: Probe? = nil) {
        self.layout = layout
        self.filter = filter
        self.isOptional = isOptional
        self.probe = probe
        kernelName = layout.fullName
    }

    /// `subsystem:name`.
    public var name: String { layout.fullName }

    /// Whether it is no tracepoint, but what a program of ours in the kernel tells of paths.
    var isOfPaths: Bool { layout.id == PathProgram.id }

    /// A token of the field of that name, or `nil` if the event has none.
    public func field(_ name: String) -> FieldToken? { layout.field(name).map(FieldToken.init) }
}

extension EventLayout {
    /// Whether the kernel, when it counts without samples, adds up the nanoseconds that the events tell of in
    /// place of the events themselves.
    package var addsUpTime: Bool { subsystem == "sched" && name.hasPrefix("sched_stat_") }
}

/// How many events of one tracepoint were lost on one CPU.
public struct Loss: Sendable, Hashable {
    /// The index of the tracepoint among the observer's; -1 where the kernel cannot tell (before 6.0).
    public let event: Int
    /// The CPU.
    public let cpu: Int32
    /// The number of events that found no room in the ring buffer.
    public let count: UInt64
}
