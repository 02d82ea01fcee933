/// The call chain of a sample, parted at the kernel's marks.
@safe
public struct CallChain {
    /// The marks are the highest numbers, as if they were small negative ones (`PERF_CONTEXT_MAX`).
    private static let firstMark = UInt64(bitPattern: -4095)
    private static let kernelMark = UInt64(bitPattern: -128)
    private static let userMark = UInt64(bitPattern: -512)

    private let words: Bytes
    /// The words of the kernel's part, innermost first.
    public let kernel: Range<Int>
    /// The words of the program's part, innermost first.
    public let user: Range<Int>

    /// Parts the words of a chain; what stands before the first mark is the kernel's.
    public init(_ words: Bytes) {
        self.words = words
        var kernel = 0..<0
        var user = 0..<0
        var start = 0
        var isKernel = true
        var isKnown = true
        let count = words.count / 8
        for index in 0...count {
            let word = index < count ? words.load(index &* 8, as: UInt64.self) ?? 0 : UInt64.max
            guard word >= CallChain.firstMark else { continue }
            if index > start, isKnown {
                var end = index
                // A return to nowhere is how a thread's first function is marked.
                while !isKernel, end > start, words.load((end &- 1) &* 8, as: UInt64.self) == 0 { end &-= 1 }
                if isKernel { kernel = start..<end } else { user = start..<end }
            }
            start = index &+ 1
            isKernel = word == CallChain.kernelMark
            isKnown = isKernel || word == CallChain.userMark
        }
        self.kernel = kernel
        self.user = user
    }

    /// The address at a place of one of the parts.
    public subscript(index: Int) -> UInt64 { words.load(index &* 8, as: UInt64.self) ?? 0 }
}

/// What of an event's call chain is wanted.
public struct StackRequest: Sendable, Hashable {
    /// Whether the functions of the kernel are.
    public var kernel = false
    /// Whether the functions of the program are.
    public var user = false
    /// How many of the innermost functions are; 0 for as many as the kernel gives.
    public var depth = 0
    /// How many bytes of the program's stack are copied, from which its functions are found by call frame
    /// information; 0 leaves that to the kernel, which follows frame pointers.
    public var copiedBytes = 0

    /// Nothing.
    public init() {}

    /// Whether nothing is wanted.
    public var isEmpty: Bool { !kernel && !user }
    /// Whether the program's registers and stack are copied.
    var copiesStack: Bool { user && copiedBytes > 0 }
}
