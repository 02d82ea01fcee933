import Tracepoints

/// What an expression of a print format yields: a node, and how C sees it.
struct PrintTerm {
    enum Meaning: Equatable {
        case number(Scalar)
        /// A pointer into the kernel's memory, of which only the address is known; `isText` for `char *`.
        case address(isText: Bool)
        /// Bytes of the record, as elements of that type.
        case place(Scalar)
        case text
    }

    var node: Int32
    var meaning: Meaning
}

/// Collects the nodes, texts and lists of a program, folding what is constant.
///
/// It is never copied: with a copy of its arrays somewhere, each node that is added would make another one of all.
struct PrintBuilder: ~Copyable {
    private(set) var nodes: [PrintNode] = []
    private(set) var pool: [UInt8] = []
    private(set) var lists: [SymbolList] = []
    private(set) var entries: [SymbolEntry] = []
    private(set) var order: [Int32] = []
    private(set) var recordSize = 0
    private var depths: [Int] = []

    /// How deeply nodes may be nested; evaluating them is recursive.
    private static let deepest = 120
    /// No record is longer: a location word has 16 bits for an offset.
    private static let longestRecord = 1 << 16

    /// Where in the print format the compiler is, for errors.
    var offset = 0

    func failure(_ message: String) -> PrintFormat.Failure {
        PrintFormat.Failure(message: message, offset: offset)
    }

    // MARK: Nodes

    /// Adds a node that has `children` among the earlier ones.
    private mutating func add(_ node: PrintNode, _ children: Int32...) throws(PrintFormat.Failure) -> Int32 {
        let depth = 1 + (children.map { depths[Int($0)] }.max() ?? 0)
        guard depth <= PrintBuilder.deepest else { throw failure("it is nested too deeply") }
        nodes.append(node)
        depths.append(depth)
        return Int32(nodes.count - 1)
    }

    mutating func constant(_ value: Int64, _ scalar: Scalar) throws(PrintFormat.Failure) -> PrintTerm {
        let node = PrintNode(operation: .constant, scalar: scalar, value: scalar.wrap(value))
        return PrintTerm(node: try add(node), meaning: .number(scalar))
    }

    /// The value of a node that does not depend on the record.
    func constantValue(_ node: Int32) -> Int64? {
        nodes[Int(node)].operation == .constant ? nodes[Int(node)].value : nil
    }

    /// An operation of one operand.
    mutating func unary(_ operation: PrintOperation, _ scalar: Scalar, _ operand: Int32)
        throws(PrintFormat.Failure) -> Int32
    {
        if let value = constantValue(operand),
            let folded = PrintProgram.compute(operation, scalar, value, 0)
        {
            return try constant(folded, scalar).node
        }
        return try add(PrintNode(operation: operation, scalar: scalar, a: operand), operand)
    }

    /// An operation of two operands that are of type `scalar` already.
    mutating func binary(
        _ operation: PrintOperation, _ scalar: Scalar, _ left: Int32, _ right: Int32, result: Scalar
    ) throws(PrintFormat.Failure) -> PrintTerm {
        if let left = constantValue(left), let right = constantValue(right),
            let folded = PrintProgram.compute(operation, scalar, left, right)
        {
            return try constant(folded, result)
        }
        let node = PrintNode(operation: operation, scalar: scalar, a: left, b: right)
        return PrintTerm(node: try add(node, left, right), meaning: .number(result))
    }

    /// `left && right`, `left || right`.
    mutating func logic(_ operation: PrintOperation, _ left: Int32, _ right: Int32)
        throws(PrintFormat.Failure) -> PrintTerm
    {
        if let value = constantValue(left) {
            let decides = operation == .both ? value == 0 : value != 0
            if decides { return try constant(value != 0 ? 1 : 0, .int) }
            let zero = try constant(0, .int).node
            return try binary(.notEqual, .long, right, zero, result: .int)
        }
        let node = PrintNode(operation: operation, a: left, b: right)
        return PrintTerm(node: try add(node, left, right), meaning: .number(.int))
    }

    /// A value in another type; nothing is added where the node is of that type already.
    mutating func convert(_ node: Int32, from: Scalar, to: Scalar) throws(PrintFormat.Failure) -> Int32 {
        // Widening keeps the 64-bit form, except that a negative number turns unsigned in the new width.
        if from == to || to.size == 8 || (from.size < to.size && (to.isSigned || !from.isSigned)) {
            guard let value = constantValue(node) else { return node }
            return try constant(value, to).node
        }
        return try unary(.convert, to, node)
    }

    /// A choice between two nodes of one sort.
    mutating func choice(_ condition: Int32, _ yes: Int32, _ no: Int32) throws(PrintFormat.Failure) -> Int32 {
        if let value = constantValue(condition) { return value != 0 ? yes : no }
        return try add(PrintNode(operation: .choice, a: condition, b: yes, c: no), condition, yes, no)
    }

    mutating func jiffies() throws(PrintFormat.Failure) -> PrintTerm {
        PrintTerm(node: try add(PrintNode(operation: .jiffies)), meaning: .number(.unsignedLong))
    }

    // MARK: The record

    /// Notes that `size` bytes at `offset` are read, so that shorter records are refused at once.
    private mutating func require(_ offset: Int, _ size: Int) throws(PrintFormat.Failure) {
        guard offset >= 0, size >= 0, offset <= PrintBuilder.longestRecord,
            size <= PrintBuilder.longestRecord
        else { throw failure("a field lies outside of any record") }
        recordSize = max(recordSize, offset + size)
    }

    /// What `REC->field` yields.
    mutating func field(_ field: Field) throws(PrintFormat.Failure) -> PrintTerm {
        guard !field.isDynamic else { throw failure("\(field.name) lies at the end of the record") }
        // The kernel's text has the whole register of a system call's argument, whatever the type.
        let isRegister = field.kind == .integer && field.size < field.slotSize
        let size = isRegister ? field.slotSize : field.size
        try require(field.offset, size)
        switch field.kind {
        case .integer, .pointer:
            let scalar = Scalar(
                size: UInt8(truncatingIfNeeded: size),
                isSigned: field.kind == .integer && field.isSigned && !isRegister)
            let node = try add(
                PrintNode(operation: .load, scalar: scalar, a: Int32(field.offset)))
            if field.kind == .integer { return PrintTerm(node: node, meaning: .number(scalar)) }
            return PrintTerm(node: node, meaning: .address(isText: field.type.contains("char")))
        default:
            let element = PrintBuilder.element(of: field)
            // An array of no size goes on to the end of the record.
            let node =
                field.size == 0
                ? PrintNode(operation: .rest, a: Int32(field.offset))
                : PrintNode(operation: .fixed, a: Int32(field.offset), b: Int32(field.size))
            return PrintTerm(node: try add(node), meaning: .place(element))
        }
    }

    private static func element(of field: Field) -> Scalar {
        if field.size == 0 {
            let words = field.type.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
            return Scalar.named(words) ?? .byte
        }
        guard [1, 2, 4, 8].contains(field.elementSize), field.kind != .opaque else { return .byte }
        return Scalar(size: UInt8(field.elementSize), isSigned: field.isSigned)
    }

    /// What the macros of the `__get_...` family yield: a field's content at the end of the record.
    mutating func content(of field: Field) throws(PrintFormat.Failure) -> PrintTerm {
        guard field.isDynamic else { return try self.field(field) }
        try require(field.offset, 4)
        let node = PrintNode(
            operation: .located, a: Int32(field.offset), b: field.isRelative ? 1 : 0)
        return PrintTerm(node: try add(node), meaning: .place(PrintBuilder.element(of: field)))
    }

    /// The length of a field's content at the end of the record, in bytes.
    mutating func contentLength(of field: Field) throws(PrintFormat.Failure) -> PrintTerm {
        guard field.isDynamic else { return try constant(Int64(field.size), .int) }
        try require(field.offset, 4)
        let node = PrintNode(operation: .length, a: Int32(field.offset))
        return PrintTerm(node: try add(node), meaning: .number(.int))
    }

    mutating func element(_ place: Int32, _ index: Int32, _ scalar: Scalar) throws(PrintFormat.Failure)
        -> PrintTerm
    {
        let array = nodes[Int(place)]
        let (offset, isFar) = (constantValue(index) ?? -1).multipliedReportingOverflow(by: Int64(scalar.size))
        if array.operation == .fixed, !isFar, offset >= 0, offset <= Int64(array.b) - Int64(scalar.size) {
            // Where it lies is known.
            let node = PrintNode(operation: .load, scalar: scalar, a: array.a + Int32(offset))
            return PrintTerm(node: try add(node), meaning: .number(scalar))
        }
        let node = PrintNode(operation: .element, scalar: scalar, a: place, b: index)
        return PrintTerm(node: try add(node, place, index), meaning: .number(scalar))
    }

    mutating func advance(_ place: Int32, by count: Int32, _ scalar: Scalar) throws(PrintFormat.Failure)
        -> PrintTerm
    {
        let node = PrintNode(operation: .advance, a: place, b: count, value: Int64(scalar.size))
        return PrintTerm(node: try add(node, place, count), meaning: .place(scalar))
    }

    // MARK: Text

    /// Puts a text into the pool.
    mutating func pooled(_ text: [UInt8]) -> (first: Int32, length: Int32) {
        let first = pool.count
        pool.append(contentsOf: text)
        return (Int32(first), Int32(text.count))
    }

    mutating func literal(_ text: [UInt8]) throws(PrintFormat.Failure) -> PrintTerm {
        let place = pooled(text)
        let node = PrintNode(operation: .literal, a: place.first, b: place.length)
        return PrintTerm(node: try add(node), meaning: .text)
    }

    /// The bytes of a literal node.
    func literalText(_ node: Int32) -> ArraySlice<UInt8>? {
        let node = nodes[Int(node)]
        guard node.operation == .literal else { return nil }
        return pool[Int(node.a)..<Int(node.a + node.b)]
    }

    /// A term as `%s` prints it.
    mutating func text(of term: PrintTerm) throws(PrintFormat.Failure) -> Int32 {
        switch term.meaning {
        case .text: return term.node
        case .place:
            return try add(PrintNode(operation: .string, a: term.node), term.node)
        case .number, .address:
            if constantValue(term.node) == 0 { return try add(PrintNode(operation: .null)) }
            guard case .address = term.meaning else { throw failure("a number stands where a text must") }
            return try add(PrintNode(operation: .kernelText, a: term.node), term.node)
        }
    }

    mutating func flags(_ value: Int32, _ list: Int32, delimiter: Int32) throws(PrintFormat.Failure)
        -> PrintTerm
    {
        let node = PrintNode(operation: .flags, a: value, b: list, c: delimiter)
        return PrintTerm(node: try add(node, value, delimiter), meaning: .text)
    }

    /// The name of a value; `other` is the node for values that have none, -1 for hex.
    mutating func symbolic(_ value: Int32, _ list: Int32, other: Int32 = -1) throws(PrintFormat.Failure)
        -> PrintTerm
    {
        let node = PrintNode(operation: .symbolic, a: value, b: list, c: other)
        return PrintTerm(node: try add(node, value, other < 0 ? value : other), meaning: .text)
    }

    mutating func hex(_ place: Int32, _ count: Int32, isJoined: Bool) throws(PrintFormat.Failure) -> PrintTerm
    {
        let node = PrintNode(operation: .hex, a: place, b: count, c: isJoined ? 1 : 0)
        return PrintTerm(node: try add(node, place, count), meaning: .text)
    }

    mutating func array(_ place: Int32, _ count: Int32, _ size: Int32) throws(PrintFormat.Failure)
        -> PrintTerm
    {
        let node = PrintNode(operation: .array, a: place, b: count, c: size)
        return PrintTerm(node: try add(node, place, count, size), meaning: .text)
    }

    mutating func bitmask(_ place: Int32) throws(PrintFormat.Failure) -> PrintTerm {
        PrintTerm(node: try add(PrintNode(operation: .bitmask, a: place), place), meaning: .text)
    }

    /// Adds a list of names and picks how it is searched.
    mutating func list(_ names: [(value: UInt64, name: [UInt8])]) -> Int32 {
        let first = Int32(entries.count)
        for (value, name) in names {
            let place = pooled(name)
            entries.append(SymbolEntry(value: value, text: place.first, length: place.length))
        }
        var list = SymbolList(first: first, count: Int32(names.count), search: .inOrder)
        let values = names.map(\.value)
        if let least = values.min(), let most = values.max(), names.count > 4 {
            list.orderFirst = Int32(order.count)
            if most - least < UInt64(names.count * 4 + 16) {
                list.search = .direct
                list.base = least
                var slots = [Int32](repeating: -1, count: Int(most - least) + 1)
                for (index, value) in values.enumerated() where slots[Int(value - least)] < 0 {
                    slots[Int(value - least)] = first + Int32(index)
                }
                order += slots
            } else {
                list.search = .sorted
                // The first of equal values comes first, as in the kernel's search.
                let sorted = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
                order += sorted.map { first + Int32($0) }
            }
            list.orderCount = Int32(order.count) - list.orderFirst
        }
        lists.append(list)
        return Int32(lists.count - 1)
    }

    /// The values and names of a list, in the kernel's order.
    func names(of list: Int32) -> [(value: UInt64, name: String)] {
        let list = lists[Int(list)]
        return entries[Int(list.first)..<Int(list.first + list.count)].map { entry in
            let bytes = pool[Int(entry.text)..<Int(entry.text + entry.length)]
            return (entry.value, String(decoding: bytes, as: UTF8.self))
        }
    }

    /// The program of these nodes that puts those pieces.
    func program(_ pieces: [PrintPiece], _ symbols: KernelSymbols) -> PrintProgram {
        PrintProgram(
            nodes: nodes, pieces: pieces, pool: pool, lists: lists, entries: entries, order: order,
            symbols: symbols, recordSize: recordSize)
    }
}
