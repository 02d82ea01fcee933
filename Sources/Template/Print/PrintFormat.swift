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

    /// How one field is shown by the print format: by name, as flags, as hex and so on.
    struct Presentation {
        /// The names that the field's values can take, in the kernel's order.
        let symbols: [(value: UInt64, name: String)]
        /// Whether the names are of bits that can stand together.
        let isFlags: Bool

        /// Appends what the kernel would show of the field in `record`; `false` (and nothing appended)
        /// where the record is too short.
        func render(_ record: Bytes, into line: inout LineBuffer) -> Bool { false }
    }

    /// Compiles the print format of an event.
    init(of layout: EventLayout, symbols: KernelSymbols) throws(Failure) {
        throw Failure(message: "not compiled", offset: 0)
    }

    /// Appends the line that the kernel would print for `record`, bytes of strings as they are; `false`
    /// (and nothing appended) where the record does not fit the format.
    func render(_ record: Bytes, into line: inout LineBuffer) -> Bool { false }

    /// How the print format shows the field of that name, where it shows it by more than a number or text.
    static func presentation(of field: Field, in layout: EventLayout, symbols: KernelSymbols) -> Presentation?
    {
        nil
    }
}
