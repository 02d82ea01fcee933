/// How a value is written: `[#][+][0][-|^][width][.max][type]`, as in printf.
struct Spec: Sendable, Equatable {
    /// Where a value stands in its width.
    enum Alignment: Sendable, Equatable {
        case right, left, centre
    }

    /// `#`: with the prefix of its base.
    var isAlternate = false
    /// `+`: with a sign also where it is positive.
    var showsPlus = false
    /// `0`: filled with zeros in place of blanks.
    var isZeroFilled = false
    var alignment = Alignment.right
    /// The least number of screen columns.
    var width = 0
    /// The greatest number of screen columns of text, or of digits after the point.
    var limit: Int?
    var type: ValueType?
    /// The type as written; empty and at the end of the spec where there is none.
    var typePlace = Place(range: 0..<0)
    /// The limit as written, with its point.
    var limitPlace = Place(range: 0..<0)

    /// The greatest width and limit that a template may ask for.
    static let greatest = 4096
}

/// The type at the end of a spec.
enum ValueType: Sendable, Equatable {
    case named(TypeName)
    /// A pattern as of strftime.
    case pattern([UInt8])
}

/// The names of types.
enum TypeName: String, Sendable, CaseIterable {
    case signed = "d"
    case unsigned = "u"
    case hex = "x"
    case upperHex = "X"
    case octal = "o"
    case binary = "b"
    case character = "c"
    case text = "s"
    case symbolic = "S"
    case plain = "n"
    case duration = "t"
    case microseconds = "t/us"
    case milliseconds = "t/ms"
    case seconds = "t/s"
    case size1024 = "h"
    case size1000 = "H"
    case errno = "e"
    case signal = "sig"
    case syscall = "sys"
    case symbol = "sym"
    case device = "dev"
    case address = "ip"
    case mac = "mac"
    case mode = "mode"
    case quoted = "q"
    case json = "j"
    case raw = "raw"
    case dump = "xx"
    case leafFirst = "leaf"
}

extension Spec {
    /// Reads a spec from bytes whose escapes are gone; `offsets` tells where each stood in the template,
    /// with one more entry for where the spec ends.
    init(_ bytes: [UInt8], offsets: [Int]) throws(TemplateError) {
        self.init()
        var position = 0

        func accept(_ character: Character) -> Bool {
            guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
            position += 1
            return true
        }
        func number(_ what: String) throws(TemplateError) -> Int? {
            let start = position
            var value = 0
            while position < bytes.count, case let digit = bytes[position], digit >= 0x30, digit <= 0x39 {
                value = min(value * 10 + Int(digit - 0x30), Spec.greatest + 1)
                position += 1
            }
            guard value <= Spec.greatest else {
                throw TemplateError(
                    "\(what) is at most \(Spec.greatest)", at: offsets[start]..<offsets[position])
            }
            return position > start ? value : nil
        }

        isAlternate = accept("#")
        showsPlus = accept("+")
        isZeroFilled = accept("0")
        if accept("-") { alignment = .left } else if accept("^") { alignment = .centre }
        width = try number("a width") ?? 0
        let limitStart = position
        if accept(".") {
            guard let value = try number("a limit") else {
                throw TemplateError(
                    "a number must follow the '.'", at: offsets[limitStart]..<offsets[position])
            }
            limit = value
        }
        limitPlace = Place(range: offsets[limitStart]..<offsets[position])
        typePlace = Place(range: offsets[position]..<offsets[bytes.count])
        if position < bytes.count {
            type = try Spec.type(Array(bytes[position...]), at: typePlace.range)
        }
    }

    private static func type(_ bytes: [UInt8], at range: Range<Int>) throws(TemplateError) -> ValueType {
        if bytes.contains(UInt8(ascii: "%")) {
            if let mistake = WallClock.mistake(in: bytes) { throw TemplateError(mistake, at: range) }
            return .pattern(bytes)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let name = TypeName(rawValue: text) { return .named(name) }
        let names = TypeName.allCases.map(\.rawValue)
        throw TemplateError(
            "there is no type '\(displayed(text))'", at: range,
            hint: nearest(to: text, among: names).map { "did you mean '\($0)'?" },
            notes: [
                "types: " + names.joined(separator: " "),
                "a spec is written [#][+][0][-|^][width][.max][type]",
            ])
    }
}
