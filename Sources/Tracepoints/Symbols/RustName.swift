/// The paths of functions in the names that Rust gives them since 2024, which begin with `_R`.
///
/// The path alone is told: the types of arguments and the crates' hashes are left out.
struct RustName {
    /// How deep a name may nest; what nests deeper is no name of a compiler.
    private static let deepest = 64

    private let name: [UInt8]
    private var index: Int
    private var depth = 0
    private var text = ""

    /// The path as it was written, or `nil` where it is no such name.
    static func readable(_ name: [UInt8]) -> String? {
        var parser = RustName(name: name, index: 2)
        guard parser.path(), !parser.text.isEmpty else { return nil }
        return parser.text
    }

    private init(name: [UInt8], index: Int) {
        self.name = name
        self.index = index
    }

    private mutating func next() -> UInt8? {
        guard index < name.count else { return nil }
        defer { index += 1 }
        return name[index]
    }

    private mutating func accept(_ letter: Character) -> Bool {
        guard index < name.count, name[index] == letter.asciiValue else { return false }
        index += 1
        return true
    }

    /// Reads a path and appends it.
    private mutating func path() -> Bool {
        guard depth < RustName.deepest, text.utf8.count < 4096, let tag = next() else { return false }
        depth += 1
        defer { depth -= 1 }
        switch Character(Unicode.Scalar(tag)) {
        case "C": return identifier(isHidden: false) != nil
        case "M":
            _ = disambiguator()
            return skipped { $0.path() } && bracketed { $0.type() }
        case "X":
            _ = disambiguator()
            return skipped { $0.path() }
                && bracketed { $0.type() && $0.append(" as ") && $0.path() }
        case "Y": return bracketed { $0.type() && $0.append(" as ") && $0.path() }
        case "N":
            guard let space = next(), path() else { return false }
            let isSpecial = space < UInt8(ascii: "a")
            guard let (own, number) = identifier(isHidden: true) else { return false }
            if isSpecial {
                let kind = space == UInt8(ascii: "C") ? "closure" : space == UInt8(ascii: "S") ? "shim" : "?"
                text += "::{" + kind + (own.isEmpty ? "" : ":" + own) + "#\(number)}"
            } else if !own.isEmpty {
                text += "::" + own
            }
            return true
        case "I":
            guard path() else { return false }
            text += "::<"
            var isFirst = true
            while !accept("E") {
                if !isFirst { text += ", " }
                isFirst = false
                guard argument() else { return false }
            }
            text += ">"
            return true
        case "B": return reference { $0.path() }
        default: return false
        }
    }

    private mutating func argument() -> Bool {
        if accept("L") { return number() != nil && append("'_") }
        if accept("K") { return constant() }
        return type()
    }

    private mutating func constant() -> Bool {
        if accept("p") { return append("_") }
        if accept("B") { return reference { $0.constant() } }
        guard next() != nil else { return false }
        if accept("n") { text += "-" }
        while let digit = next(), digit != UInt8(ascii: "_") {
            text += String(Character(Unicode.Scalar(digit)))
        }
        return true
    }

    private mutating func type() -> Bool {
        guard depth < RustName.deepest, text.utf8.count < 4096, index < name.count else { return false }
        depth += 1
        defer { depth -= 1 }
        let tag = Character(Unicode.Scalar(name[index]))
        if let basic = RustName.basic[tag] {
            index += 1
            return append(basic)
        }
        switch tag {
        case "A":
            index += 1
            return append("[") && type() && append("; ") && constant() && append("]")
        case "S":
            index += 1
            return append("[") && type() && append("]")
        case "T":
            index += 1
            return list("(", ")")
        case "R", "Q":
            index += 1
            if accept("L") { _ = number() }
            return append(tag == "R" ? "&" : "&mut ") && type()
        case "P", "O":
            index += 1
            return append(tag == "P" ? "*const " : "*mut ") && type()
        case "F":
            index += 1
            if accept("G") { _ = number() }
            _ = accept("U")
            if accept("K"), !accept("C") { _ = identifier(isHidden: true) }
            return append("fn") && list("(", ")") && append(" -> ") && type()
        case "D":
            index += 1
            if accept("G") { _ = number() }
            guard list("dyn ", "") else { return false }
            return !accept("L") || number() != nil
        case "B":
            index += 1
            return reference { $0.type() }
        default: return path()
        }
    }

    private mutating func list(_ open: String, _ close: String) -> Bool {
        text += open
        var isFirst = true
        while !accept("E") {
            if !isFirst { text += ", " }
            isFirst = false
            guard type() else { return false }
            while accept("p") { guard identifier(isHidden: true) != nil, type() else { return false } }
        }
        text += close
        return true
    }

    /// Reads a name; appends it unless it is hidden. Answers it and the number that tells it from others.
    private mutating func identifier(isHidden: Bool) -> (name: String, number: Int)? {
        let number = disambiguator()
        let isPunycode = accept("u")
        var length = 0
        let start = index
        while index < name.count, case 0x30...0x39 = name[index], length < 4096 {
            length = length * 10 + Int(name[index] - 0x30)
            index += 1
            if length == 0 { break }
        }
        guard index > start else { return nil }
        _ = accept("_")
        guard length <= name.count - index else { return nil }
        let own = String(decoding: name[index..<index + length], as: UTF8.self)
        index += length
        let shown = isPunycode ? "punycode{\(own)}" : own
        if !isHidden { text += shown }
        return (shown, number)
    }

    private mutating func disambiguator() -> Int {
        guard accept("s") else { return 0 }
        return (number() ?? 0) &+ 1
    }

    /// Reads a number of base 62, closed by an underscore.
    private mutating func number() -> Int? {
        if accept("_") { return 0 }
        var value = 0
        while let digit = next() {
            if digit == UInt8(ascii: "_") { return value &+ 1 }
            let part: UInt8
            switch digit {
            case 0x30...0x39: part = digit - 0x30
            case 0x61...0x7a: part = digit - 0x61 + 10
            case 0x41...0x5a: part = digit - 0x41 + 36
            default: return nil
            }
            // The hashes of crates have 64 bits; no other number is that great.
            value = value &* 62 &+ Int(part)
        }
        return nil
    }

    /// Reads again what stands at an earlier place.
    private mutating func reference(_ body: (inout RustName) -> Bool) -> Bool {
        let tag = index - 1
        guard let offset = number(), offset >= 0, offset < tag - 2 else { return false }
        let after = index
        index = offset + 2
        depth += 1
        defer {
            depth -= 1
            index = after
        }
        return depth < RustName.deepest && body(&self)
    }

    private mutating func skipped(_ body: (inout RustName) -> Bool) -> Bool {
        let before = text
        defer { text = before }
        return body(&self)
    }

    private mutating func bracketed(_ body: (inout RustName) -> Bool) -> Bool {
        append("<") && body(&self) && append(">")
    }

    private mutating func append(_ more: String) -> Bool {
        text += more
        return true
    }

    private static let basic: [Character: String] = [
        "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8", "i": "isize",
        "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "s": "i16", "t": "u16", "u": "()",
        "v": "...", "x": "i64", "y": "u64", "z": "!", "p": "_",
    ]
}
