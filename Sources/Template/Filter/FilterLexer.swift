/// One piece of a filter's text.
struct FilterToken {
    enum Kind: Equatable {
        case word, text
        case or, and, not, bits, bar
        case comparison(Comparison)
        case assign, open, close, comma
        case end
    }

    var kind: Kind
    /// What a word or text says.
    var atom: Atom
    var range: Range<Int> { atom.place.range }
}

/// Reads the text of a filter piece by piece.
struct FilterLexer {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    private static let symbols: [(text: String, kind: FilterToken.Kind)] = [
        ("&&", .and), ("||", .or), ("!~", .comparison(.unlike)), ("!=", .comparison(.unequal)),
        ("==", .comparison(.equal)), ("<=", .comparison(.lessOrEqual)), (">=", .comparison(.greaterOrEqual)),
        ("<", .comparison(.less)), (">", .comparison(.greater)), ("~", .comparison(.like)), ("!", .not),
        ("&", .bits), ("|", .bar), ("=", .assign), ("(", .open), (")", .close), (",", .comma),
    ]

    /// The next piece; where a glob is expected, a bare word may hold what else would end it.
    mutating func next(isGlob: Bool = false) throws(TemplateError) -> FilterToken {
        while position < bytes.count, isBlank(bytes[position]) { position += 1 }
        let start = position
        guard position < bytes.count else { return token(.end, from: start) }
        let byte = bytes[position]
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try text(until: byte) }
        if isGlob, globEnd(start) > start {
            position = globEnd(start)
            return token(.word, from: start)
        }
        for symbol in Self.symbols where bytes[position...].starts(with: symbol.text.utf8) {
            position += symbol.text.utf8.count
            return token(symbol.kind, from: start)
        }
        while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
        guard position > start else {
            position += 1
            throw TemplateError(
                "a filter cannot hold the control character \(displayed(bytes[start..<position]))",
                at: start..<position, hint: "within quotes, write \\xNN")
        }
        return token(.word, from: start)
    }

    private func token(_ kind: FilterToken.Kind, from start: Int) -> FilterToken {
        // What is missing at the end has no width, but the caret must stand somewhere.
        let range = start..<max(position, min(start + 1, bytes.count))
        return FilterToken(
            kind: kind,
            atom: Atom(text: Array(bytes[start..<position]), isQuoted: false, place: Place(range: range)))
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a }

    private func isWordByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7f && !"()!,&|<>=\"'~".utf8.contains(byte)
    }

    /// Where the bare glob that starts at `start` ends; within brackets anything but a blank can stand.
    private func globEnd(_ start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte <= 0x20 || byte == 0x7f || "(),&|\"'".utf8.contains(byte) { break }
            if byte == UInt8(ascii: "\\"), end + 1 < bytes.count { end += 1 }
            end += 1
            guard byte == UInt8(ascii: "[") else { continue }
            let inside = bytes[end...].prefix { $0 > 0x20 }
            if let close = inside.dropFirst().firstIndex(of: UInt8(ascii: "]")) { end = close + 1 }
        }
        return end
    }

    // MARK: Quoted text

    private mutating func text(until quote: UInt8) throws(TemplateError) -> FilterToken {
        let start = position
        position += 1
        var text: [UInt8] = []
        var isEscaped: [Bool] = []
        while position < bytes.count, bytes[position] != quote {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\\") {
                let piece = try escape()
                text += piece
                // Only a glob minds, and only of what is special in it.
                isEscaped += piece.map { "*?[]\\".utf8.contains($0) }
            } else {
                text.append(byte)
                isEscaped.append(false)
                position += 1
            }
        }
        guard position < bytes.count else {
            throw TemplateError(
                "the quoted text is not closed", at: start..<bytes.count,
                hint: "a \(quote == UInt8(ascii: "'") ? "'" : "\"") is missing")
        }
        position += 1
        let atom = Atom(
            text: text, isEscaped: isEscaped, isQuoted: true, place: Place(range: start..<position))
        return FilterToken(kind: .text, atom: atom)
    }

    private mutating func escape() throws(TemplateError) -> [UInt8] {
        let start = position
        position += 1
        guard position < bytes.count else {
            throw TemplateError("a '\\' ends the filter", at: start..<position)
        }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "e"): return [0x1b]
        case UInt8(ascii: "0"): return [0x00]
        case UInt8(ascii: "x"):
            guard position + 1 < bytes.count, let high = hexDigit(bytes[position]),
                let low = hexDigit(bytes[position + 1])
            else {
                throw TemplateError("two hexadecimal digits must follow '\\x'", at: start..<position)
            }
            position += 2
            return [high << 4 | low]
        case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e, 0x20: return [letter]
        default:
            while position < bytes.count, bytes[position] & 0xc0 == 0x80 { position += 1 }
            throw TemplateError(
                "there is no escape '\\\(displayed(bytes[(start + 1)..<position]))'", at: start..<position,
                hint: "write \\\\ for a backslash",
                notes: ["escapes: \\n \\t \\e \\0 \\xNN, and \\ before any sign: \\\" \\\\ \\*"])
        }
    }
}
