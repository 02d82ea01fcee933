import Tracepoints

/// A call: its name and its arguments, made ready when the call is first met.
struct SyscallPlan: BitwiseCopyable {
    var isReady = false
    /// Whether the user wants to see it.
    var isWanted = true
    /// Whether its result is an address.
    var returnsAddress = false
    /// Whether it never comes back: `exit` and `exit_group`.
    var neverReturns = false
    /// Whether its child comes back from it too, without having gone in: `clone` and its like.
    var makesChild = false
    /// Whether it replaces the program: `execve` and `execveat`.
    var executes = false
    /// Whether the kernel forgets its number before it comes back: `rt_sigreturn`.
    var forgetsNumber = false
    /// Whether arguments are paths.
    var hasPaths = false
    /// Whether it stands for all calls whose numbers are beyond the table, so that the number tells which it is.
    var showsNumber = false
    var name = PoolRange()
    var firstArgument: Int32 = 0
    var argumentCount: Int32 = 0
}

/// All that is known of the machine's calls, in flat arrays; each call is looked up when it is first met.
struct SyscallTable: ~Copyable {
    /// The calls of the machine's own interface, those of the 32-bit interface from `compat` on, and one for all
    /// numbers beyond.
    private var plans: ContiguousArray<SyscallPlan>
    private(set) var arguments: ContiguousArray<SyscallArgument> = []
    private(set) var values: ContiguousArray<NamedValue> = []
    private(set) var pool: ContiguousArray<UInt8> = []
    private var errorTexts: ContiguousArray<PoolRange> = ContiguousArray(repeating: PoolRange(), count: 4096)
    private let selection: SyscallSelection
    private let host: SyscallHost
    /// The number of calls that have a place of their own in each interface.
    static let room = 512

    init(_ selection: SyscallSelection, _ host: SyscallHost) {
        self.selection = selection
        self.host = host
        plans = ContiguousArray(repeating: SyscallPlan(), count: 2 * SyscallTable.room + 1)
    }

    /// Where a call stands.
    @inline(__always)
    static func index(_ number: Int64, isCompat: Bool) -> Int {
        guard number >= 0, number < room else { return 2 * room }
        return Int(number) &+ (isCompat ? room : 0)
    }

    /// The plan of a call.
    @inline(__always)
    mutating func plan(_ index: Int) -> SyscallPlan {
        if !plans[index].isReady { prepare(index) }
        return plans[index]
    }

    /// The name of a call; nothing for one that has none.
    static func name(_ index: Int) -> String? {
        guard index < 2 * room else { return nil }
        let table = index >= room ? CompatSyscallNames.table : SyscallNames.table
        return table.name(of: Int64(index >= room ? index - room : index)).map { "\($0)" }
    }

    @inline(never)
    private mutating func prepare(_ index: Int) {
        var plan = SyscallPlan()
        plan.isReady = true
        let name = SyscallTable.name(index)
        plan.isWanted = selection.contains(name)
        guard let name else {
            // Its number is shown; the registers are.
            if index < 2 * SyscallTable.room {
                let number = index % SyscallTable.room
                plan.name = add("syscall_\(number)")
            } else {
                plan.name = add("syscall")
                plan.showsNumber = true
            }
            plan.argumentCount = -1
            plans[index] = plan
            return
        }
        plan.name = add(name)
        plan.returnsAddress = ["mmap", "mmap2", "brk", "mremap", "shmat"].contains(name)
        plan.neverReturns = name == "exit" || name == "exit_group"
        plan.makesChild = ["clone", "clone3", "fork", "vfork"].contains(name)
        plan.executes = name == "execve" || name == "execveat"
        plan.forgetsNumber = name == "rt_sigreturn" || name == "sigreturn"
        plan.firstArgument = Int32(arguments.count)
        if let layout = layout(of: name) {
            for field in layout.fields.dropFirst().prefix(6) {
                let argument = argument(field, of: name)
                if argument.kind == .path { plan.hasPaths = true }
                arguments.append(argument)
            }
            plan.argumentCount = Int32(arguments.count) - plan.firstArgument
        } else {
            plan.argumentCount = -1
        }
        plans[index] = plan
    }

    /// The layout of the tracepoint of a call, which is named after the kernel's function.
    private func layout(of name: String) -> EventLayout? {
        let others = [
            "stat": "newstat", "fstat": "newfstat", "lstat": "newlstat", "uname": "newuname",
            "umount2": "umount", "sendfile": "sendfile64", "mmap2": "mmap", "_llseek": "llseek",
            "fstatat64": "newfstatat", "stat64": "newstat", "fstat64": "newfstat", "lstat64": "newlstat",
            "fcntl64": "fcntl", "waitpid": "wait4", "clock_gettime64": "clock_gettime",
            "futex_time64": "futex", "ugetrlimit": "getrlimit", "set_thread_area": "set_thread_area",
        ]
        return host.layout("sys_enter_" + (others[name] ?? name))
    }

    private mutating func argument(_ field: Field, of call: String) -> SyscallArgument {
        var (kind, bits) = SyscallArgument.kind(call: call, name: field.name, type: field.type)
        let first = values.count
        if let text = SyscallValues.values(of: call + "." + field.name) {
            kind = .named
            for word in "\(text)".split(separator: " ") { add(value: word) }
        }
        return SyscallArgument(
            kind: kind, bits: bits,
            isModeOfOpen: field.name == "mode" && (call == "open" || call == "openat"),
            name: add(field.name), firstValue: Int32(first), valueCount: Int32(values.count - first))
    }

    private mutating func add(value word: Substring) {
        let parts = word.split(separator: "=")
        let numbers = parts[1].split(separator: "/")
        func number(_ text: Substring) -> UInt64 {
            (text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)) ?? 0
        }
        let value = number(numbers[0])
        let mask = numbers.count < 2 ? value : numbers[1] == "*" ? UInt64.max : number(numbers[1])
        values.append(NamedValue(value: value, mask: mask, name: add(String(parts[0]))))
    }

    private mutating func add(_ text: String) -> PoolRange {
        let range = PoolRange(offset: Int32(pool.count), count: Int32(text.utf8.count))
        pool.append(contentsOf: text.utf8)
        return range
    }

    /// The name and the words of an error number, as `ENOENT (No such file or directory)`.
    mutating func errorText(_ number: Int) -> PoolRange {
        if errorTexts[number].count == 0 {
            let name = ErrnoNames.table.name(of: Int64(number)).map { "\($0)" } ?? "errno \(number)"
            let restarts = [
                512: "to be restarted if SA_RESTART is set", 513: "to be restarted",
                514: "to be restarted if not handled",
                516: "interrupted by signal",
            ]
            errorTexts[number] = add("\(name) (\(restarts[number] ?? host.describeError(Int32(number))))")
        }
        return errorTexts[number]
    }
}

extension LineBuffer {
    /// Appends a piece of a pool.
    @inline(__always)
    mutating func append(_ range: PoolRange, of pool: borrowing ContiguousArray<UInt8>) {
        unsafe pool.withUnsafeBytes { bytes in
            unsafe append(
                UnsafeRawBufferPointer(rebasing: bytes[Int(range.offset)..<Int(range.offset + range.count)]))
        }
    }
}
