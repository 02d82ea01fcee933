/// A line's shape as the user wrote it: text with placeholders, `<pid> <filename>` for example.
///
/// Two templates are equal when they print the same for every event; where their pieces stood in the text
/// they came from takes no part in it.
public struct Template: Sendable, Equatable, CustomStringConvertible {
    /// One piece of a template, in the order of the line.
    enum Piece: Sendable, Equatable {
        /// Bytes that are printed as they are.
        case text([UInt8])
        /// A value.
        case placeholder(Placeholder)
        /// A change of colour; an empty list puts the plain look back.
        case colour([Style])
    }

    let pieces: [Piece]
    /// Whether each line is closed by a newline; a template that ends in `\c` leaves it out.
    let endsLine: Bool
    /// What is allowed but most likely not meant, such as a default that looks like a type.
    public let warnings: [TemplateError]

    /// Reads a template.
    ///
    /// - Throws: what is wrong with it, and where.
    public static func parse(_ text: String) throws(TemplateError) -> Template {
        var parser = Parser(text)
        do throws(TemplateError) {
            let template = try parser.template()
            try refuseForeign(text, template)
            return template
        } catch {
            // The brackets of `{name:<16}` are no placeholder of ours.
            try refuseForeign(text, around: error)
            throw error
        }
    }

    public static func == (left: Template, right: Template) -> Bool {
        left.pieces == right.pieces && left.endsLine == right.endsLine
    }
}

/// Where a piece of a template stood, in bytes of UTF-8 from the start.
///
/// All places are equal, so that templates compare by what they mean.
struct Place: Sendable, Equatable {
    var range: Range<Int>

    static func == (left: Place, right: Place) -> Bool { true }
}

/// A value within a template: `<a|b:spec?default>`.
struct Placeholder: Sendable, Equatable {
    /// The names, of which the first that is present is printed.
    var alternatives: [Alternative]
    /// How the value is written.
    var spec: Spec
    /// What is printed where no alternative is present; `-` when nothing was given.
    var fallback: [UInt8]?
    /// The whole placeholder with its brackets.
    var place: Place
}

/// One name of a placeholder.
struct Alternative: Sendable, Equatable {
    /// Where a name is looked for.
    enum Scope: Sendable, Equatable {
        /// `<name>`: the event's fields, then the context.
        case any
        /// `<.name>`: the event's fields only.
        case own
        /// `<@name>`: the context only.
        case context
    }

    var scope: Scope
    var name: String
    /// The element of an array, as in `<args[2]>`.
    var index: Int?
    /// The name as written, with its scope and its index.
    var place: Place
}

/// A look of the terminal, as in `<!bold,red>`.
enum Style: String, Sendable, Equatable, CaseIterable {
    case red, green, yellow, blue, magenta, cyan, white, black
    case bold, dim, underline, reverse

    /// The parameter of the terminal's SGR sequence.
    var parameter: String {
        switch self {
        case .black: "30"
        case .red: "31"
        case .green: "32"
        case .yellow: "33"
        case .blue: "34"
        case .magenta: "35"
        case .cyan: "36"
        case .white: "37"
        case .bold: "1"
        case .dim: "2"
        case .underline: "4"
        case .reverse: "7"
        }
    }

    /// The bytes that switch a terminal to these styles; to the plain look when there are none.
    static func sequence(_ styles: [Style]) -> [UInt8] {
        let parameters = styles.isEmpty ? "0" : styles.map(\.parameter).joined(separator: ";")
        return Array("\u{1b}[\(parameters)m".utf8)
    }
}
