/// What the first word can be when it is no EVENT.
public enum Subcommand: String, Sendable, CaseIterable {
    case trace
    case count
    case hist
    case top
    case info
    case convert
    case syscalls
    case list
    case pair
    case help

    /// Those that attach to tracepoints, and so know whom to trace, when to stop and how to buffer.
    static let tracing: [Subcommand] = [.trace, .pair] + summing + [.syscalls]
    /// Those that count events in place of printing them.
    static let summing: [Subcommand] = [.count, .hist, .top]

    /// One line that says what it does.
    var summary: String {
        switch self {
        case .trace: "print a line per event; it is the default and may be left out"
        case .count: "count events, in the kernel or by any of their values"
        case .hist: "show how a number in events is distributed"
        case .top: "show the most frequent events or values, refreshed"
        case .info: "tell what is in a recording"
        case .convert: "turn a recording into a file of another viewer"
        case .syscalls: "print a line per system call, or a table of them"
        case .list: "list and search the tracepoints of this kernel"
        case .pair: "match two events, print the time between them"
        case .help: "explain a subcommand"
        }
    }

    /// What is typed after the program's name.
    var synopsis: String {
        switch self {
        case .trace: "[trace] [options] EVENT... [-- COMMAND [ARG...]]"
        case .count: "count [options] EVENT... [-- COMMAND [ARG...]]"
        case .hist: "hist [options] EVENT... VALUE [-- COMMAND [ARG...]]"
        case .top: "top [options] EVENT... [-- COMMAND [ARG...]]"
        case .info: "info [options] FILE"
        case .convert: "convert [options] IN OUT"
        case .syscalls: "syscalls [options] [CALL...] [-- COMMAND [ARG...]]"
        case .list: "list [options] [GLOB...]"
        case .pair: "pair [options] START END --on FIELD,... [-- COMMAND [ARG...]]"
        case .help: "help [SUBCOMMAND]"
        }
    }
}

/// The themes by which help and man page group the flags, in the order they are shown.
enum Topic: String, CaseIterable {
    case selection = "What to trace"
    case search = "What to list"
    case printing = "What to print"
    case summing = "How to count"
    case calls = "Which calls, and how"
    case limits = "When to stop"
    case scope = "Whom to trace"
    case buffers = "Buffers and loss"
    case recordings = "Recordings"
    case messages = "Messages and help"
}
