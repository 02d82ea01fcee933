internal import Glibc

/// The processes that read what we write, directly or through those that read it first.
package struct PipelineReaders {
    /// The pipe's name, which holds its inode; `nil` where it cannot be told.
    private let pipe: String?
    /// The ends of pipes that each process held when it was looked at.
    private var ends: [Int32: [End]] = [:]
    /// The readers found by the last search.
    private var found: [Int32]?

    /// One descriptor of a process that is the end of a pipe.
    private struct End {
        let pipe: String
        let number: String
    }

    /// What a process does with a pipe.
    private struct Use {
        var reads = false
        var writes = false
        /// Whether it could read still after it has executed another program.
        var keeps = false
    }

    /// The readers of the pipe behind one of our descriptors.
    package init(of descriptor: Int32) {
        pipe = try? System.link("/proc/self/fd/\(descriptor)")
    }

    /// The readers of the pipe, and of the pipes that these write into, as far as is known by now.
    ///
    /// The first search looks at all that every process has open, and later ones at new processes and at those
    /// that were readers. The child of a reader has all that its parent has open until it executes another
    /// program, and does not read it. So one that is new since the last search, and whose ends would all be
    /// closed by that, counts if the next search finds it still.
    package mutating func search() -> [Int32] {
        guard let pipe else { return [] }
        let own = System.processID
        let pids = TaskDirectory.processes().filter { $0 != own }
        let present = Set(pids)
        ends = ends.filter { present.contains($0.key) }
        let known = Set(found ?? [])
        for pid in pids where ends[pid] == nil || known.contains(pid) {
            ends[pid] = Self.ends(of: pid, or: pipe)
        }
        let readers = readers(of: pipe)
        defer { found = readers.map(\.pid) }
        return readers.filter { $0.keeps || found == nil || known.contains($0.pid) }.map(\.pid)
    }

    /// The processes that read a pipe or one that they fill, and whether they keep their ends.
    private func readers(of pipe: String) -> [(pid: Int32, keeps: Bool)] {
        var readers: [(pid: Int32, keeps: Bool)] = []
        var isReader: Set<Int32> = []
        var pipes = [pipe]
        var seen: Set = [pipe]
        while let next = pipes.popLast() {
            for (pid, ends) in ends where !isReader.contains(pid) && ends.contains(where: { $0.pipe == next })
            {
                let use = Self.use(of: next, by: pid, ends)
                guard use.reads else { continue }
                isReader.insert(pid)
                readers.append((pid, use.keeps))
                for other in Set(ends.map(\.pipe)) where !seen.contains(other) {
                    if Self.use(of: other, by: pid, ends).writes {
                        seen.insert(other)
                        pipes.append(other)
                    }
                }
            }
        }
        return readers
    }

    /// The ends of pipes without a name that a process holds, and of ours where that has one (`/proc/PID/fd`).
    private static func ends(of pid: Int32, or ours: String) -> [End] {
        System.entries(of: "/proc/\(pid)/fd").compactMap { number in
            guard let target = try? System.link("/proc/\(pid)/fd/\(number)"),
                target.hasPrefix("pipe:") || target == ours
            else { return nil }
            return End(pipe: target, number: number)
        }
    }

    /// What a process does with a pipe, by the flags of its descriptors (`/proc/PID/fdinfo`).
    private static func use(of pipe: String, by pid: Int32, _ ends: [End]) -> Use {
        var use = Use()
        for end in ends where end.pipe == pipe {
            guard let info = try? System.contents(of: "/proc/\(pid)/fdinfo/\(end.number)") else { continue }
            let flags = flags(info)
            if flags & O_ACCMODE != O_RDONLY { use.writes = true }
            if flags & O_ACCMODE != O_WRONLY {
                use.reads = true
                if flags & O_CLOEXEC == 0 { use.keeps = true }
            }
        }
        return use
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
