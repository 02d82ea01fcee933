import Foundation
import Testing

@testable import Tracepoints

@Suite("Kernel symbols")
struct KernelSymbolsTests {
    /// A folder of made-up sources, removed at the end.
    private final class Sources {
        let folder: String
        var paths = KernelSymbols.Paths()

        init(symbols: String? = nil, texts: String? = nil, types: [UInt8]? = nil) throws {
            folder = NSTemporaryDirectory() + "kernel-symbols-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            paths.symbols = folder + "/kallsyms"
            paths.texts = [folder + "/missing", folder + "/printk_formats"]
            paths.types = folder
            try symbols.map { try Data($0.utf8).write(to: URL(fileURLWithPath: paths.symbols)) }
            try texts.map { try Data($0.utf8).write(to: URL(fileURLWithPath: paths.texts[1])) }
            try types.map { try Data($0).write(to: URL(fileURLWithPath: folder + "/vmlinux")) }
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }
    }

    private func text(_ bytes: Bytes) -> String {
        String(decoding: (0..<bytes.count).map { bytes[$0] }, as: UTF8.self)
    }

    /// `name+offset/size [module]`, or `nil`.
    private func found(_ symbols: KernelSymbols, _ address: UInt64) -> String? {
        symbols.symbol(at: address).map {
            let module = $0.module.count > 0 ? " [\(text($0.module))]" : ""
            return "\(text($0.name))+\($0.offset)/\($0.size)\(module)"
        }
    }

    private static let table = """
        0000000000000000 A fixed_percpu_data
        ffffffff81000000 T startup
        ffffffff81000000 T _stext
        ffffffff81000000 T _text
        ffffffff81000040 t helper
        ffffffff81000100 T do_work
        ffffffff81000100 T do_work_alias
        ffffffff81000200 T _etext
        ffffffff82000000 D some_data
        ffffffff83000000 T _sinittext
        ffffffff83000010 t init_it
        ffffffff83000080 T _einittext
        ffffffffc0001000 t late\t[made_up]
        ffffffffc0000100 t module_init\t[made_up]
        ffffffffc0000000 t module_work\t[made_up]

        """

    @Test("An address is told by the symbol before it")
    func lookUp() throws {
        let sources = try Sources(symbols: Self.table)
        let symbols = KernelSymbols(sources.paths)
        #expect(symbols.note == nil)
        #expect(found(symbols, 0xffff_ffff_8100_0000) == "startup+0/64")
        #expect(found(symbols, 0xffff_ffff_8100_003f) == "startup+63/64")
        #expect(found(symbols, 0xffff_ffff_8100_0040) == "helper+0/192")
        #expect(found(symbols, 0xffff_ffff_8100_0123) == "do_work+35/256")
        #expect(found(symbols, 0xffff_ffff_8300_0010) == "init_it+0/112")
        #expect(found(symbols, 0xffff_ffff_c000_00ff) == "module_work+255/256 [made_up]")
        #expect(found(symbols, 0xffff_ffff_c000_0100) == "module_init+0/3840 [made_up]")
        #expect(found(symbols, 0xffff_ffff_c000_1010) == "late+16/0 [made_up]")
        #expect(symbols.note == nil)
    }

    @Test("What the kernel would not look up stays an address")
    func outside() throws {
        let sources = try Sources(symbols: Self.table)
        let symbols = KernelSymbols(sources.paths)
        let addresses: [UInt64] = [
            0, 1, 0xffff_ffff_80ff_ffff, 0xffff_ffff_8100_0200, 0xffff_ffff_8200_0000, 0xffff_ffff_8300_0080,
            0xffff_ffff_d000_0000, .max, 0xffff_8880_0000_0000, 0x7fff_0000_1234,
        ]
        for address in addresses {
            #expect(found(symbols, address) == nil, "\(String(address, radix: 16))")
        }
    }

    @Test("With data symbols in the table, data is looked up as well")
    func data() throws {
        let sources = try Sources(symbols: Self.table + "ffffffff84000000 B _end\n")
        let symbols = KernelSymbols(sources.paths)
        #expect(found(symbols, 0xffff_ffff_8200_0004) == "some_data+4/16777216")
        #expect(found(symbols, 0xffff_ffff_8400_0000) == nil)
    }

    @Test("A table longer than what is read at once, and lines that are none")
    func long() throws {
        let base = Int(bitPattern: 0xffff_ffff_8100_0000)
        var table = "ffffffff81000000 T _stext\n"
        for index in 1...40_000 {
            table += String(format: "%016lx t symbol_%d\n", base + index * 16, index)
        }
        table += String(format: "%016lx T _etext\n", base + 40_001 * 16)
        table +=
            "\nnonsense\nffffffff\nffffffff81000000\nffffffff81000000 T\n"
            + String(repeating: "x", count: 600_000)
        let sources = try Sources(symbols: table)
        let symbols = KernelSymbols(sources.paths)
        for index in stride(from: 1, through: 40_000, by: 77) {
            #expect(found(symbols, 0xffff_ffff_8100_0005 + UInt64(index) * 16) == "symbol_\(index)+5/16")
        }
    }

    @Test("Hidden or missing symbols are said in one sentence")
    func hidden() throws {
        let hidden = Self.table.split(separator: "\n")
            .map { "0000000000000000" + $0.dropFirst(16) + "\n" }.joined()
        let sources = try Sources(symbols: hidden)
        let symbols = KernelSymbols(sources.paths)
        #expect(symbols.note == nil)
        #expect(symbols.symbol(at: 0xffff_ffff_8100_0000) == nil)
        #expect(symbols.note?.contains("kptr_restrict") == true)

        let none = try Sources()
        let missing = KernelSymbols(none.paths)
        #expect(missing.symbol(at: 1) == nil)
        #expect(missing.note?.contains("kallsyms") == true)
        let empty = try Sources(symbols: "")
        let nothing = KernelSymbols(empty.paths)
        #expect(nothing.symbol(at: 1) == nil)
        #expect(nothing.note?.contains("no symbols") == true)
    }

    @Test("Texts behind a kernel char *")
    func texts() throws {
        let sources = try Sources(
            texts: """
                0xffffffff828195af : "thaw_processes"
                0xffffffff828195c0 : "a \\"quoted\\" text\\n\\twith \\\\"
                0xffffffff82810000 : "first"
                0xffffffff82810100 : ""
                no line
                0xzz : "nothing"

                """)
        let symbols = KernelSymbols(sources.paths)
        #expect(symbols.text(at: 0xffff_ffff_8281_95af).map(text) == "thaw_processes")
        #expect(symbols.text(at: 0xffff_ffff_8281_95c0).map(text) == "a \"quoted\" text\n\twith \\")
        #expect(symbols.text(at: 0xffff_ffff_8281_0000).map(text) == "first")
        #expect(symbols.text(at: 0xffff_ffff_8281_0100).map(text) == "")
        #expect(symbols.text(at: 0xffff_ffff_8281_0001) == nil)
        #expect(symbols.text(at: 0) == nil)
    }

    // MARK: Enumerators

    private func words(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }

    /// A description with an enumeration, a signed one, a 64-bit one, and other types between them.
    private var description: [UInt8] {
        let names = Array("\0ONE\0MINUS\0BIG\0ONE_MORE\0".utf8)
        let enumeration = words(0, 6 << 24 | 2, 4, 1, 1, 15, 0xffff_fffe)
        let signed = words(0, 1 << 31 | 6 << 24 | 1, 4, 5, 0xffff_ffff)
        let wide = words(0, 19 << 24 | 1, 8, 11, 1, 1)
        let others = words(0, 1 << 24, 4, 32) + words(0, 4 << 24 | 1, 8, 1, 1, 0) + words(0, 2 << 24, 1)
        let types = enumeration + others + signed + others + wide
        var header: [UInt8] = [0x9f, 0xeb, 1, 0]
        header += words(24, 0, UInt32(types.count), UInt32(types.count), UInt32(names.count))
        return header + types + names
    }

    @Test("Enumerators from the kernel's description of its types")
    func enumerators() throws {
        let sources = try Sources(types: description)
        let symbols = KernelSymbols(sources.paths)
        let values = symbols.constants(named: ["ONE", "MINUS", "BIG", "ONE_MORE", "NONE", ""])
        #expect(values == ["ONE": 1, "MINUS": -1, "BIG": 0x1_0000_0001, "ONE_MORE": 0xffff_fffe])
        // A second question is answered from memory.
        try FileManager.default.removeItem(atPath: sources.folder + "/vmlinux")
        #expect(symbols.constants(named: ["MINUS", "NONE"]) == ["MINUS": -1])
    }

    @Test("A damaged description is no danger")
    func damaged() throws {
        let whole = description
        for cut in 0..<whole.count {
            let sources = try Sources(types: Array(whole[..<cut]))
            #expect(KernelSymbols(sources.paths).constants(named: ["ONE"]).count <= 1)
        }
        for index in 0..<whole.count {
            var bytes = whole
            bytes[index] ^= 0xff
            let sources = try Sources(types: bytes)
            #expect(KernelSymbols(sources.paths).constants(named: ["ONE", "BIG"]).count <= 2)
        }
    }

    // MARK: The running kernel

    @Test("Ticks go on at the rate of the clock")
    func ticks() {
        let symbols = KernelSymbols()
        #expect([100, 250, 300, 1000].contains(symbols.ticksPerSecond))
        let first = symbols.jiffies()
        usleep(50_000)
        let passed = symbols.jiffies() - first
        #expect(passed >= 50 * symbols.ticksPerSecond / 1000 - 1)
    }

    @Test(
        "Every text symbol of this kernel is found by its address",
        .enabled(
            if: geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] != nil, "needs root"
        ))
    func running() throws {
        let symbols = KernelSymbols()
        let lines = String(decoding: try System.contents(of: "/proc/kallsyms"), as: UTF8.self).split(
            separator: "\n")
        var previous = ""
        var isCovered = false
        var checked = 0
        for line in lines where !line.hasSuffix("]") {
            let parts = line.split(separator: " ")
            let address = try #require(UInt64(parts[0], radix: 16))
            if parts[2] == "_stext" || parts[2] == "_sinittext" { isCovered = true }
            if parts[2] == "_etext" || parts[2] == "_einittext" { isCovered = false }
            // Of several names of one address the kernel takes the first.
            if isCovered, parts[0] != previous, checked % 10 == 0 || checked < 100 {
                #expect(symbols.symbol(at: address).map { text($0.name) } == String(parts[2]))
            }
            if isCovered { checked += 1 }
            previous = String(parts[0])
        }
        #expect(checked > 10_000)
        #expect(symbols.note == nil)
    }

    @Test("Where the kernel's code lies and how long it is, unless that is hidden")
    func code() throws {
        let symbols = "ffffffff9a000000 T srso_alias_untrain_ret\nffffffff9a000040 T _text\n"
        #expect(KernelText.start(in: Array(symbols.utf8)) == 0xffff_ffff_9a00_0040)
        #expect(KernelText.start(in: Array("0000000000000000 T _text\n".utf8)) == nil)
        #expect(KernelText.start(in: Array("ffffffff9a000000 T their_text\n_text\n".utf8)) == nil)
        let memory = "00100000-bffdafff : System RAM\n  01000000-02209987 : Kernel code\n"
        #expect(KernelText.size(in: Array(memory.utf8)) == 0x120_9988)
        #expect(KernelText.size(in: Array("  00000000-00000000 : Kernel code\n".utf8)) == nil)
        #expect(KernelText.size(in: Array("  zz-1 : Kernel code\n02-01 : Kernel code\n".utf8)) == nil)
        let running = try #require(KernelText.running())
        #expect(running.start >> 63 == 1 && running.size > 1 << 20 && running.size <= 1 << 30)
    }
}
