extension Flag {
    /// What makes a pair.
    static let pairing: [Flag] = [
        Flag(
            "on", misnomers: ["--match"],
            value: Value(name: "FIELD,...", completion: .nothing),
            of: [.pair], topic: .selection,
            summary: "the fields that both have: dev,sector or pid=prev_pid",
            detail: [
                "An END belongs to the last START with the same values of these fields.",
                "Where their names differ, that of END follows after `=`: `--on pid=prev_pid`.",
                "Numbers and text will do, and context values such as `tid` and `cpu`.",
            ],
            set: { draft, names throws(UsageError) in
                if draft.pair.key != nil {
                    throw names.error("--on is given twice", hint: "join both with a comma")
                }
                draft.pair.key = try names.nonEmpty("a FIELD")
            }),
        Flag(
            "where", misnomers: ["--filter", "-w"],
            value: Value(name: "EXPR", completion: .nothing),
            of: [.pair], topic: .selection,
            summary: "only pairs that fulfil EXPR: 'latency > 5ms'",
            detail: [
                "Print only pairs that fulfil EXPR, such as `latency > 5ms && start.comm ~ \"b*\"`.",
                "It may ask for the fields of both events, as templates do.",
                "Given several times, each EXPR must be fulfilled.",
            ],
            set: { draft, expression in draft.trace.filters.append(expression) }),
        Flag(
            "hist", misnomers: ["--histogram"],
            value: Value(name: "VALUE", completion: .words(["latency"]), isOptional: true),
            of: [.pair], topic: .summing,
            summary: "show a histogram of latencies in place of pairs",
            detail: [
                "Show how the latencies of pairs are distributed, in place of a line for each.",
                "Another number of the pair will do too: `--hist=start.bytes`.",
                "`--by` makes a histogram for each of its values, `-i` one after each time.",
            ],
            set: { draft, value in
                draft.pair.measured =
                    value.text.isEmpty
                    ? Argument(text: "latency", index: value.index, prefix: value.prefix) : value
            }),
        Flag(
            "cancel",
            value: Value(name: "FIELD,...", completion: .nothing),
            of: [.pair], topic: .selection, isCommon: false,
            summary: "an END forgets the START that has these values",
            detail: [
                "An END forgets the START that has these of its values as key.",
                "So a task that was woken while it ran does not wait any more once `sched_switch` has it as "
                    + "`prev_pid`.",
            ],
            set: { draft, names throws(UsageError) in draft.pair.cancel = try names.nonEmpty("a FIELD") }),
        Flag(
            "max-age",
            value: Value(name: "TIME", completion: .nothing),
            of: [.pair], topic: .selection, isCommon: false,
            summary: "forget a START after TIME: 10s",
            detail: ["Forget a START whose END does not come within TIME, and count it."],
            set: { draft, time throws(UsageError) in draft.pair.maxAge = try time.duration() }),
        Flag(
            "max-waiting",
            value: Value(name: "N", completion: .nothing),
            of: [.pair], topic: .buffers, isCommon: false,
            summary: "keep at most N STARTs that wait; 65536 unless told",
            detail: [
                "Keep at most N STARTs that wait for their END, 65536 unless told otherwise.",
                "The oldest ones give way, and are counted.",
            ],
            set: { draft, number throws(UsageError) in draft.pair.capacity = try number.waitingCount() }),
        Flag(
            "format", "f", misnomers: ["--template", "--fmt", "--print", "-F"],
            value: Value(name: "TEMPLATE", completion: .template),
            of: [.pair], topic: .printing,
            summary: "print pairs by TEMPLATE: '<latency:t> <start.dev>'",
            detail: [
                "Print each pair by TEMPLATE, in which `<start.x>` and `<end.x>` are fields or context values of "
                    + "the two events, and `<latency>` is the time between them.",
                "A name without prefix is one of END, or else of START.",
                "The context values without prefix are those of END.",
            ],
            set: { draft, template throws(UsageError) in
                if !draft.trace.templates.isEmpty { throw template.error("a pair has one TEMPLATE") }
                draft.trace.templates = [template]
            }),
    ]
}

extension Argument {
    /// Reads how many starts may wait, at least 1.
    fileprivate func waitingCount() throws(UsageError) -> Int {
        guard let number = Int(text), (1...1 << 24).contains(number) else {
            throw error("\(prefix) needs a number from 1 to \(1 << 24)", hint: "such as 65536")
        }
        return number
    }
}
