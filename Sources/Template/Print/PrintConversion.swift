/// One conversion of a format such as `%-8s`, and the text before it.
struct PrintConversion {
    /// A width or precision.
    enum Amount: Equatable {
        case none
        case number(Int)
        /// `*`: the next argument says it.
        case argument
    }

    /// The text before the conversion.
    var literal: [UInt8] = []
    /// The letter of the conversion, `%` resolved; 0 at the end of the format.
    var letter: UInt8 = 0
    var flags: PrintNumber.Flags = []
    var width = Amount.none
    var precision = Amount.none
    /// The width in bytes that the length modifier gives an integer.
    var size: UInt8 = 4
    /// What follows a `p`, `I4` for example.
    var suffix: [UInt8] = []

    /// How many arguments it takes.
    var argumentCount: Int {
        (letter == 0 ? 0 : 1) + (width == .argument ? 1 : 0) + (precision == .argument ? 1 : 0)
    }

    /// Takes a format apart; the last one has no letter and holds the text that is left.
    static func all(of format: [UInt8]) throws(PrintFormat.Failure) -> [PrintConversion] {
        var parser = Parser(format: format)
        return try parser.run()
    }

    private struct Parser {
        let format: [UInt8]
        var position = 0

        init(format: [UInt8]) { self.format = format }

        private var current: UInt8? { position < format.count ? format[position] : nil }

        mutating func run() throws(PrintFormat.Failure) -> [PrintConversion] {
            var all: [PrintConversion] = []
            var next = PrintConversion()
            while let byte = current {
                position += 1
                guard byte == UInt8(ascii: "%") else {
                    next.literal.append(byte)
                    continue
                }
                if current == UInt8(ascii: "%") {
                    position += 1
                    next.literal.append(byte)
                    continue
                }
                try conversion(&next)
                all.append(next)
                next = PrintConversion()
            }
            return all + [next]
        }

        private mutating func conversion(_ next: inout PrintConversion) throws(PrintFormat.Failure) {
            flags(&next)
            next.width = amount()
            if current == UInt8(ascii: ".") {
                position += 1
                next.precision = amount()
                // A point alone is a precision of zero.
                if next.precision == .none { next.precision = .number(0) }
            }
            next.size = length()
            guard let letter = current else { throw failure("the format ends within a conversion") }
            position += 1
            next.letter = letter
            switch letter {
            case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "o"),
                UInt8(ascii: "x"),
                UInt8(ascii: "c"), UInt8(ascii: "s"):
                break
            case UInt8(ascii: "X"): next.flags.insert(.upper)
            case UInt8(ascii: "p"):
                // The kernel takes all letters and digits that follow as belonging to it.
                while let byte = current, isLetterOrDigit(byte) {
                    next.suffix.append(byte)
                    position += 1
                }
            default: throw failure("the conversion %\(UnicodeScalar(letter)) is not known")
            }
        }

        private mutating func flags(_ next: inout PrintConversion) {
            while let byte = current {
                switch byte {
                case UInt8(ascii: "-"): next.flags.insert(.left)
                case UInt8(ascii: "+"): next.flags.insert(.plus)
                case UInt8(ascii: " "): next.flags.insert(.space)
                case UInt8(ascii: "#"): next.flags.insert(.special)
                case UInt8(ascii: "0"): next.flags.insert(.zero)
                default: return
                }
                position += 1
            }
        }

        private mutating func amount() -> Amount {
            if current == UInt8(ascii: "*") {
                position += 1
                return .argument
            }
            var value: Int?
            while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                value = min((value ?? 0) * 10 + Int(byte - UInt8(ascii: "0")), 8192)
                position += 1
            }
            return value.map(Amount.number) ?? .none
        }

        private mutating func length() -> UInt8 {
            guard let byte = current else { return 4 }
            switch byte {
            case UInt8(ascii: "h"):
                position += 1
                if current != byte { return 2 }
                position += 1
                return 1
            case UInt8(ascii: "l"):
                position += 1
                if current == byte { position += 1 }
                return 8
            case UInt8(ascii: "L"), UInt8(ascii: "z"), UInt8(ascii: "t"):
                position += 1
                return 8
            default: return 4
            }
        }

        private func isLetterOrDigit(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }

        private func failure(_ message: String) -> PrintFormat.Failure {
            PrintFormat.Failure(message: message, offset: position)
        }
    }
}
