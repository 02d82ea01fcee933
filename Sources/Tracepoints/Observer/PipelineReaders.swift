/// The processes that read what we write, directly or through those that read it first.
package enum PipelineReaders {
    /// The readers of the pipe behind one of our descriptors, and of the pipes that these write into.
    ///
    /// Found by the pipe's name in `/proc/PID/fd`, which holds its inode, and by the descriptor's flags.
    package static func find(_ descriptor: Int32) -> [Int32] {
        guard let pipe = try? System.link("/proc/self/fd/\(descriptor)") else { return [] }
        let own = System.processID
        let ends = TaskDirectory.processes().filter { $0 != own }.map { ($0, pipeEnds(of: $0, or: pipe)) }
        var readers: [Int32] = []
        var pipes = [pipe]
        var seen: Set = [pipe]
        while let next = pipes.popLast() {
            for (pid, ends) in ends
            where ends.contains(where: { $0.reads && $0.pipe == next }) && !readers.contains(pid) {
                readers.append(pid)
                for end in ends where end.writes && seen.insert(end.pipe).inserted {
                    pipes.append(end.pipe)
                }
            }
        }
        return readers
    }

    /// One end of a pipe that a process holds.
    private struct End {
        let pipe: String
        let reads: Bool
        let writes: Bool
    }

    /// The pipes without a name that a process holds, and our own where that has one.
    private static func pipeEnds(of pid: Int32, or ours: String) -> [End] {
        System.entries(of: "/proc/\(pid)/fd").compactMap { number in
            guard let target = try? System.link("/proc/\(pid)/fd/\(number)"),
                target.hasPrefix("pipe:") || target == ours,
                let info = try? System.contents(of: "/proc/\(pid)/fdinfo/\(number)")
            else { return nil }
            let mode = flags(info) & 3
            return End(pipe: target, reads: mode != 1, writes: mode != 0)
        }
    }

    /// The octal number after `flags:` of an fdinfo file.
    private static func flags(_ info: [UInt8]) -> Int {
        for line in info.split(separator: 0x0a) where line.starts(with: "flags:".utf8) {
            return Int(String(decoding: line.dropFirst(6).drop { $0 <= 0x20 }, as: UTF8.self), radix: 8) ?? 0
        }
        return 0
    }
}
