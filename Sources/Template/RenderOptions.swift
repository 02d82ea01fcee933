public import Tracepoints

/// What rendering depends on beside the templates.
public struct RenderOptions {
    /// Whether colours are emitted.
    public var colour: Bool
    /// The start of the trace, in nanoseconds of the event clock, from which `elapsed` counts.
    public var startTime: UInt64
    /// Appends the line of a print format that cannot be compiled, given the event's index and its record;
    /// answers `false`, with nothing appended, where it cannot either. What it appends is escaped after it.
    public var printFallback: ((_ event: Int, _ record: Bytes, _ line: inout LineBuffer) -> Bool)?

    /// Puts options together.
    public init(
        colour: Bool = false, startTime: UInt64 = 0,
        printFallback: ((_ event: Int, _ record: Bytes, _ line: inout LineBuffer) -> Bool)? = nil
    ) {
        self.colour = colour
        self.startTime = startTime
        self.printFallback = printFallback
    }
}
