import Tracepoints

@testable import Template

/// What is told of an event beside its record.
struct Moment {
    private let time: UInt64
    private let wallOffset: Int64
    private let cpu: Int32
    private let pid: Int32
    private let tid: Int32
    private let comm: Comm
    private let process: ProcessDetails?
    private let isLate: Bool

    init(_ input: inout Input) {
        let bytes = input.take(48)
        var input = unsafe Input(UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
        isLate = input.flag()
        let hasProcess = input.flag()
        time = input.integer()
        wallOffset = input.integer()
        cpu = input.integer()
        pid = input.integer()
        tid = input.integer()
        comm = Comm(input.take(15).array)
        let text = input.rest.array
        process =
            hasProcess
            ? ProcessDetails(parent: pid, uid: 0, user: text, exe: text, cmdline: text, cgroup: text) : nil
    }

    /// Renders a record, and answers how many lines that made.
    func render(_ record: Bytes, by renderer: inout Renderer, into line: inout LineBuffer) -> Int {
        let sample = Sample(
            record: record, time: time, event: 0, cpu: cpu, pid: pid, tid: tid, comm: comm,
            process: process == nil ? -1 : 0, isLate: isLate)
        return unsafe withUnsafePointer(to: sample) { sample in
            let batch = unsafe Batch(
                samples: UnsafeBufferPointer(start: sample, count: 1), wallOffset: wallOffset,
                processes: process.map { [$0] } ?? [])
            let result = renderer.render(batch, from: 0, limit: .max, into: &line)
            check(result.consumed == 1, "a sample was left")
            return result.lines
        }
    }
}
