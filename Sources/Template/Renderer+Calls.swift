import Tracepoints

extension Renderer {
    /// Appends what the template of a sample's event says, which is only the head of a line.
    @inline(__always)
    mutating func renderHead(_ sample: Sample, _ batch: Batch, into line: inout LineBuffer) {
        let event = Int(sample.event)
        time = sample.time
        lineNumber &+= 1
        run(from: Int(starts[event]), to: Int(starts[event &+ 1]), sample, batch, into: &line)
    }
}
