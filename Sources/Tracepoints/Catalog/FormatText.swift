/// The part of a `format` file before its print format, in a form that libtraceevent reads safely.
///
/// On text that no kernel would write the library follows null pointers, so that it gets none that is not
/// understood here. What it does not need, the attributes of types, is left out.
struct FormatText: ~Copyable {
    /// The greatest number that is taken: a record, which offsets and sizes are of, is shorter.
    private static let greatest = 0xffff

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var output: [UInt8] = []

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
        output.reserveCapacity(bytes.count)
    }

    /// The text brought into form; `nil` where a line is none of a format's.
    static func clean(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var reader = FormatText(text)
        repeat {
            guard reader.line() else { return nil }
        } while reader.take("\n")
        return reader.position == text.endIndex ? reader.output : nil
    }

    private mutating func line() -> Bool {
        skipBlanks()
        defer { skipBlanks() }
        if take("field:") { return field() }
        if take("name:") { return word() }
        if take("ID:") { return number() }
        _ = take("format:")
        return true
    }

    /// A declaration and where it lies: `int a; offset:8; size:4; signed:1;`.
    private mutating func field() -> Bool {
        guard declaration(), take(";"), attribute("offset:"), attribute("size:") else { return false }
        skipBlanks()
        return peek != UInt8(ascii: "s") || attribute("signed:")
    }

    private mutating func attribute(_ name: StaticString) -> Bool {
        skipBlanks()
        return take(name) && number() && take(";")
    }

    /// Words, stars, and brackets after at least one word: `__data_loc char[] name`, `char * argv[6]`.
    private mutating func declaration() -> Bool {
        var words = 0
        while true {
            skipBlanks()
            if skipAttribute() { continue }
            if word() {
                words += 1
            } else if peek == UInt8(ascii: "["), words > 0 {
                guard brackets() else { return false }
            } else if !take("*") {
                return words > 1
            }
        }
    }

    /// The length of an array, which may be a constant expression.
    private mutating func brackets() -> Bool {
        guard take("[") else { return false }
        while let byte = peek, Catalog.isNamePart(byte) || " ()+-*/|&<>?:".utf8.contains(byte) {
            output.append(byte)
            position += 1
        }
        return take("]")
    }

    /// Skips `__attribute__((...))`.
    private mutating func skipAttribute() -> Bool {
        let name = "__attribute__"
        guard bytes[position...].starts(with: name.utf8) else { return false }
        position += name.utf8.count
        skipBlanks()
        guard peek == UInt8(ascii: "(") else { return true }
        var depth = 0
        while let byte = peek, byte != 0x0a {
            position += 1
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { break }
        }
        return true
    }

    private mutating func word() -> Bool {
        skipBlanks()
        let start = position
        while let byte = peek, Catalog.isNamePart(byte) { position += 1 }
        guard position > start else { return false }
        output.append(0x20)
        output += bytes[start..<position]
        return true
    }

    private mutating func number() -> Bool {
        skipBlanks()
        let start = position
        var value = 0
        while let byte = peek, byte >= 0x30, byte <= 0x39, value <= FormatText.greatest {
            value = value * 10 + Int(byte - 0x30)
            position += 1
        }
        output += bytes[start..<position]
        return position > start && value <= FormatText.greatest
    }

    private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        let taken = unsafe UnsafeBufferPointer(start: text.utf8Start, count: count)
        guard unsafe bytes[position...].starts(with: taken) else { return false }
        position += count
        unsafe output.append(contentsOf: taken)
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 { position += 1 }
    }
}
