/// How events are to be counted.
public struct SummaryArguments: Sendable, Equatable {
    /// What is made of the counts.
    public enum Kind: Sendable { case count, histogram, top }

    /// How a histogram groups values.
    public enum Buckets: Sendable, Equatable {
        case powersOfTwo, powersOfTen
        case linear(UInt64)
    }

    public internal(set) var kind = Kind.count
    /// The values that are counted apart, with commas between them; nil for the event's name.
    public internal(set) var keys: Argument?
    /// What a histogram measures.
    public internal(set) var value: Argument?
    public internal(set) var buckets = Buckets.powersOfTwo
    /// The time after which counts are shown, in nanoseconds; nil for at the end only.
    public internal(set) var interval: UInt64?
    /// How many keys are shown, at least 1; nil for all.
    public internal(set) var rows: UInt64?
    /// How many keys are kept apart, at least 1; nil for as many as is usual.
    public internal(set) var keyLimit: UInt64?
    public internal(set) var isPerCPU = false
    /// Whether keys are printed as a stack in one line.
    public internal(set) var isFolded = false
}

extension Draft {
    /// Notes a word of a subcommand that counts: an EVENT, or the VALUE of a histogram, which may stand in `<>`.
    mutating func addSummed(_ operand: Argument) throws(UsageError) {
        do throws(UsageError) {
            try checkEvent(operand)
        } catch {
            let mayBeValue = !trace.selections.isEmpty || trace.replayed != nil
            guard subcommand == .hist, mayBeValue, !operand.text.isEmpty else { throw error }
            if let value = summary.value {
                throw operand.error(
                    "a histogram has one VALUE, and '\(value.text)' is one",
                    hint: "an EVENT is subsystem:name")
            }
            summary.value = operand
            return
        }
        trace.selections.append(Selection(pattern: operand))
    }

    /// Takes the last word as VALUE where none else was it, as in `delta:t`.
    mutating func finishSummary() throws(UsageError) {
        summary.kind = subcommand == .top ? .top : subcommand == .hist ? .histogram : .count
        if subcommand == .hist, summary.value == nil {
            // A recording needs no EVENT.
            let least = trace.replayed == nil ? 2 : 1
            guard trace.selections.count >= least, let last = trace.selections.popLast() else {
                throw UsageError(
                    "a histogram needs a VALUE after the EVENTs",
                    notes: [
                        "try: obstrace hist syscalls:sys_exit_read ret",
                        "what an EVENT carries: obstrace list -v EVENT",
                    ])
            }
            summary.value = last.pattern
        }
        if summary.isFolded, trace.form != .lines {
            throw UsageError("--folded and --\(trace.form.rawValue) cannot go together")
        }
        if let keys = summary.keys, summary.isPerCPU {
            throw keys.error("--per-cpu is for counts by event", hint: "did you mean --by \(keys.text),cpu?")
        }
    }
}

extension Argument {
    /// Tells that a list can be given once only.
    func listedTwice(_ first: Argument) -> UsageError {
        error("\(prefix) is given twice", hint: "join both: \(first.text),\(text)")
    }
}
