import Foundation
import Template
import Testing
import Tracepoints

/// The rows of a table as RFC 4180 has it, where a value without quotes and nothing else is absent.
func table(_ text: String, separator: Unicode.Scalar) throws -> [[String?]] {
    var rows: [[String?]] = []
    var row: [String?] = []
    // By scalars: a mark that joins the one before makes one character with a quote.
    var rest = text.unicodeScalars[...]
    while !rest.isEmpty {
        if rest.first == "\"" {
            var value = ""
            rest.removeFirst()
            while true {
                let part = rest.prefix { $0 != "\"" }
                value.unicodeScalars += part
                rest = rest.dropFirst(part.count)
                try #require(rest.popFirst() == "\"")
                guard rest.first == "\"" else { break }
                value.unicodeScalars.append("\"")
                rest.removeFirst()
            }
            row.append(value)
        } else {
            let value = rest.prefix { $0 != separator && $0 != "\n" }
            try #require(!value.contains("\""))
            row.append(value.isEmpty ? nil : String(value))
            rest = rest.dropFirst(value.count)
        }
        let end = rest.popFirst()
        try #require(end == separator || end == "\n")
        if end == "\n" {
            rows.append(row)
            row = []
        }
    }
    try #require(row.isEmpty)
    return rows
}

@Suite struct TypedPropertyTests {
    /// A record of random bytes, whose location words lead somewhere near it.
    static func payload(_ dice: inout Dice) -> [UInt8] {
        let size = PropertyTests.event.bytes.count
        var bytes = dice.bytes(Int.random(in: 0...size + 40, using: &dice))
        for field in PropertyTests.event.fields where field.isDynamic && field.offset + 4 <= bytes.count {
            let start = Int.random(in: 0...bytes.count, using: &dice)
            let length = Int.random(in: 0...40, using: &dice)
            bytes.replaceSubrange(
                field.offset..<field.offset + 4, with: memory(of: UInt32(start | length << 16)))
        }
        return bytes
    }

    /// Renders random records in a form, with all placeholders that fit and without a template.
    private func check(_ form: RecordForm, _ body: (String, [String]) throws -> Void) throws {
        let placeholders = try PropertyTests.placeholders()
        let event = PropertyTests.event
        for template in [placeholders.joined(separator: " "), nil] {
            var dice = Dice(seed: 5)
            var renderer = try Renderer(
                [(event.layout, template.map { _ in 0 })],
                templates: template.map { [try Template.parse($0)] } ?? [], symbols: KernelSymbols(),
                options: RenderOptions(form: form, quotesWideIntegers: true, addsNumbers: true))
            let header = String(decoding: renderer.header, as: UTF8.self)
            let columns = try table(header, separator: form == .tsv ? "\t" : ",").first?.map { $0 ?? "" }
            var line = LineBuffer(capacity: 64)
            for _ in 0..<500 {
                var moment = Moment()
                moment.comm = dice.chance(2) ? Comm(dice.bytes(15)) : .unknown
                moment.time = dice.next()
                moment.process = ProcessDetails(exe: dice.bytes(30), cmdline: dice.bytes(30))
                line.removeAll()
                let wallOffset = Int64(truncatingIfNeeded: dice.next())
                render(&renderer, [(0, Self.payload(&dice), moment)], wallOffset, into: &line)
                let text = try #require(String(validating: line.copy, as: UTF8.self))
                #expect(text.unicodeScalars.count { $0 == "\n" } == 1 && text.hasSuffix("\n"))
                #expect(!text.unicodeScalars.dropLast().contains { $0 != "\t" && isUnseemly($0) })
                try body(text, columns ?? [])
            }
        }
    }

    @Test func anyRecordIsAValidObject() throws {
        try check(.json) { text, _ in
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect(try #require(object).count >= 7, "\(text)")
        }
    }

    @Test(arguments: [(RecordForm.csv, Unicode.Scalar(",")), (.tsv, "\t")])
    func anyRecordIsARowOfAllColumns(form: RecordForm, separator: Unicode.Scalar) throws {
        try check(form) { text, columns in
            let rows = try table(text, separator: separator)
            #expect(rows.count == 1 && rows[0].count == columns.count, "\(text)")
            #expect(Set(columns).count == columns.count)
        }
    }

    @Test func anyRecordIsALineOfPairs() throws {
        try check(.logfmt) { text, _ in
            // A name, then what a JSON string is, or what needs no quotes.
            // By scalars: a mark that joins the one before makes one character with a quote.
            let pair = /[^ ="]+=(?:"(?:[^"\\]|\\.)*"|[^ ="]*)[ \n]/.matchingSemantics(.unicodeScalar)
            var rest = Substring(text)
            while let match = rest.prefixMatch(of: pair) { rest = rest[match.range.upperBound...] }
            #expect(rest.isEmpty, "\(text)")
        }
    }

    @Test func textReadsBackFromEveryForm() throws {
        var dice = Dice(seed: 6)
        for _ in 0..<2000 {
            let parts = (0..<Int.random(in: 0...5, using: &dice)).map { _ in
                dice.chance(2)
                    ? dice.bytes(Int.random(in: 0...5, using: &dice))
                    : Array(
                        dice.pick([
                            "日", "\u{202e}", "\u{10fe90}", "\\x41", "\"'", ",", "a=b", " ", "\t\n", "\r",
                        ])
                        .utf8)
            }
            let bytes = parts.flatMap { $0 }.filter { $0 != 0 }
            let event = MadeEvent().dynamic("x", .dynamicText, bytes + [0])
            for (form, separator) in [(RecordForm.csv, Unicode.Scalar(",")), (.tsv, "\t")] {
                let text = try records(form, "<x> <cpu>", [event])
                let rows = try table(text, separator: separator)
                #expect(rows.count == 2 && rows[1].last == "3")
                #expect(PropertyTests.unescaped(try #require(rows[1].first ?? nil)) == bytes)
            }
            let lines = try render("<x>", event)
            #expect(try table(records(.csv, "<x>", [event]), separator: ",")[1] == [lines])
            // By bytes: a mark that joins the one before makes one character with a quote.
            let pair = Array(try record(.logfmt, "<x>", event).utf8.dropFirst("x=".utf8.count))
            let quote = UInt8(ascii: "\"")
            #expect(try PropertyTests.read(pair.first == quote ? pair : [quote] + pair + [quote]) == bytes)
            let json = try record(.json, "<x>", event).utf8
            #expect(try PropertyTests.read(json.dropFirst(#"{"x":"#.utf8.count).dropLast()) == bytes)
        }
    }
}

extension PropertyTests {
    /// The bytes that a JSON string stands for.
    static func read(_ json: some Sequence<UInt8>) throws -> [UInt8] {
        let text = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
        var bytes: [UInt8] = []
        for scalar in try #require(text as? String).unicodeScalars {
            if scalar.value >= 0x10fe80 && scalar.value <= 0x10feff {
                bytes.append(UInt8(scalar.value - 0x10fe00))
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        return bytes
    }
}
