internal import Glibc

extension Observer {
    /// The events as an asynchronous sequence. It ends as `events` does, or when its task is cancelled.
    public var asyncEvents: AsyncEvents { AsyncEvents(observer: self) }
}

/// The events of an observer, one after the other; each step waits for the next event without blocking a
/// thread of the concurrency runtime.
public struct AsyncEvents: AsyncSequence {
    let observer: Observer

    /// Makes an iterator; it reads from the same observer as every other.
    public func makeAsyncIterator() -> Iterator { Iterator(observer: observer) }

    /// Reads the events of an observer.
    public struct Iterator: AsyncIteratorProtocol {
        let observer: Observer

        /// The next event; `nil` at the end or after a cancellation.
        ///
        /// - Throws: `TraceError` when waiting fails.
        public mutating func next() async throws(TraceError) -> Event? {
            try await next(isolation: #isolation)
        }

        /// The next event; `nil` at the end or after a cancellation.
        ///
        /// - Throws: `TraceError` when waiting fails.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(TraceError) -> Event? {
            if let event = try observer.read(timeout: .zero) { return event }
            if observer.hasEnded { return nil }
            let waiting = BlockingRead(observer: observer)
            let stopper = observer.stopper
            let result = await withTaskCancellationHandler {
                unsafe await withUnsafeContinuation { unsafe waiting.start(resuming: $0) }
            } onCancel: {
                stopper.stop()
            }
            return try result.get()
        }
    }
}

/// A read that blocks a thread of its own, while the one who asked for it is suspended.
///
/// Unchecked: the observer is used by this thread only while its owner awaits the result.
@safe
private final class BlockingRead: @unchecked Sendable {
    private let observer: Observer
    private var continuation: UnsafeContinuation<Result<Event?, TraceError>, Never>?

    init(observer: Observer) { self.observer = observer }

    func start(resuming continuation: UnsafeContinuation<Result<Event?, TraceError>, Never>) {
        unsafe self.continuation = unsafe continuation
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let status = unsafe pthread_create(
            &thread, nil,
            { context in
                // The reference that `start` has taken is given back here.
                unsafe Unmanaged<BlockingRead>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        guard status == 0 else {
            unsafe Unmanaged<BlockingRead>.fromOpaque(context).release()
            let error = SystemError(call: "pthread_create", subject: "", code: status)
            unsafe continuation.resume(returning: .failure(TraceError(error)))
            return
        }
        pthread_detach(thread)
    }

    private func run() {
        let result: Result<Event?, TraceError>
        do throws(TraceError) {
            result = .success(try observer.read())
        } catch {
            result = .failure(error)
        }
        unsafe continuation?.resume(returning: result)
    }
}
