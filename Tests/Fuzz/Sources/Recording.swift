import Glibc

@testable import Template
@testable import Tracepoints

/// A recording of any bytes is read to its end or to what is broken in it, in the order of time, and each sample
/// lies within what was read; a file for trace-cmd is made of them, of whole pages, and a trace of Perfetto.
func fuzzRecording(_ input: inout Input) {
    let bytes = input.take(.max).array
    let path = "/dev/shm/obstrace-fuzz-\(getpid())"
    guard let file = try? System.open(path, O_RDWR | O_CREAT | O_TRUNC, mode: 0o600) else {
        fatalError("\(path) cannot be written")
    }
    _ = unsafe unlink(path)
    do throws(SystemError) {
        try System.write(file.number, bytes, at: 0)
        try System.seek(file.number, to: 0)
    } catch {
        fatalError("\(error)")
    }
    read(file)
}

private func read(_ file: consuming Descriptor) {
    do throws(RecordingError) {
        var recording = try Recording.open(file)
        let layouts = recording.layouts
        recording.select(layouts, needs: [.pid, .tid, .comm])
        recording.tellsLosses = true
        var writer = TraceDatWriter(folders: [RawPath("/dev/shm")])
        var trace = PerfettoTrace(layouts)
        var line = LineBuffer()
        var latest: UInt64 = 0
        while let batch = recording.nextBatch() {
            for (cpu, count) in recording.newLosses { writer.addLoss(count, on: cpu) }
            write { () throws(SystemError) in try writer.add(batch) }
            for index in unsafe batch.samples.indices {
                let sample = unsafe batch.samples[index]
                check(layouts.indices.contains(Int(sample.event)), "an event \(sample.event)")
                check(sample.time >= latest || sample.isLate, "\(sample.time) after \(latest)")
                latest = max(latest, sample.time)
                sample.record.touch()
                for field in layouts[Int(sample.event)].fields { field.content(in: sample.record)?.touch() }
            }
            let lossy = Set(recording.newLosses.keys)
            trace.begin(batch, lossy: lossy, to: &line) { tid in recording.task(tid) }
            var count = 0
            while trace.appendBundle(of: batch, to: &line) {
                count += 1
                line.removeAll()
            }
            check(unsafe count > 0 && count <= batch.samples.count, "\(count) bundles")
        }
        _ = recording.losses
        var size = 0
        write { () throws(SystemError) in
            _ = try unsafe writer.write(recording, symbols: [], tool: "fuzz") { (bytes) throws(SystemError) in
                unsafe Bytes(bytes).touch()
                size += bytes.count
                return true
            }
        }
        check(size > 0 && size % FtracePages.pageSize == 0, "a file of \(size) bytes")
    } catch {
        check(!error.reason.isEmpty, "an error without a reason")
    }
}

private func write(_ body: () throws(SystemError) -> Void) {
    do throws(SystemError) {
        try body()
    } catch {
        fatalError("\(error)")
    }
}
