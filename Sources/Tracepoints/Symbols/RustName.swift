/// The paths of functions in the names that Rust gives them since 2024, which begin with `_R`.
///
/// The path alone is told: the types of arguments and the crates' hashes are left out.
struct RustName {
    /// How deep a name may nest; what nests deeper is no name of a compiler.
    private static let deepest = 64
    /// How long a path may be, in bytes.
    private static let longest = 4096

    private let name: [UInt8]
    private var index: Int
    private var depth = 0
    private var text = ""
    /// Whether what is read is left out.
    private var isSkipping = false
    /// How many bytes may be read again at most: what refers back to what refers back multiplies.
    private var repeatable = 1 << 16

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
        guard depth < RustName.deepest, let tag = next() else { return false }
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
                return append("::{" + kind + (own.isEmpty ? "" : ":" + own) + "#\(number)}")
            }
            return own.isEmpty || append("::" + own)
        case "I":
            return path() && list("::<", ">") { $0.argument() }
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
        if accept("n"), !append("-") { return false }
        while let digit = next(), digit != UInt8(ascii: "_") {
            guard append(String(Character(Unicode.Scalar(digit)))) else { return false }
        }
        return true
    }

    private mutating func type() -> Bool {
        guard depth < RustName.deepest, index < name.count else { return false }
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
            return list("(", ")") { $0.type() }
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
            return append("fn") && list("(", ")") { $0.type() } && append(" -> ") && type()
        case "D":
            index += 1
            if accept("G") { _ = number() }
            return list("dyn ", "") { $0.bound() } && (!accept("L") || number() != nil)
        case "B":
            index += 1
            return reference { $0.type() }
        default: return path()
        }
    }

    /// A trait, and what the types that belong to it are.
    private mutating func bound() -> Bool {
        guard type() else { return false }
        while accept("p") { guard identifier(isHidden: true) != nil, type() else { return false } }
        return true
    }

    private mutating func list(
        _ open: String, _ close: String, _ element: (inout RustName) -> Bool
    ) -> Bool {
        guard append(open) else { return false }
        var isFirst = true
        while !accept("E") {
            guard isFirst || append(", "), element(&self) else { return false }
            isFirst = false
        }
        return append(close)
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
        return isHidden || append(shown) ? (shown, number) : nil
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
        let start = offset + 2
        index = start
        depth += 1
        defer {
            depth -= 1
            repeatable -= index - start
            index = after
        }
        return depth < RustName.deepest && repeatable > 0 && body(&self)
    }

    private mutating func skipped(_ body: (inout RustName) -> Bool) -> Bool {
        let before = isSkipping
        isSkipping = true
        defer { isSkipping = before }
        return body(&self)
    }

    private mutating func bracketed(_ body: (inout RustName) -> Bool) -> Bool {
        append("<") && body(&self) && append(">")
    }

    /// Appends text, unless it is left out; not beyond what a path may have.
    private mutating func append(_ more: String) -> Bool {
        if isSkipping { return true }
        guard text.utf8.count + more.utf8.count <= RustName.longest else { return false }
        text += more
        return true
    }

    private static let basic: [Character: String] = [
        "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8", "i": "isize",
        "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "s": "i16", "t": "u16", "u": "()",
        "v": "...", "x": "i64", "y": "u64", "z": "!", "p": "_",
    ]
}
