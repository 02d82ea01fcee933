internal import CLinux

/// A set of descriptors to wait on (`epoll`).
@safe
package struct Poller: ~Copyable {
    /// What a descriptor became ready for.
    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// There is something to read.
        package static let readable = Events(rawValue: EPOLLIN.rawValue)
        /// Something failed, as when a pipe's reader has gone. It is always waited for.
        package static let failed = Events(rawValue: EPOLLERR.rawValue)
        /// The other end, or the traced task, has gone. It is always waited for.
        package static let hungUp = Events(rawValue: EPOLLHUP.rawValue)
    }

    /// The set's own descriptor, readable when one of its members is ready.
    package let descriptor: Descriptor
    private var ready: [epoll_event]

    /// Makes an empty set.
    package init() throws(SystemError) {
        descriptor = try System.epollCreate()
        unsafe ready = unsafe Array(repeating: epoll_event(), count: 64)
    }

    /// Adds a descriptor under a number of the caller's.
    package borrowing func add(_ number: Int32, _ events: Events, token: UInt64) throws(SystemError) {
        try System.epollAdd(descriptor.number, number, events: events.rawValue, token: token)
    }

    /// Takes a descriptor out.
    package borrowing func remove(_ number: Int32) { System.epollRemove(descriptor.number, number) }

    /// Waits up to `timeout` milliseconds (-1: for ever) and hands over what is ready, token by token.
    package mutating func wait(timeout: Int32, _ body: (UInt64, Events) -> Void) throws(SystemError) {
        let count = try unsafe System.epollWait(descriptor.number, &ready, timeout: timeout)
        for index in 0..<count {
            // The field is of a union; this program stores numbers only.
            unsafe body(unsafe ready[index].data.u64, Events(rawValue: ready[index].events))
        }
    }
}
