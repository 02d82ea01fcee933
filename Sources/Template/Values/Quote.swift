import Tracepoints

extension LineBuffer {
    /// Appends text as a word of a shell: as it is where that is safe, in quotes, or as `$'...'` where it
    /// holds what must not reach a terminal.
    mutating func appendShellWord(_ text: Bytes) {
        var isBare = text.count > 0
        var isPrintable = true
        var index = 0
        while index < text.count {
            let byte = text[index]
            isBare = isBare && (isNameByte(byte, isFirst: false) || isBareInShell(byte))
            guard let scalar = text.scalar(at: index), !isUnsafe(scalar.value) else {
                isPrintable = false
                break
            }
            index += scalar.length
        }
        if !isPrintable {
            appendDollarQuoted(text)
        } else if isBare {
            append(text)
        } else {
            append(UInt8(ascii: "'"))
            for index in 0..<text.count {
                if text[index] == UInt8(ascii: "'") { append("'\\''") } else { append(text[index]) }
            }
            append(UInt8(ascii: "'"))
        }
    }

    private func isBareInShell(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ","), UInt8(ascii: ":"),
            UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    private mutating func appendDollarQuoted(_ text: Bytes) {
        append("$'")
        var index = 0
        while index < text.count {
            let scalar = text.scalar(at: index)
            let length = scalar?.length ?? 1
            if let scalar, !isUnsafe(scalar.value) {
                if scalar.value == 0x27 || scalar.value == 0x5c { append(0x5c) }
                for step in 0..<length { append(text[index + step]) }
            } else {
                for step in 0..<length {
                    let byte = text[index + step]
                    switch byte {
                    case 0x0a: append("\\n")
                    case 0x09: append("\\t")
                    case 0x1b: append("\\e")
                    default:
                        append("\\x")
                        appendHexByte(byte)
                        // A digit after it would be read as a third one by some shells.
                        if index + step + 1 < text.count, isHexDigit(text[index + step + 1]) { append("'$'") }
                    }
                }
            }
            index += length
        }
        append(UInt8(ascii: "'"))
    }

    private func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    /// Quotes what has been rendered since `start` if it is empty or holds what parts a `name=value` line.
    mutating func quoteValue(from start: Int) {
        var mustQuote = count == start
        var index = start
        while index < count, !mustQuote {
            let byte = unsafe bytes[index]
            mustQuote = byte == 0x20 || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "\"")
            index += 1
        }
        guard mustQuote else { return }
        insert(UInt8(ascii: "\""), times: 1, at: start)
        index = start + 1
        while index < count {
            if unsafe bytes[index] == UInt8(ascii: "\"") {
                insert(0x5c, times: 1, at: index)
                index += 1
            }
            index += 1
        }
        append(UInt8(ascii: "\""))
    }
}
