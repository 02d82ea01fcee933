internal import CElf
internal import Glibc

/// The functions of a program or library by address, from its symbol tables and those of its debug file, and how
/// their callers are found.
///
/// The tables are read once; a name is read from the file when its function is first met.
@safe
final class ObjectSymbols {
    /// A function, without its name.
    private struct Entry {
        var address: UInt64
        var end: UInt64
        /// The order among those of one address; the greatest is taken.
        var rank: UInt32
        /// Where its name lies in the string table `section` of the file, or of the debug file.
        var name: UInt32
        var section: UInt32
        var isInDebugFile: Bool
    }

    let file: ProgramFile
    /// How the callers of its functions are found.
    private(set) lazy var unwinding = UnwindTable(file)
    private let debugFile: ProgramFile?
    private var entries: [Entry] = []
    private var names: [Int: Bytes] = [:]

    /// Reads the symbols of a file.
    init(_ file: ProgramFile) {
        self.file = file
        debugFile = file.debugFile()
        read(file, isDebugFile: false)
        if let debugFile { read(debugFile, isDebugFile: true) }
        entries.sort { ($0.address, $1.rank) < ($1.address, $0.rank) }
        var kept: [Entry] = []
        kept.reserveCapacity(entries.count)
        for entry in entries where entry.address != kept.last?.address { kept.append(entry) }
        // Those without a size reach up to the next one. What goes beyond the last address covers nothing.
        for index in kept.indices where kept[index].end == kept[index].address {
            kept[index].end = index + 1 < kept.count ? kept[index + 1].address : kept[index].address &+ 4096
        }
        entries = kept
    }

    private func read(_ file: ProgramFile, isDebugFile: Bool) {
        unsafe file.forEachSection { section, header in
            guard header.sh_type == UInt32(SHT_SYMTAB) || header.sh_type == UInt32(SHT_DYNSYM),
                header.sh_entsize > 0, let data = unsafe elf_getdata(section, nil)
            else { return }
            for index in 0..<Int32(clamping: header.sh_size / header.sh_entsize) {
                var symbol = GElf_Sym()
                guard unsafe gelf_getsym(data, index, &symbol) != nil else { break }
                let type = Int32(symbol.st_info & 0xf)
                guard type == STT_FUNC || type == STT_GNU_IFUNC, symbol.st_value != 0, symbol.st_name != 0,
                    symbol.st_shndx != UInt16(SHN_UNDEF)
                else { continue }
                let name = unsafe elf_strptr(file.elf, Int(header.sh_link), Int(symbol.st_name))
                guard let name = unsafe name else { continue }
                unsafe entries.append(
                    Entry(
                        address: symbol.st_value, end: symbol.st_value &+ min(symbol.st_size, 1 << 40),
                        rank: ObjectSymbols.rank(symbol, name), name: symbol.st_name,
                        section: header.sh_link, isInDebugFile: isDebugFile))
            }
        }
    }

    /// Which of several names of one address says most: that of a size, that other files may use, with few
    /// underscores before it, that is not weak.
    private static func rank(_ symbol: GElf_Sym, _ name: UnsafePointer<CChar>) -> UInt32 {
        var underscores: UInt32 = 0
        while underscores < 15, unsafe name[Int(underscores)] == 0x5f { underscores += 1 }
        let binding = Int32(symbol.st_info >> 4)
        return (symbol.st_size > 0 ? 1 << 10 : 0) | (binding != STB_LOCAL ? 1 << 9 : 0)
            | (15 - underscores) << 1 | (binding == STB_GLOBAL ? 1 : 0)
    }

    /// The function at an offset of the file: its name, demangled, and the distance from its start.
    func function(
        atOffset offset: UInt64, names pool: NamePool, _ demangler: Demangler
    ) -> (name: Bytes, offset: UInt64)? {
        guard let address = file.address(ofOffset: offset) else { return nil }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        // A function may lie within another.
        for index in stride(from: low - 1, through: max(0, low - 8), by: -1)
        where address < entries[index].end {
            guard let name = name(of: index, pool, demangler) else { return nil }
            return (name, address - entries[index].address)
        }
        return nil
    }

    private func name(of index: Int, _ pool: NamePool, _ demangler: Demangler) -> Bytes? {
        if let known = names[index] { return known }
        let entry = entries[index]
        let elf = unsafe entry.isInDebugFile ? debugFile?.elf : file.elf
        guard let text = unsafe elf_strptr(elf, Int(entry.section), Int(entry.name)) else { return nil }
        // A table of strings may be one name for as many functions as it has bytes.
        let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strnlen(text, 1 << 16))
        let name = unsafe pool.keep(demangler.readable(String(decoding: bytes, as: UTF8.self)))
        names[index] = name
        return name
    }
}
