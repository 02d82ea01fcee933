import CLinux
import CommandLine
import Glibc
import Tracepoints

/// The exit statuses that have a meaning of their own.
enum Status {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    static let notPermitted: Int32 = 3
    static let lost: Int32 = 4
    /// An expectation was not met, or an event came that must not.
    static let unfulfilled: Int32 = 5
    static let readerGone: Int32 = 141
}

@main
struct Main {
    static func main() {
        System.fillStandardDescriptors()
        // The runtime takes the words from /proc.
        guard Swift.CommandLine.argc > 0 else {
            let failure = Failure("/proc is not mounted\n  try: sudo mount -t proc proc /proc")
            System.print(failure.text, to: 2)
            _exit(failure.status)
        }
        let arguments = Array(Swift.CommandLine.arguments.dropFirst())
        // `_exit`: the process holds nothing that an orderly exit would save.
        _exit(run(arguments))
    }

    /// Does what the arguments ask for and answers the exit status.
    private static func run(_ arguments: [String]) -> Int32 {
        do throws(Failure) {
            switch try parsed(arguments) {
            case .help(let request): return Printer.print(request.text)
            case .version: return Printer.print("obstrace \(version)\n")
            case .generate(let file): return Printer.print(file.text)
            case .completeFields(let names): return try Lister.printFields(of: names)
            case .list(let arguments): return try Lister(arguments).run()
            case .syscalls(let arguments, let calls): return try Plan.run(arguments, calls)
            case .summarize(let arguments, let counting): return try Plan.run(arguments, counting)
            case .pair(let arguments): return try PairPlan.run(arguments)
            case .listPairs: return try PairPlan.list()
            case .info(let arguments): return try Info.run(arguments)
            case .convert(let arguments): return try Convert.run(arguments)
            case .trace(let arguments): return try Plan.run(arguments)
            }
        } catch {
            System.print(error.text, to: 2)
            return error.status
        }
    }

    private static func parsed(_ arguments: [String]) throws(Failure) -> Invocation {
        do throws(UsageError) {
            return try parse(arguments)
        } catch {
            guard error == .noArguments else { throw Failure(error) }
            throw Failure(
                text: HelpRequest(subcommand: .trace, isLong: false).text, status: Status.usage)
        }
    }
}

/// Why the program ends early: what goes to stderr, and the exit status.
struct Failure: Error {
    let text: String
    let status: Int32
}

extension Failure {
    /// A command line that cannot be followed.
    init(_ error: UsageError) { self.init(text: error.text, status: Status.usage) }

    /// Something that went wrong at run time.
    init(_ message: String, status: Int32 = Status.failed) {
        self.init(text: "obstrace: \(message)\n", status: status)
    }

    /// Tracing that cannot be set up or go on.
    init(_ error: TraceError) {
        switch error {
        case .notPermitted(let missing):
            let lines = missing.map { "  \($0)\n" }.joined()
            self.init(text: "obstrace: not permitted to trace\n" + lines, status: Status.notPermitted)
        case .tracefsNotMounted:
            self.init(
                text: """
                    obstrace: tracefs is not mounted
                      try: sudo mount -t tracefs nodev /sys/kernel/tracing

                    """, status: Status.notPermitted)
        case .tooManyFiles(let needed, let limit):
            self.init(
                text: """
                    obstrace: \(needed) open files are needed, and the hard limit is \(limit)
                      one for each event, CPU and traced thread; trace fewer events, or fewer CPUs with -C,
                      or raise the limit: ulimit -Hn \(needed)  (as root)

                    """, status: Status.failed)
        case .system(_, _, EMFILE), .system(_, _, ENFILE): self = .tooManyFiles
        case .noSuchProcess, .noSuchCPU, .noSuchCgroup:
            self.init("\(error)", status: Status.usage)
        default:
            self.init("\(error)")
        }
    }
}

extension Failure {
    /// A system call that failed.
    init(_ error: SystemError) {
        if error.code == EMFILE || error.code == ENFILE {
            self = .tooManyFiles
        } else {
            self.init("\(error)")
        }
    }

    private static var tooManyFiles: Failure {
        let limit = System.openFileLimit()
        return Failure(
            text: """
                obstrace: too many open files: the limit is \(limit.rlim_cur), at most \(limit.rlim_max)
                  raise it: ulimit -Hn 1024  (as root)

                """, status: Status.failed)
    }
}

/// Writes whole texts to stdout.
enum Printer {
    /// Writes a text and answers the exit status.
    static func print(_ text: String) -> Int32 {
        System.ignore(SIGPIPE)
        do throws(SystemError) {
            try System.write(1, text)
            return Status.done
        } catch {
            if error.code == EPIPE { return Status.readerGone }
            System.print("obstrace: cannot write: \(error.reason)\n", to: 2)
            return Status.failed
        }
    }
}
