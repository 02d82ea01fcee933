import Tracepoints

extension PrintBuilder {
    /// The piece that a conversion makes of its arguments: width and precision where they are `*`, then the
    /// value.
    mutating func piece(_ conversion: PrintConversion, _ arguments: [PrintTerm]) throws(PrintFormat.Failure)
        -> PrintPiece
    {
        var rest = arguments[...]
        var piece = PrintPiece()
        let text = pooled(conversion.literal)
        piece.literal = text.first
        piece.literalLength = text.length
        piece.flags = conversion.flags
        switch conversion.width {
        case .none: break
        case .number(let width): piece.width = Int32(width)
        case .argument: piece.widthNode = try amount(rest.popFirst())
        }
        switch conversion.precision {
        case .none: break
        case .number(let precision): piece.precision = Int32(precision)
        case .argument: piece.precisionNode = try amount(rest.popFirst())
        }
        guard conversion.letter != 0 else { return piece }
        guard let term = rest.popFirst() else { throw failure("an argument is missing") }
        switch conversion.letter {
        case UInt8(ascii: "s"):
            piece.node = try self.text(of: term)
            let isPlain =
                piece.width < 0 && piece.widthNode < 0 && piece.precision < 0 && piece.precisionNode < 0
            piece.kind = isPlain ? .plainText : .text
        case UInt8(ascii: "c"):
            piece.node = try value(term)
            piece.kind = .character
        case UInt8(ascii: "p"): try pointer(&piece, conversion, term)
        default: try integer(&piece, conversion, term)
        }
        return piece
    }

    /// The node of a width or precision; one that is constant stays a node, for such formats are rare.
    private func amount(_ term: PrintTerm?) throws(PrintFormat.Failure) -> Int32 {
        guard let term else { throw failure("a width is missing") }
        return try value(term)
    }

    private func value(_ term: PrintTerm) throws(PrintFormat.Failure) -> Int32 {
        switch term.meaning {
        case .number, .address: return term.node
        case .text, .place: throw failure("a text stands where a number must")
        }
    }

    private func integer(_ piece: inout PrintPiece, _ conversion: PrintConversion, _ term: PrintTerm)
        throws(PrintFormat.Failure)
    {
        piece.node = try value(term)
        let isSigned = [UInt8(ascii: "d"), UInt8(ascii: "i")].contains(conversion.letter)
        piece.scalar = Scalar(size: conversion.size, isSigned: isSigned)
        switch conversion.letter {
        case UInt8(ascii: "o"): piece.base = 8
        case UInt8(ascii: "x"), UInt8(ascii: "X"): piece.base = 16
        default: piece.base = 10
        }
        let isUnpadded =
            piece.width < 0 && piece.widthNode < 0 && piece.precision < 0 && piece.precisionNode < 0
        piece.kind = .number
        if isUnpadded, piece.base == 10, piece.flags.subtracting(.special).isEmpty { piece.kind = .decimal }
        if isUnpadded, piece.base == 16, piece.flags.isEmpty { piece.kind = .hex }
    }

    /// `%p` and the kernel's extensions of it.
    private func pointer(_ piece: inout PrintPiece, _ conversion: PrintConversion, _ term: PrintTerm)
        throws(PrintFormat.Failure)
    {
        let suffix = String(decoding: conversion.suffix, as: UTF8.self)
        let options = conversion.suffix.dropFirst()
        switch suffix.first {
        case nil, "x", "K":
            piece.node = try value(term)
            piece.kind = .number
            piece.scalar = .unsignedLong
            piece.base = 16
            if piece.width < 0, piece.widthNode < 0 {
                piece.width = 16
                piece.flags.insert(.zero)
            }
            return
        case "S", "s", "F", "f", "B":
            piece.node = try value(term)
            piece.kind =
                suffix.hasPrefix("B")
                ? .symbolCaller : ["s", "f"].contains(suffix.first) ? .symbolName : .symbolOffset
            return
        default: break
        }
        guard case .place = term.meaning else { throw failure("%p\(suffix) reads memory of the kernel") }
        piece.node = term.node
        switch suffix.first {
        case "I", "i":
            try internet(&piece, suffix)
        case "M", "m":
            piece.kind = .mac
            let isJoined = suffix.hasPrefix("m")
            piece.separator = isJoined ? 0 : UInt8(ascii: options.first == UInt8(ascii: "F") ? "-" : ":")
            if options.first == UInt8(ascii: "R") { piece.style.insert(.reversed) }
        case "U":
            piece.kind = .uuid
            if [UInt8(ascii: "L"), UInt8(ascii: "l")].contains(options.first) {
                piece.style.insert(.reversed)
            }
            if [UInt8(ascii: "L"), UInt8(ascii: "B")].contains(options.first) { piece.flags.insert(.upper) }
        case "h":
            piece.kind = .bytes
            switch options.first {
            case UInt8(ascii: "C"): piece.separator = UInt8(ascii: ":")
            case UInt8(ascii: "D"): piece.separator = UInt8(ascii: "-")
            case UInt8(ascii: "N"): piece.separator = 0
            default: piece.separator = UInt8(ascii: " ")
            }
        case "b":
            piece.kind = options.first == UInt8(ascii: "l") ? .bitList : .bitmask
        case "a":
            piece.kind = .busAddress
        default: throw failure("the conversion %p\(suffix) is not known")
        }
    }

    /// `%pI4`, `%pI6c`, `%pISpc` and their kin.
    private func internet(_ piece: inout PrintPiece, _ suffix: String) throws(PrintFormat.Failure) {
        let options = suffix.dropFirst(2)
        if suffix.hasPrefix("i") { piece.style.insert(.full) }
        switch suffix.dropFirst().first {
        case "4":
            piece.kind = .ipv4
            if ["h", "l"].contains(options.first) { piece.style.insert(.reversed) }
        case "6":
            piece.kind = .ipv6
            if options.first == "c", suffix.hasPrefix("I") { piece.style.insert(.compressed) }
        case "S":
            piece.kind = .socket
            for option in options {
                switch option {
                case "p": piece.style.insert(.port)
                case "f": piece.style.insert(.flow)
                case "s": piece.style.insert(.scope)
                case "c": piece.style.insert(.compressed)
                case "h", "l": piece.style.insert(.reversed)
                case "n", "b": break
                default: throw failure("the conversion %p\(suffix) is not known")
                }
            }
        default: throw failure("the conversion %p\(suffix) is not known")
        }
    }
}
