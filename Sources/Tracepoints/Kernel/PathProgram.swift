internal import CLinux

/// A program that the kernel runs where system calls begin: it writes the paths among their arguments into the
/// rings as they are at that moment, and marks calls of the 32-bit interface, whose numbers are others.
///
/// The program runs for every task, as programs at tracepoints do; what it writes of tasks that are not traced
/// is dropped by the reader.
struct PathProgram: ~Copyable {
    /// The number in the place of a tracepoint's that its records carry.
    static let id: UInt16 = 0xfff0
    /// The longest path with its closing zero, in bytes.
    fileprivate static let longest: Int32 = 4096
    /// The bytes before the path in a record: those that all events have, and the address.
    fileprivate static let head: Int32 = 16
    /// Where six addresses lie on the program's stack.
    private static let addresses: Int16 = -64

    // The other tables are kept by the program itself.
    private let outputs: Descriptor
    private let program: Descriptor
    /// What runs where calls end; `nil` where no paths are wanted.
    private let endProgram: Descriptor?

    /// Loads the program.
    ///
    /// - Parameter arguments: the arguments of each call that are paths, as bits, by the call's number: as many of the
    ///   machine's own interface as of the 32-bit one, which follow.
    /// - Throws: what the kernel answers, where it has no programs or does not let us.
    init(arguments: [UInt8], cpuCount: Int) throws(SystemError) {
        let calls = try System.makeTable(BPF_MAP_TYPE_ARRAY, valueSize: 4, count: arguments.count)
        let buffer = try System.makeTable(
            BPF_MAP_TYPE_PERCPU_ARRAY, valueSize: Int(Self.head + Self.longest), count: 1)
        let outputs = try System.makeTable(BPF_MAP_TYPE_PERF_EVENT_ARRAY, valueSize: 4, count: cpuCount)
        // The least used are pushed out, so that it never fills up.
        let failed = try System.makeTable(BPF_MAP_TYPE_LRU_HASH, valueSize: 48, count: 4096)
        let readsPaths = arguments.contains { $0 != 0 }
        for (number, bits) in arguments.enumerated() where bits != 0 {
            try System.setEntry(calls.number, number, UInt32(bits))
        }
        let program = try System.loadProgram(
            Self.instructions(
                calls: calls.number, callCount: arguments.count, buffer: buffer.number,
                outputs: outputs.number,
                failed: failed.number))
        let endProgram: Descriptor?
        if readsPaths {
            endProgram = try System.loadProgram(
                Self.endInstructions(
                    buffer: buffer.number, outputs: outputs.number, failed: failed.number))
        } else {
            endProgram = nil
        }
        self.program = program
        self.endProgram = endProgram
        self.outputs = outputs
    }

    /// Sets the event of a CPU whose ring is written into.
    borrowing func setOutput(_ event: Int32, cpu: Int32) throws(SystemError) {
        try System.setEntry(outputs.number, Int(cpu), UInt32(bitPattern: event))
    }

    /// Runs the program from now on, for as long as the events are open, which are those where calls begin and end.
    borrowing func attach(begin: Int32, end: Int32) throws(SystemError) {
        switch endProgram {
        case .some(let program): try System.perfSetProgram(end, program.number)
        case .none: break
        }
        try System.perfSetProgram(begin, program.number)
    }

    /// Where a task tells in what interface its call is; `nil` where there is one only, or that is not known.
    private static var compatStatusOffset: Int32? {
        #if arch(x86_64)
            // The task begins with flags and work to do at calls, of eight bytes each, since Linux 5.11.
            System.kernelVersion >= (5, 11) ? 16 : nil
        #else
            nil
        #endif
    }

    /// Whether calls of the 32-bit interface are marked.
    static var marksCompat: Bool { compatStatusOffset != nil }

    /// The instructions, as the kernel has them: operation, registers, offset, number.
    private static func instructions(
        calls: Int32, callCount: Int, buffer: Int32, outputs: Int32, failed: Int32
    ) -> [UInt64] {
        var code = Assembler()
        // r6: the record of the tracepoint; r7: which arguments are paths; r8: whether the call is a 32-bit one;
        // r9: the buffer.
        code.add(0xbf, to: 6, from: 1)
        code.add(0xb7, to: 8, number: 0)
        if let offset = compatStatusOffset {
            code.call(35)  // bpf_get_current_task
            code.add(0xbf, to: 3, from: 0)
            code.add(0x07, to: 3, number: offset)
            code.add(0xbf, to: 1, from: 10)
            code.add(0x07, to: 1, number: -8)
            code.add(0xb7, to: 2, number: 4)
            code.add(0x62, to: 10, offset: -8, number: 0)
            code.call(113)  // bpf_probe_read_kernel
            code.add(0x61, to: 8, from: 10, offset: -8)
            // TS_COMPAT, made 0 or 1.
            code.add(0x57, to: 8, number: 2)
            code.add(0x77, to: 8, number: 1)
        }
        code.add(0x79, to: 1, from: 6, offset: 8)
        code.jump(0x25, 1, Int32(callCount / 2 - 1))
        code.add(0xbf, to: 2, from: 8)
        code.add(0x27, to: 2, number: Int32(callCount / 2))
        code.add(0x0f, to: 1, from: 2)
        code.add(0x63, to: 10, from: 1, offset: -4)
        code.loadTable(1, calls)
        code.add(0xbf, to: 2, from: 10)
        code.add(0x07, to: 2, number: -4)
        code.call(1)  // bpf_map_lookup_elem
        code.jump(0x15, 0, 0)
        code.add(0x61, to: 7, from: 0)
        // Nothing to tell: no path, and the machine's own interface.
        code.add(0x55, to: 7, offset: 1)
        code.jump(0x15, 8, 0)
        code.add(0x62, to: 10, offset: -4, number: 0)
        code.loadTable(1, buffer)
        code.add(0xbf, to: 2, from: 10)
        code.add(0x07, to: 2, number: -4)
        code.call(1)
        code.jump(0x15, 0, 0)
        code.add(0xbf, to: 9, from: 0)
        code.call(14)  // bpf_get_current_pid_tgid
        code.add(0x63, to: 9, from: 0, offset: 4)
        code.add(0x77, to: 0, number: 32)
        code.jump(0x15, 0, System.processID)
        // The byte of flags tells of the interface.
        code.add(0xbf, to: 1, from: 8)
        code.add(0x67, to: 1, number: 16)
        code.add(0x47, to: 1, number: Int32(id))
        code.add(0x63, to: 9, from: 1, offset: 0)
        let isNative = code.jumpAhead(0x15, 8, 0)
        code.add(0x7a, to: 9, offset: 8, number: 0)
        code.add(0x7a, to: 9, offset: 16, number: 0)
        code.add(0xb7, to: 5, number: head)
        code.writeOut(outputs)
        code.land(isNative)
        // What cannot be read yet, as no page is there, is left to the end of the call, which has read it.
        for argument in 0..<Int16(6) { code.add(0x7a, to: 10, offset: addresses + 8 * argument, number: 0) }
        for argument in 0..<Int16(6) {
            // Without the bit, on to the next argument.
            code.add(0x45, to: 7, offset: 1, number: 1 << Int32(argument))
            let isOther = code.jumpAhead(0x05, 0, 0)
            code.add(0x79, to: 3, from: 6, offset: 16 + 8 * argument)
            let failures = code.readPath()
            code.writePath(outputs)
            code.add(0x57, to: 7, number: ~(1 << Int32(argument)))
            let isDone = code.jumpAhead(0x05, 0, 0)
            for failure in failures { code.land(failure) }
            code.add(0x79, to: 3, from: 9, offset: 8)
            code.add(0x7b, to: 10, from: 3, offset: addresses + 8 * argument)
            code.land(isDone)
            code.land(isOther)
        }
        code.jump(0x15, 7, 0)
        code.add(0x61, to: 1, from: 9, offset: 4)
        code.add(0x63, to: 10, from: 1, offset: -4)
        code.loadTable(1, failed)
        code.add(0xbf, to: 2, from: 10)
        code.add(0x07, to: 2, number: -4)
        code.add(0xbf, to: 3, from: 10)
        code.add(0x07, to: 3, number: Int32(addresses))
        code.add(0xb7, to: 4, number: 0)
        code.call(2)  // bpf_map_update_elem
        return code.finish()
    }

    /// The instructions for the end of calls: they read what could not be read at the begin.
    private static func endInstructions(buffer: Int32, outputs: Int32, failed: Int32) -> [UInt64] {
        var code = Assembler()
        code.add(0xbf, to: 6, from: 1)
        code.call(14)  // bpf_get_current_pid_tgid
        code.add(0x63, to: 10, from: 0, offset: -4)
        code.loadTable(1, failed)
        code.add(0xbf, to: 2, from: 10)
        code.add(0x07, to: 2, number: -4)
        code.call(1)  // bpf_map_lookup_elem
        code.jump(0x15, 0, 0)
        for argument in 0..<Int16(6) {
            code.add(0x79, to: 1, from: 0, offset: 8 * argument)
            code.add(0x7b, to: 10, from: 1, offset: addresses + 8 * argument)
        }
        code.loadTable(1, failed)
        code.add(0xbf, to: 2, from: 10)
        code.add(0x07, to: 2, number: -4)
        code.call(3)  // bpf_map_delete_elem
        code.add(0x62, to: 10, offset: -8, number: 0)
        code.loadTable(1, buffer)
        code.add(0xbf, to: 2, from: 10)
        code.add(0x07, to: 2, number: -8)
        code.call(1)
        code.jump(0x15, 0, 0)
        code.add(0xbf, to: 9, from: 0)
        code.add(0x62, to: 9, offset: 0, number: Int32(id) | 2 << 16)
        code.add(0x61, to: 1, from: 10, offset: -4)
        code.add(0x63, to: 9, from: 1, offset: 4)
        for argument in 0..<Int16(6) {
            code.add(0x79, to: 3, from: 10, offset: addresses + 8 * argument)
            let isNone = code.jumpAhead(0x15, 3, 0)
            let failures = code.readPath()
            code.writePath(outputs)
            for failure in failures { code.land(failure) }
            code.land(isNone)
        }
        return code.finish()
    }
}

/// Puts instructions together.
private struct Assembler {
    private var code: [UInt64] = []
    /// The jumps to the end.
    private var exits: [Int] = []

    mutating func add(_ operation: UInt64, to: UInt64, from: UInt64 = 0, offset: Int16 = 0, number: Int32 = 0)
    {
        code.append(
            operation | to << 8 | from << 12 | UInt64(UInt16(bitPattern: offset)) << 16
                | UInt64(UInt32(bitPattern: number)) << 32)
    }

    /// Jumps to the end where a register compares so with a number.
    mutating func jump(_ operation: UInt64, _ register: UInt64, _ number: Int32) {
        exits.append(jumpAhead(operation, register, number))
    }

    /// Jumps to where `land` is called with what this answers.
    mutating func jumpAhead(_ operation: UInt64, _ register: UInt64, _ number: Int32) -> Int {
        add(operation, to: register, number: number)
        return code.count - 1
    }

    mutating func land(_ jump: Int) {
        code[jump] |= UInt64(code.count - jump - 1) << 16
    }

    /// Reads the path at the address in r3 into the buffer in r9; answers the jumps where that cannot be.
    mutating func readPath() -> [Int] {
        add(0x7b, to: 9, from: 3, offset: 8)
        add(0xbf, to: 1, from: 9)
        add(0x07, to: 1, number: PathProgram.head)
        add(0xb7, to: 2, number: PathProgram.longest)
        call(114)  // bpf_probe_read_user_str
        // An error is a very large number here.
        return [jumpAhead(0x25, 0, PathProgram.longest), jumpAhead(0x15, 0, 0)]
    }

    /// Writes out a path whose length is in r0.
    mutating func writePath(_ outputs: Int32) {
        add(0x07, to: 0, number: PathProgram.head)
        add(0xbf, to: 5, from: 0)
        writeOut(outputs)
    }

    /// Writes as many bytes as r5 says from r9 on into the ring of this CPU.
    mutating func writeOut(_ outputs: Int32) {
        add(0xbf, to: 1, from: 6)
        loadTable(2, outputs)
        add(0xb4, to: 3, number: -1)
        add(0xbf, to: 4, from: 9)
        call(25)  // bpf_perf_event_output
    }

    mutating func call(_ function: Int32) { add(0x85, to: 0, number: function) }

    mutating func loadTable(_ register: UInt64, _ table: Int32) {
        // Two words; the source 1 says that the number is a descriptor.
        add(0x18, to: register, from: 1, number: table)
        code.append(0)
    }

    /// Ends with 1, so that the event goes on to those who trace it.
    mutating func finish() -> [UInt64] {
        for exit in exits { land(exit) }
        add(0xb7, to: 0, number: 1)
        add(0x95, to: 0)
        return code
    }
}

extension EventLayout {
    /// The records of paths that system calls are given: the address of each, and the path with its closing zero,
    /// before the record of the call's begin. The third byte is 1 for a call of the 32-bit interface, which has one
    /// record without an address first; it is 2 for a path that could be read when the call ended only.
    public static let syscallPaths = EventLayout(
        id: PathProgram.id, subsystem: "obstrace", name: "paths",
        fields: [
            Field(
                name: "address", type: "unsigned long", offset: 8, size: 8, kind: .integer, isSigned: false,
                elementSize: 8, elementCount: 1)
        ],
        commonFields: [
            Field(
                name: "common_pid", type: "int", offset: 4, size: 4, kind: .integer, isSigned: true,
                elementSize: 4, elementCount: 1)
        ], printFormat: "")
}
