import Foundation
import Testing

@testable import Tracepoints

@Suite("Symbols")
struct SymbolTests {
    private let names = NamePool()

    private func file(_ path: String) -> MappedFile {
        MappedFile(
            MappedFile.Identity(path: path, major: 0, minor: 0, inode: 0), path: names.keep(path))
    }

    private func mapping(_ range: Range<UInt64>, _ path: String, offset: UInt64 = 0) -> Mapping {
        Mapping(start: range.lowerBound, end: range.upperBound, fileOffset: offset, file: file(path))
    }

    @Test("A mapping takes the place of what was there, and leaves the rest with its place in the file")
    func overlap() {
        let space = AddressSpace(pid: 1)
        space.add(mapping(100..<200, "a", offset: 1000))
        space.add(mapping(120..<130, "b"))
        space.add(mapping(300..<400, "c"))
        space.add(mapping(50..<110, "d"))
        #expect(space.mappings.map(\.start) == [50, 110, 120, 130, 300])
        #expect(space.mappings.map(\.end) == [110, 120, 130, 200, 400])
        #expect(space.mapping(at: 115)?.fileOffset == 1010)
        #expect(space.mapping(at: 150)?.fileOffset == 1030)
        #expect(space.mapping(at: 125)?.file.identity.path == "b")
        #expect(space.mapping(at: 250) == nil)
        space.add(mapping(0..<1000, "e"))
        #expect(space.mappings.count == 1)
        space.add(mapping(10..<10, "f"))
        #expect(space.mappings.count == 1)
    }

    @Test("Mappings cover as a painted line does, whatever their order")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let space = AddressSpace(pid: 1)
            var line = [String?](repeating: nil, count: 64)
            for number in 0..<20 {
                let start = Int.random(in: 0..<60, using: &generator)
                let end = Int.random(in: start..<64, using: &generator)
                space.add(mapping(UInt64(start)..<UInt64(end), "\(number)"))
                for index in start..<end { line[index] = "\(number)" }
            }
            #expect((0..<64).map { space.mapping(at: UInt64($0))?.file.identity.path } == line)
        }
    }

    @Test("A process is at each moment what it was then: before an exec, after it, as a child, at its end")
    func history() {
        var spaces = AddressSpaces()
        spaces.map(mapping(0..<10, "shell"), in: 7, at: 100)
        spaces.fork(8, from: 7, at: 200)
        spaces.execute(8, at: 300)
        spaces.map(mapping(0..<10, "program"), in: 8, at: 310)
        spaces.end(8)
        func path(_ pid: Int32, _ time: UInt64) -> String? {
            spaces.space(of: pid, at: time)?.mapping(at: 5)?.file.identity.path
        }
        #expect(path(7, 150) == "shell")
        #expect(path(8, 250) == "shell")
        #expect(path(8, 320) == "program")
        #expect(path(9, 320) == nil)
        // What a child maps is not in its parent.
        spaces.fork(10, from: 7, at: 400)
        spaces.map(mapping(0..<10, "plugin"), in: 10, at: 410)
        #expect(path(10, 420) == "plugin")
        #expect(path(7, 420) == "shell")
    }

    @Test("What children and parents have in common is kept once, in whatever order it comes")
    func shared() {
        var spaces = AddressSpaces()
        let program = file("program")
        func map(_ page: UInt64, in pid: Int32) {
            spaces.map(
                Mapping(start: page << 12, end: (page + 1) << 12, fileOffset: 0, file: program), in: pid,
                at: 0)
        }
        for page in (1...20_000).reversed() { map(UInt64(page), in: 1) }
        #expect(spaces.mappingCount == 20_000)
        for child in Int32(2)..<300 {
            spaces.fork(child, from: child % 2 == 0 ? 1 : child - 1, at: 0)
            map(UInt64(child) + 20_000, in: child)
        }
        // Each has its own way to the mapping that it does not share, of some thirty steps.
        #expect(spaces.mappingCount < 20_000 + 298 * 100)
        let own = spaces.space(of: 3, at: 0)
        #expect(own?.mappings.map(\.start) == (1...20_000).map { $0 << 12 } + [20_002 << 12, 20_003 << 12])
    }

    @Test("Of too many mappings, those of ended processes are forgotten first, and then all")
    func mappingLimit() {
        var spaces = AddressSpaces(limit: 100)
        func map(_ page: Int, in pid: Int32) {
            let start = UInt64(page) << 12
            spaces.map(mapping(start..<start + 4096, "program"), in: pid, at: 0)
        }
        for pid in Int32(1)...4 {
            for page in 0..<20 { map(page, in: pid) }
            if pid > 1 { spaces.end(pid) }
        }
        for page in 0..<40 { map(page, in: 5) }
        #expect((1...5).filter { spaces.space(of: $0, at: 0) != nil } == [1, 4, 5])
        for page in 40..<61 { map(page, in: 5) }
        #expect((1...5).filter { spaces.space(of: $0, at: 0) != nil } == [1, 5])
        for page in 61..<81 { map(page, in: 5) }
        #expect(spaces.mappingCount == 0 && spaces.space(of: 1, at: 0) == nil)
        map(1, in: 5)
        #expect(spaces.mappingCount == 1)
    }

    @Test("Records of mappings, execs and forks make address spaces; those that do not fit make none")
    func records() {
        func note(_ symbolizer: Symbolizer, _ type: UInt32, misc: UInt16 = 0, _ body: [UInt8], time: UInt64) {
            let bytes = littleEndian(type) + littleEndian(misc) + littleEndian(UInt16(8 + body.count)) + body
            unsafe bytes.withUnsafeBytes { bytes in
                symbolizer.note(unsafe RingRecord(bytes: Bytes(bytes), type: type), at: time)
            }
        }
        func map2(_ pid: UInt32, _ start: UInt64, _ path: String) -> [UInt8] {
            littleEndian(pid) + littleEndian(pid) + littleEndian(start) + littleEndian(UInt64(0x1000))
                + littleEndian(UInt64(0)) + littleEndian(UInt32(8)) + littleEndian(UInt32(1))
                + littleEndian(UInt64(5)) + littleEndian(UInt64(0)) + littleEndian(UInt32(4))
                + littleEndian(UInt32(2)) + Array(path.utf8) + Array(repeating: 0, count: 8)
        }
        let symbolizer = Symbolizer(kernel: KernelSymbols(), readsProcesses: false)
        func module(_ pid: Int32, _ address: UInt64, _ time: UInt64) -> String {
            let frame = symbolizer.userFrame(address, isReturn: false, pid: pid, time: time)
            return String(decoding: frame.module.array, as: UTF8.self)
        }
        note(symbolizer, RecordType.map2, map2(40, 0x1000, "/no/such/program"), time: 10)
        #expect(module(40, 0x1500, 20) == "/no/such/program")
        #expect(module(40, 0x2500, 20) == "")
        let fork =
            littleEndian(UInt32(41)) + littleEndian(UInt32(40)) + littleEndian(UInt32(41))
            + littleEndian(UInt32(40))
        note(symbolizer, RecordType.fork, fork, time: 30)
        #expect(module(41, 0x1500, 40) == "/no/such/program")
        let comm = littleEndian(UInt32(41)) + littleEndian(UInt32(41)) + Array("other\0\0\0".utf8)
        note(symbolizer, RecordType.comm, misc: 1 << 13, comm, time: 50)
        #expect(module(41, 0x1500, 60) == "")
        #expect(module(41, 0x1500, 45) == "/no/such/program")
        for length in 0..<80 {
            note(symbolizer, RecordType.map2, Array(map2(42, 0x1000, "/x").prefix(length)), time: 70)
        }
        #expect(module(40, 0x1500, 80) == "/no/such/program")
    }

    @Test("A function at the end of all addresses is one, and none of them is beyond it")
    func farFunction() throws {
        let last = UInt64.max
        let program = MadeUpProgram(
            loadedAt: last - 0xfff,
            [("near", last - 0xfff, 0), ("long", last - 0x1f, last), ("far", last - 0xf, 0)])
        try unsafe program.bytes.withUnsafeBytes { bytes in
            let symbols = ObjectSymbols(try unsafe ProgramFile(image: bytes, name: "far"))
            let found = try #require(symbols.function(atOffset: 0x10, names: names, Demangler()))
            #expect(String(decoding: found.name.array, as: UTF8.self) == "near" && found.offset == 0x10)
        }
    }

    @Test("Of code that is made at run time, only what is new is read; what comes later is in its place")
    func perfMap() throws {
        let path = NSTemporaryDirectory() + "obstrace-map-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let map = PerfMap(pid: 1, paths: [path], patience: 0)
        let demangler = Demangler()
        func name(_ address: UInt64) -> String? {
            map.function(at: address, names: names, demangler)
                .map { String(decoding: $0.name.array, as: UTF8.self) + "+\($0.offset)" }
        }
        var text = ""
        func write(_ more: String) throws {
            text += more
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        }
        #expect(!map.readOn(1 << 20))
        try write("")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        func append(_ more: String) throws {
            text += more
            try file.write(contentsOf: Data(more.utf8))
        }
        for number in 0..<500 { try append("\(String(0x9000 - number * 16, radix: 16)) 10 f\(number)\n") }
        for number in 0..<200 {
            try append("\(String(0x9010 + number * 16, radix: 16)) 8 g\(number)\n")
            #expect(map.readOn(1 << 20) && name(0x9011 + UInt64(number) * 16) == "g\(number)+1")
            #expect(!map.readOn(1 << 20))
        }
        #expect(map.readCount == text.utf8.count && name(0x9000) == "f0+0" && name(0x8fff) == "f1+15")
        #expect(name(0x9018) == nil && name(0) == nil && name(.max) == nil)
        // A line that is not whole yet; others that are none; one in the place of another.
        try append("a000 10 ha")
        #expect(!map.readOn(1 << 20) && name(0xa000) == nil)
        try append("lf of it\n\nx y z\n1\n9000 4 other\nfffffffffffffff0 ffffffffffffffff far\n")
        #expect(map.readOn(1 << 20) && name(0xa001) == "half of it+1" && name(0x9000) == "other+0")
        #expect(name(0x9004) == nil && name(.max) == nil && map.readCount == text.utf8.count)
        // A file that is cut off, another file, and one that is not trusted to end.
        try file.truncate(atOffset: 0)
        try file.seek(toOffset: 0)
        try append("b000 10 again\n")
        #expect(map.readOn(1 << 20) && name(0xb000) == "again+0" && name(0x9011) == nil)
        text = ""
        try write("c000 10 new\n" + String(repeating: "d000 10 many\n", count: 1 << 16))
        #expect(map.readOn(1 << 10) && name(0xc000) == "new+0" && name(0xb000) == nil)
        #expect(map.size < 1 << 20)
        let size = map.size
        #expect(!map.readOn(0) && map.size == size)
    }

    @Test("A call chain is parted at its marks")
    func chain() {
        let kernel = UInt64(bitPattern: -128)
        let user = UInt64(bitPattern: -512)
        let guest = UInt64(bitPattern: -2048)
        func parts(_ words: [UInt64]) -> [[UInt64]] {
            let bytes = words.flatMap(littleEndian)
            return unsafe bytes.withUnsafeBytes { bytes in
                let chain = unsafe CallChain(Bytes(bytes))
                return [chain.kernel.map { chain[$0] }, chain.user.map { chain[$0] }]
            }
        }
        #expect(parts([kernel, 1, 2, user, 3, 4, 0]) == [[1, 2], [3, 4]])
        #expect(parts([user, 3]) == [[], [3]])
        #expect(parts([1, 2]) == [[1, 2], []])
        #expect(parts([guest, 9, user, 3]) == [[], [3]])
        #expect(parts([kernel, user]) == [[], []])
        #expect(parts([user, 0]) == [[], []])
        #expect(parts([]) == [[], []])
    }

    @Test(
        "Names of compilers are made readable",
        arguments: [
            ("main", "main"),
            ("_ZN5outer5Thing3runEi", "outer::Thing::run(int)"),
            ("_Z", "_Z"),
            ("_ZN3std2rt10lang_start17h0123456789abcdefE", "std::rt::lang_start"),
            (
                "_ZN44_$LT$rs..Deep$LT$T$GT$$u20$as$u20$rs..Go$GT$2go17h0123456789abcdefE",
                "<rs::Deep<T> as rs::Go>::go"
            ),
            ("_RNvCsbFYJioi4cCO_2rs4main", "rs::main"),
            (
                "_RNvXCsbFYJioi4cCO_2rsNtB2_4DeepmENtB2_2Go2goB2_",
                "_RNvXCsbFYJioi4cCO_2rsNtB2_4DeepmENtB2_2Go2goB2_"
            ),
            ("_RNvXCsbFYJioi4cCO_2rsINtB2_4DeepmENtB2_2Go2goB2_", "<rs::Deep::<u32> as rs::Go>::go"),
            ("_RNCINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuE0C1a", "std::rt::lang_start::<()>::{closure#0}"),
            ("_RB_", "_RB_"),
            ("$s2sw5outeryS2iF", "sw.outer(Swift.Int) -> Swift.Int"),
        ])
    func demangle(mangled: String, readable: String) {
        #expect(Demangler().readable(mangled) == readable)
    }

    @Test("Any bytes are a name that comes to an end")
    func hostileNames() {
        var generator = SystemRandomNumberGenerator()
        let letters = Array("_RNvCXMIBETKpLsu0123456789abcdefGSAFDhm$.".utf8)
        let demangler = Demangler()
        for round in 0..<20_000 {
            let count = Int.random(in: 0..<40, using: &generator)
            let tail = (0..<count).map { _ in letters.randomElement(using: &generator) ?? 0 }
            for start in round % 100 == 0 ? ["_R", "_ZN", "$s"] : ["_R", "_ZN"] {
                #expect(!demangler.readable(start + String(decoding: tail, as: UTF8.self)).isEmpty)
            }
        }
    }

    /// A number as names refer to what is in them.
    private static func place(_ value: Int, _ radix: Int) -> String {
        guard value > 0 else { return "_" }
        return String(value - 1, radix: radix, uppercase: radix == 36) + "_"
    }

    @Test("A name of Rust that multiplies what it refers to stays as it is, and so does a long one")
    func costlyRust() {
        let demangler = Demangler()
        // Each part is read twice within the one before it.
        let parts = (1...29).map { "uB" + Self.place(30 - $0, 36).lowercased() }
        let doubled = "_R" + String(repeating: "X", count: 29) + "C1a" + parts.joined()
        #expect(demangler.readable(doubled) == doubled)
        let long = "_RINvC1a1b" + String(repeating: "NtC3aaa3bbb", count: 300) + "E"
        #expect(demangler.readable(long).utf8.count == 7 + 300 * 10 - 1)
        let longer = "_RINvC1a1b" + String(repeating: "RRRRRRRRRRm", count: 360) + "E"
        #expect(demangler.readable(longer) == longer)
        #expect(demangler.readable("plain") == "plain" && demangler.children == 0)
    }

    @Test(
        "One process reads names of C++ and Swift, and another one after it; some names are left as they are")
    func demanglingProcess() throws {
        let demangler = Demangler()
        #expect(demangler.readable("_Z1fv") == "f()" && demangler.children == 1)
        let process = try #require(demangler.process)
        func status(_ key: String) throws -> String? {
            let text = String(decoding: try System.contents(of: "/proc/\(process)/status"), as: UTF8.self)
            return text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
                .flatMap { $0.split(separator: "\t").last.map(String.init) }
        }
        #expect(System.entries(of: "/proc/\(process)/fd").count == 1)
        #expect(try status("NoNewPrivs") == "1" && status("CapEff") == "0000000000000000")
        #expect(try status("SigBlk") == "0000000000000000")
        // The C library keeps two signals behind the first 31 to itself.
        #expect(try status("SigIgn").flatMap { UInt64($0, radix: 16) }.map { $0 << 33 } == 0)
        for number in 0..<100 {
            #expect(demangler.readable("_Z1fILi\(number)EEvv") == "void f<\(number)>()")
        }
        #expect(demangler.process == process && demangler.children == 1)
        // It would take gigabytes and an hour.
        let opened = (0..<27).map { "2a\(Unicode.Scalar(97 + UInt8($0) % 26))I" }.joined()
        let doubled = "_Z1f" + opened + "iE" + (27..<53).map { "S\(Self.place($0, 36))E" }.joined()
        #expect(demangler.readable(doubled) == doubled)
        for number in 0..<30 where demangler.children < 8 || demangler.process != nil {
            if let process = demangler.process { System.kill(process, 9) }
            let name = demangler.readable("_Z1gILi\(number)EEvv")
            #expect(name == "void g<\(number)>()" || name == "_Z1gILi\(number)EEvv")
        }
        #expect(demangler.process == nil && demangler.children == 8)
        #expect(demangler.readable("_Z1hv") == "_Z1hv")
    }
}
