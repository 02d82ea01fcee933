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
            + "`^` centres, .max is the most columns of text or the decimals of a time or size, "
            + "and type is one of:",
        rows: [
            ("d  u", "signed, unsigned decimal"),
            ("x  X  o  b", "hexadecimal in small letters, in capitals, octal, binary; `#` adds 0x, 0 or 0b"),
            ("c  s", "a character, text"),
            (
                "S  n",
                "the name that the kernel's own text has for a number or its bits, which is the default "
                    + "unless that text has the number too; the plain number"
            ),
            ("t  t/us  t/ms  t/s", "a time in a fitting unit, from nanoseconds, microseconds and so on"),
            ("h  H", "a size in a fitting unit, by 1024, by 1000"),
            ("e  sig  sys", "the name of an errno, a signal, a system call"),
            ("sym  dev  mode", "a kernel symbol, a device as major:minor, a file mode as ls has it"),
            ("ip  mac", "a network address"),
            ("q  j", "text quoted for a shell, as a JSON value"),
            (
                "leaf",
                "for stack and ustack: the innermost function first; there .max is the most functions, "
                    + "`x` gives addresses"
            ),
            ("raw  xx", "the bytes as they are, in hexadecimal"),
            ("%F  %T  %3f", "for wall: a pattern as in date, with `%3f`, `%6f`, `%9f` for parts of a second"),
        ])

    static let context = TemplateReference(
        introduction:
            "Context values, which every event has; those of a process that has ended may print as `-`:",
        rows: [
            ("time", "the kernel's clock in seconds; `.6` keeps six decimals, type `n` gives nanoseconds"),
            ("elapsed", "time since tracing began"),
            ("delta", "time since the line before"),
            ("wall", "date and time of day, in ISO 8601"),
            ("cpu", "the CPU it happened on"),
            ("pid  tid", "the process, the thread it happened in"),
            ("comm", "the thread's name"),
            ("ppid", "the process that started it"),
            ("uid  user", "the user it runs as, by number, by name"),
            ("exe  cmdline", "the file of its program, its arguments; type `q` quotes each of these"),
            ("cgroup  container", "the path of its control group, the id of its container"),
            ("event", "subsystem:name"),
            ("subsystem  name", "the part of it before the colon, after it"),
            ("n", "the line's number"),
            ("late", "late if a line of a later time was printed before"),
            ("fields", "all fields as name=value"),
            ("print", "the kernel's own text for the event"),
            ("stack", "the kernel's functions that led to the event, the innermost last: `a;b;c`"),
            ("ustack", "the program's functions that led to it, by frame pointers or --dwarf"),
        ])

    static let escapes = TemplateReference(
        introduction: "Elsewhere in a template:",
        rows: [
            ("\\t  \\n  \\e  \\0  \\\\", "tab, newline, escape, NUL, backslash"),
            ("\\xNN  \\u{N}", "a byte, a Unicode character by its number in hexadecimal"),
            ("<<", "the character <"),
            ("\\>  \\?  \\:  \\|", "within a placeholder, that character"),
            ("<!red>  <!bold,red>", "colour from here on, if the output is coloured"),
            ("<!>", "the end of all colour"),
            ("\\c", "at the template's end: no newline"),
        ])

    static let all = [placeholders, specs, context, escapes]

    /// The pieces of all rows, one by one.
    var pieces: [String] { rows.flatMap { $0.0.split(separator: "  ").map(String.init) } }
}
