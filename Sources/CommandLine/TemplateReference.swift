/// The template language in tables, for help, man page and completions.
struct TemplateReference: Sendable {
    /// A sentence before the table.
    let introduction: String
    /// Pieces of the language with what they mean; two blanks stand between pieces that share a row.
    let rows: [(String, String)]

    static let essence = [
        "A template is text with placeholders: `'<comm:-16> writes <count>'`.",
        "One event is one line.",
        "Control bytes in values come out as escapes.",
        "A field that an event does not have never drops the event: `-` is printed in its place.",
    ]

    static let placeholders = TemplateReference(
        introduction: "Placeholders:",
        rows: [
            ("<name>", "the event's field of that name, or else the context value"),
            ("<.name>", "only the event's field"),
            ("<@name>", "only the context value"),
            ("<a|b>", "the first of them that the event has"),
            ("<name[2]>", "an element of an array, the first is 0"),
            ("<name?text>", "text if the event has no such field"),
            ("<name:spec>", "the value formatted by spec"),
        ])

    static let specs = TemplateReference(
        introduction:
            "A spec is `[#][+][0][-|^][width][.max][type]` as in printf, where `-` aligns to the left, "
            + "`^` centres, and type is one of:",
        rows: [
            ("d  u", "signed, unsigned decimal"),
            ("x  X  o", "hexadecimal in small letters, in capitals, octal; `#` adds 0x or 0"),
            ("s", "text"),
        ])

    static let context = TemplateReference(
        introduction: "Context values, which every event has:",
        rows: [
            ("time", "the kernel's clock in seconds; `.6` keeps six decimals, type `d` gives nanoseconds"),
            ("elapsed", "time since tracing began"),
            ("delta", "time since the line before"),
            ("wall", "date and time of day"),
            ("cpu", "the CPU it happened on"),
            ("pid  tid", "the process, the thread it happened in"),
            ("comm", "the thread's name"),
            ("event", "subsystem:name"),
            ("subsystem", "the part of it before the colon"),
            ("n", "the line's number"),
            ("fields", "all fields as name=value"),
            ("print", "the kernel's own text for the event"),
        ])

    static let escapes = TemplateReference(
        introduction: "Elsewhere in a template:",
        rows: [
            ("\\t  \\n  \\e  \\0  \\\\", "tab, newline, escape, NUL, backslash"),
            ("\\xNN  \\u{N}", "a byte, a Unicode character by its number in hexadecimal"),
            ("<<", "the character <"),
            ("\\c", "at the template's end: no newline"),
        ])

    static let all = [placeholders, specs, context, escapes]

    /// The pieces of all rows, one by one.
    var pieces: [String] { rows.flatMap { $0.0.split(separator: "  ").map(String.init) } }
}
