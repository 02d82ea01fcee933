/// Reads what stands between a probe's parentheses.
///
///     s32                 the next argument of the function, by type: the field is arg1, arg2, ...
///     fd:s32   int fd     the next argument, by name and type, as C has them too
///     _                   the next argument is not read
///     fd=%di:s32          from a register, from memory, as the kernel's probes spell it
///     -> s32   $retval    what the function returns: the field is ret
struct ProbeArgumentParser {
    private let bytes: [UInt8]
    private let range: Range<Int>
    private let kind: ProbeDescription.Kind
    /// Whether the probe is at the start of its function.
    var isAtStart = true
    /// How many arguments of the function have been passed.
    private var passed = 0
    private var found: [ProbeArgument] = []

    init(_ bytes: [UInt8], _ range: Range<Int>, _ kind: ProbeDescription.Kind) {
        self.bytes = bytes
        self.range = range
        self.kind = kind
    }

    /// The most that the kernel takes.
    private static let most = 128
    /// What a field may not be called.
    private static let reserved = ["__probe_ip", "__probe_func", "__probe_ret_ip"]

    /// All arguments, in the order typed.
    mutating func arguments() throws(ProbeError) -> [ProbeArgument] {
        if trimmed(range).isEmpty { return [] }
        for piece in pieces() { try read(trimmed(piece)) }
        if found.count > Self.most {
            throw ProbeError("the kernel reads no more than \(Self.most) arguments", found[Self.most].range)
        }
        return found
    }

    /// The parts between commas that stand in no parentheses or quotes.
    private func pieces() -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var depth = 0
        var isQuoted = false
        var start = range.lowerBound
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "(") where !isQuoted: depth += 1
            case UInt8(ascii: ")") where !isQuoted: depth -= 1
            case UInt8(ascii: ",") where depth == 0 && !isQuoted:
                pieces.append(start..<index)
                start = index + 1
            default: break
            }
        }
        return pieces + [start..<range.upperBound]
    }

    private mutating func read(_ piece: Range<Int>) throws(ProbeError) {
        let word = text(piece)
        if word.isEmpty { throw ProbeError("an argument is missing", piece, hint: "'_' passes one over") }
        if word == "_" {
            passed += 1
        } else if word.hasPrefix("->") {
            let type = trimmed(piece.lowerBound + 2..<piece.upperBound)
            try addReturn("ret", type, piece)
        } else if let equals = firstIndex(of: "=", in: piece) {
            let name = trimmed(piece.lowerBound..<equals)
            try check(name: name)
            try addExpression(text(name), trimmed(equals + 1..<piece.upperBound), piece)
        } else if isExpression(piece) {
            try addExpression(nil, piece, piece)
        } else if let colon = lastIndex(of: ":", in: piece) {
            let name = trimmed(piece.lowerBound..<colon)
            try check(name: name)
            try addNext(text(name), try type(trimmed(colon + 1..<piece.upperBound)), piece)
        } else if let type = ProbeType(spaced(word)) {
            try addNext(nil, type, piece)
        } else {
            try addDeclaration(piece)
        }
    }

    /// `const char *path`, `unsigned int n`: C's way.
    private mutating func addDeclaration(_ piece: Range<Int>) throws(ProbeError) {
        let qualifiers = ["const", "volatile", "restrict", "register"]
        var words = Self.words(text(piece)).filter { !qualifiers.contains($0) }
        let stars = words.filter { $0 == "*" }.count
        words.removeAll { $0 == "*" }
        var name: String?
        if words.count > 1, !["struct", "union", "enum"].contains(words[words.count - 2]),
            ProbeType(words.joined(separator: " ")) == nil
        {
            name = words.removeLast()
        }
        if let name {
            // A name that something follows is none.
            let start = text(piece).hasSuffix(name) ? piece.upperBound - name.utf8.count : piece.lowerBound
            try check(name: max(start, piece.lowerBound)..<piece.upperBound)
        }
        let spelled = words.joined(separator: " ")
        if stars > 0 {
            let type = stars == 1 && spelled == "char" ? ProbeType.string : .address
            return try addNext(name, type, piece)
        }
        if words.first == "enum" { return try addNext(name, .number(32), piece) }
        if let name, let type = ProbeType(spelled) { return try addNext(name, type, piece) }
        if kind == .usdt, name == nil, words.count == 1 {
            try check(name: piece)
            return try add(spelled, .position(passed), nil, piece)
        }
        throw unknownType(name == nil ? piece : piece.lowerBound..<piece.lowerBound + spelled.utf8.count)
    }

    // MARK: Adding

    private mutating func addNext(_ name: String?, _ type: ProbeType, _ piece: Range<Int>) throws(ProbeError)
    {
        if kind.isReturn {
            guard found.isEmpty else {
                throw ProbeError("a function returns one value", piece, hint: "its arguments: \(entry)")
            }
            return try add(name ?? "ret", .returnValue, type, piece)
        }
        guard isAtStart else {
            throw ProbeError(
                "within a function its arguments are no longer where they were", piece,
                hint: "name a place, as in \(name ?? "n")=%ax:\(type.name)")
        }
        try add(name ?? "arg\(passed + 1)", .position(passed), type, piece)
    }

    private mutating func addReturn(_ name: String, _ type: Range<Int>, _ piece: Range<Int>)
        throws(ProbeError)
    {
        guard kind.isReturn else {
            throw ProbeError(
                "what a function returns is not known before it returns", piece,
                hint: kind == .usdt ? nil : "trace its return: \(kind == .kprobe ? "kretprobe" : "uretprobe")"
            )
        }
        try add(name, .returnValue, try self.type(type), piece)
    }

    private mutating func addExpression(_ name: String?, _ range: Range<Int>, _ piece: Range<Int>)
        throws(ProbeError)
    {
        var fetch = range
        var type: ProbeType?
        if let colon = lastIndex(of: ":", in: range) {
            fetch = trimmed(range.lowerBound..<colon)
            type = try self.type(trimmed(colon + 1..<range.upperBound))
        }
        guard !fetch.isEmpty else { throw ProbeError("there is no place to read from", range) }
        if !isExpression(fetch) {
            throw ProbeError(
                "'\(text(fetch))' is no place to read from", fetch,
                hint: "a register %di, memory +8(%si), \(kind.isReturn ? "$retval" : "$stack0")")
        }
        if text(fetch) == "$retval" {
            guard let type else { throw ProbeError("the type is missing", fetch, hint: "$retval:s32") }
            try check(isReturn: fetch)
            return try add(name ?? "ret", .returnValue, type, piece)
        }
        let source = try expression(fetch)
        let own: ProbeType = source == "$comm" ? .string : .number(64)
        try add(name ?? "arg\(found.count + 1)", .expression(source), type ?? own, piece)
    }

    private func check(isReturn range: Range<Int>) throws(ProbeError) {
        if !kind.isReturn { throw ProbeError("$retval is known when the function returns", range) }
    }

    private mutating func add(
        _ name: String, _ source: ProbeArgument.Source, _ type: ProbeType?, _ range: Range<Int>
    ) throws(ProbeError) {
        if found.contains(where: { $0.name == name }) {
            throw ProbeError("there are two arguments '\(name)'", range)
        }
        found.append(ProbeArgument(name: name, source: source, type: type, range: range))
        if case .position = source { passed += 1 }
    }

    private var entry: String { kind == .kretprobe ? "kprobe" : "uprobe" }

    // MARK: Pieces

    private func check(name range: Range<Int>) throws(ProbeError) {
        let name = text(range)
        let isName =
            !name.isEmpty && name.utf8.allSatisfy(Catalog.isNamePart) && !(0x30...0x39 ~= name.utf8.first!)
        if !isName { throw ProbeError("'\(name)' is no name for an argument", range) }
        if name.utf8.count > 31 { throw ProbeError("the name is longer than 31 letters", range) }
        if name.hasPrefix("common_") || Self.reserved.contains(name) {
            throw ProbeError("every event has its own field '\(name)'", range)
        }
    }

    private func type(_ range: Range<Int>) throws(ProbeError) -> ProbeType {
        let spelled = spaced(text(range))
        if spelled.isEmpty { throw ProbeError("the type is missing", range, hint: "as in :s32 or :string") }
        if let type = ProbeType(spelled) { return type }
        let words = Self.words(spelled).filter { $0 != "const" && $0 != "struct" }
        if words.contains("*") { return words == ["char", "*"] ? .string : .address }
        throw unknownType(range)
    }

    private func unknownType(_ range: Range<Int>) -> ProbeError {
        let name = spaced(text(range))
        if ["float", "double", "long double"].contains(name) {
            return ProbeError(
                "the kernel reads no floating-point numbers", range, hint: "'_' passes one over")
        }
        if name == "void" { return ProbeError("void has no value", range) }
        let similar = Similar.names(to: name, among: ProbeType.names).first
        return ProbeError(
            "there is no type '\(name)'", range,
            hint: similar.map { "did you mean \($0)?" }
                ?? (name.utf8.allSatisfy(Catalog.isNamePart) ? "a name needs a type: \(name):s32" : nil),
            notes: [
                "types: s8 to s64, u8 to u64, x8 to x64 in hexadecimal, char, string, TYPE[N], bN@SHIFT/WIDTH;"
                    + " int, char * and such of C"
            ])
    }

    /// The kernel's language, with its names of registers.
    private func expression(_ range: Range<Int>) throws(ProbeError) -> String {
        let registers = Registers.machine
        var result = ""
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "%") else {
                // The kernel would take it for the end of the argument, or of the definition.
                if byte < 0x20 || byte > 0x7e || byte == UInt8(ascii: "#") {
                    throw ProbeError("the kernel does not take this character", index..<index + 1)
                }
                if byte != 0x20 { result.unicodeScalars.append(Unicode.Scalar(byte)) }
                index += 1
                continue
            }
            let end = bytes[(index + 1)...].firstIndex { !Catalog.isNamePart($0) } ?? bytes.count
            let typed = text(index + 1..<min(end, range.upperBound))
            guard let name = registers.name(typed) else {
                let known = registers.names + registers.aliases.keys.sorted()
                throw ProbeError(
                    "there is no register %\(typed)", index..<end,
                    hint: Similar.names(to: typed, among: known).first.map { "did you mean %\($0)?" })
            }
            result += "%" + name
            index = end
        }
        return result
    }

    private func isExpression(_ piece: Range<Int>) -> Bool {
        piece.first.map { "%$@+-\\".utf8.contains(bytes[$0]) } ?? false
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let first = range.first, bytes[first] == 0x20 {
            range = range.lowerBound + 1..<range.upperBound
        }
        while let last = range.last, bytes[last] == 0x20 { range = range.lowerBound..<range.upperBound - 1 }
        return range
    }

    private func firstIndex(of mark: Unicode.Scalar, in range: Range<Int>) -> Int? {
        bytes[range].firstIndex(of: UInt8(ascii: mark))
    }

    /// Where the mark stands last, outside quotes.
    private func lastIndex(of mark: Unicode.Scalar, in range: Range<Int>) -> Int? {
        let quote = bytes[range].lastIndex(of: UInt8(ascii: "\"")) ?? range.lowerBound
        return bytes[quote..<range.upperBound].lastIndex(of: UInt8(ascii: mark))
    }

    /// The text with single blanks.
    private func spaced(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }

    /// The words of a declaration; each star is one.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        for part in text.split(separator: " ") {
            for piece in part.split(separator: "*", omittingEmptySubsequences: false) {
                if !piece.isEmpty { words.append(String(piece)) }
                words.append("*")
            }
            words.removeLast()
        }
        return words
    }
}
