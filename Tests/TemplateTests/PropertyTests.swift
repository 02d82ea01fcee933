import Foundation
import Template
import Testing
import Tracepoints

/// A source of random numbers that gives the same ones for the same seed.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func pick<T>(_ choices: [T]) -> T { choices.randomElement(using: &self)! }

    mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &self) == 0 }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}

/// Whether a character would act on a terminal, or turn or hide text.
func isUnseemly(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x61c, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
    default: false
    }
}

@Suite struct PropertyTests {
    /// A template that may or may not parse.
    static func template(_ dice: inout Dice) -> String {
        let pieces = [
            "<", ">", "<<", ":", "?", "|", ".", "@", "[0]", "[12]", "\\", "\\n", "\\t", "\\e", "\\0", "\\\\",
            "\\x1b",
            "\\xff", "\\u{202E}", "\\>", "\\?", "\\:", "\\|", "\\c", "<!red>", "<!bold,dim>", "<!>", "pid",
            "a", "comm",
            "filename", " ", "-", "^", "#", "+", "0", "12", ".3", "x", "t/us", "sig", "%H", "%6f", "%", "%d",
            "{a}",
            "$a", "args->a", "é", "日", "\u{200b}", "=", ",", "<pid>", "<a|b:8x?-->", "<wall:%T\\?>",
            "<a?<<\\>>",
        ]
        return (0..<Int.random(in: 0...8, using: &dice)).map { _ in dice.pick(pieces) }.joined()
    }

    @Test func whatParsesPrintsAgainToItself() throws {
        var dice = Dice(seed: 1)
        var parsed = 0
        for _ in 0..<20000 {
            let text = Self.template(&dice)
            do throws(TemplateError) {
                let template = try Template.parse(text)
                parsed += 1
                let again = try Template.parse(template.description)
                #expect(again == template, "\(text) became \(template.description)")
                #expect(again.description == template.description)
            } catch {
                #expect(error.range.lowerBound >= 0 && error.range.upperBound <= text.utf8.count, "\(text)")
                #expect(!error.range.isEmpty, "\(text): \(error.message)")
                #expect(!error.message.utf8.contains { $0 < 0x20 }, "\(text)")
            }
        }
        #expect(parsed > 2000)
    }

    /// All types that do not hand out bytes as they are.
    static let types = [
        "", ":d", ":u", ":x", ":X", ":o", ":b", ":c", ":s", ":S", ":n", ":t", ":t/us", ":t/ms", ":t/s", ":h",
        ":H",
        ":e", ":sig", ":sys", ":sym", ":dev", ":ip", ":mac", ":mode", ":q", ":j", ":xx", ":.5", ":12",
        ":-30.20",
        ":^9s", ":#020x", ":+08d",
    ]

    static let event = MadeEvent()
        .integer("a1", UInt8(0)).integer("a2", Int16(0)).integer("a4", UInt32(0)).integer("a8", Int64(0))
        .pointer("pointer", 0).text("text", "", size: 20).array("array", [UInt8](repeating: 0, count: 16))
        .array("ints", [Int32(0), 0]).opaque("opaque", Array(repeating: 0, count: 5))
        .string("dynamic", "").dynamic("list", .dynamicArray, [], elementSize: 4)
        .dynamic("relative", .dynamicArray, [], elementSize: 2, isRelative: true)
        .dynamic("mask", .dynamicBitmask, [], elementSize: 8)

    /// Every placeholder of the event and of the context that fits.
    static func placeholders() throws -> [String] {
        var fitting: [String] = []
        let names =
            event.fields.map(\.name) + [
                "list[1]", "relative[0]", "ints[1]", "comm", "exe", "cmdline", "fields", "print",
            ]
        for name in names {
            for type in types {
                let text = "<\(name)\(type)>"
                let fits = try? Renderer(
                    [(event.layout, 0)], templates: [Template.parse(text)], symbols: KernelSymbols(),
                    options: RenderOptions())
                if fits != nil { fitting.append(text) }
            }
        }
        return fitting
    }

    @Test func randomRecordsAreOneCleanLineEach() throws {
        let placeholders = try Self.placeholders()
        #expect(placeholders.count > 150)
        var dice = Dice(seed: 2)
        var renderer = try Renderer(
            [(Self.event.layout, 0)], templates: [Template.parse(placeholders.joined(separator: " "))],
            symbols: KernelSymbols(), options: RenderOptions())
        var line = LineBuffer(capacity: 64)
        let size = Self.event.bytes.count
        for round in 0..<600 {
            var bytes = dice.bytes(Int.random(in: 0...size + 40, using: &dice))
            // Location words that lead into the record, or a little out of it, are rare by chance.
            for field in Self.event.fields
            where field.isDynamic && field.offset + 4 <= bytes.count && round % 2 == 0 {
                let start = Int.random(in: 0...bytes.count, using: &dice)
                let length = Int.random(in: 0...40, using: &dice)
                bytes.replaceSubrange(
                    field.offset..<field.offset + 4, with: memory(of: UInt32(start | length << 16)))
            }
            if dice.chance(3) {
                let special = dice.pick([
                    "\u{202e}", "\u{200b}", "\u{2028}", "\u{85}", "\u{e0001}", "日", "\\", "\u{1b}[",
                ])
                let place = Int.random(in: 0...bytes.count, using: &dice)
                bytes.replaceSubrange(
                    place..<min(place + special.utf8.count, bytes.count), with: special.utf8)
            }
            var moment = Moment()
            moment.comm = Comm(dice.bytes(15))
            moment.time = dice.next()
            moment.process = ProcessDetails(exe: dice.bytes(30), cmdline: dice.bytes(30))
            line.removeAll()
            render(&renderer, [(0, bytes, moment)], Int64(truncatingIfNeeded: dice.next()), into: &line)
            let copy = line.copy
            let text = try #require(String(validating: copy.dropLast(), as: UTF8.self))
            #expect(copy.last == 0x0a)
            #expect(!text.unicodeScalars.contains(where: isUnseemly))
        }
    }

    /// Undoes the escapes of text as a template's parser does.
    static func unescaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring.UnicodeScalarView(text.unicodeScalars[...])
        func number(_ digits: Substring.UnicodeScalarView) -> UInt32 { UInt32(String(digits), radix: 16)! }
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                bytes += Array(String(scalar).utf8)
                continue
            }
            switch rest.popFirst() {
            case "n": bytes.append(0x0a)
            case "t": bytes.append(0x09)
            case "e": bytes.append(0x1b)
            case "0": bytes.append(0)
            case "\\": bytes.append(0x5c)
            case "x":
                bytes.append(UInt8(number(rest.prefix(2))))
                rest = rest.dropFirst(2)
            case "u":
                let digits = rest.dropFirst().prefix { $0 != "}" }
                bytes += Array(String(Unicode.Scalar(number(digits))!).utf8)
                rest = rest.dropFirst(digits.count + 2)
            default: Issue.record("an escape of no kind in \(text)")
            }
        }
        return bytes
    }

    @Test func escapedTextAndJSONReadBack() throws {
        var dice = Dice(seed: 3)
        var renderer = try Renderer(
            [(MadeEvent().dynamic("x", .dynamicArray, []).layout, 0)],
            templates: [Template.parse("<x:s>\\n<x:j>\\n<x:q>")], symbols: KernelSymbols(),
            options: RenderOptions())
        // As `j` of an array of bytes is an array, the second line is of text.
        var textual = try Renderer(
            [(MadeEvent().string("x", "").layout, 0)], templates: [Template.parse("<x>\\n<x:j>")],
            symbols: KernelSymbols(), options: RenderOptions())
        for _ in 0..<3000 {
            let parts = (0..<Int.random(in: 0...6, using: &dice)).map { _ in
                dice.chance(2)
                    ? dice.bytes(Int.random(in: 0...6, using: &dice))
                    : Array(
                        dice.pick([
                            "日本", "é", "\u{202e}", "\u{10fe90}", "\\x41", "\"'", "plain", "🙂", "\u{301}",
                        ]).utf8)
            }
            let bytes = parts.flatMap { $0 }.filter { $0 != 0 } + [0]
            var line = LineBuffer(capacity: 64)
            render(
                &textual, [(0, MadeEvent().dynamic("x", .dynamicText, bytes).bytes, Moment())], into: &line)
            let lines = line.string.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(Self.unescaped(String(lines[0])) == bytes.dropLast())
            #expect(try Self.read(lines[1].utf8) == bytes.dropLast())
            line.removeAll()
            render(
                &renderer, [(0, MadeEvent().dynamic("x", .dynamicArray, bytes).bytes, Moment())], into: &line)
            #expect(line.string.hasPrefix(lines[0] + "\n["))
        }
    }

    @Test func aShellReadsQuotedTextBack() throws {
        var dice = Dice(seed: 4)
        let texts =
            (0..<300).map { _ in dice.bytes(Int.random(in: 0...12, using: &dice)).filter { $0 != 0 } }
            + [Array("a'b".utf8), Array("\u{202e}f".utf8), Array("x\u{1b}0".utf8), Array("-n".utf8)]
        var script = ""
        for text in texts {
            let word = try renderBytes("<x:q>\\c", MadeEvent().dynamic("x", .dynamicText, text + [0]))
            script += "printf '%s\\0' " + String(decoding: word, as: UTF8.self) + "\n"
        }
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        shell.arguments = ["-c", script]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        #expect(
            read.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(Array.init) == texts)
    }
}
