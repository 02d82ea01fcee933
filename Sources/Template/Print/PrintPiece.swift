import Tracepoints

/// Text, then one conversion of what a node yields.
struct PrintPiece: BitwiseCopyable {
    /// What is made of the node's value.
    enum Kind: UInt8 {
        /// Nothing: the text is the end of the format.
        case none
        /// A decimal number without flags, width or precision.
        case decimal
        /// A lower-case hexadecimal number without flags, width or precision.
        case hex
        /// A number of some base with all that a conversion can say.
        case number
        case character
        /// Text without width or precision.
        case plainText
        case text
        // Pointers
        case symbolOffset, symbolName, symbolCaller
        case ipv4, ipv6, socket, mac, uuid, bytes, bitmask, bitList
        /// The 64-bit address that lies at a place, `%pad`.
        case busAddress
    }

    var kind = Kind.none
    var flags: PrintNumber.Flags = []
    var base: UInt8 = 10
    var style: PrintAddress.Style = []
    /// What separates bytes; 0 for nothing.
    var separator: UInt8 = 0
    /// The type that C passes the value as.
    var scalar = Scalar.int
    /// The text before, in the pool.
    var literal: Int32 = 0
    var literalLength: Int32 = 0
    /// The node that yields the value.
    var node: Int32 = -1
    /// The least width and the precision; -1 for none.
    var width: Int32 = -1
    var precision: Int32 = -1
    /// The nodes that yield them instead (`*`); -1 for none.
    var widthNode: Int32 = -1
    var precisionNode: Int32 = -1

    /// Whether it is made of printable ASCII whatever the record holds, but for the text before it.
    var isPlain: Bool { kind == .none || kind == .decimal || kind == .hex || kind == .number }
}

extension PrintProgram {
    /// The most that a record can ask to be padded to; more does not fit a line of the kernel's.
    private static let widest: Int64 = 8192

    /// Appends a piece; `false` where the record does not have it.
    func put(_ piece: PrintPiece, _ record: Bytes, _ line: inout LineBuffer) -> Bool {
        if piece.literalLength > 0 { putPooled(piece.literal, piece.literalLength, &line) }
        return putValue(piece, record, &line)
    }

    /// Appends what a piece makes of its value, without the text before it.
    @inline(__always)
    func putValue(_ piece: PrintPiece, _ record: Bytes, _ line: inout LineBuffer) -> Bool {
        switch piece.kind {
        case .none: return true
        case .decimal, .hex:
            line.reserve(PrintProgram.longestNumber)
            guard let end = unsafe writeNumber(piece, record, line.end) else { return false }
            unsafe line.setEnd(end)
            return true
        case .plainText: return text(piece.node, record, &line)
        default: return putPadded(piece, record, &line)
        }
    }

    /// The room that a number without width needs to be written in, in bytes.
    static let longestNumber = 32

    /// Writes a number without flags, width or precision, and answers where it ends; `nil` where the record does
    /// not have it.
    @inline(__always)
    func writeNumber(_ piece: PrintPiece, _ record: Bytes, _ out: UnsafeMutablePointer<UInt8>)
        -> UnsafeMutablePointer<UInt8>?
    {
        let node = nodes[piece.node]
        let found =
            node.operation == .load
            ? record.integer(at: Int(node.a), size: Int(node.scalar.size), isSigned: node.scalar.isSigned)
            : number(piece.node, record)
        guard let found else { return nil }
        let value = piece.scalar.wrap(found)
        if piece.kind == .hex { return unsafe out + writeHex(UInt64(bitPattern: value), out) }
        guard value < 0, piece.scalar.isSigned else {
            return unsafe out + writeDecimal(UInt64(bitPattern: value), out)
        }
        unsafe out.pointee = UInt8(ascii: "-")
        return unsafe out + 1 + writeDecimal(value.magnitude, out + 1)
    }

    /// Appends a piece whose width or precision, if it has any, is known only now.
    private func putPadded(_ piece: PrintPiece, _ record: Bytes, _ line: inout LineBuffer) -> Bool {
        var flags = piece.flags
        var width = Int64(piece.width)
        if piece.widthNode >= 0 {
            guard let value = number(piece.widthNode, record) else { return false }
            width = Scalar.int.wrap(value)
            if width < 0 {
                flags.insert(.left)
                width = 0 - width
            }
        }
        var precision = Int64(piece.precision)
        if piece.precisionNode >= 0 {
            guard let value = number(piece.precisionNode, record) else { return false }
            precision = max(0, Scalar.int.wrap(value))
        }
        let columns = Int(min(width, PrintProgram.widest))
        let limit = Int(min(precision, PrintProgram.widest))
        if piece.kind == .number {
            guard let value = number(piece.node, record) else { return false }
            let cut = piece.scalar.wrap(value)
            let isNegative = piece.scalar.isSigned && cut < 0
            PrintNumber.put(
                isNegative ? 0 &- UInt64(bitPattern: cut) : UInt64(bitPattern: cut), isNegative: isNegative,
                isSigned: piece.scalar.isSigned, base: piece.base, flags: flags, width: columns,
                precision: limit, &line)
            return true
        }
        let start = line.count
        guard putValue(piece, width: columns, record, &line) else { return false }
        if piece.kind == .text, limit >= 0, line.count - start > limit { line.truncate(to: start + limit) }
        // Of bytes and bits, the width is their number.
        if piece.kind == .bytes || piece.kind == .bitmask || piece.kind == .bitList { return true }
        let padding = columns - (line.count - start)
        if flags.contains(.left) {
            line.append(UInt8(ascii: " "), times: padding)
        } else {
            line.insert(UInt8(ascii: " "), times: padding, at: start)
        }
        return true
    }

    private func putValue(_ piece: PrintPiece, width: Int, _ record: Bytes, _ line: inout LineBuffer) -> Bool
    {
        switch piece.kind {
        case .text, .plainText: return text(piece.node, record, &line)
        case .character:
            guard let value = number(piece.node, record) else { return false }
            line.append(UInt8(truncatingIfNeeded: value))
            return true
        case .symbolOffset, .symbolName, .symbolCaller:
            guard let value = number(piece.node, record) else { return false }
            putSymbol(UInt64(bitPattern: value), piece.kind, &line)
            return true
        default: break
        }
        guard let place = place(piece.node, record) else { return false }
        switch piece.kind {
        case .ipv4:
            guard let address = place.slice(0, 4) else { return false }
            PrintAddress.putIPv4(address, piece.style, &line)
        case .ipv6:
            guard let address = place.slice(0, 16) else { return false }
            PrintAddress.putIPv6(address, piece.style, &line)
        case .socket: return PrintAddress.putSocket(place, piece.style, &line)
        case .mac:
            guard let address = place.slice(0, 6) else { return false }
            PrintAddress.putMAC(
                address, separator: piece.separator == 0 ? nil : piece.separator,
                isReversed: piece.style.contains(.reversed), &line)
        case .uuid:
            guard let bytes = place.slice(0, 16) else { return false }
            PrintAddress.putUUID(
                bytes, isLittleEndian: piece.style.contains(.reversed),
                isUpper: piece.flags.contains(.upper), &line)
        case .bytes:
            // The kernel prints one byte where no number is given, and at most 64.
            guard let bytes = place.slice(0, width < 0 ? 1 : min(width, 64)) else { return false }
            PrintAddress.putHex(bytes, separator: piece.separator == 0 ? nil : piece.separator, &line)
        case .bitmask, .bitList:
            let bits = max(0, width)
            guard bits <= place.count * 8 else { return false }
            if piece.kind == .bitmask {
                PrintAddress.putBitmask(place, bits: bits, &line)
            } else {
                PrintAddress.putBitList(place, bits: bits, &line)
            }
        case .busAddress:
            guard let address = place.load(0, as: UInt64.self) else { return false }
            line.append("0x")
            PrintNumber.putHexDigits(address, atLeast: 16, &line)
        default: return false
        }
        return true
    }

    /// Appends a kernel symbol, `name+0x10/0x20 [module]`; the address where none covers it.
    private func putSymbol(_ address: UInt64, _ kind: PrintPiece.Kind, _ line: inout LineBuffer) {
        // A return address may lie past the end of the function that made the call.
        let back: UInt64 = kind == .symbolCaller ? 1 : 0
        guard let symbol = symbols.symbol(at: address &- back) else {
            return PrintNumber.putHex(address, &line)
        }
        line.append(symbol.name)
        if kind != .symbolName {
            line.append(UInt8(ascii: "+"))
            PrintNumber.putHex(symbol.offset + back, &line)
            line.append(UInt8(ascii: "/"))
            PrintNumber.putHex(symbol.size, &line)
        }
        if symbol.module.count > 0 {
            line.append(" [")
            line.append(symbol.module)
            line.append(UInt8(ascii: "]"))
        }
    }
}
