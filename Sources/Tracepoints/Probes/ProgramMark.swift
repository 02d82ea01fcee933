/// A mark that the authors of a program placed in it (USDT), as a note of the file tells.
public struct ProgramMark: Sendable, Hashable {
    /// A place in the code where the mark stands.
    public struct Site: Sendable, Hashable {
        /// The address of its instruction, as the linker gave it.
        public let address: UInt64
        /// The address of the counter of those who watch the mark; `nil` where it has none.
        public let semaphore: UInt64?
        /// What the mark offers there.
        public let arguments: [Argument]
    }

    /// A value that a mark offers.
    public struct Argument: Sendable, Hashable {
        /// Where it is, as the note has it: `-4@%edi`.
        public let text: String
        /// Its type.
        public let type: ProbeType
        /// Where it is, in the kernel's language; `nil` where that has no words for it.
        let fetch: String?
        /// Whether a probe can read it.
        public var isReadable: Bool { fetch != nil }
    }

    /// The program or library that the mark is of, as its authors call it.
    public let provider: String
    /// The mark's name.
    public let name: String
    /// Where it stands; in several places if the compiler or the authors put it there.
    public internal(set) var sites: [Site]
}

extension ProgramFile {
    /// The marks of the file, sorted by provider and name.
    public func marks() -> [ProgramMark] {
        let base = address(ofSection: ".stapsdt.base")
        var marks: [String: ProgramMark] = [:]
        forEachNote { owner, type, content in
            guard owner == "stapsdt", type == 3,
                let (provider, name, site) = ProgramMark.read(content, is64Bit: is64Bit, base: base)
            else { return }
            marks["\(provider):\(name)", default: ProgramMark(provider: provider, name: name, sites: [])]
                .sites.append(site)
        }
        return marks.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension ProgramMark {
    /// Reads the content of a note: address, base and semaphore, then provider, name and arguments.
    ///
    /// - Parameter base: where the section is that the linker placed for the sake of the note's base; the
    ///   addresses are as much off as that is, if the file was laid out anew since.
    static func read(_ content: [UInt8], is64Bit: Bool, base: UInt64?)
        -> (provider: String, name: String, site: Site)?
    {
        let width = is64Bit ? 8 : 4
        guard content.count > 3 * width else { return nil }
        let words = (0..<3).map { word in
            content[word * width..<(word + 1) * width].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let texts = content[(3 * width)...].split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard texts.count >= 3, !texts[0].isEmpty, !texts[1].isEmpty else { return nil }
        let shift = base.map { $0 &- words[1] } ?? 0
        return (
            texts[0], texts[1],
            Site(
                address: words[0] &+ shift, semaphore: words[2] == 0 ? nil : words[2] &+ shift,
                arguments: pieces(texts[2]).map { Argument(text: $0, registers: .machine) })
        )
    }

    /// The arguments of a note, which blanks divide, but for those in brackets.
    private static func pieces(_ text: String) -> [String] {
        var pieces: [String] = [""]
        var isBracketed = false
        for character in text {
            if character == "[" { isBracketed = true }
            if character == "]" { isBracketed = false }
            if character == " ", !isBracketed {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(character)
            }
        }
        return pieces.filter { !$0.isEmpty }
    }
}

extension ProgramMark.Argument {
    /// Reads an argument as a note has it: its size, negative for a signed one, `@`, and an operand as the
    /// assembler spells it.
    init(text: String, registers: Registers) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let size = parts.count == 2 ? Int(parts[0]) : -8
        let width = (size ?? 0).magnitude
        let isKnown = [1, 2, 4, 8].contains(width)
        self.text = text
        type = .number(isKnown ? Int(width) * 8 : 64, signed: (size ?? 8) < 0)
        // A size that is no number is of a floating-point value.
        fetch = isKnown ? Self.fetch(parts.last ?? "", registers) : nil
    }

    private static func fetch(_ operand: String, _ registers: Registers) -> String? {
        if operand.hasPrefix("$") { return Int64(operand.dropFirst()).map { "\\\($0)" } }
        if let value = Int64(operand) { return "\\\(value)" }
        if operand.hasPrefix("%") { return registers.name(String(operand.dropFirst())).map { "%" + $0 } }
        if operand.hasPrefix("["), operand.hasSuffix("]") {
            // Of ARM: `[sp, 12]`.
            let parts = operand.dropFirst().dropLast().split { ", ".contains($0) }.map(String.init)
            guard let first = parts.first, let base = registers.name(first), parts.count < 3,
                let offset = parts.count == 2 ? Int64(parts[1]) : 0
            else { return nil }
            return "\(offset < 0 ? "" : "+")\(offset)(%\(base))"
        }
        guard operand.hasSuffix(")"), let open = operand.firstIndex(of: "(") else {
            return registers.name(operand).map { "%" + $0 }
        }
        // `-8(%rbp)`; the kernel knows neither an index nor a symbol.
        let inner = operand[operand.index(after: open)...].dropLast()
        let distance = operand[..<open]
        guard inner.hasPrefix("%"), let base = registers.name(String(inner.dropFirst())), base != "ip",
            let offset = distance.isEmpty ? 0 : Int64(distance)
        else { return nil }
        return "\(offset < 0 ? "" : "+")\(offset)(%\(base))"
    }
}
