extension Flag {
    /// Every flag. Parser, helps, man page and completions derive from this table alone; they show the flags
    /// of a topic in this order.
    static let all: [Flag] =
        printing + summing + selection + pairing + syscalls + limits + scope + buffers + recordings + listing
        + messages

    /// What other tracers have a flag for and obstrace needs none for.
    static let needless: [String: String] = [
        "-e": "an EVENT is typed without a flag",
        "--event": "an EVENT is typed without a flag",
        "-a": "all CPUs are traced unless -C says otherwise",
        "--all-cpus": "all CPUs are traced unless -C says otherwise",
    ]
}
