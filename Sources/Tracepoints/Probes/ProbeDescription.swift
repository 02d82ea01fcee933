/// A probe as it is typed: an event at a function of a program or of the kernel, or at a mark in a program.
///
///     uprobe:FILE:FUNCTION[+OFFSET][(ARGUMENTS)]     uretprobe:FILE:FUNCTION[(-> TYPE)]
///     kprobe:FUNCTION[+OFFSET][(ARGUMENTS)]          kretprobe:FUNCTION[(-> TYPE)]
///     usdt:FILE[:PROVIDER]:NAME[(ARGUMENTS)]
///
/// Parsing looks at nothing but the text.
public struct ProbeDescription: Sendable, Hashable {
    /// What a probe stands at.
    public enum Kind: String, Sendable, CaseIterable {
        /// A function or an instruction of a program or library.
        case uprobe
        /// The return from a function of a program or library.
        case uretprobe
        /// A mark that the authors of a program placed in it.
        case usdt
        /// A function or an instruction of the kernel.
        case kprobe
        /// The return from a function of the kernel.
        case kretprobe

        /// Whether it comes when a function returns.
        public var isReturn: Bool { self == .uretprobe || self == .kretprobe }
        /// Whether it is in the kernel, so that no file belongs to it.
        public var isKernel: Bool { self == .kprobe || self == .kretprobe }
    }

    /// A piece of the text, with where it stands in it, in UTF-8 bytes.
    public struct Part: Sendable, Hashable {
        /// The piece.
        public let text: String
        /// Where it stands.
        public let range: Range<Int>
    }

    /// The whole, as it was typed.
    public let text: String
    /// What it stands at.
    public let kind: Kind
    /// The program or library, a path or a name to be looked for; `nil` in the kernel.
    public let file: Part?
    /// The provider of a mark, a glob; `nil` where none was typed, which means any.
    public let provider: Part?
    /// A function's name, a glob, an address (`0x...`), or the name of a mark.
    public let place: Part
    /// The distance from the function's start in bytes.
    public let offset: UInt64
    /// What is to be read there; `nil` where no parentheses were typed.
    public let arguments: [ProbeArgument]?

    /// The address, where the place is one.
    public var address: UInt64? {
        guard place.text.hasPrefix("0x") || place.text.hasPrefix("0X") else { return nil }
        return UInt64(place.text.dropFirst(2), radix: 16)
    }

    /// The kind that an EVENT begins with, `uprobe:` for example; `nil` for the name of a tracepoint.
    public static func kind(of text: String) -> Kind? {
        Kind(rawValue: String(text.prefix { $0 != ":" })).flatMap { text.utf8.contains(0x3a) ? $0 : nil }
    }

    /// Reads what was typed.
    ///
    /// - Parameter isForListing: whether the place may be left out, which then means all.
    /// - Throws: the first mistake, with its place.
    public static func parse(_ text: String, isForListing: Bool = false) throws(ProbeError)
        -> ProbeDescription
    {
        var parser = ProbeParser(text, isForListing: isForListing)
        return try parser.description()
    }
}

/// A mistake in a probe's text: what is wrong, where, and the way out.
public struct ProbeError: Error, Sendable, Equatable {
    /// What is wrong.
    public let message: String
    /// Where, in UTF-8 bytes of the text.
    public let range: Range<Int>
    /// What would be right.
    public var hint: String?
    /// Further lines.
    public var notes: [String] = []

    init(_ message: String, _ range: Range<Int>, hint: String? = nil, notes: [String] = []) {
        self.message = message
        self.range = range
        self.hint = hint
        self.notes = notes
    }
}

/// What a probe reads: a field of its events.
public struct ProbeArgument: Sendable, Hashable {
    /// Where a value comes from.
    public enum Source: Sendable, Hashable {
        /// The function's argument of that index, by the machine's calling convention; of a mark its own.
        case position(Int)
        /// What the function returns.
        case returnValue
        /// The kernel's own language: `%di`, `+8(%sp)`, `$stack2`.
        case expression(String)
    }

    /// The field's name.
    public let name: String
    /// Where the value comes from.
    public let source: Source
    /// How it is read; `nil` for what a mark tells of itself.
    public let type: ProbeType?
    /// Where it stands in the probe's text.
    public let range: Range<Int>
}
