import Tracepoints

extension Template {
    /// The line of events that no template was given for; its columns are wide enough for all of `layouts`.
    static func defaultLine(for layouts: [EventLayout]) -> Template {
        // A very long name pushes its own line out rather than all of them.
        let width = min(layouts.map(\.fullName.utf8.count).max() ?? 0, 32)
        let text =
            "<!dim><@time:12.6><!> <@comm:15>/<@tid:-7> <!dim>[<@cpu:03>]<!> <!cyan><@event:-\(width)><!> <@print>"
        do {
            return try parse(text)
        } catch {
            preconditionFailure("the default line: \(error.message)")
        }
    }
}
