/// Reads a probe's text up to its arguments, which `ProbeArgumentParser` reads.
struct ProbeParser {
    private let text: String
    private let bytes: [UInt8]
    private let kind: ProbeDescription.Kind
    /// Whether the place may be left out.
    private let isForListing: Bool
    private var position: Int

    /// - Precondition: the text begins with a kind and a colon.
    init(_ text: String, isForListing: Bool = false) {
        self.text = text
        self.isForListing = isForListing
        bytes = Array(text.utf8)
        kind = ProbeDescription.kind(of: text) ?? .uprobe
        position = kind.rawValue.utf8.count + 1
    }

    /// The names that start a place in each kind, for messages.
    private var form: String {
        switch kind {
        case .uprobe: "uprobe:FILE:FUNCTION, as in uprobe:bash:readline"
        case .uretprobe: "uretprobe:FILE:FUNCTION, as in 'uretprobe:bash:readline(-> string)'"
        case .usdt: "usdt:FILE:PROVIDER:NAME, as in usdt:libstdc++.so.6:libstdcxx:throw"
        case .kprobe, .kretprobe: "\(kind.rawValue):FUNCTION, as in \(kind.rawValue):do_unlinkat"
        }
    }

    mutating func description() throws(ProbeError) -> ProbeDescription {
        let open = bytes[position...].firstIndex(of: UInt8(ascii: "(")) ?? bytes.count
        var colons = (position..<open).filter { bytes[$0] == UInt8(ascii: ":") }
        // C++'s names have two in a row.
        if let double = zip(colons, colons.dropFirst()).first(where: { $0.0 + 1 == $0.1 })?.0 {
            throw ProbeError(
                "a function is given by the name that the linker knows", double..<double + 2,
                hint: "a glob finds it: '*\(part(double + 2, open).text)*'",
                notes: [
                    "to see the names: obstrace list '\(kind.rawValue):\(part(position, colons[0]).text)'"
                ])
        }
        var file: ProbeDescription.Part?
        var provider: ProbeDescription.Part?
        if isForListing, !kind.isKernel, colons.isEmpty, open > position {
            file = part(position, open)
            position = open
        } else if !kind.isKernel {
            guard !colons.isEmpty else {
                throw ProbeError(
                    "a \(kind.rawValue) is \(form)", position..<max(open, position),
                    notes: open > position
                        ? [
                            "to see what there is: obstrace list \(kind.rawValue):\(part(position, open).text)"
                        ]
                        : [])
            }
            let end = kind == .usdt && colons.count > 1 ? colons[colons.count - 2] : colons[colons.count - 1]
            file = part(position, end)
            guard end > position else { throw ProbeError("the file is missing", end..<end, hint: form) }
            position = end + 1
            colons.removeAll { $0 <= end }
            if kind == .usdt, let colon = colons.first {
                provider = part(position, colon)
                position = colon + 1
            }
        }
        let (place, offset) = try place(until: open)
        var arguments: [ProbeArgument]?
        if open < bytes.count {
            guard bytes.last == UInt8(ascii: ")") else {
                throw ProbeError("the parenthesis is not closed", open..<open + 1, hint: "')' ends the EVENT")
            }
            var parser = ProbeArgumentParser(bytes, open + 1..<bytes.count - 1, kind)
            // Within a function its arguments are no longer where they were.
            parser.isAtStart = offset == 0
            arguments = try parser.arguments()
        }
        return ProbeDescription(
            text: text, kind: kind, file: file, provider: provider, place: place, offset: offset,
            arguments: arguments)
    }

    private func part(_ start: Int, _ end: Int) -> ProbeDescription.Part {
        ProbeDescription.Part(
            text: String(decoding: bytes[start..<max(start, end)], as: UTF8.self),
            range: start..<max(start, end))
    }

    /// A name or an address, and the offset behind a `+`.
    private func place(until end: Int) throws(ProbeError) -> (ProbeDescription.Part, UInt64) {
        let (place, offset) = try uncheckedPlace(until: end)
        // The kernel's own functions go into its definition by name.
        if kind.isKernel,
            !place.text.utf8.allSatisfy({ Catalog.isNamePart($0) || ".*?[]-^!".utf8.contains($0) })
        {
            throw ProbeError("'\(place.text)' is no name of a function", place.range)
        }
        return (place, offset)
    }

    private func uncheckedPlace(until end: Int) throws(ProbeError) -> (ProbeDescription.Part, UInt64) {
        guard position < end else {
            if isForListing { return (ProbeDescription.Part(text: "*", range: end..<end), 0) }
            throw ProbeError(
                kind == .usdt ? "the name of the mark is missing" : "the function is missing", end..<end,
                hint: form)
        }
        guard kind != .usdt, let plus = bytes[position..<end].lastIndex(of: UInt8(ascii: "+")) else {
            let place = part(position, end)
            if place.text.hasPrefix("0x"), UInt64(place.text.dropFirst(2), radix: 16) == nil {
                throw ProbeError(
                    "'\(place.text)' is no address", place.range, hint: "hexadecimal, as in 0x1a2b")
            }
            return (place, 0)
        }
        let digits = part(plus + 1, end)
        let isHex = digits.text.hasPrefix("0x")
        guard
            let offset = UInt64(
                isHex ? String(digits.text.dropFirst(2)) : digits.text, radix: isHex ? 16 : 10)
        else {
            throw ProbeError(
                "'\(digits.text)' is no offset in bytes", digits.range, hint: "as in +0x10 or +16")
        }
        if kind.isReturn, offset > 0 {
            throw ProbeError(
                "a function returns as a whole: there is no offset", plus..<end,
                hint: "leave out '\(part(plus, end).text)'")
        }
        let place = part(position, plus)
        guard !place.text.isEmpty else {
            throw ProbeError("the function is missing", plus..<plus, hint: form)
        }
        return (place, offset)
    }
}
