internal import CDw
internal import CElf
internal import Glibc

/// What a function has saved where, at one of its instructions: enough to go on to its caller.
struct UnwindRow {
    /// Where the caller's value of a register is.
    struct Rule {
        enum Place {
            /// Nowhere: it is lost.
            case nowhere
            /// In memory, so far from the frame's address.
            case memory(Int64)
            /// The frame's address and so much are the value itself.
            case value(Int64)
            /// In another register.
            case register(Int)
            /// In memory, where an expression says; or what the expression says is the value.
            case expression(Int, isValue: Bool)
        }

        let register: Int
        let place: Place
    }

    /// What the frame's address is made of.
    enum Base {
        case register(Int, Int64)
        case expression(Int)
    }

    /// The frame's address (CFA), which is that of the stack pointer before the call.
    let base: Base
    /// The registers that do not keep their value, as places in `UnwindTable.rules`.
    let rules: Range<Int>
    /// The register that the caller goes on at.
    let returnRegister: Int
    /// Whether it was a signal that came in between, and no call.
    let isSignal: Bool
}

/// How the callers of a file's functions are found: its call frame information, by address (`libdw`).
///
/// What is found for an address is kept. The file is foreign input: where it says nothing that can be followed,
/// there is no row.
@safe
final class UnwindTable {
    /// How many addresses are kept at most; then all are forgotten.
    private static let limit = 1 << 16

    private let file: ProgramFile
    /// From the section that is loaded with the program, and the one for debuggers.
    private let loaded: OpaquePointer?
    private lazy var debug: OpaquePointer? = unsafe openDebug()
    private var debugInfo: OpaquePointer?
    /// The index of the row of each address; -1 for none.
    private var known: [UInt64: Int32] = [:]
    private var rows: [UnwindRow] = []
    /// The rules that rows refer to.
    private(set) var rules: [UnwindRow.Rule] = []
    /// The expressions that rules and rows refer to; the library keeps them as long as the file is open.
    private var expressions: [UnsafeBufferPointer<Dwarf_Op>] = unsafe []

    /// Reads the call frame information of a file.
    init(_ file: ProgramFile) {
        self.file = file
        unsafe loaded = dwarf_getcfi_elf(file.elf)
    }

    deinit {
        if unsafe loaded != nil { unsafe dwarf_cfi_end(loaded) }
        if unsafe debugInfo != nil { unsafe dwarf_end(debugInfo) }
    }

    /// Programs of some compilers have theirs for debuggers alone.
    private func openDebug() -> OpaquePointer? {
        guard file.address(ofSection: ".debug_frame") != nil else { return nil }
        unsafe debugInfo = dwarf_begin_elf(file.elf, DWARF_C_READ, nil)
        return unsafe debugInfo.flatMap { unsafe dwarf_getcfi($0) }
    }

    /// The row of the instruction at an address, which is that of the linker; `nil` where there is none.
    func row(at address: UInt64) -> UnwindRow? {
        if let index = known[address] { return index < 0 ? nil : rows[Int(index)] }
        if known.count >= UnwindTable.limit {
            known.removeAll()
            rows.removeAll()
            rules.removeAll()
            unsafe expressions.removeAll()
        }
        let row = unsafe read(address, loaded) ?? read(address, debug)
        known[address] = row == nil ? -1 : Int32(rows.count)
        if let row { rows.append(row) }
        return row
    }

    private func read(_ address: UInt64, _ source: OpaquePointer?) -> UnwindRow? {
        guard let source = unsafe source else { return nil }
        var found: OpaquePointer?
        guard unsafe dwarf_cfi_addrframe(source, address, &found) == 0, let frame = unsafe found else {
            return nil
        }
        defer { unsafe free(UnsafeMutableRawPointer(frame)) }
        var isSignal = false
        let returnRegister = unsafe Int(dwarf_frame_info(frame, nil, nil, &isSignal))
        guard 0..<UserState.followed ~= returnRegister, let base = unsafe base(of: frame) else { return nil }
        let first = rules.count
        for register in 0..<UserState.followed {
            guard let place = unsafe place(of: register, in: frame) else { continue }
            rules.append(UnwindRow.Rule(register: register, place: place))
        }
        return UnwindRow(
            base: base, rules: first..<rules.count, returnRegister: returnRegister, isSignal: isSignal)
    }

    private func base(of frame: OpaquePointer) -> UnwindRow.Base? {
        var operations: UnsafeMutablePointer<Dwarf_Op>?
        var count = 0
        guard unsafe dwarf_frame_cfa(frame, &operations, &count) == 0, count > 0,
            let first = unsafe operations
        else { return nil }
        if count == 1, unsafe Int(first.pointee.atom) == DW_OP_bregx {
            let register = unsafe Int(clamping: first.pointee.number)
            return unsafe .register(register, Int64(bitPattern: first.pointee.number2))
        }
        return unsafe keep(first, count).map { .expression($0) }
    }

    /// Where the caller's value of a register is; `nil` where it stays as it is.
    private func place(of register: Int, in frame: OpaquePointer) -> UnwindRow.Rule.Place? {
        unsafe withUnsafeTemporaryAllocation(of: Dwarf_Op.self, capacity: 3) { memory in
            guard let memory = memory.baseAddress else { return .nowhere }
            var operations: UnsafeMutablePointer<Dwarf_Op>?
            var count = 0
            let status = unsafe dwarf_frame_register(
                frame, Int32(register), memory, &operations, &count)
            guard status == 0 else { return .nowhere }
            guard let first = unsafe operations else { return nil }
            guard count > 0 else { return .nowhere }
            let isShort = unsafe first == memory
            guard isShort else {
                let isValue = unsafe Int(first[count - 1].atom) == DW_OP_stack_value
                return unsafe keep(first, count - (isValue ? 1 : 0)).map {
                    .expression($0, isValue: isValue)
                } ?? .nowhere
            }
            let atom = unsafe Int(first.pointee.atom)
            if atom == DW_OP_regx { return unsafe .register(Int(clamping: first.pointee.number)) }
            if DW_OP_reg0...DW_OP_reg31 ~= atom { return .register(atom - DW_OP_reg0) }
            guard atom == DW_OP_call_frame_cfa else { return .nowhere }
            var offset: Int64 = 0
            var isValue = false
            for index in 1..<max(1, count) {
                switch unsafe Int(first[index].atom) {
                case DW_OP_plus_uconst: unsafe offset = Int64(bitPattern: first[index].number)
                case DW_OP_stack_value: isValue = true
                default: return .nowhere
                }
            }
            return isValue ? .value(offset) : .memory(offset)
        }
    }

    private func keep(_ operations: UnsafeMutablePointer<Dwarf_Op>, _ count: Int) -> Int? {
        guard 1...256 ~= count else { return nil }
        unsafe expressions.append(UnsafeBufferPointer(start: operations, count: count))
        return unsafe expressions.count - 1
    }

    /// Computes an expression; `nil` where it cannot be.
    ///
    /// - Parameters:
    ///   - frame: the frame's address, where it is known.
    ///   - register: gives the value of a register.
    ///   - memory: gives the word at an address.
    func value(
        of expression: Int, frame: UInt64?, register: (Int) -> UInt64?, memory: (UInt64) -> UInt64?
    ) -> UInt64? {
        guard unsafe expression < expressions.count else { return nil }
        var stack: [UInt64] = []
        let operations = unsafe expressions[expression]
        for index in operations.indices {
            let operation = unsafe operations[index]
            let atom = Int(operation.atom)
            switch atom {
            case DW_OP_lit0...DW_OP_lit31: stack.append(UInt64(atom - DW_OP_lit0))
            case DW_OP_const1u, DW_OP_const2u, DW_OP_const4u, DW_OP_const8u, DW_OP_constu, DW_OP_const1s,
                DW_OP_const2s, DW_OP_const4s, DW_OP_const8s, DW_OP_consts:
                stack.append(operation.number)
            case DW_OP_breg0...DW_OP_breg31:
                guard let value = register(atom - DW_OP_breg0) else { return nil }
                stack.append(value &+ operation.number)
            case DW_OP_bregx:
                guard let value = register(Int(clamping: operation.number)) else { return nil }
                stack.append(value &+ operation.number2)
            case DW_OP_call_frame_cfa:
                guard let frame else { return nil }
                stack.append(frame)
            case DW_OP_nop: break
            default:
                guard let top = stack.popLast() else { return nil }
                switch atom {
                case DW_OP_drop: break
                case DW_OP_dup: stack += [top, top]
                case DW_OP_deref:
                    guard let word = memory(top) else { return nil }
                    stack.append(word)
                case DW_OP_plus_uconst: stack.append(top &+ operation.number)
                case DW_OP_neg: stack.append(0 &- top)
                case DW_OP_not: stack.append(~top)
                default:
                    guard let second = stack.popLast(), let result = UnwindTable.join(atom, second, top)
                    else { return nil }
                    stack.append(result)
                }
            }
            guard stack.count <= 64 else { return nil }
        }
        return stack.last
    }

    /// The result of an operation on two values; `nil` for one that is not known.
    private static func join(_ atom: Int, _ first: UInt64, _ second: UInt64) -> UInt64? {
        let (left, right) = (Int64(bitPattern: first), Int64(bitPattern: second))
        return switch atom {
        case DW_OP_plus: first &+ second
        case DW_OP_minus: first &- second
        case DW_OP_mul: first &* second
        case DW_OP_and: first & second
        case DW_OP_or: first | second
        case DW_OP_xor: first ^ second
        case DW_OP_shl: first << second
        case DW_OP_shr: first >> second
        case DW_OP_shra: UInt64(bitPattern: left >> right)
        case DW_OP_eq: left == right ? 1 : 0
        case DW_OP_ne: left != right ? 1 : 0
        case DW_OP_lt: left < right ? 1 : 0
        case DW_OP_le: left <= right ? 1 : 0
        case DW_OP_gt: left > right ? 1 : 0
        case DW_OP_ge: left >= right ? 1 : 0
        default: nil
        }
    }
}
