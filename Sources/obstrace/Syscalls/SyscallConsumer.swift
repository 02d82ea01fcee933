import CommandLine
import Template
import Tracepoints

extension Plan {
    /// Shows system calls as the command line asks, and answers the exit status.
    static func run(_ arguments: TraceArguments, _ calls: SyscallArguments) throws(Failure) -> Int32 {
        let recording = try Recording.open(arguments)
        if let file = arguments.replayed { try checkCalls(recording, file) }
        let plan = try Plan.make(arguments, recording: Source(recording), calls: calls)
        if arguments.explains { return try explain(plan) }
        if arguments.replayed != nil, !arguments.isQuiet, !SyscallHost.knowsNames {
            let reason = "as the tracing file system cannot be read"
            System.print("obstrace: arguments have no names, \(reason)\n", to: 2)
        }
        let consumer = try SyscallConsumer(plan, calls)
        return try read(plan, consumer, recording)
    }

    /// Checks that a recording tells of system calls, and of those of this machine's kind.
    private static func checkCalls(_ recording: borrowing Recording?, _ file: Argument) throws(Failure) {
        let names = Source(recording)?.layouts.map(\.fullName) ?? []
        let missing = ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"].filter { !names.contains($0) }
        guard missing.isEmpty else {
            throw Failure(
                text: """
                    obstrace: \(file.text): it holds no \(missing.joined(separator: " and no ")), which tell of system calls
                      to record them: obstrace syscalls -w FILE, or perf trace record

                    """, status: Status.failed)
        }
        let architecture = System.identity().architecture
        guard let recorded = Source(recording)?.architecture, recorded != architecture else { return }
        throw Failure(
            text: """
                obstrace: \(file.text): it was recorded on \(recorded), and system calls are known of \(architecture) here
                  to see their numbers: obstrace -r \(file.text) raw_syscalls:sys_enter

                """, status: Status.failed)
    }
}

/// Writes a line for each system call, or a table of them at the end.
struct SyscallConsumer: Consumer, ~Copyable {
    private var view: SyscallView

    /// Shows the calls of a plan.
    ///
    /// - Throws: where this kernel tells of calls in another way.
    init(_ plan: borrowing Plan, _ calls: SyscallArguments) throws(Failure) {
        var options = SyscallViewOptions()
        options.selection = plan.callSelection
        options.isSummary = calls.isSummary
        options.isFailedOnly = calls.isFailedOnly
        options.slowest = calls.slowest
        options.isJSON = plan.arguments.form == .json
        options.isColoured = Terminal.isColoured(plan.arguments.colour, output: plan.arguments.output)
        options.hasFilteredEnds =
            !plan.arguments.filters.isEmpty || !plan.arguments.taskNames.isEmpty
            || !plan.arguments.users.isEmpty
        func event(_ name: String) -> (index: Int, layout: EventLayout)? {
            plan.layouts.firstIndex { $0.fullName == name }.map { ($0, plan.layouts[$0]) }
        }
        guard let enter = event("raw_syscalls:sys_enter"), let exit = event("raw_syscalls:sys_exit"),
            let view = SyscallView(
                enter: enter, exit: exit, exec: event("sched:sched_process_exec"),
                paths: event(EventLayout.syscallPaths.fullName)?.index, options: options,
                host: plan.catalog.map(SyscallHost.machine) ?? .recorded)
        else { throw Failure("the kernel tells of system calls in a way that is not known") }
        self.view = view
    }

    mutating func start(at time: UInt64, _ renderer: inout Renderer, into line: inout LineBuffer) {}

    mutating func opened(_ observer: Observer) { view.hasMarks = observer.marksCompatCalls }

    mutating func seesExec(of process: Int32) -> Bool {
        view.hold(process)
        return true
    }

    mutating func take(
        _ batch: Batch, _ renderer: inout Renderer, room: Int, into line: inout LineBuffer
    ) -> Int {
        view.take(batch, &renderer, room: room, into: &line)
    }

    mutating func takeRest(_ renderer: inout Renderer, room: Int, into line: inout LineBuffer) {
        view.finish(&renderer, room: room, into: &line)
    }
}

extension SyscallHost {
    /// Asks this machine.
    static func machine(_ catalog: Catalog) -> SyscallHost {
        unsafe SyscallHost(
            layout: { try? catalog.layout(of: "syscalls:" + $0) },
            readMemory: { tid, address, room in unsafe System.readMemory(of: tid, at: address, into: room) },
            isCompat: isCompat,
            describeError: System.describe)
    }

    /// Whether the names of arguments can be looked up.
    fileprivate static var knowsNames: Bool {
        (try? Catalog().layout(of: "syscalls:sys_enter_read")) != nil
    }

    /// Knows the processes of a recording no more; the arguments of calls are called as they are here.
    static var recorded: SyscallHost {
        let catalog = try? Catalog()
        return unsafe SyscallHost(
            layout: { try? catalog?.layout(of: "syscalls:" + $0) }, readMemory: { _, _, _ in -1 },
            isCompat: { _ in nil }, describeError: System.describe)
    }

    /// Whether the program of a thread is a 32-bit one, as the head of its file tells.
    private static func isCompat(_ tid: Int32) -> Bool? {
        guard let file = try? System.open("/proc/\(tid)/exe", 0) else { return nil }
        var head: (UInt32, UInt32) = (0, 0)
        let count = unsafe withUnsafeMutableBytes(of: &head) { room in
            unsafe (try? System.read(file.number, into: room)) ?? 0
        }
        // An ELF file, whose fifth byte is 1 for 32 bits.
        return count == 8 && head.0 == UInt32(littleEndian: 0x464c_457f) ? head.1 & 0xff == 1 : nil
    }
}
