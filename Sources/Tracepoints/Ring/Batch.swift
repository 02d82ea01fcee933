/// The name of a task as the kernel keeps it: up to 15 bytes and a zero.
@frozen
public struct Comm: Sendable, Hashable, BitwiseCopyable {
    /// The first eight bytes, in memory order.
    public var low: UInt64
    /// The last eight bytes, in memory order.
    public var high: UInt64

    /// A name of which nothing is known; it renders as absent.
    ///
    /// No name has a byte in its last place, which is a zero always: this is told from an empty name.
    @inlinable public static var unknown: Comm { Comm(low: 0, high: .max) }

    /// A name from its two words.
    @inlinable
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// A name from text; what exceeds 15 bytes is cut, as the kernel does.
    public init(_ text: some Sequence<UInt8>) {
        var words: (UInt64, UInt64) = (0, 0)
        var index: UInt64 = 0
        for byte in text {
            guard index < 15, byte != 0 else { break }
            if index < 8 {
                words.0 |= UInt64(byte) << (index * 8)
            } else {
                words.1 |= UInt64(byte) << ((index - 8) * 8)
            }
            index += 1
        }
        self.init(low: words.0, high: words.1)
    }

    /// Whether nothing is known of the name.
    @inlinable public var isUnknown: Bool { high == .max }

    /// The bytes of the name without the closing zeros.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        if isUnknown { return out }
        for word in [low, high] {
            for shift in 0..<8 {
                let byte = UInt8(truncatingIfNeeded: word >> UInt64(shift * 8))
                if byte == 0 { return out }
                out.append(byte)
            }
        }
        return out
    }
}

/// What is known of a process beyond its ids and its name: read from `/proc`, once per process.
public final class ProcessDetails: Sendable {
    /// The parent's process id, in our PID namespace.
    public let parent: Int32?
    /// The effective user id.
    public let uid: UInt32?
    /// The user's name; the number as text where the system knows no name.
    public let user: [UInt8]?
    /// The path of the executable.
    public let exe: [UInt8]?
    /// The arguments, separated by zero bytes.
    public let cmdline: [UInt8]?
    /// The path of the cgroup (version 2).
    public let cgroup: [UInt8]?
    /// The id of the container, as its cgroup's name gives it.
    public let container: [UInt8]?

    /// Describes a process.
    public init(
        parent: Int32? = nil, uid: UInt32? = nil, user: [UInt8]? = nil, exe: [UInt8]? = nil,
        cmdline: [UInt8]? = nil, cgroup: [UInt8]? = nil, container: [UInt8]? = nil
    ) {
        self.parent = parent
        self.uid = uid
        self.user = user
        self.exe = exe
        self.cmdline = cmdline
        self.cgroup = cgroup
        self.container = container
    }
}

/// One event of a batch: its raw record and what is known of the moment it was written.
@safe @frozen
public struct Sample {
    /// The record as the tracepoint wrote it; fields are read from here by their layout. Another record has no
    /// call chain, and no registers and stack.
    public var record: Bytes {
        didSet {
            chainLength = 0
            hasUserState = false
        }
    }
    /// The time of the event, in nanoseconds of the event clock (`CLOCK_MONOTONIC`).
    public var time: UInt64
    /// The index of the event among the observer's tracepoints.
    public var event: Int32
    /// The CPU that the event happened on.
    public var cpu: Int32
    /// The process id in our PID namespace, or -1 where it was not asked for.
    public var pid: Int32
    /// The thread id in our PID namespace, or -1 where it was not asked for.
    public var tid: Int32
    /// The name of the task at that moment; `unknown` where it was not asked for.
    public var comm: Comm
    /// The index into the batch's `processes`, or -1.
    public var process: Int32
    /// Whether a line of a later time had been given out before this event was read.
    public var isLate: Bool
    /// Whether the program's registers and stack follow the record in memory; they have been checked to fit.
    @usableFromInline var hasUserState = false
    /// The number of words of the call chain, which ends right before the length of the record in memory.
    @usableFromInline var chainLength: UInt16 = 0

    /// The words of the call chain, 64 bits each: addresses, and marks between those of the kernel and of the
    /// program. Empty where it was not asked for.
    public var callChain: Bytes {
        let size = Int(chainLength) &* 8
        return unsafe Bytes(base: record.base - (size == 0 ? 0 : size &+ 4), count: size)
    }

    /// The program's registers and stack at that moment; `nil` where they were not asked for, or there is no
    /// program.
    public var userState: UserState? { hasUserState ? UserState(behind: record) : nil }

    /// Describes an event.
    @inlinable
    public init(
        record: Bytes, time: UInt64, event: Int32, cpu: Int32, pid: Int32 = -1, tid: Int32 = -1,
        comm: Comm = .unknown, process: Int32 = -1, isLate: Bool = false
    ) {
        self.record = record
        self.time = time
        self.event = event
        self.cpu = cpu
        self.pid = pid
        self.tid = tid
        self.comm = comm
        self.process = process
        self.isLate = isLate
    }
}

/// What of an event's moment a reader wants to know; each costs the traced program or us something.
public struct ContextNeeds: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The thread id (`Sample.tid`).
    public static let tid = ContextNeeds(rawValue: 1 << 0)
    /// The process id (`Sample.pid`).
    public static let pid = ContextNeeds(rawValue: 1 << 1)
    /// The name of the task (`Sample.comm`).
    public static let comm = ContextNeeds(rawValue: 1 << 2)
    /// What `/proc` tells of the process (`Sample.process`).
    public static let process = ContextNeeds(rawValue: 1 << 3)
    /// The addresses of the functions in the kernel that led to the event.
    public static let kernelStack = ContextNeeds(rawValue: 1 << 4)
    /// The addresses of the functions in the program that led to the event.
    public static let userStack = ContextNeeds(rawValue: 1 << 5)
}

/// Events in the order of their time, borrowed from the ring buffers until the next read.
@safe
public struct Batch {
    /// The events. Valid until the next read from the observer.
    public let samples: UnsafeBufferPointer<Sample>
    /// Add this to an event's time for the wall clock: nanoseconds since 1970, UTC.
    public let wallOffset: Int64
    /// The processes that `Sample.process` refers to.
    public let processes: ContiguousArray<ProcessDetails>
    /// A time within which events were lost, in nanoseconds of the event clock, that no batch before this one
    /// told of; `nil` where none were, and where that was not asked for.
    public let lossWindow: Range<UInt64>?

    /// Puts a batch together; `samples` must stay readable for as long as the batch is used.
    public init(
        samples: UnsafeBufferPointer<Sample>, wallOffset: Int64, processes: ContiguousArray<ProcessDetails>,
        lossWindow: Range<UInt64>? = nil
    ) {
        unsafe self.samples = unsafe samples
        self.wallOffset = wallOffset
        self.processes = processes
        self.lossWindow = lossWindow
    }
}
