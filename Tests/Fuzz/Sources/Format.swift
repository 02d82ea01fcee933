@testable import Tracepoints

/// The text of a `format` file; what comes after a zero byte is a record of that event.
func fuzzFormat(_ input: inout Input) {
    let text = input.text()
    guard let layout = try? FormatParser.parse(text, subsystem: "made") else { return }
    for field in layout.commonFields + layout.fields { read(field, in: input.rest) }
    render(layout, nil, &input)
}

/// Reads a field in all ways that there are.
func read(_ field: Field, in record: Bytes) {
    let token = FieldToken(field)
    if let value = token.integer(in: record) {
        let bytes = record.slice(field.offset, field.size)?.array ?? []
        check(bytes.count == field.size, "an integer outside of the record")
        // Copied to the top of a word, whence it comes down with its sign.
        let word = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << (64 - 8 * bytes.count)
        let signed = Int64(bitPattern: word) >> (64 - 8 * bytes.count)
        let unsigned = Int64(bitPattern: word >> (64 - 8 * bytes.count))
        check(value == (field.isSigned ? signed : unsigned), "another integer")
    }
    if let content = token.content(in: record) {
        check(content.count <= record.count, "more than the record")
        content.touch()
        check(!field.isText || !content.array.contains(0), "text with a zero byte")
    }
}
