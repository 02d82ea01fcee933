import Foundation
import Tracepoints

/// A private tracefs instance: its own ring buffers, events and options, removed at the end.
final class TraceInstance {
    let path: String

    /// Makes an instance that traces nothing yet and prints addresses and texts as they are.
    init() throws {
        path = "/sys/kernel/tracing/instances/obstrace-check-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try write("0", to: "tracing_on")
        try write("8192", to: "buffer_size_kb")
        for option in ["hash-ptr", "context-info", "annotate"] { try write("0", to: "options/" + option) }
    }

    deinit {
        try? write("0", to: "events/enable")
        unsafe rmdir(path)
    }

    func write(_ text: String, to file: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/" + file))
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Throws away all records.
    func clear() throws {
        let handle = unsafe open(path + "/trace", O_WRONLY | O_TRUNC)
        guard handle >= 0 else { throw POSIXError(.EIO) }
        close(handle)
    }

    var cpus: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: path + "/per_cpu").sorted()
        }
    }

    /// The lines that the kernel prints for the records of a CPU, which stay in the ring.
    func lines(of cpu: String) throws -> [[UInt8]] {
        let text = try read("per_cpu/\(cpu)/trace")
        return text.split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init).filter {
            // Comments at the head, and marks where records were lost.
            $0.first != UInt8(ascii: "#") && !$0.starts(with: "CPU:".utf8)
        }
    }

    /// The records of a CPU as the tracepoints wrote them, taken out of the ring.
    func records(of cpu: String) throws -> [[UInt8]] {
        let pages = try read("per_cpu/\(cpu)/trace_pipe_raw")
        return stride(from: 0, to: pages.count, by: 4096).flatMap { start in
            RingPage(bytes: pages[start..<min(start + 4096, pages.count)]).records
        }
    }

    private func read(_ file: String) throws -> [UInt8] {
        let handle = unsafe open(path + "/" + file, O_RDONLY | O_NONBLOCK)
        guard handle >= 0 else { throw POSIXError(.EIO) }
        defer { close(handle) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096 * 16)
        while true {
            // Pages come one by one; a full chunk would not change that.
            let got = unsafe Foundation.read(handle, &chunk, file.hasSuffix("raw") ? 4096 : chunk.count)
            if got <= 0 { return bytes }
            bytes += chunk[..<got]
        }
    }
}

/// One page of ftrace's ring buffer, as `events/header_page` and `header_event` describe it.
private struct RingPage {
    let bytes: ArraySlice<UInt8>

    private func word(_ offset: Int) -> UInt32 {
        let start = bytes.startIndex + offset
        return (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32($1 * 8) }
    }

    var records: [[UInt8]] {
        var records: [[UInt8]] = []
        var offset = 16
        // The bits above tell of records that were lost.
        let end = min(bytes.count, 16 + Int(word(8) & 0xf_ffff))
        while offset + 4 <= end {
            let head = word(offset)
            let type = head & 31
            switch type {
            case 29:
                if head >> 5 == 0 { return records }
                offset += 4 + Int(word(offset + 4))
            case 30, 31: offset += 8
            default:
                let (start, length) =
                    type == 0 ? (offset + 8, Int(word(offset + 4)) - 4) : (offset + 4, Int(type) * 4)
                guard length > 0, start + length <= bytes.count else { return records }
                let first = bytes.startIndex + start
                records.append(Array(bytes[first..<first + length]))
                offset = start + length
            }
        }
        return records
    }
}
