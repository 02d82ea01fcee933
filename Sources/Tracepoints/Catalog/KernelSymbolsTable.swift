internal import Glibc

/// The symbols of `/proc/kallsyms`, sorted by address: eight bytes each, and one pool of names.
final class SymbolTable {
    /// What stands in the way of symbols, in one sentence.
    private(set) var note: String?
    /// An address's distance from `base` in the high half, the place of its name in the low half; so that
    /// of several names of one address the kernel's first comes first.
    private var keys: [UInt64] = []
    /// `name`, or `name` TAB `module`, each closed by a zero byte.
    private var names = BytePool()
    /// What addresses are counted from: 2 GiB below the kernel's text, modules lie within as well.
    private var base: UInt64 = 0
    /// Where the kernel proper looks up addresses, as its own printf does.
    private var covered: [Range<UInt64>] = []

    /// Reads a file; without a path nothing is known.
    init(path: String) {
        if path.isEmpty {
            note = "another kernel was recorded, or another start of this one: its addresses stay raw"
            return
        }
        do throws(SystemError) {
            try read(path)
        } catch {
            note = "kernel symbols cannot be read (\(error.description)); addresses stay raw"
            return
        }
        // The kernel's part comes sorted, the modules' does not.
        keys.sort()
        if keys.isEmpty, note == nil {
            note = "\(path) holds no symbols; addresses stay raw"
        }
    }

    func symbol(at address: UInt64) -> KernelSymbols.Symbol? {
        let distance = address &- base
        guard distance >> 32 == 0, !keys.isEmpty else { return nil }
        let after = firstIndex(above: distance)
        guard after > 0 else { return nil }
        let start = keys[after - 1] >> 32
        let first = firstIndex(above: start &- 1, whereZero: start == 0)
        let (name, module) = names.entry(at: Int(keys[first] & 0xffff_ffff))
        if module.count == 0, !covered.contains(where: { $0.contains(address) }) { return nil }
        let size = after < keys.count ? (keys[after] >> 32) - start : 0
        // Past the last symbol of all nothing is known; a page is room for a trampoline.
        if size == 0, distance - start >= 4096 { return nil }
        return KernelSymbols.Symbol(name: name, offset: distance - start, size: size, module: module)
    }

    /// The index of the first key whose address is above `distance`.
    private func firstIndex(above distance: UInt64, whereZero: Bool = false) -> Int {
        if whereZero { return 0 }
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] >> 32 <= distance { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Reading

    private func read(_ path: String) throws(SystemError) {
        let file = try System.open(path, O_RDONLY)
        let capacity = 256 << 10
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        defer { unsafe buffer.deallocate() }
        keys.reserveCapacity(128 << 10)
        var marks = Marks()
        var kept = 0
        while true {
            let got = unsafe try System.read(
                file.number, into: UnsafeMutableRawBufferPointer(rebasing: buffer[kept...]))
            if got == 0 { break }
            let filled = kept + got
            let used = unsafe parse(UnsafeRawBufferPointer(rebasing: buffer[..<filled]), &marks)
            kept = filled - used
            // A line longer than the buffer is no line of this file.
            if kept == capacity { kept = 0 }
            if used > 0, kept > 0 {
                unsafe buffer.baseAddress!.copyMemory(from: buffer.baseAddress! + used, byteCount: kept)
            }
        }
        names.shrink()
        covered = marks.covered
        if keys.isEmpty, marks.lines > 0 {
            note = "the kernel hides its symbols (kernel.kptr_restrict); addresses stay raw"
        }
    }

    /// Takes all complete lines and answers how many bytes they are.
    private func parse(_ text: UnsafeRawBufferPointer, _ marks: inout Marks) -> Int {
        guard let start = text.baseAddress else { return 0 }
        var position = 0
        while position < text.count,
            let end = unsafe memchr(start + position, 0x0a, text.count - position)
        {
            let length = unsafe UnsafeRawPointer(end) - start - position
            unsafe add(Bytes(base: start + position, count: length), &marks)
            position += length + 1
        }
        return position
    }

    /// Takes one line: address, type and name, then TAB and the module in brackets.
    private func add(_ line: Bytes, _ marks: inout Marks) {
        marks.lines += 1
        var address: UInt64 = 0
        var index = 0
        while index < line.count, let digit = hexDigit(line[index]) {
            address = address << 4 | UInt64(digit)
            index += 1
        }
        guard address != 0, index > 0, index + 3 < line.count, line[index] == 0x20, line[index + 2] == 0x20
        else { return }
        // The first address is the text's or near it.
        if base == 0 { base = address >> 63 == 1 ? address &- (1 << 31) : 0 }
        guard base != 0, (address &- base) >> 32 == 0, names.count <= Int(UInt32.max) else { return }
        guard let name = line.slice(index + 3, line.count - index - 3) else { return }
        marks.note(name, at: address)
        keys.append((address &- base) << 32 | UInt64(names.count))
        names.append(name)
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// The symbols that bound what the kernel's own look-up covers.
    private struct Marks {
        var lines = 0
        private var textStart: UInt64?
        private var textEnd: UInt64?
        private var initStart: UInt64?
        private var initEnd: UInt64?
        private var end: UInt64?

        mutating func note(_ name: Bytes, at address: UInt64) {
            // All of them are short and start with an underscore and one of three letters.
            guard name.count <= 10, name.count >= 4, name[0] == 0x5f else { return }
            if matches(name, "_stext") {
                textStart = address
            } else if matches(name, "_etext") {
                textEnd = address
            } else if matches(name, "_sinittext") {
                initStart = address
            } else if matches(name, "_einittext") {
                initEnd = address
            } else if matches(name, "_end") {
                end = address
            }
        }

        private func matches(_ name: Bytes, _ text: StaticString) -> Bool {
            guard name.count == text.utf8CodeUnitCount else { return false }
            return unsafe memcmp(name.base, text.utf8Start, name.count) == 0
        }

        /// With data symbols in its table (`_end` among them) the kernel looks up all of its image, else
        /// its text and init text only.
        var covered: [Range<UInt64>] {
            let bounds =
                end != nil && textStart != nil
                ? [(textStart, end)] : [(textStart, textEnd), (initStart, initEnd)]
            return bounds.compactMap { start, end in
                guard let start, let end, start < end else { return nil }
                return start..<end
            }
        }
    }
}

/// Names one after the other in memory that never moves a name once it is read to its end.
@safe
private struct BytePool: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>?
    private var capacity = 0
    private(set) var count = 0

    deinit { unsafe free(base) }

    /// Appends the rest of a line, its closing zero byte, and drops the brackets around a module.
    mutating func append(_ name: Bytes) {
        if capacity - count < name.count + 1 {
            resize(max(capacity * 3 / 2, count + name.count + 1, 1 << 20))
        }
        guard let base = unsafe base else { return }
        unsafe UnsafeMutableRawPointer(base + count).copyMemory(from: name.base, byteCount: name.count)
        unsafe base[count + name.count] = 0
        count += name.count + 1
    }

    /// Gives back what is not used.
    mutating func shrink() { if count > 0 { resize(count) } }

    private mutating func resize(_ bytes: Int) {
        guard let moved = unsafe realloc(base, bytes) else { fatalError("out of memory") }
        unsafe base = unsafe moved.assumingMemoryBound(to: UInt8.self)
        capacity = bytes
    }

    /// The name and the module of the entry that starts at `offset`.
    func entry(at offset: Int) -> (name: Bytes, module: Bytes) {
        guard let base = unsafe base, offset < count else {
            let none = unsafe Bytes(UnsafeRawBufferPointer(start: nil, count: 0))
            return (none, none)
        }
        let all = unsafe Bytes(base: base + offset, count: count - offset).untilNul()
        var tab = 0
        while tab < all.count, all[tab] != 0x09 { tab += 1 }
        let name = unsafe Bytes(base: all.base, count: tab)
        // TAB, bracket, module, bracket.
        let module = unsafe all.slice(tab + 2, all.count - tab - 3) ?? Bytes(base: all.base, count: 0)
        return (name, module)
    }
}
