/// A program of 64 bits with functions but without code: a header, a part that is loaded, a table of symbols.
struct MadeUpProgram {
    /// A function: its name, its address and its size.
    typealias Function = (name: String, address: UInt64, size: UInt64)

    /// The content of the file, of which all is loaded at an address.
    let bytes: [UInt8]

    init(loadedAt start: UInt64 = 0x1000, _ functions: [Function]) {
        var names: [UInt8] = [0]
        var symbols = [UInt8](repeating: 0, count: 24)
        for function in functions {
            let place = littleEndian(UInt32(names.count))
            // A global function (STT_FUNC) with an address of its own (SHN_ABS).
            symbols += place + [0x12, 0] + littleEndian(UInt16(0xfff1))
            symbols += littleEndian(function.address) + littleEndian(function.size)
            names += Array(function.name.utf8) + [0]
        }
        let headers = 64 + 56
        let sections = headers + symbols.count + names.count
        func section(_ type: UInt32, _ offset: Int, _ size: Int, link: UInt32, entry: Int) -> [UInt8] {
            littleEndian(UInt32(0)) + littleEndian(type)
                + [UInt64(0), 0, UInt64(offset), UInt64(size)]
                .flatMap(littleEndian) + littleEndian(link) + littleEndian(UInt32(0))
                + [1, UInt64(entry)].flatMap(littleEndian)
        }
        let size = UInt64(sections + 3 * 64)
        let identity: [UInt8] = [0x7f] + Array("ELF".utf8) + [2, 1, 1] + Array(repeating: 0, count: 9)
        let kind = [UInt16(2), 62].flatMap(littleEndian) + littleEndian(UInt32(1))
        let places = [start, 64, UInt64(sections)].flatMap(littleEndian) + littleEndian(UInt32(0))
        let counts = [UInt16(64), 56, 1, 64, 3, 2].flatMap(littleEndian)
        let part =
            [UInt32(1), 5].flatMap(littleEndian)
            + [0, start, start, size, size, 0x1000].flatMap(littleEndian)
        bytes =
            identity + kind + places + counts + part + symbols + names
            + Array(repeating: 0, count: 64) + section(2, headers, symbols.count, link: 2, entry: 24)
            + section(3, headers + symbols.count, names.count, link: 0, entry: 0)
    }
}
