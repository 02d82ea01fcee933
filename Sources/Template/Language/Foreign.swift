/// Refuses a template without placeholders that reads like another tool's, and shows what it would be here.
func refuseForeign(_ text: String, _ template: Template) throws(TemplateError) {
    for piece in template.pieces {
        if case .placeholder = piece { return }
    }
    let reader = ForeignReader(text)
    if let first = reader.found.first { throw reader.refusal(of: first) }
}

/// Refuses a template that has a mistake within what reads like another tool's, `{comm:<16}`.
func refuseForeign(_ text: String, around mistake: TemplateError) throws(TemplateError) {
    let reader = ForeignReader(text)
    let place = mistake.range.lowerBound
    if let piece = reader.found.first(where: { $0.range.dropFirst().contains(place) }) {
        throw reader.refusal(of: piece)
    }
}

/// Finds `%s`, `{pid}`, `$pid` and `args->pid` in a text and makes placeholders of them.
private struct ForeignReader {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var converted = ""
    /// The pieces that were found, and what each would be here.
    private(set) var found: [(range: Range<Int>, placeholder: String)] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
        read()
    }

    func refusal(of piece: (range: Range<Int>, placeholder: String)) -> TemplateError {
        let quoted = converted.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''")
        return TemplateError(
            "'\(displayed(bytes[piece.range]))' is plain text here; a field is written <name>",
            at: piece.range, hint: "write \(piece.placeholder)", notes: ["try: -f '\(quoted)'"])
    }

    private mutating func read() {
        var copied: [UInt8] = []
        while position < bytes.count {
            let start = position
            if let placeholder = conversion() ?? braces() ?? shellVariable() ?? arguments() {
                converted += String(decoding: copied, as: UTF8.self) + placeholder
                copied = []
                found.append((start..<position, placeholder))
            } else {
                let step = bytes[start] == UInt8(ascii: "%") && byte(start + 1) == bytes[start] ? 2 : 1
                copied.append(bytes[start])
                position = start + step
            }
        }
        converted += String(decoding: copied, as: UTF8.self)
    }

    private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func accept(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private mutating func take(while condition: (UInt8) -> Bool) -> String {
        let start = position
        while let next = byte(position), condition(next) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// The identifier at the current position; moves behind it.
    private mutating func identifier() -> String? {
        guard let next = byte(position), isNameByte(next, isFirst: true) else { return nil }
        return take { isNameByte($0, isFirst: false) }
    }

    /// `attempt`'s answer; where there is none, the position is what it was.
    private mutating func attempt(_ attempt: (inout Self) -> String?) -> String? {
        let start = position
        if let found = attempt(&self) { return found }
        position = start
        return nil
    }

    /// `%d`, `%-16s`, `%#llx`, and `%pid`.
    private mutating func conversion() -> String? {
        attempt { reader in
            guard reader.accept("%") else { return nil }
            let start = reader.position
            if let name = reader.identifier(), ContextValue(rawValue: name) != nil { return "<\(name)>" }
            reader.position = start
            var spec = reader.take { "-+#0".utf8.contains($0) }
            spec += reader.take { $0 >= 0x30 && $0 <= 0x39 }
            if reader.accept(".") { spec += "." + reader.take { $0 >= 0x30 && $0 <= 0x39 } }
            _ = reader.take { "hlqjzL".utf8.contains($0) }
            guard let letter = reader.byte(reader.position), "diuxXoscpfeg".utf8.contains(letter) else {
                return nil
            }
            reader.position += 1
            if "xXoc".utf8.contains(letter) { spec += String(Character(Unicode.Scalar(letter))) }
            let name = reader.label(before: start - 1) ?? "field"
            return spec.isEmpty ? "<\(name)>" : "<\(name):\(spec)>"
        }
    }

    /// The name that stands before a conversion, as in `pid=%d`.
    private func label(before percent: Int) -> String? {
        var end = percent
        while end > 0, bytes[end - 1] == 0x20 { end -= 1 }
        guard end > 0, bytes[end - 1] == UInt8(ascii: "=") || bytes[end - 1] == UInt8(ascii: ":") else {
            return nil
        }
        end -= 1
        var start = end
        while start > 0, isNameByte(bytes[start - 1], isFirst: false) { start -= 1 }
        guard start < end, isNameByte(bytes[start], isFirst: true) else { return nil }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// `{pid}` and `{pid:>8}`.
    private mutating func braces() -> String? {
        attempt { reader in
            guard reader.accept("{"), let name = reader.identifier() else { return nil }
            var spec = ""
            if reader.accept(":") {
                spec = reader.braceSpec()
                _ = reader.take { $0 != UInt8(ascii: "}") && $0 != 0x20 }
            }
            guard reader.accept("}") else { return nil }
            return spec.isEmpty ? "<\(name)>" : "<\(name):\(spec)>"
        }
    }

    /// `>16`, `<16`, `^16`, `#010x`, `.3f` as a spec.
    private mutating func braceSpec() -> String {
        var alignment = ""
        if accept("<") { alignment = "-" } else if accept("^") { alignment = "^" } else { _ = accept(">") }
        var spec = accept("+") ? "+" : ""
        if accept("#") { spec = "#" + spec }
        if accept("0") { spec += "0" }
        let width = take { $0 >= 0x30 && $0 <= 0x39 }
        if !width.isEmpty { spec += alignment + width }
        if accept(".") { spec += "." + take { $0 >= 0x30 && $0 <= 0x39 } }
        return spec + take { "xXob".utf8.contains($0) }
    }

    /// `$pid` and `${pid}`.
    private mutating func shellVariable() -> String? {
        attempt { reader in
            guard reader.accept("$") else { return nil }
            if reader.accept("{") {
                guard let name = reader.identifier(), reader.accept("}") else { return nil }
                return "<\(name)>"
            }
            return reader.identifier().map { "<\($0)>" }
        }
    }

    /// `args->pid` and `args.pid`.
    private mutating func arguments() -> String? {
        attempt { reader in
            guard reader.position == 0 || !isNameByte(reader.bytes[reader.position - 1], isFirst: false),
                reader.accept("args->") || reader.accept("args."), let name = reader.identifier()
            else { return nil }
            return "<\(name)>"
        }
    }
}
