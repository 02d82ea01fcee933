public import Tracepoints

/// What rendering depends on beside the templates.
public struct RenderOptions {
    /// How events are written.
    public var form: RecordForm
    /// Whether JSON has integers beyond 2⁵³, which a double does not hold, as strings.
    public var quotesWideIntegers: Bool
    /// Whether a record without a template has, after each field that is shown by name, its number too.
    public var addsNumbers: Bool
    /// What of the call chain is shown with each event besides what its template asks for: below its line, or
    /// as the last members of its record.
    public var stacks = StackRequest()
    /// Whether colours are emitted.
    public var colour: Bool
    /// The start of the trace, in nanoseconds of the event clock, from which `elapsed` counts.
    public var startTime: UInt64
    /// Appends the line of a print format that cannot be compiled, given the event's index and its record;
    /// answers `false`, with nothing appended, where it cannot either. What it appends is escaped after it.
    public var printFallback: ((_ event: Int, _ record: Bytes, _ line: inout LineBuffer) -> Bool)?

    /// Puts options together.
    public init(
        form: RecordForm = .lines, quotesWideIntegers: Bool = false, addsNumbers: Bool = false,
        colour: Bool = false, startTime: UInt64 = 0,
        printFallback: ((_ event: Int, _ record: Bytes, _ line: inout LineBuffer) -> Bool)? = nil
    ) {
        self.form = form
        self.quotesWideIntegers = quotesWideIntegers
        self.addsNumbers = addsNumbers
        self.colour = colour
        self.startTime = startTime
        self.printFallback = printFallback
    }
}

extension RenderOptions {
    /// The stacks that are shown with each event, as values.
    var stackValues: [ContextValue] {
        (stacks.kernel ? [.stack] : []) + (stacks.user ? [.ustack] : [])
    }
}
