import Foundation
import Testing

@testable import Template
@testable import Tracepoints

@Suite("Hostile records and print formats")
struct PrintHostileTests {
    private static let event = MadeEvent()
        .integer("i", Int32(-5)).integer("u", UInt32(3)).integer("l", Int64(-7)).pointer(
            "p", 0xffff_ffff_8100_0000
        )
        .text("comm", "bash").array("args", [UInt64(1), 2, 3]).array("addr", [UInt8](repeating: 1, count: 28))
        .string("name", "hello").dynamic(
            "words", .dynamicArray, [UInt8](repeating: 1, count: 16), elementSize: 8
        )
        .dynamic("cpus", .dynamicBitmask, [5, 0, 0, 0, 0, 0, 0, 0x80], elementSize: 8)
        .dynamic("late", .dynamicText, Array("rel\0".utf8), isRelative: true)

    private static let formats = [
        "\"%d %5u %llx %p %s\", REC->i / REC->u, REC->i % REC->u, REC->l << REC->u, REC->p, REC->comm",
        "\"%s %s %d\", __get_str(name), __get_rel_str(late), __get_str(name)[REC->u]",
        "\"%s\", __print_array(__get_dynamic_array(words), __get_dynamic_array_len(words) / sizeof(u64), sizeof(u64))",
        "\"%s %s\", __print_array(REC->args, REC->u, 8), __print_hex(REC->addr, REC->i)",
        "\"%s %s\", __get_cpumask(cpus), __print_hex_str(__get_dynamic_array(name), __get_dynamic_array_len(name))",
        "\"%*d %.*s %*ph %*pbl\", REC->i, REC->u, REC->i, REC->comm, REC->u, REC->addr, REC->i, REC->args",
        "\"%pI4 %pI6c %pM %pU %pISpfsc\", REC->addr, REC->addr, REC->addr, __get_dynamic_array(words), REC->addr",
        "\"%s %s\", __print_flags(REC->l, \"|\", { 1, \"A\" }, { 2, \"B\" }), __print_symbolic(REC->i, { 0, \"z\" }, { 3, \"t\" })",
        "\"%llu %d\", REC->args[REC->i], ({ int x = REC->i; x ? REC->u / x : 0; })",
        "\"%s\", REC->i ? __get_str(name) + REC->u : \"none\"",
    ]

    @Test("No record makes a print format crash or leave half a line")
    func records() throws {
        let symbols = KernelSymbols(emptyPaths)
        var dice = Dice(seed: 1)
        var line = LineBuffer(capacity: 64)
        var fitted = 0
        for format in Self.formats {
            let compiled = try PrintFormat(of: Self.event.layout(printing: format), symbols: symbols)
            for round in 0..<2000 {
                var record = Self.event.bytes
                if round % 3 == 0 {
                    record = (0..<Int.random(in: 0...200, using: &dice)).map { _ in
                        .random(in: 0...255, using: &dice)
                    }
                } else {
                    for _ in 0..<Int.random(in: 1...6, using: &dice) {
                        record[.random(in: 0..<record.count, using: &dice)] = .random(
                            in: 0...255, using: &dice)
                    }
                    if round % 5 == 0 { record.removeLast(.random(in: 0...record.count, using: &dice)) }
                }
                line.removeAll()
                let fits = unsafe record.withUnsafeBytes { unsafe compiled.render(Bytes($0), into: &line) }
                if fits { fitted += 1 } else { #expect(line.count == 0) }
                #expect(line.count < 100_000)
            }
        }
        // The records are near enough to true ones that many print.
        #expect(fitted > 5000)
    }

    @Test("No text of a print format makes the compiler crash")
    func formats() {
        let symbols = KernelSymbols(emptyPaths)
        var dice = Dice(seed: 2)
        let parts = Array("()[]{}\"%*&|<>?:;,.-+!~'\\0x9 REC->i__get_str(__print_flags(sizeof(({int".utf8)
        let record = Self.event.bytes
        var line = LineBuffer(capacity: 64)
        var compiled = 0
        for round in 0..<6000 {
            var text = Array(Self.formats[round % Self.formats.count].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0..<text.count, using: &dice)
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: text[place] = parts.randomElement(using: &dice) ?? 0
                case 1: text.insert(parts.randomElement(using: &dice) ?? 0, at: place)
                case 2: text.remove(at: place)
                default:
                    let end = min(text.count, place + Int.random(in: 1...30, using: &dice))
                    text.insert(
                        contentsOf: text[place..<end], at: Int.random(in: 0..<text.count, using: &dice))
                }
                if text.isEmpty { text = [0x22] }
            }
            let layout = Self.event.layout(printing: String(decoding: text, as: UTF8.self))
            for field in layout.fields {
                if let view = Presentations(symbols).presentation(of: field, in: layout) {
                    _ = unsafe record.withUnsafeBytes { unsafe view.render(Bytes($0), into: &line) }
                }
            }
            guard let format = try? PrintFormat(of: layout, symbols: symbols) else { continue }
            compiled += 1
            line.removeAll()
            _ = unsafe record.withUnsafeBytes { unsafe format.render(Bytes($0), into: &line) }
        }
        #expect(compiled > 100)
    }

    @Test("A list of names takes memory by its length, not more for each")
    func longLists() {
        let symbols = KernelSymbols(emptyPaths)
        func size(_ count: Int) -> Int {
            let names = (0..<count).map { "{ \($0), \"x\($0)\" }" }.joined(separator: ", ")
            let layout = Self.event.layout(printing: "\"%s\", __print_symbolic(REC->u, \(names))")
            return measureAllocations { _ = try? PrintFormat(of: layout, symbols: symbols) }.bytes
        }
        _ = size(1)
        let (few, many) = (size(500), size(4000))
        #expect(many < 12 * few, "\(few) bytes for 500 names, \(many) for 4000")
    }

    @Test("A layout that points outside of any record is refused or prints nothing")
    func layouts() {
        for (offset, size) in [(-1, 4), (Int.max - 2, 4), (1 << 40, 4), (8, 1 << 40), (8, -4), (60_000, 4)] {
            let field = Field(
                name: "x", type: "int", offset: offset, size: size, kind: size == 4 ? .integer : .array,
                isSigned: true, elementSize: 4, elementCount: 1)
            let layout = EventLayout(
                id: 1, subsystem: "made", name: "up", fields: [field], commonFields: [],
                printFormat: "\"%d\", REC->x\(size == 4 ? "" : "[0]")")
            guard let format = try? PrintFormat(of: layout, symbols: KernelSymbols(emptyPaths)) else {
                continue
            }
            var line = LineBuffer()
            let record = [UInt8](repeating: 0, count: 64)
            let fits = unsafe record.withUnsafeBytes { unsafe format.render(Bytes($0), into: &line) }
            #expect(!fits && line.count == 0)
        }
    }
}

/// Sources that do not exist, so that nothing of the running kernel is read.
private var emptyPaths: KernelSymbols.Paths {
    var paths = KernelSymbols.Paths()
    paths.symbols = "/nonexistent"
    paths.texts = []
    paths.types = "/nonexistent"
    return paths
}
