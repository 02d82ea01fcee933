/// What a program was about when an event came: its registers, and a copy of the top of its stack.
///
/// The kernel writes them behind the raw record: which registers there are, these, the number of bytes of the
/// copy, the copy, and how many bytes of it the kernel could read.
@safe
public struct UserState {
    /// The registers that are asked for, as bits (`PERF_REG_*`): all but those of segments.
    package static var registers: UInt64 {
        #if arch(arm64)
            (1 << 33) - 1
        #else
            0xff_0fff
        #endif
    }
    /// The number of registers there are.
    private static let count = registers.nonzeroBitCount
    /// What stands before registers of 64 bits (`PERF_SAMPLE_REGS_ABI_64`).
    private static let wide: UInt64 = 2

    /// The registers, 64 bits each, in the order of their bits.
    private let words: Bytes
    /// The stack from the stack pointer on, as far as it could be read.
    let stack: Bytes

    /// Reads what follows a record; `nil` where there is no program, one of 32 bits, or it does not fit.
    init?(_ bytes: Bytes) {
        guard bytes.load(0, as: UInt64.self) == UserState.wide,
            let words = bytes.slice(8, UserState.count * 8),
            let size = bytes.load(8 + words.count, as: UInt64.self), size <= UInt64(bytes.count),
            let copy = bytes.slice(16 + words.count, Int(size))
        else { return nil }
        self.words = words
        guard size > 0 else {
            stack = copy
            return
        }
        guard let known = bytes.load(16 + words.count + copy.count, as: UInt64.self), known <= size,
            let stack = copy.slice(0, Int(known))
        else { return nil }
        self.stack = stack
    }

    /// Reads what is known to follow a record and to fit.
    init?(behind record: Bytes) {
        unsafe self.init(Bytes(base: record.base + record.count, count: RingCursor.longestRecord))
    }

    /// The register of a number, as call frame information has it; `nil` for one that is not there.
    func register(_ number: Int) -> UInt64? {
        guard let place = UserState.place(of: number) else { return nil }
        return words.load(place * 8, as: UInt64.self)
    }

    #if arch(arm64)
        /// The number of the stack pointer.
        static let stackPointer = 31
        /// The number of the place that the program executes.
        static let programCounter = 32
        /// How many registers are followed from function to function.
        static let followed = 33

        private static func place(of number: Int) -> Int? { 0..<33 ~= number ? number : nil }
    #else
        /// The number of the stack pointer.
        static let stackPointer = 7
        /// The number of the place that the program executes.
        static let programCounter = 16
        /// How many registers are followed from function to function.
        static let followed = 17

        /// Those of call frame information are ax, dx, cx, bx, si, di, bp, sp, r8 to r15 and ip; the kernel's are
        /// ax, bx, cx, dx, si, di, bp, sp, ip, flags, cs, ss, r8 to r15.
        private static func place(of number: Int) -> Int? {
            switch number {
            case 0, 2, 4...7: number
            case 1: 3
            case 3: 1
            case 8...15: number + 4
            case 16: 8
            default: nil
            }
        }
    #endif
}
