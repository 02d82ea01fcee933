import Tracepoints

extension Template {
    /// The template's text, of which `parse` makes an equal template.
    public var description: String {
        let placeholders = pieces.contains { if case .placeholder = $0 { true } else { false } }
        var text = ""
        for piece in pieces {
            switch piece {
            // Without a placeholder, text such as `%s` would be taken for another tool's template.
            case .text(let bytes): text += escaped(bytes, in: placeholders ? "<" : "<%{$>")
            case .placeholder(let placeholder): text += placeholder.description
            case .colour(let styles): text += "<!\(styles.map(\.rawValue).joined(separator: ","))>"
            }
        }
        return endsLine ? text : text + "\\c"
    }
}

extension Placeholder: CustomStringConvertible {
    var description: String {
        var text = "<" + alternatives.map(\.description).joined(separator: "|")
        let spec = spec.description
        if !spec.isEmpty { text += ":" + spec }
        if let fallback { text += "?" + escaped(fallback, in: "<>:|?") }
        return text + ">"
    }
}

extension Alternative: CustomStringConvertible {
    var description: String {
        let sign =
            switch scope {
            case .any: ""
            case .own: "."
            case .context: "@"
            }
        return sign + name + (index.map { "[\($0)]" } ?? "")
    }
}

extension Spec: CustomStringConvertible {
    var description: String {
        var text = isAlternate ? "#" : ""
        if showsPlus { text += "+" }
        if isZeroFilled { text += "0" }
        switch alignment {
        case .right: break
        case .left: text += "-"
        case .centre: text += "^"
        }
        if width > 0 { text += String(width) }
        if let limit { text += ".\(limit)" }
        switch type {
        case nil: break
        case .named(let name): text += name.rawValue
        case .pattern(let bytes): text += escaped(bytes, in: "<>?")
        }
        return text
    }
}

/// Text that a template may hold for these bytes, where `special` lists what must not stand there plainly.
private func escaped(_ bytes: [UInt8], in special: String) -> String {
    let special = Array(special.utf8)
    // Where text as a whole would be misread, a backslash before a special letter is not enough.
    let isText = special.contains(UInt8(ascii: "%"))
    var text = ""
    var rest = bytes[...]
    while !rest.isEmpty {
        let run = rest.prefix { !special.contains($0) }
        text += displayed(run)
        rest = rest.dropFirst(run.count)
        guard let byte = rest.popFirst() else { break }
        if byte == UInt8(ascii: "<") {
            text += "<<"
        } else if isText {
            text += "\\x" + String(byte, radix: 16)
        } else {
            text += "\\" + String(Character(Unicode.Scalar(byte)))
        }
    }
    return text
}

/// Text that is safe to show in a message: what could act on a terminal is escaped.
func displayed(_ text: some Sequence<UInt8>) -> String {
    var line = LineBuffer(capacity: 64)
    unsafe Array(text).withUnsafeBytes { bytes in unsafe _ = line.appendText(Bytes(bytes)) }
    return unsafe String(decoding: line.bytes, as: UTF8.self)
}

/// Text that is safe to show in a message: what could act on a terminal is escaped.
func displayed(_ text: String) -> String { displayed(text.utf8) }
