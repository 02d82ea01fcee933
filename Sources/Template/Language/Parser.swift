/// Reads the text of a template, byte by byte, from front to back.
struct Parser {
    private let bytes: [UInt8]
    private var position = 0
    private var warnings: [TemplateError] = []

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Bytes whose escapes are gone, and where each of them stood.
    private struct Section {
        var bytes: [UInt8] = []
        /// One entry for each byte, and one for the end.
        var offsets: [Int] = []
        var isEscaped: [Bool] = []
    }

    mutating func template() throws(TemplateError) -> Template {
        var pieces: [Template.Piece] = []
        var text: [UInt8] = []
        var endsLine = true
        func flush() {
            if !text.isEmpty { pieces.append(.text(text)) }
            text = []
        }
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\\"):
                if peek(1) == UInt8(ascii: "c") {
                    guard position + 2 == bytes.count else {
                        throw TemplateError(
                            "'\\c' stands at the end of a template only", at: position..<position + 2)
                    }
                    endsLine = false
                    position += 2
                } else {
                    text += try escape()
                }
            case UInt8(ascii: "<"):
                switch peek(1) {
                case UInt8(ascii: "<"):
                    text.append(byte)
                    position += 2
                case UInt8(ascii: "!"):
                    flush()
                    pieces.append(.colour(try styles()))
                default:
                    flush()
                    pieces.append(.placeholder(try placeholder()))
                }
            default:
                text.append(byte)
                position += 1
            }
        }
        flush()
        return Template(pieces: pieces, endsLine: endsLine, warnings: warnings)
    }

    private var peek: UInt8? { peek(0) }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// The end of the character that starts at `start`, so that a caret never splits one.
    private func characterEnd(_ start: Int) -> Int {
        var end = start + 1
        while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
        return min(end, bytes.count)
    }

    /// The bytes that the escape at the current position stands for.
    private mutating func escape(inPlaceholder: Bool = false) throws(TemplateError) -> [UInt8] {
        let start = position
        position += 1
        guard let letter = peek else {
            throw TemplateError("a '\\' ends the template", at: start..<position, hint: "write \\\\")
        }
        position += 1
        switch letter {
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "e"): return [0x1b]
        case UInt8(ascii: "0"): return [0x00]
        case UInt8(ascii: "\\"): return [letter]
        case UInt8(ascii: "x"):
            guard let high = peek.flatMap(hexDigit), let low = peek(1).flatMap(hexDigit) else {
                throw TemplateError("two hexadecimal digits must follow '\\x'", at: start..<position)
            }
            position += 2
            return [high << 4 | low]
        case UInt8(ascii: "u"):
            return try unicodeEscape(from: start)
        case UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "|"):
            if inPlaceholder { return [letter] }
            fallthrough
        default:
            position = characterEnd(start + 1)
            let name = displayed(bytes[(start + 1)..<position])
            let known = inPlaceholder ? "\\> \\? \\: \\| " : ""
            throw TemplateError(
                "there is no escape '\\\(name)'", at: start..<position,
                hint: "write \\\\ for a backslash",
                notes: ["escapes: \(known)\\n \\t \\e \\0 \\\\ \\xNN \\u{...}, and << for <"])
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(TemplateError) -> [UInt8] {
        var value: UInt32 = 0
        var digits = 0
        if accept("{") {
            while let digit = peek.flatMap(hexDigit), digits < 6 {
                value = value << 4 | UInt32(digit)
                digits += 1
                position += 1
            }
            if digits > 0, accept("}"), let scalar = Unicode.Scalar(value) {
                return Array(String(scalar).utf8)
            }
        }
        throw TemplateError(
            "'\\u' takes the number of a Unicode character", at: start..<position, hint: "as in \\u{2192}")
    }

    private mutating func styles() throws(TemplateError) -> [Style] {
        let start = position
        position += 2
        var styles: [Style] = []
        if accept(">") { return styles }
        while true {
            let nameStart = position
            while let byte = peek, byte != UInt8(ascii: ","), byte != UInt8(ascii: ">") { position += 1 }
            guard peek != nil else { throw unclosed(start, "the colour") }
            let name = String(decoding: bytes[nameStart..<position], as: UTF8.self)
            guard let style = Style(rawValue: name) else {
                let names = Style.allCases.map(\.rawValue)
                throw TemplateError(
                    "there is no colour '\(displayed(name))'", at: nameStart..<max(position, nameStart + 1),
                    hint: nearest(to: name, among: names).map { "did you mean <!\($0)>?" },
                    notes: [
                        "colours: " + names.joined(separator: " "), "<!bold,red> joins two, <!> ends all",
                    ])
            }
            styles.append(style)
            if accept(">") { return styles }
            position += 1
        }
    }

    private func unclosed(_ start: Int, _ what: String) -> TemplateError {
        TemplateError(
            "\(what) that starts here is not closed by a '>'", at: start..<start + 1,
            hint: "a plain < is written <<")
    }

    private mutating func placeholder() throws(TemplateError) -> Placeholder {
        let start = position
        position += 1
        var alternatives: [Alternative] = []
        repeat { alternatives.append(try alternative(of: start)) } while accept("|")

        var spec = Spec()
        if accept(":") {
            let section = try section(of: start, endsAtQuestionMark: true)
            spec = try Spec(section.bytes, offsets: section.offsets)
        }
        var fallback: [UInt8]?
        if accept("?") {
            let section = try section(of: start, endsAtQuestionMark: false)
            fallback = section.bytes
            warn(about: section)
        }
        guard accept(">") else {
            guard peek != nil, peek != UInt8(ascii: "<") else { throw unclosed(start, "the placeholder") }
            let end = characterEnd(position)
            let found = displayed(String(decoding: bytes[position..<end], as: UTF8.self))
            throw TemplateError(
                "a placeholder's name ends before '\(found)'", at: position..<end,
                hint: found == " " ? "a plain < is written <<" : nil,
                notes: ["a placeholder is written <name|other:spec?default>"])
        }
        return Placeholder(
            alternatives: alternatives, spec: spec, fallback: fallback, place: Place(range: start..<position))
    }

    private mutating func alternative(of placeholder: Int) throws(TemplateError) -> Alternative {
        let start = position
        var scope = Alternative.Scope.any
        if accept(".") { scope = .own } else if accept("@") { scope = .context }
        let nameStart = position
        while let byte = peek, isNameByte(byte, isFirst: position == nameStart) { position += 1 }
        guard position > nameStart else {
            guard peek != nil else { throw unclosed(placeholder, "the placeholder") }
            throw TemplateError(
                "a name must stand here", at: position..<characterEnd(position),
                hint: position == placeholder + 1 ? "a plain < is written <<" : nil,
                notes: ["a placeholder is written <name|other:spec?default>"])
        }
        // A field of one event of a pair, as in `start.pid`.
        if isSide(bytes[nameStart..<position]), peek == UInt8(ascii: "."), let next = peek(1),
            isNameByte(next, isFirst: true)
        {
            position += 1
            while let byte = peek, isNameByte(byte, isFirst: false) { position += 1 }
        }
        let name = String(decoding: bytes[nameStart..<position], as: UTF8.self)
        let index = try index()
        return Alternative(scope: scope, name: name, index: index, place: Place(range: start..<position))
    }

    /// The element that a name asks for, if any.
    private mutating func index() throws(TemplateError) -> Int? {
        let start = position
        guard accept("[") else { return nil }
        var index = 0
        let digitsStart = position
        while let byte = peek, byte >= 0x30, byte <= 0x39, index <= 0xffff {
            index = index * 10 + Int(byte - 0x30)
            position += 1
        }
        guard position > digitsStart, index <= 0xffff, accept("]") else {
            throw TemplateError(
                "an index is a number in brackets", at: start..<position, hint: "as in <args[2]>")
        }
        return index
    }

    /// Reads on to the unescaped byte that ends a spec or a default, which is left to be read.
    private mutating func section(
        of placeholder: Int, endsAtQuestionMark: Bool
    ) throws(TemplateError) -> Section {
        var section = Section()
        loop: while let byte = peek {
            let start = position
            switch byte {
            case UInt8(ascii: ">"): break loop
            case UInt8(ascii: "?") where endsAtQuestionMark: break loop
            case UInt8(ascii: "<"):
                guard peek(1) == byte else { throw unclosed(placeholder, "the placeholder") }
                position += 2
                section.bytes.append(byte)
            case UInt8(ascii: "\\"): section.bytes += try escape(inPlaceholder: true)
            default:
                section.bytes.append(byte)
                position += 1
            }
            while section.offsets.count < section.bytes.count {
                section.offsets.append(start)
                section.isEscaped.append(byte == UInt8(ascii: "\\"))
            }
        }
        guard peek != nil else { throw unclosed(placeholder, "the placeholder") }
        section.offsets.append(position)
        return section
    }

    /// Warns of a default that ends in what reads like a type: `<ret?x:d>`.
    private mutating func warn(about section: Section) {
        let colon = section.bytes.indices.first {
            section.bytes[$0] == UInt8(ascii: ":") && !section.isEscaped[$0]
        }
        guard let colon, colon + 1 < section.bytes.count else { return }
        let offsets = Array(section.offsets[(colon + 1)...])
        guard let spec = try? Spec(Array(section.bytes[(colon + 1)...]), offsets: offsets), spec.type != nil
        else { return }
        let first = section.offsets[colon]
        warnings.append(
            TemplateError(
                "what follows '?' is all default text, also its ':' and what looks like a type",
                at: first..<position, hint: "a spec stands before the '?'; write \\: for a plain ':'"))
    }
}

/// Whether a name is that of one of the events of a pair.
func isSide(_ name: some Sequence<UInt8>) -> Bool {
    name.elementsEqual("start".utf8) || name.elementsEqual("end".utf8)
}

func hexDigit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
}

/// Whether a byte may stand in a name, as of a C identifier.
func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
    default: false
    }
}
