import CommandLine
import Template
import Tracepoints

extension Plan {
    /// Shows system calls as the command line asks, and answers the exit status.
    static func run(_ arguments: TraceArguments, _ calls: SyscallArguments) throws(Failure) -> Int32 {
        let plan = try Plan.make(arguments, calls: calls)
        if arguments.explains { return try explain(plan) }
        let consumer = try SyscallConsumer(plan, calls)
        return try Session.run(plan, consumer)
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
        let layouts = plan.layouts
        guard layouts.count >= 3, let catalog = plan.catalog,
            let view = SyscallView(
                enter: (0, layouts[0]), exit: (1, layouts[1]), exec: (2, layouts[2]), paths: 3,
                options: options,
                host: .machine(catalog))
        else { throw Failure("this kernel tells of system calls in a way that is not known") }
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
