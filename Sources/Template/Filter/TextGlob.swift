import Tracepoints

/// A pattern with `*`, `?` and `[...]`, matched against bytes as the kernel's filters do.
///
/// `?` and a class stand for one byte each. A class begins with `!` or `^` to match what it does not list.
/// A `[` that no `]` closes stands for itself. `\` takes the special meaning from what follows.
struct TextGlob {
    private enum Code {
        static let byte: UInt8 = 0
        static let anyByte: UInt8 = 1
        static let anyRun: UInt8 = 2
        /// Followed by 32 bytes, a bit for each byte that matches.
        static let set: UInt8 = 3
    }

    /// The pattern as codes, each with what belongs to it.
    private(set) var program: [UInt8] = []
    /// The pattern as the kernel's `glob_match` reads it.
    private var kernelText: [UInt8] = []
    /// The number of literal bytes at the start.
    private var prefixLength = 0
    /// Whether the pattern is those bytes and one `*` after them.
    private var isPrefixAlone = false

    /// Whether the pattern matches everything.
    var matchesAll: Bool { program == [Code.anyRun] }

    /// Compiles a pattern.
    init(_ atom: Atom) {
        var index = 0
        var kinds: [UInt8] = []
        while index < atom.text.count {
            let byte = atom.text[index]
            index += 1
            if atom.isEscaped[index - 1] {
                append(byte)
            } else if byte == UInt8(ascii: "*") {
                // Several in a row say no more than one.
                if kinds.last != Code.anyRun {
                    program.append(Code.anyRun)
                    kernelText.append(byte)
                    kinds.append(Code.anyRun)
                }
                continue
            } else if byte == UInt8(ascii: "?") {
                program.append(Code.anyByte)
                kernelText.append(byte)
                kinds.append(Code.anyByte)
                continue
            } else if byte == UInt8(ascii: "["), let end = appendSet(atom.text[index...]) {
                index = end
                kinds.append(Code.set)
                continue
            } else if byte == UInt8(ascii: "\\"), index < atom.text.count {
                append(atom.text[index])
                index += 1
            } else {
                append(byte)
            }
            kinds.append(Code.byte)
        }
        prefixLength = kinds.prefix { $0 == Code.byte }.count
        isPrefixAlone = prefixLength == kinds.count - 1 && kinds.last == Code.anyRun
    }

    private mutating func append(_ byte: UInt8) {
        program += [Code.byte, byte]
        if "*?[\\".utf8.contains(byte) { kernelText.append(UInt8(ascii: "\\")) }
        kernelText.append(byte)
    }

    /// Adds the class whose content begins `text`; answers where it ends, or `nil` where it does not.
    private mutating func appendSet(_ text: ArraySlice<UInt8>) -> Int? {
        var rest = text
        let isInverted = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isInverted { rest = rest.dropFirst() }
        let content = rest
        var bits = [UInt8](repeating: 0, count: 32)
        repeat {
            // A `]` at the start is one of the bytes.
            guard let first = rest.popFirst() else { return nil }
            var last = first
            if rest.first == UInt8(ascii: "-"), let end = rest.dropFirst().first, end != UInt8(ascii: "]") {
                last = end
                rest = rest.dropFirst(2)
            }
            if first <= last { for byte in first...last { bits[Int(byte) / 8] |= 1 << (byte % 8) } }
        } while rest.first != UInt8(ascii: "]") && !rest.isEmpty
        guard let close = rest.indices.first else { return nil }
        if isInverted { for index in bits.indices { bits[index] = ~bits[index] } }
        program += [Code.set] + bits
        kernelText += Array((isInverted ? "[!" : "[").utf8) + content[..<close] + [UInt8(ascii: "]")]
        return close + 1
    }

    /// The pattern for the kernel's filter.
    ///
    /// The kernel has quicker ways than `glob_match` for plain patterns, and of these all but the prefix go
    /// wrong: a text at the end is looked for at the end of an array rather than of the text in it, a pattern
    /// that begins with a digit is taken as it is, one that begins with `!` is inverted. A backslash before
    /// a letter keeps it from them.
    var forKernel: [UInt8] {
        guard let first = kernelText.first else { return [] }
        let isPlainStart = first != UInt8(ascii: "!") && !(0x30...0x39).contains(first)
        if isPrefixAlone, isPlainStart, !kernelText.contains(UInt8(ascii: "\\")) { return kernelText }
        if isPlainStart, kernelText.contains(where: { "?[\\".utf8.contains($0) }) { return kernelText }
        // The first byte that is neither special nor behind a backslash.
        guard let letter = kernelText.firstIndex(where: { $0 != UInt8(ascii: "*") }),
            !"?[\\".utf8.contains(kernelText[letter])
        else { return kernelText }
        return kernelText[..<letter] + [UInt8(ascii: "\\")] + kernelText[letter...]
    }

    /// Whether a compiled pattern matches the whole of a text.
    static func matches(_ pattern: Bytes, _ text: Bytes) -> Bool {
        var place = 0
        var position = 0
        // Where to go on when what follows the last `*` does not match.
        var retryPlace = -1
        var retryPosition = 0
        while true {
            if place < pattern.count {
                let code = pattern[place]
                if code == Code.anyRun {
                    place += 1
                    retryPlace = place
                    retryPosition = position
                    continue
                }
                if position < text.count {
                    let byte = text[position]
                    let length: Int
                    switch code {
                    case Code.byte: length = pattern[place + 1] == byte ? 2 : 0
                    case Code.anyByte: length = 1
                    default: length = pattern[place + 1 + Int(byte) / 8] >> (byte % 8) & 1 == 1 ? 33 : 0
                    }
                    if length > 0 {
                        place += length
                        position += 1
                        continue
                    }
                }
            } else if position == text.count {
                return true
            }
            guard retryPlace >= 0, retryPosition < text.count else { return false }
            retryPosition += 1
            position = retryPosition
            place = retryPlace
        }
    }
}
