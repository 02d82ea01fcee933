/// A condition on events as the user wrote it: `prev_pid != 0 && prev_comm ~ "b*"` for example.
///
/// Two filters are equal when they ask for the same in the same words; where their parts stood takes no
/// part in it.
public struct Filter: Sendable, Equatable {
    let expression: Expression

    init(_ expression: Expression) { self.expression = expression }

    /// Reads a filter.
    ///
    /// - Throws: what is wrong with it, and where.
    public static func parse(_ text: String) throws(TemplateError) -> Filter {
        var parser = FilterParser(text)
        return Filter(try parser.filter())
    }

    /// Events of tasks whose name matches any of the globs.
    public static func taskNames(_ globs: [String]) -> Filter {
        Filter(
            .or(
                globs.map { glob in
                    let atom = Atom(text: Array(glob.utf8), isQuoted: true)
                    return .comparison(
                        Subject(.init(scope: .context, name: "comm", place: Place(range: 0..<0))), .like,
                        Literal(atoms: [atom]))
                }))
    }

    /// Events of processes in any of the cgroups, each a path as `/proc/PID/cgroup` has it, or below them.
    public static func cgroups(_ paths: [String]) -> Filter {
        let subject = Subject(.init(scope: .context, name: "cgroup", place: Place(range: 0..<0)))
        func literal(_ text: String) -> Literal {
            Literal(atoms: [Atom(text: Array(text.utf8), isQuoted: true)])
        }
        return Filter(
            .or(
                paths.flatMap { path -> [Expression] in
                    // What the path has of a glob's signs stands for itself.
                    let plain = path.map { "*?[\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
                    let below = (path == "/" ? "" : plain) + "/*"
                    return [
                        .comparison(subject, .equal, literal(path)),
                        .comparison(subject, .like, literal(below)),
                    ]
                }))
    }

    /// Events of processes that run as any of the users.
    public static func users(_ ids: [UInt32]) -> Filter {
        let items = ids.map { Literal(atoms: [Atom(text: Array(String($0).utf8), isQuoted: false)]) }
        return Filter(
            .membership(Subject(.init(scope: .context, name: "uid", place: Place(range: 0..<0))), items))
    }
}

/// A condition, or a part of one.
indirect enum Expression: Sendable, Equatable {
    /// `a || b`: at least one holds.
    case or([Expression])
    /// `a && b`: all hold.
    case and([Expression])
    /// `!a`
    case not(Expression)
    /// `true` or `false`.
    case constant(Bool)
    /// `name == value`
    case comparison(Subject, Comparison, Literal)
    /// `name in (value, first..last)`
    case membership(Subject, [Literal])
    /// `name`, `name & mask`: not zero.
    case truth(Subject)
}

/// How two values are compared.
enum Comparison: String, Sendable, Equatable, CaseIterable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "~"
    case unlike = "!~"

    /// Whether it tells which of the two comes first.
    var isOrder: Bool { [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(self) }
    /// Whether it takes a glob.
    var isGlob: Bool { self == .like || self == .unlike }
}

/// What a condition is about: a name, of which it may look at some bits only.
struct Subject: Sendable, Equatable {
    var name: Alternative
    /// The bits after `&`.
    var mask: Literal?
    /// The whole with its mask.
    var place: Place

    init(_ name: Alternative, mask: Literal? = nil, place: Place? = nil) {
        self.name = name
        self.mask = mask
        self.place = place ?? name.place
    }
}

/// A value to compare with: a number, a symbol, text or another field; which one, the field decides.
struct Literal: Sendable, Equatable {
    /// The parts between `|`; one, if there is none.
    var atoms: [Atom]
    var place: Place

    init(atoms: [Atom], place: Place = Place(range: 0..<0)) {
        self.atoms = atoms
        self.place = place
    }
}

/// One word or one quoted text.
struct Atom: Sendable, Equatable {
    /// The bytes of a word as written; of quoted text without quotes and escapes.
    var text: [UInt8]
    /// Which bytes of quoted text were written by an escape, so that a glob takes them as they are.
    var isEscaped: [Bool]
    var isQuoted: Bool
    var place: Place

    init(text: [UInt8], isEscaped: [Bool]? = nil, isQuoted: Bool, place: Place = Place(range: 0..<0)) {
        self.text = text
        self.isEscaped = isEscaped ?? Array(repeating: false, count: text.count)
        self.isQuoted = isQuoted
        self.place = place
    }

    /// The text as it may be shown in a message.
    var shown: String { displayed(text) }
}
