/// Why tracing could not be set up or go on.
public enum TraceError: Error, Sendable {
    /// Tracefs is not mounted and we may not mount it.
    case tracefsNotMounted
    /// The kernel refuses; `missing` tells what is in the way and how to mend it, a line each.
    case notPermitted(missing: [String])
    /// There is no tracepoint of that name; `similar` has names that are close to it.
    case noSuchEvent(String, similar: [String])
    /// The format of an event could not be read or parsed.
    case badFormat(event: String, reason: String)
    /// The kernel lets that event be counted but not sampled, as those that perf itself causes.
    case cannotSample(event: String)
    /// The kernel does not take a filter; `position` is where in the filter, in bytes, if it told.
    case badFilter(event: String, filter: String, reason: String, position: Int?)
    /// The kernel does not take a probe, given as it was typed; `range` is where in it, in UTF-8 bytes, if told.
    case badProbe(String, reason: String, range: Range<Int>?)
    /// There is no process of that id.
    case noSuchProcess(Int32)
    /// There is no cgroup folder of that path, or the kernel traces none by cgroup.
    case noSuchCgroup(String, reason: String)
    /// That CPU does not exist or is offline.
    case noSuchCPU(Int32, online: CPUSet)
    /// More descriptors are needed than the limit of open files allows.
    case tooManyFiles(needed: Int, limit: Int)
    /// The ring buffers, `pages` pages each, are more than we may lock.
    case lockedMemory(pages: Int)
    /// A system call failed.
    case system(call: String, reason: String, code: Int32)
    /// A call does not fit the observer's state, such as adding an event to an open one.
    case misuse(String)
}

extension TraceError: CustomStringConvertible {
    /// The error in one sentence.
    public var description: String {
        switch self {
        case .tracefsNotMounted: "tracefs is not mounted"
        case .notPermitted(let missing): missing.joined(separator: "\n")
        case .noSuchEvent(let name, _): "no tracepoint '\(name)'"
        case .badFormat(let event, let reason): "the format of \(event) cannot be read: \(reason)"
        case .cannotSample(let event): "the kernel does not let \(event) be traced, only counted"
        case .badFilter(let event, _, let reason, _): "\(event) does not take the filter: \(reason)"
        case .badProbe(let text, let reason, _): "the kernel does not take \(text): \(reason)"
        case .noSuchProcess(let pid): "no process \(pid)"
        case .noSuchCgroup(let path, let reason): "no cgroup '\(path)': \(reason)"
        case .noSuchCPU(let cpu, let online): "CPU \(cpu) is not online; \(online) are"
        case .tooManyFiles(let needed, let limit):
            "\(needed) descriptors are needed, but the limit of open files is \(limit)"
        case .lockedMemory(let pages): "no room for ring buffers of \(pages) pages in locked memory"
        case .system(let call, let reason, _): "\(call): \(reason)"
        case .misuse(let what): what
        }
    }
}

extension TraceError {
    init(_ error: SystemError) {
        self = .system(
            call: error.subject.isEmpty ? "\(error.call)" : "\(error.call) \(error.subject)",
            reason: error.reason, code: error.code)
    }
}

/// Runs kernel calls, and turns what they throw into a `TraceError`.
func translatingErrors<T: ~Copyable>(_ body: () throws(SystemError) -> T) throws(TraceError) -> T {
    do throws(SystemError) {
        return try body()
    } catch {
        throw TraceError(error)
    }
}
