internal import Glibc

/// The processes that read what we write, directly or through those that read it first.
package struct PipelineReaders {
    private let descriptor: Int32
    /// Those found by the last search.
    private var found: [Int32]?

    /// The readers of the pipe behind one of our descriptors.
    package init(of descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The readers of the pipe, and of the pipes that these write into, as far as is known by now.
    ///
    /// The child of a reader has all that its parent has open until it executes another program, and does not
    /// read it. So one that is new since the last search, and whose ends would all be closed by that, counts if
    /// the next search finds it still.
    package mutating func search() -> [Int32] {
        let readers = Self.find(descriptor)
        let known = found ?? readers.map(\.pid)
        found = readers.map(\.pid)
        return readers.filter { $0.keeps || known.contains($0.pid) }.map(\.pid)
    }

    /// The processes that can read, and whether they still could after they have executed another program.
    ///
    /// Found by the pipe's name in `/proc/PID/fd`, which holds its inode, and by the descriptor's flags.
    private static func find(_ descriptor: Int32) -> [(pid: Int32, keeps: Bool)] {
        guard let pipe = try? System.link("/proc/self/fd/\(descriptor)") else { return [] }
        let own = System.processID
        let ends = TaskDirectory.processes().filter { $0 != own }.map { ($0, pipeEnds(of: $0, or: pipe)) }
        var readers: [(pid: Int32, keeps: Bool)] = []
        var pipes = [pipe]
        var seen: Set = [pipe]
        while let next = pipes.popLast() {
            for (pid, ends) in ends where !readers.contains(where: { $0.pid == pid }) {
                let readEnds = ends.filter { $0.reads && $0.pipe == next }
                if readEnds.isEmpty { continue }
                readers.append((pid, readEnds.contains { $0.survivesExec }))
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
        let survivesExec: Bool
    }

    /// The pipes without a name that a process holds, and our own where that has one.
    private static func pipeEnds(of pid: Int32, or ours: String) -> [End] {
        System.entries(of: "/proc/\(pid)/fd").compactMap { number in
            guard let target = try? System.link("/proc/\(pid)/fd/\(number)"),
                target.hasPrefix("pipe:") || target == ours,
                let info = try? System.contents(of: "/proc/\(pid)/fdinfo/\(number)")
            else { return nil }
            let flags = flags(info)
            let mode = flags & O_ACCMODE
            return End(
                pipe: target, reads: mode != O_WRONLY, writes: mode != O_RDONLY,
                survivesExec: flags & O_CLOEXEC == 0)
        }
    }

    /// The octal number after `flags:` of an fdinfo file.
    private static func flags(_ info: [UInt8]) -> Int32 {
        for line in info.split(separator: 0x0a) where line.starts(with: "flags:".utf8) {
            return Int32(String(decoding: line.dropFirst(6).drop { $0 <= 0x20 }, as: UTF8.self), radix: 8)
                ?? 0
        }
        return 0
    }
}
