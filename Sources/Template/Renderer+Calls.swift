import Tracepoints

extension Renderer {
    /// Whether a sample passes its filter; counts it, and looks whether it is what is watched for.
    @inline(__always)
    mutating func accepts(_ sample: Sample, _ batch: Batch) -> Bool {
        let event = Int(sample.event)
        guard event >= 0, event < starts.count &- 1 else { return false }
        time = sample.time
        guard passes(filterStarts[event], sample, batch) else { return false }
        watch.note(event)
        if watch.count > 0 { look(event, sample, batch) }
        return true
    }

    /// Appends what the template of a sample's event says, which is only the head of a line.
    @inline(__always)
    mutating func renderHead(_ sample: Sample, _ batch: Batch, into line: inout LineBuffer) {
        let event = Int(sample.event)
        time = sample.time
        lineNumber &+= 1
        run(from: Int(starts[event]), to: Int(starts[event &+ 1]), sample, batch, into: &line)
    }
}
