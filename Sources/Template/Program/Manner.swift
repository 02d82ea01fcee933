import Tracepoints

/// How a value is to be written, before the flags of its spec.
struct Manner {
    /// What writes the value.
    enum Writer {
        case integer
        case bytes
        /// The elements of an array, each in the manner's form.
        case array
        /// The event's print format, which shows the field by name.
        case presentation(PrintFormat.Presentation)
        case wall(WallClock)
        case stack
        /// The steps of many values.
        case line
    }

    var writer: Writer
    var form = Op.Form.decimal
    var wrap = Op.Wrap.none

    /// What `.max` means.
    enum Limit {
        /// The greatest number of screen columns.
        case columns
        /// The number of decimals.
        case decimals
        /// The greatest number of functions.
        case frames
        /// Nothing: digits or quotes that are cut off would make the value a lie.
        case none
    }

    var limit: Limit {
        if case .stack = writer { return .frames }
        if wrap == .shell || wrap == .json { return .none }
        switch writer {
        case .bytes: return form == .arguments ? .none : .columns
        case .array, .presentation, .line: return .columns
        case .wall: return form == .clock ? .decimals : .none
        case .stack: return .frames
        case .integer:
            switch form {
            case .errno, .signal, .syscall, .symbol, .mode, .address, .late: return .columns
            case .clock, .nanoseconds, .microseconds, .milliseconds, .seconds, .size1024, .size1000:
                return .decimals
            default: return .none
            }
        }
    }
}

extension Value {
    /// How the value is written with this type, or `nil` where the type does not fit.
    func manner(
        _ type: ValueType?, decimals: Int?, in layout: EventLayout, _ presentations: Presentations
    ) -> Manner? {
        switch type {
        case nil: manner(named: nil, decimals: decimals, in: layout, presentations)
        case .named(let name): manner(named: name, decimals: decimals, in: layout, presentations)
        case .pattern(let pattern):
            shape == .wall ? Manner(writer: .wall(WallClock(pattern: pattern)), form: .text) : nil
        }
    }

    private func manner(
        named type: TypeName?, decimals: Int?, in layout: EventLayout, _ presentations: Presentations
    ) -> Manner? {
        if let presentation = presentation(type, in: layout, presentations) {
            return Manner(writer: .presentation(presentation), wrap: type == .json ? .json : .escaped)
        }
        var manner = plainManner(type, decimals: decimals)
        if manner?.form == .device, case .field(let field) = self,
            layout.source(of: field).layout.subsystem == "syscalls"
        {
            manner?.form = .userDevice
        }
        return manner
    }

    /// How the value is written when the print format is not asked.
    func plainManner(_ type: TypeName?, decimals: Int?) -> Manner? {
        switch shape {
        case .integer(let size): return integerManner(type, size: size)
        case .text: return textManner(type)
        case .array(let elementSize): return arrayManner(type, elementSize: elementSize)
        case .bitMask:
            switch type {
            case nil, .text: return Manner(writer: .bytes, form: .bitList)
            case .json: return Manner(writer: .bytes, form: .bitList, wrap: .json)
            case .hex: return Manner(writer: .bytes, form: .maskHex)
            default: return rawManner(type)
            }
        case .opaque:
            switch type {
            case nil, .hex: return Manner(writer: .bytes, form: .hexBytes)
            case .json: return Manner(writer: .bytes, form: .hexBytes, wrap: .json)
            case .text, .quoted: return textManner(type)
            case .address: return Manner(writer: .bytes, form: .address)
            case .mac: return Manner(writer: .bytes, form: .mac)
            default: return rawManner(type)
            }
        case .clock:
            switch type {
            case nil, .text, .json: return Manner(writer: .integer, form: .clock)
            case .plain, .signed, .unsigned: return Manner(writer: .integer, form: .decimal)
            case .duration: return Manner(writer: .integer, form: .nanoseconds)
            default: return nil
            }
        case .wall:
            switch type {
            case nil, .text:
                return Manner(writer: .wall(WallClock(digits: min(decimals ?? 9, 9))), form: .clock)
            case .json: return Manner(writer: .wall(WallClock(digits: 9)), wrap: .json)
            case .plain, .signed, .unsigned: return Manner(writer: .integer, form: .decimal)
            default: return nil
            }
        case .line: return lineManner(type)
        case .stack:
            switch type {
            case nil, .text: return Manner(writer: .stack, form: .folded)
            case .leafFirst: return Manner(writer: .stack, form: .leafFirst)
            case .hex: return Manner(writer: .stack, form: .addresses)
            case .json: return Manner(writer: .stack, form: .frames)
            case .quoted: return Manner(writer: .stack, form: .folded, wrap: .shell)
            default: return nil
            }
        case .flag:
            switch type {
            case nil, .text: return Manner(writer: .integer, form: .late)
            case .json: return Manner(writer: .integer, form: .truth)
            case .plain, .signed, .unsigned: return Manner(writer: .integer, form: .decimal)
            default: return nil
            }
        }
    }

    /// How the event's print format shows the field, where the type asks for that and it does.
    private func presentation(
        _ type: TypeName?, in layout: EventLayout, _ presentations: Presentations
    ) -> PrintFormat.Presentation? {
        guard case .field(let field) = self, !field.isText else { return nil }
        switch type {
        case nil, .symbolic, .json: break
        // As text, an array of bytes is what it says rather than how the kernel shows it.
        case .text where field.elementSize > 1 || field.kind == .integer: break
        default: return nil
        }
        let presentation = presentations.presentation(of: field, in: layout)
        return type == .symbolic || presentation?.isDefault == true ? presentation : nil
    }

    private func integerManner(_ type: TypeName?, size: Int) -> Manner? {
        var isAddress = false
        var isDevice = false
        if case .field(let field) = self {
            isAddress = field.kind == .pointer
            isDevice = field.type == "dev_t"
        }
        switch type {
        case nil, .text:
            return Manner(writer: .integer, form: isAddress ? .pointer : isDevice ? .device : .decimal)
        case .json:
            return Manner(
                writer: .integer, form: isAddress ? .pointer : isDevice ? .device : .decimal,
                wrap: isAddress || isDevice ? .json : .none)
        case .address: return size == 4 ? Manner(writer: .integer, form: .address) : nil
        case let type?: return integerForm(type).map { Manner(writer: .integer, form: $0) }
        }
    }

    private func integerForm(_ type: TypeName) -> Op.Form? {
        switch type {
        case .plain: .decimal
        case .signed: .signed
        case .unsigned: .unsigned
        case .hex: .hex
        case .upperHex: .upperHex
        case .octal: .octal
        case .binary: .binary
        case .character: .character
        case .duration: .nanoseconds
        case .microseconds: .microseconds
        case .milliseconds: .milliseconds
        case .seconds: .seconds
        case .size1024: .size1024
        case .size1000: .size1000
        case .errno: .errno
        case .signal: .signal
        case .syscall: .syscall
        case .symbol: .symbol
        case .device: .device
        case .mode: .mode
        default: nil
        }
    }

    private func textManner(_ type: TypeName?) -> Manner? {
        switch type {
        case nil, .text: return Manner(writer: .bytes, form: .text)
        case .quoted:
            if case .context(.cmdline) = self { return Manner(writer: .bytes, form: .arguments) }
            return Manner(writer: .bytes, form: .raw, wrap: .shell)
        case .json: return Manner(writer: .bytes, form: .raw, wrap: .json)
        case .hex: return Manner(writer: .bytes, form: .hexBytes)
        default: return rawManner(type)
        }
    }

    private func arrayManner(_ type: TypeName?, elementSize: Int) -> Manner? {
        switch type {
        case nil, .json: return Manner(writer: .array, form: .decimal)
        case .text, .quoted:
            if elementSize == 1 { return textManner(type) }
            return type == .text ? Manner(writer: .array, form: .decimal) : nil
        case .address: return Manner(writer: .bytes, form: .address)
        case .mac: return elementSize == 1 ? Manner(writer: .bytes, form: .mac) : nil
        case let type?:
            return integerForm(type).map { Manner(writer: .array, form: $0) } ?? rawManner(type)
        }
    }

    private func rawManner(_ type: TypeName?) -> Manner? {
        switch type {
        case .raw: Manner(writer: .bytes, form: .raw)
        case .dump: Manner(writer: .bytes, form: .dump)
        default: nil
        }
    }

    private func lineManner(_ type: TypeName?) -> Manner? {
        switch type {
        case nil, .text: Manner(writer: .line, wrap: .escaped)
        case .quoted: Manner(writer: .line, wrap: .shell)
        case .json: Manner(writer: .line, wrap: .json)
        case .raw: Manner(writer: .line)
        default: nil
        }
    }
}
