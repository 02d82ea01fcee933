import Tracepoints

/// Parses the C expressions of a print format into nodes.
///
/// Each argument is parsed by itself, so that one that cannot be compiled leaves the others usable.
struct PrintCompiler: ~Copyable {
    let layout: EventLayout
    let symbols: KernelSymbols
    var builder = PrintBuilder()

    var tokens: [PrintToken] = []
    var position = 0
    /// Where the present argument ends.
    var limit = 0
    var nesting = 0
    /// Variables of a statement expression.
    var variables: [String: PrintTerm] = [:]
    /// The values of the enumerators that the text names, once the first was met.
    var constants: [String: Int64]?

    /// How deeply brackets and operators may be nested; the parser is recursive.
    static let deepest = 100

    init(_ layout: EventLayout, _ symbols: KernelSymbols) {
        self.layout = layout
        self.symbols = symbols
    }

    /// One argument after the format.
    typealias Argument = Result<PrintTerm, PrintFormat.Failure>

    /// Compiles the whole print format: its conversions, and its arguments as far as they can be compiled.
    mutating func compile() throws(PrintFormat.Failure) -> ([PrintConversion], [Argument]) {
        tokens = try PrintToken.all(of: Array(layout.printFormat.utf8))
        limit = tokens.count
        guard let format = texts() else { throw failure("it does not start with a text") }
        let conversions = try PrintConversion.all(of: format)
        var arguments: [Argument] = []
        let end = tokens.count
        while position < end {
            guard isSign(",") else { throw failure("a comma is missing") }
            position += 1
            limit = endOfArgument(before: end)
            let next = limit
            arguments.append(argument())
            position = next
            limit = end
        }
        return (conversions, arguments)
    }

    private mutating func argument() -> Argument {
        variables = [:]
        nesting = 0
        do throws(PrintFormat.Failure) {
            let term = try expression()
            guard position == limit else { throw failure("something is left over") }
            return .success(term)
        } catch {
            return .failure(error)
        }
    }

    /// Where the argument ends that starts here: at the next comma outside of brackets.
    private func endOfArgument(before end: Int) -> Int {
        var depth = 0
        for index in position..<end {
            guard case .sign(let sign) = tokens[index].content else { continue }
            switch sign {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case "," where depth == 0: return index
            default: break
            }
        }
        return end
    }

    // MARK: Tokens

    func failure(_ message: String) -> PrintFormat.Failure {
        let offset = position < tokens.count ? tokens[position].offset : layout.printFormat.utf8.count
        return PrintFormat.Failure(message: message, offset: offset)
    }

    func content(_ ahead: Int = 0) -> PrintToken.Content? {
        position + ahead < limit ? tokens[position + ahead].content : nil
    }

    func isSign(_ sign: String, ahead: Int = 0) -> Bool { content(ahead) == .sign(sign) }

    /// Takes a sign if it stands here.
    mutating func take(_ sign: String) -> Bool {
        guard isSign(sign) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ sign: String) throws(PrintFormat.Failure) {
        guard take(sign) else { throw failure("'\(sign)' is missing") }
    }

    mutating func takeName() throws(PrintFormat.Failure) -> String {
        guard case .name(let name)? = content() else { throw failure("a name is missing") }
        position += 1
        builder.offset = tokens[position - 1].offset
        return name
    }

    /// Takes adjacent string literals, or none.
    mutating func texts() -> [UInt8]? {
        var all: [UInt8]?
        while case .text(let text)? = content() {
            all = (all ?? []) + text
            position += 1
        }
        return all
    }

    /// Skips all up to the bracket that closes the one already taken.
    mutating func skipArguments() throws(PrintFormat.Failure) {
        var depth = 1
        while depth > 0 {
            guard let content = content() else { throw failure("')' is missing") }
            if content == .sign("(") { depth += 1 } else if content == .sign(")") { depth -= 1 }
            position += 1
        }
    }

    // MARK: Fields

    /// Takes the name of a field of the event.
    mutating func takeField() throws(PrintFormat.Failure) -> Field {
        let name = try takeName()
        guard let field = layout.field(name) else {
            throw failure("the event has no field '\(name)'")
        }
        return field
    }
}
