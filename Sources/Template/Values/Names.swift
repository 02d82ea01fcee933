import Tracepoints

extension LineBuffer {
    /// Appends the name of an error number; a number that has none as it is.
    ///
    /// Where the value has a sign, a positive one is a result and no error: a file descriptor, a length.
    mutating func appendErrno(_ value: Int64, isSigned: Bool) {
        let number = value < 0 ? 0 &- value : value
        if value <= 0 || !isSigned, let name = ErrnoNames.table.name(of: number) {
            append(name)
        } else {
            appendDecimal(signed: value)
        }
    }

    /// Appends the name of a signal, `SIGKILL` or `SIGRTMIN+1`; a number that has none as it is.
    mutating func appendSignal(_ value: Int64) {
        if let name = SignalNames.table.name(of: value) {
            append(name)
        } else if value >= 34 && value <= 64 {
            // The first two real-time signals are the C library's own.
            append(value == 64 ? "SIGRTMAX" : "SIGRTMIN")
            guard value > 34 && value < 64 else { return }
            append(UInt8(ascii: "+"))
            appendDecimal(UInt64(value - 34))
        } else {
            appendDecimal(signed: value)
        }
    }

    /// Appends the name of a system call; a number that has none as it is.
    mutating func appendSyscall(_ value: Int64) {
        if let name = SyscallNames.table.name(of: value) {
            append(name)
        } else {
            appendDecimal(signed: value)
        }
    }

    /// Appends the kernel symbol that covers an address, `vfs_read+0x1f[module]`; the address where none does.
    mutating func appendSymbol(_ address: UInt64, _ symbols: KernelSymbols) {
        guard let symbol = symbols.symbol(at: address) else {
            append(address, bits: 4, style: NumberStyle(isAlternate: true))
            return
        }
        appendText(symbol.name)
        if symbol.offset > 0 {
            append(UInt8(ascii: "+"))
            append(symbol.offset, bits: 4, style: NumberStyle(isAlternate: true))
        }
        if symbol.module.count > 0 {
            append(UInt8(ascii: "["))
            appendText(symbol.module)
            append(UInt8(ascii: "]"))
        }
    }

    /// Appends a device number of the kernel as `major:minor`.
    mutating func appendDevice(_ value: UInt64) {
        appendDecimal(value >> 20)
        append(UInt8(ascii: ":"))
        appendDecimal(value & 0xfffff)
    }

    /// Appends a device number that a program gave to a system call as `major:minor`; its bits are others.
    mutating func appendUserDevice(_ value: UInt64) {
        appendDecimal(value >> 8 & 0xfff)
        append(UInt8(ascii: ":"))
        appendDecimal(value & 0xff | value >> 12 & 0xfff00)
    }

    /// Appends a file's mode as `ls -l` shows it: `-rw-r--r--`.
    mutating func appendMode(_ mode: UInt64) {
        switch mode & 0o170000 {
        case 0, 0o100000: append(UInt8(ascii: "-"))
        case 0o040000: append(UInt8(ascii: "d"))
        case 0o120000: append(UInt8(ascii: "l"))
        case 0o060000: append(UInt8(ascii: "b"))
        case 0o020000: append(UInt8(ascii: "c"))
        case 0o010000: append(UInt8(ascii: "p"))
        case 0o140000: append(UInt8(ascii: "s"))
        default: append(UInt8(ascii: "?"))
        }
        let letters: StaticString = "rwx"
        for place in 0..<9 {
            let isSet = mode >> UInt64(8 - place) & 1 == 1
            // Beside each `x` stands a bit of its own: set-user-id, set-group-id, sticky.
            let isSpecial = place % 3 == 2 && mode >> UInt64(11 - place / 3) & 1 == 1
            if isSpecial {
                let letter = place == 8 ? UInt8(ascii: "t") : UInt8(ascii: "s")
                append(isSet ? letter : letter - 0x20)
            } else {
                unsafe append(isSet ? letters.utf8Start[place % 3] : UInt8(ascii: "-"))
            }
        }
    }

    /// Appends a character, escaped where it is not to be printed; a number that is none as it is.
    mutating func appendCharacter(_ value: UInt64, size: Int) {
        if size == 1 || value < 0x80 {
            unsafe withUnsafeBytes(of: UInt8(truncatingIfNeeded: value)) { bytes in
                unsafe _ = appendText(Bytes(bytes))
            }
        } else if let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) {
            var bytes: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
            unsafe withUnsafeMutableBytes(of: &bytes) { room in
                var length = 0
                for unit in UTF8.encode(scalar)! {
                    unsafe room[length] = unit
                    length += 1
                }
                unsafe _ = appendText(Bytes(UnsafeRawBufferPointer(rebasing: room[..<length])))
            }
        } else {
            appendDecimal(value)
        }
    }
}
