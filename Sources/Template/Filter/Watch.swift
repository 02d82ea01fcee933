import Tracepoints

/// What is looked for among the events that pass, and what has been seen of it.
struct Watch: ~Copyable {
    /// Where the conditions of each event begin, all of an event side by side.
    let starts: PlainArray<Int32>
    /// The conditions by their index, and what each of them means.
    let conditions: [(condition: Int, role: FilterPlan.Role)]
    /// The number of conditions of an event.
    let count: Int
    /// Whether each condition has been fulfilled.
    var isSeen: [Bool]
    /// What ends the run.
    var verdict: Verdict?
    /// How many events have passed, by their index.
    private let passed: PlainArray<UInt64>

    init(_ filters: FilterPlan?, events: Int) {
        starts = PlainArray(filters?.watchStarts ?? [])
        conditions = filters?.watches ?? []
        count = conditions.count
        isSeen = Array(repeating: false, count: count)
        passed = PlainArray(Array(repeating: 0, count: events))
    }

    /// Counts an event that has passed.
    @inline(__always)
    func note(_ event: Int) { passed.update(event) { $0 &+= 1 } }

    /// How many events have passed, by their index.
    var counts: [UInt64] { (0..<passed.count).map { passed[$0] } }
}

/// What an event has brought about.
public enum Verdict: Sendable, Equatable {
    /// The event that was to be the last one has come.
    case done
    /// An event has come that must not be: the condition of that index is broken.
    case broken(Int)
}

extension Renderer {
    /// Why nothing more is to be rendered; `nil` as long as something is.
    public var verdict: Verdict? { watch.verdict }

    /// How many events have passed their filter and been rendered, by their index.
    public var counts: [UInt64] { watch.counts }

    /// The conditions that must be fulfilled and have not been, by their index.
    public var unmetConditions: [Int] {
        (0..<watch.count).filter { watch.conditions[$0].role == .expect && !watch.isSeen[$0] }
            .map { watch.conditions[$0].condition }
    }

    /// Looks whether a sample fulfils what is watched for.
    @inline(never)
    mutating func look(_ event: Int, _ sample: Sample, _ batch: Batch) {
        for index in 0..<watch.count where !watch.isSeen[index] {
            let (condition, role) = watch.conditions[index]
            guard passes(watch.starts[event &* watch.count &+ index], sample, batch) else { continue }
            watch.isSeen[index] = true
            switch role {
            case .until: watch.verdict = watch.verdict ?? .done
            case .forbid: watch.verdict = .broken(condition)
            case .keep, .expect: break
            }
        }
    }
}
