import Tracepoints

/// A tracepoint's print format, compiled to operations that read the record by offset.
struct PrintFormat {
    /// Why a print format could not be compiled.
    struct Failure: Error {
        /// What stood in the way, in a few words.
        let message: String
        /// Where in the print format, in bytes.
        let offset: Int
    }

    let program: PrintProgram

    /// Compiles the print format of an event.
    init(of layout: EventLayout, symbols: KernelSymbols) throws(Failure) {
        var compiler = PrintCompiler(layout, symbols)
        let (conversions, arguments) = try compiler.compile()
        var pieces: [PrintPiece] = []
        var next = 0
        for conversion in conversions {
            let end = next + conversion.argumentCount
            guard end <= arguments.count else {
                throw Failure(
                    message: "the format wants more arguments than there are",
                    offset: layout.printFormat.utf8.count)
            }
            var terms: [PrintTerm] = []
            for argument in arguments[next..<end] { terms.append(try argument.get()) }
            pieces.append(try compiler.builder.piece(conversion, terms))
            next = end
        }
        program = compiler.builder.program(pieces, symbols)
    }

    /// Appends the line that the kernel would print for `record`, bytes of strings as they are; `false`
    /// (and nothing appended) where the record does not fit the format.
    func render(_ record: Bytes, into line: inout LineBuffer) -> Bool { program.render(record, into: &line) }
}
