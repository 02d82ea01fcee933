import Tracepoints

/// What a node of a compiled print format does.
///
/// A node is of one of three sorts, by what it yields: a number, a place (bytes of the record), or text
/// that is appended to the line.
enum PrintOperation: UInt8 {
    // Numbers
    case constant
    /// The integer at offset `a` of the record.
    case load
    /// Element `b` of place `a`.
    case element
    /// The length in bytes that the location word at `a` tells.
    case length
    case convert, negate, complement, not, swap
    case add, subtract, multiply, divide, remainder, shiftLeft, shiftRight, and, or, exclusiveOr
    case less, lessOrEqual, equal, notEqual
    case both, either
    case jiffies
    // Any sort
    /// `b` where `a` is not zero, else `c`.
    case choice
    // Places
    /// `b` bytes at offset `a` of the record.
    case fixed
    /// All bytes from offset `a` of the record on.
    case rest
    /// What the location word at `a` leads to; relative where `b` is 1.
    case located
    /// Place `a` without its first `b` elements of `value` bytes.
    case advance
    // Text
    /// `b` bytes at `a` of the pool.
    case literal
    /// What C prints for a null pointer.
    case null
    /// The text at place `a`, up to its zero byte.
    case string
    /// The kernel's text at address `a`.
    case kernelText
    /// The names of the bits of `a` by list `b`, joined by the text of node `c`.
    case flags
    /// The name of `a` by list `b`; what has none prints as hex, or as node `c` where that is not negative.
    case symbolic
    /// `b` bytes of place `a` in hex, separated by blanks unless `c` is 1.
    case hex
    /// `b` elements of place `a`, `c` bytes each.
    case array
    /// Place `a` as a bit mask in hex.
    case bitmask
}

/// One step of a compiled print format; `a`, `b` and `c` are other nodes or plain numbers, as the operation
/// says.
struct PrintNode: BitwiseCopyable {
    var operation: PrintOperation
    /// The type that the operation computes in, or of what it loads.
    var scalar = Scalar.int
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    var value: Int64 = 0
}

/// The names of a field's values, a run of entries in the program.
struct SymbolList: BitwiseCopyable {
    /// How a value finds its entry.
    enum Search: UInt8 { case inOrder, direct, sorted }

    var first: Int32
    var count: Int32
    var search: Search
    /// The run of `order` that the search uses.
    var orderFirst: Int32 = 0
    var orderCount: Int32 = 0
    /// The value that the first of a direct order stands for.
    var base: UInt64 = 0
}

/// A value and its name in the pool.
struct SymbolEntry: BitwiseCopyable {
    var value: UInt64
    var text: Int32
    var length: Int32
}

/// An array that never changes, bounds-checked and read without reference counting.
@safe
struct FrozenArray<Element: BitwiseCopyable> {
    private let elements: UnsafeMutableBufferPointer<Element>

    /// Copies `source`; `discard` must be called once at the end.
    init(_ source: [Element]) {
        unsafe elements = UnsafeMutableBufferPointer.allocate(capacity: source.count)
        _ = unsafe elements.initialize(from: source)
    }

    func discard() { unsafe elements.deallocate() }

    var count: Int { unsafe elements.count }

    @inline(__always)
    subscript(index: Int32) -> Element {
        precondition(index >= 0 && index < count)
        return unsafe elements[Int(index)]
    }

    /// Where an element lies, so that a part of it can be read alone. Valid until it is discarded.
    @inline(__always)
    func place(_ index: Int32) -> UnsafePointer<Element> {
        precondition(index >= 0 && index < count)
        return unsafe UnsafePointer(elements.baseAddress! + Int(index))
    }

    /// The memory of a run of elements that must lie inside.
    @inline(__always)
    func run(_ first: Int32, _ length: Int32) -> UnsafeRawBufferPointer {
        precondition(first >= 0 && length >= 0 && Int(first) + Int(length) <= count)
        guard length > 0, let base = unsafe elements.baseAddress else {
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return unsafe UnsafeRawBufferPointer(
            start: base + Int(first), count: Int(length) * MemoryLayout<Element>.stride)
    }
}

/// A compiled print format: nodes that compute, and pieces that put what they yield into a line.
final class PrintProgram {
    let nodes: FrozenArray<PrintNode>
    let pieces: FrozenArray<PrintPiece>
    let pool: FrozenArray<UInt8>
    let lists: FrozenArray<SymbolList>
    let entries: FrozenArray<SymbolEntry>
    let order: FrozenArray<Int32>
    let symbols: KernelSymbols
    /// The length that a record must have for all fixed fields that are read.
    let recordSize: Int
    /// How many bytes the texts and plain numbers of all pieces take at most.
    private let room: Int

    init(
        nodes: [PrintNode], pieces: [PrintPiece], pool: [UInt8], lists: [SymbolList], entries: [SymbolEntry],
        order: [Int32], symbols: KernelSymbols, recordSize: Int
    ) {
        self.nodes = FrozenArray(nodes)
        self.pieces = FrozenArray(pieces)
        self.pool = FrozenArray(pool + PrintProgram.slack)
        self.lists = FrozenArray(lists)
        self.entries = FrozenArray(entries)
        self.order = FrozenArray(order)
        self.symbols = symbols
        self.recordSize = recordSize
        room = pieces.reduce(0) {
            $0 + max(Int($1.literalLength), PrintProgram.shortText) + PrintProgram.longestNumber
        }
    }

    /// Bytes after the pool's last, so that short texts can be copied by whole words.
    private static let slack = [UInt8](repeating: 0, count: shortText)

    /// How long a text is that is copied by whole words, in bytes.
    private static let shortText = 32

    deinit {
        nodes.discard()
        pieces.discard()
        pool.discard()
        lists.discard()
        entries.discard()
        order.discard()
    }

    /// Appends what all pieces make of `record`; `false` and nothing appended where it does not fit them.
    ///
    /// Texts and plain numbers, which are most, write into room that has been reserved for all of them; `out` is
    /// where they stand. The others go through the buffer.
    func render(_ record: Bytes, into line: inout LineBuffer) -> Bool {
        guard record.count >= recordSize else { return false }
        let start = line.count
        line.reserve(room)
        var out = unsafe line.end
        for index in 0..<Int32(pieces.count) {
            // Read where it lies: a copy of the whole piece would delay what needs a part of it.
            let piece = unsafe pieces.place(index)
            unsafe out = writePooled(piece.pointee.literal, piece.pointee.literalLength, out)
            switch unsafe piece.pointee.kind {
            case .none: continue
            case .decimal, .hex:
                if let end = unsafe writeNumber(piece.pointee, record, out) {
                    unsafe out = unsafe end
                    continue
                }
            default:
                unsafe line.setEnd(out)
                if unsafe putValue(piece.pointee, record, &line) {
                    line.reserve(room)
                    unsafe out = unsafe line.end
                    continue
                }
            }
            line.truncate(to: start)
            return false
        }
        unsafe line.setEnd(out)
        return true
    }

    /// Whether all that it makes is printable ASCII, whatever a record holds.
    var isPlain: Bool {
        (0..<Int32(pieces.count)).allSatisfy { index in
            let piece = pieces[index]
            let text = unsafe Bytes(pool.run(piece.literal, piece.literalLength))
            return piece.isPlain && text.isPlain
        }
    }

    /// Appends what one piece makes of `record`; `false` and nothing appended where it does not fit it.
    func render(_ piece: Int32, _ record: Bytes, into line: inout LineBuffer) -> Bool {
        guard record.count >= recordSize else { return false }
        let start = line.count
        guard put(pieces[piece], record, &line) else {
            line.truncate(to: start)
            return false
        }
        return true
    }

    /// Appends a text of the pool.
    @inline(__always)
    func putPooled(_ first: Int32, _ length: Int32, _ line: inout LineBuffer) {
        line.reserve(max(Int(length), PrintProgram.shortText))
        unsafe line.setEnd(writePooled(first, length, line.end))
    }

    /// Writes a text of the pool where there is room for it, and for the whole words that it takes; answers where
    /// it ends.
    @inline(__always)
    private func writePooled(_ first: Int32, _ length: Int32, _ out: UnsafeMutablePointer<UInt8>)
        -> UnsafeMutablePointer<UInt8>
    {
        let target = UnsafeMutableRawPointer(out)
        if Int(length) <= PrintProgram.shortText {
            // A copy of a constant length is a few moves, where one of these lengths would be a call.
            let source = unsafe pool.run(first, Int32(PrintProgram.shortText)).baseAddress!
            unsafe target.copyMemory(from: source, byteCount: PrintProgram.shortText)
        } else {
            let source = unsafe pool.run(first, length).baseAddress!
            unsafe target.copyMemory(from: source, byteCount: Int(length))
        }
        return unsafe out + Int(length)
    }
}
