/// Follows the calls of a program from its registers and a copy of its stack, without frame pointers.
///
/// Registers and stack are the program's own: whatever they hold, the walk ends, after as many functions as the
/// kernel gives of a call chain at most.
@safe
struct Unwinder: ~Copyable {
    /// An address of a call chain.
    struct Step {
        let address: UInt64
        /// Whether a call returns there; else it is the next instruction.
        var isReturn: Bool
    }

    /// The functions that were found last, innermost first.
    private(set) var steps: [Step] = []
    /// Whether there were more, which could not be found.
    private(set) var isCut = false

    /// The registers of the function that is looked at, and of its caller.
    private var registers = RegisterSet()
    private var callers = RegisterSet()
    private let longest = System.greatestStack

    /// Finds the functions that led to where a program is.
    ///
    /// - Parameters:
    ///   - limit: how many are wanted; 0 for all.
    ///   - table: gives the call frame information for an address of the program, and the address that the linker
    ///     gave it.
    mutating func follow(
        _ state: UserState, limit: Int, table: (UInt64) -> (table: UnwindTable, address: UInt64)?
    ) {
        steps.removeAll(keepingCapacity: true)
        isCut = false
        for number in 0..<UserState.followed { registers[number] = state.register(number) }
        let bottom = registers[UserState.stackPointer] ?? 0
        var isReturn = false
        while let address = registers[UserState.programCounter], address != 0 {
            steps.append(Step(address: address, isReturn: isReturn))
            if steps.count == limit { return }
            let stack = { (address: UInt64) -> UInt64? in
                // What lies below the copy wraps to a number that is too large.
                Int(exactly: address &- bottom).flatMap { state.stack.load($0, as: UInt64.self) }
            }
            guard steps.count < longest, let (table, place) = table(isReturn ? address - 1 : address),
                let row = table.row(at: place), let isLast = step(row, table, stack)
            else {
                isCut = true
                return
            }
            // What a signal's handler returns to is made for that, and begins there.
            if row.isSignal { steps[steps.count - 1].isReturn = false }
            if isLast { return }
            isReturn = !row.isSignal
        }
    }

    /// Goes on to the caller; answers whether there is none, and `nil` where it cannot be found.
    private mutating func step(
        _ row: UnwindRow, _ table: UnwindTable, _ stack: (UInt64) -> UInt64?
    ) -> Bool? {
        let own = registers
        let register = { (number: Int) -> UInt64? in own[number] }
        let frame: UInt64? =
            switch row.base {
            case .register(let number, let offset): register(number).map { $0 &+ UInt64(bitPattern: offset) }
            case .expression(let expression):
                table.value(of: expression, frame: nil, register: register, memory: stack)
            }
        guard let frame, let pointer = own[UserState.stackPointer] else { return nil }
        callers = own
        callers[UserState.stackPointer] = frame
        for index in row.rules {
            let rule = table.rules[index]
            callers[rule.register] =
                switch rule.place {
                case .nowhere: nil
                case .memory(let offset): stack(frame &+ UInt64(bitPattern: offset))
                case .value(let offset): frame &+ UInt64(bitPattern: offset)
                case .register(let number): register(number)
                case .expression(let expression, let isValue):
                    {
                        let value = table.value(
                            of: expression, frame: frame, register: register, memory: stack)
                        return isValue ? value : value.flatMap(stack)
                    }()
                }
            if rule.register == row.returnRegister, case .nowhere = rule.place { return true }
        }
        guard let target = callers[row.returnRegister] else { return nil }
        callers[UserState.programCounter] = target
        // A caller's frame lies further up. A signal may have changed stacks.
        let isFurther = frame > pointer || (frame == pointer && target != own[UserState.programCounter])
        guard isFurther || row.isSignal else { return nil }
        swap(&registers, &callers)
        return false
    }
}

/// The registers of a function, as far as they are known.
private struct RegisterSet {
    private var values = InlineArray<33, UInt64>(repeating: 0)
    /// Which are known, as bits.
    private var known: UInt64 = 0

    /// The value of a register; `nil` where it is not known, or there is none of that number.
    subscript(number: Int) -> UInt64? {
        get { 0..<33 ~= number && known & (1 << UInt64(number)) != 0 ? values[number] : nil }
        set {
            values[number] = newValue ?? 0
            known = newValue == nil ? known & ~(1 << UInt64(number)) : known | 1 << UInt64(number)
        }
    }
}
