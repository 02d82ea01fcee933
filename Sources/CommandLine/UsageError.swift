/// A command line that cannot be followed: what is wrong, where, and the way out.
///
/// It also fits what is found wrong in an argument later on, such as a field's name in a template, so that
/// all messages about the command line look alike.
public struct UsageError: Error, Sendable, Equatable {
    /// What is wrong, without the program's name and without a full stop.
    public let message: String
    /// The word to show; nil when something is missing as a whole.
    public let argument: Argument?
    /// The UTF-8 offsets in the argument's text that the caret marks; empty for a single place.
    public let range: Range<Int>
    /// What would be right, shown beside the caret; there is none without an argument.
    public let hint: String?
    /// Further lines to show below.
    public let notes: [String]

    /// Makes an error about a part of an argument, or about the whole of it if no range is given.
    public init(
        _ message: String, at argument: Argument? = nil, range: Range<Int>? = nil, hint: String? = nil,
        notes: [String] = []
    ) {
        self.message = message
        self.argument = argument
        self.range = range ?? 0..<(argument?.text.utf8.count ?? 0)
        self.hint = argument == nil ? nil : hint
        self.notes = notes
    }

    /// Nothing was typed at all: the short usage answers that.
    public static let noArguments = UsageError("no arguments")

    /// The message as it is shown on stderr, each line ended by a newline.
    public var text: String {
        var lines = ["obstrace: " + message]
        if let argument {
            let quotation = Quotation(of: argument, marking: range)
            lines.append(quotation.line)
            lines.append(quotation.marks + (hint.map { "  " + $0 } ?? ""))
        }
        lines += notes.map { "  " + $0 }
        return lines.map { $0.visible + "\n" }.joined()
    }
}

/// An argument shown as a shell would take it, with a part marked on the line below.
struct Quotation {
    /// The argument after its prefix, indented by two.
    private(set) var line: String
    /// A caret and tildes under the part.
    let marks: String

    init(of argument: Argument, marking range: Range<Int>) {
        line = "  " + argument.prefix + (argument.prefix.isEmpty ? "" : " ")
        let isQuoted = argument.text.isEmpty || argument.text.contains { !Self.isPlain($0) }
        if isQuoted { line += "'" }
        var column = line.columns
        var offset = 0
        var start: Int?
        var end: Int?
        for scalar in argument.text.unicodeScalars {
            if start == nil, offset >= range.lowerBound { start = column }
            if end == nil, offset >= range.upperBound { end = column }
            let shown = scalar == "'" && isQuoted ? "'\\''" : scalar.visible
            line += shown
            column += shown.columns
            offset += UTF8.width(scalar)
        }
        if isQuoted { line += "'" }
        let first = start ?? column
        let width = max((end ?? column) - first, 1)
        marks = String(repeating: " ", count: first) + "^" + String(repeating: "~", count: width - 1)
    }

    /// Tells whether a shell takes a character as it is.
    private static func isPlain(_ character: Character) -> Bool {
        guard let ascii = character.asciiValue else { return character.isLetter }
        switch ascii {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default:
            return "-_=+,.:/%@".utf8.contains(ascii)
        }
    }
}
