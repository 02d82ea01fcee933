/// One step of a rendered line: plain data, so that the loop over them costs nothing but its loads.
struct Op: BitwiseCopyable {
    /// What the step does.
    enum Code: UInt8 {
        /// Appends `count` bytes of the pool from `offset` on.
        case literal
        /// Appends its prefix and no more.
        case nothing
        /// Appends an integer in decimal, without further ado.
        case decimal
        /// Appends the event's time as seconds, without the last `count` of the digits.
        case time
        /// Appends the name of the task, escaped.
        case comm
        /// Appends the name of the task as JSON quotes it.
        case quotedComm
        /// Appends text, escaped.
        case text
        /// Appends text as JSON or logfmt quotes it.
        case quotedText
        /// Appends an integer in some other form.
        case integer
        /// Appends bytes in some other form.
        case bytes
        /// Appends the time of day of the clock `extra`.
        case wall
        /// Appends functions of the call chain, at most `count` of the innermost where that is not zero.
        case stack
        /// Appends what the event's print format shows of a field: the presentation `extra`.
        case presentation
        /// Appends the line of the print format `extra`.
        case print
        /// Appends the line that the caller makes of the record.
        case foreignPrint
        /// Remembers where a group of steps begins that `finish` looks back on.
        case begin
        /// Wraps, cuts or fills the group.
        case finish
        /// Prints nothing; has something to print unless the event is late.
        case unlessLate
    }

    /// Where a value comes from.
    enum Source: UInt8 {
        case field, dynamicElement
        case cpu, pid, tid, parent, uid, late, line, time, wall, elapsed, delta
        case fixedText, dynamicText, fixedBytes, dynamicBytes
        case comm, user, exe, cmdline, cgroup, container
        case kernelStack, userStack
        /// `count` bytes of the pool from `offset` on.
        case pool
    }

    /// How a value is written.
    enum Form: UInt8 {
        // Of integers.
        case decimal, signed, unsigned, hex, upperHex, octal, binary, character
        case clock, nanoseconds, microseconds, milliseconds, seconds, size1024, size1000
        case pointer, errno, signal, syscall, symbol, device, userDevice, mode, late, truth
        // Of bytes.
        case text, raw, arguments, dump, hexBytes, mac, array, bitList, maskHex
        // Of both.
        case address
        // Of stacks: outermost first, innermost first, plain addresses, JSON, a line for each.
        case folded, leafFirst, addresses, frames, frameLines
    }

    /// What becomes of a value once it has been written.
    enum Wrap: UInt8 {
        case none, escaped, shell, json, nameValue
    }

    /// What makes a value part of a record, after all else.
    enum Encoding: UInt8 {
        case none
        /// A JSON string.
        case json
        /// A JSON string, where it holds what parts a line of logfmt.
        case logfmt
        /// In quotes, where it holds what parts a line with commas, or with tabs, between values.
        case commas, tabs
    }

    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt16

        /// The integer, or an array's element, has a sign.
        static let isSigned = Flags(rawValue: 1 << 0)
        static let isAlternate = Flags(rawValue: 1 << 1)
        static let showsPlus = Flags(rawValue: 1 << 2)
        static let isZeroFilled = Flags(rawValue: 1 << 3)
        static let alignsLeft = Flags(rawValue: 1 << 4)
        static let centres = Flags(rawValue: 1 << 5)
        /// The location word counts from its own end.
        static let isRelative = Flags(rawValue: 1 << 6)
        /// The result is to be wrapped, cut or filled.
        static let isFinished = Flags(rawValue: 1 << 7)
        /// `limit` counts screen columns; without it, digits.
        static let isCut = Flags(rawValue: 1 << 8)
        /// What is rendered holds escapes that must not be parted.
        static let isEscaped = Flags(rawValue: 1 << 9)
        /// A number that a double does not hold is put in quotes.
        static let quotesWide = Flags(rawValue: 1 << 10)
        /// What is written at once is only to be filled, to no more columns than it may be long.
        static let isFilled = Flags(rawValue: 1 << 11)
    }

    var code: Code
    var source = Source.field
    var form = Form.decimal
    /// The form of an array's elements.
    var elementForm = Form.decimal
    var wrap = Wrap.none
    var encoding = Encoding.none
    var flags: Flags = []
    /// The width of an integer or of an element, in bytes.
    var size: UInt8 = 8
    /// The least number of columns.
    var width: UInt16 = 0
    /// The greatest number of columns or digits.
    var limit: UInt16 = 0
    /// Where the value lies in the record or in the pool.
    var offset: Int32 = 0
    /// A length in bytes, or an index of an element.
    var count: Int32 = 0
    /// The number of steps to leave out once this one had something to print.
    var skip: Int32 = 0
    /// Which one of a table beside the program.
    var extra: Int32 = 0
    /// Text that stands before the value: the first `prefixCount` bytes of `prefix`, from the lowest on.
    var prefix: UInt64 = 0
    var prefixCount: UInt8 = 0

    /// The greatest length of a prefix, in bytes.
    static let longestPrefix = 8
    /// The room that a step of bounded length may write in, in bytes: the times have the longest. Filling it takes
    /// as much again.
    static let longestBounded = 32

    /// Sets the text before the value, of eight bytes at most.
    mutating func setPrefix(_ bytes: [UInt8]) {
        precondition(bytes.count <= Op.longestPrefix)
        prefix = 0
        for (index, byte) in bytes.enumerated() { prefix |= UInt64(byte) << UInt64(index * 8) }
        prefixCount = UInt8(bytes.count)
    }

    /// How the value stands in its width.
    var alignment: Spec.Alignment {
        flags.contains(.alignsLeft) ? .left : flags.contains(.centres) ? .centre : .right
    }

    /// The flags that a number minds.
    var numberStyle: NumberStyle {
        let fills = flags.contains(.isZeroFilled) && !flags.contains(.alignsLeft)
        return NumberStyle(
            isAlternate: flags.contains(.isAlternate), showsPlus: flags.contains(.showsPlus),
            zeroFill: fills ? Int(width) : 0)
    }
}

/// A run of plain values, of a fixed number, in memory of its own.
@safe
struct PlainArray<Element: BitwiseCopyable>: ~Copyable {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        count = elements.count
        unsafe base = .allocate(capacity: max(count, 1))
        unsafe base.initialize(from: elements, count: count)
    }

    deinit { unsafe base.deallocate() }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count)
            return unsafe base[index]
        }
    }

    /// Changes an element.
    @inline(__always)
    func update(_ index: Int, _ change: (inout Element) -> Void) {
        precondition(index >= 0 && index < count)
        unsafe change(&base[index])
    }

    /// Where a range of elements lies, for as long as the array lives: parts of one can be read without
    /// copying it.
    @inline(__always)
    func range(_ first: Int, _ end: Int) -> Range<UnsafePointer<Element>> {
        precondition(first >= 0 && first <= end && end <= count)
        return unsafe UnsafePointer(base + first)..<UnsafePointer(base + end)
    }
}

extension PlainArray<UInt8> {
    /// The elements of a range that lies within.
    @inline(__always)
    func slice(_ offset: Int, _ length: Int) -> UnsafeRawBufferPointer {
        precondition(offset >= 0 && length >= 0 && offset <= count && length <= count &- offset)
        return unsafe UnsafeRawBufferPointer(start: base + offset, count: length)
    }
}
