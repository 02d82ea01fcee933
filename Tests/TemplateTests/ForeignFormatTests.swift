import Foundation
import Testing

@testable import Template
@testable import Tracepoints

/// The format files of kernels other than this one, from the folder that `OBSTRACE_CORPORA` names.
///
/// They lie there as `KERNEL/events/SUBSYSTEM/EVENT/format`, or so packed into `formats.tar.xz`.
@Suite(
    "Formats of other kernels",
    .enabled(if: environment["OBSTRACE_CORPORA"] != nil, "OBSTRACE_CORPORA names no folder of formats"))
struct ForeignFormatTests {
    private func withFormats(_ body: (String) throws -> Void) throws {
        let folder = try #require(environment["OBSTRACE_CORPORA"])
        let packed = folder + "/formats.tar.xz"
        guard FileManager.default.fileExists(atPath: packed) else { return try body(folder) }
        let unpacked = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: unpacked, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: unpacked) }
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", packed, "-C", unpacked]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        try body(unpacked)
    }

    @Test("All fields are where a plain reading of the text finds them")
    func fields() throws {
        try withFormats { folder in
            let files = formatFiles(under: folder)
            #expect(files.count > 2000)
            for file in files {
                let text = try System.contents(of: file)
                guard let layout = try? FormatParser.parse(text, subsystem: "made") else {
                    // A file without a byte is no format.
                    #expect(text.isEmpty, "\(file)")
                    continue
                }
                let plain = PlainFormat(String(decoding: text, as: UTF8.self))
                #expect(layout.name == plain.name, "\(file)")
                #expect(Int(layout.id) == plain.id, "\(file)")
                #expect(layout.printFormat == plain.printFormat, "\(file)")
                let fields = layout.commonFields + layout.fields
                #expect(fields.map(\.name) == plain.fields.map(\.name), "\(file)")
                for (field, plain) in zip(fields, plain.fields) {
                    #expect(plain.describes(field), "\(file) \(field)")
                }
            }
        }
    }

    @Test("Truncated and bit-flipped copies are survived, and what is whole of them reads as before")
    func damaged() throws { try withFormats { try surviveDamage(to: formatFiles(under: $0)) } }

    @Test("Print formats compile or fail one by one")
    func printFormats() throws {
        try withFormats { folder in
            let layouts = layouts(under: folder)
            #expect(layouts.count > 2000)
            let failures = failures(of: layouts, symbols: KernelSymbols())
            #expect(Double(failures.count) < Double(layouts.count) * 0.06, "\(failures)")
        }
    }
}

@Suite("Damaged formats")
struct DamagedFormatTests {
    @Test(
        "Truncated and bit-flipped copies of this kernel's formats are survived",
        .enabled(if: geteuid() == 0 || environment["CI"] != nil, "tracefs needs root"))
    func running() throws { try surviveDamage(to: formatFiles(under: "/sys/kernel/tracing/events")) }
}

/// Reads and compiles a few damaged copies of each file, other ones of each.
private func surviveDamage(to files: [String]) throws {
    #expect(files.count > 1000)
    let symbols = KernelSymbols()
    var dice = Dice(seed: 7)
    var parsed = 0
    func tryOut(_ text: [UInt8]) -> EventLayout? {
        guard let layout = try? FormatParser.parse(text, subsystem: "made") else { return nil }
        parsed += 1
        if dice.chance(10) { _ = try? PrintFormat(of: layout, symbols: symbols) }
        return layout
    }
    for file in files {
        let text = try System.contents(of: file)
        guard !text.isEmpty else { continue }
        let whole = try FormatParser.parse(text, subsystem: "made")
        for _ in 0..<3 {
            let cut = tryOut(Array(text.prefix(.random(in: 0..<text.count, using: &dice))))
            // The last field of a cut text may have lost its sign.
            let fields = cut.map { $0.fields.dropLast() } ?? []
            #expect(whole.fields.starts(with: fields), "\(file)")
        }
        for _ in 0..<6 {
            var copy = text
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                let bit = Int.random(in: 0..<copy.count * 8, using: &dice)
                copy[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            _ = tryOut(copy)
        }
    }
    // Most damage is in the print format, or in names.
    #expect(parsed > files.count)
}

/// What a plain reading of a format file finds, line by line.
private struct PlainFormat {
    private(set) var name = ""
    private(set) var id = -1
    private(set) var printFormat = ""
    private(set) var fields: [PlainField] = []

    init(_ text: String) {
        let parts = text.components(separatedBy: "\nprint fmt: ")
        printFormat = parts.dropFirst().joined(separator: "\nprint fmt: ")
            .trimmingCharacters(in: CharacterSet(charactersIn: "\n"))
        for line in parts[0].split(separator: "\n") {
            if line.hasPrefix("name: ") { name = String(line.dropFirst(6)) }
            if line.hasPrefix("ID: ") { id = Int(line.dropFirst(4)) ?? -1 }
            if let field = PlainField(line) { fields.append(field) }
        }
    }
}

/// A line such as `field:char comm[16]; offset:8; size:16; signed:0;`.
private struct PlainField {
    let name: String
    private let declaration: String
    private let offset: Int
    private let size: Int
    private let isSigned: Bool

    init?(_ line: Substring) {
        let parts = line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 4, parts[0].hasPrefix("field:") else { return nil }
        declaration = String(parts[0].dropFirst(6))
        // The name is the last word, before its brackets.
        let end = declaration.hasSuffix("]") ? declaration.firstIndex(of: "[")! : declaration.endIndex
        name = String(declaration[..<end].split { $0 == " " || $0 == "*" }.last!)
        offset = Int(parts[1].dropFirst("offset:".count))!
        size = Int(parts[2].dropFirst("size:".count))!
        isSigned = parts[3] == "signed:1"
    }

    func describes(_ field: Field) -> Bool {
        guard field.name == name, field.offset == offset else { return false }
        // A narrow argument of a system call is the low part of its register.
        if field.size < size { return size == 8 && field.kind == .integer && narrow.contains(field.size) }
        guard field.size == size, field.isSigned == isSigned else { return false }
        switch field.kind {
        case .text, .array:
            return declaration.hasSuffix("]") && field.elementSize * field.elementCount == size
        case .dynamicText, .dynamicArray, .dynamicBitmask:
            return declaration.hasPrefix(field.isRelative ? "__rel_loc " : "__data_loc ") && size == 4
        case .pointer: return declaration.contains("*") && (size == 4 || size == 8)
        case .integer: return !declaration.contains("[") && [1, 2, 4, 8].contains(size)
        case .opaque: return true
        }
    }

    private var narrow: [Int] { [1, 2, 4] }
}

private let environment = ProcessInfo.processInfo.environment
