/// What is wrong with a template, and where in its text.
public struct TemplateError: Error, Sendable {
    /// The mistake in one sentence, without a full stop.
    public let message: String
    /// What the mistake covers, in bytes of the template's UTF-8: where the caret goes.
    public let range: Range<Int>
    /// A short way out that fits beside the caret.
    public let hint: String?
    /// Further lines: what there is to choose from, what to try.
    public let notes: [String]

    init(_ message: String, at range: Range<Int>, hint: String? = nil, notes: [String] = []) {
        self.message = message
        self.range = range
        self.hint = hint
        self.notes = notes
    }
}

/// A template that does not fit the events that it is meant for.
public struct BindError: Error, Sendable {
    /// The index of the template among those that were given.
    public let template: Int
    /// What is wrong.
    public let error: TemplateError
}
