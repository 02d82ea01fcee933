import Glibc
import Tracepoints

/// The signals that end a run, taken between two batches instead of in the middle of one.
struct Signals: ~Copyable {
    let descriptor: Descriptor

    /// Takes SIGINT and SIGHUP, unless they were ignored when we were started, and SIGTERM in any case.
    init() throws(SystemError) {
        System.ignore(SIGPIPE)
        let optional = [SIGINT, SIGHUP].filter { !System.isIgnored($0) }
        descriptor = try System.signalDescriptor(for: [SIGTERM] + optional)
    }

    /// The next signal that waits; `nil` when none does.
    borrowing func next() -> (number: Int32, isFromKernel: Bool)? {
        System.takeSignal(descriptor.number)
    }
}
