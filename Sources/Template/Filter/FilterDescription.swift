extension Filter: CustomStringConvertible {
    /// The filter's text, of which `parse` makes an equal filter.
    public var description: String { expression.description }
}

extension Expression: CustomStringConvertible {
    var description: String {
        switch self {
        case .or(let parts): parts.map { $0.text(within: .or) }.joined(separator: " || ")
        case .and(let parts): parts.map { $0.text(within: .and) }.joined(separator: " && ")
        case .not(let part): "!" + part.text(within: .not)
        case .constant(let value): value ? "true" : "false"
        case .comparison(let subject, let comparison, let literal):
            (subject.mask == nil ? "\(subject)" : "(\(subject))") + " \(comparison.rawValue) \(literal)"
        case .membership(let subject, let items):
            (subject.mask == nil ? "\(subject)" : "(\(subject))")
                + " in (\(items.map(\.description).joined(separator: ", ")))"
        case .truth(let subject): subject.description
        }
    }

    private enum Context { case or, and, not }

    /// The text as a part of a larger expression, in parentheses where they are needed.
    private func text(within context: Context) -> String {
        let isPlain =
            switch (self, context) {
            case (.constant, _), (.not, _): true
            case (.truth(let subject), .not): subject.mask == nil
            case (.truth, .and), (.truth, .or), (.comparison, .and), (.comparison, .or), (.membership, .and),
                (.membership, .or),
                (.and, .or):
                true
            default: false
            }
        return isPlain ? description : "(\(description))"
    }
}

extension Subject: CustomStringConvertible {
    var description: String {
        guard let mask else { return name.description }
        return name.description + " & " + (mask.atoms.count > 1 ? "(\(mask))" : "\(mask)")
    }
}

extension Literal: CustomStringConvertible {
    var description: String { atoms.map(\.description).joined(separator: "|") }
}

extension Atom: CustomStringConvertible {
    var description: String {
        guard isQuoted else { return String(decoding: text, as: UTF8.self) }
        let isValid = String(validating: text, as: UTF8.self) != nil
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for (byte, isEscaped) in zip(text, isEscaped) {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x20..<0x7f: bytes += isEscaped ? [UInt8(ascii: "\\"), byte] : [byte]
            case 0x80... where isValid: bytes.append(byte)
            default:
                let digits = String(byte, radix: 16)
                bytes += Array("\\x\(digits.utf8.count < 2 ? "0" : "")\(digits)".utf8)
            }
        }
        return String(decoding: bytes + [UInt8(ascii: "\"")], as: UTF8.self)
    }
}
