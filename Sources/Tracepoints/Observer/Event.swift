/// One event, with its record: ask it for a field as an integer or a string.
public struct Event: Sendable {
    /// The tracepoint that it came from.
    public let tracepoint: Tracepoint
    /// The index of the tracepoint among the observer's.
    public let index: Int
    /// The time in nanoseconds of the event clock (`CLOCK_MONOTONIC`).
    public let time: UInt64
    /// The time in nanoseconds since 1970, UTC.
    public let wallTime: Int64
    /// The CPU that it happened on.
    public let cpu: Int
    /// The process id in our PID namespace; `nil` unless `ContextNeeds.pid` was asked for.
    public let pid: Int?
    /// The thread id in our PID namespace; `nil` unless it was asked for or came for free.
    public let tid: Int?
    /// The task's name; `nil` unless `ContextNeeds.comm` was asked for.
    public let comm: String?
    /// Whether an event of a later time had been given out before.
    public let isLate: Bool
    /// The tracepoint's record as the kernel wrote it.
    public let record: [UInt8]

    init(_ sample: Sample, tracepoint: Tracepoint, wallOffset: Int64) {
        self.tracepoint = tracepoint
        index = Int(sample.event)
        time = sample.time
        wallTime = Int64(bitPattern: sample.time) &+ wallOffset
        cpu = Int(sample.cpu)
        pid = sample.pid >= 0 ? Int(sample.pid) : nil
        tid = sample.tid >= 0 ? Int(sample.tid) : nil
        comm = sample.comm.isUnknown ? nil : String(decoding: sample.comm.bytes, as: UTF8.self)
        isLate = sample.isLate
        record = unsafe Array(UnsafeRawBufferPointer(start: sample.record.base, count: sample.record.count))
    }

    /// `subsystem:name`.
    public var name: String { tracepoint.name }

    /// The field's value, sign-extended to 64 bits; `nil` where there is none or it is no number.
    public func int(_ field: String) -> Int64? { tracepoint.field(field).flatMap(int) }

    /// The field's text; `nil` where there is none or it is no text. Bytes that are not UTF-8 come out as
    /// replacement characters.
    public func string(_ field: String) -> String? { tracepoint.field(field).flatMap(string) }

    /// The value of a field that was looked up before.
    public func int(_ field: FieldToken) -> Int64? { withRecord { field.integer(in: $0) } }

    /// The text of a field that was looked up before.
    public func string(_ field: FieldToken) -> String? {
        guard field.isText else { return nil }
        return bytes(field).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of a text or an array that was looked up before.
    public func bytes(_ field: FieldToken) -> [UInt8]? {
        withRecord { record in
            field.content(in: record).map {
                unsafe Array(UnsafeRawBufferPointer(start: $0.base, count: $0.count))
            }
        }
    }

    private func withRecord<T>(_ body: (Bytes) -> T) -> T {
        unsafe record.withUnsafeBytes { unsafe body(Bytes($0)) }
    }
}

/// Events that wait to be read one by one.
struct EventQueue {
    private var events: [Event] = []
    private var next = 0

    var isEmpty: Bool { next == events.count }

    mutating func fill(_ batch: Batch, _ tracepoints: [Tracepoint]) {
        events.removeAll(keepingCapacity: true)
        next = 0
        for index in unsafe batch.samples.indices {
            let sample = unsafe batch.samples[index]
            events.append(
                Event(sample, tracepoint: tracepoints[Int(sample.event)], wallOffset: batch.wallOffset))
        }
    }

    mutating func pop() -> Event? {
        guard next < events.count else { return nil }
        defer { next += 1 }
        return events[next]
    }
}

extension Observer {
    /// The next event, in the order of time; waits for one.
    ///
    /// - Parameter timeout: the longest wait; `nil` waits until there is an event, every traced process
    ///   has ended, or the stopper was used.
    /// - Returns: the event, or `nil` when there is none and none will come in time.
    /// - Throws: `TraceError` when waiting fails or the observer is not open.
    public func read(timeout: Duration? = nil) throws(TraceError) -> Event? {
        if let event = pending.pop() { return event }
        guard isOpen else { throw TraceError.misuse("the observer is not open") }
        let deadline = timeout.map {
            System.monotonicTime() &+ UInt64(max(0, min(1e18, $0 / .nanoseconds(1))))
        }
        while true {
            beginDrain(isLast: hasEnded)
            if let batch = nextBatch() {
                pending.fill(batch, tracepoints)
                return pending.pop()
            }
            if hasEnded { return nil }
            var wait: Int32 = 10
            if let deadline {
                let now = System.monotonicTime()
                if now >= deadline { return nil }
                wait = Int32(clamping: (deadline - now) / 1_000_000 + 1)
            }
            let wakeup = try self.wait(atMost: wait)
            if wakeup.isStopped || wakeup.tasksHaveEnded {
                disable()
                hasEnded = true
            }
        }
    }

    /// The events as a sequence that ends when every traced process has ended or the stopper was used.
    public var events: EventSequence { EventSequence(observer: self) }
}

/// The events of an observer, one after the other; each step waits for the next event.
public struct EventSequence: Sequence, IteratorProtocol {
    let observer: Observer

    /// The next event; `nil` at the end, also when reading fails.
    public mutating func next() -> Event? { try? observer.read() }
}
