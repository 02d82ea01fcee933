/// One word of a print format's C text.
struct PrintToken {
    enum Content: Equatable {
        /// An identifier or keyword.
        case name(String)
        /// An integer or character constant.
        case number(Int64, Scalar)
        /// A string literal, escapes resolved.
        case text([UInt8])
        /// An operator or a bracket.
        case sign(String)
    }

    let content: Content
    /// Where it starts, in bytes.
    let offset: Int

    /// Takes a print format apart.
    static func all(of text: [UInt8]) throws(PrintFormat.Failure) -> [PrintToken] {
        var lexer = Lexer(text: text)
        return try lexer.run()
    }
}

private struct Lexer {
    let text: [UInt8]
    var position = 0

    init(text: [UInt8]) { self.text = text }

    mutating func run() throws(PrintFormat.Failure) -> [PrintToken] {
        var tokens: [PrintToken] = []
        while let byte = current {
            let start = position
            let content: PrintToken.Content
            switch byte {
            case 0x20, 0x09, 0x0a, 0x0d:
                position += 1
                continue
            case UInt8(ascii: "\""):
                content = .text(try quoted(by: byte))
            case UInt8(ascii: "'"):
                let bytes = try quoted(by: byte)
                guard bytes.count == 1 else { throw failure("no character constant", at: start) }
                content = .number(Int64(Int8(bitPattern: bytes[0])), .int)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                content = try number()
            case _ where isNamePart(byte):
                content = .name(word())
            default:
                content = .sign(try sign())
            }
            tokens.append(PrintToken(content: content, offset: start))
        }
        return tokens
    }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    private func failure(_ message: String, at offset: Int) -> PrintFormat.Failure {
        PrintFormat.Failure(message: message, offset: offset)
    }

    private func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func word() -> String {
        let start = position
        while let byte = current, isNamePart(byte) { position += 1 }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func number() throws(PrintFormat.Failure) -> PrintToken.Content {
        let start = position
        var digits = word().lowercased()
        var isUnsigned = false
        var isLong = false
        while let last = digits.last, last == "u" || last == "l" {
            isUnsigned = isUnsigned || last == "u"
            isLong = isLong || last == "l"
            digits.removeLast()
        }
        let radix: Int
        if digits.hasPrefix("0x") {
            radix = 16
            digits.removeFirst(2)
        } else if digits.hasPrefix("0b") {
            radix = 2
            digits.removeFirst(2)
        } else {
            radix = digits.count > 1 && digits.hasPrefix("0") ? 8 : 10
        }
        guard let value = UInt64(digits, radix: radix) else { throw failure("no number", at: start) }
        // C gives a constant the first of these types that holds it; a decimal one never turns unsigned.
        let mayBeUnsigned = isUnsigned || radix != 10
        let type: Scalar
        if !isLong, !isUnsigned, value <= UInt64(Int32.max) {
            type = .int
        } else if !isLong, mayBeUnsigned, value <= UInt64(UInt32.max) {
            type = .unsignedInt
        } else if !isUnsigned, value <= UInt64(Int64.max) {
            type = .long
        } else {
            type = .unsignedLong
        }
        return .number(Int64(bitPattern: value), type)
    }

    private mutating func quoted(by quote: UInt8) throws(PrintFormat.Failure) -> [UInt8] {
        let start = position
        position += 1
        var bytes: [UInt8] = []
        while let byte = current {
            position += 1
            if byte == quote { return bytes }
            bytes.append(byte == UInt8(ascii: "\\") ? escape() : byte)
        }
        throw failure("the text has no end", at: start)
    }

    /// The byte that an escape stands for; the backslash is already taken.
    private mutating func escape() -> UInt8 {
        guard let byte = current else { return UInt8(ascii: "\\") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return 0x0a
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "r"): return 0x0d
        case UInt8(ascii: "a"): return 0x07
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0c
        case UInt8(ascii: "v"): return 0x0b
        case UInt8(ascii: "e"): return 0x1b
        case UInt8(ascii: "x"): return digits(radix: 16, atMost: 2, from: 0)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            return digits(radix: 8, atMost: 2, from: byte - UInt8(ascii: "0"))
        default: return byte
        }
    }

    private mutating func digits(radix: UInt8, atMost limit: Int, from first: UInt8) -> UInt8 {
        var value = first
        for _ in 0..<limit {
            guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue,
                digit < Int(radix)
            else { break }
            value = value &* radix &+ UInt8(digit)
            position += 1
        }
        return value
    }

    private static let pairs: Set<String> = ["->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||"]
    private static let singles = Set("()[]{},;?:+-*/%&|^~!<>=.".utf8)

    private mutating func sign() throws(PrintFormat.Failure) -> String {
        let rest = text[position...].prefix(2)
        let pair = String(decoding: rest, as: UTF8.self)
        if Lexer.pairs.contains(pair) {
            position += 2
            return pair
        }
        guard let first = rest.first, Lexer.singles.contains(first) else {
            throw failure("an unknown character", at: position)
        }
        position += 1
        return String(UnicodeScalar(first))
    }
}
