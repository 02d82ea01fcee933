import Foundation

@testable import Template
@testable import Tracepoints

/// Renders the rest of the input as a record of the event, in lines and in one of the other forms.
///
/// - Parameter template: Its text; `nil` is the line, or the record, of events without a template.
func render(_ layout: EventLayout, _ template: String?, _ input: inout Input) {
    let forms: [RecordForm] = [.json, .csv, .tsv, .logfmt]
    let choice = Int(input.integer(UInt8.self))
    let moment = Moment(&input)
    let parsed = template.flatMap { try? Template.parse($0) }
    guard template == nil || parsed != nil else { return }
    for form in [.lines, forms[choice % forms.count]] {
        let options = RenderOptions(
            form: form, quotesWideIntegers: choice & 4 != 0, addsNumbers: choice & 8 != 0, startTime: 1 << 40)
        let bindings = [(layout, parsed.map { _ in 0 })]
        let templates = parsed.map { [$0] } ?? []
        guard
            var renderer = try? Renderer(
                bindings, templates: templates, symbols: noSymbols, options: options)
        else { continue }
        var line = LineBuffer(capacity: 64)
        check(moment.render(input.rest, by: &renderer, into: &line) == 1, "no line")
        let isPlain = parsed?.isPlain ?? true
        if form == .json || isPlain { checkIsLine(line.array, form) }
        if form != .logfmt || isPlain { checkIsRecord(line.array, form, renderer.header) }
    }
}

extension Template {
    /// Whether nothing of the template itself can act on a terminal, and it ends its line.
    fileprivate var isPlain: Bool {
        endsLine
            && pieces.allSatisfy { piece in
                switch piece {
                case .text(let bytes): isSeemly(bytes)
                case .colour: true
                case .placeholder(let placeholder):
                    placeholder.isPlain
                }
            }
    }
}

extension Placeholder {
    fileprivate var isPlain: Bool {
        guard isSeemly(fallback ?? []) else { return false }
        return switch spec.type {
        // Patterns of times have conversions for tabs and newlines.
        case .named(.raw), .pattern: false
        default: true
        }
    }
}

/// Checks that the bytes are one line that no terminal acts on.
private func checkIsLine(_ bytes: [UInt8], _ form: RecordForm) {
    check(bytes.last == 0x0a, "no line")
    let isSafe = isSeemly(bytes.dropLast(), except: form == .tsv ? "\t" : nil)
    check(isSafe, "\(form) that is no safe text: \(String(bytes))")
}

/// Checks that the bytes are a record of the form.
private func checkIsRecord(_ bytes: [UInt8], _ form: RecordForm, _ header: [UInt8]) {
    switch form {
    case .lines: break
    case .logfmt: check(isPairs(bytes.dropLast()), "no pairs: \(String(bytes))")
    case .json:
        let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        check(object != nil, "no JSON object: \(String(bytes))")
    case .csv, .tsv:
        let separator = UInt8(ascii: form == .tsv ? "\t" : ",")
        let columns = count(header.dropLast(), separator)
        check(columns > 0 && count(bytes.dropLast(), separator) == columns, "no row: \(String(bytes))")
    }
}

/// The number of values in a row; 0 where it is none.
private func count(_ row: ArraySlice<UInt8>, _ separator: UInt8) -> Int {
    let mark = UInt8(ascii: "\"")
    var isQuoted = false
    var values = 1
    for byte in row {
        if byte == mark { isQuoted.toggle() }
        if byte == separator, !isQuoted { values += 1 }
    }
    return isQuoted ? 0 : values
}

/// Whether a line is of `name=value`, where a value with blanks, or with quotes, is a JSON string.
private func isPairs(_ line: ArraySlice<UInt8>) -> Bool {
    let (mark, escape, equals) = (UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "="))
    var rest = line
    while true {
        let name = rest.prefix { $0 != equals }
        guard !name.isEmpty, !name.contains(mark), !name.contains(0x20), name.count < rest.count else {
            return false
        }
        rest = rest[(name.endIndex + 1)...]
        if rest.first == mark {
            var end = rest.startIndex + 1
            while end < rest.endIndex, rest[end] != mark { end += rest[end] == escape ? 2 : 1 }
            guard end < rest.endIndex else { return false }
            rest = rest[(end + 1)...]
        } else {
            let value = rest.prefix { $0 != 0x20 }
            guard !value.contains(mark), !value.contains(equals) else { return false }
            rest = rest[value.endIndex...]
        }
        guard let next = rest.popFirst() else { return true }
        guard next == 0x20 else { return false }
    }
}

/// Whether bytes are UTF-8 without anything that acts on a terminal.
private func isSeemly(_ bytes: some Collection<UInt8>, except allowed: Unicode.Scalar? = nil) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return !text.unicodeScalars.contains { isUnseemly($0) && $0 != allowed }
}

/// Whether a character would act on a terminal, or turn or hide text.
func isUnseemly(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x61c, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
    default: false
    }
}

extension LineBuffer {
    /// A copy of what has been rendered.
    var array: [UInt8] { unsafe Bytes(bytes).array }
}
