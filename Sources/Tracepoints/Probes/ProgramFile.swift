internal import CElf
internal import CLinux
internal import Glibc

/// A program or library on disk as probes need it: its functions, its marks, and where an address lies in the file.
///
/// Files are foreign input: what does not fit is left out, never trusted (`libelf`).
@safe
public final class ProgramFile {
    /// A function of the file.
    public struct Function: Sendable, Hashable {
        /// The name as the symbol table has it, mangled where the language does so.
        public let name: String
        /// The address that the linker gave it, as `nm` shows it.
        public let address: UInt64
        /// The number of bytes of its code; 0 where the file does not tell.
        public let size: UInt64
        /// Whether the name stands for one of several functions, chosen when the program is loaded.
        public let isIndirect: Bool
    }

    /// Why a file cannot be used.
    public struct Unreadable: Error, Sendable {
        /// The reason, to stand behind the file's name and a colon.
        public let reason: String
    }

    /// A part of the file that is loaded.
    private struct Segment {
        let address: UInt64
        let offset: UInt64
        let size: UInt64
        let isCode: Bool
    }

    /// The path that it was opened by.
    public let path: String
    /// Whether its words have 64 bits.
    public private(set) var is64Bit = false
    /// What the system tells of the file; `nil` for an image in memory.
    let status: stat?
    private let file: Descriptor?
    let elf: OpaquePointer
    private var segments: [Segment] = []
    private var cachedFunctions: [Function]?

    /// Opens a file and reads its headers.
    public convenience init(_ path: String) throws(Unreadable) { try self.init(path, within: -1) }

    /// Opens a file by its path below a folder, or from our root where the folder is negative, and reads its
    /// headers.
    init(_ path: String, within folder: Int32) throws(Unreadable) {
        self.path = path
        let number: Int32
        let isRegular: Bool
        do throws(SystemError) {
            // A pipe would make us wait.
            let file =
                folder < 0
                ? try System.open(path, O_RDONLY | O_NONBLOCK) : try System.open(path, within: folder)
            let status = try System.status(of: file.number)
            if status.st_mode & S_IFMT == S_IFDIR {
                throw SystemError(call: "open", subject: path, code: EISDIR)
            }
            isRegular = status.st_mode & S_IFMT == S_IFREG
            self.status = status
            number = file.number
            self.file = consume file
        } catch {
            throw Unreadable(reason: error.reason)
        }
        guard isRegular else { throw Unreadable(reason: "it is neither a program nor a library") }
        // Not mapped: whoever cut the file off meanwhile would end us by SIGBUS.
        guard elf_version(UInt32(EV_CURRENT)) != 0, let elf = unsafe elf_begin(number, ELF_C_READ, nil)
        else { throw Unreadable(reason: "it cannot be read as ELF") }
        unsafe self.elf = elf
        guard unsafe elf_kind(elf) == ELF_K_ELF else {
            throw Unreadable(reason: ProgramFile.nature(of: number))
        }
        readHeaders()
    }

    /// Reads the image of a file in memory, which must stay.
    init(image: UnsafeRawBufferPointer, name: String) throws(Unreadable) {
        path = name
        file = nil
        status = nil
        guard elf_version(UInt32(EV_CURRENT)) != 0, let start = image.baseAddress,
            let elf = unsafe elf_memory(
                UnsafeMutableRawPointer(mutating: start).assumingMemoryBound(to: CChar.self), image.count)
        else { throw Unreadable(reason: "it cannot be read as ELF") }
        unsafe self.elf = elf
        readHeaders()
    }

    private func readHeaders() {
        unsafe is64Bit = gelf_getclass(elf) == Int32(ELFCLASS64)
        var count = 0
        guard unsafe elf_getphdrnum(elf, &count) == 0 else { return }
        for index in 0..<Int32(clamping: count) {
            var header = GElf_Phdr()
            guard unsafe gelf_getphdr(elf, index, &header) != nil, header.p_type == PT_LOAD else { continue }
            segments.append(
                Segment(
                    address: header.p_vaddr, offset: header.p_offset, size: header.p_filesz,
                    isCode: header.p_flags & UInt32(PF_X) != 0))
        }
    }

    deinit { unsafe elf_end(elf) }

    /// What a file is that is no ELF file.
    private static func nature(of file: Int32) -> String {
        var start = [UInt8](repeating: 0, count: 256)
        let count = unsafe pread(file, &start, start.count, 0)
        guard count > 2 else { return "it is no ELF file" }
        if start.starts(with: "#!".utf8) {
            let program = start[2..<count].drop { $0 == 0x20 }.prefix { $0 > 0x20 }
            return "it is a script, which \(String(decoding: program, as: UTF8.self)) runs"
        }
        let isText = start[..<count].allSatisfy { $0 >= 0x20 && $0 < 0x7f || $0 == 0x0a || $0 == 0x09 }
        return isText ? "it is text, no ELF file" : "it is no ELF file"
    }

    /// Where what is loaded at an address lies in the file; `nil` where no part of it does.
    public func offset(ofAddress address: UInt64, isCode: Bool = true) -> UInt64? {
        segments.first { $0.isCode == isCode && address >= $0.address && address - $0.address < $0.size }
            .map { address - $0.address &+ $0.offset }
    }

    /// The address that the linker gave to what lies at an offset of the file; `nil` where that is not loaded.
    func address(ofOffset offset: UInt64) -> UInt64? {
        var found: UInt64?
        for segment in segments where offset >= segment.offset && offset - segment.offset < segment.size {
            let address = offset - segment.offset &+ segment.address
            // Segments may share a page of the file.
            if segment.isCode { return address }
            found = found ?? address
        }
        return found
    }

    // MARK: Functions

    /// The functions, sorted by name; those of its debug file too, where that is installed.
    public var functions: [Function] {
        if let cachedFunctions { return cachedFunctions }
        var found = unsafe Set(symbols(of: elf, SHT_SYMTAB) + symbols(of: elf, SHT_DYNSYM))
        if let debug = debugFile() {
            // A debug file has the addresses of the file that it belongs to.
            unsafe found.formUnion(debug.symbols(of: debug.elf, SHT_SYMTAB))
        }
        let sorted = found.filter { offset(ofAddress: $0.address) != nil }
            .sorted { ($0.name, $0.address) < ($1.name, $1.address) }
        cachedFunctions = sorted
        return sorted
    }

    private func symbols(of elf: OpaquePointer, _ kind: Int32) -> [Function] {
        var functions: [Function] = []
        unsafe forEachSection { section, header in
            guard header.sh_type == UInt32(kind), header.sh_entsize > 0,
                let data = unsafe elf_getdata(section, nil)
            else { return }
            for index in 0..<Int32(clamping: header.sh_size / header.sh_entsize) {
                var symbol = GElf_Sym()
                guard unsafe gelf_getsym(data, index, &symbol) != nil else { break }
                let type = Int32(symbol.st_info & 0xf)
                guard type == STT_FUNC || type == STT_GNU_IFUNC, symbol.st_value != 0,
                    symbol.st_shndx != UInt16(SHN_UNDEF),
                    let name = unsafe elf_strptr(elf, Int(header.sh_link), Int(symbol.st_name))
                else { continue }
                functions.append(
                    Function(
                        name: unsafe String(cString: name), address: symbol.st_value, size: symbol.st_size,
                        isIndirect: type == STT_GNU_IFUNC))
            }
        }
        return functions
    }

    func forEachSection(_ body: (OpaquePointer, GElf_Shdr) -> Void) {
        var section = unsafe elf_nextscn(elf, nil)
        while let current = unsafe section {
            var header = GElf_Shdr()
            if unsafe gelf_getshdr(current, &header) != nil { unsafe body(current, header) }
            unsafe section = elf_nextscn(elf, current)
        }
    }

    /// The file that the system's debug packages install for this one, found by its build id.
    func debugFile() -> ProgramFile? {
        var id: [UInt8] = []
        forEachNote { owner, type, content in
            if owner == "GNU", type == UInt32(NT_GNU_BUILD_ID) { id = content }
        }
        guard id.count > 1 else { return nil }
        let digits = id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return try? ProgramFile(
            "/usr/lib/debug/.build-id/\(digits[0])/\(digits.dropFirst().joined()).debug")
    }

    // MARK: Notes

    /// Gives each note of the file: who it is of, its type, its content.
    func forEachNote(_ body: (String, UInt32, [UInt8]) -> Void) {
        unsafe forEachSection { section, header in
            guard header.sh_type == UInt32(SHT_NOTE), let data = unsafe elf_getdata(section, nil),
                let start = unsafe data.pointee.d_buf
            else { return }
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(data.pointee.d_size))
            var position = 0
            while true {
                var note = GElf_Nhdr()
                var name = 0
                var content = 0
                let next = unsafe gelf_getnote(data, position, &note, &name, &content)
                guard next > position, next <= bytes.count else { return }
                position = next
                guard name + Int(note.n_namesz) <= bytes.count, content + Int(note.n_descsz) <= bytes.count
                else { return }
                let owner = unsafe bytes[name..<name + Int(note.n_namesz)].prefix { $0 != 0 }
                unsafe body(
                    String(decoding: owner, as: UTF8.self), note.n_type,
                    Array(bytes[content..<content + Int(note.n_descsz)]))
            }
        }
    }

    /// The address of a section by its name.
    func address(ofSection name: String) -> UInt64? {
        var names = 0
        guard unsafe elf_getshdrstrndx(elf, &names) == 0 else { return nil }
        var address: UInt64?
        unsafe forEachSection { _, header in
            guard let own = unsafe elf_strptr(elf, names, Int(header.sh_name)) else { return }
            if unsafe strcmp(own, name) == 0 { address = header.sh_addr }
        }
        return address
    }
}
